"""What a worked example says should come out, held against what does."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from measures.core.engine import Cell
from surveys.core.codebook import Variable
from surveys.core.said import say

TOLERANCE = 1e-6  # relative; examples of scores are written with few digits more than that


def matches(cell: Cell, then: Any, variable: Variable) -> bool:
    """Whether ``cell`` is what ``then`` says: a value, a label of ``variable``, or {"missing": reason}."""
    if isinstance(then, Mapping):
        return cell.reason is not None and cell.reason == then.get("missing")
    if then is None:
        return cell.reason is not None
    if cell.value is None:
        return False
    if isinstance(then, bool):
        then = int(then)
    if isinstance(then, str) and not isinstance(cell.value, str):
        labelled = {text.casefold(): code.value for code in variable.codes for text in code.labels.values()}
        return labelled.get(then.casefold(), math.nan) == cell.value
    if isinstance(then, int | float) and isinstance(cell.value, int | float):
        return math.isclose(cell.value, then, rel_tol=TOLERANCE, abs_tol=1e-9)
    return bool(str(cell.value) == str(then))


def said(outcome: Any) -> str:
    """An outcome in words; examples are made up, so they may be quoted."""
    if isinstance(outcome, Cell):
        return (
            say("missing ({reason})", reason=outcome.reason)
            if outcome.reason is not None
            else str(outcome.value)
        )
    if isinstance(outcome, Mapping):
        return say("missing ({reason})", reason=outcome.get("missing"))
    return say("missing") if outcome is None else str(outcome)
