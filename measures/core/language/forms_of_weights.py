"""The forms of functions that weigh their arguments."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from measures.core.language import nodes as said
from measures.core.language.function_types import Function
from measures.core.language.ground import Form
from measures.core.language.tree import Apply, Type, Typed
from surveys.core.said import say

if TYPE_CHECKING:
    from measures.core.language.checking import Checker


def _weight(checker: Checker, node: said.Call, given: said.Node) -> int | float | None:
    if isinstance(given, said.Number) and given.value > 0:
        return given.value
    message = say("The weights of {function} are plain numbers above zero.", function=node.function)
    checker.problem("not_a_weight", message, given)
    return None


def _weighted_mean(checker: Checker, node: said.Call, function: Function) -> Typed | None:
    if not checker.arity(node, function, len(node.arguments)):
        return None
    settings = checker.settings(node, function.settings, len(node.arguments))
    parts: list[Typed] = []
    weights: list[int | float] = []
    for pair in node.arguments:
        if not isinstance(pair, said.Listing) or len(pair.members) != 2:
            message = "weighted_mean takes pairs: (value, weight)."
            checker.problem("misplaced", message, pair, hint="As in weighted_mean((a, 0.5), (b, 0.3)).")
            continue
        part, weight = checker.number(pair.members[0]), _weight(checker, node, pair.members[1])
        if part is not None and weight is not None:
            parts.append(part)
            weights.append(weight)
    if len(parts) < len(node.arguments):
        return None
    return Apply(Type.DECIMAL, "weighted_mean", tuple(parts), settings, tuple(weights))


def _rank_weight(checker: Checker, node: said.Call, function: Function) -> Typed | None:
    """Each rank becomes the condition that it names the option."""
    keywords, arguments = checker.keywords(node, ("weights", "at_least")), checker.expand(node.arguments)
    if not checker.arity(node, function, len(arguments)):
        return None
    option, ranks, least = arguments[0], arguments[1:], 1
    if "at_least" in keywords:
        least = checker.whole(keywords["at_least"], "at_least", 1, len(ranks)) or 1
    if not isinstance(option, said.Number | said.Text):
        checker.problem("not_a_code", "The option of rank_weight is a code, or a label in quotes.", option)
        return None
    named = [checker.value(said.Binary("==", rank, option, span=rank.span)) for rank in ranks]
    weights = _weights(checker, node, keywords, len(ranks))
    found = tuple(part for part in named if part is not None)
    if len(found) < len(ranks) or len(weights) < len(ranks):
        return None
    return Apply(Type.DECIMAL, "rank_weight", found, (("at_least", least),), weights)


def _weights(
    checker: Checker, node: said.Call, keywords: Mapping[str, said.Node], ranks: int
) -> tuple[int | float, ...]:
    """One weight for each rank; () after a mistake."""
    given = keywords.get("weights")
    if given is None:
        checker.needs(node, "weights")
        return ()
    listed = given.members if isinstance(given, said.Listing) else (given,)
    weights = [_weight(checker, node, one) for one in listed]
    if len(weights) != ranks:
        message = say(
            "rank_weight has {ranks} ranks and {weights} weights.", ranks=ranks, weights=len(weights)
        )
        checker.problem("wrong_arguments", message, given, hint="Give one weight for each rank.")
        return ()
    return tuple(weight for weight in weights if weight is not None)


OF_WEIGHTS: Mapping[str, Form] = {"weighted_mean": _weighted_mean, "rank_weight": _rank_weight}
