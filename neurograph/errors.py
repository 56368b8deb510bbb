"""The errors that neurograph raises on purpose: each names the culprit, the value, what was expected and the remedy."""


class NeurographError(Exception):
    """Base of every error that neurograph raises on purpose."""


class GraphError(NeurographError, ValueError):
    """A graph, node or edge cannot be compiled as it stands."""


class GraphTooLargeError(GraphError, MemoryError):
    """A graph needs more memory than the machine has to give."""


class ExpressionError(NeurographError, ValueError):
    """An equation cannot be read, or uses a symbol that it may not see."""


class LocalityError(ExpressionError):
    """A learning rule looks beyond the two ends of its own edge."""


class DataError(NeurographError, ValueError):
    """Inputs, targets or starting states have the wrong shape, type or values."""


class ParameterError(NeurographError, ValueError):
    """An argument is outside what it may be, or two arguments do not go together."""


class DivergenceError(NeurographError, ArithmeticError):
    """Activity left every bound while settling."""


class FormatError(NeurographError, ValueError):
    """A file cannot be read or written in the format asked for."""


class CheckpointError(NeurographError, ValueError):
    """A checkpoint cannot be written, read or gone on from."""


class CheckpointWarning(UserWarning):
    """A checkpoint is refused, and the one before it is used."""


class TrainingWarning(UserWarning):
    """A training run learns little or nothing, and what to do about it."""


class SimulationWarning(UserWarning):
    """A simulation ended early, and what was computed is kept."""


class GraphWarning(UserWarning):
    """A graph was changed as it was taken in, without having been asked for."""


class MissingPackageError(NeurographError, ImportError):
    """A package that an extra brings is not installed."""
