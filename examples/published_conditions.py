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

import matplotlib.pyplot as plt
import numpy as np

import neurograph as ng

graph = ng.topologies.complete(inputs=2, hidden=5, outputs=1, bias=True, scale=0.05, seed=0)


def matrix(network: ng.Network) -> np.ndarray:
    """Return A, the Jacobian among free neurons."""
    free = network.connectivity.free
    return network.jacobian(np.zeros(len(network.nodes))).toarray()[np.ix_(free, free)]


published = ng.compile(graph, ng.dynamics.deep("signed"))
sums = matrix(published).sum(axis=0)
print(f"the columns of A add up to {sums.min():.1g} ... {sums.max():.1g}")
signed = ng.certify(published)["gershgorin"]
print(signed.verdict, signed.statement)

# %%
# The absolute leak is the sum of the absolute weights, and here 0.1 more: every column sums to less than zero, and the
# same condition proves a contraction.

mended = ng.compile(graph, ng.dynamics.deep("absolute", extra_leak=0.1))
sums = matrix(mended).sum(axis=0)
print(f"the columns of A add up to {sums.min():.1g} ... {sums.max():.1g}")
absolute = ng.certify(mended)["gershgorin"]
print(absolute.verdict, absolute.statement)

# %%
# The eigenvalues of both matrices: one of the published network's is 0, and here another is positive.

figure, ax = plt.subplots(figsize=(6, 3), layout="constrained")
for network, marker in ((published, "o"), (mended, "x")):
    values = np.linalg.eigvals(matrix(network))
    print(f"{network.dynamics.name}: the spectral abscissa is {values.real.max():.2g}")
    ax.plot(values.real, values.imag, marker, label=network.dynamics.name)
ax.axvline(0.0, color="0.6", linewidth=0.8)
ax.set(xlabel="real part", ylabel="imaginary part", title="eigenvalues of A")
ax.legend(frameon=False)
figure.savefig("eigenvalues.png", dpi=150)
print("Written to eigenvalues.png")
