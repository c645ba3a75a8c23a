"""Items and the decisions that are the crosswalk: signed, dated, undone by a decision of its own."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction

from surveys import policy
from surveys.core.crosswalk import malformed, unmapped
from surveys.core.problems import Refused, refuse
from surveys.core.said import SAID, say, with_sources
from surveys.core.storable import check_storable
from surveys.models import CrosswalkDecision, Item, Study, User, Wave, WaveVersion
from surveys.selectors.crosswalk import decision_in_force
from surveys.services import audit, changes
from surveys.services.row_checks import Asked, carrier_problems, row_problems
from surveys.services.rows import save_differing

Status, Kind = CrosswalkDecision.Status, CrosswalkDecision.Kind
_CARRYING = {Kind.MAP, Kind.RENAME}


@transaction.atomic
def save_item(
    user: User, study: Study, name: str, *, labels: dict[str, str] | None = None, note: str = ""
) -> Item:
    """An item of the study's vocabulary, made or changed."""
    policy.require(user, policy.DEFINE, study)
    check_storable({"name": name, "labels": labels, "note": note})
    item, is_new = Item.objects.get_or_create(
        study=study, name=name, defaults={"labels": labels or {}, "note": note}
    )
    if is_new:
        audit.record(user, "create", item, study=study)
    else:
        save_differing(user, item, {"labels": item.labels if labels is None else labels, "note": note})
    return item


@transaction.atomic
def decide(
    user: User,
    item: Item,
    wave: Wave,
    *,
    variable: str,
    code_map: list[list[Any]] | None = None,
    missing_map: list[list[Any]] | None = None,
    status: str = Status.COMPLETE,
    reason: str = "",
    kind: str = "",
    note: str = "",
    since: int | None = None,
    compared: str = "",
) -> CrosswalkDecision:
    """Signs which variable carries ``item`` in ``wave`` and how its codes map, as a row of its own.

    The same again makes no new row and leaves signer and date as they are (``held_already``); another note is
    something new to sign, of the kind it was, and another kind unless both carry the item with these codes.
    ``since`` is the first version of the wave it is meant for; left out, all of them.
    Refused with every problem of the maps.
    """
    policy.require(user, policy.DEFINE, item.study)
    _check_shape(code_map or [], missing_map or [])
    fields = {
        "variable": variable,
        "code_map": code_map or [],
        "missing_map": missing_map or [],
        "status": status,
        "reason": str(reason),
    }
    told = fields | {"since": since}
    check_storable(told | {"note": note})
    standing = decision_in_force(item, wave)
    if standing is not None and _says(standing, told, {"kind": kind, "note": note}):
        standing.held_already = True
        return standing
    if standing is not None and _says(standing, told, {"kind": kind}):
        kind = standing.kind  # only the note is new: it is called what it was
    if problems := carrier_problems(item.study, item.name, wave, since, fields):
        raise Refused(problems)
    decision = CrosswalkDecision.objects.create(
        item=item,
        wave=wave,
        said=_source(wave, since, fields),
        kind=kind or _kind(item, fields),
        note=note,
        compared=compared,
        decided_by=user,
        **told,
    )
    audit.record(
        user,
        "decide",
        decision,
        study=item.study,
        decision=decision.pk,
        kind=decision.kind,
        **_brief(decision),
    )
    changes.tell(user, item.study)
    return decision


@transaction.atomic
def undo(user: User, decision: CrosswalkDecision, note: str = "") -> CrosswalkDecision:
    """Takes a decision back by a row that says so; what was decided before it holds again."""
    study = decision.item.study
    policy.require(user, policy.DEFINE, study)
    if decision.kind == Kind.UNDO:
        hint = "Decide the row anew instead."
        raise refuse("not_undoable", "What takes a decision back is not taken back itself.", hint=hint)
    check_storable({"note": note})
    copied = ("item", "wave", "variable", "code_map", "missing_map", "status", "since", "compared")
    try:
        with transaction.atomic():
            row = CrosswalkDecision.objects.create(
                kind=Kind.UNDO,
                undoes=decision,
                note=note,
                decided_by=user,
                **{name: getattr(decision, name) for name in copied},
            )
    except IntegrityError as error:
        raise refuse("already_undone", "This decision has been undone already.") from error
    audit.record(user, "undo", row, study=study, decision=row.pk, undoes=decision.pk)
    changes.tell(user, study)
    return row


