"""Edges leave and come in rounds, with training in between: prune() and grow()."""
