"""A small survey in memory and on disk, for tests of rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from measures.core.engine import Cell, DuckEngine, Source, SourceColumn
from measures.core.examples import read_given
from measures.core.language import Checked, ContextTable, Scope, check, parse
from surveys.core.codebook import Code, MissingRule, ValueType, Variable
from surveys.core.table import PHYSICAL, physical

MISSING = (
    MissingRule("refused", value=-1),
    MissingRule("dont_know", value=-2),
    MissingRule("not_applicable", value=-8),
    MissingRule("no_answer", value=-9),
)
YES_NO = (Code(1, {"en": "yes", "zh": "是"}), Code(0, {"en": "no", "zh": "否"}))


def variable(
    name: str, kind: ValueType = ValueType.INTEGER, codes: Sequence[Code] = (), label: str = ""
) -> Variable:
    missing = MISSING if kind.is_number else ()
    return Variable(name, kind, labels={"en": label} if label else {}, codes=tuple(codes), missing=missing)


def scale(name: str, top: int) -> Variable:
    return variable(
        name, codes=[Code(step, {"en": f"step {step}", "zh": f"第{step}级"}) for step in range(1, top + 1)]
    )


ITEMS: Mapping[str, Variable] = {
    v.name: v
    for v in (
        variable("union", codes=YES_NO, label="Member: labour union"),
        variable("party", codes=YES_NO),
        variable("club", codes=YES_NO),
        variable(
            "sex",
            codes=[Code(1, {"en": "male", "zh": "男"}), Code(2, {"en": "female", "zh": "女"})],
            label="Sex",
        ),
        variable("contract", codes=[Code(k, {"en": f"kind {k}"}) for k in range(1, 5)]),
        variable("community", codes=[Code(k, {"en": f"type {k}", "zh": f"类型{k}"}) for k in range(1, 10)]),
        scale("a", 5),
        scale("b", 5),
        scale("c", 5),
        variable("age"),
        variable("year"),
        variable("month"),
        variable("city"),
        variable("income", ValueType.DECIMAL),
        variable("x", ValueType.DECIMAL),
        variable("region", ValueType.TEXT),
        variable("interview", ValueType.DATE),
        variable("born", ValueType.TEXT),
        variable("place", ValueType.TEXT),
        variable("started", ValueType.DATETIME),
    )
}
CITIES = ContextTable(
    "cities",
    ("city", "gdp", "name", "rank"),
    ((4403, 1000.0, "Shenzhen", 1), (1101, 19500.6, "Beijing", 2), (1, None, None, None)),
)
SCOPE = Scope(items=ITEMS, contexts={"cities": CITIES}, sets={"orgs": ("union", "party", "club")})


def rule(text: str, scope: Scope = SCOPE) -> Checked:
    return check(parse(text), scope)


def gives(text: str, *answers: Mapping[str, Any], scope: Scope = SCOPE) -> list[Any]:
    """What a rule gives for made-up respondents; absences come back as their reasons in square brackets."""
    checked = rule(text, scope)
    rows = [read_given(checked, answer) for answer in answers]
    return [shown(cell) for cell in DuckEngine().evaluate(checked, rows)]


def shown(cell: Cell) -> Any:
    return f"[{cell.reason}]" if cell.reason else cell.value


def store(
    path: Path,
    columns: Mapping[str, Sequence[Any]],
    items: Mapping[str, Variable] = ITEMS,
    row_group: int | None = None,
) -> Source:
    """A stored wave holding raw cells (missing codes in place) of the named items."""
    frame = {
        physical(at): pl.Series(columns[name], dtype=PHYSICAL[items[name].type])
        for at, name in enumerate(columns)
    }
    pl.DataFrame(frame).write_parquet(path, row_group_size=row_group)
    return Source(path, {name: SourceColumn(at, items[name]) for at, name in enumerate(columns)})
