"""Whatever a correction reaches says so over the API, in short and with the way to the rest."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from measures.services.datasets import build_dataset
from tests.factories import make_wave_version
from tests.pages.conftest import Library, build_library, columns

ROOT = "/api/v1"
WAVE, DATASET = f"{ROOT}/waves/mdms/2014/v1/", f"{ROOT}/datasets/mdms/integration/v1/"
CELLS = {"q_union": "cells"}


@pytest.fixture
def library(db: None) -> Library:
    return build_library(is_open=True)


def correct(library: Library, n: int) -> None:
    """The next version, with other answers to ``q_union`` in ``n`` rows."""
    make_wave_version(
        library.wave,
        [
            (one, [*(1 - cell for cell in cells[:n]), *cells[n:]] if one.name == "q_union" else cells)
            for one, cells in columns()
        ],
        note="keyed anew",
    )


def errata(client: Client, address: str) -> Any:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.json()["errata"]


def test_what_stands_has_no_errata(library: Library, client: Client) -> None:
    client.force_login(library.owner)
    for address in (WAVE, WAVE + "variables/q_union/", WAVE + "exports/csv/", DATASET,
                    DATASET + "columns/fsp/", DATASET + "exports/csv/",
                    f"{ROOT}/targets/mdms/{library.target.slug}/"):  # fmt: skip
        assert errata(client, address) == [], address
    assert client.get(DATASET).json()["freshness"]["state"] == "fresh"


def test_a_wave_version_and_its_files_tell_what_was_corrected(library: Library, client: Client) -> None:
    correct(library, 12)
    client.force_login(library.owner)
    for address in (WAVE, WAVE + "exports/csv/"):
        (found,) = errata(client, address)
        assert (found["wave_version"], found["corrected_by"]) == ("mdms/2014@1", "mdms/2014@2")
        assert (found["note"], found["rows_added"], found["rows_removed"]) == ("keyed anew", 0, 0)
        assert found["columns"] == [{"name": "q_union", "variables": CELLS}]
        assert client.get(found["url"]).json()["columns"] == CELLS
    assert errata(client, f"{ROOT}/waves/mdms/2014/v2/") == []


def test_variables_tell_their_own_correction_alone(library: Library, client: Client) -> None:
    correct(library, 12)
    listed = client.get(WAVE + "variables/").json()["results"]
    told = {one["name"]: one["errata"] for one in listed}
    assert [name for name, found in told.items() if found] == ["q_union"]
    assert told["q_union"][0]["columns"] == [{"name": "q_union", "variables": CELLS, "rows_changed": 12}]
    assert errata(client, WAVE + "variables/q_union/") == told["q_union"]
    assert errata(client, WAVE + "variables/q_party/") == []


def test_few_changed_rows_are_told_to_those_alone_who_may_have_the_data(
    library: Library, client: Client
) -> None:
    correct(library, 3)
    page = "/studies/mdms/waves/2014@1/variables/q_union/"
    assert errata(client, WAVE + "variables/q_union/")[0]["columns"][0]["rows_changed"] is None
    text = client.get(page).content.decode()
    assert "mdms/2014@2 holds other answers here." in text and "3 rows" not in text
    client.force_login(library.owner)
    assert errata(client, WAVE + "variables/q_union/")[0]["columns"][0]["rows_changed"] == 3
    text = client.get(page).content.decode()
    assert "mdms/2014@2 holds other answers here in 3 rows. “keyed anew”" in text
    assert 'href="/studies/mdms/waves/2014@1/erratum/"' in text
    assert "Erratum" not in client.get(page.replace("q_union", "q_party")).content.decode()
    assert "Erratum" not in client.get(page.replace("2014@1", "2014@2")).content.decode()


def test_the_page_of_a_corrected_variable_speaks_chinese(library: Library, client: Client) -> None:
    correct(library, 12)
    page = client.get("/studies/mdms/waves/2014@1/variables/q_union/", headers={"accept-language": "zh-hans"})
    assert "mdms/2014@2 中此变量有 12 行的回答不同。" in page.content.decode()


def test_datasets_columns_and_their_files_tell_errata_and_freshness(library: Library, client: Client) -> None:
    correct(library, 12)
    client.force_login(library.owner)
    wanted = {"name": "fsp", "variables": CELLS, "outcome": "unknown"}
    for address in (DATASET, DATASET + "exports/csv/", DATASET + "columns/fsp/"):
        answer = client.get(address).json()
        assert answer["errata"][0]["columns"] == [wanted], address
        now = answer["freshness"]
        assert (now["state"], now["next_step"]) == ("stale", "Build it again."), address
        assert now["causes"] == ["mdms/2014@1 was corrected: q_union changed in 12 rows"]
    other = client.get(DATASET + "columns/q_ins/").json()
    assert other["errata"] == [] and other["freshness"]["state"] == "fresh"
    build_dataset(library.owner, library.dataset)
    for address, cause in (
        (DATASET, "it was replaced by mdms/integration@2"),
        (DATASET + "columns/fsp/", "mdms/2014@1 was corrected: q_union changed in 12 rows"),
    ):
        now = client.get(address).json()["freshness"]
        assert (now["state"], now["causes"]) == ("stale", [cause])
        assert now["next_step"] == "Read mdms/integration@2 instead."
    latest = client.get(f"{ROOT}/datasets/mdms/integration/v2/").json()
    assert latest["freshness"]["state"] == "fresh" and latest["errata"] == []


def test_a_published_table_tells_what_reaches_the_runs_beside_it(library: Library, client: Client) -> None:
    correct(library, 12)
    found = errata(client, f"{ROOT}/targets/mdms/{library.target.slug}/")
    assert {one["corrected_by"] for one in found} == {"mdms/2014@2"} and all(one["run"] for one in found)
    assert found[0]["columns"] == [{"name": "fsp", "variables": CELLS}]


def test_few_rows_are_told_as_few_wherever_anybody_reads_what_is_stale(
    library: Library, client: Client
) -> None:
    """Sentences of freshness are made without knowing who reads them: page, API and command say the same."""
    correct(library, 3)
    few = "mdms/2014@1 was corrected: q_union changed in fewer than 10 rows"
    out = StringIO()
    call_command("status", "mdms", stdout=out)
    answers = [out.getvalue()]
    for address in (f"{ROOT}/studies/mdms/freshness/", DATASET, "/studies/mdms/datasets/integration@1/",
                    "/studies/mdms/freshness/"):  # fmt: skip
        answers.append(client.get(address).content.decode())
    for told in answers:
        assert few in told and "in 3 rows" not in told
