"""What running a specification gives: a result that is JSON, the rows used and lost, and the checks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from analytics.core.results import Check

DONE, FAILED = "done", "failed"


@dataclass(frozen=True)
class Outcome:
    """``state`` is ``failed`` when a check forbade numbers; ``n_lost`` counts rows by ``column: reason``."""

    state: str
    result: Mapping[str, Any]
    n_used: int
    n_lost: Mapping[str, int] = field(default_factory=dict)
    checks: Sequence[Check] = ()
