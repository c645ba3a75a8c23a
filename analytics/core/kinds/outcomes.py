"""The outcome of a model as numbers, and what its categories are called."""

from __future__ import annotations

import numpy as np
import polars as pl

from analytics.core.design import binary_outcome
from analytics.core.formula import Variable, leaf
from analytics.core.frame import Column, Frame, Numbers, find_level, levels_used
from analytics.core.sample import Sample, transformed
from analytics.core.spec import BINARY, CATEGORICAL, ModelSpec
from surveys.core.codebook import Level, Scalar
from surveys.core.problems import Problem, Refused, refuse
from surveys.core.said import say

MOST_CATEGORIES = 20


def outcome_of(spec: ModelSpec, frame: Frame, sample: Sample) -> tuple[Numbers, tuple[Scalar, ...]]:
    """The outcome (rows used), and its categories in order where it has some: then the numbers are places.

    The first category of a multinomial model is its reference.
    """
    outcome = spec.formula.outcome
    assert outcome is not None  # checked when the specification was read
    column = frame[leaf(outcome).name]
    if spec.kind in CATEGORICAL:
        if not isinstance(outcome, Variable):
            raise refuse(
                "wrong_type", say("{text} is no category.", text=outcome.text), position=outcome.position
            )
        return _categories(spec, column, sample)
    if spec.kind in BINARY and outcome.text != leaf(outcome).text:
        raise refuse(
            "outcome_not_binary",
            say("{text} is no binary outcome.", text=outcome.text),
            position=outcome.position,
        )
    if spec.kind in BINARY or spec.outcome_value is not None:
        return binary_outcome(column, sample, spec.outcome_value), ()
    _require_number(column, sample)
    return np.asarray(transformed(outcome, frame, sample.mask, {})), ()


def _require_number(column: Column, sample: Sample) -> None:
    name = column.variable.name
    if not column.is_number:
        message = say("The outcome {name} holds categories.", name=name)
        raise refuse("wrong_type", message, hint="Set outcome_value.")
    if column.is_factor and len(column.values.filter(pl.Series(sample.mask)).unique()) > 2:
        message = say("The outcome {name} is nominal; a linear model needs a number.", name=name)
        raise refuse("wrong_type", message, hint="Set outcome_value, or derive a measure.")


def _categories(spec: ModelSpec, column: Column, sample: Sample) -> tuple[Numbers, tuple[Scalar, ...]]:
    """Places of the categories that occur, in the codebook's order, a named reference in front."""
    name, used = column.variable.name, levels_used(column, sample.mask)
    if len(used) > MOST_CATEGORIES:
        message = say(
            "The outcome {name} has {n} categories; a model of categories takes {most}.",
            name=name,
            n=len(used),
            most=MOST_CATEGORIES,
        )
        raise Refused(Problem("too_many_levels", message, hint="Merge categories in a measure first."))
    if spec.kind == "ordered_logit" and (not column.is_number or column.variable.level is Level.NOMINAL):
        message = say("The outcome {name} is nominal: its categories have no order.", name=name)
        raise refuse("wrong_type", message, hint="Use multinomial_logit, or declare the level as ordinal.")
    if spec.reference is not None:
        found = find_level(column, spec.reference, used, "reference")
        if isinstance(found, Problem):
            raise Refused(found)
        used = (found, *(value for value in used if value != found))
    place = {value: float(at) for at, value in enumerate(used)}
    values = column.values.filter(pl.Series(sample.mask)).to_list()
    return np.fromiter((place[value] for value in values), np.float64, len(values)), used
