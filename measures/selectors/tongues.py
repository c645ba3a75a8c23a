"""A measure version as a tongue is asked to write it: its rule on a wave, with the numbers fitted for it."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from measures.core.engine import Rule, SourceColumn
from measures.core.tongues import Asked, rule_text
from measures.core.tongues.in_files import InFiles, Stored, in_files
from measures.models import DatasetColumn, DatasetVersion, MeasureVersion
from measures.policy import may_download
from measures.selectors.disclosure import without_small_groups
from measures.selectors.scopes import Ground, ground, measure_variable, parsed, study_wave_versions
from measures.selectors.trying import Tried, has_all_of, try_rule
from surveys.core.problems import refuse
from surveys.core.said import say
from surveys.models import User, WaveVersion


def text_in_tongue(
    user: User, version: MeasureVersion, tongue: str, wave: WaveVersion | None = None, language: str = "en"
) -> str:
    """The text that computes a measure version in another program; Refused where there is none.

    Written for ``wave``, or for the newest wave that has every item of the rule.
    """
    here = ground(version.measure.study, wave) if wave is not None else _ground_of(version)
    tried = try_rule(here, version.rule, version.measure.name)
    fitted = _fitted(user, version) if _is_fitted(tried) else {}
    return rule_text(tongue, asked_for(here, version, tried, fitted, language))


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


def _ground_of(version: MeasureVersion) -> Ground:
    study = version.measure.study
    for wave in study_wave_versions(study):
        here = ground(study, wave)
        if has_all_of(here, parsed(version.rule), version.measure.name):
            return here
    message = say("No wave of {study} has every item of {version}.", study=study, version=version)
    raise refuse("no_wave", message, hint="Look at the crosswalk of its items.")


def _is_fitted(tried: Tried) -> bool:
    return any(rule.is_data_dependent for rule in (tried.checked, *tried.earlier.values()))


def _fitted(user: User, version: MeasureVersion) -> dict[str, Any]:
    """What was fitted in the latest dataset version that holds the measure; Refused where groups are small
    and the person may not see the data."""
    column = version.dataset_columns.select_related("version").order_by("-version__created_at").first()
    if column is None:
        return {}
    fitted = fits_in(column.version)
    if may_download(user, version.measure.study):
        return fitted
    shown = without_small_groups(fitted)
    if any(fit.get("withheld") for fit in shown.values()):
        message = "Means of small groups tell single answers; the text would hold them."
        raise refuse("withheld", message, hint="Ask for the right to download the data.")
    return shown


def fits_in(version: DatasetVersion) -> dict[str, Any]:
    """Everything that was fitted for the measures of a dataset version, by the part it was fitted for."""
    columns = version.columns.filter(kind=DatasetColumn.Kind.MEASURE).select_related("derived")
    return {key: fit for column in columns for key, fit in column.derived.fitted.items()}
