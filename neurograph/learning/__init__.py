"""Local learning rules, the phases that they ask for, and optimisers."""
