"""compile(): a graph and a dynamics become a Network of frozen arrays, and become a graph again."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import networkx as nx
import numpy as np
import scipy
from numpy.typing import ArrayLike, DTypeLike, NDArray

from neurograph._arrays import Floats, FrozenArrays, frozen
from neurograph._checks import check_memory, finite_number
from neurograph.equations.costs import squared_error
from neurograph.equations.dynamics import Dynamics, deep
from neurograph.equations.expression import Expression
from neurograph.errors import GraphError, ParameterError
from neurograph.graphs.edge_table import CHUNK, HIDDEN, OUTPUT, ROLES, EdgeTable, read_graph
from neurograph.graphs.signs import WORDS, check_signs
from neurograph.network.connectivity import Connectivity, Edges

LISTED = 5
"""Bytes an edge, beside its weight, that a list of the edges among free nodes takes at most."""


@dataclass(frozen=True, eq=False, repr=False)
class Network(FrozenArrays):
    """A compiled graph: frozen arrays, ready to settle, learn, be certified and be pruned.

    Made by :func:`compile`. Nothing changes in place: :meth:`with_weights` and :meth:`without_edges` give new
    networks.

    Attributes
    ----------
    wiring : Connectivity
        Who is connected to whom.
    dynamics : Dynamics
        How a neuron moves.
    weights : array (edges,)
        Weight of each edge, in the order of :attr:`edges`.
    biases : array (nodes,)
        Bias of each node; 0 for a node without one.
    parameters : array (nodes, parameters)
        The dynamics' parameters of each node, in the order of ``dynamics.parameters``.
    """

    connectivity: Connectivity
    dynamics: Dynamics
    weights: Floats
    biases: Floats
    parameters: Floats

    def __repr__(self) -> str:
        """Return a line with the size."""
        counts = [f"{count} {role}" for code, role in enumerate(ROLES) if (count := np.sum(self.roles == code))]
        return (
            f"Network({self.dynamics.name}: {len(self.nodes)} nodes ({', '.join(counts)}), {self.weights.size} edges)"
        )

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
    def edges(self) -> tuple[tuple[Hashable, Hashable], ...]:
        """Pairs of labels (presynaptic, postsynaptic), in the order of `weights`."""
        nodes = self.connectivity.table.nodes
        return tuple(
            (nodes[i], nodes[j])
            for i, j in zip(self.connectivity.pre.tolist(), self.connectivity.post.tolist(), strict=True)
        )

    @property
    def roles(self) -> NDArray[np.int8]:
        """Place of each node's role in :data:`neurograph.graphs.edge_table.ROLES`."""
        return self.connectivity.table.roles

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type of every number of the network."""
        return self.weights.dtype

    @property
    def dtype_name(self) -> str:
        """Name of that type, as the kernels take it; numpy's own name of it takes longer than a small step."""
        return "float32" if self.weights.itemsize == 4 else "float64"

    @cached_property
    def w_out(self) -> Floats:
        """Summed outgoing weight of each node."""
        return self._outgoing(np.positive)

    @cached_property
    def w_out_abs(self) -> Floats:
        """Summed absolute outgoing weight of each node."""
        return self._outgoing(np.abs)

    def _outgoing(self, value: np.ufunc) -> Floats:
        """Sum a function of the outgoing weights of each node, in double precision."""
        sums = np.zeros(len(self.connectivity.table.nodes))
        for first in range(0, self.weights.size, CHUNK):  # what bincount converts at a time stays small
            part = slice(first, first + CHUNK)
            sums += np.bincount(self.connectivity.pre[part], value(self.weights[part]), minlength=sums.size)
        return np.asarray(sums, self.dtype)

    @cached_property
    def inner(self) -> Edges:
        """Edges among free nodes, as the kernels take them."""
        return self.connectivity.subgraph.inner.weighted(self.weights)

    @cached_property
    def still(self) -> Edges:
        """Edges from clamped nodes, as the kernels take them."""
        return self.connectivity.subgraph.still.weighted(self.weights)

    @cached_property
    def back(self) -> Edges:
        """Edges among free nodes by their presynaptic node, as the kernels take them."""
        return self.connectivity.subgraph.back.weighted(self.weights)

    @cached_property
    def leaks(self) -> Floats | None:
        """Leak of each free node, or None where the drift is not linear in s."""
        leak = self.dynamics.leak
        return (
            None if leak is None else self.at_nodes(leak, np.zeros(len(self.nodes), self.dtype))[self.connectivity.free]
        )

    def matrix(self) -> scipy.sparse.csr_array:
        """Return the weights as a CSR array (nodes, nodes), row = postsynaptic, column = presynaptic.

        Entry k of ``.data`` is the weight of edge k.
        """
        n = len(self.connectivity.table.nodes)
        return scipy.sparse.csr_array((self.weights, self.connectivity.pre, self.connectivity.indptr), shape=(n, n))

    def with_weights(self, weights: ArrayLike, biases: ArrayLike | None = None) -> Network:
        """Return the same network with other weights (edges,) and, if given, biases (nodes,).

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
        return _checked_bonds(replace(self, weights=new_weights, biases=new_biases))

    def _checked(self, values: ArrayLike, like: Floats, what: str, axis: str) -> Floats:
        array = np.array(values, dtype=self.dtype)
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

    def without_edges(self, edges: ArrayLike) -> Network:
        """Return the network without these edges: places in :attr:`edges`, or a mask (edges,) of those to leave.

        Raises
        ------
        ParameterError
            If the places or the mask do not fit the edges, or only one direction leaves where the dynamics is
            symmetric.
        """
        leaving = np.asarray(edges)
        count = self.weights.size
        if leaving.dtype == np.bool_:
            if leaving.shape != (count,):
                raise ParameterError(f"the mask of edges has shape {leaving.shape}: expected ({count},)")
            keep = ~leaving
        else:
            if leaving.size and not np.issubdtype(leaving.dtype, np.integer):
                raise ParameterError(
                    f"edges has type {leaving.dtype}: expected places in network.edges, or a mask of bools"
                )
            if leaving.size and not (leaving.min() >= 0 and leaving.max() < count):
                raise ParameterError(
                    f"edges names place {leaving.max() if leaving.min() >= 0 else leaving.min()}: "
                    f"expected places from 0 to {count - 1}"
                )
            keep = np.ones(count, np.bool_)
            keep[leaving.astype(np.int64)] = False
        kept = np.flatnonzero(keep) if self.connectivity.kept is None else self.connectivity.kept[keep]
        connectivity = Connectivity.of(self.connectivity.table, kept)
        return _checked_bonds(replace(self, connectivity=connectivity, weights=frozen(self.weights[keep])))

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
        more = None
        if table.edge_attributes is not None:
            places = dict(zip(given.tolist(), order.tolist(), strict=True)) if table.edge_attributes else {}
            more = {places[old]: data for old, data in table.edge_attributes.items() if old in places}
        nodes = table.given_node_attributes()
        compiled = _node_parameters(table, self.dynamics).astype(self.dtype)
        for place, column in np.argwhere(compiled != self.parameters).tolist():
            name = list(self.dynamics.defaults)[column]
            nodes[place][name] = float(self.parameters[place, column])
        attributes = dict(table.attributes or {})
        if chosen_dynamics(attributes) != self.dynamics:
            attributes["dynamics"] = self.dynamics.to_dict()
        return replace(
            table,
            indptr=self.connectivity.indptr,
            pre=self.connectivity.pre,
            weights=self.weights.astype(np.float64),
            biases=np.where(np.isfinite(table.biases), self.biases, np.nan),
            plastic=None if table.plastic is None else table.plastic[kept],
            ties=None if table.ties is None else table.ties[kept],
            order=order,
            node_attributes=nodes,
            edge_attributes=more,
            attributes=attributes,
        )

    def sent(self, state: Floats) -> Floats:
        """Return f(s), what each node sends (batch, nodes), at a state (batch, nodes)."""
        if self.dynamics.transfer == "s":
            return state
        return self._with_parameters(self.dynamics.transfer_equation, {"s": state})

    def summed_input(self, state: Floats) -> Floats:
        """Return I (batch, nodes) at a state (batch, nodes): I_j = sum of W_ij f(s_i)."""
        sent = self.sent(state)
        return np.asarray((self.matrix() @ np.atleast_2d(sent).T).T.reshape(np.shape(state)), self.dtype)

    def at_nodes(self, equation: Expression, state: Floats) -> Floats:
        """Evaluate a node's equation, such as the drift or one of its slopes, at a state (batch, nodes)."""
        values: dict[str, Any] = {"s": state}
        if "I" in equation.symbols:
            values["I"] = self.summed_input(state)
        if "b" in equation.symbols:
            values["b"] = self.biases
        if "w_out" in equation.symbols:
            values["w_out"] = self.w_out
        if "w_out_abs" in equation.symbols:
            values["w_out_abs"] = self.w_out_abs
        return np.broadcast_to(self._with_parameters(equation, values), np.shape(state))

    def _with_parameters(self, equation: Expression, values: dict[str, Any]) -> Floats:
        named = {name: self.parameters[:, k] for k, name in enumerate(self.dynamics.defaults)}
        return np.broadcast_to(np.asarray(equation(**values, **named), self.dtype), np.shape(values["s"]))

    def drift(self, state: ArrayLike, target: ArrayLike = 0.0, beta: float = 0.0) -> Floats:
        """Return ds/dt (batch, nodes) at a state (batch, nodes) or (nodes,): 0 at clamped nodes; no box.

        With `beta`, the outputs are nudged towards `target`, (batch, outputs) or (outputs,), by beta (y - s).

        Raises
        ------
        ParameterError
            If the state has another shape.
        """
        s = np.asarray(state, self.dtype)
        if s.ndim not in (1, 2) or s.shape[-1] != len(self.nodes):
            raise ParameterError(
                f"state has shape {s.shape}: expected ({len(self.nodes)},) or (batch, {len(self.nodes)}), "
                "one number a node"
            )
        moving = np.zeros(s.shape, self.dtype)
        free = self.connectivity.free
        moving[..., free] = self.at_nodes(self.dynamics.drift_equation, s)[..., free]
        outputs = self.connectivity.outputs
        moving[..., outputs] += beta * squared_error().force_at(s[..., outputs], np.asarray(target, self.dtype))
        return moving

    def held(self, state: Floats) -> NDArray[np.bool_]:
        """Return which nodes do not move at a state (batch, nodes): the clamped, and those pressed against the box."""
        moving = np.zeros(np.shape(state), np.bool_)
        moving[..., self.connectivity.free] = True
        if self.dynamics.box is not None:
            low, high = self.dynamics.box
            drift = self.at_nodes(self.dynamics.drift_equation, state)
            moving &= ~(((state <= low) & (drift < 0.0)) | ((state >= high) & (drift > 0.0)))
        return ~moving

    def transposed_residual(self, state: Floats, response: Floats, force: Floats) -> Floats:
        """Return max abs(J' d + force) / max abs(force) of each sample, for d (batch, nodes) at a free equilibrium."""
        moving = ~self.held(state)
        own, input_slope = (self.at_nodes(self.dynamics.slope(name), state) for name in ("s", "I"))
        back = (self.matrix().T @ (moving * input_slope * response).T).T
        total = own * response + self._with_parameters(self.dynamics.transfer_slope, {"s": state}) * back
        total[:, self.connectivity.outputs] += force
        largest = np.max(np.abs(force), axis=1, initial=0.0)
        rest = np.max(np.abs(np.where(moving, total, 0.0)), axis=1, initial=0.0)
        return np.asarray(rest / np.where(largest > 0.0, largest, 1.0))

    def jacobian(self, state: ArrayLike, beta: float = 0.0) -> scipy.sparse.csr_array:
        """Return J = diag(dg/ds) + diag(dg/dI) W diag(f') at one state (nodes,), as a CSR array (nodes, nodes).

        Rows of clamped nodes are empty; `beta` subtracts the nudge's own slope at the outputs; the box is left
        out. Row j, column i is the derivative of ds_j/dt with respect to s_i.

        Raises
        ------
        ParameterError
            If the state has another shape.
        """
        s = np.asarray(state, self.dtype)
        if s.shape != (len(self.nodes),):
            raise ParameterError(f"state has shape {s.shape}: expected ({len(self.nodes)},), one number a node")
        moving = np.zeros(s.size)
        moving[self.connectivity.free] = 1.0
        own = moving * self.at_nodes(self.dynamics.slope("s"), s)
        outputs = self.connectivity.outputs
        own[outputs] += beta * squared_error().force_slopes(s[outputs], np.zeros(outputs.size))[0]
        input_slope = scipy.sparse.diags_array(moving * self.at_nodes(self.dynamics.slope("I"), s))
        sending = scipy.sparse.diags_array(self._with_parameters(self.dynamics.transfer_slope, {"s": s}))
        return scipy.sparse.csr_array(scipy.sparse.diags_array(own) + input_slope @ self.matrix() @ sending)


