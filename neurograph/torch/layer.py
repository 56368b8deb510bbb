"""layer(): a settled graph as a layer of PyTorch."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import DTypeLike

from neurograph._checks import Seed, checked_number
from neurograph.equations.costs import Cost
from neurograph.errors import ParameterError
from neurograph.learning.rule import Rule, check_rule_of_phases
from neurograph.learning.rules import asymmetric_ep
from neurograph.network.compilation import check_symmetric
from neurograph.network.inputs import Start, checked_network, starting_state
from neurograph.network.network import Network
from neurograph.solvers.base import Solver
from neurograph.torch.group import TIMEOUT
from neurograph.torch.needed import check_torch

if TYPE_CHECKING:
    from neurograph.torch.module import GraphLayer


def layer(
    network: Network | str | os.PathLike[str],
    *,
    cost: Cost | None = None,
    rule: Rule | None = None,
    beta: float = 0.5,
    solver: Solver | None = None,
    start: Start = 0.0,
    seed: Seed = None,
    partition: bool = False,
    dtype: DTypeLike | None = None,
    timeout: float = TIMEOUT,
) -> GraphLayer:
    r"""Return a network as a layer of PyTorch: forward settles, backward is the second phase of a local rule.

    ``layer(x)`` has the outputs at rest. With the default rule its backward is the gradient, to weights, biases and x;
    with another, weights and biases get what that rule says, and x the gradient, lifted where the rule lifts. So the
    layer stands anywhere in a model, under any loss and any optimiser of torch, in ``nn.Sequential`` and under
    DistributedDataParallel. Memory does not grow with the number of steps, for backward needs where the network has
    settled, and not how.

    Tensors of the CPU go through the compiled engine without a copy; those of a GPU through torch's sparse products, in
    the steps of :class:`neurograph.solvers.Euler`. ``torch.compile`` compiles the model around the layer and leaves the
    layer itself as it is, for it runs until it has settled; so ``fullgraph=True`` refuses it. Under autocast it takes x
    in fewer digits, and settles in its own. It goes backward once, with no second derivative, forward mode or transform
    of :mod:`torch.func`.

    With ``partition=True`` the processes of a group of :mod:`torch.distributed` share the graph: each holds the edges
    that end at its own nodes, and states of nodes go once a step to those that read them. All call the layer, and its
    backward, with the same samples, and all get all outputs and the gradient to x; ``.weights`` and ``.biases`` are
    those of a process's own edges and nodes, and what looks at all gradients, as a clipping of their norm, sees these
    alone. Nodes are dealt so that each process has about as many edges, and where the package pymetis is installed (the
    extra ``partition``), by locality if fewer states travel so.

    Parameters
    ----------
    network : Network, or path
        Of rates. It is not changed; float32 and float64 stay what they are, until ``layer.double()`` or ``.float()``.
        With ``partition=True`` also the path of a Parquet file that :func:`neurograph.write` wrote: its edges are read
        in pieces, so that no process ever has all of them.
    cost : Cost, optional
        With it, ``layer(x, y)``, y (..., outputs) or class labels (...), is the mean cost of the samples, whose
        backward is what :func:`neurograph.train` would change by this rule.
    rule : Rule, optional
        One that is read out of final states; default ``rules.asymmetric_ep(lift=0)``, the gradient.
    beta : float
        Nudging strength of a rule that has one; without `cost`, the largest force on an output.
    solver : Solver, optional
        Default ``solvers.Auto()``, of float32 with ``tol=1e-5``, for sums of many edges have no more digits. On a GPU,
        Auto or Euler.
    start : number, array (nodes,) or "uniform"
        State of the free nodes at the start, as in :func:`neurograph.settle`.
    seed : int or Generator, optional
        For ``start="uniform"``, and of a rule that draws the sign of its nudge.
    partition : bool
        Whether the processes of a group share the graph. Without a group one is begun, of backend gloo, with what
        ``torchrun --nproc-per-node 2 script.py`` tells each process.
    dtype : float64 or float32, optional
        Type of the numbers of a graph that is read from a file; default float64.
    timeout : float
        Seconds for which a process waits for the others that share the graph.

    Returns
    -------
    torch.nn.Module
        ``layer(x)`` of a tensor (..., inputs) is a tensor (..., outputs), in the order of ``network.inputs`` and
        ``network.outputs``. ``.weights`` are the parameters, one of each edge in the order of ``network.edges``; where
        edges are tied, one of each tie, and none of an edge that is not plastic; ``.edge_weights`` has them all.
        ``.biases`` are those of nodes that have their own, or None. ``.to_network()`` gives the network back, with
        every label and attribute; of a shared graph the whole on every process, each of which has to call it and to
        have the memory. What a step takes across 0 where a node has a sign is set to 0 at the next forward.
        ``state_dict()`` knows of which edges it is: it cannot be loaded into a graph with others, as after pruning, or
        where others learn or are tied.

    Raises
    ------
    MissingPackageError
        If PyTorch is not installed.
    ParameterError
        If an argument is something else. And when it is called: if its parameters are on several devices, or of another
        type than float32 and float64, or another shape; y is given without a cost; or more is asked of it than to go
        backward once. With ``partition=True``, if there is no process group, or are more processes than nodes.
    GraphError
        If the rule needs symmetric edges, and they are not tied; of a shared graph, if edges have to share a weight.
    FormatError
        If a path names no such file.
    ProcessError
        If processes that share a graph disagree about it, about an argument, or when it is called about x or y; or one
        is gone, or does not come in time.
    DataError
        When it is called: if x has another shape, type or device, or holds a number that is not finite.
    DivergenceError
        When it is called: if a sample diverges, as where a weight is not a number.

    Warns
    -----
    TrainingWarning
        In backward, if a phase of some samples did not settle: their share, and how many of them are left out. In
        forward, where nothing goes backward: the share of samples that did not settle.

    Notes
    -----
    With s the state at rest, g the drift, :math:`I_j = \sum_i W_{ij} f(s_i)` the summed input, J the Jacobian of the
    drift and L the loss,

    .. math::
        \frac{\partial L}{\partial W_{ij}} = -\sum_n f(s_i) \frac{\partial g_j}{\partial I_j} d_j, \quad
        \frac{\partial L}{\partial x_i} = -f'(x_i) \sum_j W_{ij} \frac{\partial g_j}{\partial I_j} d_j, \quad
        J' d = \frac{\partial L}{\partial s}

    with :math:`W_{ij}` the weight of the edge from i to j, f(s) what a neuron sends, the sum over samples n, and d
    found along the edges turned round [1]_, [2]_, as in :func:`neurograph.rules.asymmetric_ep`; where a drift has the
    sum of a node's outgoing weights in it, its part is added. A model of such a layer is a deep equilibrium model [3]_.

    References
    ----------
    .. [1] Almeida, A learning rule for asynchronous perceptrons with feedback in a combinatorial environment, ICNN
       1987.
    .. [2] Pineda, Generalization of back-propagation to recurrent neural networks, Physical Review Letters 59, 1987.
    .. [3] Bai, Kolter, Koltun, Deep equilibrium models, NeurIPS 2019, arXiv 1909.01377.

    Examples
    --------
    A recurrent graph between two linear layers:

    >>> import torch, neurograph as ng
    >>> graph = ng.topologies.complete(inputs=3, hidden=4, outputs=2, bias="neurons", seed=0)
    >>> network = ng.compile(graph, ng.dynamics.additive("tanh"), dtype="float32")
    >>> layer = ng.torch.layer(network)
    >>> model = torch.nn.Sequential(torch.nn.Linear(5, 3), layer, torch.nn.Linear(2, 1))
    >>> model(torch.ones(7, 5)).sum().backward()
    >>> layer.weights.grad.shape == (len(network.edges),)
    True

    By itself, it settles and learns as :func:`neurograph.settle` and :func:`neurograph.train` do:

    >>> x = torch.tensor([[0.1, 0.5, -0.3]])
    >>> bool(abs(layer(x).detach().numpy() - ng.settle(network, x.numpy()).outputs).max() < 1e-4)
    True
    >>> layer.to_network()
    Network(additive (tanh): 9 nodes (4 hidden, 3 input, 2 output), 48 edges)
    """
    check_torch("torch.layer")
    from neurograph.torch.module import GraphLayer

    rule = asymmetric_ep(lift=0) if rule is None else rule
    _check(rule, cost, beta, solver)
    if not isinstance(partition, bool):
        raise ParameterError(f"partition is {partition!r}: expected True or False")
    if dtype is not None and (isinstance(network, Network) or not partition):
        raise ParameterError(
            f"dtype is {dtype!r}, but only a graph that partition=True reads from a file takes one: expected None; "
            "compile the network with it, neurograph.compile(graph, dtype='float32')"
        )
    if partition:
        from neurograph.torch.shared import shared

        return shared(
            network,
            lambda own: _check_network(own, rule, start),
            np.float64 if dtype is None else dtype,
            seed,
            timeout,
            cost=cost,
            rule=rule,
            beta=beta,
            solver=solver,
            start=start,
        )
    if isinstance(network, (str, os.PathLike)):
        path = os.fspath(network)
        raise ParameterError(
            f"network is the path {path!r}, which partition=True alone reads: expected a Network; write "
            f"neurograph.compile(neurograph.read({path!r}))"
        )
    network = checked_network(network)
    _check_network(network, rule, start)
    return GraphLayer(network, cost=cost, rule=rule, beta=beta, solver=solver, start=start, seed=seed)


def _check(rule: Rule, cost: Cost | None, beta: float, solver: Solver | None) -> None:
    if not isinstance(rule, Rule) or rule.kind != "readout":
        raise ParameterError(
            f"rule is {rule!r}: expected one that is read out of final states, such as rules.asymmetric_ep(lift=0), "
            "the gradient"
        )
    check_rule_of_phases(rule)
    if cost is not None and not isinstance(cost, Cost):
        raise ParameterError(f"cost is {cost!r}: expected one of neurograph.costs, such as costs.cross_entropy()")
    if checked_number("beta", beta) == 0.0:
        raise ParameterError(f"beta is {beta!r}: expected a number other than 0, or nothing is nudged")
    if solver is not None and not isinstance(solver, Solver):
        raise ParameterError(
            f"solver is {solver!r}: expected one of neurograph.solvers, such as solvers.Euler(dt=0.05)"
        )


def _check_network(network: Network, rule: Rule, start: Start) -> None:
    check_symmetric(checked_network(network), rule.name if rule.symmetric else None)
    if not (isinstance(start, str) and start == "uniform"):
        starting_state(network, np.zeros((1, len(network.inputs))), start, None)
