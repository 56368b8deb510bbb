"""How labels, attributes and columns are written in the formats."""
