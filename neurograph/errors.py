"""The errors that neurograph raises on purpose: each names the culprit, the value, what was expected and the remedy."""


class NeurographError(Exception):
    """Base of every error that neurograph raises on purpose.

    To catch it is to catch them all. Most are also what Python has for the same case, so ``except ValueError`` serves
    too.

    Examples
    --------
    >>> import neurograph as ng
    >>> try:
    ...     graph = ng.topologies.complete(hidden=-1)
    ... except ng.NeurographError as error:
    ...     print(f"{type(error).__name__}: {error}")
    ParameterError: hidden is -1: expected a whole number >= 0
    """


class GraphError(NeurographError, ValueError):
    """A graph, node or edge cannot be compiled as it stands.

    Raised by :func:`neurograph.compile` and by what takes graphs in. The message names the node or the edge; remedy:
    change that one in the graph, as the message says, or take another dynamics.

    Examples
    --------
    >>> import networkx as nx, neurograph as ng
    >>> graph = ng.topologies.complete(inputs=1, hidden=1, outputs=1, seed=0)
    >>> graph.add_edge("h0", "h0", weight=1.0)
    >>> ng.compile(graph, ng.dynamics.deep())
    Traceback (most recent call last):
    ...
    neurograph.errors.GraphError: edge 'h0' -> 'h0' is a self-loop, which deep (absolute leak) forbids...
    >>> graph.remove_edge("h0", "h0")
    >>> ng.compile(graph, ng.dynamics.deep()).weights.size
    4
    """


class GraphTooLargeError(GraphError, MemoryError):
    """A graph, or what is computed of it, needs more memory than the machine has to give.

    Raised before the work begins, where the machine says how much memory is free, as Linux does. The message has both
    sizes and a remedy: numbers of float32, fewer samples or frames at a time, or another form.

    Examples
    --------
    As on a machine of which 1 GiB is free:

    >>> from unittest.mock import patch
    >>> import networkx as nx, neurograph as ng
    >>> graph = nx.DiGraph([("a", "b", {"weight": 1.0}), ("b", "a", {"weight": 1.0})])
    >>> nx.set_node_attributes(graph, "output", "role")
    >>> network = ng.compile(graph, ng.dynamics.binary())
    >>> with patch("neurograph._checks.available_memory", return_value=2**30):
    ...     ng.sample(network, samples=2**31)
    Traceback (most recent call last):
    ...
    neurograph.errors.GraphTooLargeError: 2147483648 samples of 1 chains takes about 4.0 GiB of memory, and ...
    """


class ExpressionError(NeurographError, ValueError):
    """An equation cannot be read, or uses a symbol that it may not see.

    Raised where an equation is given as text: by :class:`neurograph.Dynamics`, :class:`neurograph.Rule` and
    :class:`neurograph.costs.Cost`. The message lists what may stand there; remedy: use one of these, or name a number
    in `parameters`.

    Examples
    --------
    >>> import neurograph as ng
    >>> ng.Dynamics("(-s + I)/tau")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ...
    neurograph.errors.ExpressionError: drift ... uses 'tau': expected only ...; or give it a value, parameters={...}
    >>> print(ng.Dynamics("(-s + I)/tau", parameters={"tau": 2.0}))
    ds/dt = (-s + I)/tau
    """


class LocalityError(ExpressionError):
    """A learning rule looks beyond the two ends of its own edge.

    Raised by :class:`neurograph.Rule`. The message lists what is known there; remedy: write the rule over these. A rule
    that needs one number from elsewhere, such as a reward, has it as ``modulator`` (in :func:`neurograph.simulate`).

    Examples
    --------
    >>> import neurograph as ng
    >>> ng.Rule("pre_free*cost")
    Traceback (most recent call last):
    ...
    neurograph.errors.LocalityError: a readout rule uses 'cost', which is not at either end of its edge: ...
    >>> ng.Rule("modulator*pre*post").kind
    'online'
    """


class DataError(NeurographError, ValueError):
    """Inputs, targets or starting states have the wrong shape, type or values.

    Raised by all that takes data, such as :func:`neurograph.settle` and :func:`neurograph.train`. The message has the
    shape that is there and the one that was expected; remedy: reshape the data, or mend the number that it names.

    Examples
    --------
    >>> import neurograph as ng
    >>> network = ng.compile(ng.topologies.complete(inputs=2, hidden=1, outputs=1, seed=0))
    >>> ng.settle(network, [[0.5]])
    Traceback (most recent call last):
    ...
    neurograph.errors.DataError: x has shape (1, 1): expected (batch, 2), one column for each input node, ...
    """


