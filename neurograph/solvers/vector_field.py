"""The vector field of one phase, nudge included, and its Jacobian, for solvers that need slopes.

The equations are those that the compiled loops carry, evaluated on arrays. Samples stand side by side as columns, and
every sum runs in the order of the edges, so that a sample's numbers do not depend on its batch. Further variables of
neurons stay where the phase starts.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from neurograph.equations.expression import Expression
from neurograph.network.network import Network
from neurograph.solvers.arguments import subgraph_of
from neurograph.solvers.base import Phase

Columns = NDArray[np.float64]
Places = NDArray[np.int64]


class VectorField:
    """The whole drift F(s) = ds/dt + nudge of the nodes that move in a phase, in double precision.

    Attributes
    ----------
    moving : int64 array (moving,)
        Places of the nodes that move.
    pulled : int64 array (pulled,)
        Places among them of the outputs.
    recurrent : CSR array (moving, moving)
        The weights among them, row = postsynaptic.
    rows, columns : int64 array (entries,)
        Where the entries of the Jacobian stand; those of one place add up.
    """

    def __init__(self, network: Network, phase: Phase) -> None:
        subgraph = subgraph_of(network, phase)
        self.moving, self._network = subgraph.moving, network
        self.pulled = np.flatnonzero(subgraph.columns >= 0)
        count = self.moving.size
        weights = network.weights.astype(np.float64)
        indptr, other, values = subgraph.recurrent.weighted(weights)
        self.recurrent = sparse.csr_array((values, other, indptr), shape=(count, count))
        indptr, other, values = subgraph.clamped.weighted(weights)
        sent = np.zeros((int(subgraph.row.max(initial=-1)) + 1, phase.start.shape[0]))
        start, further = network.parted(phase.start)
        sent[subgraph.row] = network.sent(start).T
        self._clamped_input = sparse.csr_array((values, other, indptr), shape=(count, len(sent))) @ sent
        known = network.constants.items()
        self._known = {name: values[self.moving, None].astype(np.float64) for name, values in known}
        self._further = {name: values.T[self.moving].astype(np.float64) for name, values in further.items()}
        beta = np.full(phase.start.shape[0], phase.beta, np.float64)
        self._nudge: tuple[Columns, Columns] | None = None
        if phase.target is not None and np.any(beta):
            self._nudge = beta, phase.target.T.astype(np.float64)[subgraph.columns[self.pulled]]
        self._cost = phase.cost
        self._anchor: tuple[Columns, Columns, Columns] | None = None
        if phase.anchor is not None:
            anchor = np.ascontiguousarray(phase.anchor.T[self.moving], np.float64)
            _, input_slope, sending = self.slopes(anchor, np.arange(beta.size))
            self._anchor = anchor, input_slope, sending
        self.rows, self.columns = self._entries()

    def drift(self, s: Columns, samples: Places) -> Columns:
        """Return F (moving, k) at states s (moving, k) of these samples."""
        drift = self._at(self._network.dynamics.drift_equation, s, self._input(s, samples), samples)
        if self._nudge is not None:
            beta, target = (values[..., samples] for values in self._nudge)
            drift[self.pulled] += beta * self._cost.force_at(_rows(s[self.pulled]), _rows(target)).T
        if self._anchor is not None:
            anchor, input_slope, sending = (values[:, samples] for values in self._anchor)
            deviation = s - anchor
            # (J' - J)(s - s*) with J = diag(dg/ds) + D W F, D = diag(dg/dI), F = diag(f'): the diagonals cancel.
            drift += sending * (self.recurrent.T @ (input_slope * deviation)) - input_slope * (
                self.recurrent @ (sending * deviation)
            )
        return drift

    def slopes(self, s: Columns, samples: Places) -> tuple[Columns, Columns, Columns]:
        """Return dg/ds, dg/dI and f' of every moving node (moving, k)."""
        dynamics, total = self._network.dynamics, self._input(s, samples)
        own, input_slope = (self._at(dynamics.slope(name), s, total, samples) for name in ("s", "I"))
        return own, input_slope, self._at(dynamics.transfer_slope, s, total, samples)

    def jacobian(self, s: Columns, samples: Places) -> Columns:
        """Return the entries of dF/ds (entries, k), which stand at `rows` and `columns`."""
        own, input_slope, sending = self.slopes(s, samples)
        # The diagonal dg/ds, and D_j W_ji f'_i at each edge i -> j; the anchor's linear term adds J*' - J*, and the
        # nudge beta dF_j/ds_k = beta (a_j delta_jk + b_j c_k) among the outputs.
        parts = [own, self.carried(input_slope, sending)]
        if self._anchor is not None:
            _, input_slope, sending = self._anchor
            extra = self.carried(input_slope[:, samples], sending[:, samples])
            parts += [-extra, extra]
        if self._nudge is not None:
            beta, target = (values[..., samples] for values in self._nudge)
            slope, coupling, share = self._cost.force_slopes(_rows(s[self.pulled]), _rows(target))
            own[self.pulled] += beta * slope.T
            if self._cost.coupled:
                parts.extend(beta * row * share.T for row in coupling.T)
        return np.concatenate(parts)

    def carried(self, input_slope: Columns, sending: Columns) -> Columns:
        """Return dg/dI W f' of every edge among the moving nodes (edges, k)."""
        rows = np.repeat(np.arange(self.moving.size), np.diff(self.recurrent.indptr))
        return np.asarray(input_slope[rows] * self.recurrent.data[:, None] * sending[self.recurrent.indices])

    def _entries(self) -> tuple[Places, Places]:
        """Return the rows and columns of what :meth:`jacobian` gives, in its order."""
        diagonal = np.arange(self.moving.size)
        post, pre = np.repeat(diagonal, np.diff(self.recurrent.indptr)), self.recurrent.indices.astype(np.int64)
        rows, columns = [diagonal, post], [diagonal, pre]
        if self._anchor is not None:
            rows, columns = [*rows, post, pre], [*columns, pre, post]
        if self._nudge is not None and self._cost.coupled:
            rows.append(np.repeat(self.pulled, self.pulled.size))
            columns.append(np.tile(self.pulled, self.pulled.size))
        return np.concatenate(rows), np.concatenate(columns)

    def _input(self, s: Columns, samples: Places) -> Columns:
        sent = self._at(self._network.dynamics.transfer_equation, s, s, samples)
        return np.asarray(self._clamped_input[:, samples] + self.recurrent @ sent)

    def _at(self, equation: Expression, s: Columns, total: Columns, samples: Places) -> Columns:
        further = {name: values[:, samples] for name, values in self._further.items()}
        values = equation(**self._known, **further, s=s, I=total)
        return np.array(np.broadcast_to(values, s.shape), np.float64, order="C")


def _rows(columns: Columns) -> Columns:
    """Return samples as rows in memory, so that sums over the outputs run alike whatever the number of samples."""
    return np.ascontiguousarray(columns.T)
