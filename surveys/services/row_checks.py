"""What cannot be meant in a decision on a row of a comparison: everything at once, each with its field."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Q

from surveys import policy
from surveys.core.codebook import Scalar
from surveys.core.crosswalk import Carrier, check_maps, is_of_other_type, malformed, strange_codes
from surveys.core.problems import Problem, near_misses
from surveys.core.said import say
from surveys.models import CrosswalkDecision, Study, User, Variable, Wave, WaveVersion
from surveys.selectors import in_force_in
from surveys.services.item_codes import carrier, target_problems

Status, Kind = CrosswalkDecision.Status, CrosswalkDecision.Kind
KINDS = tuple(kind.value for kind in Kind if kind != Kind.UNDO)
BARRING = (Kind.NOT_COMPARABLE, Kind.UNDETERMINED)  # nothing carries the item then, and a reason says why
_FIELDS = {
    "unknown_variable": "variable",
    "unknown_reason": "missing_map",
    "bad_reason": "missing_map",
    "mapped_twice": "code_map",
    "bad_code": "code_map",
    "bad_map": "code_map",
    "absence_as_answer": "code_map",
}


@dataclass(frozen=True)
class Asked:
    """A decision on a row as somebody asked for it: ``item``, as ``before`` has it, in ``after``."""

    before: WaveVersion
    after: WaveVersion
    item: str
    kind: str
    variable: str
    code_map: list[list[Any]]
    missing_map: list[list[Any]]
    reason: str
    partial: bool
    new_codes: list[Any]

    @property
    def study(self) -> Study:
        return self.after.study

    @property
    def is_one_wave(self) -> bool:
        return bool(self.before.wave_id == self.after.wave_id)

    @property
    def since(self) -> int | None:
        """The first version it is meant for; None: every version of the later wave."""
        return self.after.number if self.is_one_wave else None

    @property
    def bars(self) -> bool:
        """Whether it says that nothing carries the item, or that nobody knows."""
        return self.kind in BARRING


def row_problems(user: User, asked: Asked) -> list[Problem]:
    """Everything that is wrong with a decision; ``where`` is the field of the API that says it.

    Codes count as the variable's where its codebook has them, where they were counted, as far as ``user``
    may be told so, or where a decision that holds speaks of them.
    """
    shape = [_with_field(one) for one in malformed(asked.code_map, asked.missing_map)]
    found = [*_of_sides(asked), *_of_kind(asked), *shape]
    if asked.before.study.pk != asked.study.pk:
        return found
    found += [*_of_item(asked), *_of_barred(asked)]
    if not shape:
        found += target_problems(user, asked.before, asked.study, asked.item, asked.code_map, asked.new_codes)
    if not shape and not asked.bars:
        fields = {"code_map": asked.code_map, "missing_map": asked.missing_map, "status": Status.COMPLETE,
                  "variable": asked.variable or asked.item}  # fmt: skip
        # an item that is nowhere has been told of: its name is not the name of a variable, too
        if asked.variable or not any(one.code == "unknown_item" for one in found):
            about = carrier_problems(asked.study, asked.item, asked.after.wave, asked.since, fields)
            found += [_with_field(one) for one in about]
        found += _of_codes(user, asked)
    return found


def _with_field(problem: Problem) -> Problem:
    is_told = problem.where in ("code_map", "missing_map")
    return problem if is_told else replace(problem, where=_FIELDS.get(problem.code, problem.where))


def _of_sides(asked: Asked) -> Iterator[Problem]:
    if asked.is_one_wave and asked.after.number <= asked.before.number:
        hint = "Compare the earlier version with the later one."
        message = "A decision between two versions holds for the later one."
        yield Problem("wrong_order", message, where="after", hint=hint)
    if asked.before.study.pk != asked.study.pk:
        yield Problem("other_study", "A decision links waves of one study.", where="before")


def _of_kind(asked: Asked) -> Iterator[Problem]:
    maps = bool(asked.code_map or asked.missing_map)
    if asked.kind not in KINDS:
        hint, near = say("Use one of {words}.", words=KINDS), near_misses(asked.kind, KINDS)
        yield Problem("bad_kind", "There is no such decision.", where="kind", hint=hint, near=near)
    if (asked.bars or asked.partial) and not asked.reason.strip():
        yield Problem(
            "missing_reason", "Say why.", where="reason", hint="A reason is kept with the decision."
        )
    if asked.kind == Kind.SAME and maps:
        hint = "Decide that the codes are mapped, or leave the maps out."
        yield Problem("same_with_maps", "What is the same needs no map of codes.", where="kind", hint=hint)
    if asked.bars and maps:
        message = "What is not comparable or left open has no map of codes."
        yield Problem("barred_with_maps", message, where="code_map", hint="Leave the maps out.")
    if asked.kind == Kind.MAP and not maps:
        hint = "Say what becomes of each code; where all mean what they meant, decide that it is the same."
        yield Problem("map_without_codes", "No code is mapped to another.", where="code_map", hint=hint)


def _of_item(asked: Asked) -> Iterator[Problem]:
    """A slip of the pen would make a new item: known are the study's own and the variables of its waves."""
    known = dict.fromkeys(asked.study.items.values_list("name", flat=True))
    stored = Variable.objects.filter(version__wave__study=asked.study)
    known |= dict.fromkeys(stored.order_by("name").values_list("name", flat=True).distinct())
    if asked.item not in known:
        message = say("No wave of {study} has an item called “{name}”.", study=asked.study, name=asked.item)
        yield Problem("unknown_item", message, where="item", near=near_misses(asked.item, known))