def compile(
    graph: nx.DiGraph[Any] | EdgeTable,
    dynamics: Dynamics | None = None,
    dtype: DTypeLike = np.float64,
) -> Network:
    """Compile a directed graph to a :class:`Network`.

    Parameters
    ----------
    graph : networkx.DiGraph or EdgeTable
        Any directed graph with weighted edges and at least one output node; see :mod:`neurograph.graphs.edge_table`
        for the attributes, and :mod:`neurograph.topologies` for builders. It is not changed, and later changes to it
        do not reach the network.
    dynamics : Dynamics, optional
        How a neuron moves. Without it: the one the graph carries in its attribute ``dynamics``, else DEEP with
        the absolute leak and 0.3 of extra leak, which settles whatever the weights.
    dtype : float64 or float32
        Type of every number.

    Raises
    ------
    GraphError
        If the graph cannot be compiled, or does not go with the dynamics.
    GraphTooLargeError
        If the machine has not the memory. Where some edges come from inputs, compiled and settled the network takes
        at most 9 bytes an edge in float32 beside the table, and 13 in float64; 4 or 8 more where the table's weights
        are of the other type.
    ParameterError
        If `dynamics` or `dtype` is something else.

    Examples
    --------
    >>> import networkx as nx
    >>> graph = nx.DiGraph([("x", "y", {"weight": 0.5})])
    >>> graph.nodes["x"]["role"], graph.nodes["y"]["role"] = "input", "output"
    >>> compile(graph)
    Network(deep (absolute leak): 2 nodes (1 input, 1 output), 1 edges)
    """
    number = _number_type(dtype)
    table = graph if isinstance(graph, EdgeTable) else read_graph(graph)
    carried = chosen_dynamics(table.attributes or {})
    dynamics = carried if dynamics is None else dynamics
    if not isinstance(dynamics, Dynamics):
        raise ParameterError(
            f"dynamics is {dynamics!r}: expected a neurograph.Dynamics, such as neurograph.dynamics.deep()"
        )
    _check_memory(table, number)
    _check_dynamics(table, dynamics)
    check_signs(table)
    return Network(
        connectivity=Connectivity.of(table),
        dynamics=dynamics,
        weights=_numbers(table.weights, number, "weight"),
        biases=_numbers(np.nan_to_num(table.biases, nan=0.0), number, "bias"),
        parameters=_numbers(_node_parameters(table, dynamics), number, "parameter"),
    )


