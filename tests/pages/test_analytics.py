"""Analyses, runs beside what was published, targets with their audit."""

from __future__ import annotations

import re

from django.test import Client

from analytics.models import Target
from analytics.services.analyses import run_analysis
from measures.services.rules import publish, save_draft
from surveys.models import Job
from tests.pages.conftest import Library, text, visit


def test_a_run_carries_its_passport(client: Client, library: Library) -> None:
    page = text(visit(client, library.pages["run_table2"]))
    assert "mdms/integration@1" in page and "/measures/fsp@1/" in page
    assert "fsp</code>" in page and "refused" in page  # rows lost, by column and reason
    assert re.search(r"numpy \d", page) and "kind: series" in page


def test_models_stand_side_by_side(client: Client, library: Library) -> None:
    page = text(visit(client, library.pages["run_table2"]))
    for words in (
        "Model 1",
        "logistic regression",
        "Model 2",
        "linear regression",
        "Formal participation",
        "Constant",
    ):
        assert words in page
    assert "All figures of" in page and "Odds ratio" not in page
    assert "Odds ratio" in text(visit(client, library.pages["run_table2"] + "?model=model1"))


def test_a_verdict_is_a_sign_and_a_word(client: Client, library: Library) -> None:
    page = text(visit(client, library.pages["run_table2"]))
    comparison = page[page.index('id="comparison"') :]
    assert re.search(r'class="verdict \w+">[=≈∼≠–] \w+', comparison)
    assert "0.500* (0.200)" in comparison and "−1.200*** (0.300)" in comparison


def test_descriptives_and_crosstabs_have_their_tables(client: Client, library: Library) -> None:
    descriptives = text(visit(client, library.pages["run_table1"]))
    assert "Feels local" in descriptives and "refused 1" in descriptives
    crosstab = text(visit(client, library.pages["run_by_insurance"]))
    assert "Feels local by Insurance: column percentages" in crosstab and "χ² =" in crosstab


def test_weighted_tables_say_how_they_were_made(client: Client, library: Library) -> None:
    design = {"weights": "q_income", "strata": "q_union"}
    table = {"kind": "crosstab", "variable": "q_local", "by": "q_ins", "letters": "holm", **design}
    run = run_analysis(library.owner, table, library.version)
    page = text(visit(client, f"/runs/{run.pk}/", library.owner))
    assert "N (weighted)" in page and "Rao-Scott F(" in page and "no (A)" in page
    assert "Percentages and means are weighted by q_income" in page and "(Kish)" in page
    listed = {"kind": "descriptives", "variables": ["q_local"], "by": "q_ins", **design}
    run = run_analysis(library.owner, listed, library.version)
    client.cookies["django_language"] = "zh-hans"
    page = text(visit(client, f"/runs/{run.pk}/", library.owner))
    assert "标准化差异" in page and "样本量（加权）" in page and "泰勒线性化" in page
    sheet = client.get(f"/runs/{run.pk}/table.csv").content.decode()
    assert "标准化差异" in sheet and "按 q_income 加权" in sheet


def test_a_stale_run_names_the_cause(client: Client, library: Library) -> None:
    save_draft(library.owner, library.study, "fsp", rule="any_of(q_union)")
    publish(library.owner, library.measure, acknowledge_changes=True)
    page = text(visit(client, library.pages["run_table2"], library.owner))
    assert "This run no longer holds" in page and "fsp@1 was replaced by fsp@2" in page
    untouched = text(visit(client, library.pages["run_by_insurance"]))
    assert "no longer holds" not in untouched


def test_an_analysis_can_be_asked_to_run(client: Client, library: Library) -> None:
    client.force_login(library.owner)
    answer = client.post("/studies/mdms/analyses/table2/run/")
    job = Job.objects.get(kind="run_analysis")
    assert answer.headers["Location"] == f"/jobs/{job.pk}/"
    client.force_login(library.reader)
    assert client.post("/studies/mdms/analyses/table2/run/").status_code == 403


def test_a_target_shows_print_audit_and_runs(client: Client, library: Library) -> None:
    page = text(visit(client, library.pages["target"]))
    assert "0.500* (0.200)" in page and 'id="audit"' in page
    assert library.pages["run_table2"] in page


def test_a_row_says_how_its_variable_is_coded_where_its_label_does_not(
    client: Client, library: Library
) -> None:
    notes = {**library.target.notes, "coding": {"fsp": {"en": "member = 1", "zh": "成员 = 1"}}}
    Target.objects.filter(pk=library.target.pk).update(notes=notes)
    page = text(visit(client, library.pages["run_table2"]))
    assert re.search(r'scope="row">FSP <span class="quiet small">\(member = 1\)</span>', page)
