"""Networks along sequences: W of a unitary network as a fast product, and simulate()."""