def _check_memory(table: EdgeTable, number: np.dtype[Any]) -> None:
    """Refuse what does not fit: the weights, where they are of another type, and the edges among free nodes."""
    count = table.pre.size
    needed = count * (LISTED + number.itemsize * (1 if table.weights.dtype == number else 2))
    remedy = "compile with dtype=float32, or " if number == np.float64 else ""
    check_memory(needed, f"compiling {count} edges", f"{remedy}close other programs, or use a machine with more")


def _numbers(values: Floats, number: np.dtype[Any], what: str) -> Floats:
    if values.dtype == number:
        return frozen(values)
    with np.errstate(over="ignore"):
        cast = values.astype(number)
    lost = values[~np.isfinite(cast)]
    if lost.size:
        raise GraphError(f"a {what} is {lost.flat[0]:g}, too large for {number}: compile with dtype=float64")
    return frozen(cast)


def _number_type(dtype: DTypeLike) -> np.dtype[Any]:
    try:
        number = np.dtype(dtype)
    except TypeError:
        number = np.dtype(object)
    if number not in (np.dtype(np.float64), np.dtype(np.float32)):
        raise ParameterError(f"dtype is {dtype!r}: expected float64 or float32")
    return number


def chosen_dynamics(attributes: Any) -> Dynamics:
    """Choose what compile() uses when it is told no dynamics."""
    carried = attributes.get("dynamics")
    if carried is None:
        return deep("absolute", extra_leak=0.3)
    return carried if isinstance(carried, Dynamics) else Dynamics.from_dict(carried)


