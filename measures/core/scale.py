"""The scale of a rule: which items it adds up, in which direction, and how; read out of the rule alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from measures.core.engine.fits import Fit
from measures.core.engine.interface import Rule
from measures.core.factor import Matrix, Vector
from measures.core.factors import NOT_ROTATED, Wanted
from measures.core.language.fingerprints import fingerprint_of
from measures.core.language.functions import is_fitted
from measures.core.language.functions_of_samples import PEARSON
from measures.core.language.nodes import Call, Node
from measures.core.language.nodes import walk as walk_said
from measures.core.language.scope import Scope
from measures.core.language.tree import Apply, Checked, Column, Constant, Typed, walk

ADDING = ("factor_score", "sum_of", "mean_of")


@dataclass(frozen=True)
class ScaleItem:
    """``part`` gives the number that is added up, turned round where the rule turns it; ``name``: what it
    reads, several names with a comma between."""

    name: str
    part: Typed
    is_reversed: bool


@dataclass(frozen=True)
class Scale:
    """``extraction`` is empty where the rule weighs by no factor; ``scores`` is how items become one number.

    ``node`` is the part of the rule that scores; ``at_least``: the fewest items a row must answer.
    """

    node: Apply
    items: tuple[ScaleItem, ...]
    extraction: str  # principal, minres
    scores: str  # regression, bartlett, component, weighted_sum, sum, mean
    at_least: int
    is_standardised: bool
    basis: str = PEARSON  # the correlations that the rule's factor is found in
    factors: int = 1
    rotation: str = NOT_ROTATED  # none, varimax, promax, oblimin
    factor: int = 1  # the one that is scored

    @property
    def wanted(self) -> Wanted:
        """The score that the rule asks for; one factor by minimum residuals where it weighs by none."""
        if not self.extraction:
            return Wanted("minres")
        return Wanted(self.extraction, self.scores, self.factors, self.rotation, self.factor)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(item.name for item in self.items)


@dataclass(frozen=True)
class Metric:
    """What scores rest on: means and SDs (p,) that standardise the items, weights (p,) of what they give."""

    means: Vector
    sds: Vector
    weights: Vector
    loadings: Vector | None = None
    n: int = 0
    pattern: Matrix | None = None  # (p, k), the loadings of all factors where there are several
    factor: int = 1  # the one that is scored

    @property
    def slopes(self) -> Vector:
        """What one more point of each item adds to the score."""
        return self.weights / self.sds


def may_be_scale(node: Node) -> bool:
    """Whether a rule, as it is written, may hold a scale: quickly, before it is checked."""
    return any(isinstance(part, Call) and part.function in ADDING for part, _ in walk_said(node))


def scales_in(checked: Checked) -> tuple[Scale, ...]:
    """The scales of a rule, outer ones first; empty where it adds up no items.

    A factor score is one, and a sum or mean of standardised items or of answers with labelled codes: a sum of
    amounts is none.
    """
    found = (_scale(node, checked.scope) for node in dict.fromkeys(_outer_first(checked.root)))
    return tuple(scale for scale in found if scale is not None)


def _outer_first(node: Typed) -> Iterator[Typed]:
    yield node
    for part in node.parts():
        yield from _outer_first(part)


def _scale(node: Typed, scope: Scope) -> Scale | None:
    if not isinstance(node, Apply) or node.function not in ADDING or len(node.arguments) < 2 or node.weights:
        return None
    least = int(dict(node.settings).get("at_least", len(node.arguments)))
    if node.function == "factor_score":
        basis, wanted = str(dict(node.settings).get("basis", PEARSON)), Wanted.of(dict(node.settings))
        return Scale(
            node, tuple(map(_item, node.arguments)), wanted.method, wanted.scores, least, True, basis,
            wanted.factors, wanted.rotation, wanted.factor,
        )  # fmt: skip
    inner = [_standardised(part) for part in node.arguments]
    parts = [part for part in inner if part is not None]
    is_standardised = len(parts) == len(node.arguments)
    if not is_standardised and not all(_is_coded(part, scope) for part in node.arguments):
        return None
    items = tuple(map(_item, parts if is_standardised else node.arguments))
    return Scale(node, items, "", node.function.removesuffix("_of"), least, is_standardised)


def _standardised(part: Typed) -> Typed | None:
    """What ``standardise`` is given; groups that count once each are another sample."""
    is_so = isinstance(part, Apply) and part.function == "standardise" and len(part.arguments) == 1
    return part.arguments[0] if is_so and isinstance(part, Apply) else None


def _is_coded(part: Typed, scope: Scope) -> bool:
    """Whether a part is the answer to coded items, and not itself a score."""
    variables = [scope.variable(column.name) for column in _columns(part)]
    if any(is_fitted(node) for node in walk(part)):
        return False
    return bool(variables) and all(variable is not None and variable.codes for variable in variables)


def _item(part: Typed) -> ScaleItem:
    names = dict.fromkeys(column.name for column in _columns(part))
    return ScaleItem(", ".join(names), part, sum(map(_turns, walk(part))) % 2 == 1)


def _turns(node: Typed) -> bool:
    """Whether a part counts the other way than what it is given: ``reverse(x)``, ``-x``, ``6 - x``."""
    if not isinstance(node, Apply):
        return False
    is_from_end = node.function == "-" and isinstance(node.arguments[0], Constant)
    return is_from_end or node.function in ("reverse", "negate")


def _columns(part: Typed) -> Iterator[Column]:
    return (node for node in walk(part) if isinstance(node, Column))


def rules_of(parts: Sequence[Typed], checked: Checked) -> tuple[Rule, ...]:
    """Parts of a checked rule as rules of a plan; their names are their numbers, which no measure has."""
    return tuple(Rule(str(at), part_of(part, checked)) for at, part in enumerate(parts))


def part_of(part: Typed, checked: Checked) -> Checked:
    """A part of a checked rule by itself."""
    columns = list(_columns(part))
    return replace(
        checked,
        root=part,
        items=tuple(dict.fromkeys(c.name for c in columns if not c.is_measure)),
        measures=tuple(dict.fromkeys(c.name for c in columns if c.is_measure)),
        is_data_dependent=any(is_fitted(node) for node in walk(part)),
    )


def metric_of(scale: Scale, fitted: Mapping[str, Any]) -> Metric | None:
    """The metric that was fitted for a scale, as it is kept; None where something of it is not there."""
    p = len(scale.items)
    if scale.extraction:
        if (kept := fitted.get(fingerprint_of(scale.node))) is None:
            return None
        fit = Fit.from_json(kept)
        weights = np.array(fit.weights) / (p if scale.scores == "mean" else 1)
        pattern = np.array(fit.pattern) if fit.pattern else None
        means, sds, loadings = (np.array(one) for one in (fit.means, fit.sds, fit.loadings))
        return Metric(means, sds, weights, loadings, fit.n, pattern, scale.factor)
    if not scale.is_standardised:
        return None
    kept_fits = [fitted.get(fingerprint_of(part)) for part in scale.node.arguments]
    if any(kept is None for kept in kept_fits):
        return None
    fits = [Fit.from_json(kept) for kept in kept_fits if kept is not None]
    means, sds = np.array([fit.means[0] for fit in fits]), np.array([fit.sds[0] for fit in fits])
    return Metric(means, sds, even_weights(scale), n=min(fit.n for fit in fits))


def even_weights(scale: Scale) -> Vector:
    """Weights (p,) of a sum or a mean."""
    p = len(scale.items)
    return np.full(p, 1.0 / p if scale.scores == "mean" else 1.0)
