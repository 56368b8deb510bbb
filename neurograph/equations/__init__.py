"""Equations written once: of a neuron and of a cost; their derivatives, their ranges, their text in other languages."""
