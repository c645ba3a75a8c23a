"""What must hold before a draft is published: it is run on every wave that has its items."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.utils import timezone

from measures.core.coverage import Coverage, coverage_row
from measures.core.engine import DuckEngine
from measures.core.language import fingerprint, sentence
from measures.core.transitions import Changes, changes, tally
from measures.core.wording import Wording
from measures.models import Measure, MeasureVersion
from measures.selectors.examples import example_problems, label_problems
from measures.selectors.losing import LostWave, lost_waves
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
from measures.services.previews import NEW, OLD
from surveys.core.problems import Problem, Refused, refuse
from surveys.core.said import say
from surveys.services.files import working_folder


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
    since: datetime  # what was decided later is not in it
    lost: tuple[LostWave, ...] = ()

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
            "lost_waves": [one.as_json() for one in self.lost],
        }


def proven(draft: MeasureVersion, language: str = "en") -> Proof:
    """The draft run on every wave that has its items; Refused with everything that hinders publishing."""
    since = timezone.now()
    measure, published = draft.measure, draft.measure.published
    grounds = _grounds(measure)
    claimed = _claimed(measure, draft.rule, grounds)
    others = [here for here in grounds if here.version not in {one.version for one in claimed}]
    with session(*claimed) as engine:
        waves = [_on_wave(here, draft, published, engine, len(claimed)) for here in claimed]
        problems = _problems(draft, waves, engine, language)
    if problems:
        raise Refused(problems)
    lost = lost_waves(published, draft, others)
    return Proof(draft, published, fingerprint(waves[0].tried.checked), tuple(waves), since, lost)


def _grounds(measure: Measure) -> list[Ground]:
    """The waves of the study, the newest first; Refused when there is none."""
    versions = study_wave_versions(measure.study)
    if not versions:
        hint = "Import a wave first: a rule is checked against real codes."
        raise refuse("no_wave", say("{study} has no wave with data.", study=measure.study), hint=hint)
    return [ground(measure.study, version) for version in versions]


def _claimed(measure: Measure, rule: str, grounds: list[Ground]) -> list[Ground]:
    """The waves that have every item of the rule; Refused when there is none."""
    node = parsed(rule)
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


def require_seen(proof: Proof, acknowledged: bool) -> None:
    """Refuses rows that change and waves that are lost, where they were not acknowledged."""
    where = str(proof.draft.measure)
    problems = [replace(one.problem, where=where) for one in proof.lost]
    if proof.changed_rows:
        message = say(
            "The draft changes {changed} of {rows} rows against {published}.",
            changed=proof.changed_rows,
            rows=sum(wave.changes.rows for wave in proof.waves if wave.changes),
            published=proof.published,
        )
        hint = say(
            "Look at the changed rows (compare_measures {published} @draft), then publish with the changes "
            "acknowledged.",
            published=f"{proof.draft.measure.study.slug}/{proof.published}",
        )
        problems.append(Problem("changes_not_seen", message, where, hint=hint))
    if problems and not acknowledged:
        raise Refused(problems)
