"""Any two versions of a measure: what differs in words, and from which value to which rows would move."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from measures.core.difference import Difference, difference
from measures.core.transitions import changes
from measures.core.wording import Wording
from measures.models import MeasureVersion, Proposal, Transition
from measures.policy import require_see
from measures.selectors.disclosure import changes_shown_to, waves_shown_to
from measures.selectors.keys import Keyed
from measures.selectors.losing import unread
from measures.selectors.scopes import Ground, ground, parsed, study_wave_versions
from measures.selectors.trying import Tried, has_all_of, run_rules, session, try_rule
from measures.services.budgets import Budget
from measures.services.previews import NEW, OLD
from surveys.core.codebook import fingerprint
from surveys.core.problems import Problem, Refused, refuse
from surveys.core.said import say
from surveys.models import Job, User
from surveys.services import jobs
from surveys.services.files import working_folder

MOST_AT_ONCE = 200_000  # rows, of all waves; more are not counted while somebody waits


@dataclass(frozen=True)
class Moves:
    """How rows of a wave move; ``changes`` is None where not counted yet or, with ``problem``, not to be."""

    wave_version: str
    changes: Mapping[str, Any] | None
    problem: Problem | None = None

    def as_json(self) -> dict[str, Any]:
        told = self.changes or {"rows": None, "changed": None, "from_to": [], "is_complete": None}
        problem = {"problem": self.problem.sentence()} if self.problem else {}
        return {"wave_version": self.wave_version, **told, **problem}


def words_compared(
    user: User,
    before: MeasureVersion,
    after: MeasureVersion,
    seen: Mapping[str, Any] | None = None,
) -> Difference:
    """What differs in rule, labels, texts, examples and coverage; ``seen`` is the report of a draft."""
    require_see(user, before.measure.study)
    if before.measure_id != after.measure_id:
        raise refuse("other_measure", "Only versions of one measure are compared.")
    old, new = ({name: getattr(one, name) for name in Wording.names()} for one in (before, after))
    reports = [{"waves": waves_shown_to(user, one)} for one in (before, after)]
    if seen is not None:
        reports[1] = dict(seen)
    return difference(str(before), str(after), old, new, reports)


def against(proposal: Proposal) -> MeasureVersion | None:
    """The version that was in force when a draft was proposed; None where none was."""
    number = proposal.report.get("against")
    return proposal.measure.versions.filter(number=number).first() if number else None


def proposal_compared(user: User, proposal: Proposal) -> Difference | None:
    """What differs between what was in force and what is proposed; None where nothing was in force."""
    before = against(proposal)
    if before is None:
        return None
    after = MeasureVersion(measure=proposal.measure, **proposal.wording)
    return words_compared(user, before, after, proposal.report)


def moves(
    user: User, before: MeasureVersion, after: MeasureVersion, *, however_large: bool = False
) -> tuple[Moves, ...]:
    """Wave by wave, the newest first, from which value to which rows move; counted once and kept.

    A wave that only one of the two is read on comes with the problem of the other; waves that neither is
    read on are left out.  Of what was not counted yet, waves of together
    more than ``MOST_AT_ONCE`` rows are left to :func:`submit_moves`, but with ``however_large``.
    """
    study = before.measure.study
    require_see(user, study)
    nodes = [parsed(one.rule) for one in (before, after)]
    name, found = before.measure.name, []
    budget = Budget(None if however_large else MOST_AT_ONCE)
    for here in (ground(study, version) for version in study_wave_versions(study)):
        if all(has_all_of(here, node, name) for node in nodes):
            found.append(_moves(user, here, before, after, budget))
        elif problem := unread(here, before, after) or unread(here, after, before):
            found.append(Moves(str(here.version), None, problem))
    return tuple(found)


def submit_moves(user: User, before: MeasureVersion, after: MeasureVersion) -> Job:
    """Asks for the counting as long work."""
    require_see(user, before.measure.study)
    payload = {"before": before.pk, "after": after.pk, "name": f"{before} → {after}"}
    key = f"compare_measures:{before.pk}:{after.pk}"
    return jobs.submit(user, "compare_measures", payload, key=key, study=before.measure.study)


def _moves(user: User, here: Ground, before: MeasureVersion, after: MeasureVersion, budget: Budget) -> Moves:
    name = str(here.version)
    try:
        tried = {OLD: try_rule(here, before.rule, before.measure.name)}
        tried[NEW] = try_rule(here, after.rule, after.measure.name)
        key = fingerprint([_key(here, tried[OLD], before), _key(here, tried[NEW], after)])
        kept = Transition.objects.filter(pk=key).first()
        if kept is None and not budget.allows(here.version.rows):
            return Moves(name, None)
        counted = kept.changes if kept is not None else _counted(here, tried, key)
    except Refused as refused:
        return Moves(name, None, refused.problems[0])
    return Moves(name, changes_shown_to(user, (before, after), counted))


def _key(here: Ground, tried: Tried, version: MeasureVersion) -> str:
    """The key that the column of this version would have, were it built of the whole wave."""
    keyed = Keyed(here, None, {})
    for name, checked in tried.earlier.items():
        keyed.measure(here.published[name], checked)
    return keyed.measure(version, tried.checked).key


def _counted(here: Ground, tried: Mapping[str, Tried], key: str) -> dict[str, Any]:
    with working_folder() as folder, session(here) as engine:
        results = run_rules(here, tried, folder, engine)
    found = changes(results[OLD].pair, results[NEW].pair).as_json()
    Transition.objects.get_or_create(pk=key, defaults={"changes": found})
    return found


def not_computed(found: tuple[Moves, ...]) -> bool:
    """Whether some wave waits to be counted."""
    return any(one.changes is None and one.problem is None for one in found)


def version_of(user_versions: Any, number: int, name: str) -> MeasureVersion:
    """The version ``number`` of those a person is shown; Refused with those there are."""
    found: MeasureVersion | None = user_versions.filter(number=number).first()
    if found is None:
        known = [str(one) for one in user_versions.exclude(number=None)]
        raise refuse(
            "not_found",
            say("There is no {what}.", what=say("version {number} of {found}", number=number, found=name)),
            near=tuple(known[-3:]),
        )
    return found
