"""The answers to several items as numbers, turned round where asked, with the weights of their rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analytics.core.frame import Column, Frame, Mask
from analytics.core.results import Check
from analytics.core.survey_design.declared import FloatArray
from surveys.core.problems import Problem, Refused, refuse
from surveys.core.said import say

MOST_CATEGORIES = 20  # of an item with polychoric correlations; more are a continuous variable


@dataclass(frozen=True)
class Answers:
    """``values`` (n, p) of rows that answer every item, ``weights`` (n,) or None.

    ``turned``: item -> (low, high) of those turned round as low + high - answer; ``guessed`` those whose
    ends are the smallest and largest answer.
    """

    items: tuple[str, ...]
    values: FloatArray
    weights: FloatArray | None
    turned: dict[str, tuple[float, float]]
    guessed: tuple[str, ...] = ()

    @property
    def n(self) -> int:
        return len(self.values)

    def among(self, rows: Mask) -> Answers:
        """Those of the rows (n,) named."""
        weights = None if self.weights is None else self.weights[rows]
        return Answers(self.items, self.values[rows], weights, self.turned, self.guessed)


def check_items(names: Sequence[str], frame: Frame, *, where: str = "items") -> None:
    """Refused where an item holds no numbers."""
    problems = [
        Problem(
            "wrong_type",
            say("{name} is a {type}; items are numbers.", name=name, type=frame[name].variable.type),
            where=where,
            hint="Derive a measure from it first.",
        )
        for name in names
        if not frame[name].is_number
    ]
    if problems:
        raise Refused(problems)


def answers_of(
    items: tuple[str, ...], turned: Sequence[str], frame: Frame, rows: Mask, weights: FloatArray | None
) -> tuple[Answers, list[Check]]:
    """The answers in the ``rows`` (of the data), all complete; and which scales had to be guessed."""
    values = np.column_stack([frame[name].numbers()[rows] for name in items])
    ends, checks = {}, []
    for name in turned:
        at = items.index(name)
        low, high, is_known = _ends(frame[name], values[:, at])
        values[:, at] = low + high - values[:, at]
        ends[name] = (low, high)
        if not is_known:
            message = say(
                "The codebook names no ends of the scale of {name}: it is turned round between the smallest "
                "and the largest answer of the rows used.",
                name=name,
            )
            checks.append(Check("warning", "guessed_ends", message, (name,)))
    guessed = tuple(check.terms[0] for check in checks)
    return Answers(items, values, weights, ends, guessed), checks


def _ends(column: Column, found: FloatArray) -> tuple[float, float, bool]:
    """The ends of a scale by its labelled codes that are no absences, or by its limits, else as answered."""
    missing = {rule.value for rule in column.variable.missing}
    codes = [
        float(code.value)
        for code in column.variable.codes
        if not isinstance(code.value, str) and code.value not in missing
    ]
    low, high = float(found.min()), float(found.max())
    limits = column.variable.limits
    if limits is not None and isinstance(limits.low, int | float) and isinstance(limits.high, int | float):
        return float(limits.low), float(limits.high), True
    if len(codes) > 1 and min(codes) <= low and high <= max(codes):
        return min(codes), max(codes), True
    return low, high, False


def check_varying(answers: Answers) -> None:
    """Refused where rows are too few for the items, or an item has one answer only."""
    if answers.n < len(answers.items) + 1:
        raise refuse("unfit_sample", say("Too few rows answer every item: {n}.", n=answers.n))
    same = answers.values.max(axis=0) == answers.values.min(axis=0)
    still = [name for name, is_same in zip(answers.items, same, strict=True) if is_same]
    if still:
        raise refuse("unfit_sample", say("Every row gives the same answer to {items}.", items=still))


def rarest(values: FloatArray) -> int | None:
    """The rows of the rarer of two answers; None where there are more."""
    found, counts = np.unique(values, return_counts=True)
    return int(counts.min()) if len(found) == 2 else None
