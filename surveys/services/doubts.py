"""What an upload may mean, kept beside it for its owner to settle: samples of its text go nowhere else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from surveys.core.problems import Choice, Refused

_NAME = "doubt.json"  # in the folder of the upload, and swept with it


@contextmanager
def keeping_doubt(folder: Path) -> Iterator[None]:
    """Writes the choices of a refusal beside the upload that it is about."""
    try:
        yield
    except Refused as refused:
        choices = [choice for problem in refused.problems for choice in problem.choices]
        if choices:
            told = [[choice.answer, choice.labels, choice.cells] for choice in choices]
            (folder / _NAME).write_text(json.dumps(told), encoding="utf-8")
        raise


def forget_doubt(folder: Path) -> None:
    """Before another attempt: what it finds is what counts."""
    (folder / _NAME).unlink(missing_ok=True)


def is_in_doubt(folder: Path) -> bool:
    """Whether an upload waits for an answer."""
    return (folder / _NAME).is_file()


def choices_in(folder: Path) -> tuple[Choice, ...]:
    """The choices that were kept beside an upload; none where the upload is gone."""
    try:
        told = json.loads((folder / _NAME).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return ()
    return tuple(Choice(answer, *map(tuple, samples)) for answer, *samples in told)
