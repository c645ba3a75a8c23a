"""How much work a specification is: what is wide, long or multilevel is more."""

from __future__ import annotations

from typing import Any

import pytest

from analytics.core.effort import effort
from analytics.core.kinds import read_spec
from analytics.services.answering import MOST_EFFORT_AT_ONCE
from surveys.core.codebook import Code, Level, ValueType, Variable

CITIES = tuple(Code(number, {"en": f"City {number}"}) for number in range(1, 151))
BOOK = {
    **{name: Variable(name, ValueType.DECIMAL, level=Level.SCALE) for name in ("y", "x", "z", "area")},
    "city": Variable("city", ValueType.INTEGER, level=Level.NOMINAL, codes=CITIES),
    "job": Variable("job", ValueType.INTEGER, level=Level.NOMINAL, codes=CITIES[:4]),
}
LINE = {"kind": "linear", "formula": "y ~ x + z"}


def asked(rows: int = 2_000, **spec: Any) -> int:
    return effort(read_spec(LINE | spec), rows, BOOK)


def test_a_model_counts_the_columns_of_its_design() -> None:
    assert asked() == 7_000 * 3**2
    assert asked(formula="y ~ x + job") == 7_000 * 6**2
    assert asked(formula="y ~ x + C(city)") == asked(formula="y ~ x + city") == 7_000 * 152**2
    assert asked(formula="y ~ x * job") == 7_000 * 10**2
    assert asked(formula="y ~ center(x) + C(area)") == 7_000 * 32**2
    assert asked(kind="multinomial_logit", formula="job ~ x + z") == 7_000 * 12**2


def test_several_models_and_levels_count_more() -> None:
    models = [{"name": name, **LINE} for name in ("a", "b")]
    assert effort(read_spec({"kind": "series", "models": models}), 2_000, BOOK) == 2 * asked()
    assert asked(kind="multilevel_linear", groups="city") == 20 * asked()


def test_items_count_in_pairs_and_tables_by_their_cells() -> None:
    items = {"kind": "reliability", "items": ["x", "y", "z"]}
    assert effort(read_spec(items), 2_000, BOOK) == 7_000 * 9
    assert effort(read_spec({"kind": "descriptives", "variables": ["x", "z"]}), 2_000, BOOK) == 40_000


@pytest.mark.parametrize(
    ("rows", "formula", "waits"),
    [
        (16_000, "y ~ x + z + x:z + C(job)", True),
        (16_000, "y ~ x + C(city)", False),
        (33_000, "y ~ x + C(city)", False),
        (2_000_000, "y ~ x + z", False),
    ],
)
def test_who_asks_for_an_ordinary_model_waits(rows: int, formula: str, waits: bool) -> None:
    assert (asked(rows, formula=formula) <= MOST_EFFORT_AT_ONCE) is waits
