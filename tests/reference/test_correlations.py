"""Correlations against R stats and lavaan, on our own synthetic survey."""

from __future__ import annotations

import math
from typing import Any

import pytest

from tests.reference.items_case import reference, run

CLOSED = 1e-12
P_VALUE = 1e-9  # small tails of t
LATENT = 2e-8  # lavaan's correlations stop at about 1e-8
ERROR = 1e-6  # lavaan's scores are taken there


def pairs(more: str) -> list[dict[str, Any]]:
    text = "kind: correlation\nvariables: [q1, q2, age, inc]\n"
    found: list[dict[str, Any]] = run(text + more).result["table"]["pairs"]
    return sorted(found, key=lambda one: (one["first"], one["second"]))


@pytest.mark.parametrize("method", ["pearson", "spearman"])
def test_correlations_and_p_values(method: str) -> None:
    found, r = pairs(f"method: {method}"), reference()[method]
    for one, wanted, holm in zip(found, r["pairs"], r["holm"], strict=True):
        assert (one["first"], one["second"], one["n"]) == (wanted["first"], wanted["second"], wanted["n"])
        assert one["value"] == pytest.approx(wanted["r"], abs=CLOSED)
        assert one["p_value"] == pytest.approx(wanted["p"], rel=P_VALUE)
        assert one["adjusted"] == pytest.approx(holm, rel=P_VALUE)
        if method == "pearson":
            assert [one["low"], one["high"]] == pytest.approx(wanted["ci"], abs=CLOSED)


def test_polychoric_correlations_and_their_errors() -> None:
    text = "kind: correlation\nvariables: [q1, q2, q4, q5]\nmethod: polychoric\nmissing: listwise\n"
    text += "where: {q3: [1, 2, 3, 4, 5]}"
    table, r = run(text).result["table"], reference()["polychoric_se"]
    wanted = {pair: at for at, pair in enumerate(zip(r["first"], r["second"], strict=True))}
    n = table["n"]
    for one in table["pairs"]:
        at = wanted[table["variables"][one["first"]], table["variables"][one["second"]]]
        assert one["value"] == pytest.approx(r["r"][at], abs=LATENT)
        error = (math.atanh(one["high"]) - math.atanh(one["value"])) / 1.959963984540054
        told = error * (1 - one["value"] ** 2) * math.sqrt(n / (n - 1))  # lavaan divides by n - 1
        assert told == pytest.approx(r["se"][at], rel=ERROR)
