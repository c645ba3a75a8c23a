"""Changed cells handed out: microdata, so the right is asked and the audit trail says so."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from itertools import chain
from typing import Any

from django.db import transaction

from surveys import policy
from surveys.core.comparison import changed_cells, match_rows
from surveys.core.comparison.matching import Matched
from surveys.core.problems import Problem, Refused, near_misses, refuse
from surveys.models import User, WaveVersion
from surveys.services import audit
from surveys.services.comparing import stored_rows

MEDIA_TYPES = {"csv": "text/csv; charset=utf-8", "json": "application/json"}
HEAD = ("change", "key", "variable", "before", "before_reason", "after", "after_reason")


def cell_file(user: User, before: WaveVersion, after: WaveVersion, form: str) -> tuple[str, Iterator[str]]:
    """(file name, its text in pieces): a line per row that came or went and per changed cell.

    Refused for versions of two waves, without a usable key, and without the right to download the data.
    """
    if form not in MEDIA_TYPES:
        near = near_misses(form, MEDIA_TYPES)
        raise refuse("not_found", "Changed cells come as .csv or .json.", near=near)
    matched = _matched(user, before, after)
    _record(user, before, after, form=form)
    name = f"{after.study.slug}-{after.wave.slug}-v{before.number}-v{after.number}-cells.{form}"
    lines = _lines(before, after, matched)
    return name, _as_csv(lines) if form == "csv" else _as_json(lines)


def some_cells(
    user: User, before: WaveVersion, after: WaveVersion, variable: str, most: int
) -> list[dict[str, Any]]:
    """The first ``most`` changed cells of one variable."""
    _matched(user, before, after)
    _record(user, before, after, variable=variable)
    sides = stored_rows(before), stored_rows(after)
    frames = changed_cells(*sides, after.wave.key, [variable])
    return [row for frame in frames for row in frame.head(most).iter_rows(named=True)]


def _matched(user: User, before: WaveVersion, after: WaveVersion) -> Matched:
    for study in {before.study, after.study}:
        policy.require(user, policy.DOWNLOAD, study)
    if before.wave_id != after.wave_id:
        hint = "Compare two versions of one wave."
        raise refuse("two_waves", "The rows of two waves are not the same people's.", hint=hint)
    matched = match_rows(stored_rows(before), stored_rows(after), after.wave.key)
    if isinstance(matched, Problem):
        raise Refused(matched)
    return matched


@transaction.atomic
def _record(user: User, before: WaveVersion, after: WaveVersion, **detail: Any) -> None:
    audit.record(user, "read_cells", after, study=after.study, before=str(before), after=str(after), **detail)


def _lines(before: WaveVersion, after: WaveVersion, matched: Matched) -> Iterator[tuple[Any, ...]]:
    for change, keys in (("row_removed", matched.removed), ("row_added", matched.added)):
        for key in keys:
            yield change, str(key), None, None, None, None, None
    for frame in changed_cells(stored_rows(before), stored_rows(after), after.wave.key):
        for row in frame.iter_rows():
            yield "cell", *row


def _as_csv(lines: Iterator[tuple[Any, ...]]) -> Iterator[str]:
    for line in chain([HEAD], lines):
        yield _csv_line(line)


def _csv_line(cells: tuple[Any, ...]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow(cells)
    return out.getvalue()


def _as_json(lines: Iterator[tuple[Any, ...]]) -> Iterator[str]:
    yield "["
    for place, line in enumerate(lines):
        told = {name: cell for name, cell in zip(HEAD, line, strict=True) if cell is not None}
        yield ("," if place else "") + "\n" + json.dumps(told, ensure_ascii=False)
    yield "\n]\n"
