"""The scikit-learn face: a graph that classifies and one that predicts numbers, as scikit-learn's own estimators do.

They go into a Pipeline, ``cross_val_score``, ``GridSearchCV``, and with joblib's backends onto many cores or a cluster.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any, Self, TypeAlias, Unpack

import networkx as nx
import numpy as np
from numpy.typing import ArrayLike, NDArray

from neurograph._checks import check_mask, checked_whole, public_names
from neurograph.equations.costs import Cost, cross_entropy, squared_error
from neurograph.equations.neuron import Dynamics
from neurograph.errors import DataError, MissingPackageError, ParameterError
from neurograph.graphs.edge_table import EdgeTable
from neurograph.graphs.labelled import column_names, estimator_order, shown
from neurograph.graphs.topologies import complete
from neurograph.learning.optimisers import Optimiser, adam
from neurograph.network.compilation import compile
from neurograph.network.network import Network
from neurograph.solvers.settle import settle
from neurograph.training.config import TrainingOptions, with_options
from neurograph.training.state import TrainingState
from neurograph.training.train import train

try:
    from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
    from sklearn.utils import check_random_state
    from sklearn.utils.multiclass import check_classification_targets
    from sklearn.utils.validation import check_is_fitted, validate_data
except ModuleNotFoundError:
    raise MissingPackageError(
        "neurograph's estimators need scikit-learn, which is not installed: expected the extra 'sklearn'; "
        'pip install "neurograph-simulator[sklearn]"'
    ) from None

__all__ = ["GraphClassifier", "GraphRegressor"]

Floats = NDArray[np.float64]
Graph: TypeAlias = "nx.DiGraph[Any] | EdgeTable | Network"

HIDDEN = 32
"""Hidden nodes of the default graph, when no number is given."""

LEFT_OUT = ("start", "pruner", "grower", "keep", "checkpoint", "checkpoint_seconds", "progress")
"""Options of :func:`neurograph.train` that the estimators do not have."""

SPAN = (0.1, 0.9)
"""Where a regressor's targets are moved to: every named dynamics reaches all of it."""