class ParameterError(NeurographError, ValueError):
    """An argument is outside what it may be, is unknown, or does not go with another.

    Raised by every public function. The message has the argument, its value and what was expected; of an unknown one it
    has the name that was probably meant.

    Examples
    --------
    >>> import neurograph as ng
    >>> ng.optimisers.sgd(learning_rate=-1)
    Traceback (most recent call last):
    ...
    neurograph.errors.ParameterError: learning_rate is -1: expected a finite number > 0
    >>> ng.optimisers.sgd(lr=0.1)
    Traceback (most recent call last):
    ...
    neurograph.errors.ParameterError: Sgd() has no argument 'lr': expected learning_rate=; its arguments are ...
    """


class DivergenceError(NeurographError, ArithmeticError):
    """Activity left every bound while settling, or a state is no longer finite while a network runs.

    Raised by :func:`neurograph.settle`, :func:`neurograph.simulate` and all that settle. The message names sample, step
    and node, and whether the step or the network is at fault; remedy: a shorter step, smaller weights, or a dynamics
    with a box. ``settle(..., throw=False)`` returns the states as they are.

    Examples
    --------
    A neuron that sends itself twice what it has:

    >>> import networkx as nx, neurograph as ng
    >>> graph = nx.DiGraph([("x", "y", {"weight": 1.0}), ("y", "y", {"weight": 2.0})])
    >>> graph.nodes["x"]["role"], graph.nodes["y"]["role"] = "input", "output"
    >>> ng.settle(ng.compile(graph, ng.dynamics.additive("relu")), [[1.0]])
    Traceback (most recent call last):
    ...
    neurograph.errors.DivergenceError: sample 0 diverged at step 128: node 'y' is at 1.37e+10 ...
    >>> ng.settle(ng.compile(graph, ng.dynamics.vector_field()), [[1.0]]).outputs  # in a box
    array([[1.]])
    """


class ProcessError(NeurographError, RuntimeError):
    """Processes that compute together disagree, or one of them is gone.

    Raised by :mod:`neurograph.torch` where a run or a graph is shared among processes. The message names the processes,
    and what differs or what was waited for; remedy: the same call in each process, or the run started again, which
    goes on from its checkpoint.

    Examples
    --------
    As in a process whose neighbour has died:

    >>> import neurograph as ng
    >>> try:
    ...     raise ng.ProcessError("process 0 of 2 waited for the changes of the others, and one is gone")
    ... except RuntimeError as error:
    ...     print(error)
    process 0 of 2 waited for the changes of the others, and one is gone
    """


class FormatError(NeurographError, ValueError):
    """A file cannot be read or written in the format asked for.

    Raised by :func:`neurograph.read`, :func:`neurograph.write` and the packed matrices. The message names the file and,
    where it can, the place in it; remedy: another suffix, or the file written anew.

    Examples
    --------
    >>> import neurograph as ng
    >>> ng.read("brain.xyz")
    Traceback (most recent call last):
    ...
    neurograph.errors.FormatError: brain.xyz has the suffix '.xyz': expected one of .json (node-link JSON), ...
    """


class CheckpointError(NeurographError, ValueError):
    """A checkpoint cannot be written, read or gone on from.

    Raised where a run is given ``checkpoint=`` and the file there is damaged, of another run or of a later version, or
    cannot be written. Nothing is lost: the file stays as it is. Remedy: the call as it was then, another path, or
    delete the file to start again.

    Examples
    --------
    >>> import tempfile
    >>> import neurograph as ng
    >>> network = ng.compile(ng.topologies.complete(bias=True, seed=0))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     given = {"epochs": 1, "progress": False, "checkpoint": folder + "/run.ckpt"}
    ...     fit = ng.train(network, *ng.tasks.logic("xor"), seed=0, **given)
    ...     ng.train(network, *ng.tasks.logic("xor"), seed=1, **given)
    Traceback (most recent call last):
    ...
    neurograph.errors.CheckpointError: checkpoint ... is of another run, for ... is not the same...
    """


