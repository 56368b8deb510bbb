"""Places of nodes, curves of edges and short labels, for every kind of picture."""
