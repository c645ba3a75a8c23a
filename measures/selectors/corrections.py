"""What a corrected wave holds otherwise, in words: which variables changed, and in how many rows."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from measures.core.transitions import rows_changed_by_key
from surveys.core.table import read_split
from surveys.models import Variable, WaveVersion
from surveys.services.files import path_of

MOST_NAMED = 5  # variables named in one cause


def corrected(before: WaveVersion, after: WaveVersion, variables: list[str]) -> str:
    counts = _changed_rows(before.pk, after.pk, before.data_id, after.data_id, tuple(variables))
    if before.rows != after.rows:  # rows that came or went alter every column, but nobody's answer
        variables = [name for name in variables if counts.get(name) != 0]
    parts = [_in_rows(name, counts.get(name)) for name in variables[:MOST_NAMED]]
    if more := len(variables) - MOST_NAMED:
        parts += [_("and %(more)s more variables") % {"more": more}] if more > 0 else []
    if difference := after.rows - before.rows:
        text = ngettext("%(n)s row more", "%(n)s rows more", abs(difference))
        if difference < 0:
            text = ngettext("%(n)s row fewer", "%(n)s rows fewer", abs(difference))
        parts.append(text % {"n": abs(difference)})
    return _("%(wave)s was corrected: %(what)s") % {"wave": before, "what": ", ".join(parts)}


def _in_rows(name: str, rows: int | None) -> str:
    if rows is None:
        return _("%(name)s changed") % {"name": name}
    text = ngettext("%(name)s changed in %(n)s row", "%(name)s changed in %(n)s rows", rows)
    return text % {"name": name, "n": rows}


@lru_cache(maxsize=64)
def _changed_rows(
    before_id: int, after_id: int, before_data: str, after_data: str, names: tuple[str, ...]
) -> dict[str, int]:
    """Variable -> rows that changed between two versions of a wave, matched by the wave's key.

    Versions never change, so the answer is kept; without a usable key it is empty.
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
            return {}
        sides.append({name: _cells(version, stored[name]) for name in sorted(wanted)})
    return rows_changed_by_key(sides[0], sides[1], key)


def _cells(version: WaveVersion, variable: Variable) -> Any:
    return read_split(path_of(version.data), variable.position, variable.as_core())
