"""Running a specification: the same question of the same columns is answered once."""

from __future__ import annotations

import platform
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import version as package_version
from typing import Any

from django.db import IntegrityError, transaction

from analytics import policy
from analytics.core.code import code_version
from analytics.core.kinds import KINDS, Outcome, check_spec_names, run_spec
from analytics.core.spec import MultiverseSpec, SeriesSpec, Spec
from analytics.models import Analysis, Run
from analytics.selectors.inputs import Input, Subject, column_names, inputs, read_frame
from analytics.selectors.sets import with_set
from measures.models import DatasetVersion
from surveys.core.codebook import fingerprint
from surveys.core.problems import Refused, refuse
from surveys.core.said import how_many, say, with_sources
from surveys.core.storable import check_storable
from surveys.models import Study, User
from surveys.services import audit, jobs

Progress = Callable[[float, str], None]
PACKAGES = ("numpy", "scipy", "polars", "duckdb")


@dataclass(frozen=True)
class Question:
    """A specification asked of a version that has its columns; ``key`` finds what was answered before."""

    spec: Spec
    version: Subject
    analysis: Analysis | None
    known: Mapping[str, Input]
    key: str


def run(
    user: User, spec: Spec, version: Subject, analysis: Analysis | None, progress: Progress | None = None
) -> Run:
    """The run of ``spec`` on ``version``: the stored one when nothing it depends on differs.

    Another analysis that asks the same has a run of its own, with the same numbers.

    Refused when names do not exist or the columns do not fit; a model without numbers is a run whose
    state is ``failed`` and whose checks say why.
    """
    asked = question(user, spec, version, analysis)
    return answered(asked) or answer(user, asked, progress)


def question(user: User, spec: Spec, version: Subject, analysis: Analysis | None) -> Question:
    """What is asked, for those who may run analyses; Refused when names do not exist or it was withdrawn."""
    policy.require_run(user, version.study)
    spec = with_set(spec, version)
    problems = check_spec_names(spec, column_names(version))
    if problems:
        raise Refused(problems)
    known = inputs(version, spec.columns)
    key = run_key(spec, known)
    _refuse_withdrawn(key, version)
    return Question(spec, version, analysis, known, key)


def answered(asked: Question) -> Run | None:
    """The run there is, of the same analysis on the same version."""
    return _same(asked.key, asked.version, asked.analysis)


def answer(user: User, asked: Question, progress: Progress | None = None) -> Run:
    """A run that was not there; numbers that another analysis or version has are taken from there."""
    tell = progress or (lambda share, line: None)
    tell(0.1, f"reading {how_many(len(asked.known), 'column')}")
    started = time.perf_counter()
    fields = _known_result(asked.key, asked.version) or _computed(asked, tell)
    return _save(user, asked, {"seconds": round(time.perf_counter() - started, 4)} | fields)


def is_known(asked: Question) -> bool:
    """Whether the numbers are there already, of whichever analysis or version."""
    return Run.objects.filter(key=asked.key, study=asked.version.study).exists()


@transaction.atomic
def withdraw_run(user: User, run: Run, because: str) -> Run:
    """Takes a run's numbers away from view, for everybody and for good; the row stays, with the reason.

    Runs that asked the same of the same columns hold the same numbers and go with it.  The same question
    is then refused with that reason: withdrawn numbers stay away.
    """
    policy.require_run(user, run.study)
    check_storable({"because": because})
    because = because.strip()
    if not because:
        raise refuse("no_reason", "Say why the run is withdrawn.", where="because")
    Study.objects.select_for_update().get(pk=run.study_id)  # no run of the same is saved meanwhile
    found = Run.objects.select_for_update().get(pk=run.pk)
    if found.withdrawn_because:
        raise refuse("withdrawn", say("This run was withdrawn: {because}", because=found.withdrawn_because))
    for one in Run.objects.filter(key=found.key, study=found.study, withdrawn_because=""):
        one.withdrawn_because = because
        one.save(update_fields=["withdrawn_because"])
        audit.record(user, "withdraw", one, study=found.study, because=because)
    found.refresh_from_db()
    return found


