"""Where nodes stand, how edges bend, and what nodes are called in pictures."""
