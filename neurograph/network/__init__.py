"""The compiled graph: frozen arrays of who is connected to whom, with which weights."""
