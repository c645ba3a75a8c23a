"""A correction travels: by column, over the API and by command."""

from __future__ import annotations

import json
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from analytics.models import Run
from analytics.selectors import errata_of_target, erratum_of, runs_beside, table_file
from analytics.services.analyses import run_analysis
from analytics.services.runs import withdraw_run
from measures.services.exports import export_dataset_version
from measures.services.freshness import probe
from surveys.services.exports import export_wave_version
from tests.factories import make_wave_version
from tests.pages.conftest import Library, build_library, columns


@pytest.fixture
def library(db: None) -> Library:
    return build_library(is_open=True)


def again(library: Library, union: Any, rows: slice = slice(None)) -> None:
    make_wave_version(
        library.wave,
        [(one, (union(cells) if one.name == "q_union" else cells)[rows]) for one, cells in columns()],
    )


def test_a_version_in_force_has_no_erratum(library: Library) -> None:
    assert erratum_of(library.version) is None


def test_what_was_made_from_a_changed_column_is_listed_by_column(library: Library) -> None:
    again(library, lambda cells: [1 - cells[0], *cells[1:]])
    found = erratum_of(library.version)
    assert found is not None and found.correction.changed == {"q_union"}
    (dataset,) = found.datasets
    assert [(one.column.name, one.variables) for one in dataset.columns] == [("fsp", ("q_union",))]
    assert {one.run.analysis.slug for one in found.runs} == {"table1", "table2"}
    assert [str(one.target) for one in found.targets] == ["mdms:paper/table2"]


def test_a_column_that_comes_out_the_same_is_said_to(library: Library) -> None:
    again(library, lambda cells: [*cells[:2], 1, *cells[3:]])  # who is in the party branch already
    found = erratum_of(library.version)
    assert found is not None and found.datasets[0].columns[0].outcome == "unknown"
    assert probe(library.owner, library.dataset).is_fresh
    found = erratum_of(library.version)
    assert found is not None and found.datasets[0].columns[0].outcome == "same"
    again(library, list)  # the wrong correction is taken back
    assert erratum_of(library.version) is None


def test_rows_that_came_or_went_concern_everything_but_name_no_column(library: Library) -> None:
    again(library, list, slice(0, 55))
    found = erratum_of(library.version)
    assert found is not None and found.correction.changed == frozenset()
    assert (found.correction.rows_removed, found.correction.told) == (None, {}), "five are few"
    assert found.datasets[0].columns == () and len(found.runs) == 3


def test_codes_that_stand_for_something_else_reach_what_was_made_of_them(library: Library) -> None:
    def told(labels: dict[str, str]) -> None:
        swapped = [
            (replace(one, codes=tuple(replace(c, labels={**c.labels, **labels}) for c in one.codes)), cells)
            if one.name == "q_union"
            else (one, cells)
            for one, cells in columns()
        ]
        make_wave_version(library.wave, swapped)

    told({"fr": "translated"})  # no answer stands for something else
    found = erratum_of(library.version)
    assert found is None or found.correction.changed == frozenset()
    told({"en": "the other"})
    found = erratum_of(library.version)
    assert found is not None and found.correction.told["q_union"] == "meaning"
    assert found.correction.n_meaning == 1 and found.correction.n_changed == 0
    assert [(one.column.name, one.outcome) for one in found.datasets[0].columns] == [("fsp", "same")]


def test_what_rests_on_a_version_before_is_reached_too(library: Library) -> None:
    again(library, lambda cells: [1 - cells[0], *cells[1:]])
    again(library, lambda cells: [1 - cells[0], 1 - cells[1], *cells[2:]])
    between = library.wave.versions.get(number=2)
    found = erratum_of(between)
    assert found is not None and found.correction.before == between
    assert [str(one.version) for one in found.datasets] == ["mdms/integration@1"] and found.runs
    out = StringIO()
    call_command("erratum", "mdms/2014", stdout=out)
    assert out.getvalue().startswith("mdms/2014@2 was corrected by mdms/2014@3")


def test_what_rests_on_a_version_before_is_told_with_what_was_corrected_in_that_one(
    library: Library, client: Client
) -> None:
    again(library, lambda cells: [1 - cells[0], *cells[1:]])
    make_wave_version(
        library.wave,
        [
            (one, [1 - cells[0], *cells[1:]] if one.name in ("q_union", "q_party") else cells)
            for one, cells in columns()
        ],
    )
    between = library.wave.versions.get(number=2)
    found = erratum_of(between)
    assert found is not None and found.correction.changed == {"q_party"}
    (earlier,) = found.earlier
    assert (str(earlier.before), earlier.changed) == ("mdms/2014@1", {"q_union", "q_party"})
    said = found.document(with_people=False)
    assert [one["wave_version"] for one in said["datasets"]] == ["mdms/2014@1"]
    assert said["earlier"][0]["columns"] == {"q_union": "cells", "q_party": "cells"}
    page = client.get("/studies/mdms/waves/2014@2/erratum/").content.decode()
    assert "mdms/2014@2 was corrected by mdms/2014@3: 1 column holds" in page
    assert "mdms/2014@1 was corrected by mdms/2014@3: 2 columns hold" in page
    out = StringIO()
    call_command("erratum", "mdms/2014@2", stdout=out)
    assert "mdms/2014@1 was corrected by mdms/2014@3: 2 columns hold" in out.getvalue()
    assert "dataset mdms/integration@1 (of mdms/2014@1): fsp" in out.getvalue()


