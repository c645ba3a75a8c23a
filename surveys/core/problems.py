"""Problems that a person can fix: what is wrong, where, and what to do next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from difflib import get_close_matches
from typing import Any

from surveys.core.said import alternatives, both, restored, say, sentence

SHORT = 3  # characters of a Chinese word; one of two shared is a near miss


@dataclass(frozen=True)
class Choice:
    """One answer to a doubt, and what would come of it: samples of labels and of cells.

    Cells are respondents' words.
    """

    answer: str
    labels: tuple[str, ...] = ()
    cells: tuple[str, ...] = ()

    @property
    def samples(self) -> tuple[str, ...]:
        """All samples, in an order that is the same for every answer."""
        return self.labels + self.cells

    def sentence(self) -> str:
        """The answer and its samples as one line."""
        return " ".join([self.answer, *(f"“{sample}”" for sample in self.samples)])


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with what somebody gave us, in words that person can act on.

    ``code`` is stable and for programs (``unknown_variable``); ``message`` says what is wrong in one
    sentence, ``where`` names file, variable, line or field, ``hint`` says what to do next, ``near``
    lists near misses, ``position`` is (start, end) in characters of a rule or formula.  ``choices`` are the
    answers to a doubt that only a person can settle.
    A problem never quotes respondents' values, but for the samples of its choices: those are for whoever
    holds the file, and are neither stored nor logged (:meth:`without_samples`, :meth:`without_cells`).
    """

    code: str
    message: str
    where: str = ""
    hint: str = ""
    near: tuple[str, ...] = ()
    position: tuple[int, int] | None = None
    choices: tuple[Choice, ...] = ()

    def sentence(self) -> str:
        """The whole problem as one readable line."""
        message = sentence(self.message)
        if self.where:
            message = say("{where}: {message}", where=self.where, message=message)
        if self.near:
            message = both(message, say("Did you mean {near}?", near=alternatives(self.near)))
        return both(message, self.hint)

    def without_samples(self) -> Problem:
        """The problem as it may be stored: its choices by their names alone."""
        return replace(self, choices=tuple(Choice(choice.answer) for choice in self.choices))

    def without_cells(self) -> Problem:
        """The problem as others may read it: its choices with no word of respondents."""
        return replace(self, choices=tuple(replace(choice, cells=()) for choice in self.choices))

    def as_json(self) -> dict[str, Any]:
        """Plain types only, for pages, the API and ``--json``; ``choices`` only where there are any."""
        told = asdict(self) | {
            "near": list(self.near),
            "position": list(self.position) if self.position else None,
        }
        told.pop("choices")
        choices = [
            {"answer": one.answer, "labels": list(one.labels), "cells": list(one.cells)}
            for one in self.choices
        ]
        return told | ({"choices": choices} if choices else {})


def problem_from_json(document: Mapping[str, Any]) -> Problem:
    """A problem that was told as JSON, with the sources of its sentences where it has them."""
    told = restored(document)
    position = tuple(told["position"]) if told.get("position") else None
    choices = tuple(
        Choice(one["answer"], tuple(one.get("labels", ())), tuple(one.get("cells", ())))
        for one in told.get("choices", ())
    )
    return Problem(**{**told, "near": tuple(told["near"]), "position": position, "choices": choices})


@dataclass
class Refused(Exception):
    """Raised at a door when what was given cannot be taken; carries every problem at once."""

    problems: tuple[Problem, ...] = field(default_factory=tuple)

    def __init__(self, problems: Problem | Iterable[Problem]) -> None:
        self.problems = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__(" ".join(problem.sentence() for problem in self.problems))


def refuse(code: str, message: str, **more: Any) -> Refused:
    """Shorthand for a refusal with a single problem."""
    return Refused(Problem(code, message, **more))


def near_misses(word: str, known: Iterable[str], most: int = 3) -> tuple[str, ...]:
    """Names from ``known`` that ``word`` may have been meant for, nearest first."""
    by_fold = {name.casefold(): name for name in known}
    cutoff = 0.5 if len(word) <= SHORT and not word.isascii() else 0.6
    found = get_close_matches(word.casefold(), by_fold, n=most, cutoff=cutoff)
    return tuple(by_fold[name] for name in found)
