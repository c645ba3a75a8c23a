"""An edited sheet: only cells that were changed count, everything else stays to the letter."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings

from surveys.core.codebook import (
    Code,
    Codebook,
    Level,
    Limits,
    MissingRule,
    ResponseSet,
    Role,
    ValueType,
    Variable,
)
from surveys.core.findings import Finding
from surveys.core.problems import Refused
from surveys.core.reading.revising import read_revision
from surveys.core.reading.revision import revised
from surveys.core.reading.sheet_table import own_sheet
from surveys.core.writing import write
from tests.surveys.core.codebooks import QUICK, answers_of, bare, codebooks, in_order, table_of

BASE = Codebook(
    (
        Variable(
            "sex",
            ValueType.INTEGER,
            labels={"en": "Sex | of the person", "zh": "性别"},
            question={"en": "Your\nsex?"},
            codes=(Code(1, {"en": "male"}), Code(2, {"en": "fe|male", "zh": "女"}), Code(3, {})),
            missing=(MissingRule("refused", value=-1), MissingRule("user_missing", low=-9.0, high=-2.0)),
            role=Role.WEIGHT,
        ),
        Variable("a", ValueType.INTEGER, codes=(Code(1, {"en": "yes"}),)),
        Variable("b", ValueType.DECIMAL, missing=(MissingRule("tag:a", tag="a", labels={"en": "left"}),)),
    ),
    (ResponseSet("multi", "D", ("a", "b"), {"en": "Several"}, 1),),
    weight="sex",
)
Edit = Callable[[dict[str, dict[str, str]]], None]


def edited(
    tmp_path: Path, edit: Edit, base: Codebook = BASE, today: Codebook | None = None
) -> tuple[Codebook, list[Finding]]:
    """The codebook (``today``, a later one) after the sheet of ``base`` was written, edited and read back."""
    path = tmp_path / "sheet.csv"
    write(table_of(base), "codebook", path, "en")
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        headings = list(reader.fieldnames or ())
        lines = {row["variable"] or str(number): row for number, row in enumerate(reader)}
    edit(lines)
    more = [heading for row in lines.values() for heading in row if heading not in headings]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [*headings, *dict.fromkeys(more)])
        writer.writeheader()
        writer.writerows(lines.values())
    told = own_sheet(path, "en")
    assert told is not None and told.written_from == "mdms/2014@1"
    return revised(today or base, told.lines, base)


def test_a_sheet_that_nobody_edited_changes_nothing(tmp_path: Path) -> None:
    assert edited(tmp_path, lambda lines: None) == (BASE, [])


def test_texts_words_and_a_new_language(tmp_path: Path) -> None:
    def edit(lines: dict[str, dict[str, str]]) -> None:
        lines["sex"] |= {"label_en": "Gender", "label_fr": "Sexe", "label_zh": "", "level": "nominal"}
        lines["a"] |= {"universe": "adults", "role": "", "unit": "km", "group": "G", "note": "N"}

    sex, a, b = edited(tmp_path, edit)[0].variables
    assert (sex.labels, sex.level, sex.question) == (
        {"en": "Gender", "fr": "Sexe"},
        Level.NOMINAL,
        {"en": "Your\nsex?"},
    )
    assert (a.universe, a.role, a.unit, a.group, a.note) == ("adults", Role.RAW, "km", "G", "N")
    assert b == BASE.variables[2]


def test_one_code_is_relabelled_and_its_neighbours_stay_to_the_letter(tmp_path: Path) -> None:
    def edit(lines: dict[str, dict[str, str]]) -> None:
        lines["sex"]["codes_en"] = lines["sex"]["codes_en"].replace("1=male", "1=man | 4=other")

    sex = edited(tmp_path, edit)[0].variables[0]
    assert sex.codes == (
        Code(1, {"en": "man"}), Code(4, {"en": "other"}), Code(2, {"en": "fe|male", "zh": "女"}), Code(3, {}),
    )  # fmt: skip
    assert sex.missing == BASE.variables[0].missing  # the vocabulary's words beside -1 are not its labels


def test_a_code_that_is_taken_out_of_every_language_goes(tmp_path: Path) -> None:
    def edit(lines: dict[str, dict[str, str]]) -> None:
        lines["sex"] |= {"codes_en": "1=male | -1=refused", "codes_zh": "-1=拒答"}

    assert [code.value for code in edited(tmp_path, edit)[0].variables[0].codes] == [1, 3]


def test_missing_codes_move_in_and_out(tmp_path: Path) -> None:
    def edit(lines: dict[str, dict[str, str]]) -> None:
        lines["sex"] |= {"missing": "2=dont_know | -7", "missing_ranges": "..-90=lost"}
        lines["b"]["missing_tags"] = ".a=refused; .b=lost"

    book, _ = edited(tmp_path, edit)
    assert [code.value for code in book.variables[0].codes] == [1, 3]
    assert book.variables[0].missing == (
        MissingRule("dont_know", value=2, labels={"en": "fe|male", "zh": "女"}),
        MissingRule("code:-7", value=-7),
        MissingRule("lost", low=None, high=-90.0),
    )
    assert book.variables[2].missing == (
        MissingRule("refused", tag="a", labels={"en": "left"}),
        MissingRule("lost", tag="b"),
    )


LENT = Codebook(
    (
        Variable(
            "x",
            ValueType.INTEGER,
            codes=(Code(1, {"en": "yes"}),),
            missing=(
                MissingRule("refused", value=97, labels={"en": "Would not say"}),
                MissingRule("refused", value=98),
                MissingRule("dont_know", value=99),
            ),
        ),
    )
)


def test_the_label_that_a_sheet_shows_stays_where_only_another_code_was_changed(tmp_path: Path) -> None:
    def edit(lines: dict[str, dict[str, str]]) -> None:
        assert lines["x"]["codes_en"] == "1=yes | 97=Would not say | 98=Would not say | 99=don't know"
        lines["x"]["missing"] = "97=no_answer | 98=refused | 96=dont_know"

    book, findings = edited(tmp_path, edit, LENT)
    assert book.variable("x").missing == (
        MissingRule("no_answer", value=97, labels={"en": "Would not say"}),
        MissingRule("refused", value=98, labels={"en": "Would not say"}),
        MissingRule("dont_know", value=96),
    )
    assert book.variable("x").codes == (Code(1, {"en": "yes"}),)
    assert edited(tmp_path, edit, LENT, book) == (book, findings) == (book, [])


def test_a_word_of_the_vocabulary_goes_with_the_reason_of_its_own_code(tmp_path: Path) -> None:
    def edit(lines: dict[str, dict[str, str]]) -> None:
        lines["x"]["missing"] = "97=refused | 98=refused | 99=no_answer"

    book, _ = edited(tmp_path, edit, LENT)
    assert book.variable("x").missing[2] == MissingRule("no_answer", value=99)
    assert edited(tmp_path, edit, LENT, book) == (book, [])


def test_what_a_later_codebook_says_stays_unless_the_sheet_was_edited_there(tmp_path: Path) -> None:
    def first(lines: dict[str, dict[str, str]]) -> None:
        lines["sex"] |= {"label_en": "Gender", "missing": "-1=no_answer | -7=lost", "codes_zh": "1=男 | 2=女"}

    def second(lines: dict[str, dict[str, str]]) -> None:
        lines["sex"] |= {"label_en": "Sex at birth", "missing": "-1=refused | -8=web"}
        lines["sex"]["codes_zh"] = "2=女性"

    later, _ = edited(tmp_path, first)
    book, findings = edited(tmp_path, second, BASE, later)
    sex = book.variable("sex")
    assert sex.labels == {"en": "Sex at birth", "zh": "性别"}
    assert [(rule.value, rule.reason) for rule in sex.missing if rule.value] == [
        (-1, "no_answer"), (-7, "lost"), (-8, "web"),
    ]  # fmt: skip
    assert [dict(code.labels) for code in sex.codes[:2]] == [
        {"en": "male", "zh": "男"}, {"en": "fe|male", "zh": "女性"},
    ]  # fmt: skip
    assert [(f.code, f.variable) for f in findings] == [("sheet_overlays", "sex")]
    assert all(heading in findings[0].message for heading in ("label_en", "codes_zh"))
    assert "missing" not in findings[0].message  # each changed other codes
    untouched = edited(tmp_path, lambda lines: None, BASE, later)
    assert untouched == (later, [])


def test_other_codes_of_one_variable_are_no_overlay(tmp_path: Path) -> None:
    def code_one(lines: dict[str, dict[str, str]]) -> None:
        lines["sex"]["codes_zh"] = "1=男 | 2=女"

    def code_two(lines: dict[str, dict[str, str]]) -> None:
        lines["sex"]["codes_zh"] = "2=女性"

    def code_one_too(lines: dict[str, dict[str, str]]) -> None:
        lines["sex"]["codes_zh"] = "1=男性 | 2=女"

    later, _ = edited(tmp_path, code_one)
    assert edited(tmp_path, code_two, BASE, later)[1] == []
    assert [f.code for f in edited(tmp_path, code_one_too, BASE, later)[1]] == ["sheet_overlays"]


def test_response_sets_are_edited_by_their_members(tmp_path: Path) -> None:
    def edit(lines: dict[str, dict[str, str]]) -> None:
        lines["b"]["set"] = ""
        lines["sex"]["set"] = "multi (D, counting 1) | kinds (C)"

    assert edited(tmp_path, edit)[0].sets == (
        ResponseSet("multi", "D", ("a", "sex"), {"en": "Several"}, 1),
        ResponseSet("kinds", "C", ("sex",)),
    )


def test_the_case_weight_follows_its_role(tmp_path: Path) -> None:
    def edit(lines: dict[str, dict[str, str]]) -> None:
        lines["sex"]["role"], lines["b"]["role"] = "raw", "weight"

    assert edited(tmp_path, edit)[0].weight == "b"


def test_what_cannot_be_is_said(tmp_path: Path) -> None:
    def edit(lines: dict[str, dict[str, str]]) -> None:
        lines["sex"]["type"] = "text"
        lines["a"]["variable"] = "aa"
        lines["b"]["colour"] = "red"

    book, findings = edited(tmp_path, edit)
    assert book == BASE
    assert [(f.code, f.variable) for f in findings] == [
        ("sheet_column_unknown", ""), ("sheet_column_fixed", "sex"), ("sheet_variable_unknown", "aa"),
    ]  # fmt: skip


def test_every_unreadable_cell_is_told_at_once(tmp_path: Path) -> None:
    def edit(lines: dict[str, dict[str, str]]) -> None:
        lines["sex"] |= {"codes_en": "one=male", "level": "high", "missing_ranges": "9..1=x"}
        lines["a"] |= {"set": "multi", "missing": "x=refused"}
        lines["b"]["set"] = "multi (C)"

    with pytest.raises(Refused) as refused:
        edited(tmp_path, edit)
    codes = sorted({problem.code for problem in refused.value.problems})
    assert codes == ["set_told_twice", "unknown_word", "unreadable_code", "unreadable_set"] or codes == [
        "unknown_word", "unreadable_code", "unreadable_set",
    ]  # fmt: skip
    assert all(problem.where.startswith("codebook sheet, line ") for problem in refused.value.problems)


def test_a_code_keeps_one_label(tmp_path: Path) -> None:
    def edit(lines: dict[str, dict[str, str]]) -> None:
        lines["a"] |= {"codes_en": "1=man | 1=woman | 2=other | 2=other"}

    with pytest.raises(Refused) as refused:
        edited(tmp_path, edit)
    (problem,) = refused.value.problems
    assert problem.code == "code_twice" and problem.where.startswith("codebook sheet, line ")


def test_a_missing_code_keeps_one_reason(tmp_path: Path) -> None:
    def edit(lines: dict[str, dict[str, str]]) -> None:
        lines["a"] |= {"missing": "-1=refused | -1=dont_know"}

    with pytest.raises(Refused, match="a gives the missing code -1 twice"):
        edited(tmp_path, edit)


def test_limits_are_edited_end_by_end(tmp_path: Path) -> None:
    limited = replace(BASE.variables[1], limits=Limits(low=18, high=120))
    base = replace(BASE, variables=(BASE.variables[0], limited, BASE.variables[2]))

    def edit(lines: dict[str, dict[str, str]]) -> None:
        assert (lines["a"]["valid_min"], lines["a"]["valid_max"]) == ("18", "120")
        lines["a"] |= {"valid_min": "> 17", "valid_max": ""}
        lines["b"] |= {"valid_max": "0.5"}

    _, a, b = edited(tmp_path, edit, base)[0].variables
    assert (a.limits, b.limits) == (Limits(above=17), Limits(high=0.5))


def test_a_workbook_is_taken_back_as_a_spreadsheet_saves_it(tmp_path: Path) -> None:
    write(table_of(BASE), "sheet", tmp_path / "sheet.xlsx", "en")
    book = openpyxl.load_workbook(tmp_path / "sheet.xlsx")
    sheet = book["codebook"]
    place = {cell.value: cell.column for cell in sheet[1]}
    line = next(row[0].row for row in sheet.iter_rows(min_row=2) if row[place["variable"] - 1].value == "a")
    sheet.cell(line, place["label_en"]).value = "A_x000A_ label\nof two lines"
    book.save(tmp_path / "edited.xlsx")  # shared strings now
    (tmp_path / "out").mkdir()
    read = read_revision(tmp_path / "edited.xlsx", tmp_path / "out", BASE, "en", answers_of(BASE, tmp_path))
    found, findings = read.codebook, read.findings
    assert not read.counts  # no label alters a count
    assert found.variable("a").labels["en"].split() == ["A", "label", "of", "two", "lines"]
    assert found.variable("sex") == BASE.variables[0] and not findings


def test_other_sheets_and_ddi_are_laid_over_as_at_an_import(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "d.csv").write_text(
        "Variable / Field Name,Form Name,Field Type,Field Label,"
        '"Choices, Calculations, OR Slider Labels"\na,one,yesno,Ticked,\n'
    )
    (tmp_path / "d.xml").write_text(
        '<codeBook><dataDscr><var name="a"><labl>Asked</labl></var></dataDscr></codeBook>'
    )
    for name, label in (("d.csv", "Ticked"), ("d.xml", "Asked")):
        answers = answers_of(BASE, tmp_path)
        read = read_revision(tmp_path / name, tmp_path / "out", BASE, "en", answers)
        found = read.codebook
        assert found.variable("a").labels == {"en": label}


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 no archive", b"no,variables\n1,2\n"])
def test_what_is_no_codebook_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "x").write_bytes(data)
    with pytest.raises(Refused):
        read_revision(tmp_path / "x", tmp_path / "out", BASE, "en", answers_of(BASE, tmp_path))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"<stata_dta><header>", "By its content this is a data file (.dta), not a codebook."),
        (b"$FL2 and so on", "By its content this is a data file (.sav), not a codebook."),
        (b"PAR1 and so on", "By its content this is a data file (.parquet), not a codebook."),
        (b"%PDF-1.7", "By its content the file is a PDF document."),
        (bytes(range(32)) * 20, "By its content the file is of no kind known here."),
    ],
)
def test_another_file_given_as_a_codebook_is_called_what_it_is(
    tmp_path: Path, data: bytes, said: str
) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "x").write_bytes(data)
    with pytest.raises(Refused) as refused:
        read_revision(tmp_path / "x", tmp_path / "out", BASE, "en", answers_of(BASE, tmp_path))
    (problem,) = refused.value.problems
    assert problem.message == said and problem.hint.startswith("Give a codebook: a sheet")


@settings(
    max_examples=30, deadline=None, phases=QUICK, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(codebook=codebooks())
def test_any_codebook_comes_back_from_its_sheet(codebook: Codebook, tmp_path: Path) -> None:
    for form in ("codebook", "sheet"):
        path = tmp_path / f"x.{form}"
        write(table_of(codebook), form, path, "en")
        sheet = own_sheet(path, "en")
        assert sheet is not None
        assert revised(codebook, sheet.lines) == (codebook, [])
        back, findings = revised(bare(codebook), sheet.lines)
        assert in_order(_told(back)) == in_order(_told(codebook)) and not findings


def _told(codebook: Codebook) -> Codebook:
    """With the vocabulary's words as labels of missing codes, which is how a sheet shows them."""
    from dataclasses import replace

    from surveys.core.writing.cells import reason_labels

    def spoken(variable: Variable) -> Variable:
        rules = (
            replace(rule, labels=rule.labels or reason_labels(variable, rule.reason))
            if rule.value is not None
            else rule
            for rule in variable.missing
        )
        return replace(variable, missing=tuple(rules))

    return replace(codebook, variables=tuple(map(spoken, codebook.variables)))