def test_codebooks_that_were_handed_out_are_no_files_with_changed_columns(
    library: Library, client: Client
) -> None:
    again(library, lambda cells: [1 - cells[0], *cells[1:]])
    client.force_login(library.owner)
    for form in ("csv", "ddi", "sheet", "html"):
        answer = client.get(f"/studies/mdms/waves/2014@1/download/{form}/?language=en")
        b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    found = erratum_of(library.version)
    assert found is not None and [one.entry.detail["format"] for one in found.downloads] == ["csv"]
    assert found.n_codebooks == 3
    page = client.get("/studies/mdms/waves/2014@1/erratum/").content.decode()
    assert "<details><summary>1 file with data was handed out: whom to tell</summary>" in page
    assert "3 codebooks or syntax files were handed out; they hold no cells." in page


def test_a_withdrawn_run_is_in_no_erratum(library: Library) -> None:
    again(library, lambda cells: [1 - cells[0], *cells[1:]])
    before = erratum_of(library.version)
    assert before is not None and before.targets
    for one in (one for target in before.targets for one in target.runs):
        withdraw_run(library.owner, one.run, "asked wrongly")
    after = erratum_of(library.version)
    kept = {one.run.pk for one in before.runs} - {
        one.run.pk for target in before.targets for one in target.runs
    }
    assert after is not None and {one.run.pk for one in after.runs} == kept and kept
    assert after.targets == ()


def test_api_and_command_say_the_same(library: Library, client: Client) -> None:
    again(library, lambda cells: [1 - cells[0], *cells[1:]])
    out = StringIO()
    call_command("erratum", "mdms/2014@1", "--json", stdout=out, stderr=StringIO())
    said = json.loads(out.getvalue())
    assert said == client.get("/api/v1/waves/mdms/2014/v1/erratum/").json()
    assert said["columns"] == {"q_union": "cells"} and said["corrected_by"] == "mdms/2014@2"
    assert client.get("/api/v1/waves/mdms/2014/v2/erratum/").json()["corrected_by"] is None


def test_the_errata_of_a_table_are_those_of_the_runs_beside_it(library: Library) -> None:
    target = library.target
    beside = {run.pk for run in runs_beside(library.owner, target)}
    (run,) = [one for one in Run.objects.filter(pk__in=beside) if one.analysis_id]
    loose = [
        run_analysis(library.owner, run.spec | {"where": where}, run.subject)
        for where in ({"fsp": 0}, {"fsp": 1}, {"fsp": [0, 1]})
    ]
    withdraw_run(library.owner, loose[-1], "asked twice")
    again(library, lambda cells: [1 - cells[0], *cells[1:]])
    found = {one.run.pk for one in errata_of_target(target)}
    assert found == {*beside, loose[0].pk, loose[1].pk}
    assert found == {one.pk for one in runs_beside(library.owner, target)}


TOLD = {
    "en": "Erratum: mdms/2014@1 was corrected by mdms/2014@2 since; what was changed reaches ",
    "zh": "勘误：mdms/2014@1 后由 mdms/2014@2 更正，所改之处涉及 ",
}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_files_made_after_a_correction_tell_of_it(library: Library, tmp_path: Path, language: str) -> None:
    run = library.runs["table2"]
    before = table_file(library.owner, run, "html", language).content.decode()
    assert TOLD[language] not in before
    first = export_dataset_version(
        library.owner, library.dataset_version, "html", tmp_path / "a.html", language
    )
    assert first.errata == () and TOLD[language] not in (tmp_path / "a.html").read_text("utf-8")
    again(library, lambda cells: [1 - cells[0], *cells[1:]])
    assert f"{TOLD[language]}fsp" in table_file(library.owner, run, "html", language).content.decode()
    for format in ("html", "ddi"):
        path = tmp_path / f"dataset.{format}"
        export_dataset_version(library.owner, library.dataset_version, format, path, language)
        assert f"{TOLD[language]}fsp" in path.read_text("utf-8")
        export_wave_version(library.owner, library.version, format, path, language)
        assert f"{TOLD[language]}q_union" in path.read_text("utf-8")
    data = export_dataset_version(library.owner, library.dataset_version, "csv", tmp_path / "a.csv")
    (erratum,) = data.errata
    assert erratum[language].startswith(TOLD[language])
    (after,) = [one for one in library.wave.versions.all() if one.number == 2]
    assert export_wave_version(library.owner, after, "html", tmp_path / "new.html").errata == ()
