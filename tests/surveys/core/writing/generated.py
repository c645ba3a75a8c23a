"""Tables and codebooks made up by Hypothesis: everything a survey file may hold, and what it rarely does."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import polars as pl
from hypothesis import strategies as st

from surveys.core.absence import VOCABULARY, code_reason, tag_reason
from surveys.core.codebook import Code, Level, MissingRule, ResponseSet, ValueType, Variable
from surveys.core.table import PHYSICAL, missing_value
from surveys.core.writing import ExportTable
from tests.surveys.core.codebooks import limits
from tests.surveys.core.writing.tables import whole_table

LANGUAGES = ("en", "zh")
_WORDS = "abcXYZ_ éß性别年龄город😀'\"/=;|()<&"
_LABEL = st.text(_WORDS, min_size=1, max_size=12).map(str.strip).filter(bool)
_LONG_LABEL = st.sampled_from(["l" * 130, "长" * 90, "x" * 300])
LABELS = st.dictionaries(
    st.sampled_from(LANGUAGES), st.one_of(_LABEL, _LABEL, _LABEL, _LONG_LABEL), max_size=2
)
_NAMES = st.one_of(
    st.sampled_from(
        ["q1", "Q1", "age", "城市", "возраст", "with", "_n", "a.b", "x" * 70, "é", "str5", "ALL"]
    ),
    st.from_regex(r"[A-Za-z][A-Za-z0-9_]{0,9}", fullmatch=True),
    st.text("性别年龄поa1_", min_size=1, max_size=25).filter(lambda word: not word[0].isdigit()),
)
_TEXT = st.one_of(
    st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), min_size=1, max_size=12),
    st.sampled_from(["x" * 255, "x" * 256, "北京" * 90, "a ", " a", "NA", "1", "=1+1", "é" * 1100]),
)
_VERY_LONG = st.sampled_from(["x" * 32_767, "长" * 11_000])
_CELLS: dict[ValueType, st.SearchStrategy[Any]] = {
    ValueType.INTEGER: st.one_of(
        st.integers(-5, 120), st.integers(-5, 120), st.integers(-(2**63) + 1, 2**63 - 1)
    ),
    ValueType.DECIMAL: st.one_of(
        st.integers(-5, 120).map(float), st.floats(allow_nan=False, allow_infinity=False),
        st.sampled_from([1e300, 0.1, -0.0]),
    ),
    ValueType.TEXT: _TEXT,
    ValueType.DATE: st.dates(),
    ValueType.DATETIME: st.datetimes(),
    ValueType.TIME: st.one_of(st.floats(0, 200_000, width=32), st.integers(0, 400_000).map(float)),
}  # fmt: skip


@st.composite
def _rules(draw: st.DrawFn, kind: ValueType) -> tuple[MissingRule, ...]:
    """Missing codes, a range, tags: each with a reason of the vocabulary or its own."""
    values = draw(st.lists(_codes(kind), max_size=5, unique=True))
    rules = [MissingRule(code_reason(v), value=v, labels=draw(LABELS)) for v in values]
    if kind in (ValueType.INTEGER, ValueType.DECIMAL, ValueType.TIME):
        if draw(st.integers(0, 4)) == 0:
            low = draw(st.sampled_from([-99.0, -5.0, 97.0]))
            ends = {"low": low, "high": low + 2.0} if draw(st.booleans()) else {"high": -50.0}
            rules.append(MissingRule("user_missing", **ends))
        tags = draw(st.lists(st.sampled_from("abz"), max_size=2, unique=True))
        rules += [MissingRule(tag_reason(tag), tag=tag, labels=draw(LABELS)) for tag in sorted(tags)]
    return tuple(rules)


def _codes(kind: ValueType) -> st.SearchStrategy[Any]:
    if kind is ValueType.TEXT:
        return st.sampled_from(["NA", "-", "refused to say", "无"])
    if kind is ValueType.DATE:
        return st.sampled_from(["1900-01-01", "9999-12-31"])
    if kind is ValueType.DATETIME:
        return st.sampled_from(["1900-01-01T00:00:00"])
    return st.sampled_from([-9, -8, -1, 0, 7, 98, 99])


@st.composite
def _variable(draw: st.DrawFn, name: str) -> Variable:
    kind = draw(st.sampled_from(ValueType))
    missing = draw(_rules(kind))
    absent = {rule.value for rule in missing}
    of_text = st.sampled_from(["a", "长" * 20, "NA"])
    labelled = draw(
        st.lists(of_text if kind is ValueType.TEXT else st.integers(0, 6), max_size=4, unique=True)
    )
    has_codes = kind in (ValueType.INTEGER, ValueType.DECIMAL, ValueType.TEXT)
    codes = [Code(v, draw(LABELS)) for v in labelled if v not in absent] if has_codes else []
    return Variable(
        name, kind, draw(LABELS), draw(LABELS), draw(st.just("") | _LABEL),
        level=draw(st.sampled_from(Level)),
        codes=tuple(code for code in codes if code.labels), missing=missing,
        unit=draw(st.just("") | _LABEL), group=draw(st.just("") | _LABEL), note=draw(st.just("") | _LABEL),
        limits=draw(limits(kind)),
    )  # fmt: skip


@st.composite
def _cells(draw: st.DrawFn, variable: Variable, rows: int) -> tuple[pl.Series, pl.Series | None]:
    """Valid cells, missing codes in place, nulls, and tags beside them."""
    kind = variable.type
    inside = [missing_value(r.value, kind) for r in variable.missing if r.value is not None]
    inside += [end for r in variable.missing for end in (r.low, r.high) if end is not None]
    inside = [int(code) for code in inside] if kind is ValueType.INTEGER else inside
    inside = [float(code) for code in inside] if kind in (ValueType.DECIMAL, ValueType.TIME) else inside
    valid = _CELLS[kind]
    if kind is ValueType.TEXT and draw(st.integers(0, 60)) == 0:
        valid = _VERY_LONG
    cell = st.one_of(st.none(), valid, valid, *([st.sampled_from(inside)] if inside else []))
    cells = draw(st.lists(cell, min_size=rows, max_size=rows))
    tags = [rule.tag for rule in variable.missing if rule.tag]
    letters: list[str | None] = [draw(st.sampled_from([None, *tags])) if c is None else None for c in cells]
    told = pl.Series(letters, dtype=pl.String) if any(letters) else None
    return pl.Series(cells, dtype=PHYSICAL[kind]), told


@st.composite
def waves(draw: st.DrawFn, *, cased: bool = True) -> ExportTable:
    """A wave as an import leaves it; ``cased`` lets names differ by upper and lower case alone."""
    key = None if cased else str.casefold
    names = draw(st.lists(_NAMES, min_size=1, max_size=5, unique_by=key or (lambda name: name)))
    rows = draw(st.integers(1, 9))
    variables = [draw(_variable(name)) for name in names]
    cells = [draw(_cells(variable, rows)) for variable in variables]
    numbers = [v.name for v in variables if v.type.is_number]
    sets: tuple[ResponseSet, ...] = ()
    if len(numbers) > 1 and draw(st.booleans()):
        kind = draw(st.sampled_from("CDE"))
        sets = (ResponseSet("many", kind, tuple(numbers), draw(LABELS), None if kind == "C" else 1),)
    weight = draw(st.sampled_from(["", *numbers]))
    return whole_table(variables, cells, sets=sets, weight=weight, labels=draw(LABELS))


@st.composite
def datasets(draw: st.DrawFn) -> ExportTable:
    """A dataset: every cell a value or an absence with a reason, hardly any with a code; what a map made of
    the codes may be a code that the file had declared missing."""
    wave = draw(waves())
    words = [*VOCABULARY, "tag:c", "lost in the post", "code:9", "code:-7"]
    columns = []
    for position, variable in enumerate(wave.codebook.variables):
        values, reasons = wave.column(position)
        new = [draw(st.sampled_from(words)) if why == "system" else why for why in reasons.to_list()]
        cells = values.to_list()
        taken = [missing_value(r.value, variable.type) for r in variable.missing if r.value is not None]
        if taken and draw(st.integers(0, 3)) == 0:
            cells[0], new[0] = draw(st.sampled_from(taken)), None
        columns.append((pl.Series(cells, dtype=values.dtype), pl.Series(new, dtype=pl.String)))
    return replace(wave, column=lambda i: columns[i], raw=None)
