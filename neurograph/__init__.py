"""neurograph: any directed graph in; a settled, trained, certified and pruned graph out."""

from neurograph import dynamics, optimisers, pruning, rules, solvers, tasks, topologies
from neurograph.dynamics import Dynamics
from neurograph.equilibrium import Equilibrium, Record, Status
from neurograph.errors import (
    DataError,
    DivergenceError,
    ExpressionError,
    FormatError,
    GraphError,
    LocalityError,
    NeurographError,
    ParameterError,
)
from neurograph.network import Network, compile
from neurograph.pruning import prune
from neurograph.rules import Rule
from neurograph.settling import settle
from neurograph.training import train
