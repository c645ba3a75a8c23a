"""Which results are drawn as bars, and what stands in them: percentages of categories, options and ranks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from analytics.core.descriptive_table import level_in
from analytics.core.output.pictures.bars import Bars, bars
from analytics.core.output.pictures.svg import Sheet
from surveys.core.codebook import text_in

One = Mapping[str, Any]
Row = tuple[str, tuple[float | None, ...]]  # what it is called, a figure for each group

MOST_ROWS = 60  # of a picture; a longer one is no longer looked at
WORDS: Mapping[str, Mapping[str, str]] = {
    "percent": {"en": "Percent", "zh": "百分比"},
    "column": {"en": "Column percentages", "zh": "列百分比"},
    "row": {"en": "Row percentages", "zh": "行百分比"},
    "total": {"en": "Percentages of all", "zh": "总百分比"},
    "cases": {"en": "Percent of cases", "zh": "占个案百分比"},
    "first": {"en": "Percent first", "zh": "首选百分比"},
    "shares": {"en": "Weighted shares", "zh": "加权比例"},
    "all": {"en": "All", "zh": "全部"},
}
RANKED = {"bars_first": "first", "bars_shares": "shares"}


def bars_in(result: One) -> list[str]:
    """The names of the bars that can be drawn from ``result``."""
    names = [*RANKED] if result.get("kind") == "ranked_response" else ["bars"]
    return [name for name in names if any(_has_figures(row) for row in _plot(result, name, "en").rows)]


def drawn_bars(result: One, name: str, language: str, title: str, note: str) -> Sheet:
    """The bars ``name`` of those in :func:`bars_in`."""
    plot = _plot(result, name, language)
    whole = f"{title} · {plot.title}" if plot.title else title
    return bars(replace(plot, title=whole, rows=plot.rows[:MOST_ROWS], note=note))


def _has_figures(row: Row) -> bool:
    return any(value is not None for value in row[1])


def _plot(result: One, name: str, language: str) -> Bars:
    """``title`` is what is added to that of the analysis."""
    kind = result.get("kind")
    if kind == "crosstab" and "column_labels" in result:
        return _crosstab(result, language)
    if kind == "descriptives" and "labels" in result:
        return _descriptives(result, language)
    if kind == "multiple_response" and "option_labels" in result:
        rows = _options(result, language, lambda one: one["percent"])
        return Bars(_by(result, language), _word("cases", language), _groups(result, language), rows)
    if kind == "ranked_response" and "option_labels" in result:
        asked = RANKED[name]
        rows = _options(result, language, lambda one: one[asked]["value"])
        decimals, unit = (1, " %") if asked == "first" else (2, "")
        groups = _groups(result, language)
        return Bars(_by(result, language), _word(asked, language), groups, rows, "", decimals, unit)
    return Bars("", "", (), ())


def _crosstab(result: One, language: str) -> Bars:
    table = result["table"]
    groups = tuple(text_in(labels, language) for labels in result["column_labels"])
    rows = tuple(
        (text_in(labels, language), tuple(row["percents"]))
        for labels, row in zip(result["row_labels"], table["rows"], strict=True)
    )
    labels = result.get("labels", {}).values()
    title = " × ".join(text_in(label, language) for label in labels)
    axis = _word(table.get("percent", "column"), language)
    return Bars(title, axis, groups, rows, decimals=table.get("decimals", 2))


def _descriptives(result: One, language: str) -> Bars:
    """The groups of the table, All last; without groups no names."""
    heads = [text_in(labels, language) for labels in result.get("group_labels", ())]
    groups = (*heads, _word("all", language)) if heads else ("",)
    rows = tuple(_described(result, len(heads), language))
    return Bars(_by(result, language), _word("percent", language), groups, rows)


def _described(result: One, groups: int, language: str) -> Iterator[Row]:
    for row in result["table"]["rows"]:
        own = [one.get("percent") for one in row.get("groups") or ()]
        cells = (*(own or [None] * groups), row.get("percent"))
        if any(cell is not None for cell in cells):
            label = text_in(result["labels"][row["variable"]], language) or row["variable"]
            yield f"{label}: {level_in(row, result, language)}" if row["level"] else label, cells


def _options(result: One, language: str, figure: Any) -> tuple[Row, ...]:
    """Options whose figures of groups are withheld have that of all."""
    width, made = len(result["column_labels"]), []
    for labels, row in zip(result["option_labels"], result["table"]["rows"], strict=True):
        cells = [figure(one) for one in row["figures"]]
        made.append((text_in(labels, language), (*[None] * (width - len(cells)), *cells)))
    return tuple(made)


def _groups(result: One, language: str) -> tuple[str, ...]:
    heads = tuple(text_in(labels, language) for labels in result["column_labels"])
    return heads if len(heads) > 1 else ("",)


def _by(result: One, language: str) -> str:
    """What the groups are of; empty without groups."""
    by = result["table"].get("by") or ""
    return text_in(result["labels"][by], language) if by in result.get("labels", {}) else ""


def _word(name: str, language: str) -> str:
    return text_in(WORDS[name], language)
