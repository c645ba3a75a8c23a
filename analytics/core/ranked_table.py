"""The flat table of a ranked question."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from analytics.core.answer_tables import with_error
from analytics.core.output.table import Table, TableCell, TableRow, number_cell
from analytics.core.table_notes import design_notes, population_notes
from surveys.core.codebook import text_in
from surveys.core.said import say

One = Mapping[str, Any]

WORDS: Mapping[str, Mapping[str, str]] = {
    "first": {"en": "% first", "zh": "首选百分比"},
    "top": {"en": "% in the top {k}", "zh": "前 {k} 名百分比"},
    "points": {"en": "Mean points", "zh": "平均得分"},
    "of_points": {"en": "% of points", "zh": "占总得分百分比"},
    "shares": {"en": "Weighted shares", "zh": "加权比例"},
    "rank": {"en": "Mean rank", "zh": "平均名次"},
    "n": {"en": "N", "zh": "样本量"},
    "weighted_n": {"en": "N (weighted)", "zh": "样本量（加权）"},
    "named": {"en": "Named rank {k}", "zh": "写出第 {k} 名"},
}
FIGURES = (
    ("first", ".1f"),
    ("top", ".1f"),
    ("points", ".3f"),
    ("of_points", ".1f"),
    ("shares", ".2f"),
    ("rank", ".2f"),
)


def ranked_table(result: One, language: str) -> Table:
    """The table of a result of kind ``ranked_response`` in the language asked for."""
    table = result["table"]
    notes = tuple(_notes(result))
    if len(table["columns"]) == 1:
        heads = tuple(_word(name, language, table["top"]) for name, _ in FIGURES)
        rows = [
            TableRow(row["option"], label, tuple(_cell(row["figures"][-1], *one) for one in FIGURES))
            for label, row in _options(result, language)
        ]
    else:
        heads = tuple(text_in(labels, language) for labels in result["column_labels"])
        rows = list(_by_group(result, language, len(heads)))
    bases = [_padded(row, len(heads)) for row in _bases(table, language)]
    return Table(heads, (*rows, *bases), notes)


def _by_group(result: One, language: str, width: int) -> Iterator[TableRow]:
    for name, spec in FIGURES:
        word = _word(name, language, result["table"]["top"])
        for label, row in _options(result, language):
            cells = tuple(_cell(one, name, spec) for one in row["figures"])
            filled = (*(None,) * (width - len(cells)), *cells)
            yield TableRow(f"{name}:{row['option']}", f"{word}: {label}", filled, name)


def _cell(one: One, name: str, spec: str) -> TableCell | None:
    fine = ".4f" if name == "points" else ".2f"
    return with_error(one[name]["value"], one[name]["std_error"], spec, fine)


def _options(result: One, language: str) -> Iterator[tuple[str, One]]:
    for labels, row in zip(result["option_labels"], result["table"]["rows"], strict=True):
        yield text_in(labels, language), row


def _bases(table: One, language: str) -> Iterator[TableRow]:
    columns = table["columns"]
    for name, spec in (("n", ","), ("weighted_n", ",.1f")):
        cells = tuple(number_cell(one[name], spec) for one in columns)
        if any(cells):
            yield TableRow(name, _word(name, language, 0), cells, "base")
    for at in range(1, len(table["points"])):
        cells = tuple(number_cell(one["named"][at], ",") for one in columns)
        yield TableRow(f"named{at + 1}", _word("named", language, at + 1), cells, "base")


def _padded(row: TableRow, width: int) -> TableRow:
    return TableRow(row.key, row.label, (*row.cells, *(None,) * (width - len(row.cells))), row.section)


def _word(name: str, language: str, k: int) -> str:
    return text_in(WORDS[name], language).format(k=k)


def _notes(result: One) -> Iterator[str]:
    table = result["table"]
    points = [f"{one:g}" for one in table["points"]]
    yield from population_notes(result)
    yield say("Rows that name a first rank; standard errors in parentheses.")
    yield say(
        "Points for ranks 1, 2, …: {points}; an option that is not ranked gets none. % of points: of all "
        "points given.",
        points=points,
    )
    yield say(
        "Weighted shares: points times the percentage at each rank, of those who named that rank, added. "
        "Mean rank: among those who ranked the option."
    )
    if result.get("design"):
        yield from design_notes(result)
    else:
        yield say("Unweighted; standard errors are those of a simple random sample.")
