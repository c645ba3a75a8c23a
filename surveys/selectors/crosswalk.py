"""The crosswalk as the decisions in force amount to: what carries each item in each wave."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from surveys.core.problems import near_misses, refuse
from surveys.core.said import say
from surveys.models import CrosswalkDecision, Item, Study, Variable, Wave, WaveVersion

ABSENT = "absent"  # the wave has no variable for it: there it was not asked, which is never "no"
SAME_NAME = "same_name"  # carried by the variable of its name, which nobody has looked at yet
BARRED = (CrosswalkDecision.Status.IMPOSSIBLE, CrosswalkDecision.Status.UNDETERMINED)
OTHER_ITEM = "other_item"  # its variable carries another item by decision; rules may still name it


@dataclass(frozen=True)
class Standing:
    """How an item stands in a wave version: ``status`` is the decision's, else one of the words above."""

    status: str
    variable: str
    decision: CrosswalkDecision | None = None

    @property
    def is_there(self) -> bool:
        """Whether a rule that names the item finds cells: what is left open means nobody knows what."""
        return self.status not in (ABSENT, *BARRED)


def standings(study: Study, version: WaveVersion, variables: Collection[str]) -> dict[str, Standing]:
    """Item name -> how it stands in a version that has ``variables``: the one answer to that question."""
    decided = in_force_in(study, version)
    elsewhere = {one.variable for name, one in decided.items() if one.variable != name and _carries(one)}
    if elsewhere:  # a strict and a loose item may share a variable: both are items then
        elsewhere -= set(study.items.filter(name__in=elsewhere).values_list("name", flat=True))
    found = {name: Standing(OTHER_ITEM if name in elsewhere else SAME_NAME, name) for name in variables}
    for name, one in decided.items():
        is_lost = one.variable not in variables and _carries(one)
        found[name] = Standing(ABSENT if is_lost else one.status, one.variable, one)
    return found


def _carries(decision: CrosswalkDecision) -> bool:
    return bool(decision.status != CrosswalkDecision.Status.IMPOSSIBLE)


@dataclass(frozen=True)
class Binding:
    """What carries an item in one wave version: a variable, its codes mapped to the item's codes.

    ``missing_map`` are codes that are absences beside those the file declares, with their reasons.
    """

    item: str
    variable: Variable
    code_map: tuple[tuple[Any, Any], ...] = ()
    missing_map: tuple[tuple[Any, str], ...] = ()
    status: str = SAME_NAME
    reason: str = ""


def bindings(study: Study, version: WaveVersion) -> dict[str, Binding]:
    """Item name -> binding, of every item that a variable of ``version`` carries (:func:`standings`)."""
    return bound_and_barred(study, version)[0]


def bound_and_barred(
    study: Study, version: WaveVersion
) -> tuple[dict[str, Binding], dict[str, CrosswalkDecision]]:
    """The bindings, and of the items that a decision keeps from being used (not comparable, left open) the
    decision."""
    by_name = {variable.name: variable for variable in version.variables.all()}
    found = standings(study, version, by_name)
    bound = {name: _binding(name, one, by_name[one.variable]) for name, one in found.items() if one.is_there}
    decided = ((name, one.decision) for name, one in found.items() if one.decision is not None)
    return bound, {name: decision for name, decision in decided if decision.status in BARRED}


def binding_of(study: Study, version: WaveVersion, item: str) -> Binding | None:
    """What carries one item in ``version``, as :func:`bindings` says it, without reading all the others."""
    names = set(version.variables.values_list("name", flat=True))
    standing = standings(study, version, names).get(item)
    if standing is None or not standing.is_there:
        return None
    return _binding(item, standing, version.variables.get(name=standing.variable))


def _binding(item: str, standing: Standing, variable: Variable) -> Binding:
    decision = standing.decision
    if decision is None:
        return Binding(item, variable, status=standing.status)
    code_map = tuple((source, target) for source, target in decision.code_map)
    missing_map = tuple((code, why) for code, why in decision.missing_map)
    return Binding(item, variable, code_map, missing_map, standing.status, decision.reason)


