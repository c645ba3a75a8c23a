"""Does a run still hold?  Only the columns it read decide."""

from __future__ import annotations

from django.utils.translation import gettext as _

from analytics.models import Run
from measures.core.freshness import FRESH, Freshness, State, blocked, stale
from measures.models import DatasetVersion, MeasureVersion
from measures.selectors import current_column_hashes
from measures.selectors import freshness as dataset_freshness
from surveys.models import WaveVersion
from surveys.selectors import latest_version


def run_freshness(run: Run) -> Freshness:
    """Fresh while every column the run read would come out with the same hash today.

    A specification changed since makes it stale too.
    """
    if run.analysis is not None and _asked_otherwise(run):
        return stale(_("the specification of %(analysis)s was changed") % {"analysis": run.analysis})
    if run.dataset_version is not None:
        return _on_dataset(run, run.dataset_version)
    assert run.wave_version is not None
    return _on_wave(run, run.wave_version)


def _asked_otherwise(run: Run) -> bool:
    from analytics.core.kinds import read_spec  # loads the estimators; not needed for ad-hoc runs

    assert run.analysis is not None
    return read_spec(run.analysis.spec).as_json() != run.spec


def _on_dataset(run: Run, version: DatasetVersion) -> Freshness:
    dataset = version.dataset
    now = current_column_hashes(dataset)
    changed = [name for name, before in run.inputs.items() if now.get(name) != before]
    if not changed:
        return FRESH
    whole = dataset_freshness(dataset)
    if whole.state is State.BLOCKED:
        return blocked(*whole.causes)
    if whole.causes:
        return stale(*whole.causes)
    return stale(*_between(version, dataset.latest or version, sorted(changed)))


def _between(old: DatasetVersion, new: DatasetVersion, changed: list[str]) -> list[str]:
    """What happened between the version a run read and the one built since: rules by name, else columns."""
    rules: list[dict[str, MeasureVersion | None]] = []
    for version in (old, new):
        columns = version.columns.filter(name__in=changed).select_related("measure_version__measure")
        rules.append({column.name: column.measure_version for column in columns})
    before, after = rules
    causes, others = [], []
    for name in changed:
        was, is_now = before.get(name), after.get(name)
        if was is not None and is_now is not None and was.pk != is_now.pk:
            causes.append(_("%(old)s was replaced by %(new)s") % {"old": was, "new": is_now})
        else:
            others.append(name)
    if others:
        told = {"new": new, "old": old, "columns": ", ".join(others)}
        causes.append(_("%(new)s differs from %(old)s in %(columns)s") % told)
    return causes


def _on_wave(run: Run, version: WaveVersion) -> Freshness:
    latest = latest_version(version.wave)
    if latest is None or latest.pk == version.pk:
        return FRESH
    now = dict(latest.variables.filter(name__in=list(run.inputs)).values_list("name", "column_hash"))
    changed = sorted(name for name, before in run.inputs.items() if now.get(name) != before)
    if not changed:
        return FRESH
    return stale(
        _("%(old)s was corrected: %(new)s differs in %(columns)s")
        % {"old": version, "new": latest, "columns": ", ".join(changed)}
    )
