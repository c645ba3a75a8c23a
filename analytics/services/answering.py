"""A run for whoever waits for it: the one there is, one made at once where that is quick, else a job."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from analytics import policy
from analytics.core.effort import effort
from analytics.core.kinds import read_spec
from analytics.core.spec import Spec
from analytics.models import Analysis, Run
from analytics.selectors.inputs import Subject
from analytics.selectors.named import subject_named, subject_of
from analytics.services.analyses import RUN_ANALYSIS, SpecText, queue_analysis, require_same_study
from analytics.services.runs import Question, answer, answered, is_known, question
from surveys.core.problems import Problem, Refused
from surveys.models import Job, User
from surveys.services.jobs import submit

MOST_EFFORT_AT_ONCE = 10_000_000  # about two seconds; what is more is done by a job


@dataclass(frozen=True)
class Answer:
    """A run, and whether it was there already."""

    run: Run
    is_reused: bool


def run_spec_or_queue(user: User, spec: SpecText, name: str) -> Answer | Job:
    """The run of a specification (YAML or a mapping) on the version that ``name`` names, as in STUDY/NAME@n.

    Refused with everything that is wrong with both.  A job is pinned to that version.
    """
    read, version = read_question(user, spec, name)
    asked = question(user, read, version, None)
    if (found := _at_once(user, asked)) is not None:
        return found
    payload: dict[str, Any] = {"spec": asked.spec.as_json(), "subject": str(version), "name": str(version)}
    return submit(user, RUN_ANALYSIS, payload, key=f"run_spec:{asked.key}:{version}", study=version.study)


def run_analysis_or_queue(user: User, analysis: Analysis, name: str = "") -> Answer | Job:
    """The run of an analysis on the version that ``name`` names, or on the one it reads today."""
    policy.require_run(user, analysis.study)
    version = subject_of(user, analysis, name)
    require_same_study(analysis, version)
    asked = question(user, read_spec(analysis.spec), version, analysis)
    found = _at_once(user, asked)
    return found if found is not None else queue_analysis(user, analysis, version)


def read_question(user: User, spec: SpecText, name: str) -> tuple[Spec, Subject]:
    """Specification and version, for those who may run analyses there; Refused with all that is wrong."""
    problems: list[Problem] = []
    version = read = None
    try:
        version = subject_named(user, name)
    except Refused as refused:
        problems += [replace(one, where=one.where or "dataset") for one in refused.problems]
    else:
        policy.require_run(user, version.study)  # who may not is told of nothing else
    try:
        read = read_spec(spec)
    except Refused as refused:
        problems += refused.problems
    if version is None or read is None:
        raise Refused(problems)
    return read, version


def _at_once(user: User, asked: Question) -> Answer | None:
    """None where somebody would have to wait too long."""
    if (same := answered(asked)) is not None:
        return Answer(same, is_reused=True)
    if is_quick(asked) or is_known(asked):
        return Answer(answer(user, asked), is_reused=False)
    return None


def is_quick(asked: Question) -> bool:
    """Whether it is computed while somebody waits."""
    variables = {name: column.variable for name, column in asked.known.items()}
    return effort(asked.spec, asked.version.rows, variables) <= MOST_EFFORT_AT_ONCE
