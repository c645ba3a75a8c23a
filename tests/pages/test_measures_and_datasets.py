"""Measures, datasets, columns and their lineage."""

from __future__ import annotations

from django.test import Client

from measures.services.datasets import build_dataset, define_dataset
from measures.services.rules import publish, save_draft
from surveys.models import Job
from tests.pages.conftest import Library, text, visit


def test_a_measure_says_its_rule_in_both_languages(client: Client, library: Library) -> None:
    page = text(visit(client, library.pages["measure"]))
    assert "any_of(q_union, q_party)" in page
    assert "at least one of" in page and "至少一项" in page
    assert "A paper (2022)" in page
    assert "/datasets/integration@1/columns/fsp/" in page


def test_a_measure_shows_what_becomes_of_every_code(client: Client, library: Library) -> None:
    client.cookies["django_language"] = "zh-hans"
    page = text(visit(client, library.pages["measure"]))
    coverage = page[page.index("每个编码和每种缺失的去向") :]
    assert "拒答" in coverage and "<code>1</code>" in coverage
    assert '<td class="words">是</td>' in coverage


def test_a_draft_is_for_those_who_define(client: Client, library: Library) -> None:
    save_draft(library.owner, library.study, "fsp", rule="any_of(q_union)")
    assert "A draft of a new version is waiting." in text(
        visit(client, library.pages["measure"], library.owner)
    )
    seen = text(visit(client, library.pages["measure"], library.reader))
    assert "any_of(q_union)<" not in seen and "draft of a new version" not in seen


def test_a_version_shows_the_rows_it_changed(client: Client, library: Library) -> None:
    save_draft(library.owner, library.study, "fsp", rule="any_of(q_union)", note="The party is left out.")
    publish(library.owner, library.measure, acknowledge_changes=True)
    page = text(visit(client, "/studies/mdms/measures/fsp@2/"))
    assert "Rows that changed" in page and "The party is left out." in page


def test_a_dataset_lists_columns_with_rule_tally_and_hash(client: Client, library: Library) -> None:
    page = text(visit(client, library.pages["dataset"]))
    column = library.dataset_version.columns.select_related("derived").get(name="fsp")
    assert column.derived.content_hash[:12] in page
    assert "/measures/fsp@1/" in page and "refused 1" in page
    assert 'class="badge fresh"' in page


def test_a_stale_dataset_names_the_cause_and_can_be_rebuilt(client: Client, library: Library) -> None:
    save_draft(library.owner, library.study, "fsp", rule="any_of(q_union)")
    publish(library.owner, library.measure, acknowledge_changes=True)
    page = text(visit(client, library.pages["dataset"], library.owner))
    assert "fsp@1 was replaced by fsp@2" in page and "Rebuild" in page
    answer = client.post("/studies/mdms/datasets/integration/build/")
    job = Job.objects.get(kind="build_dataset")
    assert answer.headers["Location"] == f"/jobs/{job.pk}/"


def test_a_reader_cannot_rebuild(client: Client, library: Library) -> None:
    assert "Build again" not in text(visit(client, library.pages["dataset"], library.reader))
    assert client.post("/studies/mdms/datasets/integration/build/").status_code == 403


def test_a_dataset_that_was_never_built_says_how(client: Client, library: Library) -> None:
    define_dataset(
        library.owner, library.study, "later", recipe={"wave": "2014", "key": "rid", "measures": ["fsp"]}
    )
    page = text(visit(client, "/studies/mdms/datasets/later/", library.owner))
    assert "has not been built" in page and "Build it" in page
    assert client.get("/studies/mdms/datasets/later@1/").status_code == 404


def test_a_column_leads_down_to_the_variables_of_its_wave(client: Client, library: Library) -> None:
    page = text(visit(client, library.pages["column"]))
    for step in (
        "/measures/fsp@1/",
        "/waves/2014@1/variables/q_union/",
        "/waves/2014@1/",
        "any_of(q_union, q_party)",
    ):
        assert step in page
    assert library.version.content_hash[:12] in page


def test_what_a_rule_fitted_is_shown_item_by_item(client: Client, library: Library) -> None:
    rule = 'factor_score(q_local, q_party, q_ins, method="principal", scores="weighted_sum")'
    draft = save_draft(library.owner, library.study, "score", rule=rule, level="scale")
    publish(library.owner, draft.measure)
    recipe = {"wave": "2014", "key": "rid", "measures": ["score"]}
    dataset = define_dataset(library.owner, library.study, "scored", recipe=recipe)
    from measures.services.datasets import build_dataset

    build_dataset(library.owner, dataset)
    page = text(visit(client, "/studies/mdms/datasets/scored@1/columns/score/"))
    assert "Loading" in page and "Eigenvalue" in page
    assert '<th scope="row" class="code">q_ins</th>' in page


def test_a_column_says_its_universe_in_the_language_of_the_page(client: Client, library: Library) -> None:
    universe = {"en": "All who were asked.", "zh": "全部受访者。"}
    save_draft(library.owner, library.study, "union", rule="q_union", universe=universe)
    publish(library.owner, library.study.measures.get(name="union"))
    recipe = {"wave": "2014", "key": "rid", "measures": ["union"]}
    build_dataset(library.owner, define_dataset(library.owner, library.study, "unions", recipe=recipe))
    address = "/studies/mdms/datasets/unions@1/columns/union/"
    assert "All who were asked." in text(visit(client, address, library.owner))
    client.cookies["django_language"] = "zh-hans"
    page = text(visit(client, address, library.owner))
    assert "全部受访者。" in page and "All who were asked." not in page
