"""Graphs: what one must carry to be compiled, a graph as arrays, and builders of graphs."""
