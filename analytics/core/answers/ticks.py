"""Columns of a question with several answers as ticks: which row chose which option, and which answered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from analytics.core.answer_specs import TEXT, TICKS, MultipleSpec
from analytics.core.frame import Column, Frame, Mask, in_order, level_label, level_text, levels_used
from analytics.core.survey_design.declared import IntArray
from surveys.core.codebook import Code, Labels, Scalar, Variable
from surveys.core.problems import Problem, Refused, refuse
from surveys.core.said import say

LANGUAGES = ("en", "zh")
MOST_OPTIONS = 100  # more than any page shows


@dataclass(frozen=True)
class Ticks:
    """``chosen`` (n, k) by option, ``answered`` (n,); ``reasons`` (n,) why a row did not answer, else null.

    ``options`` are their names (variable, code or text) with ``labels`` by language; ``partial`` (n,) rows
    that know some options and not all, ``repeated`` (n,) those that name one twice.
    """

    options: tuple[str, ...]
    labels: tuple[Labels, ...]
    chosen: Mask
    answered: Mask
    reasons: pl.Series
    partial: Mask
    repeated: Mask


def ticks_of(spec: MultipleSpec, frame: Frame) -> Ticks:
    """The ticks of all rows of ``frame``; Refused where the columns do not hold what ``form`` says."""
    columns = [frame[name] for name in spec.variables]
    if spec.form == TICKS:
        return _of_ticks(columns, spec)
    if spec.form == TEXT:
        return _of_text(columns[0], spec.separator)
    codes = codes_together(columns)
    check_count(len(codes))
    named = [positions_of(column, codes) for column in columns]
    chosen = np.zeros((len(columns[0].values), len(codes)), dtype=np.bool_)
    times = np.zeros(len(chosen), dtype=np.int64)
    for place in named:
        rows = np.flatnonzero(place >= 0)
        chosen[rows, place[rows]] = True
        times[rows] += 1
    answered = times > 0
    repeated = np.asarray(times > chosen.sum(axis=1))
    reasons = columns[0].reasons.zip_with(pl.Series(~answered), pl.Series([None], dtype=pl.String))
    texts = tuple(level_text(code) for code in codes)
    labels = tuple(labels_of_code([one.variable for one in columns], code) for code in codes)
    return Ticks(texts, labels, chosen, answered, reasons, none_of(answered), repeated)


def _of_ticks(columns: Sequence[Column], spec: MultipleSpec) -> Ticks:
    check_count(len(columns))
    wanted = 1 if spec.counted is None else spec.counted
    if problems := [one for column in columns if (one := _no_ticks(column, spec.counted)) is not None]:
        raise Refused(problems)
    known = np.column_stack([column.present() for column in columns])
    chosen = np.column_stack([_equal(column.values, wanted) for column in columns])
    complete, some = np.asarray(known.all(axis=1)), np.asarray(known.any(axis=1))
    answered = complete if spec.missing == "complete" else some
    labels = tuple(_labels(column.variable) for column in columns)
    partial = some & ~complete
    return Ticks(
        spec.variables, labels, chosen, answered, _first_reason(columns, answered), partial, none_of(answered)
    )


def none_of(rows: Mask) -> Mask:
    """(n,) false for every row."""
    return np.zeros(len(rows), dtype=np.bool_)


def _no_ticks(column: Column, counted: Scalar | None) -> Problem | None:
    """What keeps a column from being one of ticks."""
    name, values = column.variable.name, column.values.drop_nulls().unique().to_list()
    if counted is None and (not column.is_number or not set(values) <= {0, 1}):
        message = say("{name} has values other than 0 and 1; say which value is a tick.", name=name)
        hint = "Set counted, or form: answers where the variables hold codes of options."
        return Problem("wrong_type", message, where="counted", hint=hint)
    if counted is not None and column.is_number == isinstance(counted, str):
        message = say("{name} is a {type} and cannot be {value}.", name=name, type=column.variable.type,
                      value=counted)  # fmt: skip
        return Problem("wrong_type", message, where="counted")
    return None


def _of_text(column: Column, separator: str) -> Ticks:
    """A text with ``separator`` between options; an empty text is an answer that names none."""
    if column.is_number or column.values.dtype != pl.String:
        message = say("{name} is a {type}, not a text of several answers.", name=column.variable.name,
                      type=column.variable.type)  # fmt: skip
        raise refuse("wrong_type", message, where="form")
    listed = column.values.str.split(separator).list.eval(pl.element().str.strip_chars())
    listed = listed.list.eval(pl.element().filter(pl.element() != ""))
    options = listed.explode().drop_nulls().unique().sort().to_list()
    check_count(len(options))
    chosen = [listed.list.contains(option).fill_null(False).to_numpy() for option in options]
    times, answered = listed.list.len().fill_null(0).to_numpy(), column.present()
    ticks = np.column_stack(chosen) if chosen else np.zeros((len(answered), 0), dtype=np.bool_)
    repeated = np.asarray(times > ticks.sum(axis=1))
    labels = tuple(labels_of_code([column.variable], option) for option in options)
    return Ticks(tuple(options), labels, ticks, answered, column.reasons, none_of(answered), repeated)


def codes_together(columns: Sequence[Column]) -> tuple[Scalar, ...]:
    """The options that several variables name: the codes of the codebook, then others found."""
    found: dict[Scalar, None] = {}
    for column in columns:
        everyone = np.ones(len(column.values), dtype=np.bool_)
        missing = {rule.value for rule in column.variable.missing}
        known = [code.value for code in column.variable.codes if code.value not in missing]
        found |= dict.fromkeys((*known, *levels_used(column, everyone)))
    kinds = {isinstance(code, str) for code in found}
    if len(kinds) > 1:
        raise refuse(
            "wrong_type", "Some of the variables hold texts and others numbers; options have one type."
        )
    return in_order(_with_codes(columns), found)


def ranks_of(columns: Sequence[Column], codes: Sequence[Scalar]) -> tuple[IntArray, Mask, Mask]:
    """(n, k) the rank of each option, 0 for none; rows (n,) that name one twice, and that skip a rank."""
    rows = len(columns[0].values)
    ranks = np.zeros((rows, len(codes)), dtype=np.int64)
    repeated, gaps, missed = (np.zeros(rows, dtype=np.bool_) for _ in range(3))
    for rank, column in enumerate(columns, start=1):
        place = positions_of(column, codes)
        named = np.flatnonzero(place >= 0)
        is_new = ranks[named, place[named]] == 0
        repeated[named[~is_new]] = True
        ranks[named[is_new], place[named[is_new]]] = rank
        gaps[named] |= missed[named]
        missed |= place < 0
    return ranks, repeated, gaps


def _with_codes(columns: Sequence[Column]) -> Variable:
    """A variable with the codes of all."""
    known: dict[Scalar, Code] = {}
    for column in columns:
        for code in column.variable.codes:
            known.setdefault(code.value, code)
    return replace(columns[0].variable, codes=tuple(known.values()))


def positions_of(column: Column, codes: Sequence[Scalar]) -> IntArray:
    """(n,) the position of each value among ``codes``, -1 where it is absent."""
    place = np.full(len(column.values), -1, dtype=np.int64)
    for at, code in enumerate(codes):
        place[_equal(column.values, code)] = at
    return place


def _equal(values: pl.Series, wanted: Scalar) -> Mask:
    return (values == wanted).fill_null(False).to_numpy()


def labels_of_code(variables: Iterable[Variable], code: Scalar) -> dict[str, str]:
    """What an option is called by language, by the first variable that has a label for it."""
    for variable in variables:
        if any(one.value == code and one.labels for one in variable.codes):
            return {language: level_label(variable, code, language) for language in LANGUAGES}
    return dict.fromkeys(LANGUAGES, level_text(code))


def _labels(variable: Variable) -> dict[str, str]:
    return {language: variable.label(language) for language in LANGUAGES}


def _first_reason(columns: Sequence[Column], answered: Mask) -> pl.Series:
    """(n,) the reason of the first option that is absent, null where the row answered."""
    found = columns[0].reasons
    for column in columns[1:]:
        found = found.zip_with(found.is_not_null(), column.reasons)
    return found.zip_with(pl.Series(~answered), pl.Series([None], dtype=pl.String))


def lost_to(name: str, reasons: pl.Series, answered: Mask) -> Mapping[str, Mask]:
    """``name: reason`` -> rows (n,) that did not answer."""
    known = reasons.fill_null("absent")
    return {
        f"{name}: {reason}": (known == reason).to_numpy() & ~answered
        for reason in known.filter(pl.Series(~answered)).unique().sort().to_list()
    }


def check_count(n: int) -> None:
    """Refused where no option is named, or more than a table can hold."""
    if n > MOST_OPTIONS:
        message = say("There are {n:,} options; a table may have {most}.", n=n, most=MOST_OPTIONS)
        raise refuse("too_many_levels", message, hint="Derive variables with fewer options first.")
    if n == 0:
        raise refuse("no_rows", "No row names any option.")
