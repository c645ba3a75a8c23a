"""What is wrong with a formula for the columns at hand, before a design is made of it."""

from __future__ import annotations

from collections.abc import Iterable

from analytics.core.formula import Factor, Formula, Variable, leaf
from analytics.core.frame import Frame
from surveys.core.problems import Problem, near_misses
from surveys.core.said import say


def check_names(formula: Formula, known: Iterable[str], where: str = "formula") -> tuple[Problem, ...]:
    """What is wrong with the names of a formula: every unknown one with its position and near misses."""
    names, problems = tuple(known), {}
    for atom in formula.atoms:
        low = leaf(atom)
        if low.name not in names and low.name not in problems:
            problems[low.name] = Problem(
                "unknown_variable",
                say("There is no variable {name} in this version.", name=low.name),
                where=where,
                near=near_misses(low.name, names),
                position=low.position,
            )
    return tuple(problems.values())


def check_outcome_is_no_term(formula: Formula, where: str = "formula") -> tuple[Problem, ...]:
    """The outcome among the terms, plain or inside a function: it would explain itself."""
    if formula.outcome is None:
        return ()
    name = leaf(formula.outcome).name
    found = [low for term in formula.terms for atom in term.atoms if (low := leaf(atom)).name == name]
    return tuple(
        Problem(
            "outcome_is_term",
            say("The outcome {name} is also a term, so it would explain itself.", name=name),
            where=where,
            hint=say("Take {name} out of the right side.", name=name),
            position=low.position,
        )
        for low in found[:1]
    )


def check_types(formula: Formula, frame: Frame, where: str = "formula") -> tuple[Problem, ...]:
    """Dates, and texts or nominal codes where a number is needed."""
    problems = {}
    for atom in formula.atoms:
        low = leaf(atom)
        column = frame[low.name]
        plain = isinstance(atom, Variable | Factor)
        if not column.is_number and not column.is_factor:
            message = say(
                "{name} is a {type}; a model needs numbers or categories.",
                name=low.name,
                type=column.variable.type,
            )
        elif not plain and column.is_factor:
            message = say(
                "{text} needs a number, and {name} holds categories.", text=atom.text, name=low.name
            )
        else:
            continue
        problems[atom.text] = Problem(
            "wrong_type", message, where=where, position=atom.position, hint="Derive a measure from it first."
        )
    return tuple(problems.values())
