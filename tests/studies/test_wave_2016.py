"""The shipped later wave: what became of each question, and what its harmonisation makes of it."""

from __future__ import annotations

import csv
import json
from io import StringIO
from typing import Any

import numpy as np
import polars as pl
import pytest
from django.core.management import call_command

from measures import selectors
from measures.core.language import parse
from measures.core.language.nodes import Name, walk
from measures.models import Dataset, DatasetVersion, MeasureVersion
from measures.selectors.scopes import Ground, ground
from measures.services.datasets import build_dataset
from studies.making.sav import Columns
from studies.mdms.generate_2016.sheet import write_sheet
from studies.mdms.generate_2016.wave import generate
from surveys.core.codebook import ValueType
from surveys.core.crosswalk import check_maps, unmapped
from surveys.models import CrosswalkDecision, Study, User, WaveVersion
from surveys.selectors.crosswalk import bindings, in_force_in
from tests.conftest import ROOT
from tests.studies.test_waves import read

MDMS = ROOT / "studies" / "mdms"
FILE = MDMS / "waves" / "mdms_2016.sav"
PURE = {
    "q_ins_unemployment": "C01___1",
    "q_org_union": "C04___1",
    "q_org_alumni": "C04___6",
    "q_will_1": "D08",
    "q_will_8": "D11",
    "q_act_1": "C05_1",
    "q_worry_2": "C06_2",
}
SUGGESTED = {
    "q_sex": "A01",
    "q_act_1": "C05_1",
    "q_will_1": "D08",
    "q_will_8": "D11",
    "q_training": "C08",
    "q_worry_2": "C06_2",
}
IMPOSSIBLE = [
    "fsp",
    "isp",
    "age",
    "duration",
    "work_hours",
    "ln_income",
    "ln_land",
    "exclusion",
    "social_status",
    "willingness",
    "hukou_constraints",
    "hometown_pressure",
    "long_contract",
    "no_contract",
]


def shipped_2016() -> Columns:
    return read(FILE)[0]


@pytest.fixture(scope="module")
def shipped() -> Columns:
    return shipped_2016()


def version(wave: str) -> WaveVersion:
    return WaveVersion.objects.get(wave__slug=wave)


def column(built: DatasetVersion, name: str) -> pl.Series:
    return selectors.read_columns(built, [name])[name][0]


def test_the_draw_has_the_margins_of_the_shipped_file(shipped: Columns) -> None:
    """What is made by rank in every city hangs on no machine; shares do so within chance."""
    drawn = generate()
    assert list(drawn) == list(shipped)
    assert len(drawn["CASEID"]) == 8_000 == len(set(shipped["CASEID"]))
    np.testing.assert_array_equal(np.sort(drawn["CITY_GB6"]), np.sort(shipped["CITY_GB6"]))
    for name, code in (("A01", 1), ("A05", 6), ("C08", 1), ("D13", 1), ("B01", 1), ("C01", "0")):
        assert abs((drawn[name] == code).mean() - (shipped[name] == code).mean()) < 0.03, name


def test_the_sheet_is_that_of_the_specification(tmp_path: Any) -> None:
    write_sheet(tmp_path / "sheet.csv")
    assert (tmp_path / "sheet.csv").read_text() == FILE.with_name("mdms_2016_codebook.csv").read_text()


def test_questions_drifted_as_the_list_of_changes_says(shipped: Columns, shared: Any) -> None:
    with (shared / "constructs/codebooks/mdms_2016_crosswalk.csv").open(encoding="utf-8", newline="") as file:
        named = {name for row in csv.DictReader(file) for name in _names(row["wave_2016"])}
    assert named - {"B06a"} <= {name.split("_")[0] if name[0] in "CD" else name for name in shipped} | {
        "CITY_GB6"
    }


def _names(text: str) -> set[str]:
    """``D01-D04`` and ``A01`` spelled out; the city table is no variable."""
    found = set()
    for part in filter(None, text.split(";")):
        first, _, last = part.partition("-")
        if last:
            found |= {f"{first[0]}{n:02}" for n in range(int(first[1:]), int(last[1:]) + 1)}
        elif " " not in part:
            found.add("C07a" if part == "C07" else part)
    return found


