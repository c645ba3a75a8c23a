"""What tables of questions with several answers tell everyone who may see the study.

An option is told where at least ``FEWEST`` rows chose it and as many did not, or nobody; in groups only where
that holds in every group.  All options add to the responses: where one is withheld, the responses and what
they would follow from are too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from surveys.core.disclosure import FEWEST

Table = Mapping[str, Any]
Row = dict[str, Any]

OF_RESPONSES = ("of_responses", "responses_error", "plain_of_responses")
ALL_RESPONSES = ("responses", "weighted_responses")


def multiple_told(result: Mapping[str, Any]) -> Row:
    """A multiple-response result without what few rows hold; texts of few are not named either."""
    table, labels = result["table"], list(result["option_labels"])
    columns = [dict(one) for one in table["columns"]]
    in_groups = all(_is_told(one["n"]) and _is_told(one["valid"]) for one in columns)
    rows = [_row_told(row, columns, in_groups) for row in table["rows"]]
    whole = [row["figures"][-1]["count"] is not None for row in rows]
    grouped = [len(row["figures"]) == len(columns) and own for row, own in zip(rows, whole, strict=True)]
    if len(columns) > 1 and not all(grouped):
        rows = [_without_responses(row, range(len(columns) - 1)) for row in rows]
        columns = [_emptied(one, ALL_RESPONSES) for one in columns[:-1]] + columns[-1:]
    if not all(whole):
        rows = [_without_responses(row, [-1]) for row in rows]
        columns[-1] = _emptied(columns[-1], ALL_RESPONSES)
    if not in_groups:
        columns = [_emptied(one, tuple(one)) for one in columns[:-1]] + columns[-1:]
    columns = _nothing_told(table["base"], columns)
    if table.get("is_text"):
        kept = [at for at, row in enumerate(rows) if row["figures"][-1]["count"]]
        rows, labels = [rows[at] for at in kept], [labels[at] for at in kept]
    checks = list(table["checks"])
    return {
        **result,
        "option_labels": labels,
        "table": {**table, "rows": rows, "columns": columns, "checks": checks},
    }


def _row_told(row: Table, columns: Sequence[Table], in_groups: bool) -> Row:
    """Figures of the groups only where every group has enough either way."""
    enough = [
        _is_told(one["count"]) and _is_told(own["n"] - one["count"])
        for one, own in zip(row["figures"], columns, strict=True)
    ]
    if all(enough) and in_groups:
        return dict(row)
    last = row["figures"][-1]
    told = dict(last) if enough[-1] else dict.fromkeys(last)
    return {**row, "figures": [told], "test": None}


def _without_responses(row: Row, places: Sequence[int]) -> Row:
    figures = [dict(one) for one in row["figures"]]
    for at in places:
        if at < len(figures) and (len(figures) > 1 or at == -1):
            figures[at] = _emptied(figures[at], OF_RESPONSES)
    return {**row, "figures": figures}


def _nothing_told(base: str, columns: Sequence[Row]) -> list[Row]:
    """Who chose nothing is told of all columns or of none; with the base it gives who answered."""
    if all(one["nothing"] is None or _is_told(one["nothing"]) for one in columns):
        return list(columns)
    names = ("nothing", "valid") if base == "ticked" else ("nothing",)
    return [_emptied(one, names) for one in columns]


def _emptied(row: Row, names: Sequence[str]) -> Row:
    return row | dict.fromkeys(name for name in names if name in row)


def _is_told(n: int) -> bool:
    return n == 0 or n >= FEWEST


def ranked_told(table: Table) -> Row:
    """An option where at least ``FEWEST`` rows, or none, name it at each rank, and as many do not.

    In groups all options or none.  The options of a rank add to the rows that name it: others are withheld
    too, until what is withheld at each rank is of enough rows.  Points and named ranks are sums over all
    options and go with any of them.
    """
    columns, rows = [dict(one) for one in table["columns"]], list(table["rows"])
    sizes = [one["n"] for one in columns]
    is_fine = [
        all(_ranks_are_told(one["counts"], n) for one, n in zip(row["figures"], sizes, strict=True))
        for row in rows
    ]
    if all(is_fine) and all(all(map(_is_told, (one["n"], *one["named"]))) for one in columns):
        return dict(table)
    hidden = _hidden([row["figures"][-1]["counts"] for row in rows], sizes[-1])
    told = []
    for at, row in enumerate(rows):
        last = row["figures"][-1]
        kept = _no_ranks(last) if at in hidden else {**last, "of_points": _none(), "shares": _none()}
        told.append({**row, "figures": [kept]})
    shown = [{**one, "named": [None] * len(one["named"])} for one in columns]
    if not all(map(_is_told, sizes)):
        shown = [{**one, "n": None, "weighted_n": None} for one in shown[:-1]] + shown[-1:]
    return {**table, "rows": told, "columns": shown}


def _ranks_are_told(counts: Sequence[int], n: int) -> bool:
    return all(map(_is_told, (*counts, n - sum(counts))))


def _hidden(counts: Sequence[Sequence[int]], n: int) -> set[int]:
    """The options of few, and the least of the others until those withheld are of enough rows."""
    hidden = {at for at, own in enumerate(counts) if not _ranks_are_told(own, n)}
    others = sorted((at for at in range(len(counts)) if at not in hidden), key=lambda at: sum(counts[at]))
    while hidden and others:
        together = [sum(counts[at][rank] for at in hidden) for rank in range(len(counts[0]))]
        if len(hidden) > 1 and all(map(_is_told, together)):
            break
        hidden.add(others.pop(0))
    return hidden


def _none() -> Row:
    return {"value": None, "std_error": None}


def _no_ranks(figures: Table) -> Row:
    empty = {name: _none() for name in figures if name != "counts"}
    return {"counts": [None] * len(figures["counts"]), **empty}
