"""Frequencies of all variables of a big table beside pandas, in one process."""

from __future__ import annotations

import time

import polars as pl

from tests.bench.big import COLUMNS, make_table


def main(rows: int, rounds: int) -> None:
    from surveys.core.codebook import ValueType, Variable
    from surveys.core.frequencies import count_raw

    frame = make_table(rows)
    types = {pl.Int32: ValueType.INTEGER, pl.Float64: ValueType.DECIMAL, pl.String: ValueType.TEXT}
    variables = [Variable(name, types[dtype.base_type()]) for name, dtype in frame.schema.items()]
    pandas = frame.to_pandas()
    print(f"Frequencies of all variables of {rows:,} x {COLUMNS}, best of {rounds}")
    for what, run in (
        ("pandas value_counts of all columns", lambda: [pandas[name].value_counts() for name in pandas]),
        ("frequencies of all variables", lambda: [count_raw(frame[v.name], None, v) for v in variables]),
    ):
        walls, busy = [], []
        for _ in range(rounds):
            began, used = time.perf_counter(), time.process_time()
            run()
            walls.append(time.perf_counter() - began)
            busy.append(time.process_time() - used)
        print(f"  {what:<46} {min(walls):7.2f} s {min(busy):7.2f} s busy")
