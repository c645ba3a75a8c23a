"""Fresh, stale because of something, blocked by something; a change that alters no value alters nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.utils.translation import override

from measures import selectors
from measures.core.freshness import FRESH, State, blocked, stale
from measures.models import Dataset, Measure
from measures.services import freshness as freshness_services
from measures.services import rules
from measures.services.datasets import build_dataset, submit_build
from measures.services.freshness import probe, probe_study
from surveys.core.problems import Refused, refuse
from surveys.models import AuditEntry, CrosswalkDecision, Job, WaveVersion
from surveys.services import changes, jobs
from surveys.services.crosswalk import decide, save_item, undo
from surveys.services.revisions import read_revised, save_revision
from surveys.services.studies import save_context
from tests.factories import make_member
from tests.measures.conftest import CELLS, MALE, Room


@pytest.fixture
def dataset(room: Room, fsp: Measure, male: Measure) -> Dataset:
    dataset = room.dataset(measures=["fsp", "male"], items=["city"])
    build_dataset(room.user, dataset)
    return dataset


def test_only_fresh_things_have_no_cause() -> None:
    assert FRESH.is_fresh and not stale("x").is_fresh and blocked("a", "a").causes == ("a",)
    with pytest.raises(ValueError, match="only what is fresh"):
        stale()


def test_a_dataset_that_was_never_built_is_stale(room: Room, fsp: Measure) -> None:
    assert selectors.freshness(room.dataset(measures=["fsp"])).state is State.STALE


def test_fresh_after_building(dataset: Dataset) -> None:
    assert selectors.freshness(dataset) == FRESH
    hashes = selectors.current_column_hashes(dataset)
    assert dataset.latest is not None
    assert hashes == {c.name: c.derived.content_hash for c in dataset.latest.columns.all()}


def test_a_new_version_of_a_rule_is_named_and_rebuilding_clears_it(room: Room, dataset: Dataset) -> None:
    room.publish("fsp", "q_union", seen=True)
    found = selectors.freshness(dataset)
    assert found == stale("fsp@1 was replaced by fsp@2, which changes 2 of 8 rows")
    assert found.step == "Build it again."
    with override("zh-hans"):
        told = selectors.freshness(dataset)
    assert told.causes == ("fsp@1 已被 fsp@2 取代，后者改变了 8 行中的 2 行",) and told.step == "请重新构建。"
    build_dataset(room.user, dataset)
    assert selectors.freshness(dataset) == FRESH


def test_publishing_tells_the_hash_a_rebuild_would_give(room: Room, dataset: Dataset) -> None:
    before = selectors.current_column_hashes(dataset)
    room.publish("fsp", "q_union", seen=True)
    after = selectors.current_column_hashes(dataset)
    assert after["fsp"] is not None and after["fsp"] != before["fsp"]
    assert {n: h for n, h in after.items() if n != "fsp"} == {n: h for n, h in before.items() if n != "fsp"}


def test_a_rule_that_alters_no_value_leaves_the_dataset_fresh(room: Room, dataset: Dataset) -> None:
    outcome = room.publish("fsp", "case((any_of(q_union, q_party), 1), otherwise=0)")
    assert outcome.published is not None and outcome.published.number == 2
    assert selectors.freshness(dataset) == FRESH
    assert not build_dataset(room.user, dataset).is_new


def test_new_words_about_a_column_are_a_cause_and_rebuilding_clears_it(room: Room, dataset: Dataset) -> None:
    room.publish("male", MALE, value_labels=[{"value": 1, "labels": {"en": "man"}}])
    assert selectors.freshness(dataset) == stale(
        "male@1 was replaced by male@2: the labels of the codes of male were changed"
    )
    room.publish("male", MALE, labels={"en": "Male", "zh": "男性"}, level="nominal")
    assert selectors.freshness(dataset) == stale(
        "male@1 was replaced by male@3: the type or level of male was changed"
    )
    built = build_dataset(room.user, dataset)
    assert built.is_new and all(column.is_reused for column in built.columns)
    assert selectors.freshness(dataset) == FRESH


def test_a_corrected_wave_names_variables_and_rows(room: Room, dataset: Dataset) -> None:
    room.corrected(q_union=[0, 1, 0, 0, 1, 0, -1, 0], q_income=[1.0] * 8)
    found = selectors.freshness(dataset)
    assert found == stale("mdms/2014@1 was corrected: q_union changed in fewer than 10 rows")
    build_dataset(room.user, dataset)
    assert selectors.freshness(dataset) == FRESH


def test_a_correction_of_what_nobody_uses_leaves_the_dataset_fresh(room: Room, dataset: Dataset) -> None:
    room.corrected(q_income=[1.0] * 8)
    assert selectors.freshness(dataset) == FRESH


def test_a_correction_that_alters_no_derived_value_is_found_by_probing(room: Room, dataset: Dataset) -> None:
    room.corrected(q_party=[1, 0, 1, 0, 0, 0, 0, -2])  # the first is in the union already
    assert selectors.freshness(dataset).state is State.STALE
    assert probe(room.user, dataset) == FRESH
    assert selectors.freshness(dataset) == FRESH


def test_few_rows_added_are_told_as_few(room: Room, dataset: Dataset) -> None:
    room.corrected(**{name: [*cells, cells[0] if name != "rid" else 109] for name, cells in CELLS.items()})
    (cause,) = probe(room.user, dataset).causes
    assert cause == "mdms/2014@1 was corrected: a few rows came or went"


def test_rows_exchanged_for_others_name_only_variables_with_other_answers(
    room: Room, dataset: Dataset
) -> None:
    gone_and_come = {name: [*cells[1:], cells[0] if name != "rid" else 109] for name, cells in CELLS.items()}
    gone_and_come["q_union"][0] = 1
    room.corrected(**gone_and_come)
    (cause,) = selectors.freshness(dataset).causes
    assert (
        cause == "mdms/2014@1 was corrected: q_union changed in fewer than 10 rows, a few rows came or went"
    )
    with override("zh-hans"):
        (told,) = selectors.freshness(dataset).causes
    assert told == "mdms/2014@1 已更正：q_union 有不到 10 行变化, 少数行有增减"


def test_many_rows_are_told_by_their_number(room: Room, dataset: Dataset) -> None:
    """Twelve rows come, in one of the others an answer is other: who reads it may be anybody."""
    more = {name: [*cells, *([cells[0]] * 12)] for name, cells in CELLS.items()}
    more["rid"] = [*CELLS["rid"], *range(201, 213)]
    more["q_union"][0] = 1 - more["q_union"][0]
    room.corrected(**more)
    (cause,) = selectors.freshness(dataset).causes
    assert cause == "mdms/2014@1 was corrected: q_union changed in fewer than 10 rows, 12 rows added"


def test_rows_in_another_order_are_no_changes_of_variables(room: Room, dataset: Dataset) -> None:
    room.corrected(**{name: cells[::-1] for name, cells in CELLS.items()})
    assert selectors.freshness(dataset) == stale("mdms/2014@1 was corrected: its rows stand in another order")


def test_without_a_usable_key_the_variables_are_named_without_rows(room: Room, dataset: Dataset) -> None:
    room.corrected(rid=[101, 101, *CELLS["rid"][2:]], city=[11] * 8)
    (cause,) = selectors.freshness(dataset).causes
    assert cause == "mdms/2014@1 was corrected: city changed, rid changed"


def test_a_retired_measure_blocks(room: Room, dataset: Dataset, male: Measure) -> None:
    assert male.published is not None
    rules.retire(room.user, male.published, "wrong")
    found = selectors.freshness(dataset)
    assert found.state is State.BLOCKED and "male" in found.causes[0]
    assert set(selectors.current_column_hashes(dataset).values()) == {None}
    assert probe(room.user, dataset) == found


def test_a_lost_item_blocks(room: Room, dataset: Dataset) -> None:
    item = save_item(room.user, room.study, "city")
    impossible = CrosswalkDecision.Status.IMPOSSIBLE
    decide(room.user, item, room.wave, variable="", status=impossible, reason="drawn anew.")
    found = selectors.freshness(dataset)
    assert found.state is State.BLOCKED
    assert "“city” is not comparable in mdms/2014@1: drawn anew. Undo decision" in found.causes[0]


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("impossible", "“q_union” is not comparable in mdms/2014@1: asked otherwise."),
        ("undetermined", "Whether “q_union” is comparable in mdms/2014@1 is left open: asked otherwise."),
    ],
)
def test_an_item_of_a_rule_that_was_decided_against_blocks_and_names_the_decision(
    room: Room, dataset: Dataset, status: str, said: str
) -> None:
    """Raw codes never stand in for codes that nobody has found comparable."""
    item = save_item(room.user, room.study, "q_union")
    decision = decide(room.user, item, room.wave, variable="q_union", status=status, reason="asked otherwise")
    found = selectors.freshness(dataset)
    assert found.state is State.BLOCKED and said in found.causes[0] and "Did you mean" not in found.causes[0]
    assert f"decision {decision.pk}" in found.causes[0]
    with pytest.raises(Refused, match="asked otherwise"):
        build_dataset(room.user, dataset)
    with pytest.raises(Refused, match="asked otherwise"):
        room.publish("member", "q_union")
    undo(room.user, decision)
    assert selectors.freshness(dataset) == FRESH


def test_a_crosswalk_decision_is_a_cause(room: Room, dataset: Dataset) -> None:
    item = save_item(room.user, room.study, "q_union")
    decision = decide(room.user, item, room.wave, variable="q_union", code_map=[[1, 0], [0, 1]])
    words = f"decision {decision.pk} (codes mapped) by researcher, {decision.decided_at:%Y-%m-%d}"
    assert probe(room.user, dataset) == stale(f"the crosswalk of q_union was changed: {words}")
    undo(room.user, decision)
    assert selectors.freshness(dataset) == FRESH  # as it was built


def test_an_undone_decision_is_a_cause(room: Room, fsp: Measure) -> None:
    item = save_item(room.user, room.study, "q_union")
    decision = decide(room.user, item, room.wave, variable="q_union", missing_map=[[1, "not_asked"]])
    dataset = room.dataset(measures=["fsp"], items=["q_union"])
    built = build_dataset(room.user, dataset).version
    tally = built.columns.get(name="q_union").derived.tally
    assert tally["not_asked"] == 2 and tally["valid"] == 5
    row = undo(room.user, decision, note="they were asked")
    words = f"decision {decision.pk} was undone by researcher, {row.decided_at:%Y-%m-%d}"
    assert probe(room.user, dataset) == stale(f"the crosswalk of q_union was changed: {words}")


def test_a_crosswalk_decision_is_followed_up_after_the_commit(
    room: Room, dataset: Dataset, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    item = save_item(room.user, room.study, "q_sex")
    with django_capture_on_commit_callbacks(execute=True):
        decide(room.user, item, room.wave, variable="q_sex", code_map=[[1, 2], [2, 1]])
    assert selectors.freshness(dataset) == FRESH  # probed: male is asked of labels, which moved along
    with django_capture_on_commit_callbacks(execute=True) as told:
        decide(room.user, item, room.wave, variable="q_sex", code_map=[[1, 2], [2, 1]])
    assert not told


def test_a_changed_crosswalk_decision_is_signed_anew(room: Room) -> None:
    item = save_item(room.user, room.study, "q_union")
    first = decide(room.user, item, room.wave, variable="q_union")
    other = make_member(room.study, "other")
    same = decide(other, item, room.wave, variable="q_union")
    assert (same.decided_by, same.decided_at) == (room.user, first.decided_at)
    second = decide(other, item, room.wave, variable="q_party")
    assert second.decided_by == other and second.decided_at > first.decided_at
    assert list(CrosswalkDecision.objects.all()) == [first, second]  # nothing is changed or deleted


def test_a_crosswalk_that_moves_codes_with_their_labels_alters_no_rule_on_labels(
    room: Room, dataset: Dataset
) -> None:
    item = save_item(room.user, room.study, "q_sex")
    decide(room.user, item, room.wave, variable="q_sex", code_map=[[1, 2], [2, 1]])
    assert probe(room.user, dataset) == FRESH


def test_a_new_context_table_with_labels_is_one_act(room: Room) -> None:
    table = {"columns": [{"name": "city"}], "rows": [[11]]}
    made = save_context(room.user, room.study, "cities", labels={"en": "Cities"}, **table)
    assert made.table.labels == {"en": "Cities"}
    assert [one.object_label for one in AuditEntry.objects.all()] == [str(made)]
    assert save_context(room.user, room.study, "cities", labels={"en": "Towns"}, **table) == made
    assert save_context(room.user, room.study, "cities", **table).table.labels == {"en": "Towns"}
    assert AuditEntry.objects.count() == 2


def test_a_context_table_is_a_cause(room: Room) -> None:
    columns = [{"name": "city"}, {"name": "gdp"}, {"name": "people"}]
    rows = [[11, 100.0, 1], [12, 200.0, 2], [13, 300.0, 3]]
    save_context(room.user, room.study, "city_context", columns=columns, rows=rows)
    room.publish("gdp", "lookup(city_context.gdp, key=city)")
    dataset = room.dataset(measures=["gdp"])
    build_dataset(room.user, dataset)
    other = [[key, gdp, people + 1] for key, gdp, people in rows]
    save_context(room.user, room.study, "city_context", columns=columns, rows=other)
    assert selectors.freshness(dataset) == FRESH  # a column that nobody looks up
    richer = [[key, gdp + 1, people] for key, gdp, people in rows]
    save_context(room.user, room.study, "city_context", columns=columns, rows=richer)
    assert selectors.freshness(dataset) == stale("city_context@1 was replaced by city_context@3")


def test_a_change_passes_through_a_measure_that_rests_on_it(room: Room, fsp: Measure) -> None:
    room.publish("not_fsp", "1 - fsp")
    dataset = room.dataset(measures=["fsp", "not_fsp"])
    build_dataset(room.user, dataset)
    room.publish("fsp", "q_union", seen=True)
    assert selectors.freshness(dataset) == stale("fsp@1 was replaced by fsp@2, which changes 2 of 8 rows")


def test_a_changed_recipe_is_a_cause(room: Room, dataset: Dataset) -> None:
    room.dataset(measures=["fsp"], items=["city", "q_home"])
    dataset.refresh_from_db()
    causes = probe(room.user, dataset).causes
    assert "the recipe was changed: q_home was added" in causes
    assert "the recipe was changed: male was taken out" in causes
    room.dataset(measures=["fsp", "male"], items=["city"], where="q_home == 1")
    dataset.refresh_from_db()
    assert probe(room.user, dataset) == stale("the recipe was changed: it keeps other rows")


def test_a_full_store_is_told_by_probing_and_does_not_take_a_publication_back(
    room: Room, dataset: Dataset, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(*_: object) -> None:
        raise refuse("store_full", "The file store is full.")

    monkeypatch.setattr(freshness_services, "keep_columns", full)
    assert room.publish("fsp", "q_union", seen=True).published.number == 2  # type: ignore[union-attr]
    assert "A change of mdms" in caplog.text and "The file store is full." in caplog.text
    for ask in (lambda: probe(room.user, dataset), lambda: probe_study(room.user, room.study)):
        with pytest.raises(Refused, match="store is full"):
            ask()
    assert selectors.freshness(dataset) == stale("fsp@1 was replaced by fsp@2, which changes 2 of 8 rows")


def test_probing_makes_no_version(room: Room, dataset: Dataset) -> None:
    room.corrected(q_union=[0] * 8)
    assert probe_study(room.user, room.study)["mdms/integration"].state is State.STALE
    assert dataset.versions.count() == 1
    again = build_dataset(room.user, dataset)
    assert again.is_new and all(column.is_reused for column in again.columns)


def test_asking_for_freshness_needs_few_queries(
    room: Room, dataset: Dataset, django_assert_max_num_queries: object
) -> None:
    with django_assert_max_num_queries(16, connection=connection):  # type: ignore[operator]
        selectors.freshness(dataset)


def test_a_new_context_version_is_followed_up_after_the_commit(
    room: Room, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    columns, rows = [{"name": "city"}, {"name": "size"}], [[11, 10], [12, 20], [13, 30]]
    save_context(room.user, room.study, "cities", columns=columns, rows=rows)
    room.publish("big", "case((lookup(cities.size, key=city) > 15, 1), otherwise=0)")
    dataset = room.dataset(measures=["big"])
    build_dataset(room.user, dataset)
    with django_capture_on_commit_callbacks(execute=True):
        save_context(room.user, room.study, "cities", columns=columns, rows=[[11, 11], [12, 21], [13, 31]])
    assert selectors.freshness(dataset) == FRESH  # larger cities, the same ones big


def test_large_studies_are_followed_up_as_long_work(
    room: Room, dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(freshness_services, "MOST_AT_ONCE", 1)
    room.corrected(q_party=[1, 0, 1, 0, 0, 0, 0, -2])
    freshness_services.follow_up(room.user, room.study)
    job = Job.objects.get(kind="probe_study")
    assert selectors.freshness(dataset).state is State.STALE
    claimed = jobs.claim("here", job.pk)
    assert claimed is not None
    done = jobs.perform(claimed)
    assert done.state == Job.State.DONE and done.result["mdms/integration"]["state"] == "fresh"


def test_a_build_can_be_asked_for_as_long_work(room: Room, dataset: Dataset) -> None:
    job = submit_build(room.user, dataset, "by night")
    assert submit_build(room.user, dataset, "by night") == job
    claimed = jobs.claim("here", job.pk)
    assert claimed is not None
    done = jobs.perform(claimed)
    assert done.state == Job.State.DONE and done.result["dataset_version"] == "mdms/integration@1"


def revise(room: Room, tmp_path: Path, variable: str, **cells: str) -> WaveVersion:
    """The next version of the wave with some cells of one variable's codebook line exchanged."""
    path = tmp_path / "sheet.csv"
    heads, told = zip(*cells.items(), strict=True)
    path.write_text(f"variable,{','.join(heads)}\n{variable},{','.join(told)}\n", encoding="utf-8")
    base = room.wave.versions.order_by("-number")[0]
    keeper = make_member(room.study, f"keeper{base.number}", role="manager")
    return save_revision(keeper, read_revised(keeper, base, path))


