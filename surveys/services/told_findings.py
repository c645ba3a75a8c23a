"""What an import noticed, as somebody may read it: single rows are for who may have the data."""

from __future__ import annotations

from typing import Any

from surveys import policy
from surveys.core.codebook import as_json
from surveys.core.findings import Finding
from surveys.core.said import say, with_sources
from surveys.models import User, WaveVersion

OF_ROWS: dict[str, str] = {  # findings that count rows, few perhaps, and name them; and what others read
    "duplicate_rows": say("Some rows repeat an earlier one."),
    "answered_outside_universe": say("Some rows hold an answer although the universe leaves them out."),
    "skipped_inside_universe": say("Some rows were not asked although the universe includes them."),
    "straight_lining": say("Some rows give one answer to all items of a grid."),
    "impossible_date": say("Some rows hold a date before 1880 or in the future."),
    "outside_limits": say("Some rows hold a value outside the declared range."),
}


def findings_shown_to(user: User, version: WaveVersion) -> list[dict[str, Any]]:
    """The findings of a version; how many rows and which are told to who may download the data."""
    found: list[dict[str, Any]] = list(version.findings)
    if version.is_synthetic or version.wave.is_synthetic or version.study.is_synthetic:
        return found
    if policy.may(user, policy.DOWNLOAD, version.study):
        return found
    return [_in_general(one) if one["code"] in OF_ROWS else one for one in found]


def _in_general(one: dict[str, Any]) -> dict[str, Any]:
    return with_sources(
        as_json(Finding(one["severity"], one["code"], OF_ROWS[one["code"]], one.get("variable", "")))
    )
