"""Results become JSON that every reader accepts."""

from __future__ import annotations

import json
import math

from analytics.core.results import Check, Estimate, GroupEffect, ModelResult

KEYS = {"term", "estimate", "std_error", "statistic", "p_value", "conf_low", "conf_high"}


def test_numbers_that_do_not_exist_are_null() -> None:
    estimate = Estimate("x", 1.0, 0.5, 2.0, math.nan, -math.inf, 3.0)
    text = json.dumps(ModelResult("linear", True, (estimate,)).as_json(), allow_nan=False)
    read = json.loads(text)["estimates"][0]
    assert read.keys() >= KEYS
    assert read["p_value"] is None and read["conf_low"] is None


def test_the_covariance_stays_out_and_many_groups_are_not_listed() -> None:
    effects = tuple(GroupEffect("id", str(i), 0.0, 1.0, 3) for i in range(1000))
    read = ModelResult("logit", True, group_effects=effects, covariance=((1.0,),)).as_json()
    assert "covariance" not in read
    assert read["group_effects"] == []


def test_checks_keep_their_terms() -> None:
    read = ModelResult("logit", False, checks=(Check("error", "separation", "…", ("x",)),)).as_json()
    assert read["checks"] == [{"severity": "error", "code": "separation", "message": "…", "terms": ["x"]}]
