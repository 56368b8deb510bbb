"""The operations that a compiled product is made of; each acts on rows, one a sample, and has an adjoint."""

from __future__ import annotations

import abc
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import scipy
from numpy.typing import NDArray
from scipy import sparse

from neurograph.kernels import engine

Complex = NDArray[Any]
Places = NDArray[np.int64]

MOST_RANK = 4
"""Hubs that one operation takes together."""


class Operation(abc.ABC):
    """A linear map of rows (batch, before) to rows (batch, after)."""

    @abc.abstractmethod
    def apply(self, rows: Complex, to: Complex | None = None) -> Complex:
        """Return the map of each row, where there is memory for it in `to`: `rows` themselves, or others."""

    @abc.abstractmethod
    def adjoint(self) -> Operation:
        """Return the map of the conjugate transpose."""


@dataclass(frozen=True, eq=False)
class Fourier(Operation):
    """The orthonormal discrete Fourier transform, or its inverse."""

    inverse: bool

    def apply(self, rows: Complex, to: Complex | None = None) -> Complex:
        """Transform each row by scipy.fft, imported by the first transform, which takes longer where it overwrites."""
        transform = scipy.fft.ifft if self.inverse else scipy.fft.fft
        return np.asarray(transform(rows, axis=-1, norm="ortho"))

    def adjoint(self) -> Fourier:
        """Return the other of the two."""
        return Fourier(not self.inverse)


@dataclass(frozen=True, eq=False)
class Sparse(Operation):
    """Any layer: a sparse matrix (after, before)."""

    matrix: sparse.csr_array

    def apply(self, rows: Complex, to: Complex | None = None) -> Complex:
        """Multiply each row."""
        return np.ascontiguousarray((self.matrix @ rows.T).T)

    def adjoint(self) -> Sparse:
        """Return that of the conjugate transpose."""
        return Sparse(sparse.csr_array(self.matrix.conj().T))


@dataclass(frozen=True, eq=False)
class Step(Operation):
    r"""A scaled permutation and a few hubs: :math:`v_i = c_i u_{p(i)} + \sum_k B_{ik} \sum_j A_{jk} u_j`.

    Attributes
    ----------
    scale : complex array (n,), or None
        c; None where all are 1.
    source : int array (n,), or None
        p; None where nodes keep their places.
    heard, sent : complex arrays (n, hubs)
        A and B.
    """

    scale: Complex | None
    source: Places | None
    heard: Complex
    sent: Complex

    def apply(self, rows: Complex, to: Complex | None = None) -> Complex:
        """Sum up what the hubs hear in a row, and then go through it."""
        found = np.empty_like(rows) if to is None or (to is rows and self.source is not None) else to
        given = rows.view(np.float64)
        memory = given if found is rows else found.view(np.float64)
        scaled = self.scale is not None
        engine.turn(rows.shape[1], given, scaled, self.source, self._hears, self._factors, memory)
        return found

    @cached_property
    def _hears(self) -> NDArray[np.float64] | None:
        """What the engine multiplies the parts of a row by, for the real and the imaginary part of each hub's sum."""
        if not self.heard.shape[1]:
            return None
        ends = [one for column in self.heard.T for one in (column.conj(), 1j * column.conj())]
        return np.stack([np.ascontiguousarray(one, np.complex128).view(np.float64) for one in ends])

    @cached_property
    def _factors(self) -> NDArray[np.float64]:
        """What the engine multiplies pairs of numbers by, four complex numbers after the other."""
        ends = [one for column in self.sent.T for one in (column, 1j * column)]
        parts = [np.ascontiguousarray(one, np.complex128).view(np.float64) for one in ends]
        if self.scale is not None:
            odd = np.stack([-self.scale.imag, self.scale.imag], axis=1).ravel()
            parts = [np.repeat(self.scale.real, 2), odd, *parts]
        blocks = -(-self.heard.shape[0] // 4)
        memory = np.zeros(8 * blocks * len(parts) + 8)
        first = -memory.ctypes.data % 64 // 8
        factors = memory[first : first + 8 * blocks * len(parts)]
        padded = np.zeros((len(parts), 8 * blocks))
        padded[:, : 2 * self.heard.shape[0]] = parts if parts else 0.0
        factors.reshape(blocks, len(parts), 8)[...] = padded.reshape(len(parts), blocks, 8).transpose(1, 0, 2)
        return factors

    def adjoint(self) -> Step:
        """Return that of the conjugate transpose: u_q(i) = conj(c) v, q the inverse of p; A and B change places."""
        scale = None if self.scale is None else self.scale.conj()
        if self.source is None:
            return Step(scale, None, *self._turned)
        back = np.empty_like(self.source)
        back[self.source] = np.arange(back.size)
        return Step(None if scale is None else scale[back], back, *self._turned)

    @property
    def _turned(self) -> tuple[Complex, Complex]:
        return np.asfortranarray(self.sent.conj()), np.asfortranarray(self.heard.conj())

    def moved(self, columns: Complex) -> Complex:
        """Return the scaled permutation of columns (n, k), without the hubs."""
        found = columns if self.source is None else columns[self.source]
        return found if self.scale is None else self.scale[:, None] * found

    def after(self, first: Step) -> Step | None:
        """Return this step after another as one, or None where that would have too many hubs."""
        if self.heard.shape[1] + first.heard.shape[1] > MOST_RANK:
            return None
        # out = S2 (S1 u + B1 A1'u) + B2 A2'(S1 u + B1 A1'u) = S2 S1 u + (S2 B1) A1'u + B2 (S1'A2 + A1 (B1'A2))'u
        source = first.source if self.source is None else self.source if first.source is None else None
        if self.source is not None and first.source is not None:
            source = first.source[self.source]
        parts = [first.scale if first.scale is None or self.source is None else first.scale[self.source], self.scale]
        there = [one for one in parts if one is not None]
        scale = None if not there else there[0] if len(there) == 1 else there[0] * there[1]
        turned = first.heard @ (first.sent.T @ self.heard)
        back = self.heard if first.scale is None and first.source is None else _transposed(first, self.heard)
        return Step(
            scale,
            source,
            np.asfortranarray(np.hstack([first.heard, back + turned])),
            np.asfortranarray(np.hstack([self.moved(first.sent), self.sent])),
        )


def _transposed(step: Step, columns: Complex) -> Complex:
    """Return the transpose, not conjugate, of a scaled permutation times columns."""
    scaled = columns if step.scale is None else step.scale[:, None] * columns
    if step.source is None:
        return scaled
    found = np.empty_like(scaled)
    found[step.source] = scaled
    return found


def fused(operations: list[Operation]) -> tuple[Operation, ...]:
    """Return the same product with neighbouring steps made one."""
    found: list[Operation] = []
    for one in operations:
        both = one.after(found[-1]) if found and isinstance(one, Step) and isinstance(found[-1], Step) else None
        if both is None:
            found.append(one)
        else:
            found[-1] = both
    return tuple(found)
