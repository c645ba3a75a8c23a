"""Waves that came, or were decided about anew, after a measure was published: what has no outcome there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from functools import reduce
from typing import Any

from django.db.models import Max

from measures.core.coverage import coverage_row, holes
from measures.models import MeasureVersion
from measures.policy import may_define
from measures.selectors.disclosure import without_few
from measures.selectors.keys import Column
from measures.selectors.resolving import Resolved
from measures.selectors.scopes import Ground, ground, study_wave_versions
from measures.selectors.trying import Tried, covered, try_rule
from surveys.core.problems import Problem, Refused
from surveys.core.said import both, say
from surveys.models import CrosswalkDecision, Study, User, WaveVersion

MOST_AT_ONCE = 200_000  # rows of later waves that are looked at while somebody waits for a page


def uncovered_in(resolved: Resolved) -> tuple[Problem, ...]:
    """For every measure of a recipe that was not proved on its wave as the wave is read now: the answers that
    have no outcome there.

    Values that few rows share and no label names are counted together, for everyone reads it.
    """
    columns = [column for column in resolved.columns if column.measure_version is not None]
    proved = _proved(column.measure_version for column in columns if column.measure_version is not None)
    here = resolved.ground
    decided = _decided(here.study).get(here.version.wave_id, {})
    found = []
    for column in columns:
        version = column.measure_version
        if version is None:
            continue
        tried = _tried(resolved, column)
        is_known = str(here.version) in proved[version.pk]
        if is_known and not _is_reread(tried, version, decided):
            continue
        if problem := _told(version, here.version, holes(covered(here, tried)), is_known):
            found.append(problem)
    return tuple(found)


def _proved(versions: Iterable[MeasureVersion]) -> dict[int, set[str]]:
    """Key -> the wave versions that a measure version was proved on when it was published."""
    found = MeasureVersion.objects.filter(pk__in=[version.pk for version in versions])
    return {pk: _waves(report) for pk, report in found.values_list("pk", "report")}


def _waves(report: dict[str, Any]) -> set[str]:
    return {wave["wave_version"] for wave in report.get("waves", ())}


def _decided(study: Study) -> dict[int, dict[str, datetime]]:
    """Wave -> item -> when it was last decided there, or taken back, how the item is read."""
    found = CrosswalkDecision.objects.filter(item__study=study).order_by()
    latest: dict[int, dict[str, datetime]] = {}
    for wave, item, when in found.values_list("wave_id", "item__name").annotate(Max("decided_at")):
        latest.setdefault(wave, {})[item] = when
    return latest


def _is_reread(tried: Tried, version: MeasureVersion, decided: Mapping[str, datetime]) -> bool:
    """Whether the crosswalk of an item that the rule rests on was decided after it was proved."""
    known, rules = version.published_at, (tried.checked, *tried.earlier.values())
    return known is not None and any(
        decided[item] > known for rule in rules for item in rule.items if item in decided
    )


def _tried(resolved: Resolved, column: Column) -> Tried:
    """The rule of a column and those it rests on, each after its own."""
    checked, order = column.rule.checked, resolved.order
    under = set(_earlier(resolved, checked.measures))
    return Tried(checked, {name: resolved.column(name).rule.checked for name in order if name in under})


def _earlier(resolved: Resolved, names: Iterable[str]) -> Iterator[str]:
    """The measures and every one they rest on."""
    for name in names:
        yield name
        yield from _earlier(resolved, resolved.column(name).rule.checked.measures)


def _told(
    version: MeasureVersion, wave: WaveVersion, found: tuple[Problem, ...], is_reread: bool = False
) -> Problem | None:
    if not found:
        return None
    what = reduce(both, (problem.message for problem in found))
    named = {"measure": version, "wave": wave, "what": what}
    message = say("{measure} was not proved on {wave} when it was published: {what}", **named)
    if is_reread:
        message = say("The crosswalk of {wave} was changed after {measure} was proved on it: {what}", **named)
    hint = "They become out_of_range: publish a version of the measure that gives them an outcome."
    return Problem("uncovered_code", message, hint=hint)


def later_waves(user: User, version: MeasureVersion) -> list[dict[str, Any]]:
    """What becomes of codes on the waves that a published version is read on and was not proved on, or was
    proved on before the crosswalk of its items was changed there (``is_reread``).

    As the waves of its report, with ``problem`` where codes have no outcome.  Without ``coverage`` the wave
    was too large to be looked at now.
    """
    if version.state != MeasureVersion.State.PUBLISHED:
        return []
    study, proved, left = version.measure.study, _waves(version.report), MOST_AT_ONCE
    decided = _decided(study)
    found = []
    for wave in study_wave_versions(study):
        known = str(wave) in proved
        if known and not _any_after(decided.get(wave.wave_id, {}), version):
            continue
        if (tried := _read(here := ground(study, wave), version)) is None:
            continue
        if known and not _is_reread(tried, version, decided[wave.wave_id]):
            continue
        left -= wave.rows
        told: dict[str, Any] = {"wave_version": str(wave), "is_later": True, "is_reread": known}
        told["coverage"] = []
        found.append(told if left < 0 else told | _looked_at(here, tried, version, known))
    return found if may_define(user, study) else [without_few(wave, version) for wave in found]


def _read(here: Ground, version: MeasureVersion) -> Tried | None:
    try:
        return try_rule(here, version.rule, version.measure.name)
    except Refused:
        return None


def _any_after(decided: Mapping[str, datetime], version: MeasureVersion) -> bool:
    known = version.published_at
    return known is not None and any(when > known for when in decided.values())


def _looked_at(here: Ground, tried: Tried, version: MeasureVersion, is_reread: bool) -> dict[str, Any]:
    found = covered(here, tried)
    problem = _told(version, here.version, holes(found), is_reread)
    return {"coverage": [coverage_row(row) for row in found.rows], "problem": problem}
