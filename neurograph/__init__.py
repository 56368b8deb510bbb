"""neurograph: any directed graph in; a settled, trained, certified and pruned graph out."""

import importlib
from typing import TYPE_CHECKING

from neurograph import brian, certificates, growth, pruning, regions, sampling, solvers, tasks
from neurograph._checks import missing_attribute, public_names
from neurograph.analysis import GraphMetrics, graph_metrics
from neurograph.certificates import Certificate, Report, Verdict, certify
from neurograph.compression.ham import HAM, SHAM
from neurograph.compression.packed import PackedWeights
from neurograph.compression.quantise import quantise
from neurograph.compression.report import CompressionReport, compression_report
from neurograph.equations import costs, dynamics
from neurograph.equations.neuron import Dynamics
from neurograph.errors import (
    CheckpointError,
    CheckpointWarning,
    DataError,
    DivergenceError,
    ExpressionError,
    FormatError,
    GraphError,
    GraphTooLargeError,
    GraphWarning,
    LocalityError,
    MissingPackageError,
    NeurographError,
    ParameterError,
    ProcessError,
    SimulationWarning,
    TrainingWarning,
)
from neurograph.formats import read, read_table, write
from neurograph.graphs import connectomes, topologies
from neurograph.html import write_page
from neurograph.learning import optimisers, rules
from neurograph.learning.rule import Rule
from neurograph.network.compilation import compile
from neurograph.network.network import Network
from neurograph.regions.characterise import characterise
from neurograph.regions.region import InputRegion
from neurograph.sampling.energy import Distribution, exact_distribution, log_likelihood
from neurograph.sampling.result import Samples
from neurograph.sampling.sample import sample
from neurograph.simulation.result import Simulation
from neurograph.simulation.simulate import simulate
from neurograph.solvers.result import Equilibrium, Record, Status
from neurograph.solvers.settle import settle
from neurograph.training.gradient_check import GradientCheck, gradient_check, gradient_history
from neurograph.training.rounds.grow import Growth, grow
from neurograph.training.rounds.prune import Pruning, prune
from neurograph.training.state import TrainingState
from neurograph.training.step import training_step
from neurograph.training.sweep import sweep
from neurograph.training.train import train

if TYPE_CHECKING:
    from neurograph import plots, torch
    from neurograph.training.estimators import GraphClassifier, GraphRegressor
    from neurograph.training.reservoir import GraphReservoir

__all__ = [
    "HAM",
    "SHAM",
    "Certificate",
    "CheckpointError",
    "CheckpointWarning",
    "CompressionReport",
    "DataError",
    "Distribution",
    "DivergenceError",
    "Dynamics",
    "Equilibrium",
    "ExpressionError",
    "FormatError",
    "GradientCheck",
    "GraphClassifier",
    "GraphError",
    "GraphMetrics",
    "GraphRegressor",
    "GraphReservoir",
    "GraphTooLargeError",
    "GraphWarning",
    "Growth",
    "InputRegion",
    "LocalityError",
    "MissingPackageError",
    "Network",
    "NeurographError",
    "PackedWeights",
    "ParameterError",
    "ProcessError",
    "Pruning",
    "Record",
    "Report",
    "Rule",
    "Samples",
    "Simulation",
    "SimulationWarning",
    "Status",
    "TrainingState",
    "TrainingWarning",
    "Verdict",
    "brian",
    "certificates",
    "certify",
    "characterise",
    "compile",
    "compression_report",
    "connectomes",
    "costs",
    "dynamics",
    "exact_distribution",
    "gradient_check",
    "gradient_history",
    "graph_metrics",
    "grow",
    "growth",
    "log_likelihood",
    "optimisers",
    "plots",
    "prune",
    "pruning",
    "quantise",
    "read",
    "read_table",
    "regions",
    "rules",
    "sample",
    "sampling",
    "settle",
    "simulate",
    "solvers",
    "sweep",
    "tasks",
    "topologies",
    "torch",
    "train",
    "training_step",
    "write",
    "write_page",
]

public_names(__name__, __all__)


def __getattr__(name: str) -> object:
    """Import the modules that bring heavy packages when they are first named."""
    if name in ("plots", "torch"):
        return importlib.import_module(f"neurograph.{name}")
    if name in ("GraphClassifier", "GraphRegressor"):
        return getattr(importlib.import_module("neurograph.training.estimators"), name)
    if name == "GraphReservoir":
        return importlib.import_module("neurograph.training.reservoir").GraphReservoir
    if name == "__version__":
        return importlib.import_module("importlib.metadata").version("neurograph-simulator")
    raise missing_attribute("neurograph", name, __all__)