def standing_decisions() -> QuerySet[CrosswalkDecision]:
    """Decisions that nobody has undone, oldest first: of two on the same item and wave the later holds."""
    return CrosswalkDecision.objects.filter(undone_by__isnull=True, undoes__isnull=True).order_by("id")


def in_force_in(study: Study, version: WaveVersion) -> dict[str, CrosswalkDecision]:
    """Item name -> the decision that holds for ``version``; one made for later versions does not."""
    found = standing_decisions().filter(item__study=study, wave_id=version.wave_id)
    found = found.filter(Q(since__isnull=True) | Q(since__lte=version.number))
    return {decision.item.name: decision for decision in found.select_related("item", "decided_by")}


def in_force(study: Study) -> dict[tuple[str, str], list[CrosswalkDecision]]:
    """(item name, wave slug) -> the decisions that hold for some version of the wave, each from its ``since``
    until the next; those that a later one took the place of everywhere are left out."""
    found: dict[tuple[str, str], list[CrosswalkDecision]] = {}
    standing = standing_decisions().filter(item__study=study).select_related("item", "wave", "decided_by")
    for decision in standing:
        key = decision.item.name, decision.wave.slug
        before = [one for one in found.get(key, ()) if (one.since or 0) < (decision.since or 0)]
        found[key] = [*before, decision]
    return found


def decision_in_force(item: Item, wave: Wave) -> CrosswalkDecision | None:
    """The newest standing decision on an item in a wave."""
    return standing_decisions().filter(item=item, wave=wave).last()


def history(study: Study, items: Collection[str], wave: Wave) -> list[CrosswalkDecision]:
    """Every decision on the items in a wave, newest first, those undone and the undoings among them."""
    found = CrosswalkDecision.objects.filter(item__study=study, item__name__in=items, wave=wave)
    return list(found.select_related("item", "decided_by", "undone_by", "undoes").order_by("-id"))


def item_named(study: Study, name: str) -> Item:
    """The item of the study's vocabulary called ``name``."""
    found = study.items.filter(name=name).first()
    if found is None:
        near = near_misses(name, study.items.values_list("name", flat=True))
        raise refuse(
            "not_found", say("There is no item called {name} in {study}.", name=name, study=study), near=near
        )
    return found


def decision_named(study: Study, number: int) -> CrosswalkDecision:
    """The study's decision with this number."""
    found = CrosswalkDecision.objects.filter(item__study=study, pk=number)
    decision = found.select_related("item__study", "wave__study", "decided_by").first()
    if decision is None:
        raise refuse(
            "not_found", say("There is no decision number {number} in {study}.", number=number, study=study)
        )
    return decision


def decided_since(version: WaveVersion, item: str, moment: datetime) -> CrosswalkDecision | None:
    """The newest decision (or undoing of one) on an item that holds for ``version`` and was signed after
    ``moment``; one made for later versions changes nothing here."""
    found = CrosswalkDecision.objects.filter(wave_id=version.wave_id, item__name=item, decided_at__gt=moment)
    found = found.filter(Q(since__isnull=True) | Q(since__lte=version.number))
    return found.select_related("item", "decided_by", "undoes").order_by("id").last()


def decision_in_words(decision: CrosswalkDecision) -> str:
    """``decision 7 (codes mapped) by anna, 2026-11-25``; an undoing names what it took back."""
    told = {
        "number": decision.pk,
        "undone": decision.undoes_id,
        "kind": decision.get_kind_display(),
        "who": decision.decided_by.get_username(),
        "day": localtime(decision.decided_at).date().isoformat(),
    }
    if decision.undoes_id is not None:
        return _("decision %(undone)s was undone by %(who)s, %(day)s") % told
    return _("decision %(number)s (%(kind)s) by %(who)s, %(day)s") % told
