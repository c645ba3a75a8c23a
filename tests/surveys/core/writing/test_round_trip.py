"""What is written is read back by our own reader and by outside programs: values, labels, absences."""

from __future__ import annotations

import json
import math
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pyarrow.parquet as pq
import pyreadstat
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from surveys.core.codebook import Code, MissingRule, ValueType, codebook_from_json
from surveys.core.problems import Refused
from surveys.core.reading import ReadOptions, read
from surveys.core.table import read_split
from surveys.core.writing import FORMATS, codebook_beside, write
from surveys.core.writing.codebook_json import codebook_text
from tests.conftest import absent
from tests.surveys.core.writing.tables import REASONS, make_table, mixed_table, table_read, variable

INVENTED = {"-991": "not_applicable"}


def _back(
    path: Path, folder: Path, **options: Any
) -> tuple[Any, dict[str, list[Any]], dict[str, list[str | None]]]:
    folder.mkdir()
    found = read(path, folder, ReadOptions(**options))
    parted = {v.name: read_split(found.parquet, i, v) for i, v in enumerate(found.codebook.variables)}
    values = {name: cells.to_list() for name, (cells, _) in parted.items()}
    return found, values, {name: reasons.to_list() for name, (_, reasons) in parted.items()}


@pytest.mark.parametrize("format", ["sav", "zsav", "dta"])
def test_labelled_formats_come_back_through_our_reader(format: str, tmp_path: Path) -> None:
    table, path = mixed_table(), tmp_path / f"x.{format}"
    write(table, format, path, "en")
    reasons = REASONS | INVENTED
    found, values, absences = _back(path, tmp_path / "out", missing_reasons=reasons, languages=("en",))
    for position, about in enumerate(table.codebook.variables):
        wanted, why = table.column(position)
        assert values[about.name] == wanted.to_list(), about.name
        if format != "dta":  # Stata's letters are named by tag, see the next test
            assert absences[about.name] == why.to_list(), about.name
    sex = found.codebook.variable("sex")
    assert sex.label() == "Sex"
    assert [(code.value, code.labels["en"]) for code in sex.codes] == [(1, "male"), (2, "female")]
    if format != "dta":
        assert {one.name.lstrip("$"): one.kind for one in found.codebook.sets} == {
            "multi": "D",
            "cats": "C",
            "ext": "E",
        }
        assert found.codebook.weight == "w"


def test_stata_letters_keep_absences_apart_and_labelled(tmp_path: Path) -> None:
    path = tmp_path / "x.dta"
    write(mixed_table(), "dta", path, "zh")
    found, _, absences = _back(path, tmp_path / "out", languages=("zh",))
    assert absences["sex"] == [None, None, "refused", "dont_know"]  # an attribute says what letters mean
    tags = {rule.reason: rule.tag for rule in found.codebook.variable("sex").missing}
    assert (tags["refused"], tags["dont_know"]) == ("b", "a")  # in the order of the reasons' names
    labels = {rule.tag: rule.labels["zh"] for rule in found.codebook.variable("sex").missing}
    assert labels == {"a": "不知道", "b": "拒答"}
    assert absences["ln_income"] == [None, "not_applicable", "system", None]


@pytest.mark.parametrize(
    ("format", "declared"),
    [("sav", "A600"), ("zsav", "A40"), ("sav", "A3"), ("dta", "%13s"), ("dta", "%-60s")],
)
def test_texts_come_back_as_wide_as_they_were_declared(format: str, declared: str, tmp_path: Path) -> None:
    long = variable("t", ValueType.TEXT, format=declared, codes=(Code("ab", {"en": "short"}),))
    table = make_table(
        (variable("n"), [1, 2, 3], [None] * 3), (long, ["a", "ab", None], [None, None, "system"])
    )
    path = tmp_path / f"x.{format}"
    write(table, format, path, "en")
    found, values, _ = _back(path, tmp_path / "out", languages=("en",))
    assert (found.codebook.variable("t").format, values["t"]) == (declared, ["a", "ab", None])
    if format != "dta":
        frame, about = pyreadstat.read_sav(str(path))
        assert (about.original_variable_types["t"], list(frame["t"])) == (declared, ["a", "ab", ""])


