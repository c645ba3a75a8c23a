"""Cells and rules at which engines part: each line of either gave two answers somewhere."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from measures.core.engine import Rule, Source, SourceColumn
from measures.core.language import Scope, harmonised
from surveys.core.codebook import MissingRule, ValueType, Variable
from surveys.core.table import PHYSICAL, physical
from tests.measures.core.engine import test_constructs as functions
from tests.measures.core.engine.test_sources import MAPS, PARTED
from tests.measures.small_survey import ITEMS, rule

NUMBERS = [0.0, -0.0, 1.0, 2.5, -2.5, 0.285, 1.005, 49.0, 100.0, 3.5, -2.7, 1e15, 1e300, -1e300, 5e-324]
TEXTS = ["1984-05", "1984-05\n", "x1984-05", "1984-12-31", " 1984-05", "\u30001984-05", "", "é", "z", "北"]
TRAPS = """
x / 0
x / (x - 1)
(x - x) / (x - x)
1 / x
1 / floor(0 - x)
x * x * x
exp(x) / exp(-x)
ln(x - 1)
ln(x)
log10(x)
sqrt(x)
exp(x)
round(x)
round(x, digits=2)
round(x / 3, digits=4)
floor(x)
floor(-x / 7)
x / 49
1 / 3 + x
abs(x)
-x
case((x not in (1, 2.5), 1), otherwise=2)
case((not (x in (1, 2.5)), 1))
any_of(x > 1, income == 0)
all_of(x > 1, income == 0)
any_of(x > 1, at_least=1)
sum_of(x, income, at_least=1)
mean_of(x, income, at_least=1)
min(x)
max(x)
min(x, income, at_least=1)
max(x, income, at_least=1)
first_answered(x, income)
year(region) * 100 + month(region)
region
region in ("", "é")
region == "1984-05"
recode(region, {"北": 1, "": 2}, other=0)
lookup(cities.gdp, key=city)
lookup(cities.name, key=city)
lookup(cities.rank, key=city)
x == 0
x in (0, 7)
x in (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12)
recode(x, {0: 1, 1..3: 2}, other=3)
band(x, 0, 2.5)
reverse(x, low=0, high=5)
is_missing(x)
is_missing(x, "system")
x > 1e14
(x > 1) + (x > 2)
city
city + 0
interview
year(interview) * 12 + month(interview)
interview >= "1999-12-31"
interview in ("2014-05-01", "2014-05-02")
months_between(1950, x, 2014, 5)
years_between(x, 5, 2014, 4)
standardise(x / 3)
standardise(income)
group_mean(income, by=region)
group_mean(income, by=x)
group_share(x > 1, by=city)
""".strip().splitlines()


def trapped() -> dict[str, list[Any]]:
    """Every number beside every text, with cities that are listed, not listed and absent."""
    rows = [(x, text) for x in (*NUMBERS, None, -1) for text in (*TEXTS, None)]
    days = [date(2014, 5, 1), date(1999, 12, 31), date(1600, 2, 29), None]
    return {
        "x": [x for x, _ in rows],
        "region": [text for _, text in rows],
        "income": [[0.0, -0.0, 0.1, 1e8, 12345678.1234, -1, None][at % 7] for at in range(len(rows))],
        "city": [[4403, 1101, 1, 77, -8, None, 2**60 + 1][at % 7] for at in range(len(rows))],
        "interview": [days[at % 4] for at in range(len(rows))],
    }


CODES = {"refused": -1, "dont_know": -2, "not_applicable": -8}


def tabled() -> tuple[list[str], dict[str, list[Any]]]:
    """The rules in the tables of functions, and the cells of all their rows."""
    texts: dict[str, None] = {}
    rows: list[Mapping[str, Any]] = []
    for test, names in (
        (functions.test_sets_of_flags, ""),
        (functions.test_sets_of_numbers, "abc"),
        (functions.test_conditions_and_arithmetic, "ab"),
        (functions.test_dates_texts_and_context, ""),
    ):
        (mark,) = test.pytestmark  # type: ignore[attr-defined]
        for text, given, _ in mark.args[1]:
            texts[text] = None
            rows.append(dict(zip(names, given, strict=True)) if names else given)
    (mark,) = functions.test_values_into_values.pytestmark  # type: ignore[attr-defined]
    for text, community, _ in mark.args[1]:
        texts[text] = None
        rows.append({"community": community})
    return list(texts), {name: [_raw(name, row.get(name)) for row in rows] for name in ITEMS}


def _raw(name: str, given: Any) -> Any:
    if isinstance(given, dict):
        return CODES[given["missing"]] if ITEMS[name].type.is_number else None
    if ITEMS[name].type is ValueType.DATE and given is not None:
        return date.fromisoformat(given)
    return given


def stored_cells(path: Path) -> tuple[Source, tuple[Rule, ...]]:
    """The cells of the tests of sources side by side in one wave, and a rule that carries each."""
    columns: dict[str, SourceColumn] = {}
    items: dict[str, Variable] = {}
    frame: list[pl.Series] = []

    def add(kind: ValueType, cells: list[Any], wave: Variable, item: Variable, code_map: Any = ()) -> None:
        at, longest = len(frame), 8
        padded = [*cells, *[None] * (longest - len(cells))]
        frame.append(pl.Series(physical(at), padded, dtype=PHYSICAL[kind]))
        columns[item.name], items[item.name] = SourceColumn(at, wave, code_map=code_map), item

    for kind, cells, missing in PARTED:
        variable = Variable(f"q{len(items)}", kind, missing=tuple(missing))
        add(kind, cells, variable, variable)
    for kind, cells, code_map, _ in MAPS:
        gone = (MissingRule("refused", value=-1),) if kind.is_number else ()
        wave = Variable("w", kind, missing=gone)
        add(kind, cells, wave, harmonised(wave, code_map, f"q{len(items)}"), code_map)
    pl.DataFrame(frame).write_parquet(path)
    scope = Scope(items=items)
    return Source(path, columns), tuple(Rule(name, rule(name, scope)) for name in items)
