"""Models laid out as columns of one table."""

from __future__ import annotations

from typing import Any

from analytics.core.side_by_side import Coefficient, regression_table


def estimate(term: str, value: float, p: float = 0.5, error: float = 0.02) -> dict[str, Any]:
    return {"term": term, "estimate": value, "std_error": error, "p_value": p}


def model(name: str, terms: dict[str, float], **more: Any) -> dict[str, Any]:
    """A stored model whose estimates are ``terms``; design names are the terms in upper case."""
    result = {
        "converged": True,
        "estimates": [estimate(term.upper(), value) for term, value in terms.items()],
        "fit": {"n": 100, "loglik": -50.0, "df": len(terms), "likelihood": "ml"},
        "random": [],
        "icc": None,
        "median_odds_ratio": None,
        "checks": [],
    } | more.pop("result", {})
    columns = [{"name": t.upper(), "key": t, "term": t, "labels": {"en": f"Label {t}"}} for t in terms]
    whole = {"name": name, "label": name.title(), "kind": "logit", "formula": "y ~ x", "groups": ""}
    return {
        **whole,
        "outcome_labels": {},
        "columns": columns,
        "means": {},
        "references": {},
        "result": result,
        **more,
    }


def test_terms_come_in_the_order_of_the_models_and_the_constant_last() -> None:
    models = [
        model("one", {"(Intercept)": 1.0, "a": 2.0}),
        model("two", {"(Intercept)": 3.0, "a": 4.0, "a:b": 5.0}),
    ]
    table = regression_table({"models": models})
    assert [row.key for row in table.rows] == ["a", "a:b", "(Intercept)"]
    first, second = table.rows[1].cells
    assert first is None and isinstance(second, Coefficient) and second.estimate["estimate"] == 5.0
    assert table.rows[0].labels == {"en": "Label a"}


def test_absorbed_terms_are_said_and_not_printed() -> None:
    models = [model("one", {"a": 1.0, "job": 2.0}, absorbed=["vocation"]), model("two", {"a": 1.0})]
    table = regression_table({"models": models, "absorbed": {"job": "vocation"}})
    assert [row.key for row in table.rows] == ["a"]
    assert table.absorbed == (("vocation", (True, False)),)


def test_checks_become_numbered_notes_beside_their_terms() -> None:
    check = {"code": "collinear", "message": "a and b nearly coincide", "terms": ["A"], "severity": "warning"}
    other = {"code": "few_groups", "message": "eight groups", "terms": [], "severity": "warning"}
    models = [model("one", {"a": 1.0, "c": 1.0}, result={"checks": [check, other]}), model("two", {"a": 1.0})]
    table = regression_table({"models": models})
    assert [note["code"] for note in table.notes] == ["collinear"]
    assert [[cell.notes if cell else None for cell in row.cells] for row in table.rows] == [
        [(1,), ()],
        [(), None],
    ]


def test_stars_follow_p_and_decimals_the_standard_error() -> None:
    given = [
        estimate("A", 0.1, p=0.0009),
        estimate("B", 0.1, p=0.04, error=0.00047),
        estimate("C", 0.1, p=0.2),
    ]
    table = regression_table(
        {"models": [model("one", {"a": 0, "b": 0, "c": 0}, result={"estimates": given})]}
    )
    cells = [row.cells[0] for row in table.rows]
    assert [(cell.stars, cell.decimals) for cell in cells if cell] == [("***", 3), ("*", 4), ("", 3)]


def test_variances_and_fit_have_a_row_each_where_some_model_has_them() -> None:
    mixed = {
        "random": [
            {"group": "city", "term": "(Intercept)", "variance": 0.01},
            {"group": "", "term": "Residual", "variance": 0.2},
        ],
        "icc": {"value": 0.05, "scale": "response"},
    }
    table = regression_table({"models": [model("one", {"a": 1.0}), model("two", {"a": 1.0}, result=mixed)]})
    assert [(row.name, row.detail, row.values) for row in table.variances] == [
        ("variance", "city", (None, 0.01)),
        ("variance", "Residual", (None, 0.2)),
        ("icc", "response", (None, 0.05)),
    ]
    assert [row.name for row in table.fit] == ["n", "loglik", "df"]


def test_a_model_without_numbers_keeps_its_column() -> None:
    failed = model("one", {}, result={"converged": False, "estimates": [], "fit": None})
    table = regression_table({"models": [failed]})
    assert not table.heads[0].converged and table.rows == ()
