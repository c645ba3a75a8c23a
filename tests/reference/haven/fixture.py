"""The table that R's haven reads: every type, three kinds of missing, tags, a range, labels in two languages.

``python -m tests.reference.haven.fixture FOLDER`` writes ``fixture.sav`` and ``fixture.dta`` there.
"""

from __future__ import annotations

import sys
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl

from surveys.core.codebook import Code, Level, MissingRule, ResponseSet, Role, ValueType, Variable
from surveys.core.table import PHYSICAL
from surveys.core.writing import ExportTable, write
from tests.surveys.core.writing.tables import whole_table


def _at(seconds: float) -> datetime:
    return datetime(1970, 1, 1) + timedelta(seconds=seconds)  # noqa: DTZ001 - files hold local time


_AGREE = (Code(1, {"en": "agree", "zh": "同意"}), Code(2, {"en": "disagree", "zh": "不同意"}))
_VARIABLES = (
    Variable(
        "trust", ValueType.INTEGER, {"en": "Trust in neighbours", "zh": "信任"}, {"en": "Do you?"},
        "everybody", Level.NOMINAL, codes=_AGREE,
        missing=(
            MissingRule("refused", value=-1, labels={"en": "refused", "zh": "拒答"}),
            MissingRule("dont_know", value=-2, labels={"en": "don't know", "zh": "不知道"}),
        ),
    ),
    Variable(
        "income", ValueType.DECIMAL, {"en": "Income"}, level=Level.SCALE, note="per month", unit="yuan",
        missing=(MissingRule("user_missing", low=-99.0, high=-90.0), MissingRule("refused", value=-5)),
    ),
    Variable(
        "many", ValueType.INTEGER, {"en": "Five codes among values"}, level=Level.ORDINAL,
        missing=tuple(MissingRule(f"code:{n}", value=n) for n in (0, 2, 4, 6, 8)),
    ),
    Variable(
        "tagged", ValueType.DECIMAL, {"en": "Tagged missings"},
        missing=(MissingRule("refused", tag="r", labels={"en": "refused"}), MissingRule("gone", tag="z")),
    ),
    Variable(
        "城市", ValueType.TEXT, {"en": "City", "zh": "城市"}, codes=(Code("fz", {"en": "Fuzhou"}),),
        missing=(MissingRule("code:NA", value="NA"),),
    ),
    Variable("story", ValueType.TEXT, {"en": "Long text"}),
    Variable("born", ValueType.DATE, {"en": "Born"}),
    Variable("at", ValueType.DATETIME, {"en": "Asked at"}),
    Variable("took", ValueType.TIME, {"en": "Minutes"}),
    Variable("w", ValueType.DECIMAL, {"en": "Weight"}, role=Role.WEIGHT),
    Variable("W_upper_and_a_name_that_is_longer_than_stata", ValueType.INTEGER),
)  # fmt: skip
_CELLS: tuple[list[Any], ...] = (
    [1, 2, -1, -2, None, 1],
    [1500.25, -95.0, -5.0, None, -90.0, 1e300],
    [1, 2, 3, 4, 0, 8],
    [0.5, None, None, None, -3.0, 2.0],
    ["fz", "NA", "北京", None, "x", "é"],
    ["s" * 3000, "short", None, "长" * 300, "line\nbreak", "q'\""],
    [date(1950, 1, 2), date(1582, 10, 15), None, date(2024, 2, 29), date(1960, 1, 1), date(2100, 12, 31)],
    [_at(1_399_360_089), None, _at(-2_208_988_800), _at(946_684_799.25), _at(-315_619_200), _at(2**31)],
    [0.0, 59.5, 86_400.0, 90_061.0, None, 360_000.0],
    [1.0, 0.5, 2.0, 1.25, 0.75, 1.5],
    [2**53, -(2**31), 2**31, 0, None, 101],
)  # fmt: skip
_TAGS: dict[str, list[str | None]] = {"tagged": [None, "r", "z", None, None, None]}


def fixture() -> ExportTable:
    """The table, always the same."""
    cells = [
        (pl.Series(column, dtype=PHYSICAL[v.type]), pl.Series(_TAGS[v.name]) if v.name in _TAGS else None)
        for v, column in zip(_VARIABLES, _CELLS, strict=True)
    ]
    sets = (ResponseSet("both", "C", ("trust", "many"), {"en": "Both"}),)
    return whole_table(_VARIABLES, cells, sets=sets, weight="w", notes=("A note of the file.",))


def write_fixture(folder: Path) -> dict[str, Any]:
    """Writes both files with labels in English; losses by format."""
    return {kind: write(fixture(), kind, folder / f"fixture.{kind}", "en") for kind in ("sav", "dta")}


if __name__ == "__main__":
    write_fixture(Path(sys.argv[1]))
