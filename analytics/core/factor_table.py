"""The flat table of a factor analysis: loadings, communalities, sums of squares and factor correlations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from analytics.core.item_notes import p_in_words, turned_note
from analytics.core.output.table import Table, TableCell, TableRow, number_cell
from analytics.core.table_notes import population_notes
from surveys.core.codebook import text_in
from surveys.core.said import say, sentence

One = Mapping[str, Any]

WORDS: Mapping[str, Mapping[str, str]] = {
    "factor": {"en": "Factor", "zh": "因子"},
    "communality": {"en": "Communality", "zh": "共同度"},
    "uniqueness": {"en": "Uniqueness", "zh": "独特性"},
    "kmo": {"en": "KMO", "zh": "KMO"},
    "sums": {"en": "Sum of squared loadings", "zh": "载荷平方和"},
    "percents": {"en": "% of variance", "zh": "方差百分比"},
    "phi": {"en": "Correlation with factor {n}", "zh": "与因子 {n} 的相关"},
    "n": {"en": "N", "zh": "样本量"},
    "eigenvalue": {"en": "Eigenvalue", "zh": "特征值"},
    "random_means": {"en": "Random items, mean", "zh": "随机题项，均值"},
    "random": {"en": "Random items, 95th percentile", "zh": "随机题项，第 95 百分位数"},
}
SECTIONS: Mapping[str, Mapping[str, str]] = {
    "structure": {"en": "Structure: correlations of items and factors", "zh": "结构：题项与因子的相关"},
    "weights": {
        "en": "Factor scores: weights of the standardised items",
        "zh": "因子得分：标准化题项的系数",
    },
    "eigenvalues": {"en": "Eigenvalues and parallel analysis", "zh": "特征值与平行分析"},
}
RANKS = ("eigenvalue", "random_means", "random")  # the last columns, filled in the last section
EXTRACTIONS = {
    "minres": say("minimum residuals"),
    "ml": say("maximum likelihood"),
    "principal": say("principal components"),
}
ROTATIONS = {
    "none": say("not rotated"),
    "varimax": say("varimax (rows of length one)"),
    "promax": say("promax of varimax (power 4)"),
    "oblimin": say("oblimin (direct quartimin, rows as they are)"),
}
SCORES = {"regression": say("regression (Thurstone)"), "bartlett": say("Bartlett")}


def factor_table(result: One, language: str) -> Table:
    """The table of a result of kind ``factor`` in the language asked for, with structure, weights of scores
    and eigenvalues below the loadings."""
    table, k = result["table"], result["table"]["factors"]
    word = text_in(WORDS["factor"], language)
    heads = [f"{word} {at + 1}" for at in range(k)]
    heads += [text_in(WORDS[name], language) for name in ("communality", "uniqueness", "kmo", *RANKS)]
    rows = [
        TableRow(one["item"], _label(one["item"], result, language), _cells(one)) for one in table["rows"]
    ]
    for name, spec in (("sums", ".3f"), ("percents", ".1f")):
        cells = tuple(number_cell(value, spec) for value in table[name])
        rows.append(TableRow(name, text_in(WORDS[name], language), cells, "factors"))
    if table["rotation"] in ("promax", "oblimin") and k > 1:
        rows += _phi(table, language)
    n = (number_cell(table["n"], ","),)
    rows.append(TableRow("n", text_in(WORDS["n"], language), n, "base"))
    if table["rows"]:
        rows += [*_by_factor(result, language), *_eigenvalues(table)]
    sections = {name: text_in(labels, language) for name, labels in SECTIONS.items()}
    padded = tuple(_padded(row, len(heads)) for row in rows)
    return Table(tuple(heads), padded, tuple(_notes(result)), sections=sections)


def loadings_alone(table: Table) -> Table:
    """The table without what a page shows in tables of their own."""
    width = len(table.columns) - len(RANKS)
    rows = tuple(replace(row, cells=row.cells[:width]) for row in table.rows if row.section not in SECTIONS)
    return replace(table, columns=table.columns[:width], rows=rows, sections={})


def _by_factor(result: One, language: str) -> Iterator[TableRow]:
    """Structure and weights of scores, each with its items."""
    for name in ("structure", "weights"):
        for one in result["table"]["rows"]:
            cells = tuple(number_cell(value, "z.3f") for value in one[name])
            yield TableRow(f"{name}:{one['item']}", _label(one["item"], result, language), cells, name)


def _eigenvalues(table: One) -> Iterator[TableRow]:
    """A line for each eigenvalue, by rank."""
    found = zip(table["eigenvalues"], table["random_means"], table["random"], strict=True)
    before = (None,) * (table["factors"] + 3)
    for rank, values in enumerate(found, start=1):
        cells = (*before, *(number_cell(value, "z.3f") for value in values))
        yield TableRow(f"eigenvalue{rank}", str(rank), cells, "eigenvalues")


def _padded(row: TableRow, width: int) -> TableRow:
    return replace(row, cells=(*row.cells, *(None,) * (width - len(row.cells))))


def _cells(one: One) -> tuple[TableCell | None, ...]:
    own = (one["communality"], one["uniqueness"], one["kmo"])
    return tuple(number_cell(value, "z.3f") for value in (*one["loadings"], *own))


def _phi(table: One, language: str) -> Iterator[TableRow]:
    for at, row in enumerate(table["phi"]):
        cells = tuple(number_cell(value, "z.3f") for value in row)
        label = text_in(WORDS["phi"], language).format(n=at + 1)
        yield TableRow(f"phi{at + 1}", label, cells, "phi")


def _label(item: str, result: One, language: str) -> str:
    mark = " (R)" if item in result["table"]["turned"] else ""
    return text_in(result["item_labels"][item], language) + mark


def _notes(result: One) -> Iterator[str]:
    table = result["table"]
    yield from population_notes(result)
    basis = say("Pearson's") if table["correlations"] == "pearson" else say("polychoric")
    yield say(
        "Method: {extraction} of {basis} correlations, {rotation}; rows that answer every item.",
        extraction=EXTRACTIONS[table["extraction"]],
        basis=basis,
        rotation=ROTATIONS[table["rotation"]],
    )
    if result.get("weights"):
        yield say("Correlations are weighted by {weights}.", weights=result["weights"])
    yield from turned_note(table["turned"])
    if table["rotation"] in ("promax", "oblimin") and table["factors"] > 1:
        yield say(
            "Loadings are those of the pattern; communalities take the factors' correlations into account."
        )
    yield say(
        "Factors by falling sum of squares, each with a positive sum of loadings. Eigenvalues: {values}.",
        values=[f"{value:.2f}" for value in table["eigenvalues"]],
    )
    yield say(
        "Parallel analysis ({draws:,} samples of random normal items, seed {seed}; 95th percentiles "
        "{values}) suggests {suggested} factors.",
        draws=table["draws"],
        seed=table["seed"],
        values=[f"{value:.2f}" for value in table["random"]],
        suggested=table["suggested"],
    )
    yield from _tests(table)


def _tests(table: One) -> Iterator[str]:
    yield say(
        "KMO {kmo:.3f}; root mean square of the residuals {rmsr:.3f}.", kmo=table["kmo"], rmsr=table["rmsr"]
    )
    if test := table["bartlett"]:
        yield say(
            "Bartlett's test of sphericity: χ² = {statistic:,.1f}, df = {df}, p {p}.",
            statistic=test["statistic"],
            df=test["df"],
            p=p_in_words(test["p_value"]),
        )
    if test := table["fit"]:
        yield say(
            "Test that so many factors are enough: χ² = {statistic:,.1f}, df = {df}, p {p}.",
            statistic=test["statistic"],
            df=test["df"],
            p=p_in_words(test["p_value"]),
        )
    yield say("Weights of factor scores, of standardised items: {scores}.", scores=SCORES[table["scores"]])
    if table["extraction"] == "principal":
        yield sentence("Components explain the items' whole variance, also what is error.")
