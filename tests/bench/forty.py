"""Forty measures of ten kinds, three times over: as rules, and by hand for pandas and for DuckDB.

Each hand has what a careful researcher would write: values and, beside them, the reason why there is none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

CODED, FLAGS, INCOMES, REGIONS = 24, 20, 8, 30
ABSENT = -9  # the one code for no answer
RECODED = {1: 1, 2: 1, 3: 2, 4: 2, 5: 3, 6: 3}
LIMITS = (1000, 3000, 6000, 12000)


@dataclass(frozen=True)
class Measured:
    """One measure: its rule, what it reads, and the kind of work that each hand does for it."""

    name: str
    kind: str
    rule: str
    reads: tuple[str, ...]


def forty() -> list[Measured]:
    """Four of each kind, on other columns each."""
    return [make(i) for i in range(4) for make in _KINDS]


def columns() -> list[str]:
    coded = [f"q{i}" for i in range(CODED)]
    return [*coded, *(f"m{i}" for i in range(FLAGS)), *(f"income{i}" for i in range(INCOMES)), "region"]


def _recode(i: int) -> Measured:
    codes = ", ".join(f"{old}: {new}" for old, new in RECODED.items())
    return Measured(f"recoded{i}", "recode", f"recode(q{i}, {{{codes}}})", (f"q{i}",))


def _band(i: int) -> Measured:
    limits = ", ".join(map(str, LIMITS))
    return Measured(f"banded{i}", "band", f"band(income{i}, {limits})", (f"income{i}",))


def _any(i: int) -> Measured:
    names = tuple(f"m{5 * i + k}" for k in range(5))
    return Measured(f"any{i}", "any", f"any_of({', '.join(names)})", names)


def _count(i: int) -> Measured:
    names = tuple(f"m{(3 * i + k) % FLAGS}" for k in range(10))
    return Measured(f"counted{i}", "count", f"count_of({', '.join(names)})", names)


def _mean(i: int) -> Measured:
    names = tuple(f"q{4 + 5 * i + k}" for k in range(5))
    return Measured(f"mean{i}", "mean", f"mean_of({', '.join(names)}, at_least=3)", names)


def _reverse(i: int) -> Measured:
    return Measured(f"reversed{i}", "reverse", f"reverse(q{i + 8}, low=1, high=6)", (f"q{i + 8}",))


def _log(i: int) -> Measured:
    return Measured(f"log{i}", "log", f"ln(income{i + 4} + 1)", (f"income{i + 4}",))


def _case(i: int) -> Measured:
    q, r, income = f"q{i + 12}", f"q{i + 16}", f"income{i}"
    rule = f"case(({q} == 1 and {income} > 3000, 1), ({r} in [5, 6], 2), otherwise=0)"
    return Measured(f"case{i}", "case", rule, (q, income, r))


def _standard(i: int) -> Measured:
    return Measured(f"standard{i}", "standard", f"standardise(income{i})", (f"income{i}",))


def _group(i: int) -> Measured:
    return Measured(f"group{i}", "group", f"group_mean(q{i + 20}, by=region)", (f"q{i + 20}", "region"))


_KINDS = (_recode, _band, _any, _count, _mean, _reverse, _log, _case, _standard, _group)


def table(rows: int) -> pd.DataFrame:
    """The wave: codes 1 to 6, flags, incomes, each with some without an answer, and a region."""
    import pandas as pd

    draw = np.random.default_rng(3)
    made: dict[str, Any] = {}
    for name in columns():
        if name.startswith("q"):
            cells = draw.integers(1, 7, rows).astype(np.int32)
        elif name.startswith("m"):
            cells = (draw.random(rows) < 0.2).astype(np.int32)
        elif name == "region":
            made[name] = draw.integers(1, REGIONS + 1, rows).astype(np.int32)
            continue
        else:
            cells = np.round(np.exp(draw.normal(8, 1, rows)), 2)
        cells[draw.random(rows) < 0.04] = ABSENT
        made[name] = cells
    return pd.DataFrame({"rid": np.arange(1, rows + 1, dtype=np.int32), **made})


def by_pandas(frame: pd.DataFrame, one: Measured) -> tuple[Any, Any]:
    """Values and reasons (None where there is a value) of a measure."""
    import pandas as pd

    items = frame[list(one.reads)]
    first, held = items.iloc[:, 0], items != ABSENT
    whole = held.all(axis=1)
    if one.kind == "recode":
        value = first.map(RECODED)
    elif one.kind == "band":
        value = pd.Series(np.searchsorted(LIMITS, first.to_numpy(), side="right") + 1.0, frame.index)
    elif one.kind == "any":
        yes = ((items == 1) & held).any(axis=1)
        value, whole = yes.astype(float), yes | whole
    elif one.kind == "count":
        value = (items == 1).sum(axis=1).astype(float)
    elif one.kind == "mean":
        value, whole = items.where(held).mean(axis=1), held.sum(axis=1) >= 3
    elif one.kind == "reverse":
        value = 7.0 - first
    elif one.kind == "log":
        value = np.log(first.where(whole) + 1)
    elif one.kind == "case":
        return _case_by_pandas(items)
    elif one.kind == "standard":
        valid = first.where(whole)
        value = (valid - valid.mean()) / valid.std()
    else:
        valid, whole = first.where(held.iloc[:, 0]), held.iloc[:, 1]
        value = valid.groupby(items.iloc[:, 1]).transform("mean")
    return value.where(whole), np.where(whole, None, "no_answer")


def _case_by_pandas(items: pd.DataFrame) -> tuple[Any, Any]:
    """In three-valued logic: what is not known to be false stops the search, false and unknown is false."""
    import pandas as pd

    q, income, r = (items.iloc[:, k] for k in range(3))
    one = (q == 1) & (income > 3000)
    unknown = ((q == ABSENT) & ((income == ABSENT) | (income > 3000))) | ((q == 1) & (income == ABSENT))
    two = ~one & ~unknown & r.isin([5, 6])
    unknown |= ~one & (r == ABSENT)
    value = pd.Series(np.select([one, two], [1.0, 2.0], 0.0), items.index)
    return value.where(~unknown), np.where(unknown, "no_answer", None)


def by_duckdb(one: Measured) -> tuple[str, str]:
    """Two SQL expressions: the value, and the condition under which there is one."""
    first, held = one.reads[0], [f"{name} <> {ABSENT}" for name in one.reads]
    whole = " AND ".join(held)
    if one.kind == "recode":
        whens = " ".join(f"WHEN {old} THEN {new}" for old, new in RECODED.items())
        return f"CASE {first} {whens} END", whole
    if one.kind == "band":
        return "1 + " + " + ".join(f"({first} >= {limit})::INT" for limit in LIMITS), whole
    if one.kind == "any":
        yes = " OR ".join(f"{name} = 1" for name in one.reads)
        return f"({yes})::INT", f"({yes}) OR ({whole})"
    if one.kind == "count":
        return " + ".join(f"({name} = 1)::INT" for name in one.reads), whole
    if one.kind == "mean":
        answered = " + ".join(f"({each})::INT" for each in held)
        total = " + ".join(f"CASE WHEN {name} <> {ABSENT} THEN {name} ELSE 0 END" for name in one.reads)
        return f"({total}) / nullif({answered}, 0)", f"{answered} >= 3"
    if one.kind == "reverse":
        return f"7 - {first}", whole
    if one.kind == "log":
        return f"CASE WHEN {whole} THEN ln({first} + 1) END", whole
    if one.kind == "case":
        q, income, r = (f"nullif({name}, {ABSENT})" for name in one.reads)
        a, b = f"({q} = 1 AND {income} > 3000)", f"({r} IN (5, 6))"
        return f"CASE WHEN {a} THEN 1 WHEN {b} THEN 2 ELSE 0 END", (
            f"{a} IS NOT NULL AND ({a} OR {b} IS NOT NULL)"
        )
    valid = f"CASE WHEN {held[0]} THEN {first} END"
    if one.kind == "standard":
        mean = f"(SELECT avg({valid}) FROM wave)"
        spread = f"(SELECT stddev_samp({valid}) FROM wave)"
        return f"({first} - {mean}) / {spread}", whole
    return f"avg({valid}) OVER (PARTITION BY {one.reads[1]})", held[1]
