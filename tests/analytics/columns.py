"""Small generated columns for tests of formulas, designs and kinds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl

from analytics.core.frame import Column
from surveys.core.codebook import Code, Level, ValueType, Variable
from surveys.core.table import PHYSICAL


def column(name: str, cells: Sequence[Any], kind: ValueType = ValueType.DECIMAL, **fields: Any) -> Column:
    """A column whose None cells were refused."""
    values = pl.Series(name, list(cells), dtype=PHYSICAL[kind])
    reasons = pl.Series(["refused" if cell is None else None for cell in cells], dtype=pl.String)
    return Column(Variable(name, kind, **({"level": Level.SCALE} | fields)), values, reasons)


def labelled(name: str, cells: Sequence[Any], labels: dict[int, str], **fields: Any) -> Column:
    """A nominal column with value labels."""
    codes = tuple(Code(value, {"en": text}) for value, text in labels.items())
    return column(name, cells, ValueType.INTEGER, codes=codes, **({"level": Level.NOMINAL} | fields))


def survey(rows: int = 1200, seed: int = 7) -> dict[str, Column]:
    """Eight cities, a 0/1 outcome with city effects, a few absences."""
    draw = np.random.default_rng(seed)
    city, job = draw.integers(1, 9, rows), draw.integers(1, 4, rows)
    x, z = draw.normal(size=rows), draw.integers(0, 2, rows)
    effect = draw.normal(size=9) * 0.5
    chance = 1 / (1 + np.exp(0.8 - 0.5 * x - 0.6 * z - 0.4 * x * z - effect[city] - 0.2 * job))
    y = (draw.random(rows) < chance).astype(int)
    some = [None if position % 60 == 0 else float(value) for position, value in enumerate(x)]
    return {
        "y": column("y", y.tolist(), ValueType.INTEGER, labels={"en": "Local", "zh": "本地"}),
        "x": column("x", some, labels={"en": "Status"}),
        "z": column("z", z.tolist(), ValueType.INTEGER, labels={"en": "Member"}),
        "city": column("city", city.tolist(), ValueType.INTEGER),
        "job": labelled("job", job.tolist(), {1: "farm", 2: "factory", 3: "office", 9: "none"}),
    }
