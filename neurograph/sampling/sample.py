"""sample(): states of binary neurons, drawn from their distribution."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neurograph._arrays import Floats, frozen
from neurograph._checks import Seed, check_memory, checked_generator, checked_number, checked_whole
from neurograph.errors import DataError, ParameterError
from neurograph.network.inputs import checked_network
from neurograph.network.network import Network
from neurograph.sampling.chains import METHODS, Method, drawn_states, generators
from neurograph.sampling.result import Samples
from neurograph.sampling.visible import binary_values, checked_visible

MOST_SWEEPS = 1 << 53
"""Most sweeps from one sample to the next: whole numbers up to here are floats."""


def sample(
    network: Network,
    x: ArrayLike | None = None,
    y: None = None,
    *,
    samples: int = 1000,
    burn_in: float = 100,
    thin: float = 1,
    chains: int = 1,
    method: Method = "gibbs",
    start: ArrayLike | Literal["random"] = "random",
    seed: Seed = None,
) -> Samples:
    r"""Draw states of binary neurons, some of them held.

    Each chain has random numbers of its own, so that it draws the same states whatever stands beside it, on any number
    of threads.

    Parameters
    ----------
    network : Network
        Of :func:`neurograph.dynamics.binary`. Its visible neurons are the outputs.
    x : array (rows, visible), or a mapping, optional
        What visible neurons are held at: 0, 1, or a chance of 1 in between, drawn once for each chain; NaN leaves a
        neuron free, to be filled in. Or a mapping of labels to numbers or columns, ``{"a": 1}``, or a table whose
        columns have their labels for names, in either of which what is not named is free. None leaves all free.
    y
        Refused: binary neurons have no targets. Hold the outputs by x.
    samples : int
        How many are kept of each chain.
    burn_in, thin : int; of flips float
        Sweeps that are dropped first, and then from each sample to the next; of flips, spans of time.
    chains : int
        How many of each row of x; of a row, they follow each other.
    method : {"gibbs", "flips"}
        Sweeps, or flips in continuous time.
    start : array (nodes,) or (chains in all, nodes), or "random"
        Where free neurons start, 0 or 1; "random" draws each with the chance 1/2.
    seed : int or numpy.random.Generator, optional
        Of all that is drawn.

    Returns
    -------
    Samples
        ``.states`` (chains, samples, nodes), ``.outputs``, ``.means``, ``.marginals``, ``.effective_size``,
        ``.standard_errors``, ``.last``.

    Raises
    ------
    DataError
        If x or start has the wrong shape, or other values.
    ParameterError
        If no neuron is free, a neuron flips at an infinite rate, or another argument is out of range.
    GraphTooLargeError
        If the machine has not the memory for the samples.

    Notes
    -----
    .. math::
        \text{gibbs:}\quad P(s_j = 1 \mid \text{the others}) = \frac 1 {1 + e^{-a_j}}, \qquad
        \text{flips:}\quad r_j = e^{(1/2 - s_j) a_j}

    with :math:`s_j` the state of neuron j and :math:`a_j` its log odds. A sweep draws every free neuron once, in the
    graph's order [1]_. In continuous time every neuron flips at the rate :math:`r_j` [2]_, one after another, each at
    an exact random time [3]_. With symmetric weights both have the distribution of
    :func:`neurograph.exact_distribution`.

    References
    ----------
    .. [1] Geman and Geman, Stochastic relaxation, Gibbs distributions, and the Bayesian restoration of images, IEEE
       Transactions on Pattern Analysis and Machine Intelligence 6, 1984.
    .. [2] Liu, Lin, Quek, Variational probability flow for biologically plausible training of deep neural networks,
       AAAI 2018, arXiv 1711.07732.
    .. [3] Gillespie, Exact stochastic simulation of coupled chemical reactions, Journal of Physical Chemistry 81, 1977.

    Examples
    --------
    >>> import numpy as np
    >>> import networkx as nx, neurograph as ng
    >>> graph = nx.DiGraph([("a", "b", {"weight": 2.0}), ("b", "a", {"weight": 2.0})])
    >>> nx.set_node_attributes(graph, "output", "role")
    >>> network = ng.compile(graph, ng.dynamics.binary())
    >>> given = ng.sample(network, {"a": 1}, samples=20000, seed=0)  # b is drawn
    >>> float(given.marginals[1].round(2)), float((1 / (1 + np.exp(-2))).round(2))
    (0.88, 0.88)
    """
    network = checked_network(network, "binary")
    if y is not None:
        raise ParameterError(
            "y is given, but binary neurons have no targets: expected the values of outputs that are held in x, and "
            "NaN for those that are free"
        )
    if method not in METHODS:
        raise ParameterError(f"method is {method!r}: expected {' or '.join(map(repr, METHODS))}")
    samples, chains = checked_whole("samples", samples, 1), checked_whole("chains", chains, 1)
    burn_in, thin = _checked_spans(burn_in, thin, method)
    rng = checked_generator(seed)
    rows = np.full((1, network.connectivity.outputs.size), np.nan) if x is None else checked_visible(network, x)
    # Each has numbers of its own, in the order of the chains, so that more chains change nothing of the first.
    of_chains, of_chances, of_starts = map(np.random.default_rng, rng.integers(0, 2**63, 3))
    held_at = binary_values(np.repeat(rows, chains, axis=0), of_chances)
    state, held = starting_states(network, held_at, start, of_starts)
    needed = state.shape[0] * samples * state.shape[1]
    check_memory(needed, f"{samples} samples of {state.shape[0]} chains", "keep fewer samples, further apart (thin=)")
    generator = generators(of_chains, state.shape[0])
    drawn = drawn_states(network, state, held, generator, method, burn_in, thin, samples)
    return Samples(network, frozen(drawn), frozen(held))


def _checked_spans(burn_in: Any, thin: Any, method: str) -> tuple[float, float]:
    if method == "flips":
        return checked_number("burn_in", burn_in, least=0.0), checked_number("thin", thin, above=0.0)
    for name, span in (("burn_in", burn_in), ("thin", thin)):
        if checked_whole(name, span, int(name == "thin"), ", in sweeps") > MOST_SWEEPS:
            raise ParameterError(f"{name} is {span!r}: expected at most {MOST_SWEEPS}, in sweeps")
    return int(burn_in), int(thin)


def starting_states(
    network: Network, held_at: Floats, start: Any, rng: np.random.Generator
) -> tuple[Floats, NDArray[np.bool_]]:
    """Return where chains start (chains, nodes), and which neurons are held: those without NaN in `held_at`.

    Raises
    ------
    ParameterError
        If none is free.
    DataError
        If the start has another shape, or other values than 0 and 1.
    """
    connectivity = network.connectivity
    shape = (held_at.shape[0], len(network.nodes))
    state, held = np.zeros(shape, network.dtype), np.zeros(shape, np.bool_)
    if isinstance(start, str):
        if start != "random":
            raise ParameterError(f"start is {start!r}: expected an array (chains, nodes) of 0 and 1, or 'random'")
        state[...] = rng.integers(0, 2, shape)
    else:
        try:
            state[...] = np.asarray(start, network.dtype)
        except (TypeError, ValueError):
            raise DataError(
                f"start has shape {np.shape(start)}: expected (nodes,) = {shape[1:]}, (chains, nodes) = {shape}, or a "
                "number"
            ) from None
        if not np.isin(state, (0.0, 1.0)).all():
            raise DataError("start holds something else than 0 and 1: expected states of binary neurons")
    given = ~np.isnan(held_at)
    held[:, connectivity.outputs] = given
    state[:, connectivity.outputs] = np.where(given, held_at, state[:, connectivity.outputs])
    held[:, connectivity.bias_nodes] = True
    state[:, connectivity.bias_nodes] = 1.0
    if held.all():
        raise ParameterError(
            "x holds every visible neuron, and there is no hidden one, so that a sweep has no free neuron: expected "
            "NaN in x where a neuron is to be drawn"
        )
    return state, held
