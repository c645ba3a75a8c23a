"""Absences as Stata's letters: which stands for what, and what could not be carried."""

from __future__ import annotations

import string
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from surveys.core.absence import SYSTEM
from surveys.core.codebook import Scalar, ValueType, Variable, text_in
from surveys.core.said import say
from surveys.core.table import missing_value
from surveys.core.writing import labels as fit
from surveys.core.writing.cells import Cells, left_labels, reason_labels
from surveys.core.writing.spss_missing import MOST_MOVED
from surveys.core.writing.table import Loss

_LETTERS = string.ascii_lowercase
_Kind = tuple[str, Scalar | None]  # an absence's reason, and its code where it has one


@dataclass(frozen=True)
class Lettered:
    """Numbers with absences as letters: ``letter`` is 0 for ".", 1 for ".a" … where ``absent``."""

    numbers: pl.Series
    absent: npt.NDArray[np.bool_]
    letter: npt.NDArray[np.uint8]
    labels: dict[int, str]
    losses: tuple[Loss, ...] = ()


def lettered(variable: Variable, column: Cells, language: str) -> Lettered:
    """Gives each absence of the column a letter: its own tag where it has one, else the next that is free."""
    absent = column.absent.to_numpy()
    reasons, codes = column.reasons.filter(column.absent), column.values.filter(column.absent)
    found = pl.DataFrame({"reason": reasons, "code": codes})
    kinds = [kind for kind in found.unique().sort("reason", "code").rows() if kind != (SYSTEM, None)]
    kinds += [kind for kind in _declared(variable) if kind not in kinds]
    own = _own_letters(variable, kinds)
    free = [n for n in range(1, 27) if n not in own.values()]
    given = dict(zip([kind for kind in kinds if kind not in own], free, strict=False))
    letters = own | given
    number = np.zeros(len(absent), dtype=np.uint8)
    if letters:
        frame = pl.DataFrame(
            {
                "reason": [k[0] for k in letters],
                "code": [k[1] for k in letters],
                "letter": list(letters.values()),
            },
            schema={"reason": pl.String, "code": codes.dtype, "letter": pl.UInt8},
        )
        joined = found.join(frame, on=["reason", "code"], how="left", nulls_equal=True, maintain_order="left")
        number[absent] = joined["letter"].fill_null(0).to_numpy()
    labels = {
        n: _letter_label(variable, kind, language)
        for kind, n in letters.items()
        if kind in given or not _is_bare(variable, kind)
    }
    valid = pl.select(pl.when(~column.absent).then(column.values)).to_series()
    without = [kind for kind in kinds if kind not in letters]
    return Lettered(valid, absent, number, labels, _letter_losses(variable, given, without))


def _own_letters(variable: Variable, kinds: list[_Kind]) -> dict[_Kind, int]:
    """The letters of absences that were tags already; a tag that Stata has not is given another."""
    tags = {rule.reason: rule.tag for rule in variable.missing if rule.tag}
    found: dict[_Kind, int] = {}
    for reason, code in kinds:
        tag = tags.get(reason) or reason.removeprefix("tag:")
        if reason.startswith("tag:") and len(reason) == 5:
            tag = reason[4:]
        if code is None and tag in _LETTERS:
            found[reason, code] = _LETTERS.index(tag) + 1
    return found


def _declared(variable: Variable) -> list[_Kind]:
    """Absences that the codebook declares, whether any cell has them or not."""
    words = [rule.reason for rule in variable.missing if rule.tag]
    found: list[_Kind] = []
    for rule in variable.missing:
        if rule.tag:
            found.append((rule.reason if words.count(rule.reason) == 1 else f"tag:{rule.tag}", None))
        elif rule.value is not None and not (
            variable.type is ValueType.INTEGER and float(rule.value) % 1
        ):  # a fraction stands in no cell of whole numbers
            found.append((rule.reason, missing_value(rule.value, variable.type)))
    return found


def _is_bare(variable: Variable, kind: _Kind) -> bool:
    """Whether it is a tag that nobody named: under its own letter the letter says it all."""
    reason, code = kind
    named = (rule.tag for rule in variable.missing if rule.labels)
    return code is None and reason.startswith("tag:") and reason.removeprefix("tag:") not in named


def _letter_label(variable: Variable, kind: tuple[str, Scalar | None], language: str) -> str:
    reason, code = kind
    if code is None:
        return text_in(left_labels(variable, reason), language)
    own = fit.value_labels(variable, language).get(code, "")
    return own or text_in(reason_labels(variable, reason), language) or f"code {_told(code)}"


def _told(code: Scalar | None) -> str:
    return f"{code + 0.0:.15g}" if isinstance(code, float) else str(code)  # -0 is 0


def _letter_losses(variable: Variable, letters: dict[_Kind, int], without: list[_Kind]) -> tuple[Loss, ...]:
    losses = []
    moved = {_told(code): f".{_LETTERS[n - 1]}" for (_, code), n in letters.items() if code is not None}
    if moved:
        why = say("Missing codes stand as Stata's letters: {codes}.", codes=_pairs(moved))
        losses.append(Loss(variable.name, "missing_code_changed", why, moved))
    words = {reason: f".{_LETTERS[n - 1]}" for (reason, code), n in letters.items() if code is None}
    if words:
        why = say("Absences without a code of their own stand as letters: {reasons}.", reasons=_pairs(words))
        losses.append(Loss(variable.name, "missing_code_invented", why, words))
    if without:
        why = say(
            "Stata has 26 letters for absences; {n} more kinds stand as a plain full stop.",
            n=len(without),
        )
        gone = {reason if code is None else _told(code): "." for reason, code in without[:MOST_MOVED]}
        losses.append(Loss(variable.name, "missing_codes_dropped", why, gone))
    return tuple(losses)


def _pairs(became: dict[str, str]) -> list[str]:
    return [say("{code} is {new}", code=old, new=new) for old, new in became.items()]
