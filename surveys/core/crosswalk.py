"""What a decision of the crosswalk may say, and what it makes of a wave's variable."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from surveys.core.absence import NOT_ASKED, VOCABULARY
from surveys.core.codebook import Code, MissingRule, Scalar, ValueType, Variable
from surveys.core.comparison.codes import code_key, is_inside, valid_codes
from surveys.core.problems import Problem, near_misses
from surveys.core.said import say
from surveys.core.storable import LEAST, MOST

CodeMap = Sequence[Sequence[Any]]  # [[source code, harmonised code or None], …]
MissingMap = Sequence[Sequence[Any]]  # [[source code or .tag, reason], …]


def with_reasons(variable: Variable, missing_map: MissingMap) -> Variable:
    """The variable as the crosswalk reads it: some of its codes are absences, whatever the file declares.

    What the file says of the same code gives way; everything else of its missing scheme stays.
    """
    if not missing_map:
        return variable
    reasons = {code_key(code): (code, str(why)) for code, why in missing_map}
    kept = tuple(rule for rule in variable.missing if _rule_key(rule) not in reasons)
    return replace(variable, missing=(*(_rule(variable, *pair) for pair in reasons.values()), *kept))


def recounted(counted: Mapping[str, Any], missing_map: MissingMap) -> Mapping[str, Any]:
    """Stored frequencies as :func:`with_reasons` reads the column: rows of those codes are absences.

    Where not every value was listed and a mapped code is among the rest, nobody knows how many rows moved:
    ``valid`` is None, and there are no ``stats`` and no ``histogram``.
    """
    if not missing_map or not counted:
        return counted
    reasons = {code_key(code): str(why) for code, why in missing_map}
    absent = dict(counted.get("absent", {}))
    values = [list(pair) for pair in counted.get("values", ()) if code_key(pair[0]) not in reasons]
    moved = [
        [value, n, reasons[code_key(value)]]
        for value, n in counted.get("values", ())
        if code_key(value) in reasons
    ]
    codes = [[code, n, reasons.get(code_key(code), why)] for code, n, why in counted.get("missing_codes", ())]
    for (_code, n, why), (_same, _n, now) in zip(counted.get("missing_codes", ()), codes, strict=True):
        absent[why] = absent.get(why, 0) - n
        absent[now] = absent.get(now, 0) + n
    for _value, n, why in moved:
        absent[why] = absent.get(why, 0) + n
    told = {
        "values": values,
        "missing_codes": [*moved, *codes],
        "valid": counted.get("valid", 0) - sum(n for _value, n, _why in moved),
        "distinct": counted.get("distinct", 0) - sum(1 for _value, n, _why in moved if n),
        "absent": {why: n for why, n in sorted(absent.items()) if n},
    }
    if "chosen" in counted:
        told["chosen"] = [pair for pair in counted["chosen"] if code_key(pair[0]) not in reasons]
    is_unknown = _is_unlisted(counted, reasons)
    without: dict[str, Any] = {"stats": {}, "histogram": []} if moved or is_unknown else {}
    return {**counted, **told, **without} | ({"valid": None} if is_unknown else {})


def _is_unlisted(counted: Mapping[str, Any], codes: Collection[Any]) -> bool:
    """Whether one of the ``codes`` may be a value that was counted, but is not listed."""
    listed = {code_key(value): n for value, n in counted.get("values", ())}
    if int(counted.get("distinct", 0)) <= sum(1 for n in listed.values() if n):
        return False
    return not set(codes) <= {*listed, *(code_key(one[0]) for one in counted.get("missing_codes", ()))}


def check_maps(
    variable: Variable, code_map: CodeMap, missing_map: MissingMap, reasons: Collection[str] = ()
) -> list[Problem]:
    """Everything that is wrong with the maps of a decision; ``reasons`` are the study's own words.

    An absence never becomes an answer: what the file declares missing may get another reason, but no code.
    Maps of things that are no codes are looked at no further.
    """
    return malformed(code_map, missing_map) or [
        *_doubles([pair[0] for pair in (*code_map, *missing_map)]),
        *_wrong_codes(variable, code_map, missing_map),
        *_answers_of_absences(variable, code_map, missing_map),
        *_unknown_reasons(missing_map, reasons),
    ]


def malformed(code_map: CodeMap, missing_map: MissingMap) -> list[Problem]:
    """What in two maps is no pair, or no code: finite numbers and texts are, and None as a code's target."""
    found: list[Problem] = []
    for pair in (*code_map, *missing_map):
        if not isinstance(pair, list | tuple) or len(pair) != 2:
            hint = "Write [[1, 1], [2, 0]]: the code in this wave, the code of the item."
            return [Problem("bad_map", "A map of codes lists pairs.", hint=hint)]
    codes = {
        "code_map": [code for pair in code_map for code in pair if code is not None or code is pair[0]],
        "missing_map": [pair[0] for pair in missing_map],
    }
    for where, given in codes.items():
        if not all(map(_is_code, given)):
            hint = "Numbers are finite, and whole ones fit into 64 bits; true, lists and blocks are no codes."
            found.append(Problem("bad_code", "A code is a number or a text.", where=where, hint=hint))
    if not all(isinstance(why, str) for _code, why in missing_map):
        hint = "Write [[97, dont_know]]: the code in this wave, the reason."
        found.append(Problem("bad_reason", "A reason for an absence is a word.", hint=hint))
    return found


def _is_code(code: Any) -> bool:
    """Whether it can be kept as a code, and read again as the same."""
    if isinstance(code, bool):
        return False
    if isinstance(code, int):
        return LEAST <= code <= MOST
    return isinstance(code, str) or (isinstance(code, float) and math.isfinite(code))


