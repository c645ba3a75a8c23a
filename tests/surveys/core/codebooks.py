"""Codebooks to write and read back, drawn at random within what a sheet and a DDI can carry."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
from hypothesis import Phase
from hypothesis import strategies as st

from surveys.core.absence import LABELS
from surveys.core.codebook import (
    Code,
    Codebook,
    Level,
    Limits,
    MissingRule,
    ResponseSet,
    Role,
    ValueType,
    Variable,
)
from surveys.core.frequencies import count_raw
from surveys.core.reading.revising import Answers
from surveys.core.table import PHYSICAL, physical
from surveys.core.writing import About, ExportTable

QUICK = (Phase.explicit, Phase.reuse, Phase.generate)  # a codebook is too large to be shrunk while one waits
WORDS = st.text("abc éß中文<&>'\"", min_size=1, max_size=12).map(lambda t: " ".join(t.split())).filter(bool)
LANGUAGES = ("en", "zh", "fr")
REASONS = ("refused", "dont_know", "not_applicable", "lost_page")
LABELLED = st.dictionaries(st.sampled_from(LANGUAGES), WORDS, max_size=3)


def bare(codebook: Codebook) -> Codebook:
    """The same variables as their file would describe them: names and types alone."""
    return Codebook(tuple(Variable(v.name, v.type, format=v.format) for v in codebook.variables))


def table_of(codebook: Codebook, counted: list[dict[str, Any]] | None = None, **fields: Any) -> ExportTable:
    """The codebook as the writers take it; nothing was counted unless said."""
    about = About(
        name="mdms/2014@1",
        titles={"en": "Movers", "zh": "流动人口"},
        made=date(2020, 1, 2),
        content_hash="a" * 64,
        codebook_hash=codebook.fingerprint(),
        counted=counted or [{} for _ in codebook.variables],
        **fields,
    )
    return ExportTable(codebook, 3, lambda _: (None, None), "T", "Team (2014)", False, about=about)  # type: ignore[arg-type,return-value]


@st.composite
def codebooks(draw: st.DrawFn) -> Codebook:
    """One to four variables of any type with labels, codes, missing codes and roles, and response sets."""
    names = draw(
        st.lists(
            st.sampled_from(["sex", "年龄", "v 3", "Income", "x_1"]), min_size=1, max_size=4, unique=True
        )
    )
    variables = tuple(draw(_variable(name)) for name in names)
    weights = [v.name for v in variables if v.role is Role.WEIGHT]
    sets = _sets(draw, variables)
    return Codebook(variables, sets, weight=weights[0] if len(weights) == 1 else "")


@st.composite
def _variable(draw: st.DrawFn, name: str) -> Variable:
    kind = draw(st.sampled_from([ValueType.INTEGER, ValueType.DECIMAL, ValueType.TEXT]))
    values = st.text("abc", min_size=1, max_size=3) if kind is ValueType.TEXT else st.integers(-99, 99)
    found = draw(st.lists(values, max_size=6, unique=True))
    absent, valid = found[:2], found[2:]
    missing = [MissingRule(draw(st.sampled_from(REASONS)), value=v, labels=_told(draw)) for v in absent]
    if kind is not ValueType.TEXT and draw(st.booleans()):
        missing.append(MissingRule("user_missing", low=-999.0, high=draw(st.sampled_from([-100.5, None]))))
    if kind is ValueType.DECIMAL and draw(st.booleans()):
        missing.append(MissingRule("tag:a", tag="a", labels=_told(draw)))
    return Variable(
        name,
        kind,
        labels=draw(LABELLED),
        question=draw(LABELLED),
        universe=draw(WORDS | st.just("")),
        level=draw(st.sampled_from(Level)),
        role=draw(st.sampled_from(Role)),
        codes=tuple(Code(v, draw(LABELLED.filter(bool))) for v in valid),
        missing=tuple(missing),
        unit=draw(st.sampled_from(["", "years"])),
        group=draw(st.sampled_from(["", "Block A", "住户"])),
        note=draw(WORDS | st.just("")),
        limits=draw(limits(kind)),
    )


@st.composite
def limits(draw: st.DrawFn, kind: ValueType) -> Limits | None:
    """None, one end or both, within the range or outside it, of the type's cells."""
    if kind is ValueType.TEXT or draw(st.booleans()):
        return None
    low, high = {
        ValueType.DATE: ("1900-01-01", "2029-12-31"),
        ValueType.DATETIME: ("1900-01-01T08:30:00", "2029-12-31"),
    }.get(kind, (draw(st.sampled_from([-5, 0, 18])), draw(st.sampled_from([60.5, 0.1 + 120.2, 1e300]))))
    ends = [{draw(st.sampled_from(["low", "above"])): low}, {draw(st.sampled_from(["high", "below"])): high}]
    chosen = draw(st.sampled_from([ends, ends[:1], ends[1:]]))
    return Limits(**{name: end for end in chosen for name, end in end.items()})


def _told(draw: st.DrawFn) -> dict[str, str]:
    """A missing code's own labels; those of the vocabulary say no more than the reason does."""
    labels = draw(LABELLED)
    return labels if labels not in LABELS.values() else {}


def _sets(draw: st.DrawFn, variables: tuple[Variable, ...]) -> tuple[ResponseSet, ...]:
    if len(variables) < 2 or draw(st.booleans()):
        return ()
    kind = draw(st.sampled_from("CDE"))
    members = tuple(variable.name for variable in variables[:2])
    kinds = {variable.type is ValueType.TEXT for variable in variables[:2]}
    if len(kinds) > 1:
        return ()
    counted: Any = None if kind == "C" else ("a" if kinds == {True} else 1)
    return (ResponseSet("多选", kind, members, {}, counted),)


def answers_of(codebook: Codebook, folder: Path) -> Answers:
    """One row without a single answer, as a wave version keeps it."""
    series = [
        pl.Series(physical(place), [None], dtype=PHYSICAL[variable.type])
        for place, variable in enumerate(codebook.variables)
    ]
    path = folder / "answers.parquet"
    pl.DataFrame(series).write_parquet(path)
    counted = [count_raw(one, None, v) for one, v in zip(series, codebook.variables, strict=True)]
    return Answers(path, counted)


def in_order(codebook: Codebook) -> Codebook:
    """Codes and missing rules in one order, where the order is not what is asked."""
    return replace(codebook, variables=tuple(map(_in_order, codebook.variables)))


def _in_order(variable: Variable) -> Variable:
    rules = sorted(variable.missing, key=lambda rule: (rule.tag or "", rule.value is None, str(rule.value)))
    return replace(
        variable, codes=tuple(sorted(variable.codes, key=lambda c: str(c.value))), missing=tuple(rules)
    )
