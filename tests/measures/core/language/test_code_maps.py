"""A crosswalk's code map against the variable it is for."""

from __future__ import annotations

from typing import Any

import pytest

from measures.core.language import map_problem
from surveys.core.codebook import ValueType, Variable


@pytest.mark.parametrize(
    ("kind", "code_map", "said"),
    [
        (ValueType.INTEGER, [[1, 2], [2, None], [2.0, None]], ""),
        (ValueType.TEXT, [["m", 1], ["f", 2]], ""),
        (ValueType.DATE, [["2014-05-01", 1]], ""),
        (ValueType.TEXT, [[1, 1], [2, 2]], "codes that v cannot hold: its type is text"),
        (ValueType.INTEGER, [["1", 1]], "its type is integer"),
        (ValueType.DATE, [["May", 1]], "its type is date"),
        (ValueType.INTEGER, [[1, 1], [1, 2]], "one source code two outcomes"),
        (ValueType.INTEGER, [[1, 1], [2, "two"]], "texts beside numbers"),
        (ValueType.INTEGER, [[1]], "not made of pairs"),
        (ValueType.INTEGER, [[1, float("nan")]], "texts beside numbers"),
    ],
)
def test_what_fits_and_what_does_not(kind: ValueType, code_map: list[Any], said: str) -> None:
    found = map_problem("q", Variable("v", kind), code_map)
    assert (found is None) is (said == "") and (found is None or said in found.message)
