"""Code sets and missing schemes of two variables, and a code map to begin with."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping

from surveys.core.codebook import Code, MissingRule, Scalar, Variable, text_in
from surveys.core.comparison.difference import MissingPair, Relabelled, TextPair, said_otherwise
from surveys.core.comparison.texts import text_pairs, tidy

Key = tuple[bool, Scalar]  # whether it is a text, and the code


def code_key(value: Scalar, as_number: bool = False) -> Key:
    """What tells codes apart: 1 and 1.0 are one code, 1 and "1" are two.

    With ``as_number`` (one side keeps text, the other numbers) a text that reads as a number is one: a
    changed type is a difference of its own and must not turn up as a changed code set.
    """
    if as_number and isinstance(value, str):
        try:
            number = float(value)
        except ValueError:
            return True, value
        return (False, number) if math.isfinite(number) else (True, value)
    return isinstance(value, str), value


def valid_codes(variable: Variable, as_number: bool = False) -> dict[Key, Code]:
    """The codes that stand for an answer, without those that are declared missing."""
    single = {code_key(rule.value) for rule in variable.missing if rule.value is not None}
    ranges = [rule for rule in variable.missing if rule.low is not None or rule.high is not None]
    return {
        code_key(code.value, as_number): code
        for code in variable.codes
        if code_key(code.value) not in single and not any(is_inside(code.value, rule) for rule in ranges)
    }


def is_inside(value: Scalar, rule: MissingRule) -> bool:
    """Whether a code lies in a range that is declared missing."""
    if isinstance(value, str):
        return False
    return (rule.low is None or rule.low <= value) and (rule.high is None or value <= rule.high)


def mixes_types(before: Variable, after: Variable) -> bool:
    """Whether one side keeps numbers and the other text."""
    return before.type.is_number != after.type.is_number


def code_differences(
    before: Variable, after: Variable
) -> tuple[tuple[Code, ...], tuple[Code, ...], tuple[Relabelled, ...]]:
    """(codes only ``after`` has, codes only ``before`` has, codes of both with another label)."""
    if before.codes == after.codes and before.missing == after.missing:
        return (), (), ()
    mixed = mixes_types(before, after)
    old, new = valid_codes(before, mixed), valid_codes(after, mixed)
    relabelled = (
        Relabelled(code.value, text_pairs(old[key].labels, code.labels))
        for key, code in new.items()
        if key in old
    )
    return (
        tuple(code for key, code in new.items() if key not in old),
        tuple(code for key, code in old.items() if key not in new),
        tuple(one for one in relabelled if said_otherwise(one.texts)),
    )


def translated_codes(before: Variable, after: Variable) -> Iterator[TextPair]:
    """Labels of codes and of missing codes in languages that only one side has."""
    if before.codes == after.codes and before.missing == after.missing:
        return
    mixed = mixes_types(before, after)
    old, new = valid_codes(before, mixed), valid_codes(after, mixed)
    was, is_now = _rules(before.missing, mixed), _rules(after.missing, mixed)
    pairs = [(old[key].labels, new[key].labels) for key in old.keys() & new.keys()]
    pairs += [(was[key].labels, is_now[key].labels) for key in was.keys() & is_now.keys()]
    for pair in pairs:
        yield from (one for one in text_pairs(*pair) if one.is_translation)


def missing_differences(before: Variable, after: Variable) -> tuple[MissingPair, ...]:
    """Rules that only one side has, and rules of both with another reason or label."""
    if before.missing == after.missing:
        return ()
    mixed = mixes_types(before, after)
    old, new = _rules(before.missing, mixed), _rules(after.missing, mixed)
    pairs = (MissingPair(old.get(key), new.get(key)) for key in dict.fromkeys((*old, *new)))
    return tuple(pair for pair in pairs if _differ(pair))


def _rules(rules: Iterable[MissingRule], mixed: bool) -> dict[object, MissingRule]:
    def key(rule: MissingRule) -> object:
        return (
            code_key(rule.value, mixed) if rule.value is not None else None,
            rule.low,
            rule.high,
            rule.tag,
        )

    return {key(rule): rule for rule in rules}


def _differ(pair: MissingPair) -> bool:
    if pair.before is None or pair.after is None:
        return True
    is_same = pair.before.reason == pair.after.reason
    return not is_same or said_otherwise(text_pairs(pair.before.labels, pair.after.labels))


def suggested_map(source: Variable, target: Mapping[Scalar, Code]) -> list[tuple[Code, Scalar | None]]:
    """Each code of ``source`` with the harmonised code it most likely stands for: the one with its label in
    any language, else none.  A code whose own value exists in ``target`` under no label keeps its value.

    A proposal to begin with; nobody's answer is recoded by it.
    """
    by_text: dict[str, list[Scalar]] = {}
    for value, code in target.items():
        for text in {tidy(text).casefold() for text in code.labels.values() if tidy(text)}:
            by_text.setdefault(text, []).append(value)
    return [(code, _likely(code, by_text, target)) for code in valid_codes(source).values()]


def _likely(code: Code, by_text: Mapping[str, list[Scalar]], target: Mapping[Scalar, Code]) -> Scalar | None:
    for text in code.labels.values():
        found = by_text.get(tidy(text).casefold(), [])
        if len(found) == 1:
            return found[0]
    same = next((value for value in target if code_key(value) == code_key(code.value)), None)
    is_bare = same is not None and not (text_in(code.labels, "en") and text_in(target[same].labels, "en"))
    return same if is_bare else None
