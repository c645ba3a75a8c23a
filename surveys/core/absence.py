"""The vocabulary of absences: every cell is either a value or an absence with a reason."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

NOT_ASKED = "not_asked"  # the item is not in this wave, or not put to this respondent by design
NOT_APPLICABLE = "not_applicable"  # skipped by routing
REFUSED = "refused"
DONT_KNOW = "dont_know"
NO_ANSWER = "no_answer"
OUT_OF_RANGE = "out_of_range"
SYSTEM = "system"  # the file holds nothing at all
USER_MISSING = "user_missing"  # declared missing in the file, reason not said

VOCABULARY: tuple[str, ...] = (
    NOT_ASKED,
    NOT_APPLICABLE,
    REFUSED,
    DONT_KNOW,
    NO_ANSWER,
    OUT_OF_RANGE,
    USER_MISSING,
    SYSTEM,
)

LABELS: Mapping[str, Mapping[str, str]] = {
    NOT_ASKED: {"en": "not asked", "zh": "未询问"},
    NOT_APPLICABLE: {"en": "not applicable", "zh": "不适用"},
    REFUSED: {"en": "refused", "zh": "拒答"},
    DONT_KNOW: {"en": "don't know", "zh": "不知道"},
    NO_ANSWER: {"en": "no answer", "zh": "未答"},
    OUT_OF_RANGE: {"en": "out of range", "zh": "超出范围"},
    USER_MISSING: {"en": "declared missing", "zh": "声明缺失"},
    SYSTEM: {"en": "empty", "zh": "空缺"},
}


def code_reason(code: int | float | str) -> str:
    """The reason kept for a declared missing code that no vocabulary word was given for."""
    return f"code:{code:g}" if isinstance(code, float) else f"code:{code}"


def tag_reason(tag: str) -> str:
    """The reason kept for a tagged missing (Stata ``.a``, SAS ``.A``) without a word of its own."""
    return f"tag:{tag}"


def precedence(reason: str) -> tuple[int, str]:
    """Sort key: when several absences meet in one function, the smallest key wins.

    The vocabulary's order is the precedence: what the design of the survey decided (not asked, not
    applicable) outranks what the respondent did, which outranks what the file lost.  Reasons of a
    study's own stand between the declared and the system missing, in alphabetical order.
    """
    if reason in VOCABULARY and reason != SYSTEM:
        return VOCABULARY.index(reason), reason
    return (len(VOCABULARY) + (reason == SYSTEM), reason)


def ranked() -> tuple[str, ...]:
    """The vocabulary from the strongest reason to the weakest; a study's own stand before the last one."""
    return tuple(sorted(VOCABULARY, key=precedence))


def strongest(reasons: Iterable[str]) -> str | None:
    """The absence that wins among several, or None when there is none."""
    return min(reasons, key=precedence, default=None)
