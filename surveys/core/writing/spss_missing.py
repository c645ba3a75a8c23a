"""Declared missing values under SPSS's rule: three single codes, or one range and one code."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

import polars as pl

from surveys.core.absence import precedence
from surveys.core.codebook import Labels, Scalar, ValueType, Variable
from surveys.core.said import say, say_n
from surveys.core.writing.cells import Cells, fill, left_labels
from surveys.core.writing.table import Loss

# Where codes are invented for absences that have none: beneath everything a survey is likely to hold,
# one block after the other until one is free.
_BLOCKS = (-991, -99991, -9999991, -999999991)
MOST_MOVED = 1_000  # codes of one variable that are told one by one


@dataclass(frozen=True)
class Declared:
    """What goes into the dictionary: pyreadstat's ``missing_ranges`` entry and labels of invented codes."""

    values: pl.Series
    ranges: tuple[Scalar | dict[str, float], ...] = ()
    labels: tuple[tuple[Scalar, Labels], ...] = ()
    moved: Mapping[Scalar, Scalar] = field(default_factory=dict)  # the variable's own code -> in the file
    gone: frozenset[float] = frozenset()  # codes that no cell of the file has any more, nor a label
    losses: tuple[Loss, ...] = ()


def declare(variable: Variable, cells: Cells, invented: tuple[str, ...]) -> Declared:
    """Chooses codes for the absences left over and declarations for all of them.

    ``invented`` lists every reason of the whole file that needs a code, in order, so that one reason has
    the same code in every variable that has room for it.
    """
    if cells.values.dtype == pl.String:
        return _declare_text(variable, cells)
    filled, labels, losses = _invent(variable, cells, invented)
    single = {float(rule.value) for rule in variable.missing if isinstance(rule.value, int | float)}
    single |= {float(code) for code, _ in labels}
    spans = [
        (float("-inf") if rule.low is None else rule.low, float("inf") if rule.high is None else rule.high)
        for rule in variable.missing
        if rule.low is not None or rule.high is not None
    ]
    kept = {float(code.value) for code in variable.codes if isinstance(code.value, int | float)} - single
    ranges = declarations(single, spans, lambda: _outside(filled.filter(~cells.absent), kept))
    declared = Declared(filled, labels=tuple(labels), losses=tuple(losses))
    if ranges is not None:
        return replace(declared, ranges=tuple(ranges))
    return _moved(variable, declared, cells, single, kept) or _keep_three(variable, declared, cells, single)


def _invent(
    variable: Variable, cells: Cells, invented: tuple[str, ...]
) -> tuple[pl.Series, list[tuple[Scalar, Labels]], list[Loss]]:
    reasons = sorted(cells.left_words, key=invented.index)
    if not reasons:
        return cells.values, [], []
    taken = cells.values.drop_nulls().cast(pl.Float64)
    numbers = [float(code.value) for code in variable.codes if isinstance(code.value, int | float)]
    first = _block(taken, numbers)
    if first is None:
        why = "Its values leave no room for missing codes; reasons of absence are empty cells in the file."
        gone = dict.fromkeys(reasons, "")
        return cells.values, [], [Loss(variable.name, "missing_reason_dropped", why, gone)]
    codes: dict[str, Scalar] = {reason: first - invented.index(reason) for reason in reasons}
    dtype = pl.Int64() if cells.values.dtype.is_integer() else pl.Float64()
    filled = fill(cells.values, cells.left, codes, dtype)
    labels = [(codes[reason], left_labels(variable, reason)) for reason in reasons]
    named = [say("{reason} is {code}", reason=reason, code=codes[reason]) for reason in reasons]
    loss = Loss(
        variable.name,
        "missing_code_invented",
        say("These absences had no code of their own: {named}.", named=named),
        {reason: str(code) for reason, code in codes.items()},
    )
    return filled, labels, [loss]


def _block(taken: pl.Series, numbers: Iterable[float]) -> int | None:
    """The first block of codes beneath all cells and labelled values."""
    lowest = min([*([float(taken.min() or 0)] if len(taken) else []), *numbers, 0.0])  # type: ignore[arg-type]
    return block_below(lowest)


def block_below(lowest: float) -> int | None:
    """The first block of codes beneath a number; None beneath all blocks."""
    return next((block for block in _BLOCKS if block + 1 < lowest), None)


def _outside(valid: pl.Series, kept: set[float]) -> pl.Series:
    """All that must not be declared missing: values that stand in cells, and codes that have a label."""
    return pl.concat(
        [valid.drop_nulls().unique().cast(pl.Float64), pl.Series(sorted(kept), dtype=pl.Float64)]
    )


def declarations(
    single: set[float], spans: list[tuple[float, float]], outside: Callable[[], pl.Series]
) -> list[Scalar | dict[str, float]] | None:
    """Declarations that cover all codes and spans and nothing of ``outside``, which is only asked when it
    matters; None when SPSS has no such form."""
    loose = sorted(code for code in single if not any(low <= code <= high for low, high in spans))
    if not spans and len(loose) <= 3:
        return list(loose)
    if len(spans) == 1 and len(loose) <= 1:
        return [_span(*spans[0]), *loose]
    valid = outside()
    for alone in (None, *loose):
        parts = [*spans, *((code, code) for code in loose if code != alone)]
        low, high = min(part[0] for part in parts), max(part[1] for part in parts)
        if not valid.is_between(low, high).any():
            return [_span(low, high), *([] if alone is None or low <= alone <= high else [alone])]
    return None


