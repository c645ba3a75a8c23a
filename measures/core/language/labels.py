"""Codes and labels of one variable: which value a word of a rule stands for."""

from __future__ import annotations

from datetime import date, datetime

from surveys.core.codebook import Code, Scalar, ValueType, Variable, text_in
from surveys.core.problems import Problem, near_misses
from surveys.core.said import say


def fold(label: str) -> str:
    """A label as it is compared: without case, and with single spaces."""
    return " ".join(label.casefold().split())


def missing_reason(variable: Variable, value: Scalar) -> str | None:
    """The reason a value of ``variable`` is declared missing for; None when it is valid."""
    by_precedence = sorted(variable.missing, key=lambda rule: rule.value is None)  # a value before a range
    return next((rule.reason for rule in by_precedence if rule.covers(value)), None)


def valid_codes(variable: Variable) -> tuple[Code, ...]:
    """The codes of a variable that are not declared missing."""
    return tuple(code for code in variable.codes if missing_reason(variable, code.value) is None)


def reasons_of(variable: Variable) -> tuple[str, ...]:
    """The absences a variable's codebook speaks of, without the empty cell."""
    return tuple(dict.fromkeys(rule.reason for rule in variable.missing))


def number_for(value: int | float, variable: Variable, where: tuple[int, int]) -> int | float | Problem:
    """A number a rule compares ``variable`` with; a declared missing code is a mistake."""
    if variable.type is ValueType.TEXT:
        message = say("{name} holds text, and {value:g} is a number.", name=variable.name, value=value)
        return Problem(
            "text_against_number", message, hint=say('Write "{value:g}".', value=value), position=where
        )
    reason = missing_reason(variable, value)
    if reason is not None:
        message = say(
            "{value:g} is not an answer to {name}: it is declared missing ({reason}).",
            value=value,
            name=variable.name,
            reason=reason,
        )
        hint = say('Use is_missing({name}, "{reason}").', name=variable.name, reason=reason)
        return Problem("code_is_missing", message, hint=hint, position=where)
    return value


def text_for(text: str, variable: Variable, where: tuple[int, int]) -> Scalar | Problem:
    """The value that a quoted word stands for: a code's label in any language, a text value, or a date."""
    if variable.type in (ValueType.DATE, ValueType.DATETIME):
        return _date(text, variable, where)
    if variable.type is ValueType.TEXT and any(code.value == text for code in variable.codes):
        return text
    found = [code for code in variable.codes if fold(text) in map(fold, code.labels.values())]
    valid = [code for code in found if missing_reason(variable, code.value) is None]
    if len(valid) == 1:
        return valid[0].value
    if len(valid) > 1:
        return _ambiguous(text, variable, valid, where)
    if found:
        answer = number_for(found[0].value, variable, where) if not isinstance(found[0].value, str) else None
        if isinstance(answer, Problem):
            return answer
    if variable.type is ValueType.TEXT:
        return text
    return _unknown(text, variable, where)


def label_of(variable: Variable, value: Scalar, language: str) -> str:
    """The label of a code in ``language``, or ''."""
    for code in variable.codes:
        if code.value == value:
            return text_in(code.labels, language)
    return ""


def _ambiguous(text: str, variable: Variable, codes: list[Code], where: tuple[int, int]) -> Problem:
    candidates = [code.value for code in codes]
    message = say(
        "“{text}” is the label of several codes of {name}: {candidates}.",
        text=text,
        name=variable.name,
        candidates=candidates,
    )
    return Problem("ambiguous_label", message, hint="Write the code.", position=where)


def _unknown(text: str, variable: Variable, where: tuple[int, int]) -> Problem:
    labels = [label for code in valid_codes(variable) for label in code.labels.values() if label]
    if not labels:
        message = say(
            "“{text}” cannot be compared with {name}, which holds numbers without labels.",
            text=text,
            name=variable.name,
        )
        return Problem("text_against_number", message, hint="Write a number.", position=where)
    holding = [label for label in labels if fold(text) in fold(label)][:3]
    near = tuple(f"“{label}”" for label in holding or near_misses(text, labels))
    return Problem(
        "unknown_label",
        say("{name} has no code labelled “{text}”.", name=variable.name, text=text),
        near=near,
        position=where,
    )


def _date(text: str, variable: Variable, where: tuple[int, int]) -> str | Problem:
    try:
        if variable.type is ValueType.DATE:
            return date.fromisoformat(text).isoformat()
        moment = datetime.fromisoformat(text)
        return moment.replace(tzinfo=None).isoformat()
    except ValueError:
        message = say("{name} holds dates, and “{text}” is not one.", name=variable.name, text=text)
        return Problem("not_a_date", message, hint="Write it as 2014-05-31.", position=where)
