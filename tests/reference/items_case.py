"""The items of city3k as columns, and what R says of them."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import polars as pl

from analytics.core.frame import Column
from analytics.core.kinds import Outcome, read_spec, run_spec
from surveys.core.codebook import ValueType
from tests.analytics.columns import column
from tests.reference.cases import HERE

KINDS = {pl.String: ValueType.TEXT, pl.Float64: ValueType.DECIMAL, pl.Int64: ValueType.INTEGER}
ITEMS = tuple(f"q{number}" for number in range(1, 15))


@cache
def frame() -> dict[str, Column]:
    rows = pl.read_csv(HERE / "city3k" / "data.csv", infer_schema_length=None)
    return {name: column(name, rows[name].to_list(), KINDS[type(rows[name].dtype)]) for name in rows.columns}


@cache
def reference() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((HERE / "items" / "reference.json").read_text())
    return found


def run(text: str) -> Outcome:
    return run_spec(read_spec(text), frame())
