"""Network: a graph and its dynamics as frozen arrays, and back as a graph."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, TypeVar

import networkx as nx
import numpy as np
import scipy
from numpy.typing import ArrayLike, NDArray

from neurograph._arrays import Floats, FrozenArrays, frozen
from neurograph._checks import check_mask
from neurograph.drawing.card import Carded, Html
from neurograph.equations.costs import squared_error
from neurograph.equations.expression import Expression
from neurograph.equations.neuron import POPULATION, Dynamics, pressed
from neurograph.equations.populations import BOX, Populations
from neurograph.errors import ParameterError
from neurograph.graphs.columns import Column
from neurograph.graphs.edge_table import CHUNK, EdgeTable
from neurograph.graphs.labelled import by_name
from neurograph.network import facts
from neurograph.network.attributes import chosen_dynamics, node_boxes, node_parameters, population_of
from neurograph.network.connectivity import Connectivity
from neurograph.network.edge_pairs import EdgePairs, edge_places
from neurograph.network.symmetry import check_bonds

T = TypeVar("T")


@dataclass(frozen=True, eq=False, repr=False)
class Network(FrozenArrays, Carded):
    """A compiled graph: frozen arrays, ready to settle, learn, be certified and be pruned.

    Made by :func:`compile`. Nothing changes in place: :meth:`with_weights` and :meth:`without_edges` give new networks.

    Attributes
    ----------
    connectivity : Connectivity, who is connected to whom
    dynamics : Dynamics
        How a neuron moves.
    weights : float array (edges,)
        Weight of each edge, in the order of :attr:`edges`; complex128 in a unitary network.
    biases : float array (nodes,)
        Bias of each node; 0 for a node without one.
    parameters : float array (nodes, parameters)
        The dynamics' parameters of each node, in the order of ``dynamics.parameters``.

    Examples
    --------
    >>> import neurograph as ng
    >>> network = ng.compile(ng.topologies.layered(inputs=1, hidden=(1,), outputs=1, feedback=False, seed=0))
    >>> network.nodes, list(network.edges), network.w_out_abs.size
    (('x0', 'h0_0', 'y0'), [('x0', 'h0_0'), ('h0_0', 'y0')], 3)
    >>> network.with_weights([0.5, -0.2]).without_edges([("x0", "h0_0")]).matrix().toarray()[2].tolist()
    [0.0, -0.2, 0.0]
    """

    connectivity: Connectivity
    dynamics: Dynamics
    weights: Floats
    biases: Floats
    parameters: Floats

    def __repr__(self) -> str:
        """Return a line with the size."""
        return f"Network({self.dynamics.name}: {facts.counted(self.roles)}, {self.weights.size} edges)"

    def _parts(self) -> Iterator[Html]:
        return facts.parts(self.connectivity, self.dynamics, self.weights, self.parameters, self.population)

    @cached_property
    def nodes(self) -> tuple[Hashable, ...]:
        """The labels, in the graph's own order."""
        return tuple(self.connectivity.table.nodes)

    @cached_property
    def inputs(self) -> tuple[Hashable, ...]:
        """Labels of the input nodes, in the order of the columns of x."""
        return tuple(self.nodes[place] for place in self.connectivity.inputs)

    @cached_property
    def outputs(self) -> tuple[Hashable, ...]:
        """Labels of the output nodes, in the order of the columns of y."""
        return tuple(self.nodes[place] for place in self.connectivity.outputs)

    @cached_property
    def edges(self) -> EdgePairs:
        """Pairs of labels (presynaptic, postsynaptic), in the order of `weights`: a tuple, but made as it is read."""
        return EdgePairs.of(self.connectivity)

    @property
    def roles(self) -> NDArray[np.int8]:
        """Place of each node's role in :data:`neurograph.graphs.edge_table.ROLES`."""
        return self.connectivity.table.roles

    @property
    def delays(self) -> NDArray[np.float64] | None:
        """How long what is sent along each edge takes (edges,), in units of time; None if no edge has a delay above 0.

        It is the edges' attribute ``delay``. An equilibrium does not depend on it: :func:`neurograph.settle` and
        training leave it out.
        """
        return self.connectivity.delays

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type of every number of the network."""
        return self.weights.dtype

    @cached_property
    def w_out(self) -> Floats:
        """Summed outgoing weight of each node."""
        return self._outgoing(np.positive)

    @cached_property
    def w_out_abs(self) -> Floats:
        """Summed absolute outgoing weight of each node."""
        return self._outgoing(np.abs)

    @cached_property
    def constants(self) -> dict[str, Floats]:
        """What the equations read of each node (nodes,) and no state changes, by symbol: b, w_out, the parameters."""
        values = {"b": self.biases}
        values |= {name: getattr(self, name) for name in ("w_out", "w_out_abs") if name in self.dynamics.symbols}
        if isinstance(self.dynamics, Populations):
            values[POPULATION] = self.population.astype(self.dtype)
        return values | {name: self.parameters[:, k] for k, name in enumerate(self.dynamics.defaults)}

    @cached_property
    def population(self) -> NDArray[np.int64]:
        """Place of each node's population in ``dynamics.each`` (nodes,); 0 where the dynamics is one for all."""
        return population_of(self.connectivity.table, self.dynamics)

    @cached_property
    def box(self) -> tuple[Floats, Floats]:
        """The ends of each node's box (nodes,), infinite where it has none."""
        return node_boxes(self.dynamics, self.population, self.dtype)

    @cached_property
    def node_values(self) -> Floats:
        """What the engine's programs read of each node (nodes, values), as ``dynamics.node_values`` names it."""
        more = [self.constants[POPULATION]] if POPULATION in self.dynamics.node_values else []
        more += self.box if BOX[0] in self.dynamics.node_values else ()
        return np.column_stack([self.parameters, *more]) if more else self.parameters

    def _outgoing(self, value: np.ufunc) -> Floats:
        """Sum a function of the outgoing weights of each node, in double precision."""
        sums = np.zeros(len(self.connectivity.table.nodes))
        for first in range(0, self.weights.size, CHUNK):  # what bincount converts at a time stays small
            part = slice(first, first + CHUNK)
            sums += np.bincount(self.connectivity.pre[part], value(self.weights[part]), minlength=sums.size)
        return np.asarray(sums, self.dtype)

    @cached_property
    def _computed(self) -> dict[Any, Any]:
        return {}

    def once(self, function: Callable[..., T], *arguments: Hashable) -> T:
        """Return ``function(network, *arguments)``, computed once, for nothing of a network ever changes."""
        key = (function, *arguments)
        if key not in self._computed:
            self._computed[key] = function(self, *arguments)
        found: T = self._computed[key]
        return found

    def matrix(self) -> scipy.sparse.csr_array:
        """Return the weights as a CSR array (nodes, nodes), row = postsynaptic, column = presynaptic.

        Entry k of ``.data`` is the weight of edge k.
        """
        n = len(self.connectivity.table.nodes)
        return scipy.sparse.csr_array((self.weights, self.connectivity.pre, self.connectivity.indptr), shape=(n, n))

    def with_weights(self, weights: ArrayLike, biases: ArrayLike | None = None) -> Network:
        """Return the same network with other weights and, if given, biases.

        Parameters
        ----------
        weights : array (edges,)
        biases : array (nodes,), optional

        Raises
        ------
        ParameterError
            If a shape is wrong or a number is not finite, a weight has not the sign of its presynaptic node, or the
            weights of tied edges, or of the two directions where the dynamics is symmetric, are not equal.
        """
        new_weights = self._checked(weights, self.weights, "weights", "edges")
        new_biases = self.biases if biases is None else self._checked(biases, self.biases, "biases", "nodes")
        strange = np.flatnonzero((new_biases != 0.0) & ~np.isfinite(self.connectivity.table.biases))
        if strange.size:
            raise ParameterError(
                f"biases[{strange[0]}] of {self.nodes[strange[0]]!r} is {new_biases[strange[0]]}, but the node has no "
                "bias of its own: expected 0; give the graph's node a 'bias' attribute first"
            )
        return replace(self, weights=new_weights, biases=new_biases)._bound()

    def _checked(self, values: ArrayLike, like: Floats, what: str, axis: str) -> Floats:
        check_mask(what, values)
        array = np.array(by_name(values, self.nodes, what) if axis == "nodes" else values, dtype=like.dtype)
        if array.shape != like.shape:
            raise ParameterError(
                f"{what} has shape {array.shape}: expected {like.shape}, one number for each of the {axis}"
            )
        if not np.all(np.isfinite(array)):
            place = int(np.flatnonzero(~np.isfinite(array))[0])
            label = (self.edges if axis == "edges" else self.nodes)[place]
            raise ParameterError(f"{what}[{place}] of {label!r} is {array[place]}: expected finite numbers")
        array.flags.writeable = False
        return array

    def _bound(self) -> Network:
        """Return the network, or raise where a weight has not its node's sign, or differs from one it must equal."""
        check_bonds(self.connectivity, self.dynamics, self.weights, self.edges)
        return self

    def without_edges(self, edges: ArrayLike | Iterable[tuple[Hashable, Hashable]]) -> Network:
        """Return the network without these edges.

        Parameters
        ----------
        edges : int array (k,), bool array (edges,) or iterable of (label, label)
            Places in :attr:`edges`; a mask of those to leave; or the edges themselves, as pairs of labels, as
            ``networkx.DiGraph.remove_edges_from`` takes them. A sequence of pairs is always one of labels.

        Raises
        ------
        ParameterError
            If the places, the mask or the pairs do not fit the edges, or only one direction leaves where the dynamics
            is symmetric.
        """
        keep = np.ones(self.weights.size, np.bool_)
        keep[edge_places(self.connectivity, edges)] = False
        kept = np.flatnonzero(keep) if self.connectivity.kept is None else self.connectivity.kept[keep]
        connectivity = Connectivity.of(self.connectivity.table, kept)
        return replace(self, connectivity=connectivity, weights=frozen(self.weights[keep]))._bound()

    def to_graph(self) -> nx.DiGraph[Any]:
        """Return the network as a new :class:`networkx.DiGraph`, with every label and attribute it came with.

        The graph attribute ``dynamics`` is added where :func:`compile` alone would choose another, and a node's
        attribute where it has another parameter than it was compiled with.
        """
        return self.to_table().to_graph()

    def to_table(self) -> EdgeTable:
        """Return the network as arrays: what :meth:`to_graph` gives, without a dict for each edge.

        The weights are float64. Attributes are added as there.
        """
        table, kept = self.connectivity.table, self.connectivity.edge_ids
        given = kept if table.order is None else table.order[kept]
        stays = np.zeros(table.pre.size, np.bool_)
        stays[given] = True
        order = (np.cumsum(stays) - 1)[given]
        nodes = table.of_nodes()
        compiled = node_parameters(table, self.dynamics).astype(self.parameters.dtype)
        for name, old, new in zip(self.dynamics.defaults, compiled.T, self.parameters.T, strict=True):
            if np.any(changed := old != new):
                column = nodes.get(name, Column.absent(new.size))
                nodes = nodes.having(**{name: column.changed(changed, new[changed].astype(np.float64))})
        attributes = dict(table.attributes or {})
        if chosen_dynamics(attributes) != self.dynamics:
            attributes["dynamics"] = self.dynamics.to_dict()
        return replace(
            table,
            indptr=self.connectivity.indptr,
            pre=self.connectivity.pre,
            weights=self.weights.astype(np.complex128 if self.dtype.kind == "c" else np.float64),
            biases=np.where(np.isfinite(table.biases), self.biases, np.nan),
            plastic=None if table.plastic is None else table.plastic[kept],
            ties=None if table.ties is None else table.ties[kept],
            order=order,
            node_attributes=nodes,
            edge_attributes=table.of_edges().take(stays),
            attributes=attributes,
        )

    def sent(self, state: Floats) -> Floats:
        """Return f(s), what each node sends (batch, nodes), at a state (batch, nodes)."""
        if self.dynamics.transfer == "s":
            return state
        return self.at_nodes(self.dynamics.transfer_equation, state)

    def summed_input(self, state: Floats) -> Floats:
        """Return I (batch, nodes) at a state (batch, nodes): I_j = sum of W_ij f(s_i)."""
        sent = self.sent(state)
        return np.asarray((self.matrix() @ np.atleast_2d(sent).T).T.reshape(np.shape(state)), self.dtype)

    @property
    def state_size(self) -> int:
        """How many numbers a full state has: s of each node, then of each further variable in turn."""
        return len(self.nodes) * (1 + len(self.dynamics.variable_names))

    def parted(self, state: Floats) -> tuple[Floats, dict[str, Floats]]:
        """Part a full state (..., state_size) into s and each further variable, by name, each (..., nodes)."""
        count = len(self.nodes)
        ends = range(count, np.shape(state)[-1], count)
        if not ends:
            return state, {}
        parts = (state[..., end : end + count] for end in ends)
        return state[..., :count], dict(zip(self.dynamics.variable_names, parts, strict=True))

    def at_nodes(self, equation: Expression, state: Floats) -> Floats:
        """Evaluate a node's equation, such as the drift or one of its slopes, at a full state (..., state_size).

        An equation that sees no further variable may be evaluated at s (..., nodes) alone.
        """
        s, further = self.parted(state)
        total = self.summed_input(s) if "I" in equation.symbols else 0.0
        return np.broadcast_to(np.asarray(equation(**self.constants, **further, s=s, I=total), self.dtype), np.shape(s))

    def drift(self, state: ArrayLike, target: ArrayLike = 0.0, beta: float = 0.0) -> Floats:
        """Return ds/dt at a state: 0 at clamped nodes; no box.

        Parameters
        ----------
        state : array (batch, nodes) or (nodes,)
            Where neurons have further variables, full ones, as :attr:`Equilibrium.full`; so is what is returned.
        target : array (batch, outputs) or (outputs,)
            y, towards which the outputs are nudged by beta (y - s).
        beta : float
            Nudging strength.

        Raises
        ------
        ParameterError
            If the state has another shape.
        """
        self._check_drifts()
        s = np.asarray(by_name(state, self.nodes, "state"), self.dtype)
        if s.ndim not in (1, 2) or s.shape[-1] != self.state_size:
            raise ParameterError(
                f"state has shape {s.shape}: expected ({self.state_size},) or (batch, {self.state_size}), "
                f"{self._of_a_state()}"
            )
        moving = np.zeros(s.shape, self.dtype)
        for k, equation in enumerate((self.dynamics.drift_equation, *self.dynamics.variable_equations.values())):
            free = self.connectivity.free
            moving[..., k * len(self.nodes) + free] = self.at_nodes(equation, s)[..., free]
        outputs = self.connectivity.outputs
        given = by_name(target, self.outputs, "target", "output")
        moving[..., outputs] += beta * squared_error().force_at(s[..., outputs], np.asarray(given, self.dtype))
        return moving

    def _check_drifts(self) -> None:
        if self.dynamics.kind == "unitary":
            raise ParameterError(
                f"{self!r} has no drift, for it steps in time: expected a network of rates; neurograph.simulate runs it"
            )

    def _of_a_state(self) -> str:
        further = self.dynamics.variable_names
        return f"one number a node for each of {', '.join(('s', *further))}" if further else "one number a node"

    def held(self, state: Floats) -> NDArray[np.bool_]:
        """Return which nodes do not move at a full state: the clamped, and those pressed against the box."""
        s = self.parted(state)[0]
        moving = np.zeros(np.shape(s), np.bool_)
        moving[..., self.connectivity.free] = True
        if self.dynamics.box is not None:
            moving &= pressed(s, self.at_nodes(self.dynamics.drift_equation, state), *self.box) == 0
        return ~moving

    def jacobian(self, state: ArrayLike, beta: float = 0.0) -> scipy.sparse.csr_array:
        """Return J = diag(dg/ds) + diag(dg/dI) W diag(f') at one state, as a CSR array (nodes, nodes); no box.

        Row j, column i is the derivative of ds_j/dt with respect to s_i; rows of clamped nodes are empty.

        Parameters
        ----------
        state : array (nodes,)
            Where neurons have further variables, a full one (state_size,), as a row of :attr:`Equilibrium.full`; the
            derivative is then that with them at rest.
        beta : float
            Nudging strength, whose own slope at the outputs is subtracted.

        Raises
        ------
        ParameterError
            If the state has another shape.
        """
        self._check_drifts()
        full = np.asarray(by_name(state, self.nodes, "state"), self.dtype)
        if full.shape != (self.state_size,):
            raise ParameterError(f"state has shape {full.shape}: expected ({self.state_size},), {self._of_a_state()}")
        s = self.parted(full)[0]
        moving = np.zeros(s.size)
        moving[self.connectivity.free] = 1.0
        own = moving * self.at_nodes(self.dynamics.rest_slope("s"), full)
        outputs = self.connectivity.outputs
        own[outputs] += beta * squared_error().force_slopes(s[outputs], np.zeros(outputs.size))[0]
        input_slope = scipy.sparse.diags_array(moving * self.at_nodes(self.dynamics.rest_slope("I"), full))
        sending = scipy.sparse.diags_array(self.at_nodes(self.dynamics.transfer_slope, s))
        return scipy.sparse.csr_array(scipy.sparse.diags_array(own) + input_slope @ self.matrix() @ sending)
