"""Covariances that do not trust the model's own variance: the bread between slices of what the rows say.

Every formula is for scores ``x_i u_i`` (n rows) and the inverse information ``bread`` (k, k): u is the
residual of a linear model, or y - p of a logit.  HC0 to HC3 as MacKinnon and White (1985); CR0, CR1, CR1S and
CR2 as Bell and McCaffrey (2002), whose degrees of freedom come with CR2.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.core.estimators.groups import Groups
from analytics.core.estimators.moments import FloatArray, blocks

FITTED_ALONE = 1e-10  # a row with less than this of its residual left is fitted exactly, whatever its outcome
AT_ONCE = 256  # clusters whose k x k matrices are taken apart in one call


@dataclass(frozen=True)
class Slices:
    """What a sandwich is made of: ``x`` (n, k) read about ``centre`` (k,), ``u`` (n,), ``bread`` (k, k).

    ``weight`` (n,) is what each row weighs in the information (1 of a linear model, p (1 - p) of a logit).
    """

    x: FloatArray
    u: FloatArray
    bread: FloatArray
    centre: FloatArray
    weight: FloatArray | None = None

    @property
    def n(self) -> int:
        return int(self.x.shape[0])

    @property
    def k(self) -> int:
        return int(self.x.shape[1])


def leverages(of: Slices) -> FloatArray:
    """How much of its own fitted value each row makes (n,): the diagonal of the hat matrix."""
    found = np.empty(of.n)
    for rows in blocks(of.n):
        part = of.x[rows] - of.centre
        found[rows] = np.einsum("ij,ij->i", part @ of.bread, part)
    return found if of.weight is None else found * of.weight


def robust(of: Slices, kind: str) -> tuple[FloatArray, int]:
    """HC0, HC1, HC2 or HC3 (k, k), and how many rows are fitted alone (they add nothing to HC2 and HC3)."""
    square, alone = of.u**2, 0
    if kind == "HC1":
        square = square * (of.n / (of.n - of.k))
    elif kind in ("HC2", "HC3"):
        left = 1 - leverages(of)
        known = left > FITTED_ALONE
        alone = int((~known).sum())
        square = np.where(known, square / np.where(known, left, 1.0) ** (2 if kind == "HC3" else 1), 0.0)
    meat = np.zeros((of.k, of.k))
    for rows in blocks(of.n):
        part = (of.x[rows] - of.centre) * np.sqrt(square[rows])[:, None]
        meat += part.T @ part
    return of.bread @ meat @ of.bread, alone


def score_totals(of: Slices, by: Groups) -> FloatArray:
    """Sums of the scores by group (G, k)."""
    return by.totals((of.x - of.centre) * of.u[:, None])


def clustered(of: Slices, by: Groups, kind: str) -> FloatArray:
    """CR0, CR1 (times G / (G - 1)) or CR1S (times (n - 1) / (n - k) as well), (k, k)."""
    sums = score_totals(of, by)
    factor = 1.0 if kind == "CR0" else by.count / (by.count - 1)
    if kind == "CR1S":
        factor *= (of.n - 1) / (of.n - of.k)
    covariance: FloatArray = of.bread @ (sums.T @ sums) @ of.bread * factor
    return covariance


@dataclass(frozen=True)
class BellMcCaffrey:
    """``covariance`` (k, k) and the Satterthwaite degrees of freedom (m,) of the contrasts asked for."""

    covariance: FloatArray
    df: FloatArray


def bell_mccaffrey(of: Slices, by: Groups, contrasts: FloatArray) -> BellMcCaffrey:
    """CR2 under a working model of equal, independent errors, and t degrees of freedom of contrasts (m, k).

    The adjustment of a cluster is (I - X_g B X_g')^(-1/2).  With B = L L' and the spectrum of L' X_g' X_g L
    it is taken in k dimensions whatever the size of the cluster.  Where it is singular (a cluster that a
    dummy fits alone) the generalised inverse is meant, as in clubSandwich.
    """
    root = np.linalg.cholesky(of.bread)
    sums = score_totals(of, by)
    grams = _Grams(of, by)
    meat = np.zeros((of.k, of.k))
    trace = _Satterthwaite(of.bread, of.bread @ contrasts.T)
    for first in range(0, by.count, AT_ONCE):
        gram = grams.of(first, min(first + AT_ONCE, by.count))
        values, vectors = np.linalg.eigh(root.T @ gram @ root)
        turned = root @ vectors  # (g, k, k)
        left = np.clip(1 - values, 0.0, None)
        known = left > FITTED_ALONE
        half = np.sqrt(np.where(known, left, 1.0))
        once = np.where(known, 1 / (half * (1 + half)), -1.0)
        twice = np.where(known, 1 / np.where(known, left, 1.0), -1.0)
        adjusted = _moved(gram, turned, once)  # X_g' A_g = (I + adjusted) X_g'
        own = sums[first : first + len(gram)]
        score = own + np.einsum("gij,gj->gi", adjusted, own)
        meat += score.T @ score
        trace.add(gram + adjusted @ gram, gram + _moved(gram, turned, twice) @ gram)
    return BellMcCaffrey(of.bread @ meat @ of.bread, trace.df())


def _moved(gram: FloatArray, turned: FloatArray, values: FloatArray) -> FloatArray:
    """``M L V diag(values) V' L'`` of every cluster (g, k, k)."""
    moved: FloatArray = gram @ (turned * values[:, None, :]) @ np.swapaxes(turned, 1, 2)
    return moved


class _Grams:
    """X_g' X_g of clusters, from rows brought into their order once."""

    def __init__(self, of: Slices, by: Groups) -> None:
        self.x, self.centre, self.by = by.sort(of.x), of.centre, by

    def of(self, first: int, last: int) -> FloatArray:
        found = np.empty((last - first, self.x.shape[1], self.x.shape[1]))
        for place, group in enumerate(range(first, last)):
            start = int(self.by.starts[group])
            part = self.x[start : start + int(self.by.sizes[group])] - self.centre
            found[place] = part.T @ part
        return found


class _Satterthwaite:
    """tr(P)^2 / tr(P P) with P_gh = a_g' (I - H) a_h, a_g = A_g X_g B l, without the G x G matrix."""

    def __init__(self, bread: FloatArray, directions: FloatArray) -> None:
        self.bread, self.directions = bread, directions  # (k, m): B l of every contrast
        m, k = directions.shape[1], len(bread)
        self.trace, self.squares = np.zeros(m), np.zeros(m)
        self.mixed, self.outer = np.zeros(m), np.zeros((m, k, k))

    def add(self, once: FloatArray, twice: FloatArray) -> None:
        """``once`` = X_g' A_g X_g and ``twice`` = X_g' A_g^2 X_g of some clusters (g, k, k)."""
        c = once @ self.directions  # (g, k, m)
        whole = np.einsum("km,gkl,lm->gm", self.directions, twice, self.directions, optimize=True)
        shared = np.einsum("gkm,kl,glm->gm", c, self.bread, c, optimize=True)
        self.trace += (whole - shared).sum(axis=0)
        self.squares += (whole**2).sum(axis=0)
        self.mixed += (whole * shared).sum(axis=0)
        flat = np.transpose(c, (2, 0, 1))  # (m, g, k)
        self.outer += np.swapaxes(flat, 1, 2) @ flat

    def df(self) -> FloatArray:
        both = np.einsum("ij,mjk,kl,mli->m", self.bread, self.outer, self.bread, self.outer, optimize=True)
        spread = self.squares - 2 * self.mixed + both
        found: FloatArray = self.trace**2 / np.where(spread > 0, spread, np.nan)
        return found
