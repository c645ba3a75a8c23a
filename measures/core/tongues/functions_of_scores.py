"""The steps of scores: what was fitted on a sample, applied row by row."""

from __future__ import annotations

from collections.abc import Mapping

from measures.core.bounds import ANYTHING, FLAG, Bounds
from measures.core.engine.ranks import points
from measures.core.language.tree import Apply
from measures.core.tongues.guards import Lay, finite, masked, named, of_enough
from measures.core.tongues.laying import Layout, Outcome
from measures.core.tongues.pairs import Part, counted, reasons_in, some_absent, strongest
from measures.core.tongues.steps import ONE, ZERO, Compare, Expr, Flag, Math, Num, added


def _standardise(out: Layout, node: Apply, parts: list[Part]) -> Part:
    fit = out.fit(node)
    return finite(out, node.type, _standard(parts[0].value, fit.means[0], fit.sds[0]), parts)


def _standard(cell: Expr, mean: float, sd: float) -> Expr:
    return Math("/", Math("-", cell, Num(mean)), Num(sd))


def _factor_score(out: Layout, node: Apply, parts: list[Part]) -> Part:
    """Weights times standardised items, added from left to right; an absent item adds nothing."""
    fit, terms = out.fit(node), list[Expr]()
    for part, weight, mean, sd in zip(parts, fit.weights, fit.means, fit.sds, strict=True):
        term = Math("*", Num(weight), _standard(part.value, mean, sd))
        terms.append(out.let(term, (part.absent, ZERO)))
    total = added(terms)
    if node.setting("scores") == "mean":
        total = Math("/", total, counted(parts))
    return of_enough(out, node, total, parts, ANYTHING)


def _percentile_rank(out: Layout, node: Apply, parts: list[Part]) -> Part:
    """The rank of a value of the sample, else the share below it; asked from the lowest on."""
    cell, known = named(out, parts[0].value), points(out.fit(node))
    branches: list[Outcome] = [(some_absent(parts), (ZERO, strongest(parts)))]
    for point in known:
        value = Num(point.value)
        branches.append((Compare("<", cell, value), (Num(point.below), ZERO)))
        branches.append((Compare("==", cell, value), (Num(point.rank), ZERO)))
    return out.outcome(node.type, branches, (ONE, ZERO), reasons_in(parts), FLAG)


def _quantile_band(out: Layout, node: Apply, parts: list[Part]) -> Part:
    cell, ends = named(out, parts[0].value), out.fit(node).groups
    steps: list[Expr] = [Flag(Compare(">", cell, Num(end))) for _, end in ends]
    return masked(out, node.type, added([ONE, *steps]), parts, Bounds(1, len(ends) + 1))


SCORES: Mapping[str, Lay] = {
    "standardise": _standardise,
    "factor_score": _factor_score,
    "percentile_rank": _percentile_rank,
    "quantile_band": _quantile_band,
}
