"""train() on many processes: each settles its part of a batch's samples, and all take the same step."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field, fields
from typing import Any, Unpack

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neurograph._arrays import Floats
from neurograph._checks import Seed, checked_generator
from neurograph.errors import NeurographError, ParameterError, TrainingWarning
from neurograph.kernels import engine
from neurograph.learning.optimiser import OptimiserState
from neurograph.learning.phases import drawn_strength, weight_change
from neurograph.network.inputs import EVERY_KIND, checked_network
from neurograph.network.network import Network
from neurograph.solvers.base import Phase
from neurograph.torch.group import TIMEOUT, Group
from neurograph.training.config import TrainingConfig, TrainingOptions, with_options
from neurograph.training.plan import Update
from neurograph.training.problem import Problem
from neurograph.training.resume import Keeper, fingerprint, identity
from neurograph.training.state import TrainingState, check_no_seed
from neurograph.training.train import run
from neurograph.training.update import stepped


@with_options()
def train(
    network: Network | TrainingState,
    x: ArrayLike,
    y: ArrayLike | None = None,
    *,
    seed: Seed = None,
    timeout: float = TIMEOUT,
    **options: Unpack[TrainingOptions],
) -> TrainingState:
    r"""Train a network as :func:`neurograph.train` does, the samples of each batch shared among processes.

    Every process of a process group of :mod:`torch.distributed` calls it with the same arguments, and returns the same.
    Without a group it begins one, of backend gloo, with what ``torchrun --nproc-per-node 2 script.py`` tells each
    process; it stays, and a second run uses it too. Each process holds the whole network and all samples, and settles
    its part of every batch; validation samples are shared in the same way. Pruners, growers and `keep`
    work in every process alike.

    A process that dies, or lets the others wait for longer than `timeout`, ends the run with an error in all. With a
    checkpoint the same call goes on from there; with as many processes, to the same bits.

    Parameters
    ----------
    network : Network or TrainingState
        Of neurons with rates. A state goes on as if it had never stopped.
    x : array (samples, inputs)
        All samples, in each process.
    y : array (samples, outputs), or (samples,)
        As in :func:`neurograph.train`.
    rule, beta, cost, optimiser, solver, epochs, batch_size, start, pruner, grower, keep, target_cost, validation
        As in :func:`neurograph.train`; the same in each process. A batch may have fewer samples than there are
        processes, but is best some times as large.
    patience, checkpoint_seconds
        As in :func:`neurograph.train`.
    checkpoint : str or Path, optional
        Read and written by the first process alone: the others need not see the file.
    progress : bool, optional
        Whether the first process draws a progress bar.
    seed : int or Generator, optional
        Of everything drawn; None: the first process draws one for all.
    timeout : float
        Seconds for which a process waits for the others: above what a batch and a pruning may take.

    Returns
    -------
    TrainingState
        The same on every process.

    Raises
    ------
    ProcessError
        If the processes disagree about the arguments, the network or the data, or one of them is gone or late.
    ParameterError
        If there is neither a process group nor what torchrun tells a process, or the neurons have no rates.
    MissingPackageError
        If PyTorch is not installed.
    DataError, GraphError, DivergenceError, CheckpointError
        As :func:`neurograph.train`; what fails in one process is raised in all.

    Warns
    -----
    TrainingWarning
        As :func:`neurograph.train`, in the first process.

    Notes
    -----
    Of a batch B, process k of K has the part B_k, and all take the step along

    .. math:: \frac{1}{|B|} \sum_{n \in B} \Delta W_{ij}(n)
        = \sum_{k=1}^{K} \frac{|B_k|}{|B|} \left( \frac{1}{|B_k|} \sum_{n \in B_k} \Delta W_{ij}(n) \right)

    with Delta W_ij(n) the rule's change for sample n of the weight of the edge from i to j: what one process would
    find, up to the rounding of a sum of float64. This is data parallelism [1]_ with a local rule in the place of
    backpropagation; an update sends a number an edge, and the states of its samples once.

    References
    ----------
    .. [1] Li, Zhao, Varma, Salpekar, et al., PyTorch Distributed: experiences on accelerating data parallel training,
       VLDB 2020.

    Examples
    --------
    A script of these lines, but for the two that begin and end a group of one process, runs on two processes by
    ``torchrun --nproc-per-node 2 script.py``:

    >>> import tempfile
    >>> import neurograph as ng
    >>> import torch.distributed as dist
    >>> dist.init_process_group("gloo", init_method=f"file://{tempfile.mkdtemp()}/group", rank=0, world_size=1)
    >>> x, y = ng.tasks.logic("and")
    >>> network = ng.compile(ng.topologies.complete(inputs=2, hidden=2, outputs=1, bias=True, seed=0))
    >>> fit = ng.torch.train(network, x, y, seed=0, progress=False)
    >>> (ng.settle(fit.network, x).outputs > 0.5).astype(int).ravel().tolist()
    [0, 0, 0, 1]
    >>> dist.destroy_process_group()
    """
    fit = network if isinstance(network, TrainingState) else None
    if fit is not None:
        check_no_seed(seed)
    first = _of_rates(network if fit is None else fit.network)
    with Group("torch.train", timeout) as group, warnings.catch_warnings():
        if group.rank:
            options["progress"] = False
            warnings.simplefilter("ignore", TrainingWarning)
        rng = group.together(lambda: checked_generator(seed), "the seed")
        own = group.together(lambda: Problem.of(first, x, y, TrainingConfig.of(**options)), "what they learn")
        problem = SharedProblem(**{each.name: getattr(own, each.name) for each in fields(Problem)}, group=group)
        who = identity(problem, first, seed, fit)
        begun = "" if fit is None else fingerprint(repr(fit.generator), fit.held_out, *fit.optimiser_state)
        group.agree(described(first) | who | {"epochs": str(own.config.epochs), "the state of the fit": begun})
        group.agree({"the processor": engine.instructions}, ALIKE)
        rng.bit_generator.state = group.broadcast(rng.bit_generator.state)
        return run(problem, first, fit, rng, SharedKeeper(problem, first, fit, who))


ALIKE = "processors with the same vectors, or NEUROGRAPH_INSTRUCTIONS=plain in the environment of each"
"""What makes the steps of all processes the same to the bit."""


@dataclass(frozen=True, eq=False)
class SharedProblem(Problem):
    """What a run learns, with a group of processes of which each settles its part of the samples.

    What is drawn is drawn for all samples in every process, from the same state of the random numbers.

    Attributes
    ----------
    group : Group
    """

    group: Group = field(kw_only=True)

    def update(
        self,
        network: Network,
        optimiser_state: OptimiserState,
        states: Floats,
        batch: NDArray[np.int64],
        rng: np.random.Generator,
        epoch: int,
    ) -> Update:
        """Return what the samples of a batch lead to, whose last states are among `states` (samples, nodes)."""
        config, group, count = self.config, self.group, batch.size
        start = self._start(network, states, batch, rng)
        beta = np.broadcast_to(drawn_strength(config.rule, config.strength, count, rng), count)
        part, error = group.part(count), None
        state, size = start[part], network.weights.size + network.connectivity.biased.size
        # All that is summed, in one vector: changes, samples that are learned from, phases that settled, errors.
        total = np.zeros(size + count + 2)
        changes, learned, others = total[:size], total[size:-2], total[-2:]
        if len(state):
            try:
                phases = self._phases(network, state, beta[part], batch[part])
                np.concatenate(weight_change(config.rule, phases), out=changes)
                changes *= len(state) / count
                state, learned[part], others[0] = phases.state, phases.learned, phases.settled * len(state)
            except NeurographError as found:
                error, others[1] = found, 1.0
        group.sum(total, "the changes of a batch")
        if others[1]:
            group.raise_any(error)
        both = SharedPhases(others[0] / count, learned > 0.0, group.gathered(state, count, "the states of a batch"))
        return Update(*stepped(network, config, optimiser_state, changes, epoch), both)

    def _outputs(self, network: Network, start: Floats) -> Floats:
        """Return the outputs of samples (batch, outputs), of which each process settles its part."""
        own, count = start[self.group.part(len(start))], len(start)
        outputs = self.group.together(lambda: self._settled(network, own), "the outputs of samples")
        return self.group.gathered(outputs, count, "the outputs of samples")

    def _settled(self, network: Network, start: Floats) -> Floats:
        if not len(start):
            return np.empty((0, network.connectivity.outputs.size), network.dtype)
        return np.ascontiguousarray(self.config.solver.solve(network, Phase(start)).outputs)


@dataclass(frozen=True)
class SharedPhases:
    """What is known of the phases of a batch that several processes ran.

    Attributes
    ----------
    settled : float
    learned : bool array (batch,)
    state : array (batch, nodes)
    """

    settled: float
    learned: NDArray[np.bool_]
    state: Floats


class SharedKeeper(Keeper):
    """The checkpoint of a shared run, that the first process reads and writes."""

    problem: SharedProblem

    def load(self) -> TrainingState | None:
        """Return on every process the state that the checkpoint holds, if there is one."""
        return self.problem.group.first(super().load, "the checkpoint")

    def keep(self, state: TrainingState, now: bool) -> None:
        """See that all processes hold the same network, and write it where that is due."""
        network, group = state.network, self.problem.group
        same = fingerprint(network.connectivity.edge_ids, network.weights, network.biases)
        group.agree({f"the network after epoch {state.epochs}": same}, ALIKE)
        group.first(lambda: super(SharedKeeper, self).keep(state, now), "the checkpoint")


def _of_rates(network: Any) -> Network:
    """Return a network whose samples can be shared.

    Raises
    ------
    ParameterError
        If its neurons have no rates, which settle.
    """
    checked = checked_network(network, *EVERY_KIND)
    if checked.dynamics.kind != "rate":
        raise ParameterError(
            f"network is of {checked.dynamics.kind} neurons, whose runs are not shared among processes: expected "
            "neurons with rates; neurograph.train trains it in one process"
        )
    return checked


def described(network: Network) -> dict[str, str]:
    """Return the parts of a network by name, as hashes: what :meth:`Group.agree` compares, to say what differs."""
    table, connectivity = network.connectivity.table, network.connectivity
    return {
        "the labels of the nodes": fingerprint(repr(tuple(table.nodes))),
        "the roles": fingerprint(network.roles),
        "the edges": fingerprint(connectivity.pre, connectivity.post),
        "the weights": fingerprint(network.weights),
        "the biases": fingerprint(network.biases),
        "the parameters of the nodes": fingerprint(network.parameters),
        "the dynamics": repr(network.dynamics),
    }
