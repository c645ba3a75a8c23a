"""Analyses: defining them and running them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from analytics import policy
from analytics.core.fields import read_yaml
from analytics.core.kinds import check_spec_names, read_spec
from analytics.models import Analysis, Run
from analytics.selectors.inputs import Subject, column_names
from analytics.selectors.named import subject_of
from analytics.services.runs import Progress, run
from measures.models import DatasetVersion
from measures.selectors import freshness
from surveys.core.problems import Refused, refuse
from surveys.core.said import say
from surveys.core.storable import check_storable
from surveys.models import Job, Study, User
from surveys.services import audit
from surveys.services.jobs import submit
from surveys.services.names import require_slug
from surveys.services.rows import save_differing

SpecText = str | Mapping[str, Any]
RUN_ANALYSIS = "run_analysis"  # the kind of its jobs


@transaction.atomic
def define_analysis(
    user: User, study: Study, slug: str, *, spec: SpecText, labels: Mapping[str, str] | None = None
) -> Analysis:
    """A new analysis of ``study``, or the existing one with the changed specification saved.

    ``spec`` is YAML or a mapping and is refused with everything that is wrong with it; names of columns
    are checked when it is run, against the version it is run on.
    """
    policy.require_define(user, study)
    require_slug(slug, "an analysis", example="table2")
    given = read_yaml(spec) if isinstance(spec, str) else dict(spec)
    read_spec(given)
    check_storable({"labels": labels})
    new = {"spec": given, "labels": dict(labels or {})}
    found, is_new = Analysis.objects.get_or_create(study=study, slug=slug, defaults=new)
    if is_new:
        audit.record(user, "create", found, study=study)
        return found
    fields = {"spec": given} | ({"labels": dict(labels)} if labels is not None else {})
    save_differing(user, found, fields, study=study)
    return found


@transaction.atomic
def ask_anew(
    user: User, study: Study, slug: str, *, spec: Mapping[str, Any], labels: Mapping[str, str] | None = None
) -> Job:
    """Keeps a new analysis and queues its first run; Refused, with nothing kept, where it could not run."""
    policy.require_define(user, study)
    require_slug(slug, "an analysis", example="table2")
    Study.objects.select_for_update().get(
        pk=study.pk
    )  # of two who choose one name at once the second is told
    if Analysis.objects.filter(study=study, slug=slug).exists():
        message = say("{study} has an analysis called {slug} already.", study=study, slug=slug)
        raise refuse("name_taken", message, where="slug", hint="Choose another short name.")
    made = define_analysis(user, study, slug, spec=spec, labels=labels)
    version = subject_of(user, made)
    if problems := check_spec_names(read_spec(made.spec), column_names(version)):
        raise Refused(problems)
    return ask_to_run(user, made, version)


def run_analysis(
    user: User, what: Analysis | SpecText, version: Subject, *, progress: Progress | None = None
) -> Run:
    """One run of an analysis, or of a specification without one, on a dataset or wave version.

    Identical in specification, columns and estimators: the run there is.
    """
    if not isinstance(what, Analysis):
        return run(user, read_spec(what), version, None, progress)
    require_same_study(what, version)
    return run(user, read_spec(what.spec), version, what, progress)


def require_same_study(what: Analysis, version: Subject) -> None:
    """Refuses a version of another study than the analysis is of."""
    if what.study_id != version.study.pk:
        raise refuse(
            "other_study", say("{what} belongs to another study than {version}.", what=what, version=version)
        )


def run_again(user: User, earlier: Run, version: Subject, *, progress: Progress | None = None) -> Run:
    """The specification of an earlier run, asked of ``version``."""
    return run(user, read_spec(earlier.spec), version, earlier.analysis, progress)


def ask_to_run(user: User, analysis: Analysis, version: Subject) -> Job:
    """Queues a run, for pages that do not wait.

    A job that runs already may have read an earlier specification: it is not joined.
    """
    policy.require_run(user, version.study)
    _require_fresh(version)
    return queue_analysis(user, analysis, version)


def queue_analysis(user: User, analysis: Analysis, version: Subject) -> Job:
    """Queues a run on just this version, for those who may run analyses."""
    policy.require_run(user, version.study)
    payload = {"analysis": analysis.pk, "subject": str(version), "name": str(analysis)}
    key = f"{RUN_ANALYSIS}:{analysis.pk}:{version}"
    return submit(user, RUN_ANALYSIS, payload, key=key, study=version.study, joins_running=False)


def ask_to_run_again(user: User, earlier: Run) -> Job:
    """Queues the specification of an earlier run on the version in force today."""
    policy.require_run(user, earlier.study)
    _require_fresh(earlier.subject)
    subject = str(earlier.subject).rpartition("@")[0]
    payload = {"run": earlier.pk, "subject": subject}
    key = f"run_again:{earlier.pk}"
    return submit(user, RUN_ANALYSIS, payload, key=key, study=earlier.study, joins_running=False)


def _require_fresh(version: Subject) -> None:
    """A page asks for today's answer: of a dataset that no longer holds there is none before a rebuild."""
    if not isinstance(version, DatasetVersion):
        return
    standing = freshness(version.dataset)
    if standing.causes:
        causes = "; ".join(standing.causes)
        message = _("%(dataset)s is stale: %(causes)s.") % {"dataset": version.dataset, "causes": causes}
        raise refuse("stale", message, hint=_("Rebuild the dataset first, then run again."))
