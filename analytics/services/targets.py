"""Published tables: kept cell by cell, exactly as printed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction

from analytics import policy
from analytics.core.target_notes import note_problems
from analytics.core.targets import Cell, check_cells
from analytics.models import Target, TargetCell
from surveys.core.problems import Problem, Refused
from surveys.core.said import say
from surveys.core.storable import check_storable
from surveys.models import Study, User
from surveys.services import audit
from surveys.services.rows import set_differing


@transaction.atomic
def define_target(
    user: User,
    study: Study,
    slug: str,
    *,
    kind: str,
    cells: Iterable[Mapping[str, Any]],
    labels: Mapping[str, str] | None = None,
    citation: str = "",
    notes: Mapping[str, Any] | None = None,
    is_new: bool = False,
) -> Target:
    """A published table, or the existing one with what changed saved; the same again changes nothing.

    ``cells``: {column, term, statistic, printed, label}, printed as text so that decimals are kept.
    With ``is_new`` a name that is taken is refused.
    """
    policy.require_define(user, study)
    cells = list(cells)
    about = {"labels": labels, "citation": citation, "notes": notes}
    check_storable({"slug": slug, "kind": kind, "cells": cells} | about)
    read = tuple(_cell(number, cell) for number, cell in enumerate(cells, start=1))
    check_cells(kind, read)
    if problems := note_problems(notes or {}):
        raise Refused(problems)
    fields = {"kind": kind, "labels": dict(labels or {}), "citation": citation, "notes": dict(notes or {})}
    target = Target.objects.filter(study=study, slug=slug).first()
    if target is None:
        target = Target.objects.create(study=study, slug=slug, **fields)
        _write_cells(target, read)
        audit.record(user, "create", target, study=study, cells=len(read))
        return target
    if is_new:
        message = say("There is a target called {slug} already.", slug=slug)
        raise Refused(Problem("named_twice", message, hint=say("Choose another short name.")))
    _change(user, target, fields, read)
    return target


def _change(user: User, target: Target, fields: Mapping[str, Any], cells: tuple[Cell, ...]) -> None:
    changed = set_differing(target, fields)
    if cells != stored_cells(target):
        target.cells.all().delete()
        _write_cells(target, cells)
        changed.append("cells")
    if changed:
        target.save()
        audit.record(user, "change", target, study=target.study, fields=changed)


def stored_cells(target: Target) -> tuple[Cell, ...]:
    """The cells of a target as the core knows them, in the order of the table."""
    return tuple(Cell(c.column, c.term, c.statistic, c.printed, c.label) for c in target.cells.all())


def _cell(number: int, given: Mapping[str, Any]) -> Cell:
    """One cell; numbers given as numbers have lost their decimals and are refused."""
    printed = given.get("printed", "")
    if not isinstance(printed, str):
        message = say(
            "The printed figure of {term} must be a text: a number loses its last zeros.",
            term=given.get("term"),
        )
        raise Refused(Problem("bad_cell", message, where=say("cell {number}", number=number)))
    names = ("column", "term", "statistic")
    return Cell(*(str(given.get(name, "")) for name in names), printed, str(given.get("label", "")))


def _write_cells(target: Target, cells: tuple[Cell, ...]) -> None:
    TargetCell.objects.bulk_create(
        TargetCell(
            target=target,
            position=position,
            column=cell.column,
            term=cell.term,
            statistic=cell.statistic,
            printed=cell.printed,
            label=cell.label,
        )
        for position, cell in enumerate(cells)
    )
