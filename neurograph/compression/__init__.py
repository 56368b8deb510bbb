"""Compression of a network: quantised weights, and weights in few bits."""
