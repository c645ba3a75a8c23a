"""What is computed after a linear or logistic fit: simple slopes of products, and predictions over a grid."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from analytics.core.carried import Carried, carried, shortened, told_of
from analytics.core.changes import Ground
from analytics.core.choices import MOMENTS, Slopes
from analytics.core.design import Design
from analytics.core.estimators.contrasts import Fitted, fitted_of, prediction_of, slope_of
from analytics.core.formula import Formula, leaf
from analytics.core.frame import Frame, Numbers, find_level, level_text, levels_used
from analytics.core.results import Check, ModelResult
from analytics.core.results_after import Prediction, Slope
from analytics.core.sample import Sample
from analytics.core.spec import ModelSpec
from surveys.core.codebook import Scalar
from surveys.core.problems import Problem, Refused
from surveys.core.said import say

MOST_LEVELS = 12  # a moderator of more categories is not taken apart unless asked
NEAR_NOTHING = 1e-9
Place = tuple[Mapping[str, Scalar], Mapping[str, Scalar]]  # values held, and what they are called


def with_slopes_and_predictions(
    result: ModelResult,
    spec: ModelSpec,
    design: Design,
    frame: Frame,
    sample: Sample,
    weights: Numbers | None,
) -> ModelResult:
    """``result`` with a slope for every product (or the ones asked for) and the predictions asked for."""
    rows = carried(design, frame, sample, result, weights)
    fitted = fitted_of(result, rows.share)
    asked = (spec.slopes,) if spec.slopes else tuple(_products(spec.formula, rows.ground))
    slopes = [slope for one in asked for slope in _slopes(one, rows, fitted)]
    predictions = list(_predictions(spec, rows, fitted))
    return replace(
        result,
        slopes=tuple(one for one in slopes if not isinstance(one, str)),
        predictions=tuple(one for one in predictions if not isinstance(one, str)),
        checks=(*result.checks, *_slopes_lacking(slopes), *_predictions_lacking(predictions)),
    )


def _slopes_lacking(slopes: Sequence[Slope | str]) -> tuple[Check, ...]:
    lacking = [one for one in slopes if isinstance(one, str)]
    if not lacking:
        return ()
    message = say(
        "{n} of {all} slopes are not given, for the rows do not carry them: {listed}.",
        n=len(lacking),
        all=len(slopes),
        listed=shortened(lacking),
    )
    return (Check("warning", "not_estimable", message),)


def _predictions_lacking(predictions: Sequence[Prediction | str]) -> tuple[Check, ...]:
    lacking = [one for one in predictions if isinstance(one, str)]
    if not lacking:
        return ()
    message = say(
        "{n} of {all} predictions are not given, for the rows do not carry them: {listed}.",
        n=len(lacking),
        all=len(predictions),
        listed=shortened(lacking),
    )
    return (Check("warning", "not_estimable", message),)


def _products(formula: Formula, ground: Ground) -> Iterator[Slopes]:
    """The first variable of each product of two, at places of the second; one product per pair."""
    seen: set[frozenset[str]] = set()
    for term in formula.terms:
        names = tuple(dict.fromkeys(leaf(atom).name for atom in term.atoms))
        if len(names) != 2 or frozenset(names) in seen:
            continue
        seen.add(frozenset(names))
        places = _usual(names[1], ground)
        if places:
            yield Slopes(names[0], {names[1]: places})


def _usual(name: str, ground: Ground) -> tuple[Scalar, ...]:
    """All categories, 0 and 1, or the mean and a standard deviation around it."""
    if name in ground.design.bases:
        levels = levels_used(ground.frame[name], ground.sample.mask)
        return levels if len(levels) <= MOST_LEVELS else ()
    values = set(np.unique(_values(name, ground)).tolist())
    return (0, 1) if values <= {0.0, 1.0} else MOMENTS


def _values(name: str, ground: Ground) -> Numbers:
    return ground.frame[name].numbers()[ground.sample.mask]


def _slopes(asked: Slopes, rows: Carried, fitted: Fitted) -> Iterator[Slope | str]:
    """Each slope; where the rows do not carry it, what is not given and why.

    Of a logit whose slope is known and whose curve is not, the effect on the probability is left out.
    """
    for held, called in _places(asked.at, rows.ground, fitted.share, "slopes"):
        x = replace(rows.ground, held=held).matrix()
        for change, why, curved in rows.changes(asked.of, held):
            if why:
                yield told_of(change.term, called, why)
                continue
            slope = slope_of(fitted, x, change, called)
            yield replace(slope, effect=None, effect_std_error=None) if curved else slope


def _predictions(spec: ModelSpec, rows: Carried, fitted: Fitted) -> Iterator[Prediction | str]:
    if not spec.predict:
        return
    for held, called in _places(spec.predict, rows.ground, fitted.share, "predict"):
        why = rows.prediction(held)
        there = replace(rows.ground, held=held)
        yield told_of("", called, why) if why else prediction_of(fitted, there.matrix(), called)


def _places(
    at: Mapping[str, tuple[Scalar, ...]], ground: Ground, share: Numbers, where: str
) -> Iterator[Place]:
    """Every combination of the values of ``at``; Refused for values that a variable cannot have."""
    problems: list[Problem] = []
    listed: list[list[tuple[str, Scalar, Scalar]]] = []
    for name, values in at.items():
        found = [_value(name, value, ground, share, where) for value in values]
        problems += [one for one in found if isinstance(one, Problem)]
        listed.append([(name, *one) for one in found if not isinstance(one, Problem)])
    if problems:
        raise Refused(problems)
    for chosen in itertools.product(*listed):
        yield {name: value for name, value, _ in chosen}, {name: called for name, _, called in chosen}


def _value(
    name: str, value: Scalar, ground: Ground, share: Numbers, where: str
) -> tuple[Scalar, Scalar] | Problem:
    """The value meant, and what it is called: a code, a number, or a moment with its number."""
    if name in ground.design.bases:
        column = ground.frame[name]
        found = find_level(column, value, levels_used(column, ground.sample.mask), where)
        return found if isinstance(found, Problem) else (found, level_text(found))
    if isinstance(value, int | float):
        return value, value
    if value not in MOMENTS:
        message = say("“{value}” is no value of {name}, which is a number.", value=value, name=name)
        return Problem("bad_place", message, where=where)
    rows = _values(name, ground)
    mean = float(share @ rows)
    sd = float(np.sqrt(share @ (rows - mean) ** 2 * len(rows) / (len(rows) - 1)))
    if abs(mean) < NEAR_NOTHING * sd:  # of a centred variable: what summing leaves is no number to show
        mean = 0.0
    place = mean + {"mean-sd": -sd, "mean": 0.0, "mean+sd": sd}[str(value)]
    return place, place
