"""
Unitary evolution networks (Arjovsky et al., 2016)
==================================================

Unitary evolution networks: a complex state that a product of sparse unitary factors turns, and modReLU thresholds.

``python -m models.arjovsky_2016`` checks W, the gradient and the certificate of 5 networks, and trains 5 a row on the
copying and the adding problem, a tanh network of as many parameters beside each; some ten minutes.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.fft import fft, ifft

import neurograph as ng
from models.expected import EXPLAINED, Mean, arguments

SOURCE = 'M. Arjovsky, A. Shah, Y. Bengio, "Unitary Evolution Recurrent Neural Networks", ICML 2016, arXiv 1511.06464'

PAPER = (
    "The paper: h = modReLU(W h + V x) with W = D3 R2 F^-1 D2 P R1 F D1, whose gradients neither vanish nor explode; "
    "copying over 100 to 500 steps and adding over 100 to 750, where an LSTM, or a tanh network, fails."
)

DIFFERENCES = (
    "W is a digraph: diagonal factors and the permutation are edges to relays, a reflection has a hub, the Fourier "
    "transform log2 n stages of butterflies, recognised by their numbers. 64 complex neurons for 128 and 512; samples "
    "drawn anew for each update; shorter sequences; no h0 that is learned."
)

UNITS = 64
COPYING, ADDING = "copying over 100 steps", "adding over 50 steps"
DELAY, LENGTH = 100, 50

EXPECTED = {COPYING: Mean(0.9984, 0.0016, 10), ADDING: Mean(0.9687, 0.0077, 10)}
"""Of seeds 100 to 109, measured with this file: recall after copying, and 1 less the mean squared error of adding."""

ASKED = {
    "product against the FFT form": 1e-12,
    "|WW* - 1| of a trained network": 1e-10,
    "drift of the norm over 10,000 steps": 1e-10,
    "certified e of W": 1e-12,
    "gradient against finite differences": 1e-6,
}
"""The most that each may be."""

MOST = {
    COPYING: {"cross-entropy": 0.02, "1 - recall": 0.01},
    ADDING: {"mean squared error": 0.08},
}
"""What the mean of the networks is asked not to exceed."""

UPDATES = {COPYING: 60, ADDING: 100}
"""Of the quick form."""

Array = NDArray[Any]


def build(seed: int, case: str = COPYING) -> ng.Network:
    """Draw the network of a task."""
    inputs, outputs = (10, 9) if case == COPYING else (2, 1)
    return ng.compile(ng.topologies.unitary(inputs, UNITS, outputs, seed=seed), ng.dynamics.unitary())


def training(case: str) -> dict[str, Any]:
    """Return the arguments of :func:`neurograph.training_step`, and under "samples" and "updates" how many of both."""
    if case == COPYING:
        cost, optimiser = ng.costs.cross_entropy(), ng.optimisers.rmsprop(2e-3, decay=0.995)
        return {"cost": cost, "optimiser": optimiser, "samples": 20, "updates": 400}
    optimiser = ng.optimisers.rmsprop(2e-3, decay=0.9997)
    return {"cost": ng.costs.squared_error(), "optimiser": optimiser, "samples": 32, "updates": 3000}


def samples(case: str, count: int, rng: np.random.Generator) -> tuple[Array, Array]:
    """Draw sequences and answers."""
    return ng.tasks.copying(DELAY, count, rng) if case == COPYING else ng.tasks.adding(LENGTH, count, rng)


def learn(case: str, seed: int, updates: int | None = None) -> ng.Network:
    """Train a network on samples drawn anew for each update."""
    how, rng = training(case), np.random.default_rng(seed)
    count, many = how.pop("samples"), how.pop("updates")
    state: Any = build(seed, case)
    for _ in range(updates or many):
        state = ng.training_step(state, *samples(case, count, rng), **how)
    trained: ng.Network = state.network
    return trained


def judged(case: str, outputs: Array, y: Array) -> dict[str, float]:
    """Return what :data:`MOST` bounds, of outputs (samples, time, outputs)."""
    if case == ADDING:
        return {"mean squared error": float(np.mean((outputs[:, -1] - y) ** 2))}
    rows = outputs.reshape(-1, outputs.shape[2])
    wrong = outputs[:, -10:].argmax(axis=2) != y[:, -10:]
    cost = ng.costs.cross_entropy().mean(rows, np.eye(9)[y.ravel()])
    return {"cross-entropy": cost, "1 - recall": float(wrong.mean())}


class TanhNetwork:
    """h = tanh(W h + V x + b), y = U h + d, in numpy: the rival of as many parameters, by the same optimiser."""

    def __init__(self, seed: int, inputs: int, outputs: int, parameters: int) -> None:
        rng = np.random.default_rng(seed)
        self.units = max(k for k in range(1, 1000) if k * (k + inputs + outputs + 1) + outputs <= parameters)
        shapes = {"W": (self.units,) * 2, "V": (inputs, self.units), "U": (self.units, outputs)}
        self.parts = {name: rng.uniform(-1, 1, shape) * (6 / sum(shape)) ** 0.5 for name, shape in shapes.items()}
        self.parts["W"] = np.linalg.qr(rng.normal(size=shapes["W"]))[0]  # as favourable a start as there is
        self.parts |= {"b": np.zeros(self.units), "d": np.zeros(outputs)}

    def states(self, x: Array) -> Array:
        """Return h (time + 1, batch, units)."""
        h = np.zeros((x.shape[1] + 1, x.shape[0], self.units))
        for t in range(x.shape[1]):
            h[t + 1] = np.tanh(h[t] @ self.parts["W"] + x[:, t] @ self.parts["V"] + self.parts["b"])
        return h

    def outputs(self, x: Array) -> Array:
        """Return y (batch, time, outputs)."""
        return np.asarray((self.states(x)[1:] @ self.parts["U"] + self.parts["d"]).transpose(1, 0, 2))

    def slopes(self, x: Array, y: Array, cost: ng.costs.Cost) -> dict[str, Array]:
        """Return the gradient of the mean cost; y (batch, steps, outputs) is of the last steps."""
        h, parts, steps = self.states(x), self.parts, y.shape[1]
        out = h[-steps:] @ parts["U"] + parts["d"]
        rows = out.transpose(1, 0, 2).reshape(-1, y.shape[2])
        force = cost.force_at(rows, y.reshape(rows.shape)).reshape(y.shape).transpose(1, 0, 2)
        pull = -force / rows.shape[0]
        found = {name: np.zeros_like(part) for name, part in parts.items()}
        found["U"], found["d"] = np.einsum("tbh,tbo->ho", h[-steps:], pull), pull.sum(axis=(0, 1))
        g = np.zeros_like(h[0])
        for t in range(x.shape[1] - 1, -1, -1):
            if t >= x.shape[1] - steps:
                g = g + pull[t - x.shape[1] + steps] @ parts["U"].T
            z = g * (1.0 - h[t + 1] ** 2)
            found["W"] += h[t].T @ z
            found["V"] += x[:, t].T @ z
            found["b"] += z.sum(axis=0)
            g = z @ parts["W"].T
        return found


def parameters_of(network: ng.Network) -> int:
    """Return how many real numbers learn: two for each edge of V and U, a phase, or r, for each unit of a factor."""
    ends = len(network.inputs) + len(network.outputs)
    return UNITS * (2 * ends + 3 + 2 * 2 + 1) + len(network.outputs)


def rival(case: str, seed: int, updates: int | None = None) -> TanhNetwork:
    """Train a tanh network of as many parameters as the unitary one has, on the same samples."""
    how, rng, network = training(case), np.random.default_rng(seed), build(seed, case)
    model = TanhNetwork(seed, len(network.inputs), len(network.outputs), parameters_of(network))
    values = np.concatenate([part.ravel() for part in model.parts.values()])
    kept = how["optimiser"].begin(values.size)
    for update in range(updates or how["updates"]):
        x, y = samples(case, how["samples"], rng)
        targets = np.eye(9)[y] if case == COPYING else y[:, None]
        slopes = model.slopes(x, targets, how["cost"])
        change = -np.concatenate([slopes[name].ravel() for name in model.parts])
        values, kept = how["optimiser"].step(values, change, kept, values.size, update)
        place = 0
        for name, part in model.parts.items():
            model.parts[name] = values[place : place + part.size].reshape(part.shape)
            place += part.size
    return model


def fourier_form(network: ng.Network, h: Array) -> Array:
    """Return W h by scipy.fft and the numbers of the edges, which are looked up by their labels."""
    graph, n = network.to_graph(), UNITS

    def reflected(name: str, u: Array, before: tuple[Any, ...]) -> Array:
        r = np.array([graph.edges[(*before, i), (name, "hub")]["weight"] for i in range(n)]).conj()
        return u - 2.0 * np.outer(u @ r.conj(), r) / np.sum(np.abs(r) ** 2)

    stages = n.bit_length() - 2
    d1 = [graph.edges[("h", i), ("D1", i)]["weight"] for i in range(n)]
    d2 = [graph.edges[("P", i), ("D2", i)]["weight"] for i in range(n)]
    d3 = [graph.edges[("R2", i), ("h", i)]["weight"] for i in range(n)]
    source = [next(iter(graph.predecessors(("P", i))))[1] for i in range(n)]
    u = reflected("R1", fft(h * d1, norm="ortho"), ("F", stages))
    u = reflected("R2", ifft(u[:, source] * d2, norm="ortho"), ("F^-1", stages))
    return np.asarray(u * d3)


def matrix(network: ng.Network) -> Array:
    """Return W, from what one step makes of each unit vector where nothing is thresholded."""
    plain = network.with_weights(network.weights, np.zeros(len(network.nodes)))
    x = np.zeros((UNITS, 1, len(network.inputs)))
    return np.asarray(ng.simulate(plain, x, start=np.eye(UNITS)).last.T)


def checks(seed: int, trained: ng.Network) -> dict[str, float]:
    """Return what :data:`ASKED` bounds, of a network that has learned."""
    rng = np.random.default_rng(seed)
    h = rng.normal(size=(8, UNITS)) + 1j * rng.normal(size=(8, UNITS))
    W = matrix(trained)
    plain = trained.with_weights(trained.weights, np.zeros(len(trained.nodes)))
    long = ng.simulate(plain, np.zeros((8, 10_000, len(trained.inputs))), start=h).last
    drift = np.linalg.norm(long, axis=1) / np.linalg.norm(h, axis=1) - 1.0
    small = ng.compile(ng.topologies.unitary(10, 8, 9, seed=seed), ng.dynamics.unitary())
    x, y = ng.tasks.copying(5, 3, seed=seed)
    gradient = ng.gradient_check(small, x, y, cost=ng.costs.cross_entropy())
    certificate = ng.certify(trained, progress=False)["norm_conservation"]
    found = (
        np.abs(h @ W.T - fourier_form(trained, h)).max(),
        np.abs(W @ W.conj().T - np.eye(UNITS)).max(),
        np.abs(drift).max(),
        certificate.witness["e"] if certificate.claims == ("norm conserved",) else np.inf,
        gradient.relative_error,
    )
    return dict(zip(ASKED, map(float, found), strict=True))


def score(case: str, found: dict[str, float]) -> float:
    """Return what :data:`EXPECTED` is of."""
    return 1.0 - found["1 - recall" if case == COPYING else "mean squared error"]


def summary(
    case: str, found: Sequence[dict[str, float]], others: Sequence[dict[str, float]], quick: bool = False
) -> list[str]:
    """Return lines: the means, what is asked of them unless in the quick form, and what tanh networks reach."""
    lines = []
    for name, most in MOST[case].items():
        mean, other = (float(np.mean([one[name] for one in them])) for them in (found, others))
        asked, reached = ("-", "-") if quick else (f"<= {most:g}", "yes" if mean <= most else "NO")
        lines.append(f"  {name:<28}{asked:>12}{mean:>12.4f}{reached:>8}{other:>14.4f}")
    return lines


HEADER = f"{'':<28}{Mean.HEADER}"


def main() -> None:
    """Print the checks and the tables."""
    left = f"one network of each task, {' and '.join(map(str, UPDATES.values()))} updates, of which nothing is expected"
    options = arguments(__doc__, seeds=5, quick=left, jobs=False).parse_args()
    updates = UPDATES if options.quick else dict.fromkeys(MOST)
    seeds = range(options.first, options.first + options.seeds)
    for paragraph in filter(None, (SOURCE, PAPER, DIFFERENCES, options.quick)):
        print(textwrap.fill(paragraph, len(HEADER)) + "\n")
    networks = {case: [learn(case, seed, updates[case]) for seed in seeds] for case in MOST}
    found = [checks(seed, trained) for seed, trained in zip(seeds, networks[COPYING], strict=True)]
    print(f"{f'the largest of {len(seeds)} networks':<40}{'asked':>12}{'is':>12}")
    for name, most in ASKED.items():
        print(f"{name:<40}{f'<= {most:g}':>12}{max(one[name] for one in found):>12.1e}")
    print(f"\n{f'the mean of {len(seeds)} networks':<30}{'asked':>12}{'is':>12}{'':>8}{'tanh network':>14}", flush=True)
    scores = {}
    for case, trained in networks.items():
        tests = [samples(case, 500, np.random.default_rng([seed, 1])) for seed in seeds]
        own = [judged(case, ng.simulate(one, x).outputs, y) for one, (x, y) in zip(trained, tests, strict=True)]
        pairs = zip(seeds, tests, strict=True)
        others = [judged(case, rival(case, seed, updates[case]).outputs(x), y) for seed, (x, y) in pairs]
        scores[case] = np.array([score(case, one) for one in own])
        print(case, *summary(case, own, others, bool(options.quick)), sep="\n", flush=True)
    if options.quick:
        return
    shown = f"Recall, and 1 - mean squared error, in per cent of {len(seeds)} networks from seed {options.first} on."
    print("\n" + textwrap.fill(f"{shown} {EXPLAINED}", len(HEADER)) + f"\n\n{HEADER}")
    for case, mean in EXPECTED.items():
        print(f"{case:<28}{mean.columns(scores[case])}")


if __name__ == "__main__":
    main()
