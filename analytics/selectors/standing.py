"""Does a run still hold?  Only the columns it read decide."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _

from analytics.models import Run
from analytics.selectors.inputs import Input, column_names, inputs
from analytics.selectors.sets import with_set
from measures.core.freshness import FRESH, Freshness, State, blocked, stale
from measures.models import DatasetVersion
from measures.selectors import causes_since, current_columns
from measures.selectors import freshness as dataset_freshness
from surveys.core.problems import Refused
from surveys.models import WaveVersion
from surveys.selectors import latest_version
from surveys.translation import spoken


def run_freshness(run: Run) -> Freshness:
    """Fresh while every column the run read would come out, and be read by a model, as it was.

    A specification or an estimator changed since makes it stale too.
    """
    if run.analysis is not None and _asked_otherwise(run):
        cause = _("the specification of %(analysis)s was changed") % {"analysis": run.analysis}
        return stale(cause, step=_("Run it again."))
    if recomputed := _computed_otherwise(run):
        return stale(*recomputed, step=_("Run it again."))
    if run.dataset_version is not None:
        return _on_dataset(run, run.dataset_version)
    assert run.wave_version is not None
    return _on_wave(run, run.wave_version)


def _asked_otherwise(run: Run) -> bool:
    from analytics.core.kinds import read_spec  # loads the estimators; not needed for ad-hoc runs

    assert run.analysis is not None
    try:
        return with_set(read_spec(run.analysis.spec), run.subject).as_json() != run.spec
    except Refused:
        return True


def _computed_otherwise(run: Run) -> list[str]:
    """Kinds whose numbers were changed since the run, each in words."""
    from analytics.core.kinds import KINDS  # loads the estimators, as above

    then = run.environment.get("estimators", {})
    return [
        _("%(kind)s is computed otherwise since its version %(version)s")
        % {"kind": kind, "version": KINDS[kind].version}
        for kind, version in sorted(then.items())
        if kind in KINDS and KINDS[kind].version != version
    ]


def _on_dataset(run: Run, version: DatasetVersion) -> Freshness:
    dataset = version.dataset
    now = current_columns(dataset, run.inputs)
    known = {name: Input(variable, found) for name, (variable, found) in now.items() if found is not None}
    changed = _changed(inputs(version, run.inputs), known)
    if not changed:
        return FRESH
    try:
        causes = causes_since(version, changed)
    except Refused as refused:
        told, step = refused.problems, _("Mend what the causes name, then build %(dataset)s again.")
        return blocked(*(spoken(one.sentence()) for one in told), step=step % {"dataset": dataset})
    latest, whole = dataset.latest or version, dataset_freshness(dataset)
    if whole.is_fresh or not _changed(inputs(latest, run.inputs), known):
        return stale(*causes, step=_again(latest))
    step = _("Build %(dataset)s again, then run again on the new version.")
    if whole.state is State.BLOCKED:
        step = _("%(dataset)s cannot be built as it stands: see there what hinders it.")
    return stale(*causes, step=step % {"dataset": dataset}, waits=True)


def _again(on: DatasetVersion | WaveVersion) -> str:
    return _("%(version)s is there: run again on it.") % {"version": on}


def _changed(then: Mapping[str, Input], now: Mapping[str, Input]) -> list[str]:
    """The columns that are gone, or that a model would read otherwise now."""
    return sorted(
        name for name, before in then.items() if name not in now or not now[name].is_read_as(before)
    )


def _on_wave(run: Run, version: WaveVersion) -> Freshness:
    latest = latest_version(version.wave)
    if latest is None or latest.pk == version.pk:
        return FRESH
    still = set(column_names(latest))
    now = inputs(latest, [name for name in run.inputs if name in still])
    changed = _changed(inputs(version, run.inputs), now)
    if not changed:
        return FRESH
    return stale(
        _("%(old)s was corrected: %(new)s differs in %(columns)s")
        % {"old": version, "new": latest, "columns": ", ".join(changed)},
        step=_again(latest),
    )
