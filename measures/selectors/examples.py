"""What is said beside a rule, held against it: worked examples and labels of values.

The preview and publishing ask the same here, so that neither tells what the other keeps to itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import reduce
from typing import Any

from measures.core.engine import DuckEngine
from measures.core.engine.interface import Fitted
from measures.core.examples import evaluate_examples
from measures.core.expectations import matches, said
from measures.core.language import Checked
from measures.selectors.scopes import value_as
from surveys.core.codebook import ValueType, Variable
from surveys.core.problems import Problem, Refused
from surveys.core.said import both, say


def label_problems(entries: Sequence[Mapping[str, Any]], kind: ValueType, where: str) -> list[Problem]:
    """Labelled values that a column of this type can never hold."""
    return [
        Problem(
            "bad_value_label",
            say(
                "“{value}” has a label, and a column of type {type} cannot hold it.",
                value=entry["value"],
                type=kind.value,
            ),
            where,
            hint="Take the label out, or mend the rule.",
        )
        for entry in entries
        if value_as(entry["value"], kind) is None
    ]


def example_problems(
    checked: Checked,
    examples: Sequence[Mapping[str, Any]],
    variable: Variable,
    fitted: Fitted,
    engine: DuckEngine,
) -> list[Problem]:
    """One problem for each worked example that does not hold; ``variable`` is what the rule gives."""
    try:
        found = evaluate_examples(checked, [example["given"] for example in examples], fitted or None, engine)
    except Refused as refused:  # no example of this rule can be shown
        found = [refused] * len(examples)
    problems = []
    for number, (example, cell) in enumerate(zip(examples, found, strict=True), 1):
        where = str(number)
        if isinstance(cell, Refused):
            problems.append(_unreadable(cell, where))
        elif not matches(cell, example["then"], variable):
            message = say(
                "The rule gives {given}, the example says {wanted}.",
                given=said(cell),
                wanted=said(example["then"]),
            )
            hint = "Mend the rule or the example."
            problems.append(Problem("example_fails", message, where, hint))
    return _once(problems, variable.name)


def _once(problems: list[Problem], name: str) -> list[Problem]:
    """What is wrong with several examples alike is said once, with their numbers."""
    numbers: dict[Problem, list[str]] = {}
    for problem in problems:
        numbers.setdefault(replace(problem, where=""), []).append(problem.where)
    return [replace(problem, where=_examples(name, found)) for problem, found in numbers.items()]


def _examples(name: str, numbers: list[str]) -> str:
    if len(numbers) == 1:
        return say("{name}: example {number}", name=name, number=numbers[0])
    return say("{name}: examples {numbers}", name=name, numbers=numbers)


def _unreadable(refused: Refused, where: str) -> Problem:
    """Everything that is wrong with one example as one problem."""
    first = refused.problems[0]
    words = reduce(both, [problem.message for problem in refused.problems])
    return Problem(first.code, words, where, first.hint, first.near)
