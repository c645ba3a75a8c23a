"""``compare_waves A B``: what it prints, for people and for programs."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from surveys.core.codebook import Code, MissingRule, ValueType
from surveys.models import Wave
from surveys.services import comparing, errata
from surveys.services.comparing import compared
from tests.factories import make_member, make_study, make_wave, make_wave_version, variable

pytestmark = pytest.mark.django_db
YES_NO = (Code(1, {"en": "yes"}), Code(0, {"en": "no"}))


@pytest.fixture
def wave() -> Wave:
    wave = make_wave(make_study())
    make_wave_version(
        wave,
        [
            (variable("rid"), [1, 2, 3]),
            (variable("union", labels={"en": "Union"}, codes=YES_NO), [1, 0, 0]),
            (variable("hours", labels={"en": "Hours a day"}), [8, 9, 10]),
        ],
    )
    make_wave_version(
        wave,
        [
            (variable("rid"), [1, 2, 4]),
            (
                variable("union", labels={"en": "Union"}, codes=(Code(1, {"en": "member"}), Code(2)),
                         missing=(MissingRule("refused", value=0),)),
                [1, 1, 1],
            ),
            (variable("hours", ValueType.TEXT, labels={"en": "Hours a week"}), ["8", "9", "10"]),
        ],
    )  # fmt: skip
    return wave


def run(*arguments: str) -> Any:
    out = StringIO()
    call_command("compare_waves", *arguments, stdout=out, stderr=StringIO())
    return out.getvalue()


def test_every_kind_is_a_list_of_its_own(wave: Wave) -> None:
    said = json.loads(run("mdms/2014@1", "mdms/2014", "--json"))
    assert (said["before"], said["after"]) == ("mdms/2014@1", "mdms/2014@2")
    assert said["added"] == said["removed"] == said["renamed"] == []
    assert said["label_changed"] == [{"variable": "hours", "texts": {"en": ["Hours a day", "Hours a week"]}}]
    assert said["type_changed"] == [{"variable": "hours", "before": "integer", "after": "text"}]
    (codes,) = said["codes_changed"]
    assert [code["value"] for code in codes["added"]] == [2] and [c["value"] for c in codes["removed"]] == [0]
    assert said["code_relabelled"][0]["codes"] == [{"value": 1, "texts": {"en": ["yes", "member"]}}]
    assert said["missing_changed"][0]["rules"][0]["after"]["reason"] == "refused"
    assert (said["rows_added"], said["rows_removed"], said["cells_changed"]) == (1, 1, {"union": 1})


def test_people_read_counts_and_names(wave: Wave) -> None:
    said = run("mdms/2014@1", "mdms/2014@2")
    assert "other label              1  hours" in said
    assert "rows added 1, removed 1" in said and "cells changed 1 in 1 variable" in said


def test_few_rows_that_came_or_went_are_told_to_holders_of_the_data_only(wave: Wave) -> None:
    before, after = wave.versions.order_by("number")
    reader = make_member(wave.study, "reader", role="reader")
    told = compared(reader, before, after).document()
    assert told["rows_added"] is told["rows_removed"] is None
    assert "rows added not told, removed not told" in run("mdms/2014@1", "mdms/2014@2", "--as", "reader")
    client = Client()
    client.force_login(reader)
    page = client.get("/studies/mdms/compare/?before=2014@1&after=2014@2").content.decode()
    assert page.count("<b>withheld</b>") == 3
    correction = errata.correction(before, after)
    assert correction.rows_added is correction.rows_removed is None and correction.moves_rows
    page = client.get("/studies/mdms/waves/2014@2/").content.decode()
    assert "a few rows came or went" in page and "row added" not in page
    said = client.get("/api/v1/waves/mdms/2014/v1/").json()["errata"]
    assert said and said[0]["rows_added"] is said[0]["rows_removed"] is None


def test_many_rows_that_came_are_told_with_none_that_went(wave: Wave) -> None:
    before = wave.versions.order_by("number")[1]
    after = make_wave_version(wave, [(variable("rid"), [1, 2, 4, *range(10, 25)])])
    told = compared(make_member(wave.study, "reader", role="reader"), before, after).document()
    assert (told["rows_added"], told["rows_removed"]) == (15, 0)


def test_of_two_waves_no_cells_are_told(wave: Wave) -> None:
    make_wave_version(make_wave(wave.study, "2016"), [(variable("rid"), [9])])
    said = json.loads(run("mdms/2014", "mdms/2016", "--json"))
    assert said["removed"] == ["union", "hours"] and "cells_changed" not in said


def test_without_a_key_it_is_said_why(wave: Wave) -> None:
    wave.key = ""
    wave.save()
    said = json.loads(run("mdms/2014@1", "mdms/2014@2", "--json"))
    assert said["cells_changed"] is None and said["key_problem"]["code"] == "no_key"
    assert "rows were not matched" in run("mdms/2014@1", "mdms/2014@2")


def test_very_many_cells_are_counted_by_the_command_only(wave: Wave, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparing, "MOST_CELLS", 2)
    before, after = wave.versions.order_by("number")
    assert json.loads(run("mdms/2014@1", "mdms/2014", "--json"))["rows_added"] == 1
    said = compared(make_member(wave.study, "reader", role="reader"), before, after).document()
    assert said["rows_added"] is said["cells_changed"] is None
    assert isinstance(said["key_problem"], dict) and said["key_problem"]["code"] == "too_many_cells"
    assert errata.correction(before, after).changed == {"rid", "union", "hours"}


def test_page_and_command_count_the_same_variables_as_alike(wave: Wave) -> None:
    columns = [(variable("rid"), [1, 2, 3]), (variable("x", labels={"en": "X"}), [5, 6, 7])]
    first = make_wave_version(wave, columns)
    second = make_wave_version(wave, [columns[0], (columns[1][0], [6, 5, 7])])
    said = json.loads(run(str(first), str(second), "--json"))
    assert said["cells_changed"] == {"x": 2} and said["same"] == ["rid"]
    found = compared(make_member(wave.study), first, second)
    assert [one.after for one in found.alike] == said["same"] and found.differing == 1
