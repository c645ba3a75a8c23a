"""The rows of a table and the design they were drawn by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl

from analytics.core.asking import Asking
from analytics.core.design_spec import DesignSpec
from analytics.core.frame import Column, Frame, Mask
from analytics.core.results import Check
from analytics.core.sample import OUTSIDE, Sample, listwise, without
from analytics.core.survey_design.checks import check_design
from analytics.core.survey_design.declared import SurveyDesign, declare
from surveys.core.problems import Problem, Refused, refuse
from surveys.core.said import say

ZERO = "weight is zero"


@dataclass(frozen=True)
class Drawn:
    """``rows`` (of the data) that are handed on, and among them (n,) which the table ``used``.

    Without a design these are the rows of the sample, all used. With one they are all rows whose weight,
    stratum and unit are known, so that units outside the sample stay in the design.
    """

    sample: Sample
    rows: Mask
    used: Mask
    design: SurveyDesign | None = None
    checks: tuple[Check, ...] = field(default=())


def drawn(
    frame: Frame, needed: tuple[str, ...], spec: Asking, lacking: Mapping[str, Mask] | None = None
) -> Drawn:
    """The rows complete in ``needed`` and in the columns of the design; Refused when there are none.

    ``lacking`` names further rows (of the data) that are lost, as ``column: reason``.
    """
    named = spec.design
    require_fit(named, frame)
    sample = listwise(frame, (*needed, *named.columns), (), spec.where)
    sample = without(sample, lacking or {})
    if named.weights:
        sample = _without_zero(sample, frame[named.weights])
    if sample.n == 0:
        most = max(sample.lost, key=lambda key: sample.lost[key], default="")
        hint = say("Most rows were lost to {most}.", most=most) if most else ""
        raise refuse("no_rows", "No row has all the variables of this analysis.", hint=hint)
    if not named:
        return Drawn(sample, sample.mask, np.ones(sample.n, dtype=np.bool_))
    rows = known_rows(named, frame)
    design = declared(named, frame, rows)
    used = sample.mask[rows]
    checks = (
        *_lost_to_design(sample, named),
        *check_design(design, used, weights=named.weights, psu=named.psu),
    )
    return Drawn(sample, rows, used, design, checks)


def known_rows(named: DesignSpec, frame: Frame) -> Mask:
    """(rows of the data) true where all that the design names is known."""
    return listwise(frame, named.columns).mask


def require_fit(named: DesignSpec, frame: Frame) -> None:
    """Refuses weights that are no numbers or below zero."""
    problems = []
    for name in named.columns:
        column, is_number = frame[name], name in (named.weights, named.fpc)
        if is_number and not column.is_number:
            message = say("{name} is a {type}; weights are numbers.", name=name, type=column.variable.type)
            problems.append(Problem("wrong_type", message, where="weights"))
    if named.weights and not problems:
        below = int((frame[named.weights].values < 0).sum())
        if below:
            message = say(
                "{name} is below zero in {n:,} rows; a weight cannot be.", name=named.weights, n=below
            )
            hint = "Correct the weight, or derive a measure from it first."
            problems.append(Problem("bad_weights", message, where="weights", hint=hint))
    if problems:
        raise Refused(problems)


def _without_zero(sample: Sample, weights: Column) -> Sample:
    """Rows with weight zero stand for nobody: they are lost to the table, and their units stay."""
    zero = (weights.values == 0).fill_null(False).to_numpy() & sample.mask
    if not zero.any():
        return sample
    lost = {**sample.lost, f"{weights.variable.name}: {ZERO}": int(zero.sum())}
    return Sample(sample.mask & ~zero, lost)


def declared(named: DesignSpec, frame: Frame, rows: Mask) -> SurveyDesign:
    """The design of the ``rows`` (of the data) that is named; Refused as ``declare`` says."""
    kept = pl.Series(rows)
    weights = frame[named.weights].numbers()[rows] if named.weights else np.ones(int(rows.sum()))
    return declare(
        weights,
        frame[named.strata].values.filter(kept) if named.strata else None,
        frame[named.psu].values.filter(kept) if named.psu else None,
        lonely=named.lonely_psu,
        population=frame[named.fpc].numbers()[rows] if named.fpc else None,
    )


def _lost_to_design(sample: Sample, named: DesignSpec) -> tuple[Check, ...]:
    """That rows without a weight, stratum or unit are left out, which may bend the sample."""
    lost = {
        key: n
        for key, n in sample.lost.items()
        if key.partition(":")[0] in named.columns and not key.endswith((ZERO, OUTSIDE))
    }
    if not lost:
        return ()
    names = tuple(dict.fromkeys(key.partition(":")[0] for key in lost))
    message = say(
        "{n:,} rows lack {names} and are left out: whoever they stood for is not in the table.",
        n=sum(lost.values()),
        names=names,
    )
    return (Check("warning", "design_missing", message, names),)


def population(spec: Asking, frame: Frame, rows: Drawn) -> dict[str, Any]:
    """The size of the sub-population that ``where`` names, before rows are lost to absences; else nothing."""
    if not spec.where:
        return {}
    inside = listwise(frame, (), (), spec.where).mask
    told: dict[str, Any] = {"n": int(inside.sum()), "of": len(inside)}
    if rows.design is not None:
        own = rows.design.weights
        weighted = float(own[inside[rows.rows]].sum())
        told |= {"weighted": weighted, "percent": 100 * weighted / float(own.sum())}
    return {"population": told}
