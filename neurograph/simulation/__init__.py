"""Networks in time: simulate(), synapses that learn as it runs, and W of a unitary network as a fast product."""