class _GraphEstimator(BaseEstimator):  # type: ignore[misc]
    """What both estimators share: the parameters, the network, and how it is trained and settled."""

    @with_options(*LEFT_OUT, epochs=50, target_cost=None)
    def __init__(
        self,
        graph: Graph | Callable[[int, int, int], Graph] | None = None,
        *,
        hidden: int | None = None,
        dynamics: Dynamics | Mapping[str, Dynamics] | None = None,
        random_state: int | np.random.RandomState | None = None,
        **training: Unpack[TrainingOptions],
    ) -> None:
        self.graph = graph
        self.hidden = hidden
        self.dynamics = dynamics
        self.random_state = random_state
        for name, value in training.items():
            setattr(self, name, value)

    def _train(self, X: Any, x: Floats, y: Floats, names: Any, outputs: str, cost: Cost, optimiser: Optimiser) -> None:
        check_mask("X", X, DataError)
        count = y.shape[1]
        if isinstance(self.validation, tuple):
            raise ParameterError(
                f"validation has {len(self.validation)} parts: expected a number, the share of the samples to hold "
                "out; neurograph.train takes other samples"
            )
        graph_seed, seed = check_random_state(self.random_state).randint(np.iinfo(np.int32).max, size=2).tolist()
        network = self._network(x.shape[1], count, graph_seed)
        _check_fit("input", network.inputs, f"X has {x.shape[1]} features", x.shape[1])
        _check_fit("output", network.outputs, outputs, count)
        self._names = column_names(X)
        built = self.graph is None or callable(self.graph)  # such a graph names its nodes itself
        self._columns = estimator_order(None if built else self._names, network.inputs, "X")
        self._targets = estimator_order(None if built else names, network.outputs, "y")
        given = self.get_params(deep=False).items()
        options = {name: value for name, value in given if name in TrainingOptions.__annotations__} | {"cost": cost}
        if self.optimiser is None:
            options["optimiser"] = optimiser
        x, y = x[:, self._columns], y[:, self._targets]
        self.fit_: TrainingState = train(network, x, y, seed=seed, progress=False, **options)
        self.network_ = self.fit_.best
        self.n_iter_ = self.fit_.epochs

    def _network(self, inputs: int, outputs: int, seed: int) -> Network:
        graph: Any = self.graph
        if graph is None:
            hidden = HIDDEN if self.hidden is None else checked_whole("hidden", self.hidden, 0)
            graph = complete(inputs, hidden, outputs, bias=True, seed=seed)
        elif self.hidden is not None:
            raise ParameterError(
                f"hidden is {self.hidden!r}, but graph is given, which has its own hidden nodes: leave one of them out"
            )
        elif callable(graph):
            _check_function(graph)
            graph = graph(inputs, outputs, seed)
        if not isinstance(graph, Network):
            return compile(graph, self.dynamics)
        if self.dynamics is not None:
            own = "a mapping" if isinstance(self.dynamics, Mapping) else self.dynamics.name
            raise ParameterError(
                f"dynamics is {own}, but graph is a Network, which has {graph.dynamics.name}: leave "
                "dynamics out, or pass the network's graph, network.to_graph()"
            )
        return graph

    def _outputs(self, X: ArrayLike) -> Floats:
        """Return what the network answers to samples (samples, outputs)."""
        check_is_fitted(self)
        check_mask("X", X, DataError)
        x = validate_data(self, X, reset=False, dtype=np.float64)
        if (names := column_names(X)) and self._names and names != self._names:
            raise DataError(f"X has the columns {shown(names)}: expected those of fit, {shown(self._names)}")
        outputs = settle(self.network_, x[:, self._columns], solver=self.solver).outputs
        return np.asarray(outputs[:, np.argsort(self._targets)], np.float64)


