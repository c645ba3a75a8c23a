"""The shipped waves: real system files, the published counts, and *synthetic* wherever one looks."""

from __future__ import annotations

import csv
import hashlib
from pathlib import Path

import numpy as np
import pyreadstat
import pytest

from studies.community.generate.__main__ import write_records
from studies.community.generate.records import generate as generate_community
from studies.fuzhou.generate.records import generate as generate_fuzhou
from studies.making.codebook import Described
from studies.making.sav import Columns, write
from studies.mdms.generate.check import check
from studies.mdms.generate.spec import SEED, read_spec
from studies.mdms.generate.wave import generate as generate_mdms
from tests.conftest import ROOT

MDMS = ROOT / "studies" / "mdms"
FUZHOU = ROOT / "studies" / "fuzhou"
COMMUNITY = ROOT / "studies" / "community"
FILES = (
    MDMS / "waves" / "mdms_2014.sav",
    FUZHOU / "waves" / "fuzhou_2009.sav",
    COMMUNITY / "waves" / "community_2017.sav",
)
MOST_BYTES = 3_000_000  # more would not belong in the repository
TABLES = {
    1: "q_settlement_intention",
    2: "hukou_transfer",
    3: "hukou_transfer_if_land_given_up",
    6: "q_insurance_type_preferred",
    7: "q_old_age_support_preferred",
    8: "q_medical_insurance_preferred",
}
# Where the report contradicts its own counts: (table, column, code).
CONTRADICTIONS = {
    (1, "informal", "4"),
    (3, "all", "1"),
    (3, "all", "4"),
    (3, "informal", "3"),
    (7, "informal", "3"),
    (7, "all", "3"),
}


def read(path: Path) -> tuple[Columns, object]:
    columns, meta = pyreadstat.read_sav(
        str(path), user_missing=True, output_format="dict", disable_datetime_conversion=True
    )
    return {name: np.array(column) for name, column in columns.items()}, meta


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_file_is_the_one_of_its_checksum(path: Path) -> None:
    said, name = path.with_name(path.name + ".sha256").read_text().split()
    assert name == path.name
    assert hashlib.sha256(path.read_bytes()).hexdigest() == said
    assert path.stat().st_size < MOST_BYTES


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_file_says_that_it_is_synthetic_in_both_languages(path: Path) -> None:
    _, meta = read(path)
    for text in (meta.file_label, " ".join(meta.notes), meta.column_names_to_labels["rid"]):  # type: ignore[attr-defined]
        assert "synthetic" in text.lower()
        assert "模拟数据" in text


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_label_is_bilingual(path: Path) -> None:
    _, meta = read(path)
    labels = list(meta.column_names_to_labels.values())  # type: ignore[attr-defined]
    labels += [text for codes in meta.variable_value_labels.values() for text in codes.values()]  # type: ignore[attr-defined]
    assert all(text.count(" | ") == 1 for text in labels)


BY_RANK = ("q_sex", "q_edu", "q_range", "q_neighbours", "q_income", "q_expenditure", "q_training")


def test_mdms_is_drawn_with_the_margins_of_the_shipped_file() -> None:
    """A draw hangs on how a machine's linear algebra turns its axes; what is made by rank does not."""
    shipped, _ = read(FILES[0])
    drawn = generate_mdms()
    assert list(drawn) == list(shipped)
    for name in BY_RANK:
        answered = [columns[name][columns["q_local_identity"] != -9] for columns in (drawn, shipped)]
        np.testing.assert_array_equal(*map(np.sort, answered), err_msg=name)
    assert (drawn["q_local_identity"] == 1).sum() == (shipped["q_local_identity"] == 1).sum()


def test_fuzhou_generates_the_shipped_cells() -> None:
    shipped, _ = read(FILES[1])
    _assert_same(generate_fuzhou(), shipped)


BY_COUNT = ("rid", "city", "community_id")  # no machine's arithmetic shows in them


def test_community_generates_the_shipped_cells_and_records(tmp_path: Path) -> None:
    """Two machines may round the last digit of a latent to another answer, hardly ever more."""
    shipped, _ = read(FILES[2])
    drawn, places = generate_community()
    assert list(drawn) == list(shipped)
    for name, column in drawn.items():
        if name != "interview_date":
            differing = (column != shipped[name]).sum()
            assert differing <= (0 if name in BY_COUNT else 3), name
    write_records(places, tmp_path / "communities.csv")
    stored = (COMMUNITY / "context" / "communities.csv").read_text("utf-8")
    assert (tmp_path / "communities.csv").read_text("utf-8") == stored


