"""How the columns that a run read are distributed over all rows of their version, weights among them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from analytics.core.frame import level_label
from analytics.core.output.pictures.bars import Bars, bars
from analytics.core.output.pictures.histogram import Histogram, histogram
from analytics.core.output.pictures.svg import Sheet
from analytics.models import Run
from analytics.selectors.shown import is_told_whole
from measures.models import DatasetVersion
from surveys.core.codebook import Role, Variable
from surveys.core.disclosure import disclosed
from surveys.models import User

DISTRIBUTION = "distribution_"
MOST_BARS = 40
WORDS = {
    "rows": {"en": "Rows", "zh": "行数"},
    "percent": {"en": "Percent of valid rows", "zh": "占有效行的百分比"},
}
_PLAIN = re.compile(r"[A-Za-z0-9_-]+")

Counted = tuple[Variable, Mapping[str, Any]]  # what the codebook says, and the counts that may be told


def distributions_of(user: User, run: Run) -> dict[str, Counted]:
    """Picture -> its column: of a descriptive table all columns, of other runs the weights.

    Weights are what the specification names as such, and what the codebook says is one.

    Columns are counted when a version is made, over all of its rows; what single people answered is left out
    for whoever may not have the data.
    """
    if not run.result:
        return {}
    whole, found, weights = is_told_whole(user, run), {}, _named_as_weights(run.spec)
    for place, (variable, counted) in enumerate(_counted(run), start=1):
        is_weight = variable.role is Role.WEIGHT or variable.name in weights
        if run.kind != "descriptives" and not is_weight:
            continue
        told = counted if whole else disclosed(variable, counted)
        if variable.role is not Role.KEY and (told.get("histogram") or told.get("values")):
            name = variable.name if _PLAIN.fullmatch(variable.name) else str(place)
            found[f"{DISTRIBUTION}{name}"] = (variable, told)
    return found


def distribution(of: Counted, language: str, note: str) -> Sheet:
    """A histogram of many numbers, else bars of the values there are."""
    variable, told = of
    label = variable.label(language) or variable.name
    if classes := told.get("histogram"):
        rows = WORDS["rows"][language]
        return histogram(Histogram(label, label, rows, [(low, high, n) for low, high, n in classes], note))
    valid = told.get("valid") or 1
    shares = tuple(
        (level_label(variable, value, language), (100.0 * n / valid,))
        for value, n in told["values"][:MOST_BARS]
    )
    return bars(Bars(label, WORDS["percent"][language], ("",), shares, note))


def _named_as_weights(spec: Any) -> set[str]:
    """What a specification names under ``weights``, also in its models and among its choices."""
    if isinstance(spec, list | tuple):
        return set().union(*map(_named_as_weights, spec))
    if not isinstance(spec, Mapping):
        return set()
    named = spec.get("weights")
    listed = {named} if isinstance(named, str) else set()
    return listed.union(*map(_named_as_weights, spec.values()))


def _counted(run: Run) -> list[Counted]:
    names, version = list(run.inputs), run.subject
    if isinstance(version, DatasetVersion):
        columns = version.columns.filter(name__in=names).select_related("derived")
        return [(one.as_core(), one.derived.frequencies) for one in columns]
    return [(one.as_core(), one.frequencies) for one in version.variables.filter(name__in=names)]
