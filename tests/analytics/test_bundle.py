"""Replication bundles: what is in them for whom, that they hold, and that R gives the same numbers.

Tolerances against R, of the script in the bundle:
* 1e-6 standard errors for estimates of lm, glm and lmer, which are converged; their standard errors 1e-5
  relative, because R takes the information of the last step but one.
* 2e-3 standard errors for glmer, whose inner loop stops early; its standard errors 1e-2 relative, because
  they come from finite differences.
"""

from __future__ import annotations

import csv
import io
import json
import shutil
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from analytics.core.bundle import layout
from analytics.core.bundle.checking import check_bundle
from analytics.models import Run
from analytics.services import bundles
from analytics.services.analyses import run_analysis
from analytics.services.bundles import bundle_of, copy_bundle
from analytics.services.runs import withdraw_run
from surveys.core.problems import Refused
from surveys.models import AuditEntry, Job, Membership, User
from surveys.services.jobs import claim, perform
from tests.analytics.conftest import Desk
from tests.clients import client_of
from tests.conftest import absent
from tests.factories import make_member

CLOSE, LAPLACE = 1e-6, 2e-3  # standard errors
ERRORS, LAPLACE_ERRORS = 1e-5, 1e-2  # relative
NO_VARIANCE = 1e-9  # a variance that vanishes is stopped somewhere above zero

SERIES = {
    "kind": "series",
    "base": "y ~ x + z",
    "groups": "city",
    "models": [
        {"name": "plain", "kind": "logit"},
        {"name": "crossed", "kind": "logit", "from": "plain", "add": "C(job, ref='office'):x + job",
         "center": ["x"]},
        {"name": "line", "kind": "linear", "formula": "x ~ z + I(center(city)^2) + C(job)"},
        {"name": "reml", "kind": "multilevel_linear", "formula": "x ~ z + job"},
        {"name": "ml", "kind": "multilevel_linear", "formula": "x ~ z + y", "method": {"likelihood": "ml"}},
        {"name": "laplace", "kind": "multilevel_logit"},
    ],
}  # fmt: skip
TABLES = [
    {"kind": "descriptives", "variables": ["x", "z", "job"], "where": {"job": ["farm", 2]}},
    {"kind": "crosstab", "variable": "job", "by": "z"},
]


def holder(desk: Desk) -> User:
    Membership.objects.filter(user=desk.user).update(microdata=True)
    return User.objects.get(pk=desk.user.pk)


def unpacked(desk: Desk, run: Run, folder: Path) -> Path:
    """The bundle for somebody with the right to the data, unpacked."""
    copy_bundle(holder(desk), run, folder / "bundle.zip")
    with zipfile.ZipFile(folder / "bundle.zip") as archive:
        archive.extractall(folder / "bundle")
    return folder / "bundle"


