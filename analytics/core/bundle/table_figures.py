"""The main figures of a table as a flat list, with the names that the script in R gives them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from analytics.core.bundle.r_names import Names, in_order

One = Mapping[str, Any]
Told = tuple[str, str, str, float | None]  # term, name in R, statistic, value

ALL = "all"


def table_figures(result: One, names: Names) -> Iterator[tuple[str, str, str, float]]:
    """Figures of every kind that is not of models; none of kinds that R is not asked for."""
    told = TOLD.get(str(result.get("kind")))
    for term, in_r, statistic, value in told(result, names) if told else ():
        if value is not None:
            yield term, in_order((in_r,)), statistic, float(value)


def _descriptives(result: One, names: Names) -> Iterator[Told]:
    table = result["table"]
    codes = [names.code_called(table["by"], one["label"]) for one in table.get("groups") or ()]
    for row in table["rows"]:
        own = row.get("groups") or ()
        alias, term = names.alias(row["variable"]), row["variable"]
        statistics = ("n", *(("mean", "sd") if row["kind"] == "mean" else ("percent",)), "std_error")
        if row["level"]:
            code = names.code_called(row["variable"], row["level"])
            alias, term, statistics = f"{alias}={code}", f"{term}: {row['level']}", statistics[1:]
        for group, one in (*zip(codes, own, strict=False), (ALL, row)):
            for statistic in statistics:
                yield _of(term, group), f"{alias}|{group}", statistic, one[statistic]


def _of(term: str, group: str) -> str:
    return term if group == ALL else f"{term} × {group}"


def _crosstab(result: One, _names: Names) -> Iterator[Told]:
    table = result["table"]
    for code, row in zip(result["codes"], table["rows"], strict=True):
        percents, errors = row.get("exact") or row["percents"], row.get("errors") or ()
        for at, column in enumerate(result["column_codes"]):
            term, in_r = f"{code} × {column}", f"{code}|{column}"
            if column != ALL:
                yield term, in_r, "count", row["counts"][at]
            yield term, in_r, "percent", percents[at]
            if errors:
                yield term, in_r, "std_error", errors[at]
    if table["chi_square"]:
        yield "χ²", "chi_square", "statistic", table["chi_square"]["statistic"]
    if table.get("rao_scott"):
        yield "F", "rao_scott", "statistic", table["rao_scott"]["statistic"]


def _by_column(result: One) -> Iterator[tuple[str, str, One]]:
    """(term, name in R, figures) of every option in every column; what is withheld is not there."""
    codes: Sequence[str] = result["column_codes"]
    for row in result["table"]["rows"]:
        own = row["figures"]
        for column, one in zip(codes[len(codes) - len(own) :], own, strict=True):
            yield _of(row["option"], column), f"{row['option']}|{column}", one


def _multiple(result: One, _names: Names) -> Iterator[Told]:
    statistics = ("count", "percent", *(("std_error",) if result.get("design") else ()))
    for term, in_r, one in _by_column(result):
        yield from ((term, in_r, statistic, one[statistic]) for statistic in statistics)


def _ranked(result: One, _names: Names) -> Iterator[Told]:
    for term, in_r, one in _by_column(result):
        for statistic in ("first", "points", "rank"):
            yield term, in_r, statistic, one[statistic]["value"]
            if result.get("design"):
                yield term, in_r, f"{statistic}_error", one[statistic]["std_error"]


def _reliability(result: One, names: Names) -> Iterator[Told]:
    for column, group in zip(result["column_codes"], result["table"]["groups"], strict=True):
        for statistic in ("alpha", "standardised", "mean_correlation", "omega"):
            yield _of("scale", column), f"scale|{column}", statistic, group[statistic]
        for one in group["items"]:
            in_r = f"{names.alias(one['item'])}|{column}"
            for statistic in ("mean", "sd", "item_rest", "alpha_dropped", "loading"):
                yield _of(one["item"], column), in_r, statistic, one[statistic]


def _factor(result: One, names: Names) -> Iterator[Told]:
    table = result["table"]
    for one in table["rows"]:
        alias = names.alias(one["item"])
        for statistic, values in (("loading", one["loadings"]), ("structure", one["structure"])):
            for at, value in enumerate(values, start=1):
                yield f"{one['item']} × {at}", f"{alias}|{at}", statistic, value
        yield one["item"], alias, "communality", one["communality"]
        yield one["item"], alias, "kmo", one["kmo"]
    for at, row in enumerate(table["phi"], start=1):
        for other, value in enumerate(row, start=1):
            yield f"{at} × {other}", f"{at}|{other}", "phi", value
    for at, value in enumerate(table["eigenvalues"], start=1):
        yield str(at), str(at), "eigenvalue", value
    yield ALL, ALL, "kmo", table["kmo"]


def _correlation(result: One, names: Names) -> Iterator[Told]:
    table = result["table"]
    for one in table["pairs"]:
        pair = [table["variables"][at] for at in sorted((one["first"], one["second"]))]
        in_r = "|".join(map(names.alias, pair))
        yield " × ".join(pair), in_r, "correlation", one["value"]
        yield " × ".join(pair), in_r, "n", one["n"]


TOLD = {
    "descriptives": _descriptives,
    "crosstab": _crosstab,
    "multiple_response": _multiple,
    "ranked_response": _ranked,
    "reliability": _reliability,
    "factor": _factor,
    "correlation": _correlation,
}