def test_nobody_ticks_none_beside_an_option(shipped: Columns) -> None:
    for name in ("C01", "C04"):
        assert not [text for text in set(shipped[name]) if "," in text and "0" in text.split(",")]
    some = np.any([shipped[f"C05_{n}"] == 1 for n in range(1, 10)], axis=0)
    assert not (some & (shipped["C05_0"] == 1)).any()


def _decisions_cover_the_codes_and_no_absence_becomes_a_value(study: Study) -> None:
    carried = bindings(study, version("2016"))
    decided = list(in_force_in(study, version("2016")).values())
    assert len(decided) > 70
    for one in decided:
        if one.status == CrosswalkDecision.Status.IMPOSSIBLE:
            assert one.reason and one.item.name not in carried
            continue
        variable = carried[one.item.name].variable.as_core()
        assert check_maps(variable, one.code_map, one.missing_map) == []
        lost = unmapped(variable, one.code_map, one.missing_map)
        told = {source for source, target in one.code_map if target is None}
        assert set(lost) == told, one.item.name
        assert not lost or (one.status == CrosswalkDecision.Status.PARTIAL and one.reason), one.item.name


def _missing_codes_are_absences_of_their_variable_alone(study: Study, shipped: Columns) -> None:
    stored = {one.name: one.frequencies for one in version("2016").variables.all()}
    for name, found in stored.items():
        wide = name in ("B04", "B06", "B07", "WGT", "C07a", "C07b", "A03", "CITY_GB6", "COMMID")
        codes = {value for value, _n in found.get("values", ())}
        assert wide or not codes & {97, 98, 99, "97", "98", "99"}, name
    assert stored["B04"]["absent"].keys() == {"refused", "dont_know", "no_answer"}
    assert (shipped["B04"] == 98).sum() > 0  # an answer: 98 hours a week
    assert 98 in {value for value, _n in stored["B04"]["values"]}
    assert stored["B06"]["absent"]["bracket_only"] == (shipped["B06"] == 9997).sum()
    assert stored["C01___0"]["absent"]["system"] == (shipped["C01"] == "").sum()  # not asked is never no


def _pure_renamings_keep_their_shares(study: Study) -> None:
    carried = bindings(study, version("2016"))
    stored = {one.name: one for one in version("2016").variables.all()}
    for item, name in PURE.items():
        assert carried[item].variable.name == name and not carried[item].code_map
        assert carried[item].variable.frequencies == stored[name].frequencies


def _codes_are_called_as_the_item_calls_them(study: Study) -> None:
    there: Ground = ground(study, version("2016"))
    labels = {code.value: code.labels["en"] for code in there.variables["q_neighbours"].codes}
    assert labels == {1: "people from elsewhere", 2: "local citizens", 3: "about equal", 4: "not sure"}
    assert there.variables["q_sex"].type is ValueType.INTEGER


def _what_cannot_be_rebuilt_claims_nothing(study: Study) -> None:
    """Rules made for 2014 are not on the later wave where an item of theirs is impossible there."""
    there = ground(study, version("2016"))
    found = {one.measure.name: one for one in MeasureVersion.objects.filter(measure__study=study)}
    for name in IMPOSSIBLE:
        items = {node.name for node, _depth in walk(parse(found[name].rule)) if isinstance(node, Name)}
        assert items - there.names, name


def _strict_and_wide_differ_as_said(boss: User, study: Study, shipped: Columns) -> None:
    built = {
        name: build_dataset(boss, Dataset.objects.get(slug=f"integration_2016_{name}")).version
        for name in ("strict", "wide")
    }
    strict, wide = built["strict"], built["wide"]
    d13, common = shipped["D13"], shipped["CITY_GB6"] != 310000
    assert strict.rows == (np.isin(d13, (1, 2, 3)) & common).sum()
    assert wide.rows == np.isin(d13, (1, 2, 3, 4)).sum()
    assert column(strict, "local_identity").sum() == ((d13 == 1) & common).sum()
    assert column(wide, "local_identity_loose").sum() == np.isin(d13, (1, 2)).sum()
    kept = np.isin(d13, (1, 2, 3)) & common
    assert column(strict, "unmarried").null_count() == (np.isin(shipped["A05"], (6, 97, 98, 99)) & kept).sum()
    assert (
        column(wide, "unmarried_loose").sum()
        == (np.isin(shipped["A05"], (1, 6)) & np.isin(d13, (1, 2, 3, 4))).sum()
    )
    _participation(strict, wide, shipped, kept, np.isin(d13, (1, 2, 3, 4)))
    _amounts(strict, wide, shipped, kept)


