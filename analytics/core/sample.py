"""Which rows an analysis uses, and how many it lost to which absence of which column."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import polars as pl

from analytics.core.formula import Factor as FactorAtom
from analytics.core.formula import Formula, GroupMean, Log, Numeric, Power, Variable, Within
from analytics.core.frame import Column, Frame, Mask, Numbers, find_level, levels_used
from surveys.core.codebook import Scalar
from surveys.core.problems import Problem, Refused

OUTSIDE = "outside “where”"


@dataclass(frozen=True)
class Sample:
    """``mask``: one truth per row of the data; ``lost``: rows by ``column: reason``, each once."""

    mask: Mask
    lost: Mapping[str, int] = field(default_factory=dict)

    @property
    def n(self) -> int:
        return int(self.mask.sum())


def listwise(
    frame: Frame,
    columns: Iterable[str],
    formulas: Sequence[Formula] = (),
    where: Mapping[str, Sequence[Scalar]] | None = None,
) -> Sample:
    """The rows complete in ``columns`` and, with logs taken, in every formula.

    A row is counted under the first column that lacks it: outcome, then terms in their order.
    """
    rows = len(next(iter(frame.values())).values) if frame else 0
    mask: Mask = np.ones(rows, dtype=np.bool_)
    lost: dict[str, int] = {}
    for name, wanted in (where or {}).items():
        _lose(lost, mask, ~_holding(frame[name], wanted), f"{name}: {OUTSIDE}")
    for name in dict.fromkeys(columns):
        _lose_absent(lost, mask, frame[name])
    for formula in formulas:
        for atom in formula.atoms:
            _lose_undefined(lost, mask, atom, frame)
    return Sample(mask, lost)


def without(sample: Sample, lacking: Mapping[str, Mask]) -> Sample:
    """The sample without the rows that ``lacking`` names by ``column: reason``, each counted once."""
    mask, lost = sample.mask.copy(), dict(sample.lost)
    for key, gone in lacking.items():
        _lose(lost, mask, gone, key)
    return Sample(mask, lost)


def _holding(column: Column, wanted: Sequence[Scalar]) -> Mask:
    """The rows that hold one of the codes named (or their labels); Refused for codes that do not exist."""
    used = levels_used(column, np.ones(len(column.values), dtype=np.bool_))
    found = [find_level(column, code, used, "where") for code in wanted]
    problems = [one for one in found if isinstance(one, Problem) and one.code != "unused_level"]
    if problems:
        raise Refused(problems)
    codes = pl.Series([one for one in found if not isinstance(one, Problem)], dtype=column.values.dtype)
    return column.values.is_in(codes.implode()).fill_null(False).to_numpy()


def transformed(
    atom: Numeric,
    frame: Frame,
    mask: Mask,
    means: dict[str, float],
    codes: npt.NDArray[np.intp] | None = None,
) -> Numbers:
    """The numbers of a numeric atom in the rows of ``mask`` (shape: rows used).

    Centring is on the mean of exactly these rows; ``means`` collects them by the atom centred.  ``codes``
    (rows used) are the groups of what is taken within them, whole numbers from 0.
    """
    if isinstance(atom, Variable):
        return frame[atom.name].numbers()[mask]
    inner = transformed(atom.of, frame, mask, means, codes)
    if isinstance(atom, Log):
        return np.asarray(np.log(inner))
    if isinstance(atom, Power):
        return np.asarray(inner**atom.exponent)
    if isinstance(atom, Within | GroupMean):
        own = group_means(inner, codes)
        return own if isinstance(atom, GroupMean) else inner - own
    mean = float(inner.mean()) if len(inner) else 0.0
    means[atom.of.text] = mean
    return np.asarray(inner - mean)


def group_means(values: Numbers, codes: npt.NDArray[np.intp] | None) -> Numbers:
    """The mean of each row's group (n,); a model without groups is refused before."""
    assert codes is not None
    sizes = np.maximum(np.bincount(codes), 1)
    return np.asarray((np.bincount(codes, values) / sizes)[codes])


def _lose_absent(lost: dict[str, int], mask: Mask, column: Column) -> None:
    absent = ~column.present() & mask
    if absent.any():
        for reason, count in column.reasons.filter(pl.Series(absent)).value_counts(sort=True).iter_rows():
            lost[f"{column.variable.name}: {reason}"] = int(count)
        mask &= ~absent
    if column.is_number:
        _lose(lost, mask, ~np.isfinite(column.numbers()), f"{column.variable.name}: not finite")


def _lose_undefined(lost: dict[str, int], mask: Mask, atom: Numeric | FactorAtom, frame: Frame) -> None:
    """Logs of numbers that are not positive are lost under the name of the log."""
    while not isinstance(atom, Variable | FactorAtom):
        if isinstance(atom, Log):
            _lose(lost, mask, ~(frame[atom.of.name].numbers() > 0), f"{atom.text}: not positive")
        atom = atom.of


def _lose(lost: dict[str, int], mask: Mask, gone: Mask, key: str) -> None:
    count = int((gone & mask).sum())
    if count:
        lost[key] = lost.get(key, 0) + count
        mask &= ~gone