def test_community_has_sixty_communities_two_of_them_too_small_for_an_attribute() -> None:
    cells, meta = read(FILES[2])
    _, sizes = np.unique(cells["community_id"], return_counts=True)
    assert len(sizes) == 60 and (sizes < 10).sum() == 2
    assert FILES[2].stat().st_size < 300_000
    assert {name: len(s["variable_list"]) for name, s in meta.mr_sets.items()} == {  # type: ignore[attr-defined]
        "q_ins": 5, "q_org": 6, "q_act": 4, "q_asked": 5,
    }  # fmt: skip


def _assert_same(drawn: Columns, shipped: Columns) -> None:
    assert list(drawn) == list(shipped)
    for name, column in drawn.items():
        if not np.issubdtype(column.dtype, np.datetime64):
            np.testing.assert_array_equal(column, shipped[name], err_msg=name)


def test_mdms_has_the_records_missing_codes_and_sets_of_the_survey() -> None:
    cells, meta = read(FILES[0])
    assert len(cells["rid"]) == 15_999 == len(np.unique(cells["rid"]))
    assert (cells["q_local_identity"] == -9).sum() == 2
    assert np.unique(cells["city"], return_counts=True)[1].tolist().count(2_000) == 7
    assert meta.missing_ranges["q_sex"] == [{"lo": -9.0, "hi": -1.0}]  # type: ignore[attr-defined]
    assert {name: len(s["variable_list"]) for name, s in meta.mr_sets.items()} == {  # type: ignore[attr-defined]
        "q_ins": 5, "q_org": 8, "q_act": 7, "q_worry": 8,
    }  # fmt: skip
    assert meta.variable_measure["q_edu"] == "ordinal"  # type: ignore[attr-defined]


def test_mdms_holds_its_planted_faults() -> None:
    cells, _ = read(FILES[0])
    employed, contract = cells["q_empstat"] == 1, cells["q_contract"]
    assert ((contract != -8) & ~employed).sum() == 4
    assert {code: int((contract == code).sum()) for code in (-1, -2, -9)} == {-1: 31, -2: 22, -9: 14}
    assert (cells["q_land_mu"] >= 150).sum() == 14
    years = 1582 + cells["interview_date"] / 86_400 / 365.2425 + (287 - 1) / 365.2425
    assert (years > 2040).sum() == 3


def test_mdms_draw_meets_the_printed_tables() -> None:
    """Any machine's draw: counts exactly, SDs near a rounding edge may miss, slopes within sampling error.

    That the shipped draw meets every figure is held where its tables are replicated.
    """
    report = check(SEED)
    assert not [missed for missed in report.table1_missed if not missed.startswith("sd of")]
    assert len(report.table1_missed) <= 2
    assert len(report.beyond) <= 0.1 * report.coefficients
    assert report.furthest < 3.5


def test_slopes_of_the_generator_are_those_of_the_target() -> None:
    rows = _rows(MDMS / "targets" / "fsp_isp_2022" / "table2.csv")
    printed = {
        r["term"]: float(r["printed"])
        for r in rows
        if r["column"] == "model3" and r["statistic"] == "estimate"
    }
    del printed["constant"]
    assert read_spec().slopes.published == printed


@pytest.mark.parametrize(("table", "variable"), TABLES.items())
def test_fuzhou_gives_the_printed_percentages(table: int, variable: str) -> None:
    """Every cell of the report but those where it contradicts itself, which are known."""
    cells, _ = read(FILES[1])
    groups = {
        "formal": cells["employment"] == 1,
        "informal": cells["employment"] == 2,
        "all": cells["rid"] > 0,
    }
    missed = set()
    for row in _rows(FUZHOU / "targets" / "zhu_lin_2010" / f"table{table}.csv"):
        if row["statistic"] == "percent":
            here = cells[variable][groups[row["column"]]]
            percent = 100 * (here == float(row["term"])).mean()
            if abs(percent - float(row["printed"])) > 0.00501:
                missed.add((table, row["column"], row["term"]))
    assert missed == {place for place in CONTRADICTIONS if place[0] == table}


def test_targets_are_those_of_the_shared_folder(shared: Path) -> None:
    printed = {
        (f"model{r['model']}", r["term"]): r for r in _rows(shared / "targets/fsp_isp_2022/table2.csv")
    }
    for row in _rows(MDMS / "targets" / "fsp_isp_2022" / "table2.csv"):
        if row["statistic"] in ("estimate", "se", "stars"):
            assert row["printed"] == printed[row["column"], row["term"]][row["statistic"]]


def test_labels_too_long_for_the_format_are_refused(tmp_path: Path) -> None:
    described = Described({"a": "a" * 257}, {"a": "nominal"}, {"a": {}}, {"a": ()}, {})
    with pytest.raises(ValueError, match="variable label"):
        write({"a": np.array([1])}, described, tmp_path / "a.sav", label="short", notes=())


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
