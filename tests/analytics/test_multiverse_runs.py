"""A multiverse as a run: page, pictures, tables, API, progress, disclosure, its bundle's specification."""

from __future__ import annotations

import io
import json

import pytest
from django.core.management import call_command
from django.test import Client

from analytics.core.bundle.r_script import r_script
from analytics.core.output.formats import TABLE_FORMATS
from analytics.models import Run
from analytics.selectors import picture_file, pictures_of, table_file
from analytics.services.analyses import ask_to_run, define_analysis, run_analysis
from surveys.services.jobs import claim, perform
from tests.analytics.conftest import Desk
from tests.clients import client_of

pytestmark = pytest.mark.django_db
SPEC = """
kind: multiverse
model: {kind: logit, formula: y ~ x + C(job), groups: city}
term: x
choices:
  - name: family
    labels: {en: Family, zh: 模型族}
    alternatives:
      - {name: logit, labels: {en: Logit, zh: 逻辑回归}}
      - {name: linear, kind: multilevel_linear, adopted: true}
  - {name: terms, alternatives: [{name: few}, {name: more, add: z}]}
  - {name: rows, alternatives: [{name: all}, {name: members, where: {z: 1}}, {name: ones, where: {y: 1}}]}
"""


@pytest.fixture
def run(desk: Desk) -> Run:
    analysis = define_analysis(desk.user, desk.study, "choices", spec=SPEC, labels={"en": "Under choices"})
    return run_analysis(desk.user, analysis, desk.version)


def test_the_page_in_both_languages(run: Run, desk: Desk) -> None:
    client = Client()
    client.force_login(desk.user)
    page = client.get(f"/runs/{run.pk}/").content.decode()
    assert "Adopted specification" in page and f"/runs/{run.pk}/pictures/curve.svg" in page
    assert "Specifications without numbers" in page and "does not vary" in page
    assert "Family" in page and "Under choices" in page
    client.cookies["django_language"] = "zh-hans"
    page = client.get(f"/runs/{run.pk}/").content.decode()
    assert (
        "采用的设定" in page
        and "逻辑回归" in page
        and "没有变化" not in page.split("未得出数值的设定")[0][:50]
    )
    assert "gave no numbers" not in page and "does not vary" not in page


def test_pictures_tables_and_api(run: Run, desk: Desk) -> None:
    assert pictures_of(desk.user, run) == ["curve"]
    for language in ("en", "zh"):
        svg = picture_file(desk.user, run, "curve", "svg", language).content.decode()
        assert (svg.count("<circle") >= run.result["summary"]["n"] and "逻辑回归" in svg) or language == "en"
    assert picture_file(desk.user, run, "curve", "png", "zh").content.startswith(b"\x89PNG")
    for form in TABLE_FORMATS:
        assert table_file(desk.user, run, form, "zh").content
    rows = table_file(desk.user, run, "csv").content.decode("utf-8-sig").splitlines()
    assert rows[0].startswith(",Family,terms,rows,Estimate (SE)")
    found = client_of(desk.user).get(f"/api/v1/runs/{run.pk}/").json()
    assert len(found["result"]["specifications"]) == 12
    assert found["result"]["summary"]["n_failed"] == 4


def test_progress_is_told_and_the_same_is_not_run_again(run: Run, desk: Desk) -> None:
    told: list[tuple[float, str]] = []

    def progress(share: float, line: str) -> None:
        told.append((share, line))

    again = run_analysis(desk.user, SPEC, desk.version, progress=progress)
    assert again.result == run.result and not any("fitting" in line for _, line in told)
    other = SPEC.replace("name: few", "name: least")
    run_analysis(desk.user, other, desk.version, progress=progress)
    shares = [share for share, _ in told]
    assert shares == sorted(shares) and told[-1] == (0.95, "fitting: 12 of 12")


def test_the_estimators_of_all_families_are_part_of_the_key(run: Run) -> None:
    assert set(run.environment["estimators"]) == {"multiverse", "logit", "multilevel_linear"}


def test_the_command_tells_all_of_it(run: Run) -> None:
    out = io.StringIO()
    call_command("run_analysis", "mdms/choices", "--dataset", str(run.subject), "--json", stdout=out)
    told = json.loads(out.getvalue())
    assert told["summary"]["n"] == 8 and len(told["specifications"]) == 12
    assert told["failures"] == [
        {"message": one["message"], "numbers": one["numbers"]} for one in run.result["failures"]
    ]


def test_a_page_asks_for_it_as_a_job(run: Run, desk: Desk) -> None:
    assert run.analysis is not None
    other = define_analysis(desk.user, desk.study, "others", spec=SPEC.replace("name: few", "name: least"))
    job = ask_to_run(desk.user, other, desk.version)
    claimed = claim("test", job.pk)
    assert claimed is not None
    done = perform(claimed)
    assert done.state == "done" and "fitting: 12 of 12" in str(done.log)


def test_the_script_of_a_bundle_says_what_it_does_not_compute(run: Run) -> None:
    script = r_script(run.spec, run.result, {})
    assert "A result of kind multiverse is not computed in R." in script and "design" not in script
