"""Reading a multiverse: the grid of its specifications, or everything that is wrong with it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from analytics.core.fields import Fields
from analytics.core.multiverse.axes import PLAIN, read_axes, read_without
from analytics.core.multiverse.grid import grid_of, is_excluded, size_of
from analytics.core.multiverse.making import Maker
from analytics.core.multiverse.spec import Axis, Chosen, MultiverseSpec, Specification
from surveys.core.problems import Problem, Refused
from surveys.core.said import say

MOST_COMBINATIONS = 100_000  # of which some are drawn at random
MOST_MODELS = 1_000  # fitted in one run: more are waited for too long, and no curve shows them
FAMILIES = ("logit", "linear", "multilevel_logit", "multilevel_linear")
SIGNS = {"positive": 1, "negative": -1}


def read_multiverse(fields: Fields) -> MultiverseSpec | None:
    """``model``, ``term``, ``choices``, ``without``, ``at_random``, ``seed``, ``expect``."""
    model = _model(fields)
    term = fields.text("term", required=True)
    expect = fields.choice("expect", SIGNS, "positive") if fields.data.get("expect") else ""
    fields.take("expect")
    axes = read_axes(fields)
    without = read_without(fields, axes)
    at_random = fields.whole("at_random", 0, 2, MOST_MODELS)
    seed = fields.whole("seed", 1, 0, 2**31 - 1)
    if fields.problems or not _check_size(fields, axes):
        return None
    adopted = tuple(axis.adopted for axis in axes)
    if is_excluded(adopted, axes, without):
        fields.wrong("without", "The adopted combination itself is left out.")
        return None
    chosen, grid = grid_of(axes, without, at_random, seed)
    if len(chosen) > MOST_MODELS:
        message = say(
            "These are {n:,} models; {most:,} are the most of a run.", n=len(chosen), most=MOST_MODELS
        )
        fields.wrong("choices", message, hint=say("Draw some of them: at_random: {n}.", n=MOST_MODELS // 2))
        return None
    made = _made(fields, Maker(model, term, axes), chosen)
    if not made or not _check_together(fields, made, axes):
        return None
    return MultiverseSpec(model, term, axes, made, grid, expect, without)


def _model(fields: Fields) -> Mapping[str, Any]:
    """The base as it was written: the fields that models of a multiverse may have."""
    given = fields.mapping("model")
    inner = Fields(given, "model", fields.problems)
    inner.asked += [*PLAIN, "formula", "where"]
    inner.formula("formula", required=True, outcome=True)
    inner.choice("kind", FAMILIES, FAMILIES[0])
    inner.finish()
    return given


def _check_size(fields: Fields, axes: Sequence[Axis]) -> bool:
    if size_of(axes) > MOST_COMBINATIONS:
        message = say(
            "The choices have {n:,} combinations; {most:,} are the most, also to draw from.",
            n=size_of(axes),
            most=MOST_COMBINATIONS,
        )
        fields.wrong("choices", message, hint="Leave out choices, or alternatives.")
        return False
    return True


def _made(fields: Fields, maker: Maker, chosen: Sequence[Chosen]) -> tuple[Specification, ...]:
    """The specification of each combination; what is wrong is told once, with where it is."""
    made: list[Specification] = []
    wrong: dict[str, tuple[Problem, list[Chosen]]] = {}
    for one in chosen:
        try:
            made.append(maker.make(one))
        except Refused as refused:
            for problem in refused.problems:
                wrong.setdefault(problem.message, (problem, []))[1].append(one)
    for problem, where in wrong.values():
        fields.problems.append(_told(problem, where, len(chosen)))
    return () if wrong else tuple(made)


def _told(problem: Problem, where: Sequence[Chosen], of: int) -> Problem:
    if len(where) == of:
        return Problem(problem.code, problem.message, "model", problem.hint, problem.near, problem.position)
    hint = say(
        "So it is in {n:,} of {all:,} combinations, as in {combination}: change them, or name them under "
        "“without”.",
        n=len(where),
        all=of,
        combination=" · ".join(where[0]),
    )
    return Problem(problem.code, problem.message, "choices", hint, problem.near)


def _check_together(fields: Fields, made: Sequence[Specification], axes: Sequence[Axis]) -> bool:
    """No model twice, and all of them on one scale or with average marginal effects to lay side by side."""
    before = len(fields.problems)
    seen: dict[str, Chosen] = {}
    for one in made:
        key = json.dumps(one.model.as_json(), sort_keys=True, ensure_ascii=False)
        other = seen.setdefault(key, one.chosen)
        if other != one.chosen:
            message = say(
                "{first} and {second} are the same model.",
                first=" · ".join(other),
                second=" · ".join(one.chosen),
            )
            hint = "It would count twice: name one of them under “without”, or mend the alternatives."
            fields.wrong("choices", message, code="same_model", hint=hint)
            break
    if is_mixed(made):
        if any(":" in one.term for one in made):
            fields.wrong(
                "term",
                "A product has no average marginal effect that would lay logits beside linear models.",
                hint="Choose models of one family.",
            )
        if any(one.model.random is not None and "logit" in one.model.kind for one in made):
            fields.wrong(
                "choices",
                "Logits with random slopes have no average marginal effect to lay beside linear models.",
                hint="Leave “random” out, or choose models of one family.",
            )
    return len(fields.problems) == before


def is_mixed(made: Sequence[Specification]) -> bool:
    """Whether logits and linear models stand in one multiverse."""
    return len({"logit" in one.model.kind for one in made}) > 1
