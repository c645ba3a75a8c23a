"""What a person is shown of measures and of what their rules took from the data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Prefetch, Q, QuerySet

from measures.core.falls import Shown, shown
from measures.models import ColumnFalls, DatasetColumn, Measure, MeasureVersion, Proposal
from measures.policy import may_define, may_download
from measures.selectors.versions import lineage
from surveys import policy
from surveys.core.disclosure import FEWEST
from surveys.core.problems import refuse
from surveys.core.said import say
from surveys.models import Study, User, WaveVersion
from surveys.selectors import studies_where, wave_version_named
from surveys.services.superseded import untold_to


def versions_shown_to(user: User) -> QuerySet[MeasureVersion]:
    """Published and retired versions of visible measures, and drafts where the person may define."""
    visible = Study.objects.visible_to(user)
    shown = ~Q(state=MeasureVersion.State.DRAFT) | Q(measure__study__in=studies_where(user, policy.DEFINE))
    versions = MeasureVersion.objects.filter(shown, measure__study__in=visible)
    return versions.select_related("measure").order_by("number")


def measures_shown_to(user: User) -> QuerySet[Measure]:
    """Visible measures, each with the versions this person is shown as ``shown``.

    A measure that was never published does not exist for those who may not define.
    """
    versions = versions_shown_to(user)
    exists = Q(pk__in=versions.order_by().values("measure")) | Q(study__in=studies_where(user, policy.DEFINE))
    found = Measure.objects.visible_to(user).filter(exists).select_related("study")
    return found.prefetch_related(Prefetch("versions", versions, to_attr="shown"))


def proposals_shown_to(user: User) -> QuerySet[Proposal]:
    """What was proposed where the person may define measures, the latest first; like drafts, nothing else."""
    found = Proposal.objects.filter(measure__study__in=studies_where(user, policy.DEFINE))
    return found.select_related("measure__study", "version__measure", "proposed_by", "decided_by")


def proposal_with(user: User, pk: int) -> Proposal:
    """The proposal with this number, for those who may define measures in its study."""
    found = proposals_shown_to(user).filter(pk=pk).first()
    if found is None:
        raise refuse("not_found", say("There is no proposal {pk} that you can see.", pk=pk))
    return found


def fitted_shown_to(user: User, column: DatasetColumn) -> dict[str, Any]:
    """What a rule took from the data; small groups only where the person may download the data itself."""
    fitted: dict[str, Any] = column.derived.fitted
    return fitted if may_download(user, column.version.study) else without_small_groups(fitted)


def falls_shown_to(user: User, column: DatasetColumn, falls: ColumnFalls) -> Shown:
    """From rows to valid rows; causes of few rows are named only where the data may be downloaded, or are
    nobody's answers."""
    whole = column.version.is_synthetic or may_download(user, column.version.study)
    return shown(falls.falls, column.derived.tally.get("valid", 0), whole=whole)


def lineage_shown_to(user: User, column: DatasetColumn) -> dict[str, Any]:
    """Where a column came from, with what was fitted on the way as :func:`fitted_shown_to` shows it."""
    found = lineage(column)
    return found if may_download(user, column.version.study) else _public(found)


def without_fits(found: Mapping[str, Any]) -> dict[str, Any]:
    """A lineage without anything that was taken from the data."""
    return {**found, "fitted": {}, "measures": [without_fits(one) for one in found["measures"]]}


def _public(found: Mapping[str, Any]) -> dict[str, Any]:
    earlier = [_public(one) for one in found["measures"]]
    return {**found, "fitted": without_small_groups(found["fitted"]), "measures": earlier}


def without_small_groups(fitted: Mapping[str, Any]) -> dict[str, Any]:
    """Fits without the groups of fewer than ``FEWEST`` rows, which would tell single answers.

    ``withheld`` counts them; groups whose size was not kept are withheld too, and the ends of bands, each of
    which is the answer of a respondent however many rows the band has.
    """
    return {name: _large_groups(fit) if fit.get("groups") else dict(fit) for name, fit in fitted.items()}


def _large_groups(fit: Mapping[str, Any]) -> dict[str, Any]:
    groups = fit["groups"]
    is_known = bool(fit.get("sizes")) and fit["function"] != "quantile_band"
    sizes = fit["sizes"] if is_known else [0] * len(groups)
    told = [(group, n) for group, n in zip(groups, sizes, strict=True) if n >= FEWEST]
    kept = {"groups": [group for group, _ in told], "sizes": [n for _, n in told]}
    return {**fit, **kept, "withheld": len(groups) - len(told)}


def waves_shown_to(user: User, version: MeasureVersion) -> list[dict[str, Any]]:
    """What was seen on each wave at publishing; values of few rows only to those who may try rules."""
    waves = list(version.report.get("waves", ()))
    if may_define(user, version.measure.study):
        return waves
    numbers = WaveVersion.objects.filter(wave__study=version.measure.study).values_list(
        "wave__slug", "number"
    )
    latest = dict(numbers.order_by("number"))
    told = [without_few(wave, version) for wave in waves]
    return [wave if _is_latest(wave, latest) else _without_superseded(user, wave) for wave in told]


def _is_latest(wave: Mapping[str, Any], latest: Mapping[str, int]) -> bool:
    slug, _, number = str(wave["wave_version"]).partition("/")[2].partition("@")
    return str(latest.get(slug)) == number


def _without_superseded(user: User, wave: dict[str, Any]) -> dict[str, Any]:
    """Of a wave that was corrected since nothing: beside the version in force it tells single answers."""
    seen = untold_to(user, wave_version_named(user, wave["wave_version"]))
    if not seen.names:
        return wave
    return {"wave_version": wave["wave_version"], "coverage": [], "changed": None, "withheld": seen.sentence}


def changes_shown_to(
    user: User, versions: Iterable[MeasureVersion], changed: Mapping[str, Any]
) -> Mapping[str, Any]:
    """How rows move between versions of one measure; moves of few rows only to those who may try rules,
    unless both ends have a label."""
    pair = list(versions)
    if may_define(user, pair[0].measure.study):
        return changed
    labelled = {entry["value"] for version in pair for entry in version.value_labels} | {None}
    told = [c for c in changed["from_to"] if {c[0], c[2]} <= labelled or c[4] >= FEWEST]
    return {**changed, "from_to": told}


def without_few(wave: Mapping[str, Any], version: MeasureVersion) -> dict[str, Any]:
    """Of a wave as in a report: coverage and changed rows without values that have no label and fewer than
    ``FEWEST`` rows."""
    coverage = [row for row in wave["coverage"] if row["reason"] or row["label"] or row["rows"] >= FEWEST]
    changed = wave.get("changed")
    if changed:
        labelled = {entry["value"] for entry in version.value_labels} | {None}
        told = [c for c in changed["from_to"] if {c[0], c[2]} <= labelled or c[4] >= FEWEST]
        changed = {**changed, "from_to": told}
    return {**wave, "coverage": coverage, "changed": changed}
