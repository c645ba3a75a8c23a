"""A published table laid beside an analysis by hand: what matches by itself, what a person signs."""

from __future__ import annotations

import pytest
from django.test import Client

from analytics.core.comparison import compare
from analytics.core.kinds import read_spec, run_spec
from analytics.core.mapping import TargetMap, check_map, mapped, run_keys, suggested
from analytics.core.targets import Cell, PublishedTable
from analytics.models import Analysis, Target, TargetMapping
from analytics.selectors import compare_run, keys_of, published_table, runs_beside
from analytics.services.analyses import define_analysis, run_analysis
from analytics.services.mappings import map_target
from analytics.services.targets import define_target
from surveys.core.problems import Refused
from tests.analytics.columns import survey
from tests.analytics.conftest import Desk

TABLE = PublishedTable(
    "t",
    "models",
    (
        Cell("Model 1", "Exposure", "estimate", "0.500", "Exposure"),
        Cell("Model 1", "constant", "estimate", "0.100", "Constant"),
        Cell("Model 1", "z", "estimate", "0.200", "z"),
    ),
)
SPEC = {
    "kind": "series",
    "base": "y ~ x + z",
    "models": [{"name": "m1", "label": "Model 1", "kind": "logit"}],
}


def test_what_matches_by_itself() -> None:
    keys = run_keys(run_spec(read_spec(SPEC), survey()).result)
    found = suggested(TABLE, keys)
    assert found.columns == {"Model 1": "m1"}
    assert found.terms["z"] == "z" and found.terms["constant"] and not found.terms["Exposure"]


def test_a_mapped_table_is_compared_under_the_names_of_the_run() -> None:
    result = run_spec(read_spec(SPEC), survey()).result
    before = compare(TABLE, result)
    assert before is not None and not before.columns
    said = TargetMap({"Model 1": "m1"}, {"Exposure": "x", "constant": "(Intercept)", "z": ""})
    after = compare(mapped(TABLE, said), result)
    assert after is not None
    verdicts = {row.label: row.cells[0].verdict for row in after.rows if row.cells[0]}
    assert verdicts["Exposure"] != "not_computed" and verdicts["z"] == "not_computed"


def test_every_wrong_choice_at_once() -> None:
    keys = run_keys(run_spec(read_spec(SPEC), survey()).result)
    wrong = TargetMap({"Modell": "m1"}, {"z": "nothing", "Exposure": "x", "constant": "x"})
    with pytest.raises(Refused) as refused:
        check_map(TABLE, keys, wrong)
    assert {problem.code for problem in refused.value.problems} == {"unknown_row", "mapped_twice"}
    assert len(refused.value.problems) == 3


def _kept(desk: Desk) -> tuple[Target, Analysis]:
    cells = [
        {"column": c.column, "term": c.term, "statistic": c.statistic, "printed": c.printed}
        for c in TABLE.cells
    ]
    target = define_target(desk.user, desk.study, "paper/table1", kind="models", cells=cells)
    analysis = define_analysis(desk.user, desk.study, "first", spec=SPEC)
    run_analysis(desk.user, analysis, desk.version)
    return target, analysis


def test_signed_kept_and_followed(desk: Desk) -> None:
    target, analysis = _kept(desk)
    assert runs_beside(desk.user, target) == []
    keys, table = keys_of(analysis), published_table(target)
    columns, terms = {"Model 1": "m1"}, {"Exposure": "x"}
    made = map_target(
        desk.user, target, analysis, table=table, keys=keys, columns=columns, terms=terms, note="by the label"
    )
    again = map_target(desk.user, target, analysis, table=table, keys=keys, columns=columns, terms=terms)
    assert again == made and made.created_by == desk.user
    (run,) = runs_beside(desk.user, target)
    found = compare_run(desk.user, run, target)
    assert found is not None and found.columns[0]["column"] == "m1"
    assert found.verdict in ("equal", "within_sampling_error", "same_class", "contradicts")


def test_the_page_and_the_api(client: Client, desk: Desk) -> None:
    _kept(desk)
    client.force_login(desk.user)
    address = f"/studies/{desk.study.slug}/map/first/paper/table1/"
    page = client.get(address).content.decode()
    assert '<option value="m1" selected>' in page
    sent = client.post(address, {"column-0": "m1", "term-0": "x", "term-1": "(Intercept)", "term-2": "x"})
    assert sent.status_code == 422 and "chosen twice" in sent.content.decode()
    assert client.post(address, {"column-0": "m1", "term-0": "x"}).status_code == 302
    assert TargetMapping.objects.get().terms == {"Exposure": "x", "constant": "", "z": ""}
    api = f"/api/v1/mappings/{desk.study.slug}/first/paper/table1/"
    assert client.get(api).json()["signed_by"] == desk.user.get_username()
    given = {"columns": {"Model 1": "m1"}, "terms": {"Exposure": "z"}}
    assert client.post(api, given, content_type="application/json").status_code == 201
    assert TargetMapping.objects.count() == 2
    assert (
        f"/studies/{desk.study.slug}/map/first/"
        in client.get(f"/studies/{desk.study.slug}/targets/paper/table1/").content.decode()
    )


def test_means_and_shares_of_synthetic_rows_are_allowed_sampling_error() -> None:
    result = run_spec(read_spec("kind: descriptives\nvariables: [x]"), survey()).result
    row = result["table"]["rows"][0]
    sd, n = row["sd"], 400
    near, far = row["mean"] + sd * 1.9 * (2 / n) ** 0.5, row["mean"] + sd * 2.1 * (2 / n) ** 0.5
    for mean, verdict in ((near, "within_sampling_error"), (far, "differs")):
        cells = Cell("all", "x", "mean", f"{mean:.4f}"), Cell("all", "x", "sd", f"{sd:.4f}")
        table = PublishedTable("t", "descriptives", cells, {"n": n})
        found, strict = compare(table, result, is_synthetic=True), compare(table, result)
        assert found is not None and strict is not None
        assert found.verdict == verdict and "1.96" in found.rule
        assert strict.verdict == "differs"