def test_a_revised_codebook_marks_what_depends_on_it_and_nothing_else(
    room: Room, dataset: Dataset, tmp_path: Path
) -> None:
    revise(room, tmp_path, "q_home", label_en="Housing")  # no column carries it
    revise(room, tmp_path, "q_union", label_en="Trade union")  # fsp has labels of its own
    assert selectors.freshness(dataset) == FRESH
    revise(room, tmp_path, "city", label_en="Town")
    found = selectors.freshness(dataset)
    assert found == FRESH  # no answer is another
    assert found.remarks == (
        "labels or texts of city were changed; no answer is another, and building again carries them",
    )
    assert build_dataset(room.user, dataset).is_new
    assert selectors.freshness(dataset).remarks == ()


def test_a_revised_missing_code_alters_the_columns_that_read_it(
    room: Room, dataset: Dataset, tmp_path: Path
) -> None:
    revise(room, tmp_path, "q_union", missing="-1=lost | -2=dont_know")
    assert selectors.freshness(dataset) == stale("the missing codes of q_union were changed")


@pytest.fixture
def probes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The studies that are probed while a test runs."""
    probed: list[str] = []
    monkeypatch.setattr(
        freshness_services, "probe_study", lambda user, study: probed.append(study.slug) or {}
    )
    return probed


def _decide(room: Room, number: int) -> None:
    decide(room.user, save_item(room.user, room.study, f"sex_{number}"), room.wave, variable="q_sex")


def test_decisions_of_one_transaction_are_followed_up_once(
    room: Room,
    dataset: Dataset,
    probes: list[str],
    django_capture_on_commit_callbacks: Callable[..., Any],
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        for number in range(6):
            _decide(room, number)
    assert probes == ["mdms"]
    with django_capture_on_commit_callbacks(execute=True):
        _decide(room, 7)
    assert probes == ["mdms", "mdms"]


def test_a_load_is_followed_up_once_at_its_end(
    room: Room,
    dataset: Dataset,
    probes: list[str],
    django_capture_on_commit_callbacks: Callable[..., Any],
) -> None:
    with changes.told_once():
        for number in range(3):
            with changes.told_once(), django_capture_on_commit_callbacks(execute=True):
                _decide(room, number)
        room.publish("fsp", "q_union", seen=True)
        assert probes == []
    assert probes == ["mdms"]
