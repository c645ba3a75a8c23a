"""From rows to valid rows, of the columns of a dataset version: kept, shown, withheld, told by command."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from measures.core.falls import JOINED, shown
from measures.models import ColumnFalls, DatasetColumn, DatasetVersion
from measures.services import falls as service
from measures.services.datasets import build_dataset
from measures.services.falls import count_falls, count_now
from surveys.core.problems import Refused
from surveys.models import Membership
from surveys.services.crosswalk import decide, save_item
from tests.factories import make_member, make_wave_version
from tests.measures.conftest import CELLS, Room, codebook
from tests.measures.test_commands import run

COLUMN = "/studies/mdms/datasets/integration@1/columns/fsp/"


@pytest.fixture
def version(room: Room) -> DatasetVersion:
    """Thirty rows: q_union is refused in three of them, q_party not known in four, and in eleven both."""
    rows = 30
    cells: dict[str, list[Any]] = {name: (values * 4)[:rows] for name, values in CELLS.items()}
    cells["rid"] = list(range(rows))
    cells["q_union"] = [-1] * 3 + [0] * 4 + [-1] * 11 + [1] * 12
    cells["q_party"] = [0] * 3 + [-2] * 4 + [-2] * 11 + [0] * 12
    variables = codebook()
    make_wave_version(room.wave, [(variables[name], values) for name, values in cells.items()])
    room.publish("fsp", "any_of(q_union, q_party)")
    room.publish("twice", "fsp + q_sex")
    room.publish("relative", "standardise(q_income)")
    dataset = room.dataset(measures=["fsp", "twice", "relative"], items=["q_sex"], where="city > 0")
    return build_dataset(room.user, dataset).version


def column(version: DatasetVersion, name: str = "fsp") -> DatasetColumn:
    return version.columns.select_related("derived__falls", "version__dataset__study").get(name=name)


def test_every_measure_of_a_version_in_one_pass(room: Room, version: DatasetVersion) -> None:
    found = count_falls(room.user, version)
    assert set(found) == {"fsp", "twice", "relative"}
    told = {(f["reason"], f["name"]): f["rows"] for f in found["fsp"].falls}
    assert told == {("refused", "q_union"): 14, ("dont_know", "q_party"): 4}
    told = {(f["reason"], f["kind"], f["name"]): f["rows"] for f in found["twice"].falls}
    assert told == {("refused", "measure", "fsp"): 14, ("dont_know", "measure", "fsp"): 4}
    for name, falls in found.items():
        tally = column(version, name).derived.tally
        assert sum(f["rows"] for f in falls.falls) + tally["valid"] == version.rows


def test_they_are_counted_once(room: Room, version: DatasetVersion, monkeypatch: pytest.MonkeyPatch) -> None:
    first = count_falls(room.user, version, ["twice"])
    monkeypatch.setattr(service, "_counted", lambda version, names, engine: pytest.fail(f"again: {names}"))
    again = count_falls(room.user, version, ["twice"])
    assert again["twice"].falls == first["twice"].falls
    with pytest.raises(DatabaseError, match="immutable"), transaction.atomic():
        ColumnFalls.objects.update(falls=[])


def test_of_many_rows_nothing_is_counted_while_somebody_waits(
    client: Client, room: Room, version: DatasetVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "MOST_AT_ONCE", 10)
    assert count_now(room.user, column(version)) is None
    client.force_login(room.user)
    page = client.get(COLUMN).content.decode()
    assert "Count it" in page
    answer = client.post("/studies/mdms/datasets/integration@1/absences/")
    assert answer.status_code == 302 and "/jobs/" in answer["Location"]
    count_falls(room.user, version)
    assert count_now(room.user, column(version)) is not None


def test_a_crosswalk_changed_since_is_told_and_nothing_is_made_up(
    room: Room, version: DatasetVersion
) -> None:
    item = save_item(room.user, room.study, "q_union")
    decide(room.user, item, room.wave, variable="q_union", code_map=[[1, 0], [0, 1]], kind="map", reason="r")
    with pytest.raises(Refused) as refused:
        count_falls(room.user, version)
    assert refused.value.problems[0].code == "reads_otherwise" and "fsp" in refused.value.problems[0].where
    assert count_now(room.user, column(version)) is None


def test_few_rows_are_not_told_by_item_without_the_right_to_the_data(
    client: Client, room: Room, version: DatasetVersion
) -> None:
    reader = make_member(room.study, "reader", "reader", is_staff=False)
    client.force_login(reader)
    page = client.get(COLUMN).content.decode()
    assert "From rows to valid rows" in page and "<code>q_union</code>" in page
    assert "<code>q_party</code></td>" not in page and "items of few rows, not named" in page
    address = "/api/v1/datasets/mdms/integration/v1/columns/fsp/"
    told = client.get(address).json()["waterfall"]
    assert [(f["reason"], f["kind"], f["rows"], f["left"]) for f in told["falls"]] == [
        ("refused", "item", 14, 16),
        ("dont_know", JOINED, 4, 12),
    ]
    Membership.objects.filter(user=reader).update(microdata=True)
    told = client.get(address).json()["waterfall"]
    assert told["falls"][1] == {
        "reason": "dont_know",
        "kind": "item",
        "name": "q_party",
        "rows": 4,
        "left": 12,
    }
    assert (told["rows"], told["valid"]) == (30, 12)


def test_by_command(room: Room, version: DatasetVersion) -> None:
    code, said, _ = run("waterfall", "mdms/integration")
    assert code == 0 and set(said["columns"]) == {"fsp", "twice", "relative"}
    code, said, _ = run("waterfall", "mdms/integration@1", "fsp")
    assert said["columns"]["fsp"]["falls"][0]["name"] == "q_union"
    code, said, _ = run("waterfall", "mdms/integration", "fps")
    assert code == 1 and said["problems"][0]["near"] == ["fsp"]


def test_the_editor_shows_what_the_rule_as_typed_would_do(client: Client, room: Room) -> None:
    client.force_login(room.user)
    data = {"study": room.study.pk, "rule": "q_union + q_party", "wave": room.version.pk}
    page = client.post("/admin/measures/measure/preview/", data).content.decode()
    assert "/admin/measures/measure/falls/" in page
    page = client.post("/admin/measures/measure/falls/", data).content.decode()
    assert "<code>q_union</code>" in page and "<code>q_party</code>" in page
    page = client.post("/admin/measures/measure/falls/", data | {"rule": "all_of("}).content.decode()
    assert "<table" not in page


counts = st.lists(
    st.tuples(st.sampled_from(["refused", "dont_know", "system"]), st.integers(1, 40)), max_size=12
)


@given(counts, st.integers(0, 50), st.booleans())
def test_lines_always_add_up_and_no_small_cause_follows(
    rows: list[tuple[str, int]], valid: int, whole: bool
) -> None:
    ordered = sorted(rows, key=lambda one: ["refused", "dont_know", "system"].index(one[0]))
    falls = [
        {"reason": reason, "kind": "item", "name": f"i{at}", "zh": "", "rows": n}
        for at, (reason, n) in enumerate(ordered)
    ]
    told = shown(falls, valid, whole=whole)
    assert told.rows == valid + sum(n for _, n in rows) == told.valid + sum(line.rows for line in told.lines)
    assert (told.lines[-1].left if told.lines else told.rows) == valid
    for reason in {reason for reason, _ in rows}:
        mine = [line for line in told.lines if line.reason == reason]
        assert sum(line.rows for line in mine) == sum(n for word, n in rows if word == reason)
        if whole:
            assert not any(line.kind == JOINED for line in mine)
            continue
        assert all(line.rows >= 10 for line in mine if line.kind != JOINED)
        joined = [line for line in mine if line.kind == JOINED]
        assert len(joined) <= 1
        if joined and len(mine) > 1:
            assert joined[0].causes >= 2 and joined[0].rows >= 10
