"""Codes that a decision gives an item: those it has in some wave, and those that are named as new to it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from surveys import policy
from surveys.core.codebook import Scalar
from surveys.core.comparison.codes import code_key, valid_codes
from surveys.core.crosswalk import Carrier, malformed, strange_codes
from surveys.core.disclosure import disclosed
from surveys.core.problems import Problem
from surveys.core.said import say
from surveys.models import CrosswalkDecision, Study, User, Variable, WaveVersion
from surveys.selectors import in_force_in

MOST_NAMED = 30  # codes in a hint


@dataclass(frozen=True)
class ItemCodes:
    """What carries an item as it is, and the codes that decisions give it where others carry it."""

    carriers: tuple[Carrier, ...]
    given: tuple[Scalar, ...]

    @property
    def written(self) -> list[Scalar]:
        """Its codes in the order of the waves, as codebooks and decisions write them down."""
        own = (code.value for one in self.carriers for code in valid_codes(one.variable).values())
        return list({code_key(code): code for code in (*own, *self.given)}.values())

    def unknown(self, codes: Sequence[Scalar]) -> list[Scalar]:
        """Those that the item has in no wave; none where nobody wrote its codes down."""
        return strange_codes(self.carriers, codes, self.given) if self.written else []


def target_problems(
    user: User, before: WaveVersion, study: Study, item: str, code_map: list[list[Any]], new_codes: list[Any]
) -> Iterator[Problem]:
    """Codes that a well-formed map gives an item which has them in no wave, unless ``new_codes`` names them:
    a slip of the pen would make an answer that no rule knows.

    Known are the codes of its variable in ``before`` and in the latest version of each wave, as far as
    ``user`` may be told of them, and those that decisions which hold map others to.
    """
    if malformed([[code, None] for code in new_codes], []):
        hint = "Write [3101]: codes of the item, numbers or texts."
        yield Problem("bad_code", "A code is a number or a text.", where="new_codes", hint=hint)
        return
    targets = list({code_key(one): one for _source, one in code_map if one is not None}.values())
    keys, named = {code_key(one) for one in targets}, {code_key(code) for code in new_codes}
    if unused := [code for code in new_codes if code_key(code) not in keys]:
        message = say("No code becomes {codes}, which new_codes names.", codes=unused[:20])
        hint = "Map a code to it, or leave it out."
        yield Problem("unused_code", message, where="new_codes", hint=hint)
    if not any(key not in named for key in keys):
        return
    known = _codes_of_item(user, before, study, item)
    strange = [code for code in known.unknown(targets) if code_key(code) not in named]
    numbers = all(not isinstance(code, str) for code in known.written)
    for code in [one for one in strange if numbers and isinstance(one, str)]:
        message = say("“{code}” is a text, but the codes of {item} are numbers.", code=code, item=item)
        yield Problem("bad_code", message, where="code_map", hint="Write the code without quotes.")
        strange.remove(code)
    if strange:
        message = say("{item} has no code {codes} in any wave.", item=item, codes=strange[:20])
        hint = say("Its codes are {codes}. Name a code that is new to it in new_codes.",
                   codes=known.written[:MOST_NAMED])  # fmt: skip
        yield Problem("unknown_target", message, where="code_map", hint=hint)


def carrier(stored: Variable, *, is_told: bool) -> Carrier:
    """A stored variable with what was counted of it, small counts only where they may be told."""
    variable, counted = stored.as_core(), stored.frequencies or {}
    told = counted if is_told else disclosed(variable, counted)
    listed = {tuple(pair) for pair in counted.get("values", ()) if pair[1]}
    is_whole = bool(counted) and int(counted.get("distinct", 0)) <= len(listed)
    return Carrier(variable, [row[0] for part in ("values", "missing_codes") for row in told.get(part, ())],
                   is_whole)  # fmt: skip


def _codes_of_item(user: User, before: WaveVersion, study: Study, item: str) -> ItemCodes:
    latest = [wave.versions.order_by("number").last() for wave in study.waves.all()]
    versions = {one.pk: one for one in (*latest, before) if one is not None}
    is_told = policy.may(user, policy.DOWNLOAD, study)
    carriers: list[Carrier] = []
    given: list[Scalar] = []
    for version in versions.values():
        decision = in_force_in(study, version).get(item)
        if decision is not None and decision.code_map:
            given += [target for _source, target in decision.code_map if target is not None]
        elif decision is None or decision.status != CrosswalkDecision.Status.IMPOSSIBLE:
            name = decision.variable if decision is not None else item
            stored = version.variables.filter(name=name).first()
            carriers += [carrier(stored, is_told=is_told)] if stored is not None else []
    return ItemCodes(tuple(carriers), tuple(given))
