"""Long work of this room, by kind of job."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from analytics.models import Analysis, Run
from surveys.models import Job, Study
from surveys.services.jobs import Progress, register


def run_analysis(job: Job, progress: Progress) -> dict[str, Any]:
    """Runs what the payload names on the version in ``subject``: an ``analysis``, a ``spec`` without one, or
    an earlier ``run`` again."""
    from analytics.selectors import (  # the data libraries load inside the job
        rows_shown_to,
        run_with,
        subject_named,
    )
    from analytics.services import analyses

    user, payload = job.created_by, job.payload
    version = subject_named(user, payload["subject"])
    if "run" in payload:
        earlier: Run = run_with(user, payload["run"])
        made = analyses.run_again(user, earlier, version, progress=progress)
    elif "spec" in payload:
        made = analyses.run_analysis(user, payload["spec"], version, progress=progress)
    else:
        analysis = Analysis.objects.visible_to(user).get(pk=payload["analysis"])
        made = analyses.run_analysis(user, analysis, version, progress=progress)
    url = reverse("analytics:run", args=[made.pk])
    return {"run": made.pk, "state": made.state, "n_used": rows_shown_to(user, made), "url": url}


def write_bundle(job: Job, progress: Progress) -> dict[str, Any]:
    """Writes the replication bundle of the run named in the payload."""
    from analytics.selectors import run_with  # the data libraries load inside the job
    from analytics.services.bundles import perform_bundle

    return perform_bundle(job, run_with(job.created_by, job.payload["run"]), progress)


def rerun_stale(job: Job, progress: Progress) -> dict[str, Any]:
    """Makes everything stale of the study in the payload again."""
    from analytics.services import rerunning  # the data libraries load inside the job

    study = Study.objects.get(pk=job.payload["study"])
    steps = rerunning.rerun_stale(job.created_by, study, progress=progress)
    url = reverse("analytics:freshness", args=[study.slug])
    return {"steps": [one.as_json() for one in steps], "url": url}


register("run_analysis", run_analysis)
register("rerun_stale", rerun_stale)
register("write_bundle", write_bundle)
