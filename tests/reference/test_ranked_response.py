"""Ranked questions against R survey, on synthetic rows of a stratified clustered weighted sample (ours)."""

from __future__ import annotations

from typing import Any

import pytest

from analytics.core.kinds import Outcome, read_spec, run_spec
from tests.reference.test_multiple_response import DESIGN, OPTIONS, frame_of_case, reference

CLOSED = 1e-10  # closed forms on both sides; R prints 15 digits

__all__ = ["reference"]


@pytest.fixture(scope="module")
def outcome() -> Outcome:
    text = f"kind: ranked_response\nranks: [rank1, rank2, rank3]\n{DESIGN}"
    return run_spec(read_spec(text), frame_of_case())


@pytest.mark.parametrize(
    ("name", "key", "times"),
    [
        ("first", "share_first", 100),
        ("top", "share_in_top3", 100),
        ("points", "mean_points", 1),
        ("of_points", "share_of_all_points", 100),
        ("rank", "mean_rank_among_those_who_ranked_it", 1),
    ],
)
def test_figures_and_errors(
    outcome: Outcome, reference: dict[str, Any], name: str, key: str, times: int
) -> None:
    r = reference["ranking"]
    rows = {row["option"]: row["figures"][-1][name] for row in outcome.result["table"]["rows"]}
    assert outcome.n_used == r["n"]
    assert [rows[one]["value"] / times for one in OPTIONS] == pytest.approx(r[key]["est"], rel=CLOSED)
    assert [rows[one]["std_error"] / times for one in OPTIONS] == pytest.approx(r[key]["se"], rel=CLOSED)
