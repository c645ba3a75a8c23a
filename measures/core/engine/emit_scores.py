"""The SQL of scores: what was fitted on the sample, applied row by row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from measures.core.engine.fits import Fit
from measures.core.engine.pieces import Emit, Emitted, enough, finite, valid, where_not
from measures.core.engine.ranks import Point, points
from measures.core.engine.sql import Pair, Terms, number, strongest
from measures.core.language.tree import Apply


def _standardise(node: Apply, parts: list[Pair], terms: Terms, fit: Fit | None) -> Emitted:
    assert fit is not None
    return finite(_standard(_beside_group(parts), fit.means[0], fit.sds[0]), parts, terms)


def _beside_group(parts: list[Pair]) -> str:
    """The number that is ranked; null where the group, if there is one, is absent."""
    cell = parts[0].double
    return cell if len(parts) == 1 else f"CASE WHEN {parts[1].value} IS NOT NULL THEN {cell} END"


def _standard(cell: str, mean: float, sd: float) -> str:
    return f"(({cell} - {number(mean)}) / {number(sd)})"


def _factor_score(node: Apply, parts: list[Pair], terms: Terms, fit: Fit | None) -> Emitted:
    """Weights times standardised items, added from left to right; an absent item adds nothing."""
    assert fit is not None
    added = [
        f"COALESCE({number(weight)} * {_standard(pair.double, mean, sd)}, {number(0)})"
        for pair, weight, mean, sd in zip(parts, fit.weights, fit.means, fit.sds, strict=True)
    ]
    value = f"({' + '.join(added)})"
    if node.setting("scores") == "mean":
        value = f"({value} / NULLIF(CAST({valid(parts)} AS DOUBLE), {number(0)}))"
    suffices, absent = enough(node, parts), strongest(parts)
    return (
        f"CASE WHEN {suffices} THEN {value} END",
        where_not(suffices, absent, terms) if absent else None,
    )


def _percentile_rank(node: Apply, parts: list[Pair], terms: Terms, fit: Fit | None) -> Emitted:
    assert fit is not None
    found = _searched(_beside_group(parts), points(fit))
    present = " AND ".join(f"{pair.value} IS NOT NULL" for pair in parts)
    return f"CASE WHEN {present} THEN {found} END", strongest(parts)


def _searched(cell: str, known: Sequence[Point]) -> str:
    """The rank of a number among ordered points, halving them; below all of them it is 0."""
    if len(known) > 1:
        half = len(known) // 2
        low, high = _searched(cell, known[:half]), _searched(cell, known[half:])
        return f"CASE WHEN {cell} < {number(known[half].value)} THEN {low} ELSE {high} END"
    point = known[0]
    value = number(point.value)
    return (
        f"CASE WHEN {cell} < {value} THEN {number(point.below)} WHEN {cell} = {value} "
        f"THEN {number(point.rank)} ELSE {number(point.above)} END"
    )


def _quantile_band(node: Apply, parts: list[Pair], terms: Terms, fit: Fit | None) -> Emitted:
    assert fit is not None
    steps = [f"CAST({parts[0].double} > {number(end)} AS DOUBLE)" for _, end in fit.groups]
    return f"({' + '.join([number(1), *steps])})", parts[0].reason


SCORES: Mapping[str, Emit] = {
    "standardise": _standardise,
    "factor_score": _factor_score,
    "percentile_rank": _percentile_rank,
    "quantile_band": _quantile_band,
}
