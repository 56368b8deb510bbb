"""
Why the published conditions cannot hold
========================================

The stability conditions that were published with DEEP, of Gershgorin's kind, fail on the published network for all
weights. With another leak, one that is larger than what a neuron sends, they hold.
"""

# %%
# In the published network, with the signed leak, a neuron loses exactly what it sends, and it sends nothing to clamped
# ones, so that the columns of the Jacobian :math:`A` sum to zero: :math:`A` is singular, and no condition that implies
# a negative spectral abscissa can pass.

import numpy as np

import neurograph as ng

graph = ng.topologies.complete(inputs=2, hidden=5, outputs=1, bias=True, scale=0.05, seed=0)


def columns(network: ng.Network) -> str:
    """Say what the columns of A, among free neurons, add up to."""
    free = network.connectivity.free
    A = network.jacobian(np.zeros(len(network.nodes))).toarray()[np.ix_(free, free)]
    sums, abscissa = A.sum(axis=0), np.linalg.eigvals(A).real.max()
    return f"columns of A add up to {sums.min():.1g} ... {sums.max():.1g}, its spectral abscissa is {abscissa:.2g}"


published = ng.compile(graph, ng.dynamics.deep("signed"))
print(columns(published))
signed = ng.certify(published)["gershgorin"]
print(signed.verdict, signed.statement)

# %%
# The absolute leak is the sum of the absolute weights, and here 0.1 more: every column sums to less than zero, and the
# same condition proves a contraction.

mended = ng.compile(graph, ng.dynamics.deep("absolute", extra_leak=0.1))
print(columns(mended))
absolute = ng.certify(mended)["gershgorin"]
print(absolute.verdict, absolute.statement)
absolute
