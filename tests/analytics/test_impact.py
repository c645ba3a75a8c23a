"""What a new version of a measure would touch, told before it is published."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from analytics.selectors import impact_of
from analytics.services.runs import withdraw_run
from measures.services.datasets import build_dataset, define_dataset
from measures.services.rules import new_version, publish, save_draft
from surveys.models import Study
from surveys.services import audit
from tests.pages.conftest import Library, build_library


@pytest.fixture
def library(db: None) -> Library:
    return build_library()


def test_datasets_runs_targets_and_downloads(library: Library) -> None:
    audit.record(library.owner, "export", library.dataset_version, study=library.study, format="csv")
    found = impact_of(library.measure)
    assert [(str(one.dataset), one.columns) for one in found.touched] == [("mdms/integration", ("fsp",))]
    assert {run.pk for run in found.runs} == {library.runs["table1"].pk, library.runs["table2"].pk}
    assert [target.slug for target in found.targets] == ["paper/table2"]
    assert found.downloads == ((library.dataset_version, 1),)
    assert not found.is_empty and not found.pinned


def test_downloads_of_many_versions_are_counted_in_one_query(library: Library) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            impact_of(library.measure)
        return len(queries)

    before = asked()
    versions = [library.dataset_version]
    for items in (["q_union"], ["q_union", "q_ins"]):
        recipe = library.dataset.recipe | {"items": items}
        define_dataset(library.owner, library.study, "integration", recipe=recipe)
        library.dataset.refresh_from_db()
        versions.append(build_dataset(library.owner, library.dataset).version)
    for version, times in zip(versions, (2, 0, 1), strict=True):
        for _again in range(times):
            audit.record(library.owner, "export", version, study=library.study, format="csv")
    assert asked() <= before
    assert impact_of(library.measure).downloads == ((versions[2], 1), (versions[0], 2))


def test_a_dataset_that_pins_a_version_stays(library: Library) -> None:
    recipe = library.dataset.recipe | {"measures": ["fsp@1"]}
    define_dataset(library.owner, library.study, "integration", recipe=recipe)
    found = impact_of(library.measure)
    assert [one.pinned for one in found.pinned] == [1] and not found.touched
    assert not found.runs and not found.targets


def test_measures_that_rest_on_it_are_followed(library: Library) -> None:
    owner, study = library.owner, library.study
    for name, rule in (("twice", "fsp + q_ins"), ("thrice", "twice + 1"), ("other", "q_ins + 1")):
        publish(owner, save_draft(owner, study, name, rule=rule).measure)
    recipe = {"wave": "2014", "key": "rid", "measures": ["fsp", "twice", "thrice", "other"], "items": []}
    build_dataset(owner, define_dataset(owner, study, "second", recipe=recipe))
    found = impact_of(library.measure)
    assert found.resting == ("thrice", "twice")
    assert {one.dataset.slug: one.columns for one in found.touched} == {
        "integration": ("fsp",),
        "second": ("fsp", "thrice", "twice"),
    }


def test_withdrawn_runs_and_runs_that_read_something_else_are_not_touched(library: Library) -> None:
    withdraw_run(library.owner, library.runs["table1"], "wrong")
    assert {run.pk for run in impact_of(library.measure).runs} == {library.runs["table2"].pk}


def test_nothing_rests_on_it(library: Library) -> None:
    draft = save_draft(library.owner, library.study, "alone", rule="q_ins")
    publish(library.owner, draft.measure)
    assert impact_of(draft.measure).is_empty


def test_command_api_and_editor(client: Client, library: Library) -> None:
    out = StringIO()
    call_command("measure_impact", "mdms/fsp", "--json", stdout=out)
    told = json.loads(out.getvalue())
    assert told["targets"] == ["mdms:paper/table2"] and told["datasets"][0]["latest"] == "mdms/integration@1"
    client.force_login(library.owner)
    assert client.get("/api/v1/measures/mdms/fsp/impact/").json() == told
    new_version(library.owner, library.measure)
    page = client.get(f"/admin/measures/measure/{library.measure.pk}/change/").content.decode()
    assert "What a new version touches" in page and "mdms/integration@1" in page
    client.force_login(library.stranger)
    assert client.get("/api/v1/measures/mdms/fsp/impact/").status_code == 404


def test_a_proposal_tells_what_it_touches_and_how_it_differs(client: Client, library: Library) -> None:
    Study.objects.filter(pk=library.study.pk).update(second_pair_of_eyes=True)
    library.measure.study.refresh_from_db()
    draft = save_draft(library.owner, library.study, "fsp", rule="q_union")
    publish(library.owner, draft.measure, acknowledge_changes=True)
    client.force_login(library.owner)
    page = client.get("/studies/mdms/measures/fsp/proposal/").content.decode()
    assert "What a new version touches" in page and "<ins>+ q_union</ins>" in page
    assert "Rows that changed" in page
