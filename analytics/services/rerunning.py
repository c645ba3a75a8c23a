"""Everything stale made again, in the right order: datasets, then runs, then tables beside them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse

from analytics import policy
from analytics.models import Run
from analytics.selectors.latest import latest_runs
from analytics.selectors.named import run_with
from analytics.selectors.published import compare_to, latest_beside
from analytics.selectors.rerunning import RERUN, built_datasets, subject_today
from analytics.selectors.standing import run_freshness
from analytics.selectors.two_runs import side_by_side
from analytics.services.analyses import run_again, run_analysis
from measures.core.freshness import State
from measures.models import Dataset
from measures.services.datasets import build_dataset
from measures.services.freshness import probe
from surveys.core.problems import Refused
from surveys.core.said import say, with_sources
from surveys.models import Job, Study, User
from surveys.services import jobs

Progress = Callable[[float, str], None]
DONE, SAME, FAILED, BLOCKED, WAITS = "done", "same", "failed", "blocked", "waits"


@dataclass(frozen=True)
class Step:
    """One thing that was made again, or was not and why.

    ``outcome``: done, same (nothing new came out), failed, blocked (cannot be made as things stand) or waits
    (for a dataset that could not be built).  ``changes`` counts, of a run, what differs from the one before.
    """

    kind: str  # dataset, run, target
    name: str
    outcome: str
    before: str = ""
    after: str = ""
    why: str = ""
    url: str = ""
    changes: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        told = {
            name: getattr(self, name) for name in ("kind", "name", "outcome", "before", "after", "why", "url")
        }
        return with_sources(told | {"changes": self.changes})


def ask_to_rerun(user: User, study: Study) -> Job:
    """Queues the rerun of everything stale in a study; one that is waiting is returned."""
    policy.require_run(user, study)
    payload = {"study": study.pk, "name": study.slug}
    return jobs.submit(user, RERUN, payload, key=f"{RERUN}:{study.pk}", study=study, joins_running=False)


def rerun_stale(user: User, study: Study, *, progress: Progress | None = None) -> list[Step]:
    """Builds stale datasets, then runs stale runs on what is there, then lays tables beside the new runs.

    What is fresh is left alone; a dataset is first looked at closely, so that one whose columns come out the
    same is left alone too.  A step that fails hinders only what waits for it.  Building asks for the right to
    define: without it datasets fail, with that reason, and their runs wait.
    """
    policy.require_run(user, study)
    tell = progress or (lambda share, line: None)
    steps: list[Step] = []
    hindered: set[int] = set()
    datasets = built_datasets(study)
    for place, dataset in enumerate(datasets):
        tell(0.4 * place / len(datasets), f"dataset {dataset}")
        if (step := _dataset(user, dataset)) is not None:
            steps.append(step)
            hindered |= {dataset.pk} if step.outcome in (FAILED, BLOCKED) else set()
    runs, pairs = latest_runs(user, study), []
    for place, run in enumerate(runs):
        tell(0.4 + 0.5 * place / len(runs), f"run {run.pk}")
        found = _run(user, run, hindered)
        if found is not None:
            steps.append(found[0])
            pairs += [(run, found[1])] if found[1] is not None else []
    tell(0.9, "published tables")
    return [*steps, *_targets(user, study, {new.pk for _old, new in pairs})]


def _dataset(user: User, dataset: Dataset) -> Step | None:
    """None where it still holds."""
    before = str(dataset.latest)
    url = reverse("measures:dataset", args=[dataset.study.slug, dataset.slug])
    try:
        standing = probe(user, dataset)
        if standing.is_fresh:
            return None
        if standing.state is State.BLOCKED:
            why = say("{dataset} cannot be built as it stands; its page names the causes.", dataset=dataset)
            return Step("dataset", str(dataset), BLOCKED, before, why=why, url=url)
        made = build_dataset(user, dataset)
    except Refused as refused:
        return Step("dataset", str(dataset), FAILED, before, why=_why(refused), url=url)
    return Step("dataset", str(dataset), DONE if made.is_new else SAME, before, str(made.version), url=url)


def _run(user: User, run: Run, hindered: set[int]) -> tuple[Step, Run | None] | None:
    """The step, and the new run where there is one; None where the run still holds."""
    standing, name = run_freshness(run), _name(run)
    if standing.is_fresh:
        return None
    before, url = f"#{run.pk}", reverse("analytics:run", args=[run.pk])
    dataset = run.dataset_version.dataset if run.dataset_version else None
    if standing.state is State.BLOCKED:
        why = say("What it reads cannot be built as things stand; its page names the causes.")
        return Step("run", name, BLOCKED, before, why=why, url=url), None
    if dataset is not None and dataset.pk in hindered and standing.waits:
        return Step(
            "run", name, WAITS, before, why=say("It waits for {dataset}.", dataset=dataset), url=url
        ), None
    try:
        version = subject_today(user, run)
        made = run_analysis(user, run.analysis, version) if run.analysis else run_again(user, run, version)
    except Refused as refused:
        return Step("run", name, FAILED, before, why=_why(refused), url=url), None
    return _made(user, run, made, name), made


def _made(user: User, old: Run, new: Run, name: str) -> Step:
    url = reverse("analytics:run", args=[new.pk])
    before, after = f"#{old.pk}", f"#{new.pk}"
    if new.state == "failed":
        return Step("run", name, FAILED, before, after, say("It gave no numbers; its checks say why."), url)
    if new.pk == old.pk:
        return Step("run", name, SAME, before, after, url=url)
    try:  # read anew: latest runs come without their results
        counts = side_by_side(user, run_with(user, old.pk), new).numbers.counts()
    except Refused:  # the analysis asks for another kind of thing now
        counts = {}
    return Step("run", name, DONE, before, after, url=url, changes=counts)


def _targets(user: User, study: Study, made: set[int]) -> Iterator[Step]:
    """The published tables beside runs that were made: how many figures agree now, of how many."""
    for target in study.targets.all():
        url = reverse("analytics:target", args=[study.slug, target.slug])
        for pk in latest_beside(target):
            if pk not in made:
                continue
            run = run_with(user, pk)
            comparison = compare_to(user, run, target)
            if comparison is None:
                why = say("The table and the run cannot stand beside each other.")
                yield Step("target", target.slug, FAILED, after=f"#{pk}", why=why, url=url)
                continue
            cells = [cell for row in comparison.rows for cell in row.cells if cell is not None]
            verdicts = [cell.verdict for cell in cells]
            counts = {one: verdicts.count(one) for one in dict.fromkeys(verdicts)}
            yield Step("target", target.slug, DONE, after=f"#{pk}", url=url, changes=counts)


def _name(run: Run) -> str:
    return str(run.analysis) if run.analysis else f"{run.study.slug}: {run.kind}"


def _why(refused: Refused) -> str:
    """The first thing that is wrong, without samples of data."""
    first, *more = refused.problems
    told = first.without_samples().sentence()
    return say("{told} (and {more} more problems)", told=told, more=len(more)) if more else told