def _check_dynamics(table: EdgeTable, dynamics: Dynamics) -> None:
    span = table.post
    span -= table.pre
    if not dynamics.self_loops and np.count_nonzero(span) < span.size:
        node = table.nodes[table.pre[int(np.argmin(np.abs(span)))]]
        raise GraphError(
            f"edge {node!r} -> {node!r} is a self-loop, which {dynamics.name} forbids (what it sends to itself it "
            "also loses): expected none; remove it with graph.remove_edge(node, node)"
        )
    biased = np.flatnonzero(np.isfinite(table.biases))
    if biased.size and not dynamics.uses_bias:
        raise GraphError(
            f"node {table.nodes[biased[0]]!r} has a bias, but {dynamics.name} has no b in its drift "
            f"{dynamics.drift!r}: remove the attribute, or add a node with role 'bias' and an edge from it"
        )
    if dynamics.symmetric:
        free = (table.roles == HIDDEN) | (table.roles == OUTPUT)
        wrong = _one_way(table.pre, table.post, table.weights, free)
        if wrong is not None:
            raise GraphError(_one_way_message(table.edge(wrong), dynamics))


def _checked_bonds(network: Network) -> Network:
    """Return the network if its weights still have their nodes' signs, and are equal where they must be."""
    connectivity, weights = network.connectivity, network.weights
    wrong_sign = (
        np.flatnonzero(connectivity.signs[connectivity.pre] * weights < 0)
        if connectivity.signs.any()
        else connectivity.signs[:0]
    )
    if wrong_sign.size:
        k = wrong_sign[0]
        sign = connectivity.signs[connectivity.pre[k]]
        raise ParameterError(
            f"weights[{k}] of {network.edges[k]!r} is {weights[k]}, but node {network.edges[k][0]!r} is {WORDS[sign]}: "
            f"expected a weight {'>=' if sign > 0 else '<='} 0"
        )
    if connectivity.ties is not None:
        _, first = np.unique(connectivity.ties, return_index=True)
        unequal = np.flatnonzero(weights != weights[first][connectivity.ties])
        if unequal.size:
            k = unequal[0]
            other = first[connectivity.ties[k]]
            raise ParameterError(
                f"weights has {weights[k]} for {network.edges[k]!r} and {weights[other]} for {network.edges[other]!r}, "
                "which are tied: expected equal weights"
            )
    if network.dynamics.symmetric:
        free = np.zeros(len(network.nodes), np.bool_)
        free[connectivity.free] = True
        wrong = _one_way(connectivity.pre, connectivity.post, weights, free)
        if wrong is not None:
            raise ParameterError(_one_way_message(network.edges[wrong], network.dynamics))
    return network