@transaction.atomic
def decide_row(
    user: User,
    before: WaveVersion,
    after: WaveVersion,
    *,
    item: str,
    kind: str,
    variable: str = "",
    code_map: list[list[Any]] | None = None,
    missing_map: list[list[Any]] | None = None,
    reason: str = "",
    note: str = "",
    partial: bool = False,
    new_codes: list[Any] | None = None,
) -> CrosswalkDecision:
    """A decision on one row of a comparison: what carries ``item``, as ``before`` has it, in ``after``.

    ``kind`` is ``same``, ``map``, ``rename``, ``not_comparable`` or ``undetermined``; the last two need a
    reason.  Where codes are left without a counterpart the match is partial, and says which; ``partial``
    says that it is so for the reason given.  ``new_codes`` are the targets of ``code_map`` that the item has
    in no wave yet.  Between two versions of one wave it holds from the later one on.
    Refused with everything that cannot be meant.
    """
    asked = Asked(before, after, item, kind, variable, code_map or [], missing_map or [], reason, partial,
                  new_codes or [])  # fmt: skip
    require_meant(user, asked, note)
    name = variable or item
    maps = {} if asked.bars else {"code_map": asked.code_map, "missing_map": asked.missing_map}
    status, why = _status(kind), reason.strip()
    if partial and not asked.bars:
        status = Status.PARTIAL
    if maps and (left := _left_over(after, name, maps)):
        status, why = Status.PARTIAL, why or left
    return decide(
        user,
        _item(user, asked.study, before, item),
        after.wave,
        variable=name,
        status=status,
        reason=why,
        kind=kind,
        note=note.strip(),
        since=asked.since,
        compared=f"{before} {after}",
        **maps,
    )


def require_meant(user: User, asked: Asked, note: str = "") -> None:
    """Refuses who may not decide, what no database holds, and with every problem what cannot be meant."""
    policy.require(user, policy.DEFINE, asked.study)
    texts = {"item": asked.item, "variable": asked.variable, "kind": asked.kind, "reason": asked.reason}
    maps = {"code_map": asked.code_map, "missing_map": asked.missing_map}
    check_storable(texts | {"note": note} | ({} if malformed(**maps) else maps))
    if problems := row_problems(user, asked):
        raise Refused(problems)


def _says(decision: CrosswalkDecision, told: dict[str, Any], beside: dict[str, str]) -> bool:
    """Whether it says all that is ``told``, and of what is said ``beside`` nothing else; "" says nothing."""
    given = told | {name: value for name, value in beside.items() if value}
    if {given.get("kind"), decision.kind} <= _CARRYING:  # words for one thing, where all else is the same
        del given["kind"]
    return all(getattr(decision, name) == value for name, value in given.items())


def _check_shape(code_map: list[list[Any]], missing_map: list[list[Any]]) -> None:
    """Refuses maps of anything but codes before anything looks into them."""
    if problems := malformed(code_map, missing_map):
        raise Refused(problems)


def _item(user: User, study: Study, before: WaveVersion, name: str) -> Item:
    """The item, made with the labels it has where it comes from when nobody has named it yet."""
    found = study.items.filter(name=name).first()
    if found is not None:
        return found
    source = before.variables.filter(name=name).first()
    return save_item(user, study, name, labels=dict(source.labels) if source else {})


def _status(kind: str) -> str:
    return {Kind.NOT_COMPARABLE: Status.IMPOSSIBLE, Kind.UNDETERMINED: Status.UNDETERMINED}.get(
        Kind(kind), Status.COMPLETE
    )


def _left_over(version: WaveVersion, name: str, maps: dict[str, Any]) -> str:
    """The reason for which a match is partial: codes without a counterpart; "" when there are none."""
    stored = version.variables.filter(name=name).first()
    codes = unmapped(stored.as_core(), maps["code_map"], maps["missing_map"]) if stored else []
    return say("Codes without a counterpart: {codes}.", codes=codes) if codes else ""


def _source(wave: Wave, since: int | None, fields: dict[str, Any]) -> dict[str, Any] | None:
    """How the reason was made, where it is the one that is made here: of a folder that is loaded, too."""
    if not fields["reason"]:
        return None
    versions = wave.versions.filter(number__gte=since or 0).order_by("-number")
    made = (_left_over(version, fields["variable"], fields) for version in versions)
    found = next((text for text in made if text == fields["reason"]), None)
    return with_sources({"reason": found})[SAID] if found is not None else None


def _kind(item: Item, fields: dict[str, Any]) -> str:
    """What was decided, told from what it says."""
    if fields["status"] == Status.IMPOSSIBLE:
        return Kind.NOT_COMPARABLE
    if fields["status"] == Status.UNDETERMINED:
        return Kind.UNDETERMINED
    if fields["code_map"] or fields["missing_map"]:
        return Kind.MAP
    return Kind.SAME if fields["variable"] == item.name else Kind.RENAME


def _brief(decision: CrosswalkDecision) -> dict[str, Any]:
    return {"variable": decision.variable, "status": decision.status}
