"""Predicted outcomes over a moderator: what a product in a model means, all else held at its mean.

x'b at a row whose variables hold their means (shares of the categories of factors), but for the two of the
product, in a group whose means are those of all rows and whose effects are 0; for logits the inverse logit
of it.  The interval is x'b -+ 1.96 sqrt(x'Vx) on the scale of x'b, with V the inverse information at the
estimates (of linear models the residual variance times (X'X)^-1).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from analytics.core.choices import CLASSICAL
from analytics.core.design import Design, build
from analytics.core.formula import (
    Atom,
    Center,
    Factor,
    Formula,
    GroupMean,
    Log,
    Numeric,
    Variable,
    Within,
    by_group,
    leaf,
    parse,
)
from analytics.core.frame import Column, Frame, Mask, Numbers
from analytics.core.sample import Sample, transformed

STEPS = 25  # points of a curve
OF_FOCAL = 3  # curves, one for each value of a focal variable that is no dummy
Z = 1.959963984540054
LOGITS = ("logit", "multilevel_logit")
KINDS = ("linear", "multilevel_linear", *LOGITS)  # of one curve: others have one for every category


@dataclass(frozen=True)
class Predicted:
    """One curve: the value of the focal variable, and (x, y, low, high) along the moderator.

    ``low`` and ``high`` are None where the model's covariance is not told by its estimates alone.
    """

    at: float
    points: tuple[tuple[float, float, float | None, float | None], ...]


def products(model: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """(term, focal variable, moderator) of every product of two numbers in a fitted model of one curve."""
    if not model["result"]["converged"] or model["kind"] not in KINDS:
        return []
    formula = parse(model["formula"])
    factors = {column["term"] for column in model["columns"] if column["name"].endswith("]")}
    found = []
    for term in formula.terms:
        names = [leaf(atom).name for atom in term.atoms]
        is_numeric = not any(isinstance(atom, Factor) for atom in term.atoms) and term.text not in factors
        if term.degree == 2 and is_numeric and len(set(names)) == 2:
            found.append((term.text, names[0], names[1]))
    return found


def predictions(
    model: Mapping[str, Any], frame: Frame, sample: Sample, focal: str, moderator: str
) -> list[Predicted]:
    """The curves of a fitted model: two of a 0/1 focal variable, else at its mean and one SD around it.

    A curve that the rows do not carry in one of its points is left out.
    """
    formula = parse(model["formula"])
    names = [one["term"] for one in model["result"]["estimates"]]
    beta = np.array([one["estimate"] for one in model["result"]["estimates"]])
    design = build(formula, frame, sample, np.zeros(sample.n), model["groups"])
    means = {**design.means, **_means_of_groups(formula, design, frame, sample)}
    kept = [design.names.index(name) for name in names]
    variance = _covariance(model, design.matrix[:, kept], beta, formula, frame, sample)
    base = {name: _mean(frame[name], sample.mask) for name in formula.variables if frame[name].is_number}
    shares = design.matrix.mean(axis=0)
    xs = _values(frame[moderator], sample.mask, STEPS)
    left = [place for place, name in enumerate(design.names) if name in model["result"]["dropped"]]
    from analytics.core.estimators.estimable import combined  # takes long to import: pages list alone

    known = combined(design.matrix, design.names, left) if left else None
    curves = []
    for at in _values(frame[focal], sample.mask, OF_FOCAL):
        rows = [_row(design, shares, {**base, focal: at, moderator: x}, means) for x in xs]
        if known is not None and known.off(np.array(rows)).any():
            continue
        told = [_predicted(row[kept], beta, variance, model["kind"] in LOGITS) for row in rows]
        curves.append(Predicted(at, tuple((x, *point) for x, point in zip(xs, told, strict=True))))
    return curves


def curves_wanted(frame: Frame, sample: Sample, focal: str) -> int:
    """How many curves there are where the rows carry them all."""
    return len(_values(frame[focal], sample.mask, OF_FOCAL))


def _values(column: Column, mask: Mask, steps: int) -> list[float]:
    """0 and 1 of a dummy; else from two (of few steps: one) SD below the mean to as many above.

    The ends of the data are nobody's business: they may be single answers.
    """
    used = column.numbers()[mask]
    if set(np.unique(used).tolist()) <= {0.0, 1.0}:
        return [0.0, 1.0]
    reach = (1.0 if steps < STEPS else 2.0) * float(used.std(ddof=1))
    return [float(value) for value in np.linspace(used.mean() - reach, used.mean() + reach, steps)]


def _mean(column: Column, mask: Mask) -> float:
    return float(column.numbers()[mask].mean())


def _means_of_groups(formula: Formula, design: Design, frame: Frame, sample: Sample) -> dict[str, float]:
    """The mean over all rows of what a formula splits into groups, which stands for that of the group."""
    inner = {atom.of.text: atom.of for atom in by_group(formula)}
    return {
        text: float(transformed(of, frame, sample.mask, {}, design.groups).mean())
        for text, of in inner.items()
    }


def _row(design: Design, shares: Numbers, at: Mapping[str, float], means: Mapping[str, float]) -> Numbers:
    """The design's columns where the variables hold the values ``at``; factors hold their shares."""
    by_name = dict(zip(design.names, shares.tolist(), strict=True))
    cells = []
    for made in design.made_of:
        cell = 1.0
        for atom, level in made:
            own = f"{_plain(atom)}[{level:g}]" if isinstance(level, float) else f"{_plain(atom)}[{level}]"
            cell *= by_name.get(own, 0.0) if level is not None else _at(atom, at, means)
        cells.append(cell)
    return np.array(cells)


