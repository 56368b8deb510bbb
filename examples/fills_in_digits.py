"""
Binary neurons fill in what is missing
======================================

Binary neurons that flip at random learn the distribution of handwritten digits, without labels. Given the upper half of
a digit that they have not seen, they draw the lower one.
"""

# %%
# 64 neurons are pixels; 32 hidden ones are joined to them, and to each other, by one weight both ways.

import numpy as np

import neurograph as ng

digits = ng.tasks.digits()
graph = ng.topologies.complete(inputs=0, hidden=32, outputs=64, bias="neurons", scale=0.01, seed=0)
machine = ng.compile(ng.topologies.symmetric(graph), ng.dynamics.binary())
machine

# %%
# Variational probability flow changes a weight by the states of its two ends, and the rate at which the postsynaptic
# one would flip. Hidden neurons are drawn for each pattern, in three sweeps, since they hear each other.

rule = ng.rules.variational_probability_flow(sweeps=3)
optimiser = ng.optimisers.adam(0.02, decay=0.8)
fit = ng.train(machine, digits.x_train >= 0.5, rule=rule, optimiser=optimiser, epochs=8, batch_size=50, seed=0)
fit

# %%
# Of the test digits the upper half is held, and the lower one is free, which NaN says. The mean of the samples is to be
# compared with the digit, and with the error of the mean digit.

held = np.where(np.arange(64) < 32, digits.x_test >= 0.5, np.nan)
samples = ng.sample(fit.network, held, samples=200, burn_in=50, seed=0)
filled = samples.means[:, fit.network.connectivity.outputs]
error, guess = (np.abs(one - digits.x_test)[:, 32:].mean() for one in (filled, digits.x_train.mean(axis=0)))
print(f"Off by {error:.3f} a pixel; the mean digit is by {guess:.3f}")
samples

# %%
# Some of them: what is held, what was filled in, and the digit.

figure = ng.plots.infill(samples, (8, 8), digits.x_test)
figure.savefig("filled.png")
print("Written to filled.png")
figure
