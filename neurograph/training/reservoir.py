"""A graph as a reservoir: a scikit-learn transformer of sequences to states, for a read-out to follow."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace
from typing import Any, Literal, Self, TypeAlias

import networkx as nx
import numpy as np
from numpy.typing import ArrayLike, NDArray

from neurograph._checks import check_mask, checked_number, checked_whole, public_names
from neurograph.equations.neuron import Dynamics
from neurograph.errors import DataError, GraphError, MissingPackageError, ParameterError
from neurograph.graphs.columns import Column
from neurograph.graphs.edge_table import INPUT, EdgeTable
from neurograph.graphs.from_networkx import as_table, wiring_of
from neurograph.graphs.labelled import column_names, estimator_order
from neurograph.graphs.naming import Naming, places_of
from neurograph.graphs.normalisation import spectral_radius
from neurograph.graphs.wiring import Wiring
from neurograph.network.compilation import compile
from neurograph.network.network import Network
from neurograph.simulation.simulate import simulate
from neurograph.solvers.result import Record

try:
    from sklearn.base import BaseEstimator, TransformerMixin
    from sklearn.utils import check_random_state
    from sklearn.utils.validation import check_is_fitted, validate_data
except ModuleNotFoundError:
    raise MissingPackageError(
        "neurograph's estimators need scikit-learn, which is not installed: expected the extra 'sklearn'; "
        'pip install "neurograph-simulator[sklearn]"'
    ) from None

__all__ = ["GraphReservoir"]

Floats = NDArray[np.float64]
Graph: TypeAlias = "nx.DiGraph[Any] | EdgeTable | Network"

ACTIVATIONS = {"tanh": "tanh(I + b)", "sigmoid": "sigmoid(I + b)", "relu": "relu(I + b)", "identity": "I + b"}
"""What a neuron's state is drawn to, as an equation."""

MOVING = ("hidden", "output")


