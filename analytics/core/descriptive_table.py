"""The flat table of descriptives: a plain list, one with errors, or one column for each group."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from analytics.core.output.table import Table, TableCell, TableRow, number_cell
from analytics.core.table_notes import design_notes, population_notes
from surveys.core.codebook import text_in
from surveys.core.said import say

One = Mapping[str, Any]

WORDS: Mapping[str, Mapping[str, str]] = {
    "count": {"en": "Count", "zh": "频数"},
    "%": {"en": "%", "zh": "%"},
    "mean": {"en": "Mean", "zh": "均值"},
    "sd": {"en": "SD", "zh": "标准差"},
    "n": {"en": "N", "zh": "样本量"},
    "N": {"en": "N", "zh": "N"},
    "se": {"en": "SE", "zh": "标准误"},
    "interval": {"en": "95 % interval", "zh": "95% 置信区间"},
    "all": {"en": "All", "zh": "全部"},
    "difference": {"en": "Std. difference", "zh": "标准化差异"},
    "rows": {"en": "N (rows)", "zh": "样本量（行）"},
    "weighted_n": {"en": "N (weighted)", "zh": "样本量（加权）"},
}


def descriptive_table(result: One, language: str) -> Table:
    """The table of a result of kind ``descriptives`` in the language asked for."""
    if result["table"].get("groups"):
        return _by_group(result, language)
    is_designed = bool(result.get("design"))
    rows = tuple(_plain_rows(result, language, is_designed))
    heads = ["count", "%", "mean", "sd", *(("se", "interval") if is_designed else ()), "N"]
    return Table(_words(heads, language), rows, (*population_notes(result), *design_notes(result)))


def _plain_rows(result: One, language: str, is_designed: bool) -> Iterator[TableRow]:
    for one in result["table"]["rows"]:
        cells: list[TableCell | None] = [
            None,
            None,
            number_cell(one["mean"], "z.2f"),
            number_cell(one["sd"], ".2f"),
        ]
        if one["kind"] != "mean":
            cells = [number_cell(one["count"], ","), number_cell(one["percent"], ".1f"), None, None]
        if is_designed:
            spec = "z.2f" if one["kind"] == "mean" else "z.1f"
            cells += [number_cell(one["std_error"], ".2f"), _interval(one, spec)]
        yield TableRow(one["variable"], _label(one, result, language), (*cells, number_cell(one["n"], ",")))


def _by_group(result: One, language: str) -> Table:
    """Count and percent, or mean and SD, of every group and of all; what differs between them, and n."""
    table = result["table"]
    heads = [text_in(labels, language) for labels in result["group_labels"]]
    columns = (*heads, *_words(("all", "difference", "N"), language))
    rows = [*_size_rows(table, language)]
    for one in table["rows"]:
        cells = (*(_pair(one["kind"], own) for own in one["groups"]), _pair(one["kind"], one))
        last = (number_cell(one["difference"], "z.3f"), number_cell(one["n"], ","))
        label = _label(one, result, language)
        rows.append(TableRow(one["variable"], label, (*_filled(cells, len(heads)), *last)))
    return Table(columns, tuple(rows), tuple(_group_notes(result)))


def _group_notes(result: One) -> Iterator[str]:
    yield from population_notes(result)
    yield say("Count (percent of n) or mean (SD); n counts rows with a valid value.")
    if result.get("design"):
        yield say("Standard errors of the percentages and means in square brackets.")
    yield say(
        "Standardised difference: of means (m1 − m2) / √((s1² + s2²) / 2), of shares the same with "
        "s² = p (1 − p), of categories Mahalanobis' distance of the shares; of more than two groups the "
        "largest of all pairs."
    )
    yield from design_notes(result)


def _filled(cells: tuple[TableCell | None, ...], groups: int) -> tuple[TableCell | None, ...]:
    """A line without figures of groups (nothing valid, withheld) has empty cells before that of all."""
    return (*(None,) * (groups + 1 - len(cells)), *cells)


def _size_rows(table: One, language: str) -> Iterator[TableRow]:
    sizes = [*(one["n"] for one in table["groups"]), table["n"]]
    yield TableRow("n", *_sized("rows", sizes, ",", language), "base")
    if table.get("weighted_n") is not None:
        weighted = [*(one["weighted_n"] for one in table["groups"]), table["weighted_n"]]
        yield TableRow("weighted_n", *_sized("weighted_n", weighted, ",.1f", language), "base")


def _sized(
    word: str, sizes: list[float | None], spec: str, language: str
) -> tuple[str, tuple[TableCell | None, ...]]:
    return text_in(WORDS[word], language), (*(number_cell(n, spec) for n in sizes), None, None)


def _pair(kind: str, one: One) -> TableCell | None:
    """``12 (3.4)``: count and percent, or mean and SD; ``[0.68]`` behind them the standard error."""
    names, specs = ("count", "percent"), (",", ".1f")
    if kind == "mean":
        names, specs = ("mean", "sd"), ("z.2f", ".2f")
    first, second, error = one[names[0]], one[names[1]], one["std_error"]
    if first is None:
        return None
    text = format(first, specs[0])
    if second is not None:
        text += f" ({second:{specs[1]}})"
    if error is not None:
        text += f" [{error:.2f}]"
    shown = [*zip(names, (first, second), strict=True), ("std_error", error)]
    parts = tuple((name, float(value)) for name, value in shown if value is not None)
    main = float(first if kind == "mean" or second is None else second)
    return TableCell(text, main, error, parts=parts if len(parts) > 1 else ())


def _interval(one: One, spec: str) -> TableCell | None:
    if one["low"] is None or one["high"] is None:
        return None
    return TableCell(f"{one['low']:{spec}} – {one['high']:{spec}}")


def _label(one: One, result: One, language: str) -> str:
    label = text_in(result["labels"][one["variable"]], language)
    return f"{label}: {level_in(one, result, language)}" if one["level"] else label


def level_in(one: One, result: One, language: str) -> str:
    """What the category of a line is called in a language."""
    labels = result.get("level_labels", {}).get(one["variable"], {}).get(one["level"])
    return text_in(labels, language) if labels else str(one["level"])


def _words(names: list[str] | tuple[str, ...], language: str) -> tuple[str, ...]:
    return tuple(text_in(WORDS[name], language) for name in names)
