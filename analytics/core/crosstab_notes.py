"""What stands under a crosstab: of what its percentages are, how it was tested, what its marks mean."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from analytics.core.table_notes import design_notes, independence, population_notes
from surveys.core.said import say

One = Mapping[str, Any]

PERCENTS = {"row": say("Percentages of rows."), "total": say("Percentages of all rows used.")}
ADJUSTMENTS = {
    "holm": say("Holm's adjustment"),
    "bonferroni": say("Bonferroni's adjustment"),
    "none": say("no adjustment"),
}


def crosstab_notes(result: One) -> Iterator[str]:
    """The notes in the order of what they explain."""
    table, conventions = result["table"], result["table"].get("conventions") or {}
    if table.get("percent", "column") in PERCENTS:
        yield PERCENTS[table["percent"]]
    yield from population_notes(result)
    if conventions.get("rounding"):
        yield say("Percentages are made to add to 100; ‡ marks those that were changed by it.")
    if any(row.get("errors") for row in table["rows"]):
        yield say("Standard errors in parentheses, in percentage points.")
    if table["chi_square"]:
        yield independence(table["chi_square"])
    if table.get("rao_scott"):
        yield corrected(table["rao_scott"])
    if conventions.get("letters"):
        yield say(
            "A letter says that the percentage is larger than that of the column named, p < .05, {adjusted} "
            "over the pairs of a row.",
            adjusted=ADJUSTMENTS[conventions["letters"].rpartition(" ")[2]],
        )
    if table.get("differences"):
        yield _differences(conventions.get("differences", ""), bool(result.get("design")))
    if table.get("paired"):
        yield from _change(table["paired"])
    yield from design_notes(result)


def corrected(test: One) -> str:
    """Rao and Scott's test of a weighted crosstab."""
    return say(
        "Rao-Scott F({df1:.2f}, {df2:.1f}) = {statistic:.3f}, p = {p:.3g}, Cramér's V = {v:.3f} (of the "
        "weighted shares); mean design effect {effect:.2f}.",
        df1=test["df1"],
        df2=test["df2"],
        statistic=test["statistic"],
        p=test["p_value"],
        v=test["cramers_v"],
        effect=test["mean_effect"],
    )


def _differences(interval: str, is_designed: bool) -> str:
    if is_designed:
        return say("Differences in percentage points with 95 % Wald intervals (linearised, t).")
    if interval == "newcombe":
        return say("Differences in percentage points with 95 % intervals of Newcombe (hybrid score).")
    return say("Differences in percentage points with 95 % Wald intervals.")


def _change(one: One) -> Iterator[str]:
    yield say(
        "{n:,} rows changed; net changes in percentage points with 95 % Wald intervals.", n=one["changed"]
    )
    if one["test"] == "mcnemar":
        yield say(
            "McNemar χ² = {statistic:.2f}, df = 1, p = {p:.3g}; exact p = {exact:.3g}.",
            statistic=one["statistic"],
            p=one["p_value"],
            exact=one["exact_p"],
        )
    if one["test"] == "stuart_maxwell":
        yield say(
            "Marginal homogeneity (Stuart-Maxwell): χ² = {statistic:.2f}, df = {df}, p = {p:.3g}.",
            statistic=one["statistic"],
            df=one["df"],
            p=one["p_value"],
        )
    if one["test"] == "wald_f":
        yield say(
            "Marginal homogeneity (Wald): F({df}, {df2}) = {statistic:.3f}, p = {p:.3g}.",
            df=one["df"],
            df2=one["df2"],
            statistic=one["statistic"],
            p=one["p_value"],
        )
