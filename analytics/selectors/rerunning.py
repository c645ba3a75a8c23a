"""What running again would do, in its order, and what it did last."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from analytics.models import Run, Target
from analytics.selectors.inputs import Subject
from analytics.selectors.latest import latest_runs
from analytics.selectors.named import subject_of
from analytics.selectors.published import latest_beside
from analytics.selectors.standing import run_freshness
from measures.core.freshness import Freshness, State
from measures.models import Dataset
from measures.selectors import freshness, one_look
from surveys.core.problems import refuse
from surveys.core.said import say
from surveys.models import Job, Study, User
from surveys.selectors import latest_version

RERUN = "rerun_stale"  # the kind of its job


@dataclass(frozen=True)
class Plan:
    """What does not hold: datasets to build, then runs to run again, then tables to lay beside them.

    ``blocked`` datasets and runs cannot be made as things stand; runs may rest on a dataset of ``datasets``.
    """

    datasets: tuple[tuple[Dataset, Freshness], ...]
    runs: tuple[tuple[Run, Freshness], ...]
    targets: tuple[Target, ...]
    blocked: tuple[tuple[Dataset | Run, Freshness], ...] = ()

    @property
    def is_empty(self) -> bool:
        return not (self.datasets or self.runs)

    def as_json(self) -> dict[str, Any]:
        return {
            "datasets": [_told(str(one.latest), standing) for one, standing in self.datasets],
            "runs": [_told(str(one), standing) for one, standing in self.runs],
            "targets": [str(one) for one in self.targets],
            "blocked": [_told(str(one), standing) for one, standing in self.blocked],
        }


def _told(name: str, standing: Freshness) -> dict[str, Any]:
    return {"name": name, "causes": list(standing.causes)}


def rerun_plan(user: User, study: Study) -> Plan:
    """What a rerun would find stale, by what is known now: a build may show that a column came out the same,
    and what reads it then stays.  Datasets that were never built are left out."""
    with one_look():
        built = built_datasets(study)
        datasets = [(one, standing) for one in built if not (standing := freshness(one)).is_fresh]
        latest = latest_runs(user, study)
        runs = [(one, standing) for one in latest if not (standing := run_freshness(one)).is_fresh]
    again = {run.pk for run, standing in runs if standing.state is State.STALE}
    return Plan(
        tuple(one for one in datasets if one[1].state is State.STALE),
        tuple(one for one in runs if one[1].state is State.STALE),
        tuple(one for one in study.targets.all() if again & set(latest_beside(one))) if again else (),
        tuple(one for one in (*datasets, *runs) if one[1].state is State.BLOCKED),
    )


def built_datasets(study: Study) -> list[Dataset]:
    """The datasets of a study that have a version."""
    return list(study.datasets.filter(versions__isnull=False).select_related("study").distinct())


def subject_today(user: User, run: Run) -> Subject:
    """The version that a run would read today: of the dataset its analysis names now, else of its own.

    Refused where there is none.
    """
    if run.analysis is not None and run.analysis.spec.get("dataset"):
        return subject_of(user, run.analysis)
    found: Subject | None
    if run.dataset_version is not None:
        found = run.dataset_version.dataset.latest
    else:
        assert run.wave_version is not None
        found = latest_version(run.wave_version.wave)
    if found is None:
        raise refuse("no_version", say("{version} has no later version.", version=run.subject))
    return found


def last_rerun(study: Study) -> Job | None:
    """The job that ran what was stale last."""
    done = Job.objects.filter(kind=RERUN, study=study, state=Job.State.DONE)
    return done.select_related("created_by").order_by("-pk").first()