def in_r(folder: Path) -> list[dict[str, str]]:
    """What the script of the bundle computed, beside what the run holds."""
    if shutil.which("Rscript") is None:
        absent("Rscript is not there")
    done = subprocess.run(["Rscript", layout.SCRIPT], cwd=folder, capture_output=True, text=True, timeout=120)
    if "no package called" in done.stderr:
        absent("R has no lme4")
    assert done.returncode == 0, done.stderr
    with (folder / "figures_from_r.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_r_gives_the_numbers_of_every_kind_of_model(desk: Desk, tmp_path: Path) -> None:
    run = run_analysis(desk.user, SERIES, desk.version)
    folder = unpacked(desk, run, tmp_path)
    found = in_r(folder)
    with (folder / layout.FIGURES).open(encoding="utf-8") as file:
        assert len(found) == len(list(csv.DictReader(file)))  # none is left out
    errors = {(r["model"], r["in_r"]): float(r["value"]) for r in found if r["statistic"] == "std_error"}
    assert {row["model"] for row in found} == {one["name"] for one in SERIES["models"]}  # type: ignore[index]
    for row in found:
        is_laplace = row["model"] == "laplace"
        gap, value = float(row["difference"]), abs(float(row["value"]))
        if row["statistic"] == "estimate":
            gap /= errors[row["model"], row["in_r"]]
            assert gap < (LAPLACE if is_laplace else CLOSE), row
        else:
            assert gap <= (LAPLACE_ERRORS if is_laplace else ERRORS) * value + NO_VARIANCE, row


@pytest.mark.parametrize("spec", TABLES, ids=lambda spec: str(spec["kind"]))
def test_r_gives_the_numbers_of_tables(desk: Desk, tmp_path: Path, spec: dict[str, Any]) -> None:
    run = run_analysis(desk.user, spec, desk.version)
    found = in_r(unpacked(desk, run, tmp_path))
    assert len(found) == (9 if spec["kind"] == "descriptives" else 21)
    assert all(float(row["difference"]) < 1e-9 * max(1, abs(float(row["value"]))) for row in found)


def test_a_bundle_of_a_wave_or_dataset_holds(desk: Desk, tmp_path: Path) -> None:
    desk.measure("member", "recode(z, {0: 0, 1: 1})", labels={"en": "Member"})
    dataset = desk.dataset(items=["x", "y"], measures=["member"])
    spec = {"kind": "logit", "formula": "y ~ x + member"}
    for at, version in enumerate((desk.version, dataset.latest)):
        whole = SERIES if at == 0 else spec
        assert version is not None
        run = run_analysis(desk.user, whole, version)
        path = tmp_path / f"{at}.zip"
        copy_bundle(holder(desk), run, path)
        found = check_bundle(path)
        assert [one.holds for one in found] == [True] * 6, found
        assert "to the last digit" in found[4].sentence
    names = zipfile.ZipFile(path).namelist()
    assert {f"rules/member-v1/rule.{end}" for end in ("txt", "sps", "do", "R", "py")} <= set(names)
    assert {"rules/member-v1/words.en.txt", "rules/member-v1/words.zh.txt"} <= set(names)


def test_the_description_is_a_crate_of_every_file(desk: Desk, tmp_path: Path) -> None:
    run = run_analysis(desk.user, SERIES, desk.version)
    copy_bundle(holder(desk), run, tmp_path / "b.zip")
    with zipfile.ZipFile(tmp_path / "b.zip") as archive:
        graph = {one["@id"]: one for one in json.loads(archive.read(layout.CRATE))["@graph"]}
        names = set(archive.namelist()) - {layout.CRATE, layout.MANIFEST}
    assert {part["@id"] for part in graph["./"]["hasPart"]} == names <= set(graph)
    assert graph[layout.CRATE]["conformsTo"]["@id"].startswith("https://w3id.org/ro/crate/")
    assert graph["#data"]["identifier"] == f"sha256:{desk.version.content_hash}"


def test_the_same_run_gives_the_same_bytes(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    run, user = run_analysis(desk.user, SERIES, desk.version), holder(desk)
    first = bundle_of(user, run)
    assert bundle_of(user, run).export.pk == first.export.pk
    monkeypatch.setattr(bundles, "WRITER_VERSION", 99)
    again = bundle_of(user, run)
    assert again.export.pk != first.export.pk and again.export.file_id == first.export.file_id


def test_without_the_right_there_are_no_data(desk: Desk, tmp_path: Path) -> None:
    run = run_analysis(desk.user, TABLES[0], desk.version)
    told = copy_bundle(desk.user, run, tmp_path / "b.zip")
    assert told["with_data"] is False
    with zipfile.ZipFile(tmp_path / "b.zip") as archive:
        assert not [name for name in archive.namelist() if name.startswith("data/")]
        assert layout.SCRIPT not in archive.namelist() and layout.FIGURES not in archive.namelist()
        assert "No data are in this bundle" in archive.read(layout.README).decode()
        result = json.loads(archive.read(layout.RESULT))
    assert result["result"]["table"]["rows"][0]["maximum"] is None  # one row holds it
    assert not AuditEntry.objects.filter(action="export").exists()
    found = {one.what: one.holds for one in check_bundle(tmp_path / "b.zip")}
    assert found == {"checksums": True, "data": None, "tables": True}
    copy_bundle(holder(desk), run, tmp_path / "c.zip")
    (entry,) = AuditEntry.objects.filter(action="export")
    assert entry.detail["run"] == run.pk and entry.detail["rows"] == desk.version.rows
    withdraw_run(desk.user, run, "wrong rows")
    run.refresh_from_db()
    with pytest.raises(Refused, match="withdrawn: wrong rows"):
        bundle_of(holder(desk), run)


def test_page_and_api_hand_it_out(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    run, address = run_analysis(desk.user, SERIES, desk.version), "/runs/{}/bundle/"
    client = Client()
    assert client.post(address.format(run.pk)).status_code == 302  # to the page where one signs in
    client.force_login(desk.user)
    assert "Replication bundle" in client.get(f"/runs/{run.pk}/").content.decode()
    assert client.get(address.format(run.pk)).status_code == 302  # none was written
    answer = client.post(address.format(run.pk))
    assert answer["Content-Type"] == "application/zip"
    whole = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    assert zipfile.ZipFile(io.BytesIO(whole)).testzip() is None
    api = f"/api/v1/runs/{run.pk}/bundle.zip"
    assert b"".join(client_of(desk.user).get(api).streaming_content) == whole  # type: ignore[attr-defined]
    monkeypatch.setattr(bundles, "MOST_CELLS_AT_ONCE", 10)
    theirs = client_of(make_member(desk.study, "theirs", role="reader"))
    Membership.objects.filter(user__username="theirs").update(microdata=True)
    assert theirs.get(api).status_code == 202
    job = claim("worker")
    assert job is not None
    perform(job)
    job.refresh_from_db()
    assert (job.state, job.result_url) == (Job.State.DONE, address.format(run.pk))
    assert theirs.get(api).status_code == 200


def test_the_commands_write_and_check(desk: Desk, tmp_path: Path) -> None:
    run = run_analysis(desk.user, TABLES[1], desk.version)
    path, out = tmp_path / "b.zip", io.StringIO()
    call_command("bundle", str(run.pk), str(path), stdout=out)
    call_command("check_bundle", str(path), stdout=out)
    assert "sha256" in out.getvalue() and "holds: All" in out.getvalue()
