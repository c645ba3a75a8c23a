"""Missing codes of derived columns made sure of: none is a value as well, and all that stand are declared."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from surveys.core.codebook import MissingRule, Scalar, ValueType, Variable
from surveys.core.said import say
from surveys.core.table import split
from surveys.core.writing.cells import as_cell
from surveys.core.writing.table import ExportTable, Loss

_CODE = "code:"


def kept_apart(table: ExportTable) -> tuple[ExportTable, list[Loss]]:
    """The table with the missing codes that its columns have room for, and those they have not.

    The columns of a dataset hold reasons and no codes.  A code that a map of codes turned another answer
    into is a value now and declares nothing missing any more: its reason is written otherwise.  A bare code
    that a measure took over from an item (``code:9``) is declared with the measure.  An imported file is
    left as it is: there a code is the one or the other.
    """
    if table.raw is not None:
        return table, []
    variables, losses = [], list[Loss]()
    for position, variable in enumerate(table.codebook.variables):
        values, reasons = table.column(position)
        free = [rule for rule in variable.missing if not _is_taken(rule, values, variable.type)]
        if len(free) < len(variable.missing):
            losses.append(_loss(variable, [rule for rule in variable.missing if rule not in free]))
        free += _bare(reasons, values, replace(variable, missing=tuple(free)))
        variables.append(replace(variable, missing=tuple(free)))
    return replace(table, codebook=replace(table.codebook, variables=tuple(variables))), losses


def _is_taken(rule: MissingRule, values: pl.Series, kind: ValueType) -> bool:
    """Whether a valid cell is what the rule declares missing, or could never be."""
    if rule.tag is not None:
        return False
    if rule.value is not None and _cell(rule.value, kind) is None:
        return True
    if rule.value is None and kind is ValueType.TEXT:
        return True
    plain = Variable("x", kind, missing=(rule,))
    reasons = split(values.drop_nulls(), None, plain)[1]
    return bool(reasons.is_not_null().any())


def _bare(reasons: pl.Series, values: pl.Series, variable: Variable) -> list[MissingRule]:
    """Rules for reasons that are no more than a code, where the code is free."""
    known = {rule.reason for rule in variable.missing}
    told = {_cell(rule.value, variable.type) for rule in variable.missing if rule.value is not None}
    found = []
    for word in sorted(word for word in reasons.unique().drop_nulls() if word.startswith(_CODE)):
        code = _cell(word.removeprefix(_CODE), variable.type)
        if word in known or code is None or code in told:
            continue
        rule = MissingRule(word, value=code)
        if not _is_taken(rule, values, variable.type):
            found.append(rule)
    return found


def _cell(code: Scalar, kind: ValueType) -> Scalar | None:
    """A code as a codebook of a column of this type has it; None where no cell can hold it."""
    try:
        cell = as_cell(code, kind)
    except ValueError:
        return None
    if kind in (ValueType.DATE, ValueType.DATETIME):
        return str(code)
    if isinstance(cell, float) and cell.is_integer():
        return int(cell)
    return cell  # type: ignore[no-any-return]


def _loss(variable: Variable, taken: list[MissingRule]) -> Loss:
    why = say(
        "Codes that were declared missing are values of this column, too, or cannot stand in it: {codes}. "
        "The file declares them no more; their absences are written otherwise.",
        codes=[_told(rule) for rule in taken],
    )
    return Loss(variable.name, "missing_code_taken", why)


def _told(rule: MissingRule) -> str:
    if rule.value is not None:
        return f"{rule.value:g}" if isinstance(rule.value, float) else str(rule.value)
    return "..".join("" if end is None else f"{end:g}" for end in (rule.low, rule.high))