def _plain(atom: Atom) -> str:
    return Factor(atom.name).plain if isinstance(atom, Factor) else atom.plain


def _at(atom: Numeric | Atom, at: Mapping[str, float], means: Mapping[str, float]) -> float:
    if isinstance(atom, Variable | Factor):
        return at[atom.name]
    inner = _at(atom.of, at, means)
    if isinstance(atom, Log):
        return math.log(inner)
    if isinstance(atom, GroupMean):
        return means[atom.of.text]
    if isinstance(atom, Center | Within):
        return inner - means[atom.of.text]
    return float(inner**atom.exponent)


def _covariance(
    model: Mapping[str, Any], matrix: Numbers, beta: Numbers, formula: Formula, frame: Frame, sample: Sample
) -> Numbers | None:
    """Of models with classical errors and no random parts, from the estimates; None of others."""
    method = model["result"]["method"]
    if method.get("drawn") or (method.get("errors") or {}).get("kind", CLASSICAL) != CLASSICAL:
        return None
    if model["kind"] == "logit":
        chance = 1 / (1 + np.exp(-(matrix @ beta)))
        return np.asarray(np.linalg.inv((matrix * (chance * (1 - chance))[:, None]).T @ matrix))
    if model["kind"] != "linear":
        return None
    inverse = np.linalg.inv(matrix.T @ matrix)
    first = model["result"]["estimates"][0]
    return np.asarray(inverse * (first["std_error"] ** 2 / inverse[0, 0]))


def _predicted(
    row: Numbers, beta: Numbers, variance: Numbers | None, is_logit: bool
) -> tuple[float, float | None, float | None]:
    middle = float(row @ beta)
    ends: Sequence[float | None] = (None, None)
    if variance is not None:
        reach = Z * math.sqrt(max(float(row @ variance @ row), 0.0))
        ends = (middle - reach, middle + reach)
    low, high = (None if end is None else _expit(end) if is_logit else end for end in ends)
    return (_expit(middle) if is_logit else middle), low, high


def _expit(value: float) -> float:
    return 1 / (1 + math.exp(-value)) if value > -700 else 0.0
