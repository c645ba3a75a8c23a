"""Drafts, previews and publishing."""

from __future__ import annotations

from typing import Any

import pytest

from measures.models import Measure, MeasureVersion
from measures.services import publishing, rules
from surveys.core.codebook import ValueType
from surveys.core.problems import Refused
from surveys.models import AuditEntry, CrosswalkDecision
from surveys.services.crosswalk import save_item
from tests.factories import make_member, make_user, make_wave_version, variable
from tests.measures.conftest import CELLS, FSP, MALE, Room, codebook

State = MeasureVersion.State


def codes(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [problem.code for problem in refused.value.problems]


# ---- drafts


def test_a_draft_is_kept_and_changed(room: Room) -> None:
    first = rules.save_draft(room.user, room.study, "fsp", rule="any_of(", labels={"en": "Formal"})
    second = rules.save_draft(room.user, room.study, "fsp", rule=FSP, concept="participation")
    assert first.pk == second.pk and second.state == State.DRAFT and second.number is None
    assert second.measure.concept == "participation" and second.labels == {}
    assert AuditEntry.objects.filter(action="draft").count() == 2


def test_the_same_draft_again_writes_nothing(room: Room) -> None:
    rules.save_draft(room.user, room.study, "fsp", rule=FSP)
    rules.save_draft(room.user, room.study, "fsp", rule=FSP)
    assert AuditEntry.objects.filter(action="draft").count() == 1


def test_the_wording_in_force_makes_no_draft(room: Room, fsp: Measure) -> None:
    version = rules.save_draft(room.user, room.study, "fsp", rule=FSP)
    assert version.state == State.PUBLISHED and fsp.draft is None


def test_a_reader_may_not_draft_and_a_stranger_does_not_see_the_study(room: Room) -> None:
    reader = make_member(room.study, "reader", role="reader")
    with pytest.raises(Refused) as refused:
        rules.save_draft(reader, room.study, "fsp", rule=FSP)
    assert codes(refused) == ["not_allowed"]
    with pytest.raises(Refused) as refused:
        rules.save_draft(make_user("stranger"), room.study, "fsp", rule=FSP)
    assert codes(refused) == ["not_found"]
    assert not Measure.objects.exists()


# ---- previews


def test_a_preview_says_what_the_rule_does(room: Room) -> None:
    tried = rules.preview(room.user, room.study, MALE, room.version)
    assert tried.is_publishable and tried.type == "integer"
    assert tried.tally == {"valid": 8}
    assert [(value.value, value.rows) for value in tried.values] == [(0, 4), (1, 4)]
    assert set(tried.sentences) == {"en", "zh"} and all(tried.sentences.values())
    (table,) = tried.tables
    assert table.item == "q_sex" and [row.cells for row in table.rows] == [(0, 4), (4, 0)]
    assert [row.side.label for row in table.rows] == ["male", "female"]


def test_absences_stand_apart_and_add_up(room: Room) -> None:
    tried = rules.preview(room.user, room.study, FSP, room.version, language="zh")
    assert tried.tally == {"valid": 6, "refused": 1, "dont_know": 1}
    union = tried.tables[0]
    assert sum(row.rows for row in union.rows) == 8
    assert [row.side.label for row in union.rows if row.side.is_absence] == ["拒答"]


def test_a_code_without_outcome_is_marked(room: Room) -> None:
    tried = rules.preview(room.user, room.study, "recode(q_home, {1: 1, 2: 0})", room.version)
    assert tried.is_understood and not tried.is_publishable
    marked = [row.side.value for row in tried.tables[0].rows if not row.is_covered]
    assert marked == [3]


def test_a_mistake_has_its_position_and_near_misses(room: Room) -> None:
    tried = rules.preview(room.user, room.study, "any_of(q_unoin, q_party)", room.version)
    (problem,) = tried.problems
    assert problem.position == (7, 14) and "q_union" in problem.near
    assert not tried.is_understood


def test_rows_that_would_change_are_counted(room: Room, fsp: Measure) -> None:
    tried = rules.preview(room.user, room.study, "q_union", room.version, measure=fsp)
    assert tried.changes is not None and tried.changes.changed == 2
    assert tried.against == fsp.published
    lines = {count[:4] for count in tried.changes.cross.counts}
    assert lines == {(1, None, 0, None), (None, "dont_know", 0, None)}


def test_a_rule_may_rest_on_a_published_measure(room: Room, fsp: Measure) -> None:
    tried = rules.preview(room.user, room.study, "1 - fsp", room.version)
    assert tried.tally == {"valid": 6, "refused": 1, "dont_know": 1}


# ---- publishing


def test_publishing_freezes_numbers_and_signs(room: Room) -> None:
    wording = {"examples": [{"given": {"q_sex": "male"}, "then": 1}, {"given": {"q_sex": 2}, "then": 0}]}
    version = rules.save_draft(room.user, room.study, "male", rule=MALE, **wording)
    outcome = rules.publish(room.user, version.measure)
    published = outcome.version
    assert outcome.is_new and (published.number, published.state) == (1, State.PUBLISHED)
    assert published.published_by == room.user and published.published_at and len(published.fingerprint) == 64
    assert published.report["waves"][0]["tally"] == {"valid": 8}
    assert outcome.as_json()["measure_version"] == "mdms/male@1"
    assert AuditEntry.objects.filter(action="publish", study=room.study).count() == 1


def test_changed_rows_must_be_acknowledged(room: Room, fsp: Measure) -> None:
    rules.save_draft(room.user, room.study, "fsp", rule="q_union")
    with pytest.raises(Refused) as refused:
        rules.publish(room.user, fsp)
    assert codes(refused) == ["changes_not_seen"]
    assert "2 of 8 rows against fsp@1" in str(refused.value)
    outcome = rules.publish(room.user, fsp, acknowledge_changes=True)
    assert outcome.version.number == 2 and outcome.changed_rows == 2
    assert fsp.published == outcome.version
    assert outcome.version.report["waves"][0]["changed"]["changed"] == 2


def test_a_new_spelling_of_the_same_rule_changes_nothing(room: Room, fsp: Measure) -> None:
    rules.save_draft(room.user, room.study, "fsp", rule="any_of( q_union,\n  q_party )", note="spaces")
    outcome = rules.publish(room.user, fsp)
    assert not outcome.is_new and outcome.version.number == 1 and fsp.draft is None


def test_new_labels_make_a_new_version(room: Room, fsp: Measure) -> None:
    rules.save_draft(room.user, room.study, "fsp", rule=FSP, labels={"en": "Formal participation"})
    outcome = rules.publish(room.user, fsp)
    assert outcome.is_new and outcome.version.number == 2 and outcome.changed_rows == 0


def test_every_hindrance_at_once(room: Room) -> None:
    examples = [{"given": {"q_home": 1}, "then": 5}, {"given": {"q_homme": 1}, "then": 1}]
    version = rules.save_draft(
        room.user, room.study, "good_home", rule="recode(q_home, {1: 1, 2: 0})", examples=examples
    )
    with pytest.raises(Refused) as refused:
        rules.publish(room.user, version.measure)
    assert len(refused.value.problems) >= 3
    assert "example_fails" in codes(refused)
    version.refresh_from_db()
    assert version.state == State.DRAFT


def test_a_rule_that_cannot_be_read_is_refused_with_its_position(room: Room) -> None:
    version = rules.save_draft(room.user, room.study, "broken", rule="any_of(q_union,")
    with pytest.raises(Refused) as refused:
        rules.publish(room.user, version.measure)
    assert refused.value.problems[0].position is not None


def test_measures_that_use_one_another_are_refused(room: Room, fsp: Measure) -> None:
    room.publish("other", "fsp + 1")
    rules.save_draft(room.user, room.study, "fsp", rule="other - 1")
    with pytest.raises(Refused) as refused:
        rules.publish(room.user, fsp, acknowledge_changes=True)
    assert codes(refused) == ["circular"]


def test_a_study_without_data_cannot_publish(room: Room) -> None:
    empty = type(room.study).objects.create(slug="empty")
    user = make_member(empty, "other")
    version = rules.save_draft(user, empty, "fsp", rule=FSP)
    with pytest.raises(Refused) as refused:
        rules.publish(user, version.measure)
    assert codes(refused) == ["no_wave"]


def test_a_wave_that_lacks_an_item_is_not_claimed(room: Room) -> None:
    later = type(room.wave).objects.create(study=room.study, slug="2016", key="rid", position=1)
    make_wave_version(later, [(codebook()[name], CELLS[name]) for name in ("rid", "q_sex")])
    measure = room.publish("fsp", FSP)
    assert measure.published is not None
    assert [w["wave_version"] for w in measure.published.report["waves"]] == ["mdms/2014@1"]
    male = room.publish("male", MALE)
    assert male.published is not None
    assert [w["wave_version"] for w in male.published.report["waves"]] == ["mdms/2016@1", "mdms/2014@1"]


def second_wave(room: Room, **cells: list[Any]) -> None:
    """A newer wave with these columns of the first one."""
    later = type(room.wave).objects.create(study=room.study, slug="2016", key="rid", position=1)
    make_wave_version(later, [(codebook()[name], values) for name, values in cells.items()])


def test_a_misspelt_name_is_told_of_the_wave_that_lacks_the_fewest(room: Room) -> None:
    """Not beside names that the newest wave lacks and another one has."""
    second_wave(room, rid=CELLS["rid"], q_sex=CELLS["q_sex"])
    with pytest.raises(Refused) as refused:
        room.publish("fsp", "any_of(q_union, q_prty)")
    (problem,) = refused.value.problems
    assert "q_prty" in problem.message and problem.where == "mdms/2014@1" and "q_party" in problem.near
    both_lack_one = "q_sex == 1 and q_sexx == 1"
    with pytest.raises(Refused) as refused:
        room.publish("male", both_lack_one)
    assert [problem.where for problem in refused.value.problems] == ["mdms/2016@1"]


def test_a_code_without_outcome_names_its_wave_where_there_are_several(room: Room) -> None:
    rule = "recode(q_home, {1: 1, 2: 0})"
    with pytest.raises(Refused) as refused:
        room.publish("home", rule)
    assert [problem.where for problem in refused.value.problems] == [""]
    second_wave(room, rid=CELLS["rid"], q_home=[3, 3, 3, 3, 1, 2, 1, 2])
    with pytest.raises(Refused) as refused:
        rules.publish(room.user, Measure.objects.get())
    assert [(problem.where, problem.message) for problem in refused.value.problems] == [
        ("mdms/2016@1", "Code 3 “village” of q_home (4 rows) has no outcome."),
        ("mdms/2014@1", "Code 3 “village” of q_home (2 rows) has no outcome."),
    ]


# ---- new versions, discarding, retiring


def test_a_new_version_starts_from_the_one_in_force(room: Room, fsp: Measure) -> None:
    draft = rules.new_version(room.user, fsp)
    assert draft.rule == FSP and draft.state == State.DRAFT
    assert rules.new_version(room.user, fsp) == draft
    rules.discard_draft(room.user, fsp)
    assert fsp.draft is None and fsp.published is not None
    with pytest.raises(Refused) as refused:
        rules.discard_draft(room.user, fsp)
    assert codes(refused) == ["no_draft"]


def test_retiring_brings_the_version_before_back_into_force(room: Room, fsp: Measure) -> None:
    rules.save_draft(room.user, room.study, "fsp", rule="q_union")
    second = rules.publish(room.user, fsp, acknowledge_changes=True).version
    with pytest.raises(Refused) as refused:
        rules.retire(room.user, second, " ")
    assert codes(refused) == ["no_reason"]
    rules.retire(room.user, second, "wrong item")
    assert fsp.published is not None and fsp.published.number == 1
    with pytest.raises(Refused) as refused:
        rules.retire(room.user, second, "again")
    assert codes(refused) == ["not_published"]


def test_a_new_version_asked_twice_at_once_is_one_draft(
    room: Room, fsp: Measure, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = rules.new_version(room.user, fsp)
    monkeypatch.setattr(Measure, "draft", None)  # as seen by somebody who looked just before
    assert rules.new_version(room.user, fsp) == first
    assert MeasureVersion.objects.filter(state="draft").count() == 1


def test_a_draft_changed_meanwhile_is_not_thrown_away(room: Room, fsp: Measure) -> None:
    seen = rules.new_version(room.user, fsp)
    rules.save_draft(room.user, room.study, "fsp", rule="q_party")
    assert fsp.published is not None
    with pytest.raises(Refused, match="changed meanwhile"):
        publishing._nothing_changed(room.user, seen, fsp.published)
    assert fsp.draft is not None and fsp.draft.rule == "q_party"


def test_a_code_map_of_the_wrong_type_is_told_and_publishes_nothing(room: Room) -> None:
    """Such a wave is claimed, and not passed over."""
    CrosswalkDecision.objects.create(
        item=save_item(room.user, room.study, "job"), wave=room.wave, variable="q_sex",
        code_map=[["m", 1], ["f", 2]], decided_by=room.user,
    )  # fmt: skip
    tried = rules.preview(room.user, room.study, "job == 1", room.version)
    assert [problem.code for problem in tried.problems] == ["bad_code_map"]
    with pytest.raises(Refused, match="its type is integer"):
        room.publish("works", "job == 1")
    assert not rules.preview(room.user, room.study, "q_sex == 1", room.version).problems


def test_rare_values_without_an_outcome_hinder_publishing(room: Room) -> None:
    make_wave_version(
        room.wave,
        [(variable("rid"), list(range(15))), (variable("job", ValueType.TEXT), ["a", "b", "c"] * 5)],
    )
    with pytest.raises(Refused, match="5 rows hold values of job that have no outcome"):
        room.publish("works", 'recode(job, {"a": 1, "c": 3})')
    assert room.publish("works", 'recode(job, {"a": 1, "c": 3}, other=0)').published is not None
