"""Two versions of one wave: what their difference would tell of single people is told by nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from surveys.core.codebook import Code, MissingRule, ValueType
from surveys.models import Membership, User, Wave, WaveVersion
from surveys.services.told_findings import findings_shown_to
from tests.factories import make_member, make_study, make_wave, make_wave_version, variable

pytestmark = pytest.mark.django_db

ROWS = 200
TABLE = '<table class="frequencies">'
FEW = "it would tell of fewer than ten rows"
SEX = (Code(1, {"en": "man"}), Code(2, {"en": "woman"}))
YES_NO = (Code(0, {"en": "no"}), Code(1, {"en": "yes"}))
REFUSED = (MissingRule("refused", value=-1),)
VARIABLES = (
    variable("rid"),
    variable("sex", codes=SEX),
    variable("age"),
    variable("inc", ValueType.DECIMAL),
    variable("rare", codes=YES_NO, missing=REFUSED),
)
NAMES = {one.name for one in VARIABLES}
GONE = 57  # of whom the values below are the answers
ANSWERS = {"sex": 2, "age": 71, "inc": 2966.0, "rare": -1}


def _row(i: int) -> dict[str, Any]:
    if i == GONE:
        return {"rid": 1000 + i, **ANSWERS}
    return {
        "rid": 1000 + i,
        "sex": 1 + i % 2,
        "age": 20 + i % 60,
        "inc": 1000.0 + 37 * (i % 90),
        "rare": -1 if i % 9 == 0 else int(i % 4 == 0),
    }


def _version(wave: Wave, rows: Sequence[dict[str, Any]], **fields: Any) -> WaveVersion:
    columns = [(one, [row[one.name] for row in rows]) for one in VARIABLES if one.name in rows[0]]
    return make_wave_version(wave, columns, **fields)


@pytest.fixture
def wave() -> Wave:
    """Version 2 is version 1 without one person."""
    wave = make_wave(make_study())
    rows = [_row(i) for i in range(ROWS)]
    _version(wave, rows)
    _version(wave, [row for i, row in enumerate(rows) if i != GONE], note="withdrew consent")
    return wave


@pytest.fixture
def reader(wave: Wave) -> User:
    return make_member(wave.study, "reader", role="reader")


@pytest.fixture
def holder(wave: Wave) -> User:
    found = make_member(wave.study, "holder", role="reader")
    Membership.objects.filter(user=found).update(microdata=True)
    return found


def _command(name: str, *arguments: str) -> Any:
    out = StringIO()
    call_command(name, *arguments, "--json", stdout=out, stderr=StringIO())
    return json.loads(out.getvalue())


def _api(client: Client, user: User, address: str) -> Any:
    client.force_login(user)
    return client.get(f"/api/v1/{address}").json()


def _page(client: Client, user: User, address: str) -> str:
    client.force_login(user)
    return client.get(f"/studies/mdms/{address}").content.decode()


def test_a_comparison_tells_no_answer_of_the_one_who_is_gone(
    client: Client, wave: Wave, reader: User, holder: User
) -> None:
    pair = "mdms/2014@1", "mdms/2014@2"
    over_api = "comparison/?before=mdms/2014@1&after=mdms/2014@2"
    for said in (_command("compare_waves", *pair, "--as", "reader"), _api(client, reader, over_api)):
        told = {one.pop("variable"): one for one in said["distribution_changed"]}
        assert set(told) == NAMES  # of none it says that it stayed as it was
        for one in told.values():
            assert one["distance"] is None and one["counts"] == []
            assert one["rows"] == one["absent"] == one["means"] == [None, None]
        assert said["same"] == []
    said = _command("compare_waves", *pair, "--as", "holder")
    (sex,) = [one for one in said["distribution_changed"] if one["variable"] == "sex"]
    assert sex["rows"] == [200, 199] and [c["before"] - c["after"] for c in sex["counts"]] == [0, 1]


def test_pages_of_a_comparison_say_only_that_answers_differ(client: Client, wave: Wave, reader: User) -> None:
    page = _page(client, reader, "compare/?before=2014@1&after=2014@2")
    assert "shares differ by" not in page and page.count(FEW) == len(NAMES)
    for name in ("sex", "inc"):
        page = _page(client, reader, f"compare/row/?before=2014@1&after=2014@2&old={name}&new={name}")
        assert FEW in page and ">200<" not in page and ">199<" not in page


def test_one_answer_made_an_absence_is_not_told(client: Client, wave: Wave, reader: User) -> None:
    rows = [_row(i) for i in range(ROWS) if i != GONE]
    rows[3]["age"] = None
    _version(wave, rows)
    said = _command("compare_waves", "mdms/2014@2", "mdms/2014@3", "--as", "reader")
    (age,) = said["distribution_changed"]
    assert age["variable"] == "age" and age["counts"] == [] and age["absent"] == [None, None]


def test_moves_of_many_are_told_and_others_are_as_they_were(wave: Wave, reader: User) -> None:
    rows = [_row(i) for i in range(ROWS) if i != GONE]
    for row in rows[:40]:
        row["sex"] = 1
    rows[0]["rare"], rows[1]["rare"] = rows[1]["rare"], rows[0]["rare"]
    _version(wave, rows)
    said = _command("compare_waves", "mdms/2014@2", "mdms/2014@3", "--as", "reader")
    (sex,) = said["distribution_changed"]  # of which version 1 differs from version 2 by one person
    assert (sex["variable"], sex["counts"], sex["distance"]) == ("sex", [], None)
    other = make_wave(wave.study, "2016")
    _version(other, [_row(i) for i in range(ROWS)])
    _version(other, [_row(i) | ({"sex": 1} if i < 40 else {}) for i in range(ROWS)])
    said = _command("compare_waves", "mdms/2016@1", "mdms/2016@2", "--as", "reader")
    (sex,) = said["distribution_changed"]
    assert sex["rows"] == [200, 200] and [one["before"] for one in sex["counts"]] == [100, 100]


def test_a_third_version_does_not_undo_it(client: Client, wave: Wave, reader: User) -> None:
    """Version 3 has all but 30 rows fewer: each step is large, and 1 and 2 differ by one person."""
    _version(wave, [_row(i) for i in range(ROWS - 30) if i != GONE])
    for before in (1, 2):
        said = _command("compare_waves", f"mdms/2014@{before}", "mdms/2014@3", "--as", "reader")
        told = {one["variable"]: one for one in said["distribution_changed"]}
        assert told["sex"]["counts"] == [] and told["sex"]["rows"] == [None, None]


def test_against_another_wave_a_corrected_version_tells_no_counts(
    client: Client, wave: Wave, reader: User, holder: User
) -> None:
    other = make_wave(wave.study, "2016")
    _version(other, [_row(i) | {"sex": 1} for i in range(ROWS)])
    for number, is_told in ((1, False), (2, True)):
        pair = f"mdms/2014@{number}", "mdms/2016"
        for who, is_whole in (("reader", is_told), ("holder", True)):
            found = _command("compare_waves", *pair, "--as", who)["distribution_changed"]
            (sex,) = [one for one in found if one["variable"] == "sex"]
            assert (bool(sex["counts"]), sex["distance"] is not None) == (is_whole, is_whole)


def test_another_variable_beside_it_does_not_undo_it(client: Client, wave: Wave, reader: User) -> None:
    page = _page(client, reader, "compare/row/?before=2014@1&after=2014@2&old=sex&new=rare")
    assert not any(re.search(rf">\s*{count}\b", page) for count in (99, 100, 101))


def test_the_frequencies_of_a_corrected_version_are_told_with_the_data_only(
    client: Client, wave: Wave, reader: User, holder: User
) -> None:
    for name in ANSWERS:
        told = _api(client, reader, f"waves/mdms/2014/v1/variables/{name}/")
        assert told["frequencies"] is None and "mdms/2014@2" in told["withheld"]
        told = _api(client, reader, f"waves/mdms/2014/v2/variables/{name}/")
        assert told["frequencies"]["n"] == ROWS - 1 and told["withheld"] == ""
        told = _api(client, holder, f"waves/mdms/2014/v1/variables/{name}/")
        assert told["frequencies"]["n"] == ROWS and told["withheld"] == ""
    listed = _api(client, reader, "waves/mdms/2014/v1/variables/")["results"]
    assert [one["frequencies"] for one in listed] == [None] * len(VARIABLES)
    page = _page(client, reader, "waves/2014@1/variables/rare/")
    assert "This was corrected in mdms/2014@2" in page
    assert TABLE not in page and "<dt>Valid</dt>" not in page
    assert TABLE in _page(client, holder, "waves/2014@1/variables/rare/")
    assert TABLE in _page(client, reader, "waves/2014@2/variables/rare/")


def test_lists_of_a_corrected_version_count_nothing(client: Client, wave: Wave, reader: User) -> None:
    page = _page(client, reader, "waves/2014@1/")
    assert (
        '<td class="n">–</td>' in page and "stack" not in page.split('id="variables"')[1].split("<aside")[0]
    )
    assert '<td class="n">–</td>' not in _page(client, reader, "waves/2014@2/")


def test_only_what_the_correction_touched_is_withheld(client: Client, wave: Wave, reader: User) -> None:
    rows = [_row(i) for i in range(ROWS) if i != GONE]
    rows[0]["age"] = 44
    _version(wave, rows)
    told = {one["name"]: one for one in _api(client, reader, "waves/mdms/2014/v2/variables/")["results"]}
    assert told["age"]["frequencies"] is None and told["inc"]["frequencies"]["stats"]["mean"]
    _version(wave, [{name: cell for name, cell in row.items() if name != "inc"} for row in rows])
    told = {one["name"]: one for one in _api(client, reader, "waves/mdms/2014/v3/variables/")["results"]}
    assert told["inc"]["frequencies"] is None, "it is gone from the version in force, and was in two others"
    assert told["age"]["frequencies"]["n"] == ROWS - 1


def test_codebook_files_of_a_corrected_version_count_nothing(
    client: Client, wave: Wave, reader: User
) -> None:
    client.force_login(reader)
    for form in ("html", "ddi"):
        sides = []
        for number in (1, 2):
            address = f"/studies/mdms/waves/2014@{number}/download/{form}/?language=en"
            answer: Any = client.get(address)
            sides.append(b"".join(answer.streaming_content).decode())
        assert "freq" in sides[1] or "% of valid" in sides[1]
        assert "<catStat" not in sides[0] and "sumStat" not in sides[0] and "% of valid" not in sides[0]
        assert "was corrected" in sides[0] and "was corrected" not in sides[1]


def test_a_codebook_written_before_the_correction_is_written_anew(
    client: Client, wave: Wave, reader: User
) -> None:
    client.force_login(reader)
    address = "/studies/mdms/waves/2014@2/download/html/?language=en"
    answer: Any = client.get(address)
    assert b"% of valid" in b"".join(answer.streaming_content)
    _version(wave, [_row(i) for i in range(ROWS - 1) if i != GONE])
    answer = client.get(address)
    assert b"% of valid" not in b"".join(answer.streaming_content)


def test_nobodys_answers_are_told_of_every_version(client: Client, wave: Wave, reader: User) -> None:
    wave.is_synthetic = True
    wave.save()
    assert _api(client, reader, "waves/mdms/2014/v1/variables/age/")["frequencies"]["n"] == ROWS


def test_findings_name_no_rows_to_those_who_may_not_have_the_data() -> None:
    study = make_study()
    version = make_wave_version(make_wave(study), [(variable("rid"), list(range(1, 41)))])
    told = "3 rows hold a value outside the declared range, at most 12000 (first: 83, 279, 337)."
    version.findings = [
        {"severity": "warning", "code": "outside_limits", "message": told, "variable": "inc"},
        {"severity": "info", "code": "constant", "message": "rid is constant.", "variable": "rid"},
    ]
    reader, holder = make_member(study, "rd", role="reader"), make_member(study, "dm")
    Membership.objects.filter(user=holder).update(microdata=True)
    assert findings_shown_to(holder, version) == version.findings
    shown = findings_shown_to(reader, version)
    assert [one["message"] for one in shown] == [
        "Some rows hold a value outside the declared range.",
        "rid is constant.",
    ]
    assert [one["variable"] for one in shown] == ["inc", "rid"]