def check_symmetric(network: Network, rule: str | None = None) -> None:
    """Refuse to train edges that have to be symmetric and are free to become otherwise.

    They have to where the dynamics says so, or the rule, which is then given by its name.

    Raises
    ------
    GraphError
        If an edge between free nodes and the edge back are not tied.
    """
    connectivity = network.connectivity
    if not network.dynamics.symmetric and rule is None:
        return
    groups = np.arange(connectivity.pre.size) if connectivity.ties is None else connectivity.ties
    own, free = np.where(connectivity.plastic, groups, -1), np.isin(network.roles, (HIDDEN, OUTPUT))
    wrong = _one_way(connectivity.pre, connectivity.post, own, free)
    if wrong is None and rule is not None:
        wrong = _one_way(connectivity.pre, connectivity.post, network.weights, free)
    if wrong is not None:
        pre, post = network.edges[wrong]
        who = f"the rule {rule}" if rule is not None else network.dynamics.name
        other = ", or rules.asymmetric_ep() learns on any graph" if rule is not None else ""
        raise GraphError(
            f"edges {pre!r} -> {post!r} and back are not tied, so learning would make them differ, but {who} needs "
            f"W_ij = W_ji: neurograph.topologies.symmetric(graph) ties every pair{other}"
        )


def _one_way(
    pre: NDArray[np.int32], post: NDArray[np.int32], values: NDArray[Any], free: NDArray[np.bool_]
) -> int | None:
    """Find an edge between free nodes with no edge back that has the same value; edges are sorted by post, then pre."""
    within = np.flatnonzero(free[pre] & free[post])
    if not within.size:
        return None
    start, end = pre[within].astype(np.int64), post[within].astype(np.int64)
    there, back = end * free.size + start, start * free.size + end  # below 2**62, for places are int32
    found = np.minimum(np.searchsorted(there, back), within.size - 1)
    wrong = np.flatnonzero((there[found] != back) | (values[within[found]] != values[within]))
    return int(within[wrong[0]]) if wrong.size else None


def _one_way_message(edge: tuple[Hashable, Hashable], dynamics: Dynamics) -> str:
    return (
        f"edge {edge[0]!r} -> {edge[1]!r} has no edge back with the same weight, but {dynamics.name} needs W_ij = W_ji "
        "between free nodes: neurograph.topologies.symmetric(graph) gives both edges one weight and one 'tie'"
    )


def _node_parameters(table: EdgeTable, dynamics: Dynamics) -> NDArray[np.float64]:
    values = np.tile(np.array(list(dynamics.defaults.values()), np.float64), (len(table.nodes), 1))
    if not dynamics.defaults or table.node_attributes is None:
        return values
    names = list(dynamics.defaults)
    for place, data in enumerate(table.node_attributes):
        for column, name in enumerate(names):
            if name in data:
                number = finite_number(data[name])
                if number is None:
                    raise GraphError(
                        f"node {table.nodes[place]!r} has {name} {data[name]!r}: expected a finite number, for it is a "
                        f"parameter of {dynamics.name}"
                    )
                values[place, column] = number
    return values
