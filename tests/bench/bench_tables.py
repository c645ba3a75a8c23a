"""Crosstabs and descriptives of 1.5 million rows, plain, weighted and under a design of 2,000 units."""

from __future__ import annotations

import time

import numpy as np
import polars as pl

from analytics.core.frame import Column
from analytics.core.kinds import read_spec, run_spec
from surveys.core.codebook import Code, Level, ValueType, Variable

ROWS, UNITS, STRATA, ROUNDS = 1_500_000, 2_000, 50, 3
DESIGN = "\nweights: w\nstrata: stratum\npsu: unit"
CROSSTAB, LIST = "kind: crosstab\nvariable: a\nby: b", "kind: descriptives\nvariables: [a, x]\nby: b"
ASKED = (
    ("crosstab 6 x 8", CROSSTAB),
    ("crosstab by a text", "kind: crosstab\nvariable: a\nby: t"),
    ("crosstab, weighted", f"{CROSSTAB}\nweights: w"),
    ("crosstab, strata and units", CROSSTAB + DESIGN),
    ("the same with letters and differences", f"{CROSSTAB}{DESIGN}\nletters: holm\ndifferences: wald"),
    ("descriptives by 8 groups", LIST),
    ("descriptives by 8 groups, strata and units", LIST + DESIGN),
)


def columns(seed: int = 1) -> dict[str, Column]:
    """A question of 6 codes, one of 8, a number, a short text, a weight and a design."""
    draw = np.random.default_rng(seed)
    unit = draw.integers(0, UNITS, ROWS)
    words = pl.Series(["rural", "urban", "between"])
    return {
        "a": _coded("a", draw.integers(1, 7, ROWS), 6),
        "b": _coded("b", draw.integers(1, 9, ROWS), 8),
        "x": _column("x", pl.Series(draw.normal(size=ROWS)), ValueType.DECIMAL),
        "t": _column("t", words.gather(draw.integers(0, 3, ROWS)), ValueType.TEXT),
        "w": _column("w", pl.Series(draw.uniform(0.5, 2, ROWS)), ValueType.DECIMAL),
        "unit": _column("unit", pl.Series(unit), ValueType.INTEGER),
        "stratum": _column("stratum", pl.Series(unit * STRATA // UNITS), ValueType.INTEGER),
    }


def _coded(name: str, values: np.ndarray, codes: int) -> Column:
    listed = tuple(Code(code, {"en": f"answer {code}"}) for code in range(1, codes + 1))
    variable = Variable(name, ValueType.INTEGER, level=Level.NOMINAL, codes=listed)
    return Column(variable, pl.Series(values), pl.repeat(None, ROWS, dtype=pl.String, eager=True))


def _column(name: str, values: pl.Series, kind: ValueType) -> Column:
    return Column(Variable(name, kind), values, pl.repeat(None, ROWS, dtype=pl.String, eager=True))


def main() -> None:
    frame = columns()
    print(f"Tables of {ROWS:,} rows, best of {ROUNDS}; goal: a crosstab under 1 s")
    for what, text in ASKED:
        spec, walls, busy = read_spec(text), [], []
        for _ in range(ROUNDS):
            began, used = time.perf_counter(), time.process_time()
            run_spec(spec, frame)
            walls.append(time.perf_counter() - began)
            busy.append(time.process_time() - used)
        print(f"  {what:<46} {min(walls):7.2f} s {min(busy):7.2f} s busy", flush=True)
