"""One variable on both sides: every kind of difference, each by itself."""

from __future__ import annotations

from collections.abc import Iterator

from surveys.core.codebook import Variable
from surveys.core.comparison.codes import code_differences, missing_differences, translated_codes
from surveys.core.comparison.difference import AttributePair, Distribution, Kind, VariableDifference
from surveys.core.comparison.distribution import Side, distribution
from surveys.core.comparison.moves import differ
from surveys.core.comparison.texts import text_pairs, tidy
from surveys.core.limits import in_short

NOTICEABLE = 0.05  # the distance from which two rounds of fieldwork are said to answer differently
IN_ONE_WAVE = 0.001  # and two versions of one wave


def variable_difference(
    before: Side, after: Side, *, is_told: bool, least: float, is_same_content: bool = False
) -> VariableDifference:
    """How ``after`` differs from ``before``; a distribution counts as changed from a distance of ``least``.

    With ``is_same_content`` (equal column hashes) the answers are not looked at.
    """
    old, new = before.variable, after.variable
    added, removed, relabelled = code_differences(old, new)
    answers = None if is_same_content else distribution(before, after, is_told=is_told)
    is_changed = answers is not None and _is_changed(before, after, answers, least)
    labels, question = text_pairs(old.labels, new.labels), text_pairs(old.question, new.question)
    one_sided = (pair for pair in (*labels, *question, *translated_codes(old, new)) if pair.is_translation)
    return VariableDifference(
        before=old.name,
        after=new.name,
        labels=labels,
        question=question,
        codes_added=added,
        codes_removed=removed,
        relabelled=relabelled,
        missing=missing_differences(old, new),
        attributes=tuple(_attributes(old, new)),
        distribution=answers,
        is_distribution_changed=is_changed,
        translations=tuple(sorted({pair.language for pair in one_sided})),
    )


def _is_changed(before: Side, after: Side, answers: Distribution, least: float) -> bool:
    """Whether the distance is large enough, also one that is not told.

    Of answers that are not told, two versions of a wave differ wherever anything does: what is said to be
    the same, because the distance is small, would tell what the few who are gone had answered.
    """
    if answers.is_untold and least <= IN_ONE_WAVE:
        return differ(before.counts, after.counts)
    whole = distribution(before, after, is_told=True) if answers.distance is None else answers
    return whole is not None and whole.distance is not None and whole.distance >= least


def differs_in_words(old: Variable, new: Variable) -> bool:
    """Whether the two are described otherwise in a way that a comparison tells; no answer is looked at."""
    found = variable_difference(Side(old, {}), Side(new, {}), is_told=False, least=1.0, is_same_content=True)
    return bool(found.kinds)


def _attributes(old: Variable, new: Variable) -> Iterator[AttributePair]:
    pairs = {
        Kind.TYPE: (old.type.value, new.type.value),
        Kind.LEVEL: (old.level.value, new.level.value),
        Kind.UNIVERSE: (tidy(old.universe), tidy(new.universe)),
        Kind.UNIT: (tidy(old.unit), tidy(new.unit)),
        Kind.LIMITS: (in_short(old.limits), in_short(new.limits)),
    }
    for kind, (was, is_now) in pairs.items():
        if was != is_now:
            yield AttributePair(kind, was, is_now)
