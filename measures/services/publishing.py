"""Publishing: a draft becomes an immutable, numbered version when every check holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from django.db import transaction
from django.utils import timezone

from measures.core.coverage import Coverage
from measures.core.engine import DuckEngine
from measures.core.language import fingerprint, sentence
from measures.core.transitions import Changes, changes, tally
from measures.core.wording import Wording
from measures.models import Measure, MeasureVersion
from measures.policy import require_define
from measures.selectors.examples import example_problems, label_problems
from measures.selectors.scopes import Ground, ground, measure_variable, parsed, study_wave_versions
from measures.selectors.trying import (
    Result,
    Tried,
    covered,
    has_all_of,
    lacking,
    run_rules,
    session,
    try_rule,
)
from measures.services.previews import NEW, OLD, coverage_row
from surveys.core.problems import Problem, Refused, refuse
from surveys.core.said import say
from surveys.models import User
from surveys.services import audit
from surveys.services import changes as changes_of_studies
from surveys.services.files import working_folder
from surveys.services.studies import next_number

State = MeasureVersion.State


@dataclass(frozen=True)
class PublishOutcome:
    """``is_new`` is False when the draft said what the version in force says: nothing changed."""

    version: MeasureVersion
    is_new: bool
    changed_rows: int
    coverage: Coverage | None

    def as_json(self) -> dict[str, Any]:
        return {
            "measure_version": f"{self.version.measure}@{self.version.number}",
            "fingerprint": self.version.fingerprint,
            "is_new": self.is_new,
            "changed_rows": self.changed_rows,
            "coverage": [coverage_row(row) for row in self.coverage.rows] if self.coverage else [],
        }


@dataclass(frozen=True)
class _OnWave:
    """A rule that has been run on one wave."""

    ground: Ground
    tried: Tried
    coverage: Coverage
    result: Result
    changes: Changes | None


def publish(
    user: User, measure: Measure, *, acknowledge_changes: bool = False, language: str = "en"
) -> PublishOutcome:
    """Checks the draft on every wave that has its items, and freezes it under the next number.

    Refused with every problem at once: mistakes in the rule, codes without an outcome, examples that do
    not hold, and rows that would change against the version in force and were not acknowledged.  Codes are
    told with their labels in ``language``.
    """
    require_define(user, measure.study)
    draft, published = measure.draft, measure.published
    if draft is None:
        if published is None:
            raise refuse("no_draft", say("{measure} has no draft.", measure=measure), hint="Write one first.")
        return PublishOutcome(published, False, 0, None)
    claimed = _claimed(measure, draft.rule)
    with session(*claimed) as engine:
        waves = [_on_wave(here, draft, published, engine, len(claimed)) for here in claimed]
        problems = _problems(draft, waves, engine, language)
    if problems:
        raise Refused(problems)
    mark = fingerprint(waves[0].tried.checked)
    if published is not None and _same(published, draft, mark):
        return _nothing_changed(user, draft, published)
    changed = sum(wave.changes.changed for wave in waves if wave.changes)
    if changed and not acknowledge_changes:
        raise _not_acknowledged(measure, published, changed, waves)
    version = _freeze(user, draft, mark, _report(waves, published))
    changes_of_studies.tell_now(user, measure.study)  # which datasets still hold?
    return PublishOutcome(version, True, changed, waves[0].coverage)


def _claimed(measure: Measure, rule: str) -> list[Ground]:
    """The waves that have every item of the rule, the newest first; Refused when there is none."""
    node = parsed(rule)
    versions = study_wave_versions(measure.study)
    if not versions:
        hint = "Import a wave first: a rule is checked against real codes."
        raise refuse("no_wave", say("{study} has no wave with data.", study=measure.study), hint=hint)
    grounds = [ground(measure.study, version) for version in versions]
    claimed = [here for here in grounds if has_all_of(here, node, measure.name)]
    if claimed:
        return claimed
    nearest = min(grounds, key=lambda here: len(lacking(here, node, measure.name)))  # of equals the newest
    with _of_wave(nearest, one_of=len(grounds)):
        try_rule(nearest, rule, measure.name)  # tells what is unknown, with near misses
    return [nearest]


@contextmanager
def _of_wave(here: Ground, one_of: int) -> Iterator[None]:
    """What is refused inside names the wave, where there are others it may hold for."""
    try:
        yield
    except Refused as refused:
        raise Refused(_named(refused.problems, here, one_of)) from refused


def _named(problems: Iterable[Problem], here: Ground, one_of: int) -> list[Problem]:
    """The problems with their wave, unless it is the only one or they have a place already."""
    name = str(here.version) if one_of > 1 else ""
    return [replace(problem, where=problem.where or name) for problem in problems]


def _problems(
    draft: MeasureVersion, waves: list[_OnWave], engine: DuckEngine, language: str
) -> list[Problem]:
    """Everything that hinders publishing: codes without an outcome, labels and examples that do not hold."""
    problems: list[Problem] = []
    for wave in waves:
        told = wave.coverage
        if told.problems and language != "en":  # what is kept speaks English, who is refused need not
            told = covered(wave.ground, wave.tried, language, engine)
        problems += _named(told.problems, wave.ground, len(waves))
    newest, checked = waves[0], waves[0].tried.checked
    variable = measure_variable(draft, checked.type)
    problems += label_problems(draft.value_labels, checked.type, str(draft.measure))
    problems += example_problems(checked, draft.examples, variable, newest.result.fitted, engine)
    return problems


def _on_wave(
    here: Ground, draft: MeasureVersion, published: MeasureVersion | None, engine: DuckEngine, one_of: int
) -> _OnWave:
    """Runs draft and version in force side by side; Refused when the draft does not check."""
    name = draft.measure.name
    with _of_wave(here, one_of):
        tried = try_rule(here, draft.rule, name)
    try:
        old = try_rule(here, published.rule, name) if published else None
    except Refused:
        old = None  # the version in force no longer fits this wave: nothing to compare with
    with working_folder() as folder:
        results = run_rules(here, {NEW: tried} | ({OLD: old} if old else {}), folder, engine)
    changed = changes(results[OLD].pair, results[NEW].pair) if old else None
    covering = covered(here, tried, engine=engine)
    return _OnWave(here, tried, covering, results[NEW], changed)


def _same(published: MeasureVersion, draft: MeasureVersion, mark: str) -> bool:
    """Same meaning, same words about it; spelling of the rule and the note do not count."""
    names = [name for name in Wording.names() if name not in ("rule", "note")]
    return published.fingerprint == mark and all(getattr(published, n) == getattr(draft, n) for n in names)


@transaction.atomic
def _nothing_changed(user: User, draft: MeasureVersion, published: MeasureVersion) -> PublishOutcome:
    _locked(draft)
    audit.record(user, "discard", draft, study=draft.measure.study, same_as=published.number)
    draft.delete()
    return PublishOutcome(published, False, 0, None)


def _not_acknowledged(
    measure: Measure, published: MeasureVersion | None, changed: int, waves: list[_OnWave]
) -> Refused:
    rows = sum(wave.changes.rows for wave in waves if wave.changes)
    return refuse(
        "changes_not_seen",
        say(
            "The draft changes {changed} of {rows} rows against {published}.",
            changed=changed,
            rows=rows,
            published=published,
        ),
        where=str(measure),
        hint="Look at the changed rows, then publish with the changes acknowledged.",
    )


def _report(waves: list[_OnWave], published: MeasureVersion | None) -> dict[str, Any]:
    """What was seen at publishing; stored with the version."""
    return {
        "type": waves[0].tried.checked.type.value,
        "sentence": {code: sentence(waves[0].tried.checked, code) for code in ("en", "zh")},
        "against": published.number if published else None,
        "waves": [
            {
                "wave_version": str(wave.ground.version),
                "tally": tally(wave.result.pair[1]),
                "coverage": [coverage_row(row) for row in wave.coverage.rows],
                "changed": wave.changes.as_json() if wave.changes else None,
            }
            for wave in waves
        ],
    }


@transaction.atomic
def _freeze(user: User, draft: MeasureVersion, mark: str, report: Mapping[str, Any]) -> MeasureVersion:
    measure = _locked(draft)
    draft.number = next_number(measure.versions)
    draft.state = State.PUBLISHED
    draft.fingerprint = mark
    draft.report = dict(report)
    draft.published_by, draft.published_at = user, timezone.now()
    draft.save()
    audit.record(user, "publish", draft, study=measure.study, fingerprint=mark)
    return draft


def _locked(draft: MeasureVersion) -> Measure:
    """The measure, locked, while its draft still is the one that was checked; else Refused."""
    measure = Measure.objects.select_for_update().get(pk=draft.measure_id)
    now = measure.versions.filter(pk=draft.pk, state=State.DRAFT).first()
    if now is None or any(getattr(now, name) != getattr(draft, name) for name in Wording.names()):
        hint = "Look at the draft again, then publish."
        raise refuse(
            "conflict", say("The draft of {measure} was changed meanwhile.", measure=measure), hint=hint
        )
    return measure
