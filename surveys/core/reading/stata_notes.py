"""Characteristics of a Stata file: notes, what our own exports put there, and what others did."""

from __future__ import annotations

import re
from collections.abc import Iterable

from surveys.core.findings import Finding, Severity
from surveys.core.reading.raw import RawFile, RawVariable
from surveys.core.said import say

Characteristic = tuple[bytes, bytes, bytes]  # whose (a variable, or _dta), what, its text

_NOTE = re.compile(rb"note([0-9]+)")
_FILE = b"_dta"


def give_characteristics(file: RawFile, told: Iterable[Characteristic]) -> None:
    """Notes of the file into its notes, those of a variable into its note, the rest into its attributes.

    Characteristics of the whole file that are no notes belong to Stata's own commands; they are named in a
    finding.
    """
    by_name: dict[bytes, list[tuple[bytes, bytes]]] = {}
    for whose, what, text in told:
        by_name.setdefault(whose, []).append((what, text))
    notes, others = _parted(by_name.pop(_FILE, []))
    file.notes = notes
    if others:
        names = sorted(what.decode("ascii", "replace") for what, _ in others)
        named = say("Characteristics of the file are not kept in the codebook: {names}.", names=names)
        file.findings.append(Finding(Severity.INFO, "characteristics_not_kept", named))
    for variable in file.variables:
        _give(variable, by_name.get(variable.name, []))


def _give(variable: RawVariable, told: list[tuple[bytes, bytes]]) -> None:
    """A first note that repeats the question is what our own exports write for people to see."""
    notes, others = _parted(told)
    questions = [text for what, text in others if what == b"question"]
    said = notes[1:] if questions and notes[:1] == questions else notes
    variable.attributes = [(what, [text]) for what, text in others]
    if said:
        variable.attributes.append((b"note", [b"\n".join(said)]))


def _parted(told: list[tuple[bytes, bytes]]) -> tuple[list[bytes], list[tuple[bytes, bytes]]]:
    """(notes in the order of their numbers, everything else); note0 only counts them."""
    numbered = [(int(match[1]), text) for what, text in told if (match := _NOTE.fullmatch(what))]
    notes = [text for number, text in sorted(numbered, key=lambda pair: pair[0]) if number]
    return notes, [(what, text) for what, text in told if not _NOTE.fullmatch(what)]
