"""What pages, documents, the API, files and commands tell of few rows, and of withdrawn runs."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from analytics.models import Run
from analytics.selectors import compare, run_document, runs_beside, shown_to, table_of
from analytics.services.analyses import define_analysis, run_analysis
from analytics.services.runs import withdraw_run
from analytics.services.targets import define_target
from config import journey
from config.management.commands.status import Command as Status
from surveys.core.codebook import Level, ValueType
from surveys.core.problems import Refused
from surveys.models import AuditEntry, Job, Membership, Study, User, WaveVersion
from tests.clients import client_of
from tests.factories import make_member, make_study, make_wave, make_wave_version, variable

pytestmark = pytest.mark.django_db
OLDEST = 97.53  # one person's age: nobody without the data may be told it
AGES = [18.25] * 12 + [34.5] * 20 + [OLDEST]
CELLS = {"a": [1] * 3 + [2] * 30, "b": [1] * 16 + [2] * 17}
TABLE = {"kind": "descriptives", "variables": ["age"], "targets": "paper/ages"}
CROSSTAB = {"kind": "crosstab", "variable": "a", "by": "b"}
ONE_PERSON = {"kind": "descriptives", "variables": ["age"], "where": {"age": OLDEST}}


def version_in(study: Study, **fields: Any) -> WaveVersion:
    wave = make_wave(study, **fields)
    age = variable("age", ValueType.DECIMAL, level=Level.SCALE)
    return make_wave_version(wave, [(age, AGES), *((variable(name), cells) for name, cells in CELLS.items())])


@pytest.fixture
def study() -> Study:
    return make_study(is_open=True)


@pytest.fixture
def version(study: Study) -> WaveVersion:
    return version_in(study)


@pytest.fixture
def researcher(study: Study) -> User:
    return make_member(study)


@pytest.fixture
def holder(study: Study) -> User:
    user = make_member(study, "holder", role="reader")
    Membership.objects.filter(user=user).update(microdata=True)
    return user


def everywhere(user: User | None, run: Run) -> str:
    """Everything that pages, the API and files say of a run, and of lists that name it."""
    page, api = Client(), client_of(user) if user else Client()
    if user:
        page.force_login(user)
    addresses = [f"/runs/{run.pk}/", f"/runs/{run.pk}/table.csv", "/studies/mdms/analyses/", "/studies/mdms/"]
    found = [page.get(address) for address in addresses]
    found += [api.get(f"/api/v1/runs/{run.pk}/{more}") for more in ("", "document/", "comparison/")]
    found += [api.get("/api/v1/runs/")]
    if user and user.is_staff:
        found.append(page.get(reverse("admin:analytics_run_change", args=[run.pk])))
    assert {answer.status_code for answer in found} == {200}
    return "\n".join(answer.content.decode() for answer in found)


def test_extremes_of_few_rows_reach_nobody_without_the_data(
    researcher: User, holder: User, version: WaveVersion
) -> None:
    printed = [{"column": "all", "term": "age", "statistic": "maximum", "printed": "90.00"}]
    target = define_target(researcher, version.study, "paper/ages", kind="descriptives", cells=printed)
    run = run_analysis(researcher, define_analysis(researcher, version.study, "ages", spec=TABLE), version)
    assert run.result["table"]["rows"][0]["maximum"] == OLDEST  # the stored result is whole
    for user in (None, researcher, make_member(version.study, "reader", role="reader")):
        told = everywhere(user, run)
        assert "18.25" in told and str(OLDEST) not in told
    assert str(OLDEST) in everywhere(holder, run)
    (row,) = compare(researcher, run)
    assert row["cells"][0]["computed"] == {} and row["cells"][0]["verdict"] == "not_computed"
    assert compare(holder, run)[0]["cells"][0]["computed"] == {"maximum": "97.53"}
    (beside,) = runs_beside(researcher, target)
    assert beside.result["table"]["rows"][0]["maximum"] is None


def test_a_run_on_few_rows_is_told_to_nobody_without_the_data(
    researcher: User, holder: User, version: WaveVersion
) -> None:
    run = run_analysis(researcher, ONE_PERSON, version)
    document = run_document(researcher, run)
    assert (document["n_used"], document["n_lost"], document.get("table")) == (None, {}, None)
    assert "Fewer than 10 rows" in document["withheld"]
    assert table_of(researcher, run).rows == ()
    told = everywhere(researcher, run)
    assert '"n_used":null' in told and '"n_used":1' not in told and "Fewer than 10 rows" in told
    assert run_document(holder, run)["table"]["rows"][0]["mean"] == pytest.approx(OLDEST)


def test_small_cells_are_withheld_with_what_they_would_follow_from(
    researcher: User, holder: User, version: WaveVersion
) -> None:
    run = run_analysis(researcher, CROSSTAB, version)
    told = run_document(researcher, run)
    assert [row["counts"] for row in told["table"]["rows"]] == [[None, 0, None], [None, 17, None]]
    assert told["table"]["chi_square"] is None and "what they would follow from" in told["withheld"]
    whole = run_document(holder, run)
    assert [row["counts"] for row in whole["table"]["rows"]] == [[3, 0, 3], [13, 17, 30]]
    assert whole["withheld"] == ""


def test_synthetic_rows_are_nobodys_answers(study: Study, researcher: User) -> None:
    run = run_analysis(researcher, ONE_PERSON, version_in(study, slug="made", is_synthetic=True))
    assert shown_to(researcher, run) is run
    assert f'"mean":{OLDEST}' in everywhere(None, run)


def test_the_command_tells_what_its_user_may_see(
    researcher: User, holder: User, version: WaveVersion, tmp_path: Any
) -> None:
    path = tmp_path / "spec.yaml"
    path.write_text("kind: descriptives\nvariables: [age]\n")
    for user, is_told in ((researcher, False), (None, True)):
        out = io.StringIO()
        acting = ["--as", user.username] if user else []
        call_command(
            "run_analysis", "--spec", str(path), "--dataset", "mdms/2014", "--json", *acting, stdout=out
        )
        assert (str(OLDEST) in out.getvalue()) is is_told


def test_a_withdrawn_run_is_told_to_nobody_and_stays(
    researcher: User, holder: User, version: WaveVersion
) -> None:
    analysis = define_analysis(researcher, version.study, "ages", spec=TABLE)
    run = run_analysis(researcher, analysis, version)
    client = Client()
    client.force_login(researcher)
    answer = client.post(f"/runs/{run.pk}/withdraw/", {"because": "the weights were wrong"})
    assert answer.headers["Location"] == f"/runs/{run.pk}/"
    run.refresh_from_db()
    assert run.result and run.withdrawn_because == "the weights were wrong"
    entry = AuditEntry.objects.get(action="withdraw")
    assert (entry.actor, entry.detail["because"]) == ("researcher", "the weights were wrong")
    for user in (None, researcher, holder):
        told = everywhere(user, run)
        assert "18.25" not in told and "22." not in told.partition("mean")[2][:30]
        assert "withdrawn: the weights were wrong" in told
        assert "Every check passed" not in told and "badge fresh" not in told
    for what in (analysis, TABLE):
        with pytest.raises(Refused, match="run and withdrawn: the weights were wrong"):
            run_analysis(researcher, what, version)


def test_what_asked_the_same_goes_with_a_withdrawn_run(researcher: User, version: WaveVersion) -> None:
    run = run_analysis(researcher, TABLE, version)
    twin = run_analysis(researcher, define_analysis(researcher, version.study, "ages", spec=TABLE), version)
    assert twin.pk != run.pk and twin.result == run.result
    withdraw_run(researcher, run, "the weights were wrong")
    twin.refresh_from_db()
    assert twin.withdrawn_because == "the weights were wrong"
    assert AuditEntry.objects.filter(action="withdraw").count() == 2


def test_a_withdrawn_run_is_not_the_latest_and_the_journey_goes_on(
    researcher: User, version: WaveVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    analysis = define_analysis(researcher, version.study, "ages", spec=TABLE)
    monkeypatch.setattr(journey, "subject_of", lambda user, asked: version)
    told: list[str] = []
    run = journey.run_unless_withdrawn(researcher, analysis, told.append)
    assert run is not None and told[0].startswith(f"Run {run.pk} of mdms/ages: done")
    assert [line["name"] for line in Status().work(researcher)["runs"]] == [f"run {run.pk} of mdms/ages"]
    withdraw_run(researcher, run, "wrong weights")
    assert Status().work(researcher)["runs"] == []
    assert journey.run_unless_withdrawn(researcher, analysis, told.append) is None
    assert "mdms/ages is left out" in told[1] and "wrong weights" in told[1]


def test_status_tells_why_a_run_failed_to_those_who_may_know(
    researcher: User, holder: User, version: WaveVersion
) -> None:
    few = {"kind": "linear", "formula": "a ~ b", "where": {"age": OLDEST}}
    run = run_analysis(researcher, few, version)
    assert run.state == "failed" and run.n_used == 1
    (whole,), (told,) = (Status().work(user)["runs"] for user in (holder, researcher))
    assert whole["causes"] == [check["message"] for check in run.checks if check["severity"] == "error"]
    assert len(told["causes"]) == 1 and "Fewer than 10 rows" in told["causes"][0]


def test_who_may_withdraw(researcher: User, holder: User, version: WaveVersion) -> None:
    run = run_analysis(researcher, TABLE, version)
    with pytest.raises(Refused, match="may not run"):
        withdraw_run(holder, run, "no")
    with pytest.raises(Refused, match="Say why"):
        withdraw_run(researcher, run, "  ")
    out = io.StringIO()
    call_command("withdraw_run", str(run.pk), "--because", "wrong wave", "--json", stdout=out)
    assert json.loads(out.getvalue()) == {"run": run.pk, "withdrawn_because": "wrong wave"}
    with pytest.raises(Refused, match="This run was withdrawn: wrong wave"):
        withdraw_run(researcher, run, "again")


def test_a_stale_run_without_an_analysis_can_be_run_again(researcher: User, version: WaveVersion) -> None:
    run = run_analysis(researcher, {"kind": "descriptives", "variables": ["age"]}, version)
    client = Client()
    client.force_login(researcher)
    assert "again/" not in client.get(f"/runs/{run.pk}/").content.decode()
    age = variable("age", ValueType.DECIMAL, level=Level.SCALE)
    make_wave_version(version.wave, [(age, [20.0] * 33)])
    assert f'action="/runs/{run.pk}/again/"' in client.get(f"/runs/{run.pk}/").content.decode()
    job = Job.objects.get(pk=int(client.post(f"/runs/{run.pk}/again/").headers["Location"].split("/")[-2]))
    assert job.payload == {"run": run.pk, "subject": "mdms/2014"}


def test_results_are_read_of_the_runs_beside_a_target_alone(
    researcher: User, holder: User, version: WaveVersion
) -> None:
    printed = [{"column": "all", "term": "age", "statistic": "mean", "printed": "30.0"}]
    target = define_target(researcher, version.study, "paper/ages", kind="descriptives", cells=printed)
    analysis = define_analysis(researcher, version.study, "ages", spec=TABLE)
    for missing in ("each", "listwise", "each", "listwise"):
        define_analysis(
            researcher, version.study, "ages", spec=TABLE | {"missing": missing, "where": {"b": 1}}
        )
        analysis.refresh_from_db()
        latest = run_analysis(researcher, analysis, version)
    other = run_analysis(researcher, TABLE | {"targets": "paper/ages_of_others"}, version)
    with CaptureQueriesContext(connection) as queries:
        found = runs_beside(holder, target)
    assert found == [latest] and other not in found
    whole = [query["sql"] for query in queries if '"analytics_run"."result"' in query["sql"]]
    assert len(whole) == 1 and f"IN ({latest.pk})" in whole[0]


def test_the_rest_of_a_run_stays_immutable(researcher: User, version: WaveVersion) -> None:
    run = run_analysis(researcher, TABLE, version)
    with pytest.raises(DatabaseError, match="immutable"), transaction.atomic():
        Run.objects.filter(pk=run.pk).update(result={})
