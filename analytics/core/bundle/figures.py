"""The main figures of a result as a flat list, with the names that R gives them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from analytics.core.bundle.r_names import Names, in_order
from analytics.core.bundle.table_figures import table_figures
from analytics.core.formula import INTERCEPT, parse

HEAD = ("model", "term", "in_r", "statistic", "value")


@dataclass(frozen=True)
class Figure:
    """``value`` unrounded; ``in_r`` is the sorted form of the name that R gives ``term``."""

    model: str
    term: str
    in_r: str
    statistic: str
    value: float


def figures_of(result: Mapping[str, Any], names: Names) -> list[Figure]:
    """Estimates, errors, variances and log-likelihoods of models; what R finds of tables."""
    if "models" in result:
        return [one for model in result["models"] for one in _of_model(model, names)]
    return [Figure("table", *told) for told in table_figures(result, names)]


def as_csv(figures: Iterable[Figure]) -> bytes:
    """The figures as comma-separated text, numbers with all their digits; UTF-8."""
    out = io.StringIO()
    lines = csv.writer(out, lineterminator="\n")
    lines.writerow(HEAD)
    lines.writerows((one.model, one.term, one.in_r, one.statistic, repr(one.value)) for one in figures)
    return out.getvalue().encode()


def _of_model(model: Mapping[str, Any], names: Names) -> Iterable[Figure]:
    result, name = model["result"], model["name"]
    in_r = names.of_columns(parse(model["formula"]), model["columns"])
    for one in result["estimates"]:
        for statistic in ("estimate", "std_error"):
            if one[statistic] is not None:
                of = f"{one['category']}: {one['term']}" if one.get("category") else one["term"]
                yield Figure(name, of, in_r[one["term"]], statistic, one[statistic])
    slopes = names.of_numbers(parse(model["random"])) if model.get("random") else {}
    slopes[INTERCEPT] = INTERCEPT
    for one in result["random"]:
        if not one["group"]:
            yield Figure(name, one["term"], one["term"], "variance", one["variance"])
        elif one["term"] in slopes:
            term = one["group"] if one["term"] == INTERCEPT else f"{one['group']}: {one['term']}"
            yield Figure(name, term, in_order(("group", slopes[one["term"]])), "variance", one["variance"])
    for one in result.get("random_correlations", ()):
        both = [slopes[one[part]] for part in ("first", "second") if one[part] in slopes]
        if len(both) == 2:
            term = f"{one['group']}: {one['first']}, {one['second']}"
            yield Figure(name, term, in_order(both), "covariance", one["covariance"])
    if result["fit"]:
        yield Figure(name, "", "", "loglik", result["fit"]["loglik"])