def test_a_text_that_outgrew_its_declared_width_is_written_whole(tmp_path: Path) -> None:
    text = variable("t", ValueType.TEXT, format="A2")
    write(make_table((text, ["abc", "数据"], [None] * 2)), "sav", tmp_path / "x.sav", "en")
    found, values, _ = _back(tmp_path / "x.sav", tmp_path / "out")
    assert (found.codebook.variable("t").format, values["t"]) == ("A6", ["abc", "数据"])


@pytest.mark.parametrize("format", ["dta", "csv", "parquet"])
def test_blanks_at_the_end_of_texts_come_back(format: str, tmp_path: Path) -> None:
    texts = ["yes ", "yes", "  ", "长 ", "x" * 3000 + "  "]
    table = make_table(
        (variable("n"), [1, 2, 3, 4, 5], [None] * 5), (variable("t", ValueType.TEXT), texts, [None] * 5)
    )
    path = tmp_path / f"x.{format}"
    write(table, format, path, "en")
    assert _back(path, tmp_path / "out")[1]["t"] == texts


@pytest.mark.parametrize("format", ["sav", "zsav", "dta", "csv", "parquet"])
def test_no_value_of_a_derived_column_becomes_missing_nor_an_absence_a_value(
    format: str, tmp_path: Path
) -> None:
    mapped = variable("mapped", missing=(MissingRule("refused", value=8), MissingRule("dont_know", value=7)))
    table = make_table(
        (mapped, [8, 1, None, None], [None, None, "refused", "dont_know"]),
        (variable("measure"), [1, 9, None, None], [None, None, "code:9", "code:-9"]),
    )
    path = tmp_path / f"x.{format}"
    losses = write(table, format, path, "en")
    sheet = {"codebook_path": codebook_beside(path)} if format == "csv" else {}
    _, values, absences = _back(path, tmp_path / "out", **sheet)
    assert (values["mapped"], values["measure"]) == ([8, 1, None, None], [1, 9, None, None])
    for name in ("mapped", "measure"):  # the two absences are told apart
        assert len(set(zip(absences[name][2:], values.get(f"{name}__reason", "  ab")[2:], strict=True))) == 2
    taken = [(loss.variable, str(loss.why)) for loss in losses if loss.what == "missing_code_taken"]
    assert [(name, ": 8. " in why) for name, why in taken] == [("mapped", True)]


INFINITE = [1.5, math.inf, None, -math.inf]


def test_infinite_numbers_are_absences_on_their_way_from_parquet_to_csv_and_back(tmp_path: Path) -> None:
    source, path = tmp_path / "x.parquet", tmp_path / "x.csv"
    pl.DataFrame({"x": INFINITE, "y": [1, 2, 3, 4]}).write_parquet(source)
    found, values, absences = _back(source, tmp_path / "first")
    assert (values["x"], absences["x"]) == (
        [1.5, None, None, None],
        [None, "out_of_range", "system", "out_of_range"],
    )
    assert ("x", "infinite_number") in [(one.variable, one.code) for one in found.findings]
    about = found.codebook.variables
    assert [(rule.tag, rule.labels["en"]) for rule in about[0].missing] == [
        ("i", "infinite number"), ("n", "infinite number below zero"),
    ]  # fmt: skip
    for format in ("csv", "parquet", "sav", "dta"):
        path = tmp_path / f"y.{format}"
        losses = write(table_read(found), format, path, "en")
        sheet = {"codebook_path": codebook_beside(path)} if format == "csv" else {}
        again, values, absences = _back(path, tmp_path / format, **sheet)
        assert values["x"] == [1.5, None, None, None], format
        told = {loss.what for loss in losses}
        if format == "csv":
            assert "x__reason" not in values and "missing_reasons_beside" in told
            assert absences["x"] == [None, "out_of_range", "system", "out_of_range"]
        elif format == "parquet":
            assert (again.content_hash, absences["x"][1]) == (found.content_hash, "out_of_range")
        else:
            assert absences["x"] == [None, "out_of_range", "system", "out_of_range"], format
            assert len(again.codebook.variable("x").missing) == 2  # two kinds, one reason


