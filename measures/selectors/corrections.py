"""What a corrected wave holds otherwise, in words: which variables changed, and in how many rows.

The sentences are made without knowing who reads them: of fewer than ten rows nobody is told how many.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from measures.core.transitions import ByKey, changed_by_key
from surveys.core.comparison import told_rows
from surveys.core.disclosure import FEWEST
from surveys.core.table import read_split
from surveys.models import Variable, WaveVersion
from surveys.services.files import path_of

MOST_NAMED = 5  # variables named in one cause


def corrected(before: WaveVersion, after: WaveVersion, variables: list[str]) -> str:
    """``variables`` are those whose columns differ; told are the ones with other answers of the same people,
    and the rows that came or went, which alter every column but nobody's answer."""
    found = _by_key(before.pk, after.pk, before.data_id, after.data_id, tuple(variables))
    if found is None:
        parts = [*_named([_("%(name)s changed") % {"name": name} for name in variables])]
        parts += _more_or_fewer(after.rows - before.rows)
    else:
        changed = [name for name in variables if found.changed.get(name)]
        parts = [*_named([_in_rows(name, found.changed[name]) for name in changed])]
        parts += _came_and_went(found)
        if not parts and before.wave.key in variables:
            parts = [_("its rows stand in another order")]
    same = _("the same answers are stored otherwise")
    return _("%(wave)s was corrected: %(what)s") % {"wave": before, "what": ", ".join(parts or [same])}


def _named(told: list[str]) -> Iterator[str]:
    yield from told[:MOST_NAMED]
    if (more := len(told) - MOST_NAMED) > 0:
        yield _("and %(more)s more variables") % {"more": more}


def _in_rows(name: str, rows: int) -> str:
    if rows < FEWEST:
        return _("%(name)s changed in fewer than %(n)s rows") % {"name": name, "n": FEWEST}
    text = ngettext("%(name)s changed in %(n)s row", "%(name)s changed in %(n)s rows", rows)
    return text % {"name": name, "n": rows}


def _came_and_went(found: ByKey) -> Iterator[str]:
    """Told as an erratum tells them: neither where one of them is small, for their difference is known."""
    added, removed = told_rows(found.added, found.removed)
    if added is None or removed is None:
        yield _("a few rows came or went")
        return
    if added:
        yield ngettext("%(n)s row added", "%(n)s rows added", added) % {"n": added}
    if removed:
        yield ngettext("%(n)s row taken out", "%(n)s rows taken out", removed) % {"n": removed}


def _more_or_fewer(difference: int) -> Iterator[str]:
    """Where rows cannot be matched, only how many there are is known."""
    n = abs(difference)
    if 0 < n < FEWEST:
        yield _("a few rows came or went")
    elif difference > 0:
        yield ngettext("%(n)s row more", "%(n)s rows more", n) % {"n": n}
    elif difference < 0:
        yield ngettext("%(n)s row fewer", "%(n)s rows fewer", n) % {"n": n}


@lru_cache(maxsize=64)
def _by_key(
    before_id: int, after_id: int, before_data: str, after_data: str, names: tuple[str, ...]
) -> ByKey | None:
    """What changed in ``names`` between two versions of a wave, matched by the wave's key.

    Versions never change, so the answer is kept; None without a usable key.
    """
    before, after = (
        WaveVersion.objects.select_related("wave", "data").get(pk=i) for i in (before_id, after_id)
    )
    key = before.wave.key
    wanted = {key, *names}
    sides = []
    for version in (before, after):
        stored = {v.name: v for v in version.variables.filter(name__in=wanted)}
        if not key or set(stored) != wanted:
            return None
        sides.append({name: _cells(version, stored[name]) for name in sorted(wanted)})
    return changed_by_key(sides[0], sides[1], key)


def _cells(version: WaveVersion, variable: Variable) -> Any:
    return read_split(path_of(version.data), variable.position, variable.as_core())
