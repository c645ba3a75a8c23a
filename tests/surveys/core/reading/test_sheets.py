"""Codebook sheets through the door: REDCap dictionaries, sets, splits, workbooks, faults all at once."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.core import table
from surveys.core.codebook import Level, Limits, MissingRule, ResponseSet, Role, ValueType
from surveys.core.frequency_table import frequency_table
from surveys.core.problems import Refused
from surveys.core.reading import ReadOptions, ReadResult, read
from surveys.core.reading.sheet_parts import parts_of
from surveys.core.reading.whole import read_whole
from surveys.core.whole_codebook import FORMAT, VERSION
from surveys.core.writing.codebook_sheet import joined

from .xlsx_bytes import number, row, text, workbook


def reading(folder: Path, data: str, sheet: str | Path, **options: Any) -> ReadResult:
    source = folder / "wave.csv"
    source.write_text(data, encoding="utf-8")
    path = sheet if isinstance(sheet, Path) else folder / "sheet.csv"
    if isinstance(sheet, str):
        path.write_text(sheet, encoding="utf-8")
    out = folder / "out"
    out.mkdir(exist_ok=True)
    return read(source, out, ReadOptions(codebook_path=path, languages=("en",), **options))


def cells(found: ReadResult, name: str) -> tuple[list[Any], list[Any]]:
    place = found.codebook.names.index(name)
    values, reasons = table.read_split(found.parquet, place, found.codebook.variables[place])
    return values.to_list(), reasons.to_list()


def codes(found: ReadResult) -> set[tuple[str, str]]:
    return {(f.code, f.variable) for f in found.findings}


DICTIONARY = (
    '"Variable / Field Name","Form Name","Section Header","Field Type","Field Label",'
    '"Choices, Calculations, OR Slider Labels","Field Note","Text Validation Type OR Show Slider Number",'
    '"Text Validation Min","Text Validation Max",Identifier?,"Branching Logic (Show field only if...)"\n'
    "id,base,,text,Record,,,,,,,\n"
    "born,base,About you,text,Born,,,date_dmy,31-01-1900,today,y,\n"
    'weight,base,,text,Weight,,in kg,number_1dp_comma_decimal,"30,5",200,,\n'
    "kids,base,,text,Children,,,integer,,,,[married] = '1'\n"
    "married,base,,yesno,Married,,,,,,,\n"
    'media,more,,checkbox,Which media?,"1, Radio | -2, Print, daily | x, Web",,,,,,\n'
    'bmi,more,,calc,BMI,"round([weight],1)",,,,,,\n'
    "intro,more,,descriptive,Welcome,,,,,,,\n"
)


def test_a_redcap_dictionary(tmp_path: Path) -> None:
    data = (
        "id,born,weight,kids,married,base_complete,media___1,media____2,media___x,bmi\n"
        '1,1990-01-31,"61,5",2,1,2,1,0,0,20.1\n2,,UNK,-9,0,0,0,0,0,\n'
    )
    reasons = {"-9": "refused", "UNK": "dont_know"}
    found = reading(tmp_path, data, DICTIONARY, missing_reasons=reasons)
    book = found.codebook
    assert [v.type.value for v in book.variables[:5]] == ["integer", "date", "decimal", "integer", "integer"]
    assert cells(found, "weight") == ([61.5, None], [None, "dont_know"])
    assert cells(found, "kids") == ([2, None], [None, "refused"])
    kids, born = book.variable("kids"), book.variable("born")
    assert (kids.universe, kids.group, born.group) == ("[married] = '1'", "About you", "About you")
    weight = book.variable("weight")
    assert (weight.note, weight.limits) == ("in kg", Limits(low=30.5, high=200))
    assert (born.note, born.limits) == (
        "Valid from 31-01-1900 to today; Identifies persons", Limits(low="1900-01-31"),
    )  # fmt: skip
    assert book.variable("bmi").note == "Computed: round([weight],1)"
    assert [c.labels["en"] for c in book.variable("married").codes] == ["Yes", "No"]
    assert [c.value for c in book.variable("base_complete").codes] == [0, 1, 2]
    assert book.sets == (
        ResponseSet("media", "D", ("media___1", "media____2", "media___x"), {"en": "Which media?"}, 1),
    )
    paper = book.variable("media____2")
    assert (paper.labels, paper.question) == ({"en": "Print, daily"}, {"en": "Which media?"})
    assert paper.level is Level.NOMINAL
    assert not [code for code, _ in codes(found) if code.startswith("sheet_")]


@pytest.mark.parametrize("kind", ["dictionary", "metadata"])
def test_a_public_project(kind: str, tmp_path: Path, shared: Path) -> None:
    folder = shared / "files" / "redcap"
    options = ReadOptions(codebook_path=folder / f"simple__{kind}.csv", languages=("en",))
    found = read(folder / "simple__data.csv", tmp_path, options)
    assert (found.rows, len(found.codebook.variables)) == (5, 24)
    sex = found.codebook.variable("sex")
    assert [(code.value, code.labels["en"]) for code in sex.codes] == [(0, "Female"), (1, "Male")]
    assert cells(found, "sex")[0] == [0, 1, 1, 0, 1]
    assert [len(one.variables) for one in found.codebook.sets] == [6]
    assert found.codebook.variable("dob").type is ValueType.DATE
    assert found.codebook.variable("height").limits == Limits(low=130, high=215)
    told = {f.variable: f.message for f in found.findings if f.code == "outside_limits"}
    assert told["height"] == "2 rows hold a value outside the declared range, 130 to 215 (first: 1, 2)."
    assert not [code for code, _ in codes(found) if code.startswith("sheet_")]


def test_the_limits_of_a_public_project(tmp_path: Path, shared: Path) -> None:
    folder = shared / "files" / "redcap"
    options = ReadOptions(codebook_path=folder / "clinical-trial-1__dictionary.csv", languages=("en",))
    found = read(folder / "clinical-trial-1__data.csv", tmp_path, options)
    limits = {v.name: v.limits for v in found.codebook.variables if v.limits}
    assert limits == {
        "dob": Limits(low="1900-01-01", high="2029-12-31"),
        "height": Limits(low=0, high=250),
        "weight": Limits(low=0, high=300),
    }
    assert not [v.note for v in found.codebook.variables if "Valid from" in v.note]
    frame = pl.read_csv(folder / "clinical-trial-1__data.csv", infer_schema_length=None)
    wrong = {
        name: frame.filter((pl.col(name) < 0) | (pl.col(name) > most)).height
        for name, most in (("height", 250), ("weight", 300))
    }
    told = {f.variable: f.message for f in found.findings if f.code == "outside_limits"}
    assert told.keys() == {name for name, n in wrong.items() if n}


def test_limits_are_declared_in_the_sheet(tmp_path: Path) -> None:
    sheet = "variable,missing,valid_min,valid_max\nage,-9=refused,18,<120\nday,,1900-01-01,\nq,,1,5\n"
    data = "age,day,q\n17,2020-01-31,a\n120,1899-12-31,b\n-9,,c\n18,2020-01-01,d\n"
    found = reading(tmp_path, data, sheet)
    assert [v.limits for v in found.codebook.variables] == [
        Limits(low=18, below=120), Limits(low="1900-01-01"), None,
    ]  # fmt: skip
    assert {("outside_limits", "age"), ("outside_limits", "day"), ("sheet_limits_left_out", "q")} <= codes(
        found
    )
    told = next(f.message for f in found.findings if f.code == "outside_limits")
    assert told == (
        "2 rows hold a value outside the declared range, at least 18 and less than 120 (first: 1, 2)."
    )


def test_limits_that_cannot_be_read_refuse_the_sheet(tmp_path: Path) -> None:
    with pytest.raises(Refused) as caught:
        reading(tmp_path, "a,b\n1,2\n", "variable,valid_min,valid_max\na,some,\nb,5,4\n")
    assert [problem.where for problem in caught.value.problems] == [
        "codebook sheet, line 2", "codebook sheet, line 3",
    ]  # fmt: skip


def test_sets_are_declared_in_the_sheet(tmp_path: Path) -> None:
    sheet = (
        'variable,label,set\na,A,"media (D, counting 1)"\nb,B,media | all (C)\nc,C,all (C)\n$media,Media,\n'
    )
    found = reading(tmp_path, "a,b,c\n1,0,2\n", sheet)
    assert found.codebook.sets == (
        ResponseSet("media", "D", ("a", "b"), {"en": "Media"}, 1),
        ResponseSet("all", "C", ("b", "c")),
    )


def test_a_text_with_several_answers_is_split(tmp_path: Path) -> None:
    sheet = (
        "variable,label,codes,missing,split,empty\n"
        "id,,,,,\nq1,Media,1=radio | 2=paper | 3=web,-9=refused,;,zero\nq2,More,,,bar,absent\n"
    )
    data = "id,q1,q2,z\n1,1;3,1|2,x\n2,,2,x\n3,-9,,x\n4,3; 7,2,x\n"
    found = reading(tmp_path, data, sheet)
    assert found.codebook.names == (
        "id", "q1", "q1___1", "q1___2", "q1___3", "q2", "q2___1", "q2___2", "z",
    )  # fmt: skip
    assert cells(found, "q1") == (["1;3", None, None, "3; 7"], [None, "system", "refused", None])
    assert cells(found, "q1___3") == ([1, 0, None, 1], [None, None, "refused", None])
    assert cells(found, "q2___2")[0] == [1, 1, None, 1]
    one = found.codebook.variable("q1___3")
    assert (one.role, one.labels, one.question) == (Role.DERIVED, {"en": "web"}, {"en": "Media"})
    assert one.note == "From q1: whether 3 is among its answers; empty text: none chosen."
    assert one.missing == (MissingRule("refused", tag="a", labels={"und": "-9"}),)
    assert [(s.name, s.kind, s.counted_value) for s in found.codebook.sets] == [
        ("q1", "D", 1),
        ("q2", "D", 1),
    ]
    assert {("split_text", "q1"), ("answers_without_code", "q1"), ("split_text", "q2")} <= codes(found)
    assert pl.read_parquet_schema(found.parquet).len() == 9 + 3  # tags beside the three of q1


def test_two_separators_in_one_cell_are_told_of(tmp_path: Path) -> None:
    sheet = (
        "variable,codes,missing\n"
        'id,,\nq,a=A | b; c=C,\nr,a=A; b=B | c=C,\ns,"a=A; one, two | b=B",\n'
        "t,1=A | 2=B,-1=refused | -2=x; -9\nu,1=A; 2=B,-1; -2\n"
    )
    found = reading(tmp_path, "id,q,r,s,t,u\n1,a,a,a,1,1\n2,c,b,b,2,2\n", sheet)
    told = {f.variable: f.message for f in found.findings if f.code == "mixed_separators"}
    assert set(told) == {"q", "r", "t"}
    assert told["q"].startswith("In codes_en, one cell parts its codes with “|” and with “;”")
    assert told["t"].startswith("In missing, one cell")


def test_rows_that_chose_an_answer_among_others_are_counted(tmp_path: Path) -> None:
    sheet = (
        "variable,label,codes,missing,split,empty\n"
        "id,,,,,\nq,Media,1=TV; 2=radio; 3=paper,,semicolon,absent\nr,Other,a=A; b=B,,,\n"
    )
    found = reading(tmp_path, "id,q,r\n1,1;3,a\n2,3;1,a\n3,3,a\n4,,a\n", sheet)
    unused = {f.variable: f.message for f in found.findings if f.code == "labels_without_cases"}
    assert unused == {
        "q": "No row holds the labelled codes 2.",
        "q___2": "No row holds the labelled codes 1.",
        "q___3": "No row holds the labelled codes 0.",
        "r": "No row holds the labelled codes b.",
    }
    counted = dict(zip(found.codebook.names, found.frequencies, strict=True))
    laid = frequency_table(found.codebook.variable("q"), counted["q"])
    assert [(row.value, row.n, round(row.of_valid or 0)) for row in laid.valid] == [
        ("1", 2, 67), ("2", 0, 0), ("3", 3, 100),
    ]  # fmt: skip
    assert (laid.is_multiple, laid.unlisted, laid.n_absent) == (True, 0, 1)
    assert not frequency_table(found.codebook.variable("r"), counted["r"]).is_multiple


def test_every_fault_of_a_sheet_is_told_at_once_by_line(tmp_path: Path) -> None:
    sheet = (
        "variable,type,codes,missing,set,split,empty,lable\n"
        "a,number,1=x; nonsense,,,,,\n"
        "a,,,,,,,\n"
        "b,,,,media,,,\n"
        "c,,,,,;,,\n"
        "d,,,,((,,,\n"
    )
    with pytest.raises(Refused) as refused:
        reading(tmp_path, "a,b,c,d\n1,1,free words;more,1\n", sheet)
    assert sorted((p.code, p.where.removeprefix("codebook sheet, ")) for p in refused.value.problems) == [
        ("no_codes", "line 5"),
        ("no_empty_rule", "line 5"),
        ("unclear_set", "line 4"),
        ("unknown_word", "line 2"),
        ("unreadable_code", "line 2"),
        ("unreadable_set", "line 6"),
        ("variable_twice", "line 3"),
    ]
    assert "free words" not in str(refused.value)


def test_codes_given_twice_and_ranges_without_end_are_refused(tmp_path: Path) -> None:
    sheet = "variable,codes,missing_ranges\na,1=man | 1=woman | 2=other | 2=other,nan..5=refused\n"
    with pytest.raises(Refused) as refused:
        reading(tmp_path, "a\n1\n", sheet)
    assert [(p.code, p.where) for p in refused.value.problems] == [
        ("code_twice", "codebook sheet, line 2"),
        ("unreadable_code", "codebook sheet, line 2"),
    ]


def test_long_codes_keep_their_digits(tmp_path: Path) -> None:
    long, longest = 999_999_999_999_999_999, 2**63 - 1
    sheet = (
        f"variable,codes,missing,set\na,{long}=most | {longest}=last | 1e3=thousand,{long - 2}=refused,"
        f'"s (D, counting {long})"\nb,,,s\n'
    )
    found = reading(tmp_path, f"a,b\n{long},1\n{long - 2},1\n1000,1\n", sheet)
    told = found.codebook.variable("a")
    assert [code.value for code in told.codes] == [long, longest, 1000]
    assert [rule.value for rule in told.missing] == [long - 2]
    assert found.codebook.sets[0].counted_value == long
    assert cells(found, "a") == ([long, None, 1000], [None, "refused", None])


def test_codes_that_no_whole_number_can_be_are_refused(tmp_path: Path) -> None:
    sheet = f"variable,codes\na,{2**63}=x | {'9' * 400}=y | 1=z\n"
    with pytest.raises(Refused) as refused:
        reading(tmp_path, "a\n1\n", sheet)
    assert [p.code for p in refused.value.problems] == ["unreadable_code", "unreadable_code"]


def test_missing_codes_have_one_reason(tmp_path: Path) -> None:
    sheet = (
        "variable,missing,missing_ranges,missing_tags\n"
        "a,-1=refused | -1=dont_know,-9..-5=refused | -9..-5=dont_know,.a=refused | .a=dont_know\n"
    )
    with pytest.raises(Refused) as refused:
        reading(tmp_path, "a\n1\n", sheet)
    assert [p.message for p in refused.value.problems] == [
        f"a gives the missing code {code} twice." for code in ("-1", "-9..-5", ".a")
    ]


def test_missing_codes_of_a_whole_codebook_have_one_reason(tmp_path: Path) -> None:
    rules = [{"reason": "refused", "value": -1}, {"reason": "dont_know", "value": -1}]
    told = {FORMAT: VERSION, "variables": [{"name": "a", "type": "integer", "missing": rules}]}
    path = tmp_path / "c.json"
    path.write_text(json.dumps(told))
    with pytest.raises(Refused, match="a gives the missing code -1 twice"):
        read_whole(path)


ONE_SET = {"name": "s", "kind": "C", "variables": ["a"]}


@pytest.mark.parametrize(
    ("variable", "more"),
    [
        ({}, {"read_as": 5}),
        ({}, {"weight": "b"}),
        ({"codes": [{"value": 1, "labels": {"en": "x"}}, {"value": 1, "labels": {"en": "y"}}]}, {}),
        ({}, {"sets": [ONE_SET, ONE_SET]}),
        ({}, {"sets": [{**ONE_SET, "kind": "X"}]}),
        ({"missing": [{"reason": "refused", "low": 2, "high": 1}]}, {}),
        ({"codes": [{"value": 10**400}]}, {}),
        ({"missing": [{"reason": "refused", "value": 2**63}]}, {}),
        ({"labels": {"en": "\ud800"}}, {}),
        ({"limits": {}}, {}),
        ({"limits": {"low": 2, "high": 1}}, {}),
        ({"limits": {"low": "1"}}, {}),
        ({"limits": {"low": [1]}}, {}),
        ({"limits": {"least": 1}}, {}),
    ],
)
def test_a_whole_codebook_that_contradicts_itself_is_refused(
    variable: dict[str, Any], more: dict[str, Any], tmp_path: Path
) -> None:
    path = tmp_path / "c.json"
    told = {
        FORMAT: VERSION,
        "variables": [{"name": "a", "type": "integer"}],
        "sets": [ONE_SET],
        "weight": "a",
    }
    path.write_text(json.dumps(told))
    assert read_whole(path).codebook.names == ("a",)
    path.write_text(json.dumps({**told, "variables": [{"name": "a", "type": "integer", **variable}], **more}))
    with pytest.raises(Refused) as refused:
        read_whole(path)
    assert [p.code for p in refused.value.problems] == ["unreadable_codebook"]


def test_a_sheet_may_be_a_workbook(tmp_path: Path) -> None:
    lines = row(1, text("A1", "variable"), text("B1", "label_zh"), text("C1", "codes"), text("D1", "missing"))
    lines += row(2, text("A2", "sex"), text("B2", "性别"), text("C2", "1=male; 2=female"), number("D2", -9))
    path = workbook(tmp_path / "book.xlsx", row(1, text("A1", "other")), more={"Codebook": lines})
    sex = reading(tmp_path, "sex\n1\n-9\n", path).codebook.variable("sex")
    assert sex.labels == {"zh": "性别"}
    assert [code.value for code in sex.codes] == [1, 2]
    assert sex.missing == (MissingRule("code:-9", value=-9),)


def test_days_that_a_spreadsheet_keeps_as_numbers_are_days(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for line in (
        ("variable", "valid_min", "valid_max"),
        ("day", date(2000, 1, 1), datetime(2001, 1, 1, 8, 30)),  # noqa: DTZ001
    ):
        book.active.append(line)
    book.save(tmp_path / "book.xlsx")
    found = reading(tmp_path, "day\n2000-01-31 08:00:00\n", tmp_path / "book.xlsx")
    assert found.codebook.variable("day").limits == Limits(low="2000-01-01", high="2001-01-01T08:30:00")


def test_columns_that_are_not_understood_are_named(tmp_path: Path) -> None:
    found = reading(tmp_path, "a\n1\n", "variable,lable\na,x\n")
    assert ("sheet_column_unknown", "") in codes(found)


def test_ranges_tags_and_words_for_missing_come_back(tmp_path: Path) -> None:
    sheet = "variable,type,missing,missing_ranges\na,integer,NA=no_answer,-99..-90=refused | ..-1000=system\n"
    found = reading(tmp_path, "a\n1\n-95\nNA\n", sheet)
    assert cells(found, "a") == ([1, None, None], [None, "refused", "no_answer"])
    tag = next(rule for rule in found.codebook.variable("a").missing if rule.tag)
    assert (tag.reason, tag.labels) == ("no_answer", {"en": "NA"})


@pytest.mark.parametrize(
    ("missing", "told"),
    [
        ("N/A=no_answer", None),
        ("-=no_answer", "1 cell holds nothing but N/A"),
        ("", "2 cells hold nothing but"),
    ],
)
def test_words_that_the_sheet_declares_missing_are_not_told_of(
    missing: str, told: str | None, tmp_path: Path
) -> None:
    found = reading(tmp_path, f"id,a\n1,yes\n2,N/A\n3,{'no' if told is None else '-'}\n",
                    f"variable,label,missing\na,Answer,{missing}\n")  # fmt: skip
    said = [finding.message for finding in found.findings if finding.code == "words_for_missing"]
    assert [text.startswith(told or "?") for text in said] == [True] * (told is not None)
    assert cells(found, "a")[1][1] == ("no_answer" if told is None else None)


@given(
    st.lists(
        st.text(st.sampled_from("ab|;\\= ，是"), min_size=1).filter(lambda text: text == text.strip()),
        min_size=1,
    )
)
def test_a_label_comes_back_from_a_sheet_whatever_signs_it_has(labels: list[str]) -> None:
    pairs = [(str(code), label) for code, label in enumerate(labels, start=1)]
    parts = [part.partition("=") for part in parts_of(joined(pairs))]
    assert [(left.strip(), right.strip()) for left, _, right in parts] == pairs
