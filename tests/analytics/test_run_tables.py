"""The table of a run as a file: by page, API and command; what a page withholds, files withhold too."""

from __future__ import annotations

import io
import json
import re
import zipfile
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client

from analytics.core.output.formats import TABLE_FORMATS
from analytics.selectors import picture_file, pictures_of, spoken_table, table_file
from analytics.services.analyses import define_analysis, run_analysis
from analytics.services.runs import withdraw_run
from surveys.core.problems import Refused
from surveys.models import Study, User, WaveVersion
from tests.analytics.conftest import Desk
from tests.analytics.test_shown import OLDEST, TABLE, holder, researcher, study, version
from tests.clients import client_of

pytestmark = pytest.mark.django_db
__all__ = ["holder", "researcher", "study", "version"]
MULTILEVEL = {"kind": "multilevel_logit", "formula": "y ~ x + z + C(job)", "groups": "city"}


def _unpacked(content: bytes) -> str:
    """All text in a file, archives opened."""
    if not content.startswith(b"PK"):
        return content.decode()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return "".join(archive.read(name).decode(errors="replace") for name in archive.namelist())


def _command(*args: str) -> tuple[int, str]:
    out = io.StringIO()
    try:
        call_command("run_table", *args, stdout=out, stderr=io.StringIO())
    except SystemExit as ended:
        return int(ended.code or 0), out.getvalue()
    return 0, out.getvalue()


@pytest.mark.parametrize("form", TABLE_FORMATS)
def test_what_a_page_withholds_files_withhold_too(
    form: str, study: Study, version: WaveVersion, researcher: User, holder: User
) -> None:
    spec = TABLE | {"targets": "", "where": {"age": [OLDEST]}}
    run = run_analysis(researcher, {k: v for k, v in spec.items() if v}, version)
    told = _unpacked(table_file(researcher, run, form).content)
    assert "97.5" not in told and "Fewer than 10 rows" in told
    assert "97.5" in _unpacked(table_file(holder, run, form).content)
    answer = Client().get(f"/runs/{run.pk}/table.{form}")
    assert answer.status_code == 200 and "97.5" not in _unpacked(answer.content)
    answer = client_of(researcher).get(f"/api/v1/runs/{run.pk}/table.{form}")
    assert answer["Content-Type"] == TABLE_FORMATS[form].media_type
    assert "97.5" not in _unpacked(answer.content)
    withdraw_run(researcher, run, "wrong rows")
    run.refresh_from_db()
    told = _unpacked(table_file(holder, run, form).content)
    assert "97.5" not in told and "wrong rows" in told


def test_notes_name_every_convention_in_either_language(desk: Desk) -> None:
    titles = {"en": "Belonging", "zh": "归属感"}
    analysis = define_analysis(desk.user, desk.study, "table2", spec=MULTILEVEL, labels=titles)
    run = run_analysis(desk.user, analysis, desk.version)
    english = spoken_table(desk.user, run)
    told = " ".join(english.notes)
    for part in ("multilevel logit, Laplace", "exact Hessian", "AIC = 2k", "Unweighted", "C(job): farm",
                 f"Run {run.pk} of", "mdms/2014@1, content", "SHA-256"):  # fmt: skip
        assert part in told, part
    assert english.title == "Belonging" and english.about["content_hash"] == desk.version.content_hash
    chinese = spoken_table(desk.user, run, "zh-hans")
    assert chinese.title == "归属感" and chinese.columns == ("模型 1",)
    assert "未加权" in " ".join(chinese.notes) and "Unweighted" not in " ".join(chinese.notes)
    with pytest.raises(Refused, match="no table in “fr”"):
        spoken_table(desk.user, run, "fr")


def test_the_command_writes_a_file_or_prints(desk: Desk, tmp_path: Path) -> None:
    run = run_analysis(desk.user, MULTILEVEL, desk.version)
    code, out = _command(str(run.pk))
    assert code == 0 and "(Intercept)" not in out and "Constant" in out
    path = tmp_path / "table.docx"
    code, out = _command(str(run.pk), "--output", str(path), "--language", "zh", "--json")
    assert code == 0 and json.loads(out)["size"] == path.stat().st_size
    assert path.read_bytes() == table_file(desk.user, run, "docx", "zh").content
    assert "\\toprule" in _command(str(run.pk), "--format", "tex")[1]
    assert _command(str(run.pk), "--format", "doc")[0] == 2
    assert _command(str(run.pk), "--format", "docx", "--output", str(tmp_path / "no" / "x.docx"))[0] == 1


def test_the_page_offers_every_format(desk: Desk) -> None:
    run = run_analysis(desk.user, MULTILEVEL, desk.version)
    client = Client()
    client.force_login(desk.user)
    page = client.get(f"/runs/{run.pk}/").content.decode()
    for form in TABLE_FORMATS:
        assert f"/runs/{run.pk}/table.{form}" in page
    answer = client.get(f"/runs/{run.pk}/table.docx?language=zh")
    assert answer["Content-Disposition"] == f'attachment; filename="multilevel_logit_run{run.pk}.zh.docx"'
    assert client.get(f"/runs/{run.pk}/table.doc").status_code == 422


