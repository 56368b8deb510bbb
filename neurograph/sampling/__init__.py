"""States of binary neurons, drawn and enumerated."""