class CheckpointWarning(UserWarning):
    """A checkpoint is refused, and the one before it is used.

    Said where the last file of a run was cut or damaged, as by a full disk, and ``<path>.previous`` is whole: the run
    goes on from there, some epochs earlier. There is nothing to do.

    Examples
    --------
    >>> import tempfile, warnings
    >>> from pathlib import Path
    >>> import neurograph as ng
    >>> network = ng.compile(ng.topologies.complete(bias=True, seed=0))
    >>> with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings(record=True) as said:
    ...     warnings.simplefilter("always")
    ...     file = Path(folder, "run.ckpt")
    ...     given = {"seed": 0, "progress": False, "checkpoint": file}
    ...     for epochs in (1, 2):
    ...         fit = ng.train(network, *ng.tasks.logic("xor"), epochs=epochs, **given)
    ...     _ = file.write_bytes(file.read_bytes()[:-1])
    ...     fit = ng.train(network, *ng.tasks.logic("xor"), epochs=2, **given)
    >>> [str(one.message).partition(": ")[2].partition(";")[0] for one in said if one.category is ng.CheckpointWarning]
    ['... bytes follow its first line instead of ...']
    """


class TrainingWarning(UserWarning):
    """A training run learns little or nothing, and what to do about it.

    Said at the end of :func:`neurograph.train`, of a network in which inputs do not reach outputs, targets lie outside
    the box, activity saturates, or few phases settle. ``warnings.simplefilter("error", ng.TrainingWarning)`` makes it
    an error.

    Examples
    --------
    An output of this dynamics is from 0 to 1:

    >>> import warnings
    >>> import neurograph as ng
    >>> network = ng.compile(ng.topologies.complete(inputs=1, bias=True, seed=0), ng.dynamics.deep())
    >>> with warnings.catch_warnings(record=True) as said:
    ...     warnings.simplefilter("always")
    ...     fit = ng.train(network, [[0.0], [1.0]], [[0.0], [3.0]], epochs=1, seed=0, progress=False)
    >>> print(said[0].message)
    y[1] of output 'y0' is 3, and 50% of the targets lie outside 0 to 1, ...: scale y to lie in it
    """


class SimulationWarning(UserWarning):
    """A simulation ended early, and what was computed is kept.

    Said by :func:`neurograph.simulate` after Ctrl-C. The result has ``.interrupted`` True; remedy:
    ``start=simulation.last`` goes on, to the same bits.

    Examples
    --------
    An input that stands for Ctrl-C at the time 1000:

    >>> import warnings
    >>> import neurograph as ng
    >>> network = ng.compile(ng.topologies.layered(inputs=1, hidden=(1000,), outputs=1, seed=0))
    >>> def x(time):
    ...     if time > 1000.0:
    ...         raise KeyboardInterrupt
    ...     return [1.0]
    >>> with warnings.catch_warnings(record=True) as said:
    ...     warnings.simplefilter("always")
    ...     run = ng.simulate(network, x, dt=0.1, duration=1e5, record=1000, progress=False)
    >>> run.interrupted, 0.0 < run.last.time < 1000.0
    (True, True)
    >>> print(said[0].message)
    the simulation was interrupted at time ...: what was computed is kept, and start=simulation.last goes on
    """


class GraphWarning(UserWarning):
    """A graph was changed as it was taken in, without having been asked for.

    Said where counts of synapses are taken for weights, under which activity would saturate. The graph's attribute
    ``changes`` keeps what was done. Remedy: ask for what is wanted, as the message says.

    Examples
    --------
    >>> import warnings
    >>> import neurograph as ng
    >>> edges, roles = (["a", "b"], ["y", "y"], [30, 10]), {"inputs": ["a", "b"], "outputs": ["y"]}
    >>> with warnings.catch_warnings(record=True) as said:
    ...     warnings.simplefilter("always")
    ...     table = ng.topologies.from_edges(edges, **roles)
    >>> table.weights, str(said[0].message).partition(",")[0]
    (array([0.75, 0.25]), 'the weights are whole numbers up to 30')
    >>> ng.topologies.from_edges(edges, normalise=None, **roles).weights  # as they are, and nothing is said
    array([30., 10.])
    """


class MissingPackageError(NeurographError, ImportError):
    """A package that an extra brings is not installed.

    Raised when what needs it is first used. The message has the command that installs it.

    Examples
    --------
    As where scikit-learn is not installed:

    >>> from unittest.mock import patch
    >>> import neurograph as ng
    >>> with patch.dict("sys.modules", {"sklearn.datasets": None}):
    ...     ng.tasks.digits()
    Traceback (most recent call last):
    ...
    neurograph.errors.MissingPackageError: digits needs scikit-learn, which is not installed: ...
    """
