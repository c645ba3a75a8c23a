"""The flat table of a question with several answers: percent of cases and of responses, bases and tests."""

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
    "weighted_count": {"en": "Count (weighted)", "zh": "频数（加权）"},
    "cases": {"en": "% of cases", "zh": "占个案百分比"},
    "plain": {"en": "% of cases (unweighted)", "zh": "占个案百分比（未加权）"},
    "responses": {"en": "% of responses", "zh": "占回答百分比"},
    "se": {"en": "SE", "zh": "标准误"},
    "interval": {"en": "95 % interval", "zh": "95% 置信区间"},
    "p": {"en": "p", "zh": "p"},
    "adjusted": {"en": "p (adjusted)", "zh": "p（校正）"},
    "n": {"en": "N (cases)", "zh": "个案数"},
    "weighted_n": {"en": "N (weighted)", "zh": "个案数（加权）"},
    "ticks": {"en": "Responses", "zh": "回答数"},
    "nothing": {"en": "Chose nothing", "zh": "未选任何一项"},
}
SMALLEST_P = 0.0005


def multiple_table(result: One, language: str) -> Table:
    """The table of a result of kind ``multiple_response`` in the language asked for."""
    notes = tuple(_notes(result))
    if len(result["table"]["columns"]) == 1:
        return _plain(result, language, notes)
    heads = [text_in(labels, language) for labels in result["column_labels"]]
    columns = (*heads, *_words(("p", "adjusted"), language))
    rows = []
    for section, value, error in (
        ("cases", "percent", "std_error"),
        ("responses", "of_responses", "responses_error"),
    ):
        for label, row in _options(result, language):
            cells = [with_error(one[value], one[error]) for one in row["figures"]]
            test = (row.get("test") or {}) if section == "cases" else {}
            ends = (p_cell(test.get("p_value")), p_cell(test.get("adjusted")))
            filled = (*(None,) * (len(heads) - len(cells)), *cells, *ends)
            named = label if section == "cases" else f"{label} ({text_in(WORDS[section], language)})"
            rows.append(TableRow(f"{section}:{row['option']}", named, filled, section))
    rows += [_base(row, len(columns)) for row in _bases(result, language)]
    return Table(columns, tuple(rows), notes)


def _plain(result: One, language: str, notes: tuple[str, ...]) -> Table:
    """Without groups: one line for each option."""
    is_designed = bool(result.get("design"))
    extra = ("weighted_count", "plain") if is_designed else ()
    heads = ("count", *extra[:1], *extra[1:], "cases", "se", "interval", "responses", "se")
    rows = []
    for label, row in _options(result, language):
        one = row["figures"][-1]
        cells: list[TableCell | None] = [number_cell(one["count"], ",")]
        if is_designed:
            cells += [number_cell(one["weighted_count"], ",.1f"), number_cell(one["plain_percent"], ".1f")]
        cells += [
            number_cell(one["percent"], ".1f"),
            number_cell(one["std_error"], ".2f"),
            interval_cell(one["low"], one["high"], ".1f"),
            number_cell(one["of_responses"], ".1f"),
            number_cell(one["responses_error"], ".2f"),
        ]
        rows.append(TableRow(row["option"], label, tuple(cells)))
    rows += [_base(row, len(heads)) for row in _bases(result, language)]
    return Table(_words(heads, language), tuple(rows), notes)


def _options(result: One, language: str) -> Iterator[tuple[str, One]]:
    labels = result["option_labels"]
    for label, row in zip(labels, result["table"]["rows"], strict=True):
        yield text_in(label, language), row


def _bases(result: One, language: str) -> Iterator[TableRow]:
    columns = result["table"]["columns"]
    names = (("n", "n", ","), ("weighted_n", "weighted_n", ",.1f"), ("responses", "ticks", ","))
    for name, word, spec in (*names, ("nothing", "nothing", ",")):
        cells = tuple(number_cell(one[name], spec) for one in columns)
        if any(cells):
            yield TableRow(name, text_in(WORDS[word], language), cells, "base")


def _base(row: TableRow, width: int) -> TableRow:
    cells = (*row.cells, *(None,) * (width - len(row.cells)))
    return TableRow(row.key, row.label, cells, row.section)


def _notes(result: One) -> Iterator[str]:
    table = result["table"]
    yield from population_notes(result)
    if table["base"] == "valid":
        yield say("Percent of cases: of all who answered the question, also who chose nothing.")
    else:
        yield say("Percent of cases: of those who chose at least one option.")
    yield say(
        "Percent of responses: of all options chosen together; its standard error is that of a ratio. "
        "Who did not answer is in no base."
    )
    if len(table["columns"]) > 1:
        yield say("Standard errors in parentheses.")
        yield from _test_notes(table)
    if result.get("design"):
        yield from design_notes(result)
    else:
        yield say("Unweighted; standard errors are those of a simple random sample.")


def _test_notes(table: One) -> Iterator[str]:
    tests = [row["test"]["test"] for row in table["rows"] if row.get("test")]
    if not tests:
        return
    many = len(tests)
    if tests[0] == "pearson":
        yield say("p: Pearson's χ² of each option against the groups.")
    else:
        yield say("p: Rao and Scott's second-order F of each option against the groups.")
    if table["adjust"] == "none":
        yield say("p values are not adjusted for the {n} options.", n=many)
    else:
        name = {"holm": "Holm", "bonferroni": "Bonferroni"}[table["adjust"]]
        yield say("p (adjusted): {name}'s, for {n} options.", name=name, n=many)


def with_error(
    value: float | None, error: float | None, spec: str = ".1f", fine: str = ".2f"
) -> TableCell | None:
    """``52.3 (1.20)``; ``fine`` is the format of the error."""
    if value is None:
        return None
    text = f"{value:{spec}}" + ("" if error is None else f" ({error:{fine}})")
    return TableCell(text, float(value), error)


def interval_cell(low: float | None, high: float | None, spec: str) -> TableCell | None:
    """``low – high``."""
    return None if low is None or high is None else TableCell(f"{low:{spec}} – {high:{spec}}")


def p_cell(p: float | None) -> TableCell | None:
    """Three decimals; what three would show as zero is less than .001."""
    if p is None:
        return None
    return TableCell("< .001" if p < SMALLEST_P else f"{p:.3f}", float(p))


def _words(names: tuple[str, ...], language: str) -> tuple[str, ...]:
    return tuple(text_in(WORDS[name], language) for name in names)
