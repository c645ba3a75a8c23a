"""The main figures of a result as a flat list, with the names that R gives them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from analytics.core.bundle.r_names import Names, in_order
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
    """Estimates, errors, variances and log-likelihoods of models; means, SDs and counts of tables."""
    if "models" in result:
        return [one for model in result["models"] for one in _of_model(model, names)]
    if result.get("kind") == "descriptives":
        return [one for row in result["table"]["rows"] for one in _of_row(row, names)]
    if result.get("kind") == "crosstab":
        return list(_of_crosstab(result))
    return []


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


def _of_row(row: Mapping[str, Any], names: Names) -> Iterable[Figure]:
    """Lines of single categories are known by their labels, which R does not see: their sums are told."""
    if row["level"]:
        return
    for statistic in ("mean", "sd", "percent", "n"):
        if row[statistic] is not None:
            in_r = names.alias(row["variable"])
            yield Figure("table", row["variable"], in_r, statistic, float(row[statistic]))


def _of_crosstab(result: Mapping[str, Any]) -> Iterable[Figure]:
    table = result["table"]
    for code, row in zip(result["codes"], table["rows"], strict=True):
        for column, count in zip(result["column_codes"], row["counts"], strict=True):
            if count is not None and column != "all":
                yield Figure("table", f"{code} × {column}", f"{code}|{column}", "count", float(count))
    if table["chi_square"]:
        yield Figure("table", "χ²", "chi_square", "statistic", table["chi_square"]["statistic"])
