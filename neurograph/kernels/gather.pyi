"""The compiled sums over edges, where a C compiler was there when neurograph was installed."""

gather: int
wait: int
instructions: str
few: int
interface: int
