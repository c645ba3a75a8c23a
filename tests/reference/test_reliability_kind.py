"""Reliability against R psych, lavaan and stats, on our own synthetic items."""

from __future__ import annotations

from typing import Any

import pytest

from analytics.core.kinds import read_spec, run_spec
from tests.analytics.columns import column
from tests.conftest import SHARED, absent
from tests.reference.cases import load
from tests.reference.items_case import reference, run

CLOSED = 1e-12  # closed forms of covariances on both sides
FITTED = 1e-8  # R's uniquenesses come from quasi-Newton steps that stop near 1e-9
LATENT = 1e-7  # lavaan stops at about 1e-8
QUANTILE = 1e-9  # quantiles of F

SCALE = "kind: reliability\nitems: [q1, q2, q3, q4, q5]\nreversed: [q3]\n"


def figures(more: str = "") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = run(SCALE + more).result["table"]["groups"]
    return found


def test_alpha_omega_and_items() -> None:
    (found,), r = figures(), reference()["reliability"]
    assert found["n"] == r["n"]
    for name, key in (("alpha", "alpha"), ("alpha", "psych_alpha"), ("standardised", "standardised")):
        assert found[name] == pytest.approx(r[key], rel=CLOSED)
    assert found["mean_correlation"] == pytest.approx(r["mean_r"], rel=CLOSED)
    assert [found["low"], found["high"]] == pytest.approx(r["feldt"], rel=QUANTILE)
    assert found["omega"] == pytest.approx(r["omega"], rel=FITTED)
    for name, key, apart in (
        ("mean", "means", CLOSED),
        ("sd", "sds", CLOSED),
        ("item_rest", "item_rest", CLOSED),
        ("alpha_dropped", "alpha_dropped", CLOSED),
        ("loading", "loadings", FITTED),
    ):
        assert [item[name] for item in found["items"]] == pytest.approx(r[key], rel=apart)


def test_by_group() -> None:
    *groups, whole = figures("by: female")
    for found, r in zip(groups, reference()["by_female"], strict=True):
        assert found["n"] == r["n"]
        assert found["alpha"] == pytest.approx(r["alpha"], rel=CLOSED)
        assert found["omega"] == pytest.approx(r["omega"], rel=FITTED)
    assert whole["alpha"] == figures()[0]["alpha"]


def test_weighted() -> None:
    (found,), r = figures("weights: weight"), reference()["weighted"]
    assert found["alpha"] == pytest.approx(r["alpha"], rel=CLOSED)
    assert found["omega"] == pytest.approx(r["omega"], rel=FITTED)
    assert [item["mean"] for item in found["items"]] == pytest.approx(r["means"], rel=CLOSED)
    assert [item["sd"] for item in found["items"]] == pytest.approx(r["sds"], rel=CLOSED)
    assert found["low"] is None and found["high"] is None


def test_of_latent_variables() -> None:
    (found,), r = figures("correlations: polychoric"), reference()["polychoric"]
    assert found["alpha"] == pytest.approx(r["alpha"], rel=LATENT)
    assert found["omega"] == pytest.approx(r["omega"], rel=LATENT)


@pytest.mark.parametrize("scale", ["Agree", "Consc", "Neuro"])
def test_scales_of_a_personality_inventory(scale: str) -> None:
    """Fourteen items of six answers with absences; the data are psychTools', and GPL."""
    folder = SHARED / "reference" / "stats" / "spi_scales"
    if not folder.is_dir():
        absent("the folder of shared reference files is not present")
    case = load(folder)
    r = case.reference["reliability"][scale]
    columns = {name: column(name, case.rows[name].to_list()) for name in r["items"]}
    turned = [name for name in r["reverse_keyed"] if name]
    spec = {"kind": "reliability", "items": r["items"], "reversed": turned}
    (found,) = run_spec(read_spec(spec), columns).result["table"]["groups"]
    assert found["n"] == r["n_complete"]
    assert found["alpha"] == pytest.approx(r["alpha_raw_listwise"], rel=CLOSED)
    assert found["standardised"] == pytest.approx(r["alpha_std_listwise"], rel=CLOSED)
    rest = [item["item_rest"] for item in found["items"]]
    assert rest == pytest.approx(list(r["item_rest_r_listwise"].values()), rel=1e-11)