def _participation(
    strict: DatasetVersion, wide: DatasetVersion, shipped: Columns, kept: Any, answered: Any
) -> None:
    """FSP is the same in both; ISP is wider by the online groups; not asked stays absent."""
    chosen = [set(text.split(",")) for text in shipped["C04"]]
    for built, rows, name, codes in (
        (strict, kept, "fsp_2016", {"1", "2"}),
        (strict, kept, "isp_2016_strict", {"3", "4", "5", "6", "7"}),
        (wide, answered, "isp_2016_wide", {"3", "4", "5", "6", "7", "8"}),
    ):
        ticks = np.array([bool(one & codes) for one in chosen])
        assert column(built, name).sum() == (ticks & rows).sum(), name
        blank = np.isin(shipped["C04"], ("", "97", "98", "99"))
        assert column(built, name).null_count() == (blank & rows).sum(), name


def _amounts(strict: DatasetVersion, wide: DatasetVersion, shipped: Columns, kept: Any) -> None:
    given = shipped["B06"] < 9997
    assert column(strict, "ln_income_2016").count() == (given & kept).sum()
    np.testing.assert_allclose(
        np.sort(column(strict, "ln_income_2016").drop_nulls().to_numpy()),
        np.sort(np.log(shipped["B06"][given & kept] * 1000 / 12)),
    )
    assert column(wide, "ln_income_2016_wide").count() > column(wide, "income_from_bracket").sum()
    week, days = (shipped[name][kept].astype(float) for name in ("B04", "B05"))
    hours, valid = week / days, (week < 997) & (days < 97)
    assert column(strict, "work_hours_2016").count() == valid.sum()
    assert abs(column(strict, "work_hours_2016").mean() - hours[valid].mean()) < 1e-9  # type: ignore[operator]


def _2014_is_what_it_was(boss: User, study: Study) -> None:
    built = build_dataset(boss, Dataset.objects.get(study=study, slug="integration")).version
    assert built.content_hash.startswith("5999cc4b")


def _comparison_suggests_renamings_and_applies_none(study: Study) -> None:
    before = CrosswalkDecision.objects.count()
    out = StringIO()
    call_command("compare_waves", "mdms/2014", "mdms/2016", "--json", stdout=out, stderr=StringIO())
    said = json.loads(out.getvalue())
    suggested = {one["before"]: one["after"] for one in said["renamed"]}
    assert suggested.items() >= SUGGESTED.items()
    assert all(one["score"] > 0 for one in said["renamed"])
    open_ones = {one["before"]: one["after"] for one in said["renamed"] if not one["decided"]}
    assert open_ones.keys() <= set(said["removed"]) and set(open_ones.values()) <= set(said["added"])
    decided = {(one["before"], one["after"]) for one in said["renamed"] if one["decided"]}
    assert decided == {(one["before"], one["after"]) for one in said["renamed_by_decision"]}
    assert not {one for pair in decided for one in pair} & {*said["removed"], *said["added"]}
    assert {"C01", "C04", "B05", "B06a", "WGT"} <= set(said["added"])
    both = {after for _before, after in decided}  # no name but that of the date is in both waves
    assert {*said["same"], *(one["variable"] for one in said["codes_changed"])} <= both
    assert CrosswalkDecision.objects.count() == before


def harmonised_as_said(boss: User, shipped: Columns) -> None:
    """What the loaded study's later wave is held to; loading takes seconds and is done once for all tests."""
    study = Study.objects.get(slug="mdms")
    _decisions_cover_the_codes_and_no_absence_becomes_a_value(study)
    _missing_codes_are_absences_of_their_variable_alone(study, shipped)
    _pure_renamings_keep_their_shares(study)
    _codes_are_called_as_the_item_calls_them(study)
    _what_cannot_be_rebuilt_claims_nothing(study)
    _comparison_suggests_renamings_and_applies_none(study)
    _2014_is_what_it_was(boss, study)
    _strict_and_wide_differ_as_said(boss, study, shipped)