class GraphReservoir(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    r"""A directed graph through which sequences run, and whose states a read-out learns from: an echo state network.

    Nothing in it is trained. X is one sequence (time, features), or many (samples, time, features), which all begin at
    rest; what comes out has a row for each step and a column for each neuron, so that any read-out of scikit-learn can
    follow, as in ``make_pipeline(GraphReservoir(graph), Ridge())``. Of many sequences the rows are stacked one sequence
    after the other, as ``y.reshape(-1, targets)`` has those of y (samples, time, targets).

    Parameters
    ----------
    graph : networkx.DiGraph, EdgeTable or Network
        Any directed graph with weights; of a Network the neurons are put aside. W are the weights among hidden and
        output nodes, b what they have as ``bias``, and those from a bias node. If it has input nodes, there is one for
        each feature, of its name or else in the order of X, and W_in are the weights from them. If it has none, W_in
        is drawn from U(-1, 1), from each feature to each neuron.
    leak : float
        lambda, above 0 and at most 1; a node attribute ``leak`` overrides it for that node.
    spectral_radius : float or None
        What the largest size of an eigenvalue of W is scaled to. None: the weights stay as they are.
    input_scaling : float
        By what W_in is multiplied.
    washout : int
        Steps that are run before the first, with its input held, so that the states no longer know of the rest that
        they came from. No row is lost by it, for a read-out must get as many as y has. To leave out rows instead, as
        is usual where states are at hand, pass on ``transform(X)[k:]`` and ``y[k:]``.
    activation : {"tanh", "sigmoid", "relu", "identity"}
        What stands in the place of tanh.
    nodes : labels, or mapping of attribute to value, optional
        Which neurons are given, in this order, as ``["a", "b"]`` or ``{"class": "motor"}``. Default: all.
    last : bool
        Whether only the state after the last step is given, a row for each of many sequences: what a read-out needs
        that has one answer a sequence.
    random_state : int, RandomState or None
        Of W_in where it is drawn.

    Attributes
    ----------
    network_ : Network
        The reservoir, with its weights as scaled; the neurons that are given are its outputs.
    n_features_in_ : int
        How many features X had.
    feature_names_in_ : object array (features,)
        Their names, if X had any.

    Notes
    -----
    .. math:: s_{t+1} = (1 - \lambda)\, s_t + \lambda \tanh(W s_t + W_\mathrm{in} u_{t+1} + b), \quad s_0 = 0

    with s_t the states (neurons,) after step t, u_t the features, W and W_in the weights among the neurons and from the
    features, b the biases and lambda the leak [1]_, [2]_.

    References
    ----------
    .. [1] Jaeger, The "echo state" approach to analysing and training recurrent neural networks, GMD report 148, 2001.
    .. [2] The leak: Jaeger, Lukosevicius, Popovici, Siewert, Optimization and applications of echo state networks with
       leaky-integrator neurons, Neural Networks 20, 2007.

    Examples
    --------
    >>> from sklearn.linear_model import Ridge
    >>> from sklearn.pipeline import make_pipeline
    >>> import neurograph as ng
    >>> x, y = ng.tasks.mackey_glass(steps=1000, horizon=17, seed=0)
    >>> graph = ng.topologies.random(inputs=0, hidden=100, outputs=1, density=0.1, seed=0)
    >>> model = make_pipeline(ng.GraphReservoir(graph, washout=100, random_state=0), Ridge(1e-6)).fit(x[:800], y[:800])
    >>> model.score(x[800:], y[800:]) > 0.95
    True
    """

    def __init__(
        self,
        graph: Graph,
        *,
        leak: float = 1.0,
        spectral_radius: float | None = 0.9,
        input_scaling: float = 1.0,
        washout: int = 0,
        activation: Literal["tanh", "sigmoid", "relu", "identity"] = "tanh",
        nodes: Naming = None,
        last: bool = False,
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        self.graph = graph
        self.leak = leak
        self.spectral_radius = spectral_radius
        self.input_scaling = input_scaling
        self.washout = washout
        self.activation = activation
        self.nodes = nodes
        self.last = last
        self.random_state = random_state

    def fit(self, X: ArrayLike, y: Any = None) -> Self:
        """Make the reservoir for so many features; nothing else of X is used, and nothing of y.

        Parameters
        ----------
        X : array (time, features) or (samples, time, features)
        y
            Left aside.

        Returns
        -------
        GraphReservoir
            Itself.

        Raises
        ------
        ParameterError
            If an argument is out of range.
        GraphError
            If the graph cannot be compiled, or has no cycle and so no spectral radius.
        DataError
            If the graph's inputs are not as many as the features, or X has another shape or a number not finite.
        ValueError
            If X cannot be read.
        """
        self._washout = checked_whole("washout", self.washout, 0)
        if not isinstance(self.last, (bool, np.bool_)):
            raise ParameterError(f"last is {self.last!r}: expected True or False")
        self._last = bool(self.last)
        count = self._sequences(X, reset=True).shape[2]
        wiring, self._read = self._read_out(_wiring(self.graph))
        own = "input" in wiring.roles()
        if not own:
            wiring = _with_inputs(wiring, count, check_random_state(self.random_state))
        network = self._compiled(wiring)
        if len(network.inputs) != count:
            many = f"{len(network.inputs)} input node{'s' * (len(network.inputs) > 1)}"
            raise DataError(
                f"X has {count} features, but the graph has {many}: expected one for each; to have inputs drawn, "
                "leave it none, topologies.from_graph(graph, inputs=[], outputs=list(graph))"
            )
        self._columns = estimator_order(column_names(X) if own else None, network.inputs, "X")
        self.network_ = self._scaled(network)
        return self

    def transform(self, X: ArrayLike) -> Floats:
        """Return the states after each step.

        Parameters
        ----------
        X : array (time, features) or (samples, time, features)

        Returns
        -------
        array (time, neurons) or (samples * time, neurons), or (samples, neurons) with `last`

        Raises
        ------
        DataError
            If X has another shape or a number that is not finite.
        DivergenceError
            If a state leaves the range of floats, as it can with "relu" or "identity".
        ValueError
            If X cannot be read, or has not the features of fit.
        """
        check_is_fitted(self)
        x = self._sequences(X, reset=False)[:, :, self._columns]
        x = np.concatenate([np.repeat(x[:, :1], self._washout, axis=1), x], axis=1)
        kept = Record(every=x.shape[1] if self._last else 1, nodes=self._read)
        run = simulate(self.network_, x, dt=1.0, method="euler", record=kept, progress=False)
        if run.interrupted:  # what was kept has not a row for each step
            raise KeyboardInterrupt
        states = run.states if self._last else run.states[:, self._washout :]
        return np.array(states, np.float64).reshape(-1, len(self._read))

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:
        """Return the labels of the neurons that are given, as text.

        Parameters
        ----------
        input_features
            Left aside.

        Returns
        -------
        array of str (neurons,)
        """
        check_is_fitted(self)
        names = list(map(str, self._read))
        return np.array(names if len(set(names)) == len(names) else list(map(repr, self._read)), object)

    def __sklearn_tags__(self) -> Any:
        """Return the tags, with the one that X may be of many sequences."""
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = True
        return tags

    def _sequences(self, X: Any, reset: bool) -> Floats:
        """Return X as finite numbers (samples, time, features)."""
        check_mask("X", X, DataError)
        wanted = "expected (time, features), one sequence, or (samples, time, features), of sequences of one length"
        try:
            shape = X.shape if hasattr(X, "shape") else np.asarray(X).shape
        except ValueError:
            raise DataError(
                f"X is no array, for its parts differ in length: {wanted}; transform others apart"
            ) from None
        if len(shape) > 3:
            raise DataError(f"X has shape {shape}: {wanted}")
        many = len(shape) == 3
        if self._last and len(shape) == 2:
            raise DataError(
                "last is True, which gives a row a sequence, but X has 2 dimensions, the steps of one: expected "
                "(samples, time, features); of one sample, write np.asarray(X)[None]"
            )
        rows = np.asarray(X).reshape(shape[0] * shape[1], shape[2]) if many else X
        rows = validate_data(self, rows, reset=reset, dtype=np.float64, ensure_all_finite=False)
        x: Floats = rows.reshape(shape if many else (1, *rows.shape))
        wrong = np.argwhere(~np.isfinite(x))
        if wrong.size:
            number = x[tuple(wrong[0])]
            place = wrong[0].tolist()[0 if many else 1 :]
            raise DataError(f"X{place} is {'NaN' if np.isnan(number) else number}: expected finite numbers")
        return x

    def _read_out(self, wiring: Wiring) -> tuple[Wiring, tuple[Hashable, ...]]:
        """Make outputs of the neurons that are given, and of no others; return their labels too."""
        roles = np.array([*wiring.roles(), None], object)[:-1]
        moving = np.array([role in MOVING for role in roles], np.bool_)
        read = np.flatnonzero(moving) if self.nodes is None else np.array(places_of(wiring, self.nodes, "nodes"), int)
        for place in read[~moving[read]].tolist():
            raise ParameterError(
                f"nodes names {wiring.nodes[place]!r}, which has role {roles[place]!r}: expected nodes that move, of "
                f"role {' or '.join(map(repr, MOVING))}"
            )
        if not read.size:
            said = "the graph has no node that moves" if self.nodes is None else f"nodes is {self.nodes!r}"
            raise GraphError(f"{said}: expected at least one, of role {' or '.join(map(repr, MOVING))}")
        roles[moving] = "hidden"
        roles[read] = "output"
        labels = tuple(wiring.nodes[place] for place in read.tolist())
        return replace(wiring, of_nodes=wiring.of_nodes.having(role=Column(roles))), labels

    def _compiled(self, wiring: Wiring) -> Network:
        """Return the network, with its weights as they are."""
        leak = checked_number("leak", self.leak, above=0.0, most=1.0)
        if not isinstance(self.activation, str) or self.activation not in ACTIVATIONS:
            known = " or ".join(map(repr, ACTIVATIONS))
            raise ParameterError(f"activation is {self.activation!r}: expected {known}")
        drift = f"leak*(-s + {ACTIVATIONS[self.activation]})"
        neuron = Dynamics(drift, parameters={"leak": leak}, name=f"leaky {self.activation}")
        network = compile(wiring.table(), neuron)
        leaks = network.parameters[:, 0]
        for place in np.flatnonzero(~((leaks > 0.0) & (leaks <= 1.0))).tolist():
            checked_number(f"the leak of node {network.nodes[place]!r}", float(leaks[place]), above=0.0, most=1.0)
        return network

    def _scaled(self, network: Network) -> Network:
        """Scale W to the spectral radius, and W_in by the input scaling."""
        table, factor = network.connectivity.table, 1.0
        if self.spectral_radius is not None:
            wanted = checked_number("spectral_radius", self.spectral_radius, above=0.0, remark=", or None")
            W = network.matrix()[table.free][:, table.free]
            radius = _radius(W)
            if not radius > 1e-9 * np.abs(W.data).max(initial=0.0):
                raise GraphError(
                    f"spectral_radius is {wanted:g}, but that of the graph is 0, for it has no cycle: expected "
                    "spectral_radius=None, which leaves the weights as they are"
                )
            factor = wanted / radius
        scaling = checked_number("input_scaling", self.input_scaling)
        sources = table.roles[network.connectivity.pre]
        scales = np.where(table.free[network.connectivity.pre], factor, np.where(sources == INPUT, scaling, 1.0))
        return network.with_weights(network.weights * scales)


def _wiring(graph: Any) -> Wiring:
    """Return a graph with what it carries."""
    return Wiring.of(as_table(graph)) if isinstance(graph, (EdgeTable, Network)) else wiring_of(graph)


def _with_inputs(wiring: Wiring, count: int, random: np.random.RandomState) -> Wiring:
    """Return the graph with so many inputs more, each with an edge from U(-1, 1) to every node that moves."""
    roles, own, edges = wiring.roles(), len(wiring.nodes), wiring.pre.size
    moving = np.flatnonzero([role in MOVING for role in roles])
    name = "x"
    while any(f"{name}{k}" in wiring.index for k in range(count)):
        name += "_"
    pre, post = np.repeat(np.arange(count), moving.size) + own, np.tile(moving, count)
    of_edges = wiring.of_edges.longer(pre.size)
    weight = of_edges.get("weight", Column.absent(of_edges.count))
    drawn = weight.changed(np.arange(edges, of_edges.count), random.uniform(-1.0, 1.0, pre.size))
    return replace(
        wiring,
        nodes=(*wiring.nodes, *(f"{name}{k}" for k in range(count))),
        pre=np.append(wiring.pre, pre.astype(np.int32)),
        post=np.append(wiring.post, post.astype(np.int32)),
        of_nodes=wiring.of_nodes.longer(count).having(role=Column(np.array([*roles, *["input"] * count], object))),
        of_edges=of_edges.having(weight=drawn),
    )


def _radius(W: Any) -> float:
    """Return the spectral radius of W."""
    try:
        return spectral_radius(W)
    except GraphError as error:
        raise GraphError(
            "the spectral radius of the graph was not found, for several eigenvalues are nearly as large: expected "
            "spectral_radius=None, which leaves the weights as they are"
        ) from error


public_names(__name__, __all__)
