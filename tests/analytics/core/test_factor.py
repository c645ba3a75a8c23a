"""Factor analyses: failures in words, limits that are said, order and sign, the same numbers from a seed."""

from __future__ import annotations

import numpy as np
import pytest

from analytics.core.factor_table import loadings_alone
from analytics.core.frame import Column
from analytics.core.items import factors
from analytics.core.kinds import DONE, FAILED, Outcome, read_spec, run_spec
from analytics.core.tables import table_of_result
from measures.core.factor import minres
from measures.core.rotation import in_order, rotated
from surveys.core.problems import Refused
from tests.analytics.columns import column

ITEMS = "items: [a1, a2, a3, a4, b1, b2, b3, b4]\n"


def items(rows: int = 400, seed: int = 9) -> dict[str, Column]:
    """Two factors of four items each; the second set is worded the other way."""
    draw = np.random.default_rng(seed)
    one, other = draw.normal(size=(2, rows))
    other = 0.4 * one + other
    made = {f"a{at}": one + draw.normal(size=rows) for at in range(1, 5)}
    made |= {f"b{at}": -other + 0.7 * draw.normal(size=rows) for at in range(1, 5)}
    return {name: column(name, values.tolist()) for name, values in made.items()}


def run(text: str, frame: dict[str, Column] | None = None) -> Outcome:
    return run_spec(read_spec("kind: factor\n" + text), frame or items())


def codes(outcome: Outcome) -> list[str]:
    return [check.code for check in outcome.checks]


def test_as_many_factors_as_parallel_analysis_suggests() -> None:
    outcome = run(ITEMS + "rotation: oblimin")
    table = outcome.result["table"]
    assert outcome.state == DONE and table["factors"] == table["suggested"] == 2
    assert run(ITEMS + "rotation: oblimin").result == outcome.result
    other = run(ITEMS + "rotation: oblimin\nseed: 2").result["table"]
    assert other["random"] != table["random"] and other["rows"] == table["rows"]


def test_signs_and_order_are_those_of_phi_too() -> None:
    table = run(ITEMS + "rotation: oblimin").result["table"]
    loadings = np.array([row["loadings"] for row in table["rows"]])
    structure, phi = np.array([row["structure"] for row in table["rows"]]), np.array(table["phi"])
    assert structure == pytest.approx(loadings @ phi)
    assert (loadings.sum(axis=0) > 0).all() and table["sums"][0] >= table["sums"][1]
    assert phi[0, 1] < -0.2  # both turned to positive sums, the sets still go against each other
    communality = [row["communality"] for row in table["rows"]]
    assert communality == pytest.approx(np.diag(loadings @ phi @ loadings.T))


def test_a_permutation_of_factors_changes_nothing_that_is_told() -> None:
    draw = np.random.default_rng(4)
    pattern, phi = draw.normal(size=(6, 2)), np.array([[1, 0.3], [0.3, 1]])
    turned = np.array([[0.0, -1.0], [1.0, 0.0]])
    one, other = in_order(pattern, phi, True), in_order(pattern @ turned, turned.T @ phi @ turned, True)
    assert one.loadings == pytest.approx(other.loadings)
    assert one.phi == pytest.approx(other.phi) and one.structure == pytest.approx(other.structure)


def test_another_number_than_suggested_is_said() -> None:
    assert codes(run(ITEMS + "factors: 1")) == ["other_number"]


def test_a_heywood_case_is_named() -> None:
    frame = items()
    exact = frame["a1"].numbers() + frame["a2"].numbers()
    frame["a3"] = column("a3", (exact + 0.01 * np.random.default_rng(1).normal(size=400)).tolist())
    found = [check for check in run(ITEMS + "factors: 2", frame).checks if check.code == "heywood"]
    assert found and "room for error" in found[0].message


def test_items_without_anything_in_common() -> None:
    draw = np.random.default_rng(2)
    frame = {name: column(name, draw.normal(size=300).tolist()) for name in items()}
    outcome = run(ITEMS, frame)
    assert "no_factor" in codes(outcome) and outcome.result["table"]["factors"] == 1


def test_too_many_factors_are_refused() -> None:
    with pytest.raises(Refused, match="fewer correlations than loadings"):
        run("items: [a1, a2, a3, a4]\nfactors: 3")


def test_an_extraction_that_ends_nowhere_gives_no_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    def nowhere(correlation: np.ndarray, k: int) -> object:
        return replace(minres(correlation, k), converged=False)

    monkeypatch.setitem(factors.EXTRACT, "minres", nowhere)
    outcome = run(ITEMS)
    assert outcome.state == FAILED and outcome.result == {} and "not_converged" in codes(outcome)


def test_one_factor_is_not_rotated() -> None:
    loadings = np.array([[0.5], [0.6], [-0.9], [0.7]])
    assert rotated(loadings, "oblimin").loadings.tolist() == loadings.tolist()


@pytest.mark.parametrize("extraction", ["minres", "ml", "principal"])
@pytest.mark.parametrize("rotation", ["none", "varimax", "promax", "oblimin"])
def test_the_table_says_how_it_was_made(extraction: str, rotation: str) -> None:
    outcome = run(ITEMS + f"extraction: {extraction}\nrotation: {rotation}")
    for language in ("en", "zh"):
        table = table_of_result(outcome.result, language)
        assert len(table.columns) == 8 and len({len(row.cells) for row in table.rows}) == 1
    keys = [row.key for row in table.rows]
    assert ("phi1" in keys) == (rotation in ("promax", "oblimin"))


def test_the_table_has_structure_weights_of_scores_and_parallel_analysis() -> None:
    result = run(ITEMS + "rotation: oblimin").result
    table, told = result["table"], table_of_result(result)
    rows = {row.key: [cell.value if cell else None for cell in row.cells] for row in told.rows}
    for one in table["rows"]:
        for name in ("structure", "weights"):
            assert rows[f"{name}:{one['item']}"][: table["factors"]] == list(one[name])
    for at, figures in enumerate(
        zip(table["eigenvalues"], table["random_means"], table["random"], strict=True), start=1
    ):
        assert rows[f"eigenvalue{at}"][-3:] == list(figures)
    assert told.columns[-3:] == ("Eigenvalue", "Random items, mean", "Random items, 95th percentile")
    assert {"structure", "weights", "eigenvalues"} <= set(told.sections)
    page = loadings_alone(told)
    assert len(page.columns) == table["factors"] + 3
    assert {row.section for row in page.rows} == {"terms", "factors", "phi", "base"}


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("items: [a1, a2]", "3 to 100"),
        (ITEMS + "factors: 8", "whole number from 1 to 7"),
        (ITEMS + "extraction: principal\nscores: bartlett", "divide by uniquenesses"),
        (ITEMS + "rotation: quartimax", "not a rotation"),
    ],
)
def test_specifications_that_are_refused(text: str, word: str) -> None:
    with pytest.raises(Refused) as refused:
        run(text)
    assert word in " ".join(problem.message for problem in refused.value.problems)
