"""Pages of comparisons, decisions, items and errata, as different people see them."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client

from surveys.core.codebook import Code, MissingRule
from surveys.models import AuditEntry, CrosswalkDecision, WaveVersion
from tests.factories import make_wave, make_wave_version, variable
from tests.pages.conftest import Library, columns, text, visit

OTHER = (Code(0, {"en": "not", "zh": "否"}), Code(1, {"en": "yes", "zh": "是"}), Code(2, {"en": "unsure"}))


@pytest.fixture
def corrected(library: Library) -> WaveVersion:
    """The wave again: union of three people is other, local reads otherwise."""
    again: list[Any] = []
    for entry, cells in columns():
        if entry.name == "q_union":
            cells = [1 - cell if place < 3 else cell for place, cell in enumerate(cells)]
        if entry.name == "q_local":
            entry = replace(entry, labels={"en": "Feels like a local", "zh": "本地认同"}, codes=OTHER)
        again.append((entry, cells))
    return make_wave_version(library.wave, again)


COMPARE = "/studies/mdms/compare/?before=2014@1&after=2014@2"
ROW = "/studies/mdms/compare/row/?before=2014@1&after=2014@2&old={0}&new={0}"


def test_a_comparison_marks_words_and_counts_cells(client: Client, library: Library, corrected: Any) -> None:
    page = text(visit(client, COMPARE, library.owner))
    assert "<ins>like a </ins>" in page and "Feels " in page
    assert "3 cells changed" in page and "cells.csv" in page
    assert "q_income" not in text(visit(client, COMPARE + "&kind=cells"))
    assert "q_income" in text(visit(client, COMPARE + "&kind=same"))
    part = text(visit(client, COMPARE + "&q=local", headers={"HX-Request": "true"}))
    assert part.lstrip().startswith('<div id="comparison"') and "q_union" not in part


def test_each_missing_rule_that_differs_is_shown(client: Client, library: Library) -> None:
    new = (
        MissingRule("refused", value=7),
        MissingRule("dont_know", low=90, high=99, labels={"en": "unsure"}),
    )
    again = [(replace(v, missing=new) if v.name == "q_local" else v, cells) for v, cells in columns()]
    make_wave_version(library.wave, again)
    page = re.sub(r"\s+", " ", text(visit(client, COMPARE, library.owner)))
    assert "<ins>7 refused</ins>" in page
    assert '<ins>90 – 99 don&#x27;t know <span class="quiet">“unsure”</span></ins>' in page


def test_the_headline_counts_the_variables_whose_cells_alone_differ(client: Client, library: Library) -> None:
    """Two answers that change places leave description and shares as they were."""
    again: list[Any] = []
    for entry, cells in columns():
        if entry.name == "q_union":
            first, second = cells.index(0), cells.index(1)
            cells = list(cells)
            cells[first], cells[second] = 1, 0
        again.append((entry, cells))
    make_wave_version(library.wave, again)
    page = text(visit(client, COMPARE, library.owner))
    assert "<b>1</b><span>variable differs<" in page
    assert "<b>0</b><span>of them described otherwise<" in page
    assert f"<b>{len(again) - 1}</b><span>variables do not differ<" in page
    assert "<b>2</b><span>cells changed<" in page and "<b>1</b><span>variable with changed cells<" in page


@pytest.mark.parametrize(
    ("asked", "chosen"),
    [
        ("", ["2014@2", "2016@1"]),
        ("?before=2014@1", ["2014@1", "2016@1"]),
        ("?before=2016@1", ["2016@1", "2014@2"]),
        ("?before=1999@9", ["2014@2", "2016@1"]),
    ],
)
def test_two_different_versions_are_chosen_to_begin_with(
    client: Client, library: Library, corrected: WaveVersion, asked: str, chosen: list[str]
) -> None:
    make_wave_version(make_wave(library.study, "2016", position=1), [(variable("loc"), [0, 1, 2])])
    page = text(visit(client, "/studies/mdms/compare/" + asked, library.owner))
    assert re.findall(r'<option value="(\S+)" selected>', page) == chosen


def test_single_cells_are_shown_to_those_with_the_right_and_audited(
    client: Client, library: Library, corrected: Any
) -> None:
    page = text(visit(client, ROW.format("q_union"), library.owner))
    assert "Single cells" in page and AuditEntry.objects.filter(action="read_cells").count() == 1
    page = text(visit(client, ROW.format("q_union"), library.reader))
    assert "<b>&lt;\u202f10</b><span>cells changed" in page and "<b>withheld</b><span>value to value" in page
    assert "<b>0</b><span>value to absence" in page
    page = text(visit(client, COMPARE, library.reader))
    assert "<b>withheld</b><span>cells changed" in page and "fewer than ten cells changed" in page
    found = client.get("/api/v1/comparison/?before=mdms/2014@1&after=mdms/2014@2").json()
    assert found["cells_changed"] == {"q_union": None}
    told = {one["variable"]: one["means"] for one in found["distribution_changed"]}
    assert told["q_union"] == [None, None]
    assert "everyone else sees counts" in page and "<summary>Single cells" not in page
    assert visit(client, "/studies/mdms/compare/cells.csv?before=2014@1&after=2014@2").status_code == 403
    assert AuditEntry.objects.filter(action="read_cells").count() == 1
    answer = visit(client, "/studies/mdms/compare/cells.json?before=2014@1&after=2014@2", library.owner)
    assert b"".join(answer.streaming_content).count(b'"cell"') == 3  # type: ignore[attr-defined]


def test_what_is_withheld_is_not_called_the_same(client: Client, library: Library) -> None:
    """391 and 9 against 300 and 100, in two waves: 9 may not be told, nor 391, from which it would follow."""
    codes = (Code(1, {"en": "often"}), Code(2, {"en": "seldom"}))
    for slug, place, often in (("2018", 1, 391), ("2020", 2, 300)):
        cells = [1] * often + [2] * (400 - often)
        make_wave_version(
            make_wave(library.study, slug, position=place), [(variable("l", codes=codes), cells)]
        )
    row = "/studies/mdms/compare/row/?before=2018@1&after=2020@1&old=l&new=l"
    page = text(visit(client, row, library.reader))
    assert "no difference" not in page and "they differ; by how much is not told" in page
    assert page.count(">withheld</td>") == 4 and "Distance of answers" not in page
    page = text(visit(client, row.replace("row/", ""), library.reader))
    assert "<b>1</b><span>variable differs<" in page and "they differ; by how much is not told" in page
    found = client.get("/api/v1/comparison/?before=mdms/2018@1&after=mdms/2020@1").json()
    assert found["same"] == [] and found["distribution_changed"][0]["distance"] is None
    assert "0.228" in text(visit(client, row, library.owner))


def test_a_row_is_decided_and_undone_on_its_page(client: Client, library: Library, corrected: Any) -> None:
    make_wave_version(
        make_wave(library.study, "2016", position=1), [(variable("loc", codes=OTHER), [0, 1, 2])]
    )
    row = "/studies/mdms/compare/row/?before=2014@2&after=2016@1&old=q_local&new=loc"
    client.force_login(library.owner)
    page = text(client.get(row))
    assert 'name="source-2" value="2"' in page and "Sign this decision" in page
    given = {"item": "q_local", "kind": "rename", "variable": "loc", "reason": "", "note": "as labels say"}
    codes = {
        "source-0": "0",
        "map-0": "=0",
        "source-1": "1",
        "map-1": "=1",
        "source-2": "2",
        "map-2": "!dont_know",
    }
    decide = row.replace("row/", "row/decide/")
    assert client.post(decide, given | codes).status_code == 302
    decision = CrosswalkDecision.objects.get()
    assert (decision.missing_map, decision.status) == ([[2, "dont_know"]], "complete")
    page = text(client.get(row))
    assert "signed by owner_mdms" in page and "as labels say" in page
    assert "comparable" in text(client.get("/studies/mdms/items/q_local/"))
    undo = f"/studies/mdms/decisions/{decision.pk}/undo/"
    assert client.post(undo, {"note": "no"}).status_code == 302
    assert CrosswalkDecision.objects.filter(kind="undo", undoes=decision).exists()
    page = client.post(decide, {"item": "q_local", "kind": "not_comparable", "variable": "loc"})
    assert page.status_code == 422 and "Say why." in text(page)


def test_a_form_keeps_what_was_signed_and_chosen_of_codes_without_a_label(
    client: Client, library: Library, corrected: Any
) -> None:
    codes = (Code(0, {"en": "not"}), Code(1, {"en": "yes"}))
    make_wave_version(
        make_wave(library.study, "2016", position=1), [(variable("loc", codes=codes), [0, 1, 5])]
    )
    client.force_login(library.owner)
    row = "/studies/mdms/compare/row/?before=2014@2&after=2016@1&old=q_local&new=loc"
    decide = row.replace("row/", "row/decide/")
    given = {"item": "q_local", "kind": "rename", "variable": "loc", "source-0": "0", "map-0": "=0",
             "source-1": "1", "map-1": "=1"}  # fmt: skip
    page = client.post(decide, given)
    assert page.status_code == 422 and "does not show every code" in text(page)
    given |= {"source-2": "5", "map-2": "!dunno"}
    page = client.post(decide, given | {"map-1": "=2"})
    assert page.status_code == 422 and "dunno" in text(page)
    assert text(page).count('<option value="=2" selected>') == 1
    assert client.post(decide, given | {"map-2": "!refused"}).status_code == 302
    page = text(client.get(row))
    assert 'name="source-2" value="5"' in page and '<option value="!refused" selected>' in page


def test_a_reader_sees_decisions_and_may_not_make_any(
    client: Client, library: Library, corrected: Any
) -> None:
    page = text(visit(client, ROW.format("q_local"), library.reader))
    assert "Sign this decision" not in page
    decide = ROW.format("q_local").replace("row/", "row/decide/")
    answer = client.post(decide, {"item": "q_local", "kind": "same"})
    assert answer.status_code == 403 and not CrosswalkDecision.objects.exists()
    assert "You may not decide on the crosswalk of this study." in text(answer)


def test_an_erratum_travels_to_every_page_it_reaches(
    client: Client, library: Library, corrected: Any
) -> None:
    client.force_login(library.owner)
    b"".join(client.get("/studies/mdms/waves/2014@1/download/csv/?language=en").streaming_content)  # type: ignore[attr-defined]
    page = text(client.get("/studies/mdms/waves/2014@1/erratum/"))
    assert "1 column holds other answers" in page and "1 stands for something else" in page
    assert "fsp" in page and "A paper, Table 2" in page and "owner_mdms" in page
    assert "Erratum" in text(client.get(library.pages["dataset"]))
    assert "q_union" in text(client.get(library.pages["dataset"] + "columns/fsp/"))
    assert "Erratum" not in text(client.get(library.pages["dataset"] + "columns/q_ins/"))
    assert "Erratum" in text(client.get(library.pages["run_table1"]))
    assert "from q_local" in text(client.get(library.pages["run_by_insurance"]))  # other codes
    assert "Erratum" in text(client.get(library.pages["target"]))
    assert "What rests on it" in text(client.get(library.pages["wave"]))
    assert "What changed against version 1" in text(client.get("/studies/mdms/waves/2014@2/"))
    page = text(visit(client, "/studies/mdms/waves/2014@1/erratum/", library.reader))
    assert "1 file with data was handed out" in page and "owner_mdms" not in page
