"""A measure version as a tongue is asked to write it: its rule on a wave, with the numbers fitted for it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Q

from measures.core.engine import Rule, SourceColumn
from measures.core.tongues import DDI, OFFERED, Asked, derivation, rule_text
from measures.core.tongues.in_files import InFiles, Stored, in_files
from measures.models import DatasetColumn, DatasetVersion, MeasureVersion
from measures.policy import may_download
from measures.selectors.disclosure import versions_shown_to, without_small_groups
from measures.selectors.scopes import Ground, ground, measure_variable, parsed, study_wave_versions
from measures.selectors.superseded import superseded_columns
from measures.selectors.trying import Tried, has_all_of, try_rule
from measures.selectors.versions import measure_named
from surveys.core.problems import Refused, refuse
from surveys.core.said import say
from surveys.models import User, WaveVersion
from surveys.selectors import one_named, reference, wave_version_named


@dataclass(frozen=True)
class Written:
    """A measure version in one tongue: its ``text``, or why there is none."""

    tongue: str
    title: str
    wave: str = ""
    text: str = ""
    refused: Refused | None = None


def measure_version_named(user: User, text: str) -> MeasureVersion:
    """The measure version ``STUDY/MEASURE@n``, or the one in force of ``STUDY/MEASURE``."""
    asked, measure = reference(text), measure_named(user, text)
    shown = versions_shown_to(user).filter(measure=measure)
    if asked.number is not None:
        known = [f"{measure}@{number}" for number in shown.values_list("number", flat=True) if number]
        return one_named(shown.filter(number=asked.number), say("measure version"), text, known)
    found = shown.filter(state=MeasureVersion.State.PUBLISHED).order_by("-number").first()
    if found is None:
        message = say("The measure {name} has no published version.", name=measure.name)
        raise refuse("not_published", message, hint="Publish it, or name a version by its number.")
    return found


def written(
    user: User,
    version: MeasureVersion,
    tongues: Collection[str] = tuple(OFFERED),
    wave: WaveVersion | None = None,
    language: str = "en",
) -> list[Written]:
    """The version in each of ``tongues`` (of ``OFFERED``), or why it cannot be said there.

    Written for ``wave``; else for the wave that the numbers were fitted on, else for the newest wave that
    has every item of the rule.  Refused where the rule cannot be read on a wave at all.
    """
    column = (
        version.dataset_columns.select_related("version__dataset").order_by("-version__created_at").first()
    )
    here = _ground(user, version, wave, column)
    tried = try_rule(here, version.rule, version.measure.name)
    fitted, withheld = _fitted(user, column) if _is_fitted(tried) else ({}, None)
    asked = asked_for(here, version, tried, fitted, language)
    if fitted and column is not None:
        asked = replace(asked, fitted_in=str(column.version))
    return [_written(tongue, asked, version.rule, withheld) for tongue in tongues]


def _written(tongue: str, asked: Asked, rule: str, withheld: Refused | None) -> Written:
    title = OFFERED[tongue]
    if withheld is not None:
        return Written(tongue, title, asked.wave, refused=withheld)
    try:
        text = derivation(asked, rule) if tongue == DDI else rule_text(tongue, asked)
        return Written(tongue, title, asked.wave, text)
    except Refused as refused:
        return Written(tongue, title, asked.wave, refused=refused)


def asked_for(
    here: Ground, version: MeasureVersion, tried: Tried, fitted: dict[str, Any], language: str = "en"
) -> Asked:
    """What a tongue is asked; ``fitted`` holds the numbers of every part that needs some."""
    items = {name for rule in (tried.checked, *tried.earlier.values()) for name in rule.items}
    columns = {
        name: SourceColumn(one.position, one.source, one.tags, one.code_map)
        for name, one in here.items.items()
        if name in items
    }
    name = version.measure.name
    return Asked(
        rule=Rule(name, tried.checked, fitted),
        variable=measure_variable(version, tried.checked.type),
        columns=columns,
        earlier=tuple(Rule(earlier, checked, fitted) for earlier, checked in tried.earlier.items()),
        contexts=here.tables,
        codes=_codes(here),
        files=_files(here, {one.variable.name for one in columns.values()}),
        taken=tuple(here.version.variables.values_list("name", flat=True)),
        title=f"{here.study.slug}/{version}",
        wave=str(here.version),
        language=language,
    )


def _codes(here: Ground) -> dict[str, int]:
    """The study's own missing codes by reason; the first where several share one."""
    found: dict[str, int] = {}
    for code, reason in here.study.missing_reasons.items():
        try:
            found.setdefault(reason, int(code))
        except ValueError:
            continue  # a letter or a text: no code of a number
    return found


def _files(here: Ground, names: set[str]) -> dict[str, InFiles]:
    """How absences of these variables stand in files of the wave."""
    wanted = here.version.variables.filter(Q(name__in=names) | Q(has_tags=True))
    return in_files((Stored(one.as_core(), one.frequencies, one.has_tags) for one in wanted), names)


def _ground(
    user: User, version: MeasureVersion, wave: WaveVersion | None, column: DatasetColumn | None
) -> Ground:
    study = version.measure.study
    if wave is not None:
        return ground(study, wave)
    if column is not None and column.derived.fitted:
        return ground(study, wave_version_named(user, column.version.recipe["wave"]))
    for newest in study_wave_versions(study):
        here = ground(study, newest)
        if has_all_of(here, parsed(version.rule), version.measure.name):
            return here
    message = say("No wave of {study} has every item of {version}.", study=study, version=version)
    raise refuse("no_wave", message, hint="Look at the crosswalk of its items.")


def _is_fitted(tried: Tried) -> bool:
    return any(rule.is_data_dependent for rule in (tried.checked, *tried.earlier.values()))


def _fitted(user: User, column: DatasetColumn | None) -> tuple[dict[str, Any], Refused | None]:
    """What was fitted in the latest dataset version that holds the measure; a refusal where groups are small
    and the person may not see the data."""
    if column is None:
        return {}, None
    fitted = fits_in(column.version)
    if may_download(user, column.version.study):
        return fitted, None
    if why := superseded_columns(column.version).get(column.name):
        return {}, refuse("withheld", why, hint="Ask for the right to download the data.")
    shown = without_small_groups(fitted)
    if not any(fit.get("withheld") for fit in shown.values()):
        return fitted, None
    message = "The text would hold numbers fitted on the sample that tell single answers."
    return {}, refuse("withheld", message, hint="Ask for the right to download the data.")


def fits_in(version: DatasetVersion) -> dict[str, Any]:
    """Everything that was fitted for the measures of a dataset version, by the part it was fitted for."""
    columns = version.columns.filter(kind=DatasetColumn.Kind.MEASURE).select_related("derived")
    return {key: fit for column in columns for key, fit in column.derived.fitted.items()}