def _span(low: float, high: float) -> dict[str, float]:
    return {"lo": low, "hi": high}


def _moved(
    variable: Variable, declared: Declared, cells: Cells, single: set[float], kept: set[float]
) -> Declared | None:
    """The declared fallback: all missing codes move into a block of their own, which is one range.

    None where there is no room beneath the values, there are too many codes, or they are dates.
    """
    ours = {float(code) for code, _ in declared.labels}
    numbers = declared.values.cast(pl.Float64)
    found = set(numbers.filter(cells.absent).drop_nulls().unique().to_list())
    old = sorted((single | found) - ours)
    first = _block(numbers.drop_nulls(), {*kept, *old, *ours})
    if first is None or len(old) > MOST_MOVED or variable.type in (ValueType.DATE, ValueType.DATETIME):
        return None
    new = {code: first - place for place, code in enumerate(old)}
    dtype = pl.Int64() if declared.values.dtype.is_integer() else pl.Float64()
    there = numbers.replace_strict(new, default=None, return_dtype=dtype)
    values = pl.select(
        pl.when(cells.absent).then(pl.coalesce(there, declared.values.cast(dtype))).otherwise(declared.values)
    ).to_series()
    pairs = [(_told(code), _told(into)) for code, into in new.items()]
    why = say(
        "It has more missing codes than the format can declare (three, or a range and one); in the file "
        "they stand in one range: {codes}.",
        codes=[say("{code} is {new}", code=code, new=into) for code, into in pairs],
    )
    loss = Loss(variable.name, "missing_code_changed", why, dict(pairs))
    span = _span(float(first - len(old) + 1), max([float(first), *ours]))
    return replace(declared, values=values, ranges=(span,), moved=dict(new), losses=(*declared.losses, loss))


def _told(code: float) -> str:
    return f"{code + 0.0:.15g}"  # -0 is 0


def _keep_three(variable: Variable, declared: Declared, cells: Cells, single: set[float]) -> Declared:
    """The last resort: the three commonest codes stay, the other absences become empty cells."""
    absent = declared.values.filter(cells.absent).drop_nulls().cast(pl.Float64)
    counts = dict(absent.value_counts().iter_rows())
    codes = sorted(single | set(counts), key=lambda code: (-counts.get(code, 0), code))
    keep = codes[:3]
    is_lost = cells.absent & ~declared.values.cast(pl.Float64).is_in(keep)
    values = pl.select(pl.when(~is_lost).then(declared.values)).to_series()
    n = int((is_lost & declared.values.is_not_null()).sum())
    why = say_n(
        n,
        "It has more missing codes than the format can declare (three, or a range and one); 1 "
        "cell with a rarer one is empty in the file.",
        "It has more missing codes than the format can declare (three, or a range and one); {n} "
        "cells with rarer ones are empty in the file.",
        n=n,
    )
    gone = {_told(code): "" for code in codes[3 : 3 + MOST_MOVED]}
    loss = Loss(variable.name, "missing_codes_dropped", why, gone)
    return replace(
        declared, values=values, ranges=tuple(sorted(keep)), gone=frozenset(codes[3:]),
        losses=(*declared.losses, loss),
    )  # fmt: skip


def _declare_text(variable: Variable, cells: Cells) -> Declared:
    losses: list[Loss] = []
    words = [str(rule.value) for rule in variable.missing if rule.value is not None]
    # A code wider than the column would be cut to its width, and another text declared missing.
    width = int(cells.values.str.len_bytes().max() or 0)  # type: ignore[arg-type]
    fitting = [word for word in words if len(word.encode()) <= min(8, width)]
    if len(fitting) != len(words) or len(fitting) > 3:
        why = (
            "Only three missing codes of at most 8 bytes, and no longer than its longest text, can be "
            "declared for text; the others are plain text."
        )
        plain = {word: word for word in words if word not in fitting[:3]}
        losses.append(Loss(variable.name, "missing_codes_undeclared", why, plain))
    if len(fitting) > 1 and max([width, *(len(str(code.value)) for code in variable.codes)]) > 8:
        why = (
            "SPSS reads its missing codes; PSPP up to 1.6 does not, as it is a text wider than 8 bytes with "
            "several of them, nor those of such texts after it."
        )
        losses.append(Loss(variable.name, "missing_codes_unread_by_pspp", why))
    if cells.left_words:
        losses.append(dropped(variable, cells))
    return Declared(cells.values, tuple(fitting[:3]), losses=tuple(losses))


def dropped(variable: Variable, cells: Cells) -> Loss:
    """The loss of reasons that end as empty cells."""
    words = sorted(cells.left_words, key=precedence)
    return Loss(
        variable.name,
        "missing_reason_dropped",
        say("Reasons of absence are empty cells in the file: {reasons}.", reasons=words),
        dict.fromkeys(words, ""),
    )
