"""Tables of an item and a derived column, beside the same counted row by row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Any

import polars as pl
import pytest

from measures.core.axes import Axis, Side, crossed
from measures.core.tables import item_table
from surveys.core.codebook import Code, MissingRule, ValueType, Variable
from surveys.core.table import PHYSICAL

CODES = (Code(1, {"en": "one"}), Code(2, {"en": "two"}), Code(7, {"en": "never given"}))
ITEMS: dict[str, tuple[ValueType, list[Any]]] = {
    "codes": (ValueType.INTEGER, [1, 2, None, 2, 5, -3]),
    "far apart": (ValueType.INTEGER, [1, 2**60, None, -(2**60), 2, 1]),
    "decimals": (ValueType.DECIMAL, [1.0, 2.5, None, -0.0, 0.0, 1.0]),
    "texts": (ValueType.TEXT, ["b", "a", None, "a", "", "b"]),
    "dates": (ValueType.DATE, [date(2014, 5, 1), date(1950, 1, 1), None, date(2014, 5, 1), None, None]),
    "absences": (ValueType.INTEGER, [None] * 6),
}


def column(kind: ValueType, cells: list[Any]) -> tuple[pl.Series, pl.Series]:
    """Absences without a value, of two reasons by turns."""
    reasons = [None if cell is not None else ("refused", "system")[at % 2] for at, cell in enumerate(cells)]
    return pl.Series("value", cells, dtype=PHYSICAL[kind]), pl.Series("reason", reasons, dtype=pl.String)


def key(side: Side, is_lumped: bool) -> Any:
    return side.text if side.is_absence else "values" if is_lumped else side.value


@pytest.mark.parametrize("most", [30, 1])
@pytest.mark.parametrize("name", ITEMS)
def test_every_row_falls_under_its_head(name: str, most: int) -> None:
    kind, cells = ITEMS[name]
    codes = CODES if kind is ValueType.INTEGER else ()
    values, reasons = column(kind, cells)
    source = Axis(Variable(name, kind, codes=codes), (values, reasons), most, "en")
    marks = column(ValueType.INTEGER, [1, 0, 1, None, 0, 1])
    derived = Axis(Variable("d", ValueType.INTEGER), marks, 12, "en")
    found = {
        (key(row, source.is_lumped), key(head, False)): int(n)
        for row, line in zip(source.sides, crossed(source, derived), strict=True)
        for head, n in zip(derived.sides, line, strict=True)
        if n
    }
    told = ["values" if source.is_lumped and value is not None else value for value in values]
    assert found == Counter(zip(_either(told, reasons), _either(*marks), strict=True))
    assert source.is_lumped == (most == 1 and name != "absences")


def _either(values: Iterable[Any], reasons: Iterable[Any]) -> list[Any]:
    return [value if reason is None else reason for value, reason in zip(values, reasons, strict=True)]


def test_more_values_than_a_table_shows_stand_under_one_head_with_their_means() -> None:
    rows = 20_000
    item = Variable("q", ValueType.INTEGER, codes=CODES, missing=(MissingRule("refused", value=-1),))
    cells = [1, 2, None, 1] * (rows // 4)
    values = [float(at) for at in range(rows - 2)] + [None, None]
    source = Axis(item, column(ValueType.INTEGER, cells), 30, "en")
    derived = Axis(Variable("d", ValueType.DECIMAL), column(ValueType.DECIMAL, values), 12, "en")
    table = item_table(item, source, derived, {(2, None)}, "en")
    assert [side.text for side in table.outcomes] == ["0 … 19997", "refused", "system"]
    told = {row.side.text: (row.rows, row.cells, row.is_covered, row.mean) for row in table.rows}
    of_one = [value for cell, value in zip(cells, values, strict=True) if cell == 1 and value is not None]
    assert told["1"] == (10_000, (9_999, 0, 1), True, f"{sum(of_one) / 9_999:.4f}".rstrip("0").rstrip("."))
    assert told["2"][:3] == (5_000, (5_000, 0, 0), False) and told["7"] == (0, (0, 0, 0), True, "")
    assert told["refused"][:2] == (5_000, (4_999, 1, 0))
