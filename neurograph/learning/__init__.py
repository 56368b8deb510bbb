"""Local learning rules, the phases that they need, and optimisers."""
