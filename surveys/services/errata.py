"""Corrections: which columns of an earlier version of a wave the version in force holds otherwise.

Reads only; it stands among the services because the files that it looks into are kept here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db import models
from django.db.models import Count, QuerySet

from surveys.core.codebook import other_meaning
from surveys.core.comparison import differs_in_words, told_rows
from surveys.models import AuditEntry, WaveVersion
from surveys.selectors import latest_version
from surveys.services.comparing import Identity, cells_of, identity

CELLS, CODEBOOK, MEANING, REMOVED, ROWS = "cells", "codebook", "meaning", "removed", "rows"


@dataclass(frozen=True)
class Correction:
    """``before`` was corrected by ``after``.

    ``columns``: variable of ``before`` -> ``cells`` (other cells of the same people, or other missing codes),
    ``meaning`` (equal cells that stand for something else: labels of codes, type, level), ``rows`` (other
    only because rows came or went), ``codebook`` (other words alone, as a comparison of the two tells them;
    how a file displays a variable is none) or ``removed``.  Rows added and removed are None where either is
    small: a correction is told to everybody.
    """

    before: WaveVersion
    after: WaveVersion
    columns: Mapping[str, str]
    rows_added: int | None = 0
    rows_removed: int | None = 0

    @property
    def changed(self) -> frozenset[str]:
        """The variables whose answers are no longer what they were, or no longer what they stood for."""
        return frozenset(name for name, what in self.columns.items() if what in (CELLS, MEANING, REMOVED))

    @property
    def told(self) -> dict[str, str]:
        """The columns that somebody should look at: without those in which only rows came or went."""
        return {name: what for name, what in self.columns.items() if what != ROWS}

    @property
    def n_changed(self) -> int:
        """Variables with other answers."""
        return len(self.changed) - self.n_meaning

    @property
    def n_meaning(self) -> int:
        """Variables whose equal answers stand for something else."""
        return sum(what == MEANING for what in self.columns.values())

    @property
    def is_empty(self) -> bool:
        return not self.told and not self.moves_rows

    @property
    def n_reworded(self) -> int:
        return sum(what == CODEBOOK for what in self.columns.values())

    @property
    def moves_rows(self) -> bool:
        """Whether rows came or went, which concerns everything made of the wave."""
        return (self.rows_added, self.rows_removed) != (0, 0)

    @property
    def alters_answers(self) -> bool:
        return self.moves_rows or bool(self.changed)


def correction_of(version: WaveVersion) -> Correction | None:
    """How ``version`` was corrected since; None where it is in force, or nothing of it was changed."""
    latest = latest_version(version.wave)
    if latest is None or latest.pk == version.pk:
        return None
    found = correction(version, latest)
    return found if found.columns or found.moves_rows else None


def change_to(version: WaveVersion) -> Correction | None:
    """What ``version`` changed against the one before it; None for the first."""
    found = WaveVersion.objects.filter(wave_id=version.wave_id, number__lt=version.number)
    before = found.select_related("wave__study", "data").order_by("-number").first()
    return correction(before, version) if before is not None else None


def correction(before: WaveVersion, after: WaveVersion) -> Correction:
    """What ``after`` holds otherwise.  Equal rows are told by the stored hashes; where rows came or went,
    they are matched by the wave's key, so that a column is named only when answers of the same people differ.
    Without a usable key, and of very large waves, the hashes alone are asked.
    """
    columns = changed_by_hash(identity(before), identity(after))
    added, removed = max(after.rows - before.rows, 0), max(before.rows - after.rows, 0)
    if before.rows == after.rows and not _is_key_changed(before, columns):
        return Correction(before, after, columns)
    found = cells_of(before, after, is_told=True)  # of cells only which variables are concerned is told
    if found.problem is not None:
        return Correction(before, after, columns, *told_rows(added, removed))
    exact = {one.name for one in found.columns}
    told = {name: ROWS if what == CELLS and name not in exact else what for name, what in columns.items()}
    told |= dict.fromkeys(exact, CELLS)  # an equal column of rows that changed places is other people's
    return Correction(before, after, told, *told_rows(found.rows_added, found.rows_removed))


def _is_key_changed(version: WaveVersion, columns: Mapping[str, str]) -> bool:
    """Whether the same number of rows may be other rows, or stand in another order."""
    return columns.get(version.wave.key) == CELLS


@lru_cache(maxsize=64)
def changed_by_hash(before: Identity, after: Identity) -> Mapping[str, str]:
    """Variable of the version ``before`` -> what is other, from stored hashes; versions never change."""
    versions = WaveVersion.objects.in_bulk([before[0], after[0]])
    new = {variable.name: variable for variable in versions[after[0]].variables.all()}
    found = {}
    for was in versions[before[0]].variables.order_by("position"):
        is_now = new.get(was.name)
        if is_now is None:
            found[was.name] = REMOVED
        elif is_now.column_hash != was.column_hash or _missing(is_now.codebook) != _missing(was.codebook):
            found[was.name] = CELLS
        elif is_now.codebook == was.codebook:
            continue
        elif other_meaning(was.codebook, is_now.as_core()):
            found[was.name] = MEANING
        elif differs_in_words(was.as_core(), is_now.as_core()):
            found[was.name] = CODEBOOK
    return found


def _missing(book: Mapping[str, Any]) -> list[str]:
    """A missing scheme without its labels, which alter no cell."""
    rules = book.get("missing", ())
    return sorted(str(sorted((k, v) for k, v in rule.items() if k != "labels")) for rule in rules)


def downloads_of(version: models.Model) -> QuerySet[AuditEntry]:
    """What the audit trail says of files of ``version`` that were handed out, newest first."""
    label = version._meta.label
    return AuditEntry.objects.filter(action="export", object_type=label, object_id=str(version.pk))


def how_often_downloaded(model: type[models.Model], keys: Iterable[int]) -> dict[int, int]:
    """Key of a version -> how often files of it were handed out; one query, none where that never was."""
    named = [str(key) for key in keys]
    exports = AuditEntry.objects.filter(
        action="export", object_type=model._meta.label, object_id__in=named
    ).order_by()
    counted = exports.values_list("object_id").annotate(n=Count("pk"))
    return {int(key): n for key, n in counted}
