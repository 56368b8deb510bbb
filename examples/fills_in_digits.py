"""Binary neurons that flip at random learn handwritten digits, without labels, and fill in the half that is missing.

Run from the root of the source: ``.venv/bin/python examples/fills_in_digits.py``
"""

import numpy as np

import neurograph as ng


def main() -> float:
    """Learn, fill in and draw; give the mean absolute error of a pixel that was filled in."""
    digits = ng.tasks.digits()
    graph = ng.topologies.complete(inputs=0, hidden=32, outputs=64, bias="neurons", scale=0.01, seed=0)
    machine = ng.compile(ng.topologies.symmetric(graph), ng.dynamics.binary())
    rule = ng.rules.variational_probability_flow(sweeps=3)  # over the hidden neurons, which are joined to each other
    optimiser = ng.optimisers.adam(0.02, decay=0.8)
    fit = ng.train(machine, digits.x_train >= 0.5, rule=rule, optimiser=optimiser, epochs=8, batch_size=50, seed=0)
    print(fit)

    held = np.where(np.arange(64) < 32, digits.x_test >= 0.5, np.nan)  # the lower half is free
    samples = ng.sample(fit.network, held, samples=200, burn_in=50, seed=0)
    filled = samples.means[:, fit.network.connectivity.outputs]
    error, guess = (np.abs(one - digits.x_test)[:, 32:].mean() for one in (filled, digits.x_train.mean(axis=0)))
    print(f"{samples}\nOff by {error:.3f} a pixel; the mean digit is by {guess:.3f}")
    ng.plots.infill(samples, (8, 8), digits.x_test).savefig("filled.png")
    print("Written to filled.png")
    return float(error)


if __name__ == "__main__":
    main()
