"""Waves that came after a measure was published: what of them its rule gives no outcome."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import reduce
from typing import Any

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
from surveys.models import User, WaveVersion

MOST_AT_ONCE = 200_000  # rows of later waves that are looked at while somebody waits for a page


def uncovered_in(resolved: Resolved) -> tuple[Problem, ...]:
    """For every measure of a recipe that was not proved on its wave: the answers that have no outcome there.

    Values that few rows share and no label names are counted together, for everyone reads it.
    """
    columns = [column for column in resolved.columns if column.measure_version is not None]
    proved = _proved(column.measure_version for column in columns if column.measure_version is not None)
    wave = str(resolved.ground.version)
    return tuple(
        problem
        for column in columns
        if column.measure_version is not None and wave not in proved[column.measure_version.pk]
        if (problem := _problem(resolved, column, column.measure_version))
    )


def _proved(versions: Iterable[MeasureVersion]) -> dict[int, set[str]]:
    """Key -> the wave versions that a measure version was proved on when it was published."""
    found = MeasureVersion.objects.filter(pk__in=[version.pk for version in versions])
    return {pk: _waves(report) for pk, report in found.values_list("pk", "report")}


def _waves(report: dict[str, Any]) -> set[str]:
    return {wave["wave_version"] for wave in report.get("waves", ())}


def _problem(resolved: Resolved, column: Column, version: MeasureVersion) -> Problem | None:
    checked, order = column.rule.checked, resolved.order
    under = set(_earlier(resolved, checked.measures))
    tried = Tried(checked, {name: resolved.column(name).rule.checked for name in order if name in under})
    return _told(version, resolved.ground.version, holes(covered(resolved.ground, tried)))


def _earlier(resolved: Resolved, names: Iterable[str]) -> Iterator[str]:
    """The measures and every one they rest on."""
    for name in names:
        yield name
        yield from _earlier(resolved, resolved.column(name).rule.checked.measures)


def _told(version: MeasureVersion, wave: WaveVersion, found: tuple[Problem, ...]) -> Problem | None:
    if not found:
        return None
    what = reduce(both, (problem.message for problem in found))
    message = say("{measure} was not proved on {wave} when it was published: {what}", measure=version,
                  wave=wave, what=what)  # fmt: skip
    hint = "They become out_of_range: publish a version of the measure that gives them an outcome."
    return Problem("uncovered_code", message, hint=hint)


def later_waves(user: User, version: MeasureVersion) -> list[dict[str, Any]]:
    """What becomes of codes on the waves that a published version is read on and was not proved on.

    As the waves of its report, with ``problem`` where codes have no outcome.  Without ``coverage`` the wave
    was too large to be looked at now.
    """
    if version.state != MeasureVersion.State.PUBLISHED:
        return []
    study, proved, left = version.measure.study, _waves(version.report), MOST_AT_ONCE
    found = []
    for wave in study_wave_versions(study):
        if str(wave) in proved or (tried := _read(here := ground(study, wave), version)) is None:
            continue
        left -= wave.rows
        told: dict[str, Any] = {"wave_version": str(wave), "is_later": True, "coverage": []}
        found.append(told if left < 0 else told | _looked_at(here, tried, version))
    return found if may_define(user, study) else [without_few(wave, version) for wave in found]


def _read(here: Ground, version: MeasureVersion) -> Tried | None:
    try:
        return try_rule(here, version.rule, version.measure.name)
    except Refused:
        return None


def _looked_at(here: Ground, tried: Tried, version: MeasureVersion) -> dict[str, Any]:
    found = covered(here, tried)
    problem = _told(version, here.version, holes(found))
    return {"coverage": [coverage_row(row) for row in found.rows], "problem": problem}