def _refuse_withdrawn(key: str, version: Subject) -> None:
    reasons = Run.objects.filter(key=key, study=version.study).exclude(withdrawn_because="")
    if because := reasons.values_list("withdrawn_because", flat=True).first():
        raise refuse(
            "withdrawn",
            say("This was run and withdrawn: {because}", because=because),
            hint="Ask otherwise, or correct the data first.",
        )


def run_key(spec: Spec, known: Mapping[str, Input]) -> str:
    """SHA-256 over what was asked, the columns it reads and the versions of the estimators."""
    return fingerprint(
        {
            "spec": spec.as_json(),
            "inputs": {name: column.identity for name, column in known.items()},
            "estimators": estimator_versions(spec),
        }
    )


def estimator_versions(spec: Spec) -> dict[str, int]:
    """Kind -> version, for every kind the specification uses."""
    kinds = {spec.kind}
    if isinstance(spec, SeriesSpec):
        kinds |= {one.model.kind for one in spec.models}
    if isinstance(spec, MultiverseSpec):
        kinds |= {one.model.kind for one in spec.specifications}
    return {kind: KINDS[kind].version for kind in sorted(kinds)}


def environment() -> dict[str, Any]:
    """Versions of everything that computed, and the machine's kind; no paths, no names."""
    return {
        "python": platform.python_version(),
        "platform": f"{platform.system()} {platform.machine()}",
        "packages": {name: package_version(name) for name in PACKAGES},
        "code": code_version(),
    }


def _same(key: str, version: Subject, analysis: Analysis | None) -> Run | None:
    return Run.objects.filter(key=key, analysis=analysis, **_subject(version)).first()


def _subject(version: Subject) -> dict[str, Any]:
    name = "dataset_version" if isinstance(version, DatasetVersion) else "wave_version"
    return {name: version}


def _known_result(key: str, version: Subject) -> dict[str, Any] | None:
    """The numbers of the same question asked of the same columns, in any version and by any analysis."""
    twin = Run.objects.filter(key=key, study=version.study).first()
    if twin is None:
        return None
    names = ("state", "result", "n_used", "n_lost", "checks", "environment", "seconds")
    return {name: getattr(twin, name) for name in names}


def _computed(asked: Question, tell: Progress) -> dict[str, Any]:
    spec, frame = asked.spec, read_frame(asked.version, asked.known)
    tell(0.3, f"fitting: {spec.kind}")
    outcome: Outcome = run_spec(spec, frame, tell)
    return {
        "state": outcome.state,
        "result": dict(outcome.result),
        "n_used": outcome.n_used,
        "n_lost": dict(outcome.n_lost),
        "checks": [with_sources(check.as_json()) for check in outcome.checks],
        "environment": environment() | {"estimators": estimator_versions(spec)},
    }


def _save(user: User, asked: Question, fields: dict[str, Any]) -> Run:
    """Writes the run and its audit row; when somebody else was quicker, theirs is the run."""
    spec, version = asked.spec, asked.version
    try:
        with transaction.atomic():
            jobs.guard()
            Study.objects.select_for_update().get(pk=version.study.pk)
            _refuse_withdrawn(asked.key, version)  # somebody may have while this was computed
            made = Run.objects.create(
                study=version.study,
                analysis=asked.analysis,
                key=asked.key,
                kind=spec.kind,
                spec=spec.as_json(),
                inputs={name: column.content_hash for name, column in asked.known.items()},
                created_by=user,
                **_subject(version),
                **fields,
            )
            audit.record(user, "run", made, study=made.study, key=asked.key, state=made.state)
    except IntegrityError:
        same = answered(asked)
        if same is None:
            raise
        return same
    return made
