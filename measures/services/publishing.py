"""Publishing: a draft becomes an immutable, numbered version when every check holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
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
from measures.models import Measure, MeasureVersion, Proposal
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
from measures.services.proposals import propose, withdraw_waiting
from surveys.core.problems import Problem, Refused, refuse
from surveys.core.said import say
from surveys.models import Study, User
from surveys.services import audit
from surveys.services import changes as changes_of_studies
from surveys.services.files import working_folder
from surveys.services.studies import next_number

State = MeasureVersion.State


@dataclass(frozen=True)
class PublishOutcome:
    """``is_new`` is False when the draft said what the version in force says: nothing changed.

    With ``waits_for`` nothing is published yet: ``version`` is the draft, which waits for a second pair of
    eyes.
    """

    version: MeasureVersion
    is_new: bool
    changed_rows: int
    coverage: Coverage | None
    waits_for: Proposal | None = None

    def as_json(self) -> dict[str, Any]:
        return {
            "measure_version": f"{self.version.measure}@{self.version.number or 'draft'}",
            "fingerprint": self.version.fingerprint,
            "is_new": self.is_new,
            "changed_rows": self.changed_rows,
            "coverage": [coverage_row(row) for row in self.coverage.rows] if self.coverage else [],
            "waits_for": waits_for(self.version, self.waits_for) if self.waits_for else None,
        }


def waits_for(draft: MeasureVersion, proposal: Proposal) -> str:
    """What hinders a proposal from being in force, as a sentence."""
    return say(
        "{draft} waits for a second pair of eyes: proposed by {person}, it is published when somebody else "
        "who may define measures in {study} approves it.",
        draft=draft,
        person=proposal.proposed_by.get_username(),
        study=draft.measure.study,
    )


@dataclass(frozen=True)
class _OnWave:
    """A rule that has been run on one wave."""

    ground: Ground
    tried: Tried
    coverage: Coverage
    result: Result
    changes: Changes | None


@dataclass(frozen=True)
class Proof:
    """A draft that could be published: on every wave that has its items every check holds."""

    draft: MeasureVersion
    published: MeasureVersion | None
    fingerprint: str
    waves: tuple[_OnWave, ...]

    @property
    def changed_rows(self) -> int:
        return sum(wave.changes.changed for wave in self.waves if wave.changes)

    @property
    def coverage(self) -> Coverage:
        return self.waves[0].coverage

    def says_the_same(self) -> bool:
        """Same meaning, same words about it; spelling of the rule and the note do not count."""
        if self.published is None or self.published.fingerprint != self.fingerprint:
            return False
        names = [name for name in Wording.names() if name not in ("rule", "note")]
        return all(getattr(self.published, name) == getattr(self.draft, name) for name in names)

    def report(self) -> dict[str, Any]:
        """What was seen at publishing; stored with the version."""
        checked = self.waves[0].tried.checked
        return {
            "type": checked.type.value,
            "sentence": {code: sentence(checked, code) for code in ("en", "zh")},
            "against": self.published.number if self.published else None,
            "waves": [
                {
                    "wave_version": str(wave.ground.version),
                    "tally": tally(wave.result.pair[1]),
                    "coverage": [coverage_row(row) for row in wave.coverage.rows],
                    "changed": wave.changes.as_json() if wave.changes else None,
                }
                for wave in self.waves
            ],
        }


def publish(
    user: User, measure: Measure, *, acknowledge_changes: bool = False, language: str = "en"
) -> PublishOutcome:
    """Checks the draft on every wave that has its items, and freezes it under the next number.

    Where the study wants a second pair of eyes it is laid before the others instead.
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
    proof = proven(draft, language)
    if published is not None and proof.says_the_same():
        return _nothing_changed(user, draft, published)
    require_seen(proof, acknowledge_changes)
    if Study.objects.filter(pk=measure.study_id, second_pair_of_eyes=True).exists():  # as it is now
        proposal = propose(user, draft, proof.report(), proof.changed_rows)
        return PublishOutcome(draft, False, proof.changed_rows, proof.coverage, proposal)
    with transaction.atomic():
        version = freeze(user, draft, proof)
        withdraw_waiting(user, measure, "It was published when no second pair of eyes was asked for.")
    followed(user, measure)
    return PublishOutcome(version, True, proof.changed_rows, proof.coverage)


def followed(user: User, measure: Measure) -> None:
    """After a version was published: which datasets still hold?"""
    changes_of_studies.tell_now(user, measure.study)


def proven(draft: MeasureVersion, language: str = "en") -> Proof:
    """The draft run on every wave that has its items; Refused with everything that hinders publishing."""
    measure, published = draft.measure, draft.measure.published
    claimed = _claimed(measure, draft.rule)
    with session(*claimed) as engine:
        waves = [_on_wave(here, draft, published, engine, len(claimed)) for here in claimed]
        problems = _problems(draft, waves, engine, language)
    if problems:
        raise Refused(problems)
    return Proof(draft, published, fingerprint(waves[0].tried.checked), tuple(waves))


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


@transaction.atomic
def _nothing_changed(user: User, draft: MeasureVersion, published: MeasureVersion) -> PublishOutcome:
    _locked(draft)
    withdraw_waiting(user, draft.measure, "The draft says what the version in force says.")
    audit.record(user, "discard", draft, study=draft.measure.study, same_as=published.number)
    draft.delete()
    return PublishOutcome(published, False, 0, None)


def require_seen(proof: Proof, acknowledged: bool) -> None:
    """Refuses rows that change and were not acknowledged."""
    if not proof.changed_rows or acknowledged:
        return
    measure = proof.draft.measure
    raise refuse(
        "changes_not_seen",
        say(
            "The draft changes {changed} of {rows} rows against {published}.",
            changed=proof.changed_rows,
            rows=sum(wave.changes.rows for wave in proof.waves if wave.changes),
            published=proof.published,
        ),
        where=str(measure),
        hint="Look at the changed rows, then publish with the changes acknowledged.",
    )


@transaction.atomic
def freeze(user: User, draft: MeasureVersion, proof: Proof) -> MeasureVersion:
    """The draft under the next number, immutable from now on; signed by ``user``."""
    measure = _locked(draft)
    draft.number = next_number(measure.versions)
    draft.state = State.PUBLISHED
    draft.fingerprint = proof.fingerprint
    draft.report = proof.report()
    draft.published_by, draft.published_at = user, timezone.now()
    draft.save()
    audit.record(user, "publish", draft, study=measure.study, fingerprint=proof.fingerprint)
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
