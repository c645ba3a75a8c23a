"""What can be kept: texts without null characters and half characters, and finite numbers."""

from __future__ import annotations

from typing import Any

import pytest

from surveys.core.problems import Refused
from surveys.core.storable import check_storable, unstorable


@pytest.mark.parametrize(
    "value",
    ["a\0b", "\ud83d", {"a\0": 1}, {"a": ["x", ("\udfff",)]}, float("inf"), {1: [float("nan")]}],
)
def test_what_cannot_be_kept_is_found_however_deep(value: Any) -> None:
    assert unstorable(value)


@pytest.mark.parametrize("value", ["男 😀\n", 1, 1.5, None, True, {"a": [1, {"b": "c"}]}, []])
def test_what_can_be_kept(value: Any) -> None:
    assert unstorable(value) == ""


def test_depth_is_no_matter() -> None:
    deep: Any = "\0"
    for _ in range(100_000):
        deep = [deep]
    assert unstorable(deep)


def test_every_field_is_named_and_a_name_that_cannot_be_told_is_not() -> None:
    with pytest.raises(Refused) as refused:
        check_storable({"note": "\0", "rows": [1], "codes": [[1, float("inf")]], "\ud800": 1}, "mdms/x")
    assert [one.where for one in refused.value.problems] == ["mdms/x.note", "mdms/x.codes", "mdms/x"]
