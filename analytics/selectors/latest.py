"""The runs that speak for a study today: the latest of each question."""

from __future__ import annotations

from typing import Any

from analytics.models import Run
from analytics.selectors.named import WHOLE
from surveys.core.codebook import fingerprint
from surveys.models import Study, User


def latest_runs(user: User, study: Study) -> list[Run]:
    """The last run of each analysis, and of each specification without one on its dataset or wave.

    Withdrawn runs are left out; results are not read.  Oldest first.
    """
    known = Run.objects.filter(study=study, withdrawn_because="").visible_to(user)
    chosen: dict[Any, Run] = {}
    for run in known.select_related(*WHOLE).defer("result").order_by("pk"):
        chosen.pop(question := question_of(run), None)
        chosen[question] = run
    return list(chosen.values())


def question_of(run: Run) -> Any:
    """What two runs have in common when the later one stands for both."""
    if run.analysis_id is not None:
        return run.analysis_id
    return fingerprint(run.spec), str(run.subject).rpartition("@")[0]


def run_before(user: User, run: Run) -> int | None:
    """The number of the run of the same question before this one; None where there is none."""
    earlier = Run.objects.filter(study=run.study, pk__lt=run.pk, withdrawn_because="", state="done")
    same = {"analysis": run.analysis_id} if run.analysis_id else {"analysis": None, "spec": run.spec}
    return earlier.visible_to(user).filter(**same).order_by("-pk").values_list("pk", flat=True).first()
