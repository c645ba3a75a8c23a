"""The flat table of correlations: below the diagonal the figures, in sections their intervals, p and rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from analytics.core.answer_tables import interval_cell, p_cell
from analytics.core.audit.stars import stars_of
from analytics.core.output.table import Table, TableCell, TableRow, number_cell
from analytics.core.table_notes import population_notes
from analytics.core.targets import STARS
from surveys.core.codebook import text_in
from surveys.core.said import say

One = Mapping[str, Any]

WORDS: Mapping[str, Mapping[str, str]] = {
    "interval": {"en": "95 % interval", "zh": "95% 置信区间"},
    "p": {"en": "p", "zh": "p"},
    "adjusted": {"en": "p (adjusted)", "zh": "p（校正）"},
    "n": {"en": "N", "zh": "样本量"},
}
METHODS = {
    "pearson": say("Pearson's correlations; intervals on Fisher's z, p of t with n − 2 degrees of freedom."),
    "spearman": say(
        "Spearman's rank correlations; intervals on Fisher's z with variance (1 + r²/2) / (n − 3), p of t "
        "with n − 2 degrees of freedom."
    ),
    "polychoric": say(
        "Polychoric correlations by two-step maximum likelihood; intervals on Fisher's z and p from the "
        "two-step standard error."
    ),
}


def correlation_table(result: One, language: str) -> Table:
    """The table of a result of kind ``correlation`` in the language asked for."""
    table = result["table"]
    names = [text_in(result["item_labels"][name], language) for name in table["variables"]]
    heads = tuple(f"{at + 1}" for at in range(len(names)))
    rows = [*_section("r", [f"{at + 1} {name}" for at, name in enumerate(names)], table, first=0)]
    adjusts = ("adjusted",) if table["adjust"] != "none" else ()
    for section in ("interval", "p", *adjusts, "n"):
        word = text_in(WORDS[section], language)
        labels = [f"{word}: {at + 1} {name}" for at, name in enumerate(names)]
        rows += _section(section, labels, table, first=1)
    return Table(heads, tuple(rows), tuple(_notes(result)))


def _section(section: str, labels: list[str], table: One, first: int) -> Iterator[TableRow]:
    size, pairs = len(labels), {(one["first"], one["second"]): one for one in table["pairs"]}
    for at in range(first, size):
        cells = [_cell(section, pairs[other, at]) for other in range(at)]
        if section == "r":
            cells.append(TableCell("1"))
        name = table["variables"][at]
        yield TableRow(f"{section}:{name}", labels[at], (*cells, *(None,) * (size - len(cells))), section)


def _cell(section: str, one: One) -> TableCell | None:
    if section == "interval":
        return interval_cell(one["low"], one["high"], "z.2f")
    if section in ("p", "adjusted"):
        return p_cell(one["p_value" if section == "p" else "adjusted"])
    if section == "n":
        return number_cell(one["n"], ",")
    if one["value"] is None:
        return TableCell("–")
    stars = stars_of(one["adjusted"], STARS) if one["adjusted"] is not None else ""
    return TableCell(f"{one['value']:z.3f}{stars}", one["value"], stars=stars)


def _notes(result: One) -> Iterator[str]:
    table = result["table"]
    yield from population_notes(result)
    yield METHODS[table["method"]]
    if table["missing"] == "listwise":
        yield say("Rows that have all variables.")
    else:
        yield say("Each pair by the rows that have both.")
    pairs = sum(one["p_value"] is not None for one in table["pairs"])
    if table["adjust"] == "none":
        yield say("p values and stars are not adjusted for the {n} pairs.", n=pairs)
    else:
        name = {"holm": "Holm", "bonferroni": "Bonferroni"}[table["adjust"]]
        yield say("Adjusted p values and stars: {name}'s, for {n} pairs.", name=name, n=pairs)
    yield say("† p < .10, * p < .05, ** p < .01, *** p < .001. Unweighted.")
