"""The factor kind against R, where it adds to its cores: weights, adequacy, polychoric correlations."""

from __future__ import annotations

import numpy as np
import pytest

from analytics.core.items.answers import answers_of
from analytics.core.items.matrices import polychorics_of
from tests.reference.items_case import ITEMS, frame, reference, run

CLOSED = 1e-10
ROTATED = 5e-7  # as where the cores are compared
LATENT = 2e-8  # lavaan stops at about 1e-8

SPEC = f"kind: factor\nitems: [{', '.join(ITEMS)}]\nreversed: [q3, q9]\nfactors: 3\n"


def test_adequacy_and_sphericity() -> None:
    table, r = run(SPEC).result["table"], reference()
    assert table["n"] == r["n"]
    assert table["kmo"] == pytest.approx(r["kmo"]["overall"], rel=CLOSED)
    assert [row["kmo"] for row in table["rows"]] == pytest.approx(list(r["kmo"]["item"].values()), rel=CLOSED)
    assert table["bartlett"]["statistic"] == pytest.approx(r["bartlett"]["chisq"], rel=CLOSED)
    assert table["bartlett"]["df"] == r["bartlett"]["df"]
    unrotated = run(SPEC + "rotation: none\n").result["table"]
    assert unrotated["rmsr"] == pytest.approx(table["rmsr"], rel=1e-8)
    assert table["rmsr"] == pytest.approx(r["minres"]["rmsr"], rel=1e-6)


def test_weighted_loadings() -> None:
    table, r = run(SPEC + "weights: weight\n").result["table"], reference()["weighted_varimax"]
    found = np.array([row["loadings"] for row in table["rows"]])
    assert found == pytest.approx(np.array(r["loadings"]["values"]), abs=ROTATED)
    assert table["bartlett"] is None and table["fit"] is None


def test_polychoric_correlations() -> None:
    five = ITEMS[:5]
    complete = np.logical_and.reduce([frame()[name].present() for name in five])
    answers, _ = answers_of(five, ("q3",), frame(), complete, None)
    wanted = np.array(reference()["polychoric"]["values"])
    assert polychorics_of(answers) == pytest.approx(wanted, abs=LATENT)