def unmapped(variable: Variable, code_map: CodeMap, missing_map: MissingMap) -> list[Scalar]:
    """Codes of the variable that get neither a harmonised code nor a reason; none without a code map."""
    if not code_map:
        return []
    told = {code_key(source) for source, target in code_map if target is not None}
    told |= {code_key(source) for source, _why in missing_map}
    return [code.value for key, code in valid_codes(variable).items() if key not in told]


def _rule_key(rule: MissingRule) -> Any:
    if rule.tag is not None:
        return code_key(f".{rule.tag}")
    return code_key(rule.value) if rule.value is not None else None


def _is_tag(variable: Variable, code: Any) -> bool:
    return variable.type is not ValueType.TEXT and isinstance(code, str) and len(code) == 2 and code[0] == "."


def _rule(variable: Variable, code: Scalar, why: str) -> MissingRule:
    labels = next((one.labels for one in variable.codes if code_key(one.value) == code_key(code)), {})
    before = next((rule for rule in variable.missing if _rule_key(rule) == code_key(code)), None)
    labels = before.labels if before is not None and before.labels else labels
    if _is_tag(variable, code):
        return MissingRule(why, tag=str(code)[1:], labels=labels)
    return MissingRule(why, value=code, labels=labels)


def _doubles(codes: Iterable[Scalar]) -> Iterator[Problem]:
    seen: set[Any] = set()
    for code in codes:
        if code_key(code) in seen:
            message = say("The code {code} is mapped twice.", code=code)
            yield Problem("mapped_twice", message, hint="Give each code of the wave one meaning.")
        seen.add(code_key(code))


def _wrong_codes(variable: Variable, code_map: CodeMap, missing_map: MissingMap) -> Iterator[Problem]:
    for code in (pair[0] for pair in (*code_map, *missing_map)):
        if not is_of_other_type(variable, code):
            continue
        if isinstance(code, str):
            message = say("“{code}” is a text, but {name} holds numbers.", code=code, name=variable.name)
            yield Problem("bad_code", message, where=variable.name, hint="Write the code without quotes.")
        else:
            message = say("{code} is a number, but {name} holds text.", code=code, name=variable.name)
            yield Problem("bad_code", message, where=variable.name, hint="Write the code in quotes.")


def is_of_other_type(variable: Variable, code: Scalar) -> bool:
    """Whether the code is a text and the variable holds numbers, or the other way round."""
    if isinstance(code, str):
        return variable.type.is_number and not _is_tag(variable, code)
    return variable.type is ValueType.TEXT


def _answers_of_absences(variable: Variable, code_map: CodeMap, missing_map: MissingMap) -> Iterator[Problem]:
    moved = {code_key(code) for code, _why in missing_map}
    for source, target in code_map:
        rule = declared_missing(variable, source)
        if target is None or rule is None or code_key(source) in moved:
            continue
        told = {"source": source, "target": target}
        message = say("The code {source} stands for an absence; it cannot become the code {target}.", **told)
        if rule.reason == NOT_ASKED:
            message = say(
                "The code {source} says that it was not asked; it cannot become the code {target}.", **told
            )
        hint = "Leave it out, or map it to a reason: what was not asked is never “no”."
        yield Problem("absence_as_answer", message, where=variable.name, hint=hint)


def declared_missing(variable: Variable, code: Scalar) -> MissingRule | None:
    """The rule by which the file declares ``code`` missing."""
    for rule in variable.missing:
        if _rule_key(rule) == code_key(code):
            return rule
        if (rule.low is not None or rule.high is not None) and is_inside(code, rule):
            return rule
    return None


@dataclass(frozen=True)
class Carrier:
    """A variable in one version: ``counted`` are the values and missing codes of its cells, ``is_whole`` says
    that no value was left out of the counting."""

    variable: Variable
    counted: Collection[Scalar]
    is_whole: bool

    def has(self, code: Scalar) -> bool:
        """Whether the codebook declares the code or a cell holds it; where nobody can know, it may."""
        known = (*(one.value for one in self.variable.codes), *self.counted)
        is_listed = any(code_key(one) == code_key(code) for one in known)
        return is_listed or declared_missing(self.variable, code) is not None or not self.is_whole


def strange_codes(
    carriers: Collection[Carrier], sources: Iterable[Scalar], held: Iterable[Scalar] = ()
) -> list[Scalar]:
    """Those of the ``sources`` that no carrier has, and that no decision spoke of (``held``)."""
    spoken = {code_key(code) for code in held}
    strange = (code for code in sources if not any(one.has(code) for one in carriers))
    return [code for code in strange if code_key(code) not in spoken]


def _unknown_reasons(missing_map: MissingMap, reasons: Collection[str]) -> Iterator[Problem]:
    known = (*VOCABULARY, *reasons)
    for _code, why in missing_map:
        if why not in known:
            near = near_misses(str(why), known)
            hint = say("Use one of {words}.", words=tuple(dict.fromkeys(known)))
            message = say("“{why}” is no reason for an absence here.", why=why)
            yield Problem("unknown_reason", message, hint=hint, near=near)


def item_codes(variable: Variable, code_map: CodeMap) -> dict[Scalar, Code]:
    """The codes an item has where ``variable`` carries it: its own, or those that they are mapped to."""
    own = {code_key(code.value): code for code in valid_codes(variable).values()}
    if not code_map:
        return {code.value: code for code in own.values()}
    found: dict[Scalar, Code] = {}
    for source, target in code_map:
        if target is not None and target not in found:
            before = own.get(code_key(source))
            found[target] = Code(target, before.labels if before else {})
    return found
