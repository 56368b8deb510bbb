"""The compiled loops: the phases of a network, its linear response, a rule read out of phases, packed products."""