def _of_barred(asked: Asked) -> Iterator[Problem]:
    """What does not carry an item is a variable, too: one of either wave, or the item's own name."""
    if not asked.bars or asked.variable in ("", asked.item):
        return
    waves = list(dict.fromkeys((asked.before.wave, asked.after.wave)))
    stored = Variable.objects.filter(version__wave__in=waves)
    if stored.filter(name=asked.variable).exists():
        return
    told = {"before": asked.before.wave.slug, "after": asked.after.wave.slug, "name": asked.variable}
    if asked.is_one_wave:
        message = say("{wave} has no variable called “{name}”.", wave=asked.after.wave, name=asked.variable)
    else:
        message = say("Neither {before} nor {after} has a variable called “{name}”.", **told)
    hint = "Name the variable that was looked at, or leave it out."
    near = near_misses(asked.variable, stored.values_list("name", flat=True).distinct())
    yield Problem("unknown_variable", message, where="variable", hint=hint, near=near)


def _of_codes(user: User, asked: Asked) -> Iterator[Problem]:
    """Codes that the variable has in no version that the decision is meant for; those of another type have
    been told of."""
    name = asked.variable or asked.item
    stored = _carriers(asked.after.wave, asked.since, name)
    if not stored:
        return
    is_told = policy.may(user, policy.DOWNLOAD, asked.study)
    carriers = [carrier(one, is_told=is_told) for one in stored]
    decided = in_force_in(asked.study, asked.after).values()
    held = [pair[0] for one in decided if one.variable == name for pair in (*one.code_map, *one.missing_map)]
    for field in ("code_map", "missing_map"):
        codes = [pair[0] for pair in getattr(asked, field)]
        sources = [code for code in codes if not is_of_other_type(carriers[-1].variable, code)]
        if strange := strange_codes(carriers, sources, held):
            message = say("{name} has no code {codes}.", name=name, codes=strange[:20])
            yield Problem("unknown_code", message, where=field, hint=_codes_of(carriers[-1]))


def _codes_of(carrier: Carrier) -> str:
    codes: Sequence[Scalar] = [code.value for code in carrier.variable.codes][:30]
    return say("Its codebook lists {codes}.", codes=codes) if codes else ""


def _carriers(wave: Wave, since: int | None, name: str) -> list[Variable]:
    """A variable in each version of the wave from ``since`` on, oldest first."""
    stored = Variable.objects.filter(version__wave=wave, name=name)
    stored = stored.filter(Q(version__number__gte=since)) if since is not None else stored
    return list(stored.order_by("version__number"))


def carrier_problems(
    study: Study, item: str, wave: Wave, since: int | None, fields: dict[str, Any]
) -> list[Problem]:
    """A variable that the wave has not, and maps that cannot be meant.

    A wave without data yet, what is said to be impossible, and what is left open where nothing carries it are
    taken as they are.
    """
    if wave.study_id != study.pk:
        text = say("{wave} is no wave of {study}.", wave=wave, study=study)
        return [Problem("other_study", text, where=item)]
    latest = wave.versions.order_by("number").last()
    if fields["status"] == Status.IMPOSSIBLE or latest is None:
        return []
    if since is not None and since > latest.number:
        message = say("{wave} has no version {number} yet.", wave=wave, number=since)
        hint = "Import the file first, or name a version that is there."
        return [Problem("unknown_version", message, where=item, hint=hint)]
    stored = _carriers(wave, since, fields["variable"])
    has_maps = bool(fields["code_map"] or fields["missing_map"])
    if not stored and fields["status"] == Status.UNDETERMINED and not has_maps:
        return []
    if not stored:
        near = near_misses(fields["variable"], latest.variables.values_list("name", flat=True))
        message = say("{wave} has no variable called “{name}”.", wave=wave, name=fields["variable"])
        return [Problem("unknown_variable", message, where=item, near=near)]
    reasons = tuple(study.missing_reasons.values())
    return check_maps(stored[-1].as_core(), fields["code_map"], fields["missing_map"], reasons)
