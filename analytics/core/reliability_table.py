"""The flat table of a reliability analysis: items with what each adds, and the scale as a whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from analytics.core.answer_tables import interval_cell
from analytics.core.item_notes import turned_note
from analytics.core.output.table import Table, TableCell, TableRow, number_cell
from analytics.core.table_notes import population_notes
from surveys.core.codebook import text_in
from surveys.core.said import say

One = Mapping[str, Any]

WORDS: Mapping[str, Mapping[str, str]] = {
    "mean": {"en": "Mean", "zh": "均值"},
    "sd": {"en": "SD", "zh": "标准差"},
    "item_rest": {"en": "Item–rest r", "zh": "题总相关（校正）"},
    "alpha_dropped": {"en": "Alpha if dropped", "zh": "删除该题后 α"},
    "loading": {"en": "Loading", "zh": "载荷"},
    "scale": {"en": "Scale", "zh": "量表"},
    "alpha": {"en": "Cronbach's alpha", "zh": "Cronbach α"},
    "ordinal": {"en": "Ordinal alpha", "zh": "有序 α"},
    "interval": {"en": "95 % interval of alpha", "zh": "α 的 95% 置信区间"},
    "standardised": {"en": "Standardised alpha", "zh": "标准化 α"},
    "omega": {"en": "Omega total", "zh": "总 ω"},
    "mean_correlation": {"en": "Mean correlation", "zh": "平均相关"},
    "n": {"en": "N", "zh": "样本量"},
}
ITEM_FIGURES = (
    ("mean", "z.2f"),
    ("sd", ".2f"),
    ("item_rest", "z.3f"),
    ("alpha_dropped", "z.3f"),
    ("loading", "z.3f"),
)
REVERSED = "(R)"


def reliability_table(result: One, language: str) -> Table:
    """The table of a result of kind ``reliability`` in the language asked for."""
    groups = result["table"]["groups"]
    notes = tuple(_notes(result))
    if len(groups) == 1:
        heads = [text_in(WORDS[name], language) for name, _ in ITEM_FIGURES]
        width = len(heads)
        rows = [
            TableRow(one["item"], _label(one["item"], result, language), (None, *_figures(one)))
            for one in groups[0]["items"]
        ]
        rows += [
            TableRow(row.key, row.label, (*row.cells, *(None,) * width), row.section)
            for row in _scale(result, language)
        ]
        return Table((text_in(WORDS["scale"], language), *heads), tuple(rows), notes)
    heads = [text_in(labels, language) for labels in result["column_labels"]]
    return Table(tuple(heads), (*_scale(result, language), *_by_group(result, language)), notes)


def _figures(one: One) -> list[TableCell | None]:
    return [number_cell(one[name], spec) for name, spec in ITEM_FIGURES]


def _scale(result: One, language: str) -> Iterator[TableRow]:
    table = result["table"]
    groups, is_ordinal = table["groups"], table["correlations"] == "polychoric"
    yield _row("alpha", "ordinal" if is_ordinal else "alpha", groups, language)
    cells = tuple(interval_cell(one["low"], one["high"], "z.3f") for one in groups)
    if any(cells):
        yield TableRow("interval", text_in(WORDS["interval"], language), cells, "scale")
    for name in ("standardised", "omega", "mean_correlation"):
        if not (is_ordinal and name == "standardised"):
            yield _row(name, name, groups, language)
    sizes = tuple(number_cell(one["n"], ",") for one in groups)
    yield TableRow("n", text_in(WORDS["n"], language), sizes, "base")


def _row(name: str, word: str, groups: list[One], language: str) -> TableRow:
    cells = tuple(number_cell(one[name], "z.3f") for one in groups)
    return TableRow(name, text_in(WORDS[word], language), cells, "scale")


def _by_group(result: One, language: str) -> Iterator[TableRow]:
    """One line for each item and figure."""
    groups = result["table"]["groups"]
    for name, spec in ITEM_FIGURES:
        for at, item in enumerate(result["table"]["items"]):
            cells = tuple(
                number_cell(one["items"][at][name], spec) if one["items"] else None for one in groups
            )
            label = f"{text_in(WORDS[name], language)}: {_label(item, result, language)}"
            yield TableRow(f"{name}:{item}", label, cells, name)


def _label(item: str, result: One, language: str) -> str:
    mark = f" {REVERSED}" if item in result["table"]["turned"] else ""
    return text_in(result["item_labels"][item], language) + mark


def _notes(result: One) -> Iterator[str]:
    table = result["table"]
    yield from population_notes(result)
    yield say("Rows that answer every item.")
    yield from turned_note(table["turned"])
    if table["correlations"] == "polychoric":
        yield say(
            "Alpha, item–rest correlations and omega are those of the latent variables of polychoric "
            "correlations; means and SDs those of the answers."
        )
    if result.get("weights"):
        yield say(
            "Means, covariances and correlations are weighted by {weights}; alpha then has no interval.",
            weights=result["weights"],
        )
    elif table["correlations"] == "pearson":
        yield say("Interval of alpha: Feldt's, for simple random samples.")
    yield say(
        "Item–rest r: with the sum of the other items. Omega total and loadings: of one factor by minimum "
        "residuals of the correlations; omega is the square of the summed loadings over itself and the "
        "summed uniquenesses."
    )
