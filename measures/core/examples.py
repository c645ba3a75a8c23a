"""Worked examples: a rule on one made-up respondent, through the same engine as the data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from measures.core.engine.interface import Cell, Fitted
from measures.core.language.tree import Checked


def read_given(checked: Checked, given: Mapping[str, Any]) -> dict[str, Cell]:
    """The answers of an example: a value, a label, a declared missing code, {"missing": "refused"} or None
    (empty) per item and earlier measure; Refused when an item of the rule is not given or cannot be read."""
    raise NotImplementedError


def evaluate_example(checked: Checked, given: Mapping[str, Any], fitted: Fitted | None = None) -> Cell:
    """What the rule gives for these answers; Refused for a rule that must be fitted unless ``fitted`` is given."""
    raise NotImplementedError
