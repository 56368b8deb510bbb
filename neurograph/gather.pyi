"""The compiled sums over edges, where a C compiler was there when neurograph was installed."""

address: int
instructions: str
threads: int
