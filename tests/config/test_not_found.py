"""What is not there, or not to be seen, is told by the API in our own sentences, with near misses."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client

from surveys.core.reading.options import ReadOptions
from surveys.models import Study
from surveys.services.studies import create_study, create_wave
from surveys.services.waves import import_wave
from tests.factories import make_user


@pytest.fixture
def study(db: None, tmp_path: Path) -> Study:
    boss = make_user("boss", is_superuser=True)
    file = tmp_path / "d.csv"
    file.write_text("\ufeffgender,age\n1,20\n2,30\n", "utf-8")
    study = create_study(boss, "open", is_open=True)
    version = import_wave(boss, study, "2014", file, original_name="d.csv", options=ReadOptions()).version
    assert version.encoding == "UTF-8"
    create_wave(boss, study, "2016")
    return study


@pytest.mark.parametrize(
    ("address", "said", "near"),
    [
        ("studies/opan/", "There is no study called opan that you can see.", ["open"]),
        ("waves/open/2015/", "There is no wave called open/2015 that you can see.", ["2014", "2016"]),
        ("waves/open/2014/v9/", "There is no wave version called open/2014@9", ["open/2014@1"]),
        ("waves/open/2014/v99999999999999999999/", "There is no wave version called", []),
        ("waves/open/2014/v1/variables/gendre/", "There is no variable called gendre", ["gender"]),
        ("waves/open/2014/v1/variables/?page=7", "This list has no page 7.", []),
        ("waves/open/2016/latest/", "The wave open/2016 has no data yet.", []),
        ("datasets/open/all/", "open has no dataset called all.", []),
        ("datasets/open/all/v1/columns/x/", "open has no dataset called all.", []),
        ("measures/open/fsp/", "There is no measure called fsp that you can see.", []),
        ("measures/open/fsp/v1/", "There is no measure version called open/fsp@1 that you can see.", []),
        ("analyses/open/table1/", "open has no analysis called table1.", []),
        ("runs/77/", "There is no run 77 that you can see.", []),
        ("targets/open/paper/table1/", "open has no target called paper/table1.", []),
        ("jobs/77/", "There is no job 77 that you can see.", []),
    ],
)
def test_the_api_says_what_is_not_there(
    client: Client, study: Study, address: str, said: str, near: list[str]
) -> None:
    answer = client.get(f"/api/v1/{address}")
    assert answer.status_code == 404
    problem = answer.json()["problems"][0]
    assert problem["message"].startswith(said)
    assert set(near) <= set(problem["near"])
    assert problem["code"] == ("no_version" if "no data yet" in said else "not_found")


def test_a_page_of_a_number_that_no_version_can_have_is_not_found(client: Client, study: Study) -> None:
    answer = client.get("/studies/open/waves/2014@99999999999999999999/")
    assert answer.status_code == 404
    assert "There is no wave version called open/2014@99999999999999999999" in answer.content.decode()


def test_an_address_that_the_api_does_not_have_is_told_as_a_problem(client: Client, db: None) -> None:
    for method in (client.get, client.post, client.delete):
        answer = method("/api/v1/datasets/mdms/integration/2/data.sav")
        assert answer.status_code == 404
        assert answer["Content-Type"].startswith("application/problem+json")
        assert answer.json()["problems"][0]["code"] == "not_found"
