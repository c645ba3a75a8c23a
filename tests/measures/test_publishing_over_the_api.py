"""Publishing and the second pair of eyes over the API: who may, what must be seen, what is told."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from measures.models import Measure, Proposal
from measures.services.rules import publish, save_draft
from surveys.models import Study, User
from tests.clients import client_of, clients_of
from tests.factories import make_member
from tests.measures.conftest import FSP, Room

ROOT = "/api/v1"
PUBLISH = f"{ROOT}/measures/mdms/fsp/publish/"
LISTED = f"{ROOT}/proposals/"


@pytest.fixture
def author(room: Room) -> Client:
    save_draft(room.user, room.study, "fsp", rule=FSP, labels={"en": "Formal"})
    return client_of(room.user)


@pytest.fixture
def other(room: Room) -> Client:
    return client_of(make_member(room.study, "other"))


@pytest.fixture
def asked(room: Room) -> None:
    Study.objects.update(second_pair_of_eyes=True)


@pytest.fixture
def proposed(asked: None, author: Client) -> Proposal:
    assert sent(author, PUBLISH).status_code == 202
    return Proposal.objects.get()


def sent(client: Client, address: str, given: Any = None) -> Any:
    return client.post(address, json.dumps(given or {}), content_type="application/json")


def codes(answer: Any) -> list[str]:
    assert answer["Content-Type"] == "application/problem+json"
    return [one["code"] for one in answer.json()["problems"]]


def decided(proposal: Proposal, how: str) -> str:
    return f"{LISTED}{proposal.pk}/{how}/"


# ---- publishing


def test_a_draft_is_published_and_the_same_again_is_no_version(room: Room, author: Client) -> None:
    answer = sent(author, PUBLISH)
    said = answer.json()
    assert answer.status_code == 201
    assert (said["measure_version"], said["is_new"], said["changed_rows"]) == ("mdms/fsp@1", True, 0)
    assert said["waits_for"] is None and said["proposal"] is None and said["coverage"]
    assert author.get(answer["Location"]).json()["fingerprint"] == said["fingerprint"]
    save_draft(room.user, room.study, "fsp", rule="any_of( q_union, q_party )", labels={"en": "Formal"})
    again = sent(author, PUBLISH)
    assert (again.status_code, again.json()["is_new"]) == (200, False)
    assert again["Location"] == answer["Location"]
    measure = Measure.objects.get()
    assert measure.versions.count() == 1 and measure.published is not None
    assert measure.published.published_by == room.user


def test_rows_that_change_are_acknowledged_in_so_many_words(room: Room, author: Client) -> None:
    sent(author, PUBLISH)
    save_draft(room.user, room.study, "fsp", rule="q_union", labels={"en": "Formal"})
    answer = sent(author, PUBLISH)
    assert answer.status_code == 422 and codes(answer) == ["changes_not_seen"]
    assert "changes 2 of 8 rows against fsp@1" in answer.json()["title"]
    assert sent(author, PUBLISH, {"acknowledge_changes": False}).status_code == 422
    assert sent(author, PUBLISH, {"acknowledge_changes": "perhaps"}).status_code == 400
    answer = sent(author, PUBLISH, {"acknowlege_changes": True})
    assert answer.status_code == 400 and answer.json()["problems"][0]["near"] == ["acknowledge_changes"]
    answer = sent(author, PUBLISH, {"acknowledge_changes": True})
    assert (answer.status_code, answer.json()["measure_version"]) == (201, "mdms/fsp@2")
    assert answer.json()["changed_rows"] == 2


def test_everything_that_hinders_publishing_is_told_at_once(room: Room, author: Client) -> None:
    examples = [{"given": {"q_home": 1}, "then": 7}]
    save_draft(room.user, room.study, "fsp", rule="recode(q_home, {1: 1, 2: 0})", examples=examples)
    answer = sent(author, PUBLISH)
    assert answer.status_code == 422 and len(codes(answer)) >= 2
    assert Measure.objects.get().published is None


def test_who_may_publish(room: Room, author: Client) -> None:
    people = clients_of(room.study) | {"researcher": author}
    found = {who: sent(one, PUBLISH).status_code for who, one in people.items()}
    assert found == {
        "anonymous": 404, "outsider": 404, "reader": 403, "holder": 403, "manager": 201, "researcher": 200
    }  # fmt: skip
    Study.objects.update(is_open=True)
    assert sent(people["anonymous"], PUBLISH).status_code == 401
    assert sent(people["outsider"], PUBLISH).status_code == 403


def test_a_reader_does_not_learn_of_drafts(room: Room, author: Client) -> None:
    reader = client_of(make_member(room.study, "reader", "reader"))
    answers = [sent(reader, PUBLISH.replace("fsp", name)) for name in ("fsp", "fsq")]
    assert answers[0].json() == answers[1].json() and answers[0].status_code == 403
    answer = sent(author, PUBLISH.replace("fsp", "fsq"))
    assert answer.status_code == 404 and answer.json()["problems"][0]["near"] == ["fsp"]


def test_without_a_draft_the_version_in_force_is_told(room: Room, author: Client) -> None:
    sent(author, PUBLISH)
    assert sent(author, PUBLISH).status_code == 200


# ---- the second pair of eyes


def test_where_two_are_asked_for_it_waits_and_somebody_else_approves(
    room: Room, asked: None, author: Client, other: Client
) -> None:
    answer = sent(author, PUBLISH)
    said, proposal = answer.json(), Proposal.objects.get()
    assert answer.status_code == 202 and answer["Location"].endswith(f"/proposals/{proposal.pk}/")
    assert (said["measure_version"], said["is_new"]) == ("mdms/fsp@draft", False)
    assert said["proposal"] == proposal.pk and "waits for a second pair of eyes" in said["waits_for"]
    seen = other.get(answer["Location"]).json()
    assert (seen["state"], seen["proposed_by"], seen["hinders"]) == ("waiting", "researcher", "")
    assert seen["wording"]["rule"] == FSP and seen["difference"] is None
    assert seen["report"]["waves"][0]["coverage"]
    approved = sent(other, decided(proposal, "approve"), {"note": "As in the paper."})
    assert (approved.status_code, approved.json()["measure_version"]) == (201, "mdms/fsp@1")
    assert approved["Location"].endswith("/measures/mdms/fsp/v1/")
    seen = other.get(answer["Location"]).json()
    assert (seen["state"], seen["version"], seen["decided_by"]) == ("approved", "fsp@1", "other")
    assert seen["note"] == "As in the paper."
    again = sent(other, decided(proposal, "approve"))
    assert again.status_code in (409, 422) and codes(again)[0] in ("conflict", "not_waiting")


def test_the_author_is_no_second_pair(room: Room, proposed: Proposal, author: Client) -> None:
    for how in ("approve", "send-back"):
        answer = sent(author, decided(proposed, how), {"note": "fine"})
        assert answer.status_code == 422 and codes(answer) == ["own_proposal"]
    assert "yourself" in author.get(f"{LISTED}{proposed.pk}/").json()["hinders"]
    assert proposed.measure.published is None


def test_who_approves_acknowledges_what_changes(
    room: Room, author: Client, asked: None, other: Client
) -> None:
    sent(author, PUBLISH)
    sent(other, decided(Proposal.objects.get(), "approve"))
    save_draft(room.user, room.study, "fsp", rule="q_union", labels={"en": "Formal"})
    assert codes(sent(author, PUBLISH)) == ["changes_not_seen"]
    assert sent(author, PUBLISH, {"acknowledge_changes": True}).status_code == 202
    second = Proposal.objects.first()
    assert second is not None
    seen = other.get(f"{LISTED}{second.pk}/").json()
    assert (seen["changed_rows"], seen["report"]["against"]) == (2, 1)
    assert (seen["difference"]["before"], bool(seen["difference"]["rule"])) == ("fsp@1", True)
    answer = sent(other, decided(second, "approve"))
    assert answer.status_code == 422 and codes(answer) == ["changes_not_seen"]
    answer = sent(other, decided(second, "approve"), {"acknowledge_changes": True})
    assert (answer.status_code, answer.json()["measure_version"]) == (201, "mdms/fsp@2")


def test_it_is_sent_back_with_a_note(room: Room, proposed: Proposal, other: Client) -> None:
    answer = sent(other, decided(proposed, "send-back"), {"note": " "})
    assert answer.status_code == 422 and codes(answer) == ["no_reason"]
    answer = sent(other, decided(proposed, "send-back"), {"notes": "x"})
    assert answer.status_code == 400
    answer = sent(other, decided(proposed, "send-back"), {"note": "The party branch counts twice."})
    said = answer.json()
    assert (answer.status_code, said["state"], said["decided_by"]) == (200, "sent_back", "other")
    assert said["note"] == "The party branch counts twice." and said["version"] is None
    assert proposed.measure.draft is not None


def test_who_is_shown_what_waits(room: Room, proposed: Proposal, other: Client) -> None:
    people = clients_of(room.study) | {"other": other}
    found = {who: one.get(LISTED).json()["count"] for who, one in people.items()}
    assert found == {"anonymous": 0, "outsider": 0, "reader": 0, "holder": 0, "manager": 1, "other": 1}
    Study.objects.update(is_open=True)
    for who in ("anonymous", "outsider", "reader"):
        assert people[who].get(LISTED).json()["count"] == 0
        assert people[who].get(f"{LISTED}{proposed.pk}/").status_code == 404
        for how in ("approve", "send-back"):
            assert sent(people[who], decided(proposed, how), {"note": "x"}).status_code == 404
    assert proposed.measure.published is None


def test_the_list_is_narrowed_by_study_and_state(room: Room, proposed: Proposal, other: Client) -> None:
    counts = [
        other.get(LISTED + query).json()["count"]
        for query in ("?study=mdms&state=waiting", "?state=approved", "?study=other")
    ]
    assert counts == [1, 0, 0]
    assert other.get(LISTED + "?state=open").status_code == 400
    assert other.get(LISTED + "?status=waiting").status_code == 400
    assert other.get(f"{LISTED}999/").status_code == 404


def test_what_was_changed_meanwhile_is_not_approved(room: Room, proposed: Proposal, other: Client) -> None:
    room.corrected(q_union=[1] * 8)
    answer = sent(other, decided(proposed, "approve"), {"acknowledge_changes": True})
    assert answer.status_code == 409 and codes(answer) == ["conflict"]


def test_an_author_by_page_is_one_for_the_api(room: Room, asked: None) -> None:
    """Tokens and pages know the same people."""
    draft = save_draft(room.user, room.study, "fsp", rule=FSP)
    manager = make_member(room.study, "boss", "manager")
    proposal = publish(manager, draft.measure).waits_for
    assert proposal is not None
    assert codes(sent(client_of(User.objects.get(pk=manager.pk)), decided(proposal, "approve"))) == [
        "own_proposal"
    ]
