"""The table of a multiverse: a row for every specification in the order of the curve, and notes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from analytics.core.audit.stars import stars_of
from analytics.core.output.table import Table, TableCell, TableRow, number_cell
from analytics.core.targets import STARS
from surveys.core.codebook import text_in
from surveys.core.said import restored, say

SMALLEST = 0.0001  # p value shown as itself
WORDS: Mapping[str, Mapping[str, str]] = {
    "estimate": {"en": "Estimate (SE)", "zh": "估计值（标准误）"},
    "p": {"en": "p", "zh": "p"},
    "low": {"en": "95% from", "zh": "95%下限"},
    "high": {"en": "95% to", "zh": "95%上限"},
    "odds_ratio": {"en": "Odds ratio", "zh": "优势比"},
    "effect": {"en": "Average marginal effect (SE)", "zh": "平均边际效应（标准误）"},
    "n": {"en": "N", "zh": "样本量"},
    "adopted": {"en": "adopted", "zh": "采用"},
}
KINDS: Mapping[str, Mapping[str, str]] = {
    "estimate": {"en": "Coefficient and 95% interval", "zh": "系数与95%置信区间"},
    "effect": {"en": "Average marginal effect and 95% interval", "zh": "平均边际效应与95%置信区间"},
}


def called(thing: Mapping[str, Any], language: str) -> str:
    """What an axis or an alternative is called: its label, else its name."""
    return text_in(thing["labels"], language) or str(thing["name"])


def term_called(result: Mapping[str, Any], language: str) -> str:
    """What the term of interest is called in the adopted specification."""
    return text_in(result["term_labels"], language) or str(result["term"])


def in_order(result: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The specifications in ascending order of their values, those without numbers last."""
    rows = result["specifications"]
    return sorted(rows, key=lambda one: (one["rank"] is None, one["rank"] or one["number"]))


def multiverse_table(result: Mapping[str, Any], language: str = "en") -> Table:
    """Columns: the axes, then the figures; what is missing everywhere has no column."""
    axes, rows = result["axes"], in_order(result)
    failures = [restored(one) for one in result["failures"]]
    marks = {number: at for at, one in enumerate(failures, start=1) for number in one["numbers"]}
    shown = [name for name in ("odds_ratio", "effect") if any(one[name] is not None for one in rows)]
    columns = ("estimate", "p", "low", "high", *shown, "n")
    names = [{o["name"]: called(o, language) for o in axis["alternatives"]} for axis in axes]
    lines = []
    for one in rows:
        chosen = tuple(TableCell(own[name]) for own, name in zip(names, one["chosen"], strict=True))
        figures = _figures(one, marks.get(one["number"], 0))
        label = f"{one['number']}" + (f" ({text_in(WORDS['adopted'], language)})" if one["adopted"] else "")
        lines.append(TableRow(str(one["number"]), label, (*chosen, *(figures[name] for name in columns))))
    heads = (
        *(called(axis, language) for axis in axes),
        *(text_in(WORDS[name], language) for name in columns),
    )
    return Table(
        tuple(heads),
        tuple(lines),
        tuple(notes(result, language)),
        footnotes=tuple(one["message"] for one in failures),
        language=language,
    )


def _figures(one: Mapping[str, Any], mark: int) -> dict[str, TableCell | None]:
    failed = TableCell("–", marks=(mark,) if mark else ())
    return {
        "estimate": _with_error(one["estimate"], one["std_error"], one["p_value"]) or failed,
        "p": _p_cell(one["p_value"]),
        "low": number_cell(one["conf_low"], "z.4f"),
        "high": number_cell(one["conf_high"], "z.4f"),
        "odds_ratio": number_cell(one["odds_ratio"], ".3f"),
        "effect": _with_error(one["effect"], one["effect_error"], one["effect_p"]),
        "n": number_cell(one["n_used"], ",d"),
    }


def _p_cell(p: float | None) -> TableCell | None:
    return number_cell(p, ".4f") if p is None or p >= SMALLEST else TableCell(f"< {SMALLEST}", p)


def _with_error(value: float | None, error: float | None, p: float | None) -> TableCell | None:
    if value is None:
        return None
    if error is None:
        return TableCell(f"{value:z.4f}", value)
    stars = stars_of(p, STARS) if p is not None else ""
    return TableCell(f"{value:z.4f}{stars} ({error:.4f})", value, error, stars)


def notes(result: Mapping[str, Any], language: str) -> Iterator[str]:
    """The grid, what the values say together, how much each choice moves them, and the conventions."""
    grid, summary = result["grid"], result["summary"]
    yield say(
        "{run:,} specifications of “{term}”; {failed:,} gave no numbers.",
        run=grid["run"],
        term=term_called(result, language),
        failed=summary["n_failed"],
    )
    if grid["excluded"]:
        yield say(
            "Of {whole:,} combinations {n:,} were left out beforehand.",
            whole=grid["whole"],
            n=grid["excluded"],
        )
    if 0 < grid["at_random"] <= grid["run"]:
        yield say(
            "The adopted combination and {n:,} others, drawn at random with seed {seed}.",
            n=grid["run"] - 1,
            seed=grid["seed"],
        )
    if result["scale"] == "effect":
        yield say("Values are average marginal effects, so that logits and linear models lie on one scale.")
    else:
        yield say("Values are coefficients.")
    if summary["n"]:
        yield from _together(summary)
        yield from _axes(result["axes"], summary, language)
    yield say("Rows are sorted by value; every specification uses the rows complete for it.")
    yield say("Significance is that of 5 percent, of each for itself; they are no independent tests.")
    yield say("Standard errors in parentheses. † p < .10, * p < .05, ** p < .01, *** p < .001.")


def _together(summary: Mapping[str, Any]) -> Iterator[str]:
    yield say(
        "Median {median:z.4f}, from {low:z.4f} to {high:z.4f}; the middle half {lower:z.4f} to {upper:z.4f}.",
        median=summary["median"],
        low=summary["lowest"],
        high=summary["highest"],
        lower=summary["lower_quartile"],
        upper=summary["upper_quartile"],
    )
    sign = say("positive") if summary["expected"] > 0 else say("negative")
    yield say(
        "{share:.0f} percent are {sign} as expected and significant ({n:,} of {all:,}), {other:.0f} percent "
        "significant with the other sign.",
        share=100 * summary["share_expected"],
        sign=sign,
        n=summary["n_expected"],
        all=summary["n"],
        other=100 * summary["share_other"],
    )
    if summary["adopted_rank"] is not None:
        yield say(
            "The adopted specification has {value:z.4f}: place {rank:,} of {all:,} from below.",
            value=summary["adopted"],
            rank=summary["adopted_rank"],
            all=summary["n"],
        )


def _axes(axes: Sequence[Mapping[str, Any]], summary: Mapping[str, Any], language: str) -> Iterator[str]:
    if summary["together"] is None:
        return
    parts = [
        say("{axis} {share:.1f} %", axis=called(axis, language), share=100 * own["share"])
        for axis, own in zip(axes, summary["axes"], strict=True)
    ]
    yield say(
        "Share of the variance of the values that each choice explains by itself: {parts}; all together "
        "{together:.1f} %.",
        parts=parts,
        together=100 * summary["together"],
    )
