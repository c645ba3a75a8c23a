"""What is told of single respondents by what a rule took from the data, and of drafts: nothing."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from measures.models import DatasetVersion, Measure
from measures.selectors.disclosure import waves_shown_to, without_small_groups
from measures.services.datasets import build_dataset
from measures.services.rules import save_draft
from surveys.core.codebook import ValueType
from surveys.models import AuditEntry, Study, User
from tests.clients import client_of, clients_of
from tests.factories import make_member, make_user, make_wave, make_wave_version, variable
from tests.measures.conftest import FSP, Room

COLUMN = "datasets/mdms/keyed/v1/columns/told/"


@pytest.fixture
def keyed(room: Room) -> DatasetVersion:
    """The mean income by respondent (groups of one), and a rule that rests on it."""
    room.publish("told", "group_mean(q_income, by=rid)")
    room.publish("twice", "told * 2")
    return build_dataset(room.user, room.dataset("keyed", measures=["told", "twice"])).version


@pytest.fixture
def people(room: Room) -> dict[str, Client]:
    Study.objects.update(is_open=True)
    return clients_of(room.study) | {"anonymous": Client()}


def _groups(answer: Any) -> list[Any]:
    (fit,) = answer.json()["fitted"].values()
    return list(fit["groups"])


def test_groups_of_one_are_for_those_who_may_download(
    keyed: DatasetVersion, people: dict[str, Client]
) -> None:
    address = f"/api/v1/{COLUMN}"
    assert _groups(people["anonymous"].get(address)) == _groups(people["reader"].get(address)) == []
    assert [101, 100.0] in _groups(people["holder"].get(address))


def test_nor_does_the_lineage_of_a_later_measure_tell_them(
    keyed: DatasetVersion, people: dict[str, Client]
) -> None:
    said = people["anonymous"].get(f"/api/v1/{COLUMN.replace('told', 'twice')}").json()["lineage"]
    (fit,) = said["measures"][0]["fitted"].values()
    assert (fit["groups"], fit["withheld"]) == ([], 7)


def test_nor_does_the_page(keyed: DatasetVersion, people: dict[str, Client], client: Client) -> None:
    page = reverse("measures:column", args=["mdms", "keyed", 1, "told"])
    assert '<td class="n">700' not in client.get(page).content.decode()
    client.force_login(User.objects.get(username="a_holder"))
    assert '<td class="n">700' in client.get(page).content.decode()


def test_large_groups_are_told_with_their_sizes(room: Room) -> None:
    rows = 24
    columns = [
        (variable("rid"), list(range(rows))),
        (variable("q_income"), [100 * (i % 2) for i in range(rows)]),
        (variable("city"), [1] * 14 + [2] * 10),
    ]
    make_wave_version(room.wave, columns)
    room.publish("near", "group_mean(q_income, by=city)")
    version = build_dataset(room.user, room.dataset("cities", measures=["near"])).version
    (fit,) = without_small_groups(version.columns.get(name="near").derived.fitted).values()
    assert (fit["groups"], fit["sizes"], fit["withheld"]) == ([[1, 50.0], [2, 50.0]], [14, 10], 0)


def test_ends_of_bands_are_answers_however_many_rows_a_band_has(room: Room) -> None:
    wave = make_wave(room.study, "bands")
    rows = [variable("rid"), variable("income", ValueType.DECIMAL)]
    make_wave_version(wave, list(zip(rows, ([*range(400)], [100.5 + n for n in range(400)]), strict=True)))
    measure = room.publish("fifth", "quantile_band(income, 5)")
    version = build_dataset(room.user, room.dataset("bands", wave="bands", measures=["fifth"])).version
    (fit,) = version.columns.get(name=measure.name).derived.fitted.values()
    assert len(fit["groups"]) == 4 and min(fit["sizes"]) == 80
    (shown,) = without_small_groups({"f": fit}).values()
    assert (shown["groups"], shown["sizes"], shown["withheld"]) == ([], [], 4)


def test_fits_kept_before_sizes_were_counted_are_withheld() -> None:
    shown = without_small_groups({"f": {"function": "group_mean", "n": 50, "groups": [[1, 2.0]]}})
    assert shown["f"]["groups"] == []


@pytest.fixture
def draft(room: Room, fsp: Measure) -> None:
    save_draft(room.user, room.study, "fsp", rule=FSP + " + 1", note="a secret try")
    save_draft(room.user, room.study, "unborn", rule="q_union + 41")


@pytest.mark.parametrize("who", ["anonymous", "reader"])
def test_pages_show_no_drafts_to_those_who_do_not_define(
    who: str, draft: None, people: dict[str, Client], client: Client
) -> None:
    if who == "reader":
        client.force_login(User.objects.get(username="a_reader"))
    for name, args in (("measures", ["mdms"]), ("measure", ["mdms", "fsp"])):
        text = client.get(reverse(f"measures:{name}", args=args)).content.decode()
        assert "fsp" in text
        assert not [word for word in ("unborn", "secret try", "badge draft") if word in text], name
    unborn = reverse("measures:measure", args=["mdms", "unborn"])
    assert client.get(unborn).status_code == 404
    assert people[who].get("/api/v1/measures/mdms/unborn/").status_code == 404
    client.force_login(User.objects.get(username="a_manager"))
    assert client.get(unborn).status_code == 200


def test_a_reader_on_the_staff_sees_no_drafts_in_the_admin(draft: None, room: Room, client: Client) -> None:
    client.force_login(make_member(room.study, "aide", "reader"))
    for page in ("measure", "measureversion"):
        text = client.get(f"/admin/measures/{page}/").content.decode()
        assert "fsp" in text and "unborn" not in text and "draft</" not in text.casefold(), page
    pk = Measure.objects.get(name="fsp").pk
    assert "secret try" not in client.get(f"/admin/measures/measure/{pk}/change/").content.decode()


def test_coverage_tells_no_single_answers(room: Room) -> None:
    measure = room.publish(
        "rich", "recode(q_income, {0..300: 0, 301..900: 1}, other=1)", labels={"en": "Rich"}
    )
    version, reader = measure.published, make_member(room.study, "aide", "reader")
    assert version is not None
    told = [row["value"] for row in waves_shown_to(reader, version)[0]["coverage"] if not row["reason"]]
    known = [row["value"] for row in waves_shown_to(room.user, version)[0]["coverage"] if not row["reason"]]
    assert told == [] and 700.0 in known


def test_pages_and_api_of_a_variable_list_no_single_answers(
    room: Room, people: dict[str, Client], client: Client
) -> None:
    said = people["anonymous"].get("/api/v1/waves/mdms/2014/v1/variables/q_income/").json()["frequencies"]
    assert (said["values"], said["stats"], said["withheld"]) == ([], {}, True)
    coded = people["anonymous"].get("/api/v1/waves/mdms/2014/v1/variables/q_sex/").json()["frequencies"]
    assert coded["values"] == [[1, 4], [2, 4]]
    page = client.get(reverse("surveys:variable", args=["mdms", "2014", 1, "q_income"])).content.decode()
    assert "700" not in page and "fewer than ten rows" in page


def test_an_administrator_gets_microdata_without_a_membership_and_it_is_audited(
    keyed: DatasetVersion,
) -> None:
    root = make_user("root", is_superuser=True)
    answer = client_of(root).get("/api/v1/datasets/mdms/keyed/v1/data.parquet")
    assert answer.status_code == 200
    assert AuditEntry.objects.filter(actor="root", object_label__contains="keyed@1").exists()
