"""Networks in time: what drives them, what delays their rates, and what they do as a simulation."""
