"""The flat table of a factor analysis: loadings, communalities, sums of squares and factor correlations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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
    "phi": {"en": "Correlation with factor", "zh": "与因子的相关"},
    "n": {"en": "N", "zh": "样本量"},
}
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
    """The table of a result of kind ``factor`` in the language asked for."""
    table, k = result["table"], result["table"]["factors"]
    word = text_in(WORDS["factor"], language)
    heads = [f"{word} {at + 1}" for at in range(k)]
    heads += [text_in(WORDS[name], language) for name in ("communality", "uniqueness", "kmo")]
    rows = [
        TableRow(one["item"], _label(one["item"], result, language), _cells(one)) for one in table["rows"]
    ]
    for name, spec in (("sums", ".3f"), ("percents", ".1f")):
        cells = (*(number_cell(value, spec) for value in table[name]), None, None, None)
        rows.append(TableRow(name, text_in(WORDS[name], language), cells, "factors"))
    if table["rotation"] in ("promax", "oblimin") and k > 1:
        rows += _phi(table, language)
    n = (number_cell(table["n"], ","), *(None,) * (k + 2))
    rows.append(TableRow("n", text_in(WORDS["n"], language), n, "base"))
    return Table(tuple(heads), tuple(rows), tuple(_notes(result)))


def _cells(one: One) -> tuple[TableCell | None, ...]:
    own = (one["communality"], one["uniqueness"], one["kmo"])
    return tuple(number_cell(value, "z.3f") for value in (*one["loadings"], *own))


def _phi(table: One, language: str) -> Iterator[TableRow]:
    for at, row in enumerate(table["phi"]):
        cells = tuple(number_cell(value, "z.3f") for value in row)
        label = f"{text_in(WORDS['phi'], language)} {at + 1}"
        yield TableRow(f"phi{at + 1}", label, (*cells, None, None, None), "phi")


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
