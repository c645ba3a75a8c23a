"""The steps of indices over sets of items, and of weighted ones."""

from __future__ import annotations

from collections.abc import Mapping

from measures.core.bounds import ANYTHING, FLAG, Bounds
from measures.core.language.tree import Apply
from measures.core.tongues.guards import ALWAYS, Lay, defined_of_enough, of_enough
from measures.core.tongues.laying import Layout, Outcome
from measures.core.tongues.pairs import Part, counted, enough, reasons_in, strongest
from measures.core.tongues.steps import (
    ONE,
    ZERO,
    Compare,
    Expr,
    Finite,
    Flag,
    Math,
    Num,
    added,
    both,
    opposite,
)


def _diversity(out: Layout, node: Apply, parts: list[Part]) -> Part:
    total = out.let(added([part.value for part in parts]))
    is_positive = both(Compare(">", total, ZERO), Finite(total))
    shares = [out.let(ZERO, (is_positive, Math("/", part.value, total))) for part in parts]
    value = Math("-", ONE, added([Math("*", share, share) for share in shares]))
    is_defined = both(*(Compare(">=", part.value, ZERO) for part in parts), is_positive)
    return defined_of_enough(out, node, value, is_defined, parts, FLAG)


def _deprivation(out: Layout, node: Apply, parts: list[Part]) -> Part:
    held = out.let(added([part.value for part in parts]))
    too_few = Compare("<", held, Num(int(node.setting("cutoff"))))
    return of_enough(out, node, Math("/", held, counted(parts)), parts, FLAG, (too_few, ZERO))


def _weighted_mean(out: Layout, node: Apply, parts: list[Part]) -> Part:
    pairs = list(zip(parts, node.weights, strict=True))
    total = added([Math("*", Num(weight), part.value) for part, weight in pairs])
    whole = added([_if_valid(part, weight) for part, weight in pairs])
    suffices = enough(parts, int(node.setting("at_least")))
    found = out.let(Math("/", total, whole), (opposite(suffices), ZERO))
    return defined_of_enough(out, node, found, Finite(found), parts, ANYTHING)


def _if_valid(part: Part, weight: float) -> Expr:
    return Math("*", Num(weight), Flag(part.valid)) if part.reasons else Num(weight)


def _rank_weight(out: Layout, node: Apply, parts: list[Part]) -> Part:
    """The weight of the first condition that holds; an absent one does not."""
    suffices = enough(parts, int(node.setting("at_least")))
    pairs = zip(parts, node.weights, strict=True)
    branches: list[Outcome] = [(part.condition, (Num(weight), ZERO)) for part, weight in pairs]
    branches.append((opposite(suffices), (ZERO, strongest(parts))))
    reasons = reasons_in(parts) if suffices != ALWAYS else frozenset[str]()
    return out.outcome(node.type, branches, (ZERO, ZERO), reasons, Bounds(0, max(node.weights)))


INDICES: Mapping[str, Lay] = {
    "diversity": _diversity,
    "deprivation": _deprivation,
    "weighted_mean": _weighted_mean,
    "rank_weight": _rank_weight,
}
