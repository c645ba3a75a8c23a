"""Two runs side by side: what else differs first, then every number with changes of sign and significance."""

from __future__ import annotations

import csv
import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from analytics.core.two_runs import two_runs
from analytics.models import Run
from analytics.selectors.two_runs import side_by_side
from analytics.services.analyses import define_analysis, run_analysis
from analytics.services.runs import withdraw_run
from measures.services.datasets import build_dataset
from surveys.core.problems import Refused
from tests.analytics.conftest import Desk
from tests.factories import make_user


def result(*estimates: tuple[str, float, float], name: str = "m") -> dict[str, Any]:
    """One model with (term, estimate, p)."""
    told = [{"term": t, "estimate": e, "std_error": 0.5, "p_value": p} for t, e, p in estimates]
    columns = [{"name": t, "key": t, "term": t, "labels": {"en": t.upper()}} for t, _, _ in estimates]
    fitted = {"estimates": told, "fit": None, "random": [], "icc": None, "median_odds_ratio": None}
    model = {"name": name, "label": "M", "kind": "logit", "columns": columns, "result": fitted}
    return {"kind": "logit", "models": [model | {"means": {}, "references": {}, "groups": ""}]}


def changes_of(monkeypatch: pytest.MonkeyPatch, a: dict[str, Any], b: dict[str, Any]) -> dict[str, Any]:
    monkeypatch.setattr("analytics.core.two_runs._shown", lambda *asked: {})
    return {one.term: one for one in two_runs(a, b).changes}


def test_changes_of_sign_and_significance_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    a = result(("x", 1.0, 0.01), ("y", 1.0, 0.01), ("z", 1.0, 0.2), ("same", 1.0, 0.01), ("gone", 1.0, 0.01))
    b = result(("x", -1.0, 0.01), ("y", 0.5, 0.05), ("z", -0.1, 0.9), ("same", 1.0, 0.01), ("new", 1.0, 0.01))
    found = changes_of(monkeypatch, a, b)
    marks = {name: (one.has_other_sign, one.has_other_significance) for name, one in found.items()}
    assert marks == {
        "x": (True, False),
        "y": (False, True),
        "z": (True, False),
        "same": (False, False),
        "gone": (False, False),
        "new": (False, False),
    }
    assert found["x"].difference == -2 and found["gone"].b is None and found["new"].a is None
    assert found["same"].is_same and not found["y"].is_same
    counts = two_runs(a, b).counts()
    assert (counts["matched"], counts["only_a"], counts["only_b"], counts["differ"]) == (4, 1, 1, 3)


def test_products_are_matched_whatever_their_order(monkeypatch: pytest.MonkeyPatch) -> None:
    found = changes_of(monkeypatch, result(("x:z", 1.0, 0.1)), result(("z:x", 2.0, 0.1), name="other"))
    assert [one.difference for one in found.values()] == [1.0]


@pytest.fixture
def pair(desk: Desk) -> tuple[Run, Run]:
    """The same analysis before and after a correction turns a code round, under a rule of other wording."""
    desk.measure("member", "z")
    dataset = desk.dataset(measures=["member"], items=["y", "x"])
    spec = {"kind": "logit", "formula": "y ~ x + member"}
    analysis = define_analysis(desk.user, desk.study, "a", spec=spec)
    first = run_analysis(desk.user, analysis, dataset.latest)
    desk.measure("member", "1 - z")
    return first, run_analysis(desk.user, analysis, build_dataset(desk.user, dataset).version)


def test_what_else_differs_stands_first(desk: Desk, pair: tuple[Run, Run]) -> None:
    found = side_by_side(desk.user, *pair)
    told = {(one.about, one.what): (one.a, one.b) for one in found.differs}
    assert told["data", "version"] == ("mdms/integration@1", "mdms/integration@2")
    assert told["measure", "member"] == ("member@1", "member@2")
    assert {one.about for one in found.differs} == {"data", "measure"}
    by_term = {one.term: one for one in found.numbers.changes}
    assert by_term["member"].has_other_sign and not by_term["x"].has_other_sign
    assert by_term["member"].difference == pytest.approx(-2 * by_term["member"].a.estimate, rel=1e-5)
    assert found.numbers.counts()["sign_changed"] >= 1


def test_page_command_api_and_csv_say_the_same(client: Client, desk: Desk, pair: tuple[Run, Run]) -> None:
    query = f"a={pair[0].pk}&b={pair[1].pk}"
    client.force_login(desk.user)
    told = client.get(f"/api/v1/runs/compare/?{query}").json()
    out = StringIO()
    call_command("compare_runs", str(pair[0].pk), str(pair[1].pk), "--json", "--as", "researcher", stdout=out)
    assert json.loads(out.getvalue()) == told
    page = client.get(f"/runs/compare/?{query}").content.decode()
    assert "other sign" in page and "member@2" in page
    assert client.get(f"/runs/compare/?{query}&only=different").status_code == 200
    for address in ("/runs/compare.csv", "/api/v1/runs/compare.csv"):
        by_term = {one["term"]: one["difference"] for one in told["coefficients"]}
        lines = list(csv.DictReader(StringIO(client.get(f"{address}?{query}").content.decode())))
        member = next(line for line in lines if line["term"] == "member")
        assert member["sign_changed"] == "1" and float(member["difference"]) == by_term["member"]


def test_either_side_is_shown_as_the_person_may_see_it(
    client: Client, desk: Desk, pair: tuple[Run, Run]
) -> None:
    withdraw_run(desk.user, pair[0], "wrong")
    found = side_by_side(desk.user, *(Run.objects.get(pk=run.pk) for run in pair))
    assert "wrong" in found.a.withheld and all(one.a is None for one in found.numbers.changes)
    client.force_login(make_user("stranger"))
    query = f"a={pair[0].pk}&b={pair[1].pk}"
    for address in (
        "/runs/compare/",
        "/runs/compare.csv",
        "/api/v1/runs/compare/",
        "/api/v1/runs/compare.csv",
    ):
        assert client.get(f"{address}?{query}").status_code == 404, address
    assert client.get("/runs/compare/?a=x&b=").status_code == 422


def test_kinds_without_a_number_in_common_are_refused(desk: Desk) -> None:
    one = run_analysis(desk.user, {"kind": "descriptives", "variables": ["y"]}, desk.version)
    other = run_analysis(desk.user, {"kind": "logit", "formula": "y ~ x"}, desk.version)
    with pytest.raises(Refused, match="no number in common"):
        side_by_side(desk.user, one, other)


def test_tables_are_laid_side_by_side_figure_by_figure(desk: Desk) -> None:
    spec = {"kind": "descriptives", "variables": ["y", "z"]}
    one = run_analysis(desk.user, spec, desk.version)
    later = desk.corrected(z=[1 - cell for cell in desk.cells("z")])
    other = run_analysis(desk.user, spec, later)
    figures = side_by_side(desk.user, one, other).numbers.figures
    assert {figure.key for figure in figures if not figure.is_same} == {"z"}
    assert {figure.key for figure in figures} == {"y", "z"}
