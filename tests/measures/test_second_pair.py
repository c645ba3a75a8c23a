"""A measure is published by somebody who did not write it, where its study asks for that."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from config.study_folder import dump_study, load_study
from measures.models import Measure, Proposal
from measures.services.proposals import waiting_of
from measures.services.rules import (
    approve,
    discard_draft,
    new_version,
    publish,
    save_draft,
    send_back,
)
from surveys.core.problems import Refused
from surveys.models import AuditEntry, Study, User
from surveys.services.studies import create_study
from tests.factories import make_member, make_user
from tests.measures.conftest import FSP, Room
from tests.measures.test_commands import run

PAGE = "/studies/mdms/measures/fsp/proposal/"


@pytest.fixture
def asked(room: Room) -> Room:
    """The room, in which two people are asked for."""
    Study.objects.filter(pk=room.study.pk).update(second_pair_of_eyes=True)
    room.study.refresh_from_db()
    return room


@pytest.fixture
def other(asked: Room) -> User:
    return make_member(asked.study, "other")


@pytest.fixture
def proposed(asked: Room) -> Proposal:
    draft = save_draft(asked.user, asked.study, "fsp", rule=FSP)
    outcome = publish(asked.user, draft.measure)
    assert outcome.waits_for is not None
    return outcome.waits_for


def code_of(refused: pytest.ExceptionInfo[Refused]) -> str:
    return refused.value.problems[0].code


def test_a_study_that_does_not_ask_publishes_at_once(room: Room) -> None:
    measure = room.publish("fsp", FSP)
    assert measure.published is not None and not Proposal.objects.exists()


def test_publishing_makes_a_proposal_and_nothing_is_in_force(asked: Room, proposed: Proposal) -> None:
    measure = proposed.measure
    assert measure.published is None and measure.draft is not None
    assert (proposed.state, proposed.proposed_by, proposed.wording["rule"]) == ("waiting", asked.user, FSP)
    assert proposed.report["waves"][0]["coverage"] and proposed.authors == [asked.user.pk]
    again = publish(asked.user, measure)
    assert again.waits_for == proposed, "the same again is no other proposal"
    told = again.as_json()
    assert (
        told["measure_version"] == "mdms/fsp@draft" and "waits for a second pair of eyes" in told["waits_for"]
    )


def test_somebody_else_publishes_it(asked: Room, proposed: Proposal, other: User) -> None:
    outcome = approve(other, proposed, note="As in the paper.")
    version = outcome.version
    assert (version.number, version.created_by, version.published_by) == (1, asked.user, other)
    proposed.refresh_from_db()
    assert (proposed.state, proposed.decided_by, proposed.version) == ("approved", other, version)
    written = AuditEntry.objects.order_by("pk").values_list("actor", "action")
    assert [*written][-3:] == [("researcher", "propose"), ("other", "publish"), ("other", "approved")]
    with pytest.raises(Refused) as refused:
        approve(other, proposed)
    assert code_of(refused) in ("conflict", "not_waiting")


def test_nobody_is_both(asked: Room, proposed: Proposal) -> None:
    """Not even an administrator for what he wrote himself."""
    User.objects.filter(pk=asked.user.pk).update(is_superuser=True)
    author = User.objects.get(pk=asked.user.pk)
    for decide in (lambda: approve(author, proposed), lambda: send_back(author, proposed, "no")):
        with pytest.raises(Refused) as refused:
            decide()
        assert code_of(refused) == "own_proposal"
    assert proposed.measure.published is None


def test_whoever_wrote_a_word_of_it_is_an_author(asked: Room, other: User) -> None:
    save_draft(asked.user, asked.study, "fsp", rule="q_union")
    draft = save_draft(other, asked.study, "fsp", rule=FSP)
    third = make_member(asked.study, "third")
    proposal = publish(third, draft.measure).waits_for
    assert proposal is not None
    assert proposal.authors == sorted([asked.user.pk, other.pk, third.pk])
    for author in (asked.user, other, third):
        with pytest.raises(Refused) as refused:
            approve(author, proposal)
        assert code_of(refused) == "own_proposal"
    assert approve(make_member(asked.study, "fourth"), proposal).version.number == 1


def test_another_name_makes_nobody_another_person(asked: Room, other: User) -> None:
    """Neither is the author by a new name somebody else, nor who took the old one the author."""
    save_draft(asked.user, asked.study, "fsp", rule="q_union")
    draft = save_draft(other, asked.study, "fsp", rule=FSP)
    User.objects.filter(pk=other.pk).update(username="married")
    heir = make_member(asked.study, "other")
    proposal = publish(asked.user, draft.measure).waits_for
    assert proposal is not None and proposal.authors == sorted([asked.user.pk, other.pk])
    with pytest.raises(Refused) as refused:
        approve(User.objects.get(pk=other.pk), proposal)
    assert code_of(refused) == "own_proposal"
    assert approve(heir, proposal).version.number == 1


def test_drafts_saved_before_keys_were_kept_go_by_name(asked: Room, other: User) -> None:
    draft = save_draft(asked.user, asked.study, "fsp", rule=FSP)
    AuditEntry.objects.create(
        actor="other", action="draft", object_type=draft._meta.label, object_id=str(draft.pk), detail={}
    )
    proposal = publish(asked.user, draft.measure).waits_for
    assert proposal is not None and proposal.authors == sorted([asked.user.pk, other.pk])


def test_who_may_not_define_is_no_second_pair(asked: Room, proposed: Proposal) -> None:
    for role in ("reader", None):
        person = make_member(asked.study, "r", "reader") if role else make_user("stranger")
        with pytest.raises(Refused):
            approve(person, proposed)
    assert proposed.measure.published is None


def test_the_database_refuses_one_person_for_both(proposed: Proposal, other: User) -> None:
    decided = {"decided_at": timezone.now(), "state": "approved"}
    with pytest.raises(IntegrityError), transaction.atomic():
        Proposal.objects.filter(pk=proposed.pk).update(decided_by=proposed.proposed_by, **decided)
    Proposal.objects.filter(pk=proposed.pk).update(decided_by=other, **decided)
    for change in ("note = 'other'", "state = 'waiting'", "wording = '{}'"):
        refused = pytest.raises(DatabaseError, match="immutable")
        with refused, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE measures_proposal SET {change}")


def test_it_is_sent_back_with_a_note(asked: Room, proposed: Proposal, other: User) -> None:
    with pytest.raises(Refused) as refused:
        send_back(other, proposed, "  ")
    assert code_of(refused) == "no_reason"
    send_back(other, proposed, "The party branch counts twice.")
    measure = proposed.measure
    assert measure.draft is not None and waiting_of(measure) is None
    save_draft(asked.user, asked.study, "fsp", rule="q_union")
    again = publish(asked.user, measure).waits_for
    assert again is not None and again.pk != proposed.pk and again.wording["rule"] == "q_union"


def test_another_wording_takes_the_proposal_back(asked: Room, proposed: Proposal, other: User) -> None:
    save_draft(asked.user, asked.study, "fsp", rule="q_union")
    proposed.refresh_from_db()
    assert proposed.state == "withdrawn"
    with pytest.raises(Refused):
        approve(other, proposed)


def test_a_draft_thrown_away_leaves_the_proposal_to_be_read(asked: Room, proposed: Proposal) -> None:
    discard_draft(asked.user, proposed.measure)
    proposed.refresh_from_db()
    assert (proposed.state, proposed.version) == ("withdrawn", None)


def test_who_approves_has_seen_the_rows_that_change(asked: Room, other: User, proposed: Proposal) -> None:
    measure = proposed.measure
    approve(other, proposed)
    save_draft(asked.user, asked.study, "fsp", rule="q_union")
    with pytest.raises(Refused) as refused:
        publish(asked.user, measure)
    assert code_of(refused) == "changes_not_seen"
    second = publish(asked.user, measure, acknowledge_changes=True).waits_for
    assert second is not None and second.changed_rows == 2
    with pytest.raises(Refused) as refused:
        approve(other, second)
    assert code_of(refused) == "changes_not_seen"
    assert approve(other, second, acknowledge_changes=True).version.number == 2


def test_data_changed_since_it_was_proposed_are_looked_at_again(
    asked: Room, other: User, proposed: Proposal
) -> None:
    asked.corrected(q_union=[1] * 8)
    with pytest.raises(Refused) as refused:
        approve(other, proposed)
    assert code_of(refused) == "conflict" and "changed since" in str(refused.value)
    again = publish(asked.user, proposed.measure).waits_for
    assert again is not None and again.pk != proposed.pk
    assert approve(other, again).version.number == 1


def test_a_study_asks_from_the_moment_it_says_so(room: Room) -> None:
    """Not as it was when somebody began to write."""
    draft = save_draft(room.user, room.study, "fsp", rule=FSP)
    Study.objects.filter(pk=room.study.pk).update(second_pair_of_eyes=True)
    assert publish(room.user, draft.measure).waits_for is not None


def test_a_draft_begun_from_a_version_has_its_beginner_as_author(
    asked: Room, other: User, proposed: Proposal
) -> None:
    approve(other, proposed)
    begun = new_version(other, proposed.measure)
    save_draft(asked.user, asked.study, "fsp", rule="q_union")
    proposal = publish(asked.user, begun.measure, acknowledge_changes=True).waits_for
    assert proposal is not None
    with pytest.raises(Refused) as refused:
        approve(other, proposal, acknowledge_changes=True)
    assert code_of(refused) == "own_proposal"


def test_by_command_as_two_people(asked: Room, other: User) -> None:
    save_draft(asked.user, asked.study, "fsp", rule=FSP)
    author, second = ("--as", "researcher"), ("--as", "other")
    assert run("approve_measure", "mdms/fsp", *second)[1]["problems"][0]["code"] == "not_waiting"
    code, said, _ = run("publish_measure", "mdms/fsp", *author)
    assert code == 1 and "proposed by researcher" in said["waits_for"]
    code, said, _ = run("approve_measure", "mdms/fsp", *author)
    assert code == 1 and said["problems"][0]["code"] == "own_proposal"
    code, said, _ = run("approve_measure", "mdms/fsp")
    assert code == 1 and said["problems"][0]["code"] == "nobody_in_particular"
    assert run("approve_measure", "mdms/fsp", *second, "--send-back", "Say why.")[1]["state"] == "sent_back"
    assert run("publish_measure", "mdms/fsp", *author)[0] == 1
    code, said, _ = run("approve_measure", "mdms/fsp", *second)
    assert code == 0 and said["measure_version"] == "mdms/fsp@1"
    assert run("publish_measure", "mdms/fsp", *author)[0] == 0, "nothing waits any more"


def test_the_study_is_told_by_command(room: Room) -> None:
    assert run("second_pair_of_eyes", "mdms")[1]["second_pair_of_eyes"] is False
    code, said, _ = run("second_pair_of_eyes", "mdms", "on", "--as", "researcher")
    assert code == 1 and said["problems"][0]["code"] == "not_allowed"
    assert run("second_pair_of_eyes", "mdms", "on")[1]["second_pair_of_eyes"] is True
    assert Study.objects.get().second_pair_of_eyes
    assert AuditEntry.objects.filter(action="change", detail__fields=["second_pair_of_eyes"]).exists()


def test_the_page_shows_the_proof_and_takes_the_decision(
    client: Client, asked: Room, proposed: Proposal, other: User
) -> None:
    client.force_login(asked.user)
    page = client.get(PAGE).content.decode()
    assert "any_of(q_union, q_party)" in page and "You wrote or proposed this draft" in page
    assert 'name="decision"' not in page
    client.force_login(other)
    page = client.get(PAGE).content.decode()
    assert 'name="decision"' in page and "What becomes of every code and every absence" in page
    decide = f"{PAGE}{proposed.pk}/"
    answer = client.post(decide, {"decision": "send_back", "note": ""})
    assert answer.status_code == 422 and "Sending back needs a note." in answer.content.decode()
    answer = client.post(decide, {"decision": "approve", "note": "fine"})
    assert answer.status_code == 302 and proposed.measure.published is not None
    page = client.get("/studies/mdms/measures/fsp/").content.decode()
    assert "Proposed" in page and "researcher" in page


def test_the_author_is_answered_in_words_by_a_forged_decision(
    client: Client, asked: Room, proposed: Proposal
) -> None:
    client.force_login(asked.user)
    answer = client.post(f"{PAGE}{proposed.pk}/", {"decision": "approve"})
    assert answer.status_code == 422 and proposed.measure.published is None


def test_readers_are_shown_no_proposal(client: Client, asked: Room, proposed: Proposal) -> None:
    client.force_login(make_member(asked.study, "reader", "reader", is_staff=False))
    assert client.get(PAGE).status_code == 403
    assert client.post(f"{PAGE}{proposed.pk}/", {"decision": "approve"}).status_code == 403


def test_the_editor_says_what_it_waits_for(client: Client, asked: Room) -> None:
    client.force_login(asked.user)
    draft = save_draft(asked.user, asked.study, "fsp", rule=FSP)
    address = f"/admin/measures/measure/{draft.measure.pk}/change/"
    assert "Save and propose" in client.get(address).content.decode()
    answer = client.post(address, {"rule": FSP, "level": "unknown", "publish": "1"}, follow=True)
    assert "waits for a second pair of eyes" in answer.content.decode()
    assert waiting_of(draft.measure) is not None


def files_of(folder: Path, rule: str) -> None:
    text = (folder / "measures" / "fsp.yaml").read_text("utf-8")
    (folder / "measures" / "fsp.yaml").write_text(text.replace(FSP, rule), "utf-8")


def test_a_folder_carries_it_and_asks_whoever_loads(room: Room, fsp: Measure, tmp_path: Path) -> None:
    boss = make_user("boss", is_superuser=True)
    create_study(boss, "mdms", second_pair_of_eyes=True)
    room.study.refresh_from_db()
    folder = tmp_path / "copy"
    dump_study(boss, room.study, folder)
    assert "second_pair_of_eyes: true" in (folder / "study.yaml").read_text("utf-8")
    assert not load_study(boss, folder).changed
    files_of(folder, "q_union")
    told: Any = load_study(boss, folder)
    assert "measure fsp@draft waits for a second pair of eyes" in told.changed
    published = Measure.objects.get(name="fsp").published
    assert published is not None and published.number == 1


@pytest.mark.parametrize("line", ["second_pair_of_eyes: false", ""])
def test_no_load_excuses_itself(room: Room, fsp: Measure, tmp_path: Path, line: str) -> None:
    """A folder that says no is refused; one that says nothing (an old one) is loaded under what stands."""
    boss = make_user("boss", is_superuser=True)
    create_study(boss, "mdms", second_pair_of_eyes=True)
    room.study.refresh_from_db()
    folder = tmp_path / "copy"
    dump_study(boss, room.study, folder)
    files_of(folder, "q_union")
    main = folder / "study.yaml"
    main.write_text(main.read_text("utf-8").replace("second_pair_of_eyes: true", line), "utf-8")
    if line:
        with pytest.raises(Refused) as refused:
            load_study(boss, folder)
        (problem,) = refused.value.problems
        assert "cannot switch that off" in str(problem.message) and "second_pair_of_eyes" in problem.where
        assert not Measure.objects.filter(name="fsp", versions__state="draft").exists()
    else:
        told = load_study(boss, folder)
        assert "measure fsp@draft waits for a second pair of eyes" in told.changed
        assert "study mdms" in told.left
    assert Study.objects.get().second_pair_of_eyes


def test_a_study_that_is_new_here_is_loaded_whole(db: None, tmp_path: Path) -> None:
    """What its folder says was looked at where it comes from; from then on two people are asked for."""
    boss, folder = make_user("boss", is_superuser=True), tmp_path / "small"
    files = {
        "study.yaml": "slug: small\ntitle: {en: Small}\nsecond_pair_of_eyes: true\n"
        'waves: {"2020": {key: id, files: [{file: first.csv}]}}\n',
        "first.csv": "id,union,party\n1,0,0\n2,1,0\n3,0,1\n",
        "measures/fsp.yaml": "rule: any_of(union == 1, party == 1)\n",
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    assert "measure fsp@1" in load_study(boss, folder).created
    assert Study.objects.get(slug="small").second_pair_of_eyes and not Proposal.objects.exists()
    (folder / "measures" / "fsp.yaml").write_text("rule: union == 1\n", "utf-8")
    assert "measure fsp@draft waits for a second pair of eyes" in load_study(boss, folder).changed
    assert Proposal.objects.get().state == "waiting"
    assert "measure fsp@draft waits for a second pair of eyes" in load_study(boss, folder).changed
    assert Proposal.objects.count() == 1
