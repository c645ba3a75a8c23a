"""Worked examples: a rule on one made-up respondent, through the same engine as the data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from measures.core.engine.duck import DuckEngine
from measures.core.engine.interface import Cell, Fitted
from measures.core.language.labels import missing_reason, reasons_of, text_for
from measures.core.language.tree import Checked
from surveys.core.absence import SYSTEM, VOCABULARY
from surveys.core.codebook import ValueType, Variable
from surveys.core.problems import Problem, Refused, near_misses, refuse
from surveys.core.said import say


def read_given(checked: Checked, given: Mapping[str, Any]) -> dict[str, Cell]:
    """The answers of an example, by item and earlier measure.

    Each is a value, a label, a declared missing code, ``{"missing": "refused"}`` or None (empty).
    Refused, with every problem at once, when an item of the rule is not given or cannot be read.
    """
    used = (*checked.items, *checked.measures)
    problems: list[Problem] = []
    for name in given:
        if name not in used:
            problems.append(_unused(name, checked, used))
    cells: dict[str, Cell] = {}
    for name in used:
        if name not in given:
            message = say("The example does not say what {name} is.", name=name)
            hint = say('Give it a value, or {name}: {{"missing": "refused"}}.', name=name)
            problems.append(Problem("missing_in_example", message, hint=hint))
            continue
        variable = checked.scope.variable(name)
        assert variable is not None
        cell = _cell(variable, given[name], checked)
        if isinstance(cell, Problem):
            problems.append(cell)
        else:
            cells[name] = cell
    if problems:
        raise Refused(problems)
    return cells


def _unused(name: str, checked: Checked, used: tuple[str, ...]) -> Problem:
    """What exists was taken out of the rule on purpose; another name may be misspelt."""
    message = say("The example gives {name}, which the rule does not use.", name=name)
    is_known = checked.scope.variable(name) is not None
    near = () if is_known else near_misses(name, used)
    hint = "Remove it from the worked example." if is_known or not near else ""
    return Problem("unused_in_example", message, hint=hint, near=near)


def evaluate_examples(
    checked: Checked,
    examples: Sequence[Mapping[str, Any]],
    fitted: Fitted | None = None,
    engine: DuckEngine | None = None,
) -> list[Cell | Refused]:
    """What the rule gives for each of the answers, all in one statement; why not where one is unreadable.

    Refused for a rule that must be fitted on a sample, unless the fit of one is given.
    """
    if checked.is_data_dependent and fitted is None:
        message = "The rule is fitted on a sample, so a single respondent cannot show what it gives."
        raise refuse("fitted_rule", message, hint="Leave out the worked examples of this rule.")
    read = [_read(checked, given) for given in examples]
    rows = [row for row in read if not isinstance(row, Refused)]
    cells = iter((engine or DuckEngine()).evaluate(checked, rows, fitted) if rows else ())
    return [row if isinstance(row, Refused) else next(cells) for row in read]


def _read(checked: Checked, given: Mapping[str, Any]) -> dict[str, Cell] | Refused:
    try:
        return read_given(checked, given)
    except Refused as refused:
        return refused


def _cell(variable: Variable, said: Any, checked: Checked) -> Cell | Problem:
    if said is None:
        return Cell(None, SYSTEM)
    if isinstance(said, Mapping):
        return _absence(variable, said, checked)
    if isinstance(said, bool):
        said = int(said)
    if isinstance(said, str):
        found = text_for(said, variable, (0, 0))
        return found if isinstance(found, Problem) else Cell(found, None)
    if not isinstance(said, int | float):
        return Problem(
            "unreadable_example", say("The value given for {name} cannot be read.", name=variable.name)
        )
    reason = missing_reason(variable, said)
    if reason is not None:
        return Cell(None, reason)
    if not (variable.type.is_number or variable.type is ValueType.TIME):
        return Problem(
            "unreadable_example",
            say("{name} does not hold numbers.", name=variable.name),
            hint="Quote the value.",
        )
    return Cell(said, None)


def _absence(variable: Variable, said: Mapping[str, Any], checked: Checked) -> Cell | Problem:
    word = str(said.get("missing", ""))
    known = (*VOCABULARY, *checked.scope.reasons, *reasons_of(variable))
    if set(said) == {"missing"} and word in known:
        return Cell(None, word)
    message = say("There is no absence called “{word}” for {name}.", word=word, name=variable.name)
    return Problem("unknown_reason", message, near=near_misses(word, known))