@pytest.mark.parametrize("format", ["csv", "parquet", "sav", "dta", "xlsx"])
def test_infinite_numbers_that_are_still_in_the_store_are_told_of(format: str, tmp_path: Path) -> None:
    reasons = [None, None, "system", None]
    path, counter = tmp_path / f"x.{format}", (variable("n"), [1, 2, 3, 4], [None] * 4)
    table = make_table((variable("x", ValueType.DECIMAL), INFINITE, reasons), counter)
    losses = write(table, format, path, "en")
    assert {loss.what for loss in losses} & {"number_infinite", "number_dropped"}
    sheet = {"codebook_path": codebook_beside(path)} if format == "csv" else {}
    about = _back(path, tmp_path / "out", **sheet)
    assert about[1]["x"] == [1.5, None, None, None]
    assert about[0].codebook.variable("x").type is ValueType.DECIMAL


def test_a_csv_says_which_words_keep_a_column_from_being_a_number(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("x,y\n1.5,a\nInf,inf\n")
    found, values, _ = _back(path, tmp_path / "out")
    assert values == {"x": ["1.5", "Inf"], "y": ["a", "inf"]}
    assert sorted((one.variable, one.code) for one in found.findings) == [
        ("", "no_label"), ("x", "number_but_for_words"),
    ]  # fmt: skip


@pytest.mark.parametrize("format", ["sav", "dta", "csv"])
def test_texts_that_a_sheet_split_are_split_again_by_the_whole_codebook(format: str, tmp_path: Path) -> None:
    path, sheet, whole = tmp_path / f"x.{format}", tmp_path / "sheet.csv", tmp_path / "whole.json"
    texts = variable("t", ValueType.TEXT), ["1,3", "2", "3"], [None] * 3
    write(make_table((variable("n"), [1, 2, 3], [None] * 3), texts), format, path, "en")
    sheet.write_text("variable,split,empty,codes\nt,comma,zero,1=radio; 2=paper; 3=talk\n")
    first, values, _ = _back(path, tmp_path / "first", codebook_path=sheet)
    assert values["t___3"] == [1, 0, 1]
    whole.write_text(codebook_text(first.codebook, first.read_as), encoding="utf-8")
    again, _, _ = _back(path, tmp_path / "again", codebook_path=whole)
    assert (again.content_hash, again.codebook) == (first.content_hash, first.codebook)
    assert again.read_as == first.read_as


_MARKED = [["a;b", "c;d", "e;f"], ["a\tb", "c\td", "e\tf"], ["1;2;3", None, "4"], ["a|b", "x,y", 'say "no"']]


@pytest.mark.parametrize("texts", _MARKED)
@pytest.mark.parametrize("name", ["x", "which;of"])
@pytest.mark.parametrize("has_sheet", [True, False])
def test_marks_within_the_texts_of_one_column_part_nothing(
    has_sheet: bool, name: str, texts: list[str | None], tmp_path: Path
) -> None:
    path = tmp_path / "x.csv"
    reasons = ["system" if text is None else None for text in texts]
    write(make_table((variable(name, ValueType.TEXT), texts, reasons)), "csv", path, "en")
    sheet = {"codebook_path": codebook_beside(path)} if has_sheet else {}
    assert _back(path, tmp_path / "out", **sheet)[1] == {name: texts}


def test_a_codebook_sheet_decides_what_parts_the_columns(tmp_path: Path) -> None:
    path, sheet = tmp_path / "x.csv", tmp_path / "sheet.csv"
    path.write_text("answer\na;b\nc;d\ne;f\n")  # as other programs write one column
    sheet.write_text("variable,label\nAnswer,What they said\n")
    assert _back(path, tmp_path / "out", codebook_path=sheet)[1] == {"answer": ["a;b", "c;d", "e;f"]}


def test_long_texts_with_marks_do_not_part_two_columns(tmp_path: Path) -> None:
    texts = ["; ".join(["x" * 30_000] * 5)] * 3  # the third is cut where one looks for the delimiter
    table = make_table(
        (variable("n"), [1, 2, 3], [None] * 3), (variable("t", ValueType.TEXT), texts, [None] * 3)
    )
    write(table, "csv", tmp_path / "x.csv", "en")
    assert _back(tmp_path / "x.csv", tmp_path / "out")[1] == {"n": [1, 2, 3], "t": texts}


def test_blanks_that_spss_fills_up_with_are_no_text(tmp_path: Path) -> None:
    path = tmp_path / "x.sav"
    table = make_table((variable("t", ValueType.TEXT), ["yes ", "no", "maybe"], [None] * 3))
    losses = write(table, "sav", path, "en")
    assert [loss.what for loss in losses] == ["trailing_blanks_cut"]
    assert _back(path, tmp_path / "out")[1]["t"] == ["yes", "no", "maybe"]


def test_a_csv_comes_back_with_its_codebook(tmp_path: Path) -> None:
    table, path = mixed_table(), tmp_path / "x.csv"
    write(table, "csv", path, "en")
    found, values, absences = _back(path, tmp_path / "out", codebook_path=codebook_beside(path))
    assert found.codebook.variable("sex").labels == {"en": "Sex", "zh": "性别"}
    assert found.codebook.variable("城市").codes == table.codebook.variable("城市").codes
    assert absences["sex"] == [None, None, "refused", "dont_know"]
    for name in ("sex", "ln_income", "城市", "born", "took", "w", "b"):
        position = table.codebook.names.index(name)
        assert values[name] == table.column(position)[0].to_list(), name
    assert absences["ln_income"] == [None, "not_applicable", "system", None]
    assert found.codebook.names == table.codebook.names
    for about in table.codebook.variables:
        assert found.codebook.variable(about.name).type is about.type, about.name
    assert [replace(one, name="$" + one.name) for one in found.codebook.sets] == list(table.codebook.sets)


@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_reasons_beside_come_back_as_absences_by_sheet_and_by_whole_codebook(
    format: str, tmp_path: Path
) -> None:
    path, whole = tmp_path / f"x.{format}", tmp_path / "whole.json"
    tags = MissingRule("lost", tag="k"), MissingRule("refused", tag="z")
    cells, why = [1, None, None, None, 5], [None, "refused", "not_asked", "lost", None]
    table = make_table(
        (variable("n"), [1, 2, 3, 4, 5], [None] * 5), (variable("x", missing=tags), cells, why)
    )
    write(table, format, path, "en")
    sheet = codebook_beside(path) if format == "csv" else path
    first, values, absences = _back(path, tmp_path / "first", codebook_path=sheet)
    assert (values["x"], absences["x"]) == (cells, why) and first.codebook.names == ("n", "x")
    assert {rule.tag: rule.reason for rule in first.codebook.variable("x").missing} == {
        "k": "lost", "z": "refused", "a": "not_asked",
    }  # fmt: skip
    assert "reasons_as_tags" in [finding.code for finding in first.findings]
    whole.write_text(codebook_text(first.codebook, first.read_as), encoding="utf-8")
    again, _, _ = _back(path, tmp_path / "again", codebook_path=whole)
    assert (again.content_hash, again.codebook) == (first.content_hash, first.codebook)


def test_a_column_of_reasons_that_does_not_fit_stays_a_variable(tmp_path: Path) -> None:
    path, sheet = tmp_path / "x.csv", tmp_path / "sheet.csv"
    path.write_text("x,why,y,z\n1,refused,2,q\n,lost,,r\n")
    sheet.write_text("variable,reasons_of\nwhy,x\ny,x\nz,nowhere\n")
    found, _, _ = _back(path, tmp_path / "out", codebook_path=sheet)
    assert found.codebook.names == ("x", "why", "y", "z")
    told = {one.variable: one.message for one in found.findings if one.code == "reasons_not_folded"}
    assert "a value and a reason" in told["why"] and "holds no reasons" in told["y"]
    assert "is not there" in told["z"]


def test_answers_are_never_taken_for_reasons_and_never_told(tmp_path: Path) -> None:
    path, sheet = tmp_path / "x.csv", tmp_path / "sheet.csv"
    path.write_text("x,open\n1,\n,my boss hit me\n,refused\n")
    sheet.write_text("variable,reasons_of\nopen,x\n")
    found, values, _ = _back(path, tmp_path / "out", codebook_path=sheet)
    assert found.codebook.names == ("x", "open") and "my boss hit me" in values["open"]
    (told,) = [one for one in found.findings if one.code == "reasons_not_folded"]
    assert "named as reasons of x nowhere" in told.message
    assert "boss" not in str(found.findings) + str(found.codebook)


def test_a_parquet_file_carries_the_whole_codebook(tmp_path: Path) -> None:
    table, path = mixed_table(), tmp_path / "x.parquet"
    write(table, "parquet", path, "zh")
    schema = pq.read_schema(path)
    said = json.loads(schema.metadata[b"wavebook"])
    assert codebook_from_json(said["codebook"]) == table.codebook
    assert said["synthetic"] is True
    assert "mdms/2014@1" in said["citation"]
    assert schema.field("sex").metadata[b"label"].decode() == "性别"
    frame = pl.read_parquet(path)
    assert frame["sex"].to_list() == [1, 2, -1, -2]
    assert frame["took"].to_list() == [90_061.5, 0.0, None, None]


def test_a_workbook_opens_elsewhere_with_values_and_codebook(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    write(mixed_table(), "xlsx", path, "en")
    book = openpyxl.load_workbook(path)
    rows = list(book["data"].iter_rows(values_only=True))
    assert rows[0][:4] == ("sex", "ln_income", "ln_income__reason", "城市")
    assert [row[0] for row in rows[1:]] == [1, 2, -1, -2]
    assert rows[1][4].date().isoformat() == "1990-01-02"
    assert rows[1][5].isoformat() == "1990-01-02T03:04:05"
    assert any("synthetic" in str(cell) for row in book["codebook"].values for cell in row)
    assert book.properties.title.startswith("SYNTHETIC DATA")
    assert all(cell.data_type != "f" for sheet in book for row in sheet.iter_rows() for cell in row)


@pytest.mark.parametrize("format", FORMATS)
def test_the_same_table_gives_the_same_bytes(format: str, tmp_path: Path) -> None:
    for name in ("a", "b"):
        write(mixed_table(), format, tmp_path / f"{name}.{format}", "en")
    assert (tmp_path / f"a.{format}").read_bytes() == (tmp_path / f"b.{format}").read_bytes()


@pytest.mark.parametrize("format", ["sav", "dta"])
def test_a_file_says_that_it_is_synthetic_and_how_to_cite_it(format: str, tmp_path: Path) -> None:
    path = tmp_path / f"x.{format}"
    write(mixed_table(), format, path, "en")
    about = getattr(pyreadstat, f"read_{format}")(path, metadataonly=True, output_format="dict")[1]
    assert about.file_label.startswith("SYNTHETIC DATA")
    assert "Cite as: Team (2014). mdms/2014@1" in " ".join(about.notes)


@pytest.mark.parametrize(
    ("language", "is_synthetic", "wanted"),
    [
        ("en", False, "mdms/2014@1 Team, 2014"),
        ("zh", False, "mdms/2014@1 课题组，2014"),
        ("zh-hans", True, "合成数据：mdms/2014@1 课题组，2014"),
        ("fr", True, "SYNTHETIC DATA: mdms/2014@1 Team, 2014"),
    ],
)
@pytest.mark.parametrize("format", ["sav", "dta"])
def test_the_title_is_in_the_language_of_the_labels(
    format: str, language: str, is_synthetic: bool, wanted: str, tmp_path: Path
) -> None:
    path, titles = tmp_path / f"x.{format}", {"en": "not asked", "zh": "mdms/2014@1 课题组，2014"}
    table = replace(mixed_table(), title="mdms/2014@1 Team, 2014", titles=titles, is_synthetic=is_synthetic)
    write(table, format, path, language)
    about = getattr(pyreadstat, f"read_{format}")(path, metadataonly=True, output_format="dict")[1]
    assert about.file_label == wanted


@pytest.mark.parametrize("format", ["sav", "zsav"])
def test_pspp_reads_what_we_write(format: str, tmp_path: Path) -> None:
    pspp = shutil.which("pspp")
    if pspp is None:
        absent("PSPP is not installed")
    write(mixed_table(), format, tmp_path / f"x.{format}", "en")
    syntax = (
        f"get file='x.{format}'.\ndisplay dictionary.\nmrsets /display name=all.\nshow weight.\n"
        "weight off.\ndescriptives variables=sex ln_income took /statistics=all.\n"
    )
    (tmp_path / "x.sps").write_text(syntax)
    done = subprocess.run(
        [pspp, "-O", "format=csv", "x.sps"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    said = done.stdout
    assert done.returncode == 0, said + done.stderr
    assert "error" not in said.lower() and "warning" not in said.lower(), said
    assert "WEIGHT is w" in said
    for name in ("$multi", "$cats", "$ext"):
        assert name in said
    assert "-2; -1" in said  # declared missing
    assert "not applicable" in said


def test_missing_codes_of_long_texts_go_to_pspp_and_come_from_it(tmp_path: Path) -> None:
    """PSPP up to 1.6 tells the length before each code, SPSS once: a single code is the same in both."""
    pspp = shutil.which("pspp")
    if pspp is None:
        absent("PSPP is not installed")
    rules = MissingRule("refused", value="NA"), MissingRule("dont_know", value="DK")
    cells = ["a text that is long", None, None], [None, "refused", "refused"]
    one = make_table((variable("t", ValueType.TEXT, missing=rules[:1]), *cells))
    assert write(one, "sav", tmp_path / "one.sav", "en") == ()
    two = make_table((variable("t", ValueType.TEXT, missing=rules), *cells))
    (loss,) = write(two, "sav", tmp_path / "two.sav", "en")
    assert (loss.variable, loss.what) == ("t", "missing_codes_unread_by_pspp")
    syntax = (
        "get file='one.sav'.\ndisplay dictionary.\nmissing values t ('NA', 'DK').\nsave outfile='back.sav'.\n"
    )
    (tmp_path / "x.sps").write_text(syntax)
    done = subprocess.run(
        [pspp, "-O", "format=csv", "x.sps"],
        cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0 and "warning" not in done.stdout, done.stdout
    assert '"""NA      """' in done.stdout  # declared missing
    for name in ("two", "back"):
        found, _, _ = _back(tmp_path / f"{name}.sav", tmp_path / name)
        assert [rule.value for rule in found.codebook.variable("t").missing] == ["NA", "DK"], name


def test_pspp_runs_the_syntax_of_the_sets_on_data_that_know_none(tmp_path: Path) -> None:
    pspp = shutil.which("pspp")
    if pspp is None:
        absent("PSPP is not installed")
    table, bare = mixed_table(), replace(mixed_table(), codebook=replace(mixed_table().codebook, sets=()))
    write(bare, "sav", tmp_path / "x.sav", "en")
    assert write(table, "sps", tmp_path / "x.sets.sps", "zh") == ()
    (tmp_path / "run.sps").write_text(
        "get file='x.sav'.\ninsert file='x.sets.sps'.\nmrsets /display name=all.\n"
    )
    done = subprocess.run(
        [pspp, "-O", "format=csv", "run.sps"],
        cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    said = done.stdout
    assert done.returncode == 0 and "error" not in said.lower(), said
    for line in ("$multi,Several,Dichotomies,1,", "$cats,Kinds,Categories,,", "$ext,More,Dichotomies,1,"):
        assert line in said, said


@pytest.mark.parametrize("format", ["csv", "xlsx", "dta"])
def test_a_format_without_sets_says_where_their_syntax_is(format: str, tmp_path: Path) -> None:
    losses = {loss.what: loss.why for loss in write(mixed_table(), format, tmp_path / f"x.{format}", "en")}
    assert "format sps" in losses["response_sets_not_carried"]
    with pytest.raises(Refused, match="no multiple-response sets"):
        write(make_table((variable("x"), [1], [None])), "sps", tmp_path / "x.sps", "en")


_TEXT = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Zs", "Zl", "Zp", "Cn")), min_size=1, max_size=40
)
_CELLS = {
    ValueType.INTEGER: st.integers(-(2**53), 2**53),
    ValueType.DECIMAL: st.floats(allow_nan=False, allow_infinity=False, max_value=1e300, min_value=-1e300),
    ValueType.TEXT: _TEXT,
}


@pytest.mark.parametrize("format", ["sav", "dta"])
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)
@given(data=st.data())
def test_generated_columns_come_back_exactly(format: str, tmp_path: Path, data: st.DataObject) -> None:
    rows = data.draw(st.integers(1, 12))
    columns = []
    for number, (kind, cells) in enumerate(_CELLS.items()):
        values = data.draw(st.lists(st.none() | cells, min_size=rows, max_size=rows))
        columns.append(
            (variable(f"v{number}", kind), values, ["system" if v is None else None for v in values])
        )
    path = tmp_path / f"x.{format}"
    write(make_table(*columns), format, path, "en")
    found, _ = getattr(pyreadstat, f"read_{format}")(path, output_format="dict")
    for about, values, _ in columns:
        gone = "" if about.type is ValueType.TEXT else None
        assert found[about.name] == [gone if value is None else value for value in values]