def test_pictures_by_page_api_and_command(desk: Desk, tmp_path: Path) -> None:
    run = run_analysis(desk.user, {"kind": "logit", "formula": "y ~ z + x + z:x"}, desk.version)
    page, api, client = Client(), client_of(desk.user), Client()
    client.force_login(desk.user)
    names = api.get(f"/api/v1/runs/{run.pk}/pictures/").json()["pictures"]
    assert names == ["forest_logit", "odds_ratios", "interaction_model1_1"]
    text = client.get(f"/runs/{run.pk}/", headers={"accept-language": "zh-hans"}).content.decode()
    for name in names:
        assert f"/runs/{run.pk}/pictures/{name}.svg" in text
        svg = client.get(f"/runs/{run.pk}/pictures/{name}.svg?language=zh")
        assert svg["Content-Type"] == "image/svg+xml" and "数据" in svg.content.decode()
        png = api.get(f"/api/v1/runs/{run.pk}/pictures/{name}.png")
        assert png.content.startswith(b"\x89PNG")
    assert "优势比森林图" in text
    assert page.get(f"/runs/{run.pk}/pictures/forest_logit.svg").status_code == 404
    assert client.get(f"/runs/{run.pk}/pictures/forest.svg").status_code in (404, 422)
    out = io.StringIO()
    call_command("run_picture", str(run.pk), stdout=out)
    assert out.getvalue().split() == names
    call_command("run_picture", str(run.pk), "odds_ratios", "--output", str(tmp_path / "o.png"), stdout=out)
    assert (tmp_path / "o.png").read_bytes().startswith(b"\x89PNG")


def test_pictures_show_no_more_than_the_page(version: WaveVersion, researcher: User, holder: User) -> None:
    run = run_analysis(researcher, {"kind": "crosstab", "variable": "a", "by": "b"}, version)
    shown, whole = (picture_file(user, run, "bars", "svg").content.decode() for user in (researcher, holder))
    assert "18.75" in whole and "18.75" not in shown and "told only" in shown


def test_an_outcome_without_a_label_is_named(desk: Desk) -> None:
    run = run_analysis(desk.user, {"kind": "linear", "formula": "city ~ x"}, desk.version)
    client = Client()
    client.force_login(desk.user)
    assert "outcome: city</caption>" in client.get(f"/runs/{run.pk}/").content.decode()
    chinese = client.get(f"/runs/{run.pk}/", headers={"accept-language": "zh-hans"}).content.decode()
    assert "：city</caption>" in chinese


def test_a_picture_draws_no_line_that_the_rows_do_not_carry(desk: Desk) -> None:
    """Members alone: what the product would be for others is known from no row."""
    spec = {"kind": "linear", "formula": "x ~ y + z + y:z", "where": {"z": 1}}
    run = run_analysis(desk.user, spec, desk.version)
    svg = picture_file(desk.user, run, "interaction_model1_1", "svg").content.decode()
    assert "polyline" not in svg and "not drawn" in svg
    client = Client()
    client.force_login(desk.user)
    page = client.get(f"/runs/{run.pk}/").content.decode()
    assert "1 of 2 slopes are not given" in page and "y at z = 0 (no row used has z = 0)" in page


def test_a_history_lays_the_runs_of_an_analysis_side_by_side(desk: Desk) -> None:
    spec = {"kind": "logit", "formula": "y ~ z + x"}
    analysis = define_analysis(desk.user, desk.study, "table2", spec=spec)
    first = run_analysis(desk.user, analysis, desk.version)
    assert "history_model1" not in pictures_of(desk.user, first)
    corrected = desk.corrected(y=[1 - cell for cell in desk.cells("y")])
    second = run_analysis(desk.user, analysis, corrected)
    assert "history_model1" in pictures_of(desk.user, second)
    svg = picture_file(desk.user, second, "history_model1", "svg").content.decode()
    assert f"#{first.pk} mdms/2014@1" in svg and f"#{second.pk} mdms/2014@2" in svg
    ours = first.result["models"][0]["result"]["estimates"][1]["estimate"]
    for value in (ours, -ours):  # the outcome was turned round
        assert f"Member: {value:.6g}".replace("-", "−") in svg
    withdraw_run(desk.user, first, "wrong")
    assert "history_model1" not in pictures_of(desk.user, second)


def test_distributions_tell_no_single_answers(version: WaveVersion, researcher: User, holder: User) -> None:
    run = run_analysis(researcher, {"kind": "descriptives", "variables": ["age", "a"]}, version)
    assert {"distribution_age", "distribution_a"} <= set(pictures_of(researcher, run))
    shown, whole = (
        picture_file(user, run, "distribution_age", "svg", "zh").content.decode()
        for user in (researcher, holder)
    )
    assert "97.53" in whole and "97.53" not in shown and "34.5" in shown and "全部有效行" in shown


def test_many_numbers_are_drawn_as_a_histogram(desk: Desk) -> None:
    spread = run_analysis(desk.user, {"kind": "descriptives", "variables": ["x"]}, desk.version)
    svg = picture_file(desk.user, spread, "distribution_x", "svg").content.decode()
    rows = [int(n.replace(",", "")) for n in re.findall(r"– [^:<]+: ([\d,]+)</title>", svg)]
    assert min(rows) >= 10 and sum(rows) <= desk.version.rows
    png = picture_file(desk.user, spread, "distribution_x", "png").content
    assert png.startswith(b"\x89PNG")