class GraphClassifier(ClassifierMixin, _GraphEstimator):  # type: ignore[misc]
    """A directed graph that tells classes apart, one output node a class.

    Features should be of about the same size, as by ``make_pipeline(StandardScaler(), GraphClassifier())``. The
    defaults settle whatever the weights, so :func:`neurograph.certify` proves it of ``network_``.

    Parameters
    ----------
    graph : networkx.DiGraph, EdgeTable, Network or function, optional
        The graph, with an input node for each feature and an output node for each class: of its name, or in the order
        of X and ``classes_`` where none has such a name. Every fit starts from its weights. Or a function, called as
        ``graph(n_in, n_out, seed)``, that gives one. Default: ``topologies.complete`` with a bias node.
    rule, beta, solver, epochs, batch_size, target_cost, patience
        As in :func:`neurograph.train`; by default 50 epochs, each of which is run.
    cost : Cost, optional
        Default ``costs.cross_entropy(10)``.
    optimiser : Optimiser, optional
        Default ``optimisers.adam(0.02, decay=0.95, l1=0.01)``.
    validation : float, optional
        Share of the samples that is held out; the network kept is then the one after the epoch where they cost least.
    hidden : int, optional
        Hidden nodes of the default graph, 32 if not given; not with a `graph`.
    dynamics : Dynamics or mapping of str to Dynamics, optional
        How a neuron, or one of each population, moves, as in :func:`neurograph.compile`. Not with a Network.
    random_state : int, RandomState or None
        Of the graph's weights and the order of the samples.

    Attributes
    ----------
    classes_ : array (classes,)
        The labels.
    network_ : Network
        The trained network.
    fit_ : TrainingState
        What :func:`neurograph.train` gave, its history among it.
    n_iter_ : int
        How many epochs were run.
    n_features_in_ : int
        How many features X had.
    feature_names_in_ : object array (features,)
        Their names, if X had any.

    Notes
    -----
    The answer to x is the class k of the largest output s_k at the equilibrium. With the default cost its probability
    is p_k = exp(10 s_k) / (sum of exp(10 s_l) over the classes l), for outputs from 0 to 1 need a gain of about 10.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import StandardScaler
    >>> import neurograph as ng
    >>> x, y = load_iris(return_X_y=True)
    >>> model = make_pipeline(StandardScaler(), ng.GraphClassifier(hidden=8, random_state=0)).fit(x, y)
    >>> model.score(x, y) > 0.95
    True
    >>> model[-1].network_
    Network(deep (absolute leak): 16 nodes (8 hidden, 4 input, 1 bias, 3 output), 165 edges)
    """

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Train the graph.

        Parameters
        ----------
        X : array (samples, features)
        y : array (samples,)
            The class of each sample, as labels of any type.

        Returns
        -------
        GraphClassifier
            Itself.

        Raises
        ------
        DataError
            If y has one class only, or the graph's inputs or outputs are not as many as the features or classes.
        ValueError
            If X or y cannot be read.
        ParameterError, GraphError, DivergenceError
            As :func:`neurograph.train` and :func:`neurograph.compile` do.
        """
        check_mask("y", y, DataError)
        x, labels = validate_data(self, X, y, dtype=np.float64)
        check_classification_targets(labels)
        self.classes_, places = np.unique(labels, return_inverse=True)
        count = self.classes_.size
        if count < 2:
            raise DataError(f"y has one class only, {self.classes_.tolist()[0]!r}: expected at least two classes")
        optimiser = adam(0.02, decay=0.95, l1=0.01)
        names = tuple(self.classes_.tolist()) if self.classes_.dtype.kind in "OU" else None  # numbers are no names
        self._train(X, x, np.eye(count)[places], names, f"y has {count} classes", self._chosen_cost(), optimiser)
        return self

    def predict_proba(self, X: ArrayLike) -> Floats:
        """Return how likely each class is.

        With the cross-entropy, the softmax that was trained; with another cost, the distribution that is nearest to
        the outputs.

        Parameters
        ----------
        X : array (samples, features)

        Returns
        -------
        array (samples, classes)
            In the order of ``classes_``; each row adds up to 1.

        References
        ----------
        Duchi, Shalev-Shwartz, Singer and Chandra, Efficient projections onto the l1-ball, ICML 2008.
        """
        outputs, cost = self._outputs(X), self._chosen_cost()
        if cost.coupled:
            return cost.answer_shares(outputs)
        return _nearest_distribution(outputs)

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """Return the likeliest class of each sample (samples,).

        Parameters
        ----------
        X : array (samples, features)

        Returns
        -------
        array (samples,)
        """
        places = self._outputs(X).argmax(axis=1)
        return np.asarray(self.classes_[places])

    def _chosen_cost(self) -> Cost:
        return cross_entropy(10.0) if self.cost is None else self.cost


class GraphRegressor(RegressorMixin, _GraphEstimator):  # type: ignore[misc]
    """A directed graph that predicts numbers, one output node a target.

    Features should be of about the same size, as by ``make_pipeline(StandardScaler(), GraphRegressor())``. Targets may
    be of any: the network learns them moved to what every named dynamics reaches, and predictions are moved back.
    Costs, `target_cost` among them, are those of moved targets.

    Parameters
    ----------
    graph : networkx.DiGraph, EdgeTable, Network or function, optional
        As of :class:`GraphClassifier`, with an output node for each target: of its name, or in the order of y.
    rule, beta, cost, solver, epochs, batch_size, target_cost, patience
        As in :func:`neurograph.train`; by default 50 epochs, each of which is run.
    optimiser : Optimiser, optional
        Default ``optimisers.adam(0.02, decay=0.95, l1=0.2)``.
    validation, hidden, dynamics, random_state
        As of :class:`GraphClassifier`.

    Attributes
    ----------
    network_, fit_, n_iter_, n_features_in_, feature_names_in_
        As of :class:`GraphClassifier`.

    Notes
    -----
    A target t, between its lowest and highest value l and h in training, is learned as 0.1 + 0.8 (t - l)/(h - l).

    Examples
    --------
    >>> import numpy as np, neurograph as ng
    >>> x = np.linspace(-1.0, 1.0, 100)[:, None]
    >>> model = ng.GraphRegressor(hidden=8, random_state=0).fit(x, 500.0 * x.ravel() ** 2)
    >>> model.score(x, 500.0 * x.ravel() ** 2) > 0.9
    True
    """

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Train the graph.

        Parameters
        ----------
        X : array (samples, features)
        y : array (samples,) or (samples, targets)

        Returns
        -------
        GraphRegressor
            Itself.

        Raises
        ------
        DataError
            If the graph's inputs or outputs are not as many as the features or targets.
        ValueError
            If X or y cannot be read.
        ParameterError, GraphError, DivergenceError
            As :func:`neurograph.train` and :func:`neurograph.compile` do.
        """
        check_mask("y", y, DataError)
        x, target = validate_data(self, X, y, dtype=np.float64, multi_output=True, y_numeric=True)
        target = np.asarray(target, np.float64)
        self._flat = target.ndim == 1
        table = target[:, None] if self._flat else target
        low, high = table.min(axis=0), table.max(axis=0)
        self._middle, self._half = (high + low) / 2, (high - low) / 2
        moved = np.mean(SPAN) + np.ptp(SPAN) / 2 * (table - self._middle) / np.where(self._half > 0.0, self._half, 1.0)
        count = table.shape[1]
        cost = squared_error() if self.cost is None else self.cost
        optimiser = adam(0.02, decay=0.95, l1=0.2)
        self._train(X, x, moved, column_names(y), f"y has {count} target{'s' * (count > 1)}", cost, optimiser)
        return self

    def predict(self, X: ArrayLike) -> Floats:
        """Return the targets of each sample, in the shape that y had.

        Parameters
        ----------
        X : array (samples, features)

        Returns
        -------
        array (samples,) or (samples, targets)
        """
        outputs = self._outputs(X)
        predicted = self._middle + self._half * (outputs - np.mean(SPAN)) / (np.ptp(SPAN) / 2)
        return np.asarray(predicted[:, 0] if self._flat else predicted)

    def __sklearn_tags__(self) -> Any:
        """Return the tags, with the one that y may have several columns."""
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags


def _check_function(graph: Callable[..., Any]) -> None:
    """Refuse a function that is not one of (n_in, n_out, seed), a builder of topologies.py among them."""
    try:
        inspect.signature(graph).bind(0, 0, 0)
        fits = getattr(graph, "__module__", None) != complete.__module__
    except TypeError:
        fits = False
    if not fits:
        raise ParameterError(
            f"graph is {graph!r}, which does not take (n_in, n_out, seed): expected a function such as "
            "lambda n_in, n_out, seed: neurograph.topologies.complete(n_in, 8, n_out, seed=seed)"
        )


def _check_fit(role: str, nodes: tuple[Any, ...], what: str, count: int) -> None:
    if len(nodes) != count:
        many = f"{len(nodes)} {role} node{'s' * (len(nodes) != 1)}: expected {count}, one for each"
        raise DataError(f"{what}, but the graph has {many}; a function graph(n_in, n_out, seed) is told how many")


def _nearest_distribution(outputs: Floats) -> Floats:
    """Return the point of the probability simplex nearest to each row."""
    ordered = -np.sort(-outputs, axis=1)
    excess = (np.cumsum(ordered, axis=1) - 1.0) / np.arange(1, outputs.shape[1] + 1)
    last = np.sum(ordered > excess, axis=1) - 1
    return np.asarray(np.maximum(outputs - excess[np.arange(len(outputs)), last][:, None], 0.0))


public_names(__name__, __all__)
