"""What the registry keeps of a function."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Takes(StrEnum):
    """What the arguments of a function must be; SPECIAL functions are checked by a method of their own."""

    CONDITIONS = "conditions"
    NUMBERS = "numbers"
    DATE = "date"
    DAY = "day"
    SAME = "values of one kind"
    SPECIAL = "special"


class Gives(StrEnum):
    CONDITION = "condition"
    INTEGER = "integer"
    DECIMAL = "decimal"
    LIKE_ARGUMENTS = "as its arguments"


@dataclass(frozen=True)
class Setting:
    """A keyword: a whole number (``kind`` "integer") from ``low`` to ``high``, or one word of ``choices``.

    ``high`` None: the number of arguments.  ``default`` None: ``at_least`` means all arguments, others must
    be given.  ``is_silent``: came later than its function, and is no part of a rule's meaning where it is the
    default, so that rules from before keep their fingerprints.
    """

    name: str
    kind: str
    choices: tuple[str, ...] = ()
    default: int | str | None = None
    low: int = 1
    high: int | None = None
    is_silent: bool = False


@dataclass(frozen=True)
class Function:
    """``help`` and ``absences`` (what becomes of absent answers) are texts per language, "en" and "zh".

    ``example`` is a rule, ``given`` the answers of one respondent, ``then`` what it gives: a value, or
    {"missing": reason}; both are empty for functions that are fitted on a sample.  ``also`` holds the answers
    of more respondents for the manual; of a fitted function they are the sample.  ``second``: a further rule
    that the manual works on the same respondents.
    """

    name: str
    family: str
    signature: str
    takes: Takes
    gives: Gives
    least: int
    most: int | None
    help: Mapping[str, str]
    absences: Mapping[str, str]
    example: str
    given: Mapping[str, Any] = field(default_factory=dict)
    then: Any = None
    settings: tuple[Setting, ...] = ()
    is_fitted: bool = False
    also: tuple[Mapping[str, Any], ...] = ()
    second: str = ""
