"""Every number names the data, the filter, the rows, the rules and the code behind it."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from analytics.core.code import code_version
from analytics.selectors import passport
from analytics.services.analyses import define_analysis, run_again, run_analysis
from measures.services.datasets import build_dataset
from surveys.core.problems import Refused
from tests.analytics.conftest import ROWS, Desk
from tests.factories import make_user
from tests.pages.conftest import Library, build_library


@pytest.fixture
def library(db: None) -> Library:
    return build_library(is_open=True, is_synthetic=True)


def test_a_passport_names_everything_behind_a_run(desk: Desk) -> None:
    desk.measure("member", "z", labels={"en": "Member"})
    desk.measure("twice", "member * 2")
    dataset = desk.dataset(measures=["member", "twice"], items=["y", "x", "job"], where="city < 8")
    spec = {"kind": "logit", "formula": "y ~ x + twice", "where": {"job": [1, 2]}}
    run = run_analysis(desk.user, spec, dataset.latest)
    told = passport(desk.user, run).as_json()
    assert told["data"]["version"] == "mdms/integration@1" and told["data"]["where"] == "city < 8"
    assert told["data"]["wave_versions"] == ["mdms/2014@1"]
    assert sum(told["data"]["rows_left_out"].values()) == ROWS - told["data"]["rows"]
    [part] = told["parts"]
    assert part["where"] == {"job": [1, 2]} and part["weights"] == {}
    assert set(part["columns"]) == {"y", "x", "twice", "job"}
    assert part["n_used"] + sum(one["rows"] for one in part["n_lost"]) == told["data"]["rows"]
    assert [(one["measure_version"], one["read_by_the_run"]) for one in told["measures"]] == [
        ("twice@1", True),
        ("member@1", False),
    ]
    assert all(one["in_words"]["en"] and one["in_words"]["zh"] for one in told["measures"])
    assert told["measures"][1]["variables"] == ["z"]
    assert told["carried"] == {"y": ["y"], "x": ["x"], "job": ["job"]}
    assert told["code"]["sources"] == code_version()["sources"] and told["code"]["estimators"] == {"logit": 5}
    assert told["seed"] is None


def test_a_column_is_named_only_where_a_model_reads_it(desk: Desk) -> None:
    models = [
        {"name": "m1", "label": "First", "kind": "logit"},
        {"name": "m2", "label": "Second", "kind": "logit", "from": "m1", "add": "z"},
    ]
    run = run_analysis(
        desk.user, {"kind": "series", "base": "y ~ x", "models": models, "sample": "each"}, desk.version
    )
    assert [part.columns for part in passport(desk.user, run).parts] == [("y", "x"), ("y", "x", "z")]
    assert [part.name for part in passport(desk.user, run, "m2", "z").parts] == ["m2"]


def test_a_passport_keeps_what_a_person_is_not_told(desk: Desk) -> None:
    few = {"kind": "descriptives", "variables": ["z"], "where": {"city": [1], "job": [1]}}
    run = run_analysis(desk.user, few, desk.version)
    run.n_used = 4
    told = passport(make_user("stranger"), run).as_json()
    assert told["withheld"] and told["parts"][0]["n_used"] is None and not told["parts"][0]["n_lost"]


def test_every_number_of_a_page_opens(client: Client, library: Library) -> None:
    for name, least in (("table1", 10), ("table2", 8), ("by_insurance", 8)):
        run = library.runs[name]
        html = client.get(f"/runs/{run.pk}/").content.decode()
        links = {
            one.replace("&amp;", "&") for one in re.findall(rf'href="(/runs/{run.pk}/number/[^"]*)"', html)
        }
        assert html.count('class="figure"') >= least, name
        for link in links:
            page = client.get(link)
            assert page.status_code == 200, link
            assert "mdms/integration@1" in page.content.decode()


def test_a_figure_of_a_table_says_which_rows_its_variable_has(client: Client, library: Library) -> None:
    run = library.runs["table1"]
    row = next(one for one in run.result["table"]["rows"] if one["variable"] == "fsp")
    page = client.get(f"/runs/{run.pk}/number/?variable=fsp").content.decode()
    assert "rows with a value" in page and f"<b>{row['n']}</b>" in page


def test_the_page_of_a_number_says_its_rule_in_the_language_of_the_reader(
    client: Client, library: Library
) -> None:
    address = f"/runs/{library.runs['table2'].pk}/number/?model=model1&term=fsp"
    page = client.get(address).content.decode()
    assert "fsp@1" in page and "any_of(q_union, q_party)" in page and "工会" in page
    client.cookies["django_language"] = "zh-hans"
    assert "背后" in client.get(address).content.decode()


def test_a_number_that_is_not_there_is_refused_with_what_is_near(client: Client, library: Library) -> None:
    run = library.runs["table2"].pk
    page = client.get(f"/runs/{run}/number/?model=model1&term=fps")
    assert page.status_code == 404 and "fsp" in page.content.decode()
    assert client.get(f"/runs/{run}/number/?model=model9&term=fsp").status_code == 404
    assert client.get(f"/api/v1/runs/{run}/passport/?model=model9&term=fsp").status_code == 404


def test_a_number_has_a_history_over_the_versions_of_the_data(client: Client, desk: Desk) -> None:
    desk.measure("member", "z")
    dataset = desk.dataset(measures=["member"], items=["y", "x"])
    spec = {"kind": "logit", "formula": "y ~ member"}
    first = run_analysis(desk.user, define_analysis(desk.user, desk.study, "a", spec=spec), dataset.latest)
    desk.corrected(z=[1 - cell for cell in desk.cells("z")])
    second = run_again(desk.user, first, build_dataset(desk.user, dataset).version)
    client.force_login(desk.user)
    model = first.result["models"][0]["name"]
    told = client.get(f"/api/v1/runs/{first.pk}/passport/?model={model}&term=member").json()
    assert [one["run"] for one in told["history"]] == [first.pk, second.pk]
    estimates = [one["estimate"] for one in told["history"]]
    assert estimates[0] == pytest.approx(-estimates[1], rel=1e-6)  # the code was turned round
    page = client.get(f"/runs/{first.pk}/number/?model={model}&term=member").content.decode()
    assert "history.svg" in page and "mdms/integration@2" in page
    picture = client.get(f"/runs/{first.pk}/number/history.svg?model={model}&term=member")
    assert picture["Content-Type"] == "image/svg+xml" and f"#{second.pk}" in picture.content.decode()


def test_identical_inputs_reuse_the_run(desk: Desk) -> None:
    desk.measure("member", "z")
    dataset = desk.dataset(measures=["member"], items=["y", "x"])
    analysis = define_analysis(
        desk.user, desk.study, "a", spec={"kind": "logit", "formula": "y ~ x + member"}
    )
    run = run_analysis(desk.user, analysis, dataset.latest)
    assert run_analysis(desk.user, analysis, dataset.latest).pk == run.pk
    with pytest.raises(Refused):
        run_analysis(desk.user, {"kind": "logit", "formula": "y ~ nothing"}, dataset.latest)
    assert desk.study.runs.count() == 1
