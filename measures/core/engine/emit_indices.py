"""The SQL of indices over sets of items, and of weighted ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from measures.core.engine.fits import Fit
from measures.core.engine.pieces import Emit, Emitted, enough, of_enough, valid, where_not
from measures.core.engine.sql import Pair, Terms, number, strongest
from measures.core.language.tree import Apply

_ZERO = number(0)


def _added(parts: Iterable[str]) -> str:
    return f"({' + '.join(parts)})"


def _diversity(node: Apply, parts: list[Pair], terms: Terms, fit: Fit | None) -> Emitted:
    counts = [f"COALESCE({pair.double}, {_ZERO})" for pair in parts]
    total = _added(counts)
    shares = [f"({count} / NULLIF({total}, {_ZERO}))" for count in counts]
    value = f"({number(1)} - {_added(f'{share} * {share}' for share in shares)})"
    tests = [f"{count} >= {_ZERO}" for count in counts]
    is_defined = f"({' AND '.join([*tests, f'{total} > {_ZERO}', terms.dialect.finite(total)])})"
    return of_enough(value, is_defined, node, parts, terms)


def _deprivation(node: Apply, parts: list[Pair], terms: Terms, fit: Fit | None) -> Emitted:
    held = _added(f"COALESCE({pair.double}, {_ZERO})" for pair in parts)
    share = f"{held} / NULLIF(CAST({valid(parts)} AS DOUBLE), {_ZERO})"
    is_deprived = f"{held} >= {number(float(node.setting('cutoff')))}"
    suffices, absent = enough(node, parts), strongest(parts)
    value = f"CASE WHEN NOT {suffices} THEN NULL WHEN {is_deprived} THEN {share} ELSE {_ZERO} END"
    return value, where_not(suffices, absent, terms) if absent else None


def _weighted_mean(node: Apply, parts: list[Pair], terms: Terms, fit: Fit | None) -> Emitted:
    weights = [number(weight) for weight in node.weights]
    pairs = list(zip(parts, weights, strict=True))
    total = _added(f"COALESCE({weight} * {pair.double}, {_ZERO})" for pair, weight in pairs)
    whole = _added(f"CASE WHEN {pair.value} IS NULL THEN {_ZERO} ELSE {w} END" for pair, w in pairs)
    value = f"({total} / NULLIF({whole}, {_ZERO}))"
    return of_enough(value, terms.dialect.finite(value), node, parts, terms)


def _rank_weight(node: Apply, parts: list[Pair], terms: Terms, fit: Fit | None) -> Emitted:
    """The weight of the first condition that holds; an absent one is passed over."""
    suffices, absent = enough(node, parts), strongest(parts)
    pairs = zip(parts, node.weights, strict=True)
    named = " ".join(f"WHEN {pair.value} THEN {number(weight)}" for pair, weight in pairs)
    value = f"CASE {named} WHEN {suffices} THEN {_ZERO} END"
    found = " OR ".join(f"COALESCE({pair.value}, FALSE)" for pair in parts)
    return value, where_not(f"{found} OR {suffices}", absent, terms) if absent else None


INDICES: Mapping[str, Emit] = {
    "diversity": _diversity,
    "deprivation": _deprivation,
    "weighted_mean": _weighted_mean,
    "rank_weight": _rank_weight,
}
