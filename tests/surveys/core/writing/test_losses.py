"""What a format cannot carry is changed in a stated way and listed, variable by variable."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import openpyxl
import polars as pl
import pyreadstat
import pytest

from surveys.core.codebook import Code, MissingRule, ValueType
from surveys.core.problems import Refused
from surveys.core.writing import codebook_beside, write, xlsx
from surveys.core.writing.labels import fit_bytes, spss_names, stata_names
from tests.surveys.core.writing.tables import (
    make_table,
    mixed_table,
    raw_table,
    variable,
    whats,
    whole_table,
)

NAMES = ["with", "a", "A", "ends.", "1st", "a b", "x" * 70, "城" * 30, "ok_1", "$sys"]


def test_names_spss_does_not_take() -> None:
    names, losses = spss_names(NAMES)
    assert names == ["with_", "a", "A_2", "ends", "v1st", "a_b", "x" * 64, "城" * 21, "ok_1", "v$sys"]
    assert {loss.variable for loss in losses} == set(NAMES) - {"a", "ok_1"}
    assert all(len(name.encode()) <= 64 for name in names)


def test_names_stata_does_not_take() -> None:
    names, _ = stata_names(["with", "str5", "a", "A", "a.b", "a_b", "1st", "x" * 40, "x" * 41, "城市"])
    assert names == ["with_", "str5_", "a", "A", "a_b_2", "a_b", "v1st", "x" * 32, "x" * 30 + "_2", "城市"]


def test_a_name_that_is_fine_keeps_itself_whatever_comes_before() -> None:
    assert spss_names(["a b", "a_b"])[0] == ["a_b_2", "a_b"]


def test_labels_are_cut_between_characters() -> None:
    assert fit_bytes("性别" * 50, 20) == "性别性别性" + "…"
    assert fit_bytes("short", 20) == "short"


def test_long_labels_are_cut_and_listed(tmp_path: Path) -> None:
    about = variable(labels={"en": "l" * 300}, codes=(Code(1, {"en": "c" * 200}),))
    table = make_table((about, [1], [None]), title="t" * 100)
    losses = write(table, "sav", tmp_path / "x.sav", "en")
    assert [(loss.variable, loss.what) for loss in losses] == [
        ("x", "label_shortened"), ("x", "label_shortened"), ("", "label_shortened"),
    ]  # fmt: skip
    losses = write(table, "dta", tmp_path / "x.dta", "en")
    assert [loss.variable for loss in losses] == ["", "x"]  # value labels of 200 characters fit into Stata
    _, said = pyreadstat.read_dta(tmp_path / "x.dta", metadataonly=True, output_format="dict")
    assert len(said.column_names_to_labels["x"]) == 80


# SPSS: three codes, or a range and one.  (rules, codes in cells, declared as) - the last by pyreadstat
CODES = [
    ([-1, -2, -3], [-1, -2, -3], [(-3, -3), (-2, -2), (-1, -1)]),
    ([-1, -2, -3, -4], [-4, -1], [(-4, -1)]),
    ([-1, -2, -3, 99], [99], [(-3, -1), (99, 99)]),
]


@pytest.mark.parametrize(("codes", "cells", "declared"), CODES)
def test_missing_codes_under_the_rule_of_spss(
    codes: list[int], cells: list[int], declared: list[tuple[int, int]], tmp_path: Path
) -> None:
    about = variable(missing=tuple(MissingRule(f"r{code}", value=code) for code in codes))
    table = raw_table(about, [1, 7, *cells], [None, None, *(f"r{code}" for code in cells)])
    assert write(table, "sav", tmp_path / "x.sav", "en") == ()
    found, said = pyreadstat.read_sav(tmp_path / "x.sav", user_missing=True, output_format="dict")
    assert found["x"] == [1, 7, *cells]
    assert sorted((r["lo"], r["hi"]) for r in said.missing_ranges["x"]) == declared


def test_ranges_are_kept_with_one_code_beside(tmp_path: Path) -> None:
    about = variable(missing=(MissingRule("gone", high=-5.0), MissingRule("refused", value=99)))
    table = raw_table(about, [1, -7, 99], [None, "gone", "refused"])
    assert write(table, "sav", tmp_path / "x.sav", "en") == ()
    _, said = pyreadstat.read_sav(tmp_path / "x.sav", user_missing=True, output_format="dict")
    assert said.missing_ranges["x"] == [{"lo": float("-inf"), "hi": -5.0}, {"lo": 99.0, "hi": 99.0}]


def test_more_missing_codes_than_spss_can_declare_fall_back_as_stated(tmp_path: Path) -> None:
    codes = [0, 2, 4, 6, 8]  # among valid values: neither a range nor three codes
    about = variable(
        missing=tuple(MissingRule(f"code:{code}", value=code) for code in codes),
        codes=(Code(0, {"en": "none at all"}),),
    )
    cells = [1, 3, 5, 7, 0, 0, 2, 2, 4, 4, 6, 8]
    table = raw_table(about, cells, [f"code:{cell}" if cell in codes else None for cell in cells])
    losses = write(table, "sav", tmp_path / "x.sav", "en")
    assert whats(losses) == {"missing_code_changed"}
    assert losses[0].became == {"0": "-991", "2": "-992", "4": "-993", "6": "-994", "8": "-995"}
    found, said = pyreadstat.read_sav(tmp_path / "x.sav", user_missing=True, output_format="dict")
    back = {float(new): float(old) for old, new in losses[0].became.items()}
    assert [back.get(cell, cell) for cell in found["x"]] == cells  # the list leads back to every code
    assert said.missing_ranges["x"] == [{"lo": -995.0, "hi": -991.0}]
    assert said.variable_value_labels["x"] == {-991: "none at all"}


def test_where_there_is_no_room_the_rarest_codes_become_empty_cells(tmp_path: Path) -> None:
    codes = [0, 2, 4, 6, 8]
    about = variable(
        "x", ValueType.DECIMAL, missing=tuple(MissingRule(f"r{code}", value=code) for code in codes)
    )
    cells = [-1e15, 3, 5, 7, 0, 0, 2, 2, 4, 4, 6, 8]
    table = raw_table(about, cells, [f"r{cell}" if cell in codes else None for cell in cells])
    losses = write(table, "sav", tmp_path / "x.sav", "en")
    assert whats(losses) == {"missing_codes_dropped"}
    assert "2 cells" in losses[0].why
    assert losses[0].became == {"6": "", "8": ""}
    found, said = pyreadstat.read_sav(tmp_path / "x.sav", user_missing=True, output_format="dict")
    assert said.variable_value_labels["x"] == {0: "r0", 2: "r2", 4: "r4"}  # nothing is labelled that is gone
    assert found["x"] == [-1e15, 3, 5, 7, 0, 0, 2, 2, 4, 4, None, None]  # empty, never a value


def test_letters_of_stata_are_told_code_by_code(tmp_path: Path) -> None:
    rules = (
        MissingRule("refused", value=-1),
        MissingRule("dont_know", tag="a"),
        MissingRule("gone", tag="A"),
    )
    cells = pl.Series([-1, None, None, None, 3], dtype=pl.Int64)
    tags = pl.Series([None, "a", "A", "z", None], dtype=pl.String)
    table = whole_table([variable(missing=rules)], [(cells, tags)])
    losses = write(table, "dta", tmp_path / "x.dta", "en")
    became = {loss.what: loss.became for loss in losses}
    assert became == {"missing_code_changed": {"-1": ".c"}, "missing_code_invented": {"gone": ".b"}}
    found, said = pyreadstat.read_dta(tmp_path / "x.dta", user_missing=True, output_format="dict")
    assert found["x"] == ["c", "a", "b", "z", 3]
    assert said.variable_value_labels["x"] == {"a": "don't know", "b": "gone", "c": "refused"}


def test_invented_codes_stay_clear_of_values(tmp_path: Path) -> None:
    table = make_table(
        (variable("low", ValueType.DECIMAL), [-5000.0, None], [None, "not_asked"]),
        (variable("usual", ValueType.DECIMAL), [5.0, None], [None, "refused"]),
        (variable("full", ValueType.DECIMAL), [-1e15, None], [None, "refused"]),
    )
    losses = write(table, "sav", tmp_path / "x.sav", "en")
    found, _ = pyreadstat.read_sav(tmp_path / "x.sav", user_missing=True, output_format="dict")
    assert (found["low"][1], found["usual"][1], found["full"][1]) == (-99991, -992, None)
    assert [(loss.variable, loss.what) for loss in losses] == [
        ("low", "missing_code_invented"), ("usual", "missing_code_invented"),
        ("full", "missing_reason_dropped"),
    ]  # fmt: skip


def test_text_and_fractional_value_labels_and_letters_in_stata(tmp_path: Path) -> None:
    text = variable(
        "t", ValueType.TEXT, codes=(Code("a", {"en": "A"}),), missing=(MissingRule("refused", value="-"),)
    )
    half = variable("h", ValueType.DECIMAL, codes=(Code(0.5, {"en": "half"}), Code(1, {"en": "one"})))
    many = variable("m", missing=tuple(MissingRule(f"code:{-n}", value=-n) for n in range(1, 31)))
    table = make_table(
        (text, ["a"] * 30, [None] * 30),
        (half, [0.5] * 30, [None] * 30),
        (many, [None] * 30, [f"code:{-n}" for n in range(1, 31)]),
    )
    losses = {(loss.variable, loss.what) for loss in write(table, "dta", tmp_path / "x.dta", "en")}
    assert losses == {
        ("t", "value_labels_dropped"), ("t", "missing_codes_undeclared"), ("h", "value_labels_dropped"),
        ("m", "missing_code_changed"), ("m", "missing_codes_dropped"),
    }  # fmt: skip
    found, said = pyreadstat.read_dta(tmp_path / "x.dta", user_missing=True, output_format="dict")
    assert sum(cell is None for cell in found["m"]) == 4
    assert len(set(found["m"])) == 27
    assert said.variable_value_labels["h"] == {1: "one"}


def test_codes_that_share_a_reason_are_written_as_the_first(tmp_path: Path) -> None:
    about = variable(missing=(MissingRule("refused", value=-1), MissingRule("refused", value=-9)))
    table = make_table((about, [1, None], [None, "refused"]))
    assert "missing_codes_merged" in whats(write(table, "sav", tmp_path / "x.sav", "en"))
    assert "missing_codes_merged" in whats(write(table, "csv", tmp_path / "x.csv", "en"))


def test_other_languages_are_listed_as_left_out(tmp_path: Path) -> None:
    about = variable(labels={"en": "Sex", "zh": "性别"}, question={"en": "What are you?"})
    losses = write(make_table((about, [1], [None])), "sav", tmp_path / "x.sav", "zh")
    assert whats(losses) == {"language_not_carried"}  # questions are custom attributes in SPSS
    losses = write(make_table((about, [1], [None])), "dta", tmp_path / "x.dta", "zh")
    assert whats(losses) == {"language_not_carried"}  # Stata has notes for questions


def test_formulas_stay_text_and_are_pointed_out(tmp_path: Path) -> None:
    cells = ["=1+1", "@x", "<b>&", "tab\tline\nreturn\r", "_x0041_", "\x07bell"]
    table = make_table((variable("t", ValueType.TEXT), cells, [None] * 6))
    write(table, "xlsx", tmp_path / "x.xlsx", "en")
    column = [row[0] for row in openpyxl.load_workbook(tmp_path / "x.xlsx")["data"].iter_rows(min_row=2)]
    assert all(cell.data_type == "s" for cell in column)
    assert [cell.value for cell in column][:3] == ["=1+1", "@x", "<b>&"]
    losses = write(table, "csv", tmp_path / "x.csv", "en")
    assert ("t", "formula_like_text") in {(loss.variable, loss.what) for loss in losses}
    assert pl.read_csv(tmp_path / "x.csv")["t"].to_list() == cells  # exact all the same


def test_what_excel_cannot_hold(tmp_path: Path) -> None:
    table = make_table(
        (variable("old", ValueType.DATE), [date(1850, 1, 1)], [None]),
        (variable("big"), [2**60], [None]),
        (variable("inf", ValueType.DECIMAL), [float("inf")], [None]),
        (variable("long", ValueType.TEXT), ["x" * 40_000], [None]),
    )
    losses = {(loss.variable, loss.what) for loss in write(table, "xlsx", tmp_path / "x.xlsx", "en")}
    assert losses == {
        ("old", "date_as_text"), ("big", "number_rounded"), ("inf", "number_dropped"),
        ("long", "text_shortened"),
    }  # fmt: skip


def test_a_table_too_large_for_a_workbook_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx, "MOST_CELLS", 3)
    with pytest.raises(Refused, match="Choose Parquet"):
        write(make_table((variable(), [1, 2, 3, 4], [None] * 4)), "xlsx", tmp_path / "x.xlsx", "en")
    assert not (tmp_path / "x.xlsx").exists()


def test_an_unknown_format_names_its_neighbours(tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        write(make_table((variable(), [1], [None])), "savv", tmp_path / "x", "en")
    assert refused.value.problems[0].near[0] == "sav"


def test_whole_numbers_beyond_a_double_are_told_in_stata_too(tmp_path: Path) -> None:
    table = make_table((variable("big"), [2**60 + 1], [None]), (variable("fine"), [2**53], [None]))
    losses = write(table, "dta", tmp_path / "x.dta", "en")
    assert [(loss.variable, loss.what) for loss in losses] == [("big", "number_rounded")]


def test_what_does_not_fit_the_sheets_of_a_workbook(tmp_path: Path) -> None:
    many = variable("many", codes=tuple(Code(n, {"en": f"{n} " + "l" * 100}) for n in range(600)))
    bell = variable("bell", ValueType.TEXT, labels={"en": "a\x07b"})
    table = make_table((many, [1], [None]), (bell, ["\x07"], [None]))
    losses = {(loss.variable, loss.what) for loss in write(table, "xlsx", tmp_path / "x.xlsx", "en")}
    assert losses == {
        ("many", "codebook_shortened"),
        ("bell", "codebook_characters_removed"),
        ("bell", "characters_removed"),
    }


def test_response_sets_go_along_as_syntax_where_a_format_has_none(tmp_path: Path) -> None:
    write(mixed_table(), "dta", tmp_path / "x.dta", "en")
    write(mixed_table(), "csv", tmp_path / "x.csv", "en")
    notes = pyreadstat.read_dta(tmp_path / "x.dta", metadataonly=True, output_format="dict")[1].notes
    told = pl.read_csv(codebook_beside(tmp_path / "x.csv"))["note"].drop_nulls().to_list()
    commands = [
        "MRSETS /MDGROUP NAME=$multi LABEL='Several' VARIABLES=a_long_enough_name b VALUE=1.",
        "MRSETS /MCGROUP NAME=$cats LABEL='Kinds' VARIABLES=a_long_enough_name b.",
        "MRSETS /MDGROUP NAME=$ext LABEL='More' CATEGORYLABELS=COUNTEDVALUES "
        "VARIABLES=a_long_enough_name b VALUE=1.",
    ]
    assert [note for note in notes if note.startswith("MRSETS")] == commands
    assert [note for note in told if note.startswith("MRSETS")] == commands


def test_texts_longer_than_spss_takes_are_cut_between_characters(tmp_path: Path) -> None:
    table = make_table((variable("t", ValueType.TEXT), ["长" * 11_000, "short"], [None, None]))
    losses = write(table, "sav", tmp_path / "x.sav", "en")
    assert [(loss.variable, loss.what) for loss in losses] == [("t", "text_shortened")]
    found, _ = pyreadstat.read_sav(tmp_path / "x.sav", output_format="dict")
    assert found["t"] == ["长" * 10_921 + "…", "short"]


def test_labels_of_texts_wider_than_the_column_do_not_stop_the_writing(tmp_path: Path) -> None:
    codes = tuple(Code(value, {"en": "label"}) for value in ("长" * 20, "无", "a"))
    table = make_table((variable("t", ValueType.TEXT, codes=codes), ["b"], [None]))
    losses = write(table, "sav", tmp_path / "x.sav", "en")
    assert [(loss.variable, loss.what) for loss in losses] == [("t", "value_labels_dropped")]
    said = pyreadstat.read_sav(tmp_path / "x.sav", output_format="dict")[1]
    assert said.variable_value_labels["t"] == {"a": "label"}


def test_the_lowest_number_is_no_number_to_spss_and_that_is_told(tmp_path: Path) -> None:
    table = make_table((variable("x", ValueType.DECIMAL), [-sys.float_info.max, 1.0], [None, None]))
    losses = write(table, "sav", tmp_path / "x.sav", "en")
    assert [(loss.variable, loss.what) for loss in losses] == [("x", "number_dropped")]


def test_a_missing_text_wider_than_the_column_declares_no_other_text_missing(tmp_path: Path) -> None:
    about = variable("t", ValueType.TEXT, missing=(MissingRule("code:NA", value="NA"),))
    losses = write(make_table((about, ["N", "Y"], [None, None])), "sav", tmp_path / "x.sav", "en")
    assert losses[0].became == {"NA": "NA"}
    said = pyreadstat.read_sav(tmp_path / "x.sav", user_missing=True, output_format="dict")[1]
    assert not said.missing_ranges  # cut to one byte, "N" would have been missing


def test_a_single_column_of_a_csv_has_no_blank_lines(tmp_path: Path) -> None:
    write(make_table((variable("x"), [1, None, 3], [None, "system", None])), "csv", tmp_path / "x.csv", "en")
    assert (tmp_path / "x.csv").read_text() == 'x\n1\n""\n3\n'
