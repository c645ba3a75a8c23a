"""A published table as pasted: understood, refused with every problem at once, audited, and kept."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client

from analytics.core.audit import audit
from analytics.core.pasted import read_pasted
from analytics.models import Target
from surveys.core.problems import Refused
from tests.analytics.conftest import Desk
from tests.factories import make_user

MODELS = (
    """\t\tModel 1\tModel 2
""".replace("\t\t", "\t")
    + """Age\t0.020*\t0.031**
\t(0.008)\t(0.012)
Job\tin\tin
Constant\t-1.20*** (0.20)\t-1.30*** (0.20)
N\t1,200\t1,200
Log likelihood\t-700.12\t-690.55
"""
)
ITEMS = "Item,Mean,SD,N,Items,Min,Max\nTrust,5.19,1.34,28,1,1,7\n"


def test_a_table_of_models_with_errors_beneath_and_beside() -> None:
    table = read_pasted(MODELS, "models", columns="Model 1: estimate (se), logit")
    found = {(c.column, c.term, c.statistic): c.printed for c in table.cells}
    assert found["Model 1", "Age", "estimate"] == "0.020"
    assert found["Model 1", "Age", "stars"] == "*"
    assert found["Model 2", "Age", "se"] == "0.012"
    assert found["Model 2", "constant", "se"] == "0.20"
    assert found["Model 1", "Job", "absorbed"] == "in"
    assert found["Model 1", "n", "n"] == "1,200"
    assert found["Model 2", "loglik", "loglik"] == "-690.55"
    assert table.notes["models"]["Model 1"]["kind"] == "logit"


def test_headings_that_name_statistics() -> None:
    table = read_pasted(ITEMS, "free")
    assert {c.column for c in table.cells} == {"all"}
    assert [c.statistic for c in table.cells] == ["mean", "sd", "n", "items", "min", "max"]
    pairs = read_pasted("组别\t均值 (标准差)\n信任\t3.5 (1.0)\n", "descriptives")
    assert [(c.statistic, c.printed) for c in pairs.cells] == [("mean", "3.5"), ("sd", "1.0")]


def test_an_n_beside_percentages_is_what_they_count() -> None:
    for heads in ("N\t%", "n\tPercent", "样本量\t百分比"):
        table = read_pasted(f"Sex\t{heads}\nmale\t30\t30.0\nfemale\t71\t70.0", "descriptives", n="100")
        assert [(c.term, c.statistic) for c in table.cells][::2] == [("male", "count"), ("female", "count")]
    pair = read_pasted("Sex\tn (%)\nmale\t30 (30.0)\n", "descriptives", n="100")
    assert [(c.statistic, c.printed) for c in pair.cells] == [("count", "30"), ("percent", "30.0")]
    mixed = read_pasted("\tN\t%\tMean\nage\t100\t\t40.1\n", "descriptives")
    assert mixed.cells[0].statistic == "n", "of a table with means it is their base"
    said = read_pasted("Sex\tN\t%\nmale\t30\t30.0", "descriptives", columns="N: n")
    assert [c.statistic for c in said.cells if c.column == "N"] == ["n"], "who says what it is is heard"


@pytest.mark.parametrize(
    "text", ["0.11 to 0.89", "[0.11, 0.89]", "0.11-0.89", "0.11–0.89", "(0.11; 0.89)", "0.11至0.89"]
)
def test_an_interval_in_one_cell(text: str) -> None:
    for head in ("95% CI", "CI", "95%置信区间"):
        table = read_pasted(f"\tb\t{head}\nx\t0.5\t{text}", "models")
        bounds = {c.statistic: c.printed for c in table.cells if c.statistic.startswith("ci")}
        assert bounds == {"ci_low": "0.11", "ci_high": "0.89"}, head
    beside = read_pasted(f"\tb\tLow\nx\t0.5\t{text.strip('()[]')}", "models", columns="Low: ci")
    assert {c.printed for c in beside.cells} >= {"0.11", "0.89"}
    with pytest.raises(Refused) as refused:
        read_pasted("\tb\tCI\nx\t0.5\t0.11", "models")
    assert "“0.11” is no interval." in str(refused.value)
    apart = read_pasted("\tb\t95% CI low\t95% CI high\nx\t0.5\t0.1\t0.9", "models")
    assert [c.statistic for c in apart.cells] == ["estimate", "ci_low", "ci_high"]


def test_counts_and_percentages_in_one_cell_of_a_crosstab() -> None:
    text = "\tMen\tWomen\na\t10 (33.3)\t50.0% (20)\nb\t20 (66.7)\t50.0% (20)\nN\t30\t40"
    found = {(c.column, c.term, c.statistic): c.printed for c in read_pasted(text, "crosstab").cells}
    assert found["Men", "a", "count"] == "10" and found["Men", "a", "percent"] == "33.3"
    assert found["Women", "b", "count"] == "20" and found["Women", "b", "percent"] == "50.0%"
    for cells, parts in (("33% (10)", ["percent", "count"]), ("10 (33%)", ["count", "percent"])):
        marked = read_pasted(f"\tMen\na\t{cells}\nN\t30", "crosstab")
        assert [c.statistic for c in marked.cells][:2] == parts
    with pytest.raises(Refused) as refused:  # which of the two is the percentage is for the person to say
        read_pasted("\tMen\nmale\t33 (10)\nfemale\t67 (20)\nN\t30", "crosstab")
    assert "is no figure" in str(refused.value)
    with pytest.raises(Refused):
        read_pasted("\tb\tCI\nx\t0.5\t1,234", "models")


@pytest.mark.parametrize(
    "notes",
    [
        {"n": -4}, {"n": 3.5}, {"n": 0}, {"n": "abc"}, {"n": 1e30}, {"n": {"a": 0}},
        {"scales": {"x": {"items": 0}}}, {"scales": {"x": {"min": 5, "max": 1}}},
        {"scales": {"x": {"min": "low"}}}, {"scores": {"x": {"items": 0}}}, {"scores": {"x": {}}},
        {"logs": {"x": {"groups": 8, "ratio": -7}}}, {"logs": {"x": {"ratio": 7}}},
    ],
)  # fmt: skip
def test_notes_that_cannot_be_are_refused(notes: dict[str, object]) -> None:
    with pytest.raises(Refused) as refused:
        read_pasted(ITEMS, "free", notes=notes)
    assert {one.code for one in refused.value.problems} == {"bad_field"}


def test_a_crosstab_with_bases_and_a_total() -> None:
    text = "\tFormal\tInformal\nYes\t66.7\t50.0\nNo\t33.3\t50.0\nTotal\t100\t100\nN\t300\t300"
    table = read_pasted(text, "crosstab")
    assert table.notes["total"] == "100"
    assert table.base("Formal") == 300
    assert read_pasted(text, "crosstab", n="Formal = 30, Informal = 28").notes["n"]["Informal"] == 28


def test_one_figure_a_line() -> None:
    table = read_pasted("column,term,statistic,printed,label\nall,y,percent,22.0,Yes\n", "descriptives")
    assert table.cells[0].label == "Yes"


def test_every_problem_at_once() -> None:
    with pytest.raises(Refused) as refused:
        read_pasted("Row,A,B\nx,12,oops\ny,1,2", "crosstab", columns="A: persent\nC: percent", n="many")
    sentences = " ".join(problem.sentence() for problem in refused.value.problems)
    for words in ("persent", "no column headed “C”", "“oops” is no figure", "no number of respondents"):
        assert words in sentences


@pytest.mark.parametrize("text", ["", "a", "a\tb", "x" * 300_000, '"unclosed,\n'])
def test_what_is_no_table_is_refused(text: str) -> None:
    with pytest.raises(Refused):
        read_pasted(text, "free")


def _audit(path: Path, *options: str) -> dict[str, object]:
    out = StringIO()
    call_command("audit_table", str(path), "--json", *options, stdout=out)
    return dict(json.loads(out.getvalue()))


@pytest.mark.django_db
def test_the_command_needs_no_data(tmp_path: Path) -> None:
    path = tmp_path / "items.csv"
    path.write_text(ITEMS)
    found = _audit(path)
    assert found["counts"]["error"] == 1  # type: ignore[index]
    out = StringIO()
    call_command("audit_table", str(path), stdout=out)
    assert "145 / 28 = 5.1786, 146 / 28 = 5.2143; printed 5.19" in out.getvalue()


@pytest.mark.django_db
def test_the_page_audits_for_anybody(client: Client) -> None:
    page = client.post("/audit/", {"kind": "free", "text": ITEMS})
    assert page.status_code == 200
    assert "145 / 28 = 5.1786" in page.content.decode()
    assert not Target.objects.exists()
    wrong = client.post("/audit/", {"kind": "crosstab", "text": "Row,A\nx,oops"})
    assert wrong.status_code == 422 and "oops" in wrong.content.decode()


@pytest.mark.django_db
def test_the_api_audits(client: Client) -> None:
    answer = client.post("/api/v1/audit/", {"kind": "free", "text": ITEMS}, content_type="application/json")
    assert answer.status_code == 200
    assert answer.json()["findings"][0]["code"] == "wrong_grim"


def test_looked_at_then_kept(client: Client, desk: Desk) -> None:
    address = f"/studies/{desk.study.slug}/new_target/"
    given = {"kind": "free", "text": ITEMS, "slug": "paper/table1", "label_en": "Table 1"}
    assert client.get(address).status_code == 302  # to sign in
    client.force_login(desk.user)
    assert "As understood" in client.post(address, given).content.decode()
    assert not Target.objects.exists()
    kept = client.post(address, given | {"keep": "1"})
    assert kept.status_code == 302
    target = Target.objects.get()
    assert target.labels == {"en": "Table 1"} and target.cells.count() == 6
    again = client.post(address, given | {"keep": "1"})
    assert again.status_code == 422 and "already" in again.content.decode()


def test_a_file_is_looked_at_and_its_text_kept_for_the_second_step(client: Client, desk: Desk) -> None:
    client.force_login(desk.user)
    file = SimpleUploadedFile("t.csv", ITEMS.encode())
    page = client.post(f"/studies/{desk.study.slug}/new_target/", {"kind": "free", "slug": "p", "file": file})
    assert page.status_code == 422  # the name is too short
    file = SimpleUploadedFile("t.csv", ITEMS.encode())
    given = {"kind": "free", "slug": "p/t", "file": file}
    page = client.post(f"/studies/{desk.study.slug}/new_target/", given)
    assert "Trust,5.19,1.34,28,1,1,7 </textarea>" in " ".join(page.content.decode().split())


@pytest.mark.parametrize(
    "notes",
    [
        "models: [1]",
        "stars: {x: y}",
        "about: {a: b}",
        "scales: [1]",
        "sets: {a: {rows: 1}}",
        "outcom: y",
        "- a",
        "n: {a: {}}",
    ],
)
def test_notes_in_a_wrong_shape_are_refused_with_a_sentence(client: Client, db: None, notes: str) -> None:
    page = client.post("/audit/", {"kind": "models", "text": MODELS, "notes": notes})
    assert page.status_code == 422 and "notice error" in page.content.decode()


def test_only_who_may_define_keeps_a_table(client: Client, desk: Desk) -> None:
    client.force_login(make_user("stranger"))
    assert client.get(f"/studies/{desk.study.slug}/new_target/").status_code in (403, 404)
    given = {"kind": "free", "text": ITEMS, "slug": "paper/table1"}
    address = f"/api/v1/targets/{desk.study.slug}/"
    assert client.post(address, given, content_type="application/json").status_code in (403, 404)
    client.force_login(desk.user)
    assert client.post(address, given, content_type="application/json").status_code == 201


def test_the_command_keeps_a_table(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "items.csv"
    path.write_text(ITEMS)
    call_command("define_target", f"{desk.study.slug}/p/t1", str(path), "--kind", "free", stdout=StringIO())
    assert Target.objects.get().slug == "p/t1"


@pytest.mark.parametrize("kind", ["free", "descriptives", "crosstab"])
def test_counts_are_held_against_their_percentages(kind: str) -> None:
    heads = "Sex\tN\t%" if kind != "crosstab" else "Sex\tAll: n\tAll: %"
    table = read_pasted(f"{heads}\nmale\t30\t30.0\nfemale\t71\t70.0", kind, n="100")
    found = {one.code: one for one in audit(table)}
    assert "71 of 100 is not the printed 70.0 %" in found["wrong_percent"].sentence
    assert found["percent"].values == {"agree": 1, "cells": 2}
