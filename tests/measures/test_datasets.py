"""Recipes built into immutable versions."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from measures import selectors
from measures.core.engine import ColumnResult, DuckEngine, Plan
from measures.models import Dataset, DatasetVersion, DerivedColumn, Measure
from measures.services import columns as column_services
from measures.services import datasets
from measures.services.datasets import build_dataset
from measures.services.rules import retire, save_draft
from surveys.core.problems import Refused
from surveys.models import AuditEntry, StoredFile
from surveys.services.files import store
from surveys.services.studies import save_context
from tests.factories import make_member
from tests.measures.conftest import FSP, Room


def codes(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [problem.code for problem in refused.value.problems]


@pytest.fixture
def dataset(room: Room, fsp: Measure, male: Measure) -> Dataset:
    return room.dataset(measures=["fsp", "male"], items=["city", "q_home"])


def test_building_carries_key_items_and_measures_in_order(room: Room, dataset: Dataset) -> None:
    outcome = build_dataset(room.user, dataset)
    version = outcome.version
    assert outcome.is_new and str(version) == "mdms/integration@1" and version.rows == 8
    assert version.codebook().names == ("rid", "city", "q_home", "fsp", "male")
    assert [c.kind for c in version.columns.all()] == ["key", "item", "item", "measure", "measure"]
    assert version.recipe["wave"] == "mdms/2014@1" and version.recipe["measures"] == ["fsp@1", "male@1"]
    assert list(version.wave_versions.all()) == [room.version]
    assert AuditEntry.objects.filter(action="build").count() == 1


def test_cells_come_back_with_their_reasons(room: Room, dataset: Dataset) -> None:
    version = build_dataset(room.user, dataset).version
    cells = selectors.read_columns(version, ["fsp", "q_home", "rid"])
    assert list(cells) == ["fsp", "q_home", "rid"]
    assert cells["fsp"][0].to_list() == [1, 0, 1, 0, 1, 0, None, None]
    assert cells["fsp"][1].to_list()[-2:] == ["refused", "dont_know"]
    assert cells["q_home"][1].to_list()[-1] == "refused"
    assert cells["rid"][0].to_list() == list(range(101, 109))


def test_every_tally_adds_up_to_the_rows(room: Room, dataset: Dataset) -> None:
    for column in build_dataset(room.user, dataset).columns:
        assert sum(column.tally.values()) == 8


def test_a_carried_item_keeps_its_labels_codes_and_missing_rules(room: Room, dataset: Dataset) -> None:
    home = build_dataset(room.user, dataset).version.codebook().variable("q_home")
    assert home.labels["zh"] == "住房" and len(home.codes) == 3
    assert {rule.reason for rule in home.missing} == {"refused", "dont_know"}


def test_building_again_reuses_all_and_says_nothing_changed(room: Room, dataset: Dataset) -> None:
    first = build_dataset(room.user, dataset)
    again = build_dataset(room.user, dataset)
    assert not again.is_new and again.version == first.version
    assert all(column.is_reused for column in again.columns)
    assert not any(column.is_reused for column in first.columns)
    assert [c.hash for c in again.columns] == [c.hash for c in first.columns]
    assert DatasetVersion.objects.count() == 1


def test_only_what_changed_is_computed(room: Room, dataset: Dataset, fsp: Measure) -> None:
    build_dataset(room.user, dataset)
    room.publish("fsp", "q_union", seen=True)
    DerivedColumn.objects.exclude(dataset_columns__isnull=False).delete()  # as if nobody had probed
    second = build_dataset(room.user, dataset)
    assert second.is_new and second.version.number == 2
    assert [c.name for c in second.columns if not c.is_reused] == ["fsp"]


def test_a_rule_put_back_makes_a_version_that_is_the_latest_and_fresh(room: Room, dataset: Dataset) -> None:
    first = build_dataset(room.user, dataset).version
    room.publish("fsp", "q_union", seen=True)
    build_dataset(room.user, dataset)
    room.publish("fsp", FSP, seen=True)
    assert selectors.freshness(dataset).causes == ("fsp@2 was replaced by fsp@3, which changes 2 of 8 rows",)
    third = build_dataset(room.user, dataset)
    assert third.is_new and third.version.number == 3 and third.version.content_hash == first.content_hash
    assert all(column.is_reused for column in third.columns)
    assert selectors.freshness(dataset).is_fresh
    assert not build_dataset(room.user, dataset).is_new


def test_the_same_recipe_elsewhere_gives_the_same_hashes(room: Room, dataset: Dataset) -> None:
    first = build_dataset(room.user, dataset).version
    twin = room.dataset("twin", **{k: v for k, v in dataset.recipe.items() if k in ("measures", "items")})
    assert build_dataset(room.user, twin).version.content_hash == first.content_hash


def test_a_filter_keeps_rows_and_counts_the_rest(room: Room, fsp: Measure) -> None:
    dataset = room.dataset(measures=["fsp"], where="q_home in (1, 2)")
    version = build_dataset(room.user, dataset).version
    assert version.rows == 5
    assert version.rows_left_out == {"filter": 2, "refused": 1}
    assert selectors.read_columns(version)["rid"][0].to_list() == [101, 102, 104, 105, 107]


def test_why_rows_were_left_out_does_not_depend_on_what_was_known(room: Room, fsp: Measure) -> None:
    recipe = {"measures": ["fsp"], "where": "q_home in (1, 2)"}
    build_dataset(room.user, room.dataset(**recipe))
    again = build_dataset(room.user, room.dataset("twin", **recipe))
    assert all(column.is_reused for column in again.columns)
    assert again.version.rows_left_out == {"filter": 2, "refused": 1}


def test_a_tally_that_does_not_add_up_crashes(
    room: Room, dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    derive = DuckEngine.derive

    def wrong(engine: DuckEngine, plan: Plan, folder: Path) -> list[ColumnResult]:
        return [replace(result, tally={"valid": 1}) for result in derive(engine, plan, folder)]

    monkeypatch.setattr(DuckEngine, "derive", wrong)
    with pytest.raises(RuntimeError, match="does not add up"):
        build_dataset(room.user, dataset)


def test_a_filtered_column_is_another_column(room: Room, fsp: Measure) -> None:
    whole = resolve_keys(room.dataset("whole", measures=["fsp"]))
    part = resolve_keys(room.dataset("part", measures=["fsp"], where="q_home == 1"))
    assert not set(whole.values()) & set(part.values())


def resolve_keys(dataset: Dataset) -> dict[str, str]:
    return {column.name: column.key for column in selectors.resolve_dataset(dataset).columns}


def test_a_measure_may_rest_on_another_of_the_recipe(room: Room, fsp: Measure) -> None:
    room.publish("not_fsp", "1 - fsp")
    version = build_dataset(room.user, room.dataset(measures=["not_fsp", "fsp"])).version
    assert version.codebook().names == ("rid", "not_fsp", "fsp")
    assert selectors.read_columns(version)["not_fsp"][0].to_list() == [0, 1, 0, 1, 0, 1, None, None]
    lineage = selectors.lineage(version.columns.get(name="not_fsp"))
    assert [one["column"] for one in lineage["measures"]] == ["fsp"]
    assert {one["variable"] for one in lineage["measures"][0]["inputs"]} == {"q_union", "q_party"}


def test_a_measure_that_rests_on_one_the_recipe_does_not_list_says_which(room: Room, fsp: Measure) -> None:
    room.publish("fsp_if_male", "case((q_sex == 1, fsp), otherwise=0)")
    with pytest.raises(Refused) as refused:
        room.dataset(measures=["fsp_if_male"])
    (problem,) = refused.value.problems
    assert problem.message == "fsp_if_male rests on the measure fsp, which the recipe does not list."
    assert problem.hint == "Add fsp to measures of the recipe." and not problem.near
    room.dataset(measures=["fsp", "fsp_if_male"])


def test_lineage_goes_down_to_wave_variables_and_rule(room: Room, dataset: Dataset) -> None:
    version = build_dataset(room.user, dataset).version
    lineage = selectors.lineage(version.columns.get(name="male"))
    assert lineage["wave_version"] == "mdms/2014@1"
    assert lineage["inputs"][0]["variable"] == "q_sex"
    assert lineage["measure_version"]["name"] == "male@1"
    assert lineage["measure_version"]["published_by"] == "researcher"


def test_a_pinned_measure_stays(room: Room, fsp: Measure) -> None:
    room.publish("fsp", "q_union", seen=True)
    version = build_dataset(room.user, room.dataset(measures=["fsp@1"])).version
    assert version.recipe["measures"] == ["fsp@1"]


def test_fitted_numbers_are_kept_and_can_be_applied_to_other_rows(room: Room) -> None:
    room.publish("z_income", "standardise(q_income)")
    first = build_dataset(room.user, room.dataset(measures=["z_income"])).version
    assert first.columns.get(name="z_income").derived.fitted
    part = room.dataset("part", measures=["z_income"], where="q_home == 1", metric="integration@1")
    version = build_dataset(room.user, part).version
    whole = dict(
        zip(*(selectors.read_columns(first)[n][0].to_list() for n in ("rid", "z_income")), strict=True)
    )
    some = dict(
        zip(*(selectors.read_columns(version)[n][0].to_list() for n in ("rid", "z_income")), strict=True)
    )
    assert some == {rid: whole[rid] for rid in (101, 104, 107)}


# ---- bad input


@pytest.mark.parametrize(
    ("recipe", "code", "near"),
    [
        ({"measures": ["fps"]}, "unknown_measure", "fsp"),
        ({"measures": ["fsp"], "items": ["q_hom"]}, "unknown_item", "q_home"),
        ({"measures": ["fsp"], "key": "ridd"}, "unknown_item", "rid"),
        ({"measures": ["fsp"], "wave": "2041"}, "unknown_wave", "2014"),
        ({"measures": ["fsp@7"]}, "no_version", None),
        ({"measures": ["fsp"], "metric": "nothing@1"}, "unknown_metric", None),
        ({"measures": ["fsp"], "where": "q_income + 1"}, "not_a_condition", None),
        ({"measures": ["fsp"], "where": "standardise(q_income) > 0"}, "fitted_condition", None),
        ({"measures": ["fsp"], "metric": "mdms/nothing@1"}, "unknown_metric", None),
        ({"measures": ["fsp"], "metric": "other/integration@1"}, "other_study", None),
    ],
)
def test_unknown_names_come_with_near_misses(
    room: Room, fsp: Measure, recipe: dict, code: str, near: str | None
) -> None:
    with pytest.raises(Refused) as refused:
        room.dataset(**recipe)
    (problem,) = refused.value.problems
    assert problem.code == code
    assert near is None or near in problem.near


def test_every_mistake_of_a_recipe_at_once(room: Room) -> None:
    with pytest.raises(Refused) as refused:
        room.dataset(measures=["a", "b"], items=["c"], where="q_home ==")
    assert len(refused.value.problems) == 4
    assert not Dataset.objects.exists()


def test_what_no_database_holds_is_refused(room: Room, fsp: Measure) -> None:
    recipe = {"wave": "2014", "measures": ["fsp"]}
    for told in ({"recipe": recipe | {"where": "a\0"}}, {"recipe": recipe, "labels": {"zh": "\ud800"}}):
        with pytest.raises(Refused) as refused:
            datasets.define_dataset(room.user, room.study, "d", **told)
        assert codes(refused) == ["not_storable"]
    built = room.dataset(measures=["fsp"])
    for build in (datasets.build_dataset, datasets.submit_build):
        with pytest.raises(Refused) as refused:
            build(room.user, built, note="a\0")
        assert codes(refused) == ["not_storable"]
    for rows in ([["a\0"]], [[float("nan")]]):
        with pytest.raises(Refused) as refused:
            save_context(room.user, room.study, "c", columns=[{"name": "k"}], rows=rows)
        assert codes(refused) == ["not_storable"]
    for given in ({"reason": "a\0"}, {"concept": {"zh": "a\0"}}):
        with pytest.raises(Refused) as refused:
            if "reason" in given:
                retire(room.user, fsp.published, **given)
            else:
                save_draft(room.user, room.study, "other", rule="1", **given)
        assert codes(refused) == ["not_storable"]


def test_a_recipe_without_key_takes_the_key_of_the_wave_or_is_refused(room: Room, fsp: Measure) -> None:
    dataset = room.dataset(measures=["fsp"], key="")
    assert build_dataset(room.user, dataset).version.codebook().names[0] == "rid"
    room.wave.key = ""
    room.wave.save()
    with pytest.raises(Refused) as refused:
        build_dataset(room.user, dataset)
    assert codes(refused) == ["missing_key"]


def test_duplicate_and_empty_keys_are_refused_and_nothing_is_left(room: Room, fsp: Measure) -> None:
    before = (set(store().files()), StoredFile.objects.count())
    for key, code in (("city", "duplicate_key"), ("q_income", "missing_key")):
        with pytest.raises(Refused) as refused:
            build_dataset(room.user, room.dataset(measures=["fsp"], key=key))
        assert code in codes(refused)
    assert (set(store().files()), StoredFile.objects.count()) == before
    assert not DerivedColumn.objects.exists() and not DatasetVersion.objects.exists()


def test_a_filter_that_keeps_nothing_is_refused(room: Room, fsp: Measure) -> None:
    with pytest.raises(Refused) as refused:
        build_dataset(room.user, room.dataset(measures=["fsp"], where="q_income > 9999"))
    assert codes(refused) == ["no_rows"]


def test_an_unknown_column_is_refused_with_near_misses(room: Room, dataset: Dataset) -> None:
    version = build_dataset(room.user, dataset).version
    with pytest.raises(Refused) as refused:
        selectors.read_columns(version, ["fps"])
    assert refused.value.problems[0].near == ("fsp",)


def test_a_reader_may_not_build(room: Room, dataset: Dataset) -> None:
    reader = make_member(room.study, "reader", role="reader")
    with pytest.raises(Refused) as refused:
        build_dataset(reader, dataset)
    assert codes(refused) == ["not_allowed"]


def test_a_crash_while_committing_leaves_everything_as_before(
    room: Room, dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = set(store().files())

    def crash(*args: object) -> None:
        raise MemoryError

    monkeypatch.setattr(datasets, "_add_columns", crash)
    with pytest.raises(MemoryError):
        build_dataset(room.user, dataset)
    assert set(store().files()) == before
    assert not DerivedColumn.objects.exists() and not DatasetVersion.objects.exists()


def test_a_column_missing_from_the_store_is_named(room: Room, fsp: Measure) -> None:
    room.publish("not_fsp", "1 - fsp")
    build_dataset(room.user, room.dataset(measures=["fsp"]))
    lost = DerivedColumn.objects.get(dataset_columns__name="fsp")
    column_services.path_of(lost.file).unlink()
    with pytest.raises(Refused) as refused:
        build_dataset(room.user, room.dataset("more", measures=["fsp", "not_fsp"]))
    assert codes(refused) == ["file_missing"]


def test_names(room: Room, dataset: Dataset) -> None:
    with pytest.raises(Refused) as refused:
        selectors.dataset_version_named(room.user, "mdms/integration")
    assert codes(refused) == ["no_version"]
    version = build_dataset(room.user, dataset).version
    assert selectors.dataset_version_named(room.user, "mdms/integration") == version
    assert selectors.dataset_version_named(room.user, "mdms/integration@1") == version
    many = "mdms/integration@" + "9" * 5000
    for wrong in ("mdms/integration@2", "mdms/integratoin", "nowhere/integration", many):
        with pytest.raises(Refused):
            selectors.dataset_version_named(room.user, wrong)
