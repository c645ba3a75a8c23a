"""Questions, universes, notes and a file's own attributes go out with .sav and .dta, and come back."""

from __future__ import annotations

from pathlib import Path

import pyreadstat
import pytest

from surveys.core.codebook import Limits, MissingRule, Variable
from surveys.core.reading import ReadOptions, ReadResult, read
from surveys.core.table import read_each_split
from surveys.core.writing import write
from tests.surveys.core.reading.sav_bytes import Sav, Var
from tests.surveys.core.writing.tables import make_table, table_read, variable, whats

ABOUT = variable(
    "x",
    question={"en": "How many?\nReally?", "zh": "多少？"},
    universe="everybody (16+)",
    unit="people",
    group="block / a",
    note="it's said: 'so'",
    limits=Limits(above=0, high=12.5),
)


def _back(path: Path, folder: Path) -> ReadResult:
    folder.mkdir()
    return read(path, folder, ReadOptions(languages=("zh",)))


def _told(found: ReadResult) -> dict[str, str]:
    return {one.code: one.message for one in found.findings}


@pytest.mark.parametrize("format", ["sav", "zsav", "dta"])
def test_texts_about_a_variable_come_back(format: str, tmp_path: Path) -> None:
    table = make_table((ABOUT, [1], [None]), (variable("y"), [2], [None]))
    losses = write(table, format, tmp_path / f"x.{format}", "zh")
    assert whats(losses) == {"language_not_carried"}  # English; everything else is in the file
    x, y = _back(tmp_path / f"x.{format}", tmp_path / "out").codebook.variables
    assert x.question == {"zh": "多少？"}
    assert (x.universe, x.unit, x.group, x.note) == (ABOUT.universe, ABOUT.unit, ABOUT.group, ABOUT.note)
    assert x.limits == ABOUT.limits
    assert not x.attributes
    assert not y.note


@pytest.mark.parametrize("format", ["sav", "dta"])
def test_attributes_of_a_foreign_file_go_out_again(format: str, tmp_path: Path) -> None:
    about = variable(
        attributes={"Source": ("Census",), "$@Role": ("target",), "a b": ("lost",), "L": ("1", "2")}
    )
    losses = write(make_table((about, [1], [None])), format, tmp_path / f"x.{format}", "en")
    found = _back(tmp_path / f"x.{format}", tmp_path / "out").codebook.variables[0]
    if format == "sav":
        assert found.attributes == {"Source": ("Census",), "$@Role": ("target",), "L": ("1", "2")}
        assert [loss.why for loss in losses] == ["The format does not take attributes of these names: a b."]
    else:
        assert found.attributes == {"Source": ("Census",), "L": ("1\n2",)}
        assert whats(losses) == {"attribute_not_carried", "attribute_joined"}


def _sav(variables: bytes, file: bytes = b"") -> bytes:
    extensions = [(18, 1, variables), *([(17, 1, file)] if file else [])]
    return Sav([Var(b"A"), Var(b"B")], [[1.0, 2.0]], extensions=extensions).bytes()


def _read_sav(tmp_path: Path, data: bytes) -> ReadResult:
    (tmp_path / "x.sav").write_bytes(data)
    return _back(tmp_path / "x.sav", tmp_path / "out")


def test_roles_and_custom_attributes_are_kept(tmp_path: Path) -> None:
    record = b"A:$@Role('0'\n)Fruits('apple'\n'pear'\n)/B:$@Role('4'\n)question('Why?'\n)"
    found = _read_sav(tmp_path, _sav(record, b"Made('by us'\n)$VariableView2('x'\n)"))
    a, b = found.codebook.variables
    assert a.attributes == {"Fruits": ("apple", "pear")}  # input is every variable's role
    assert b.attributes == {"$@Role": ("partition",)}
    assert b.question == {"zh": "Why?"}
    assert found.codebook.notes == ("Made: by us",)
    assert {"file_attributes_as_notes", "attributes_not_kept"} <= set(_told(found))


def test_the_usual_role_alone_leaves_the_codebook_as_it_was(tmp_path: Path) -> None:
    found = _read_sav(tmp_path, _sav(b"A:$@Role('0'\n)/B:$@Role('0'\n)"))
    assert not any(v.attributes for v in found.codebook.variables)
    assert "attributes_not_kept" not in _told(found)


@pytest.mark.parametrize("record", [b"A:X('1'\n", b"NOBODY:X('1'\n)", b"A", b"A:X(1)"])
def test_attributes_that_cannot_be_read_are_told(record: bytes, tmp_path: Path) -> None:
    found = _read_sav(tmp_path, _sav(record))
    assert "cannot be read" in _told(found)["attributes_not_kept"]
    assert found.rows == 1


def _with_characteristics(path: Path, version: int, told: list[tuple[bytes, bytes, bytes]]) -> None:
    """A small file of pyreadstat's, with characteristics put where its release has them."""
    import polars as pl

    pyreadstat.write_dta(pl.DataFrame({"x": [1.0]}), path, version=version)
    data = path.read_bytes()
    size = 129 if version >= 14 else 33
    fields = [whose.ljust(size, b"\0") + what.ljust(size, b"\0") + text + b"\0" for whose, what, text in told]
    if version >= 13:
        new = b"".join(b"<ch>" + len(f).to_bytes(4, "little") + f + b"</ch>" for f in fields)
        at = data.index(b"</characteristics>")
        places = data.index(b"<map>") + 5
        table = bytearray(data)
        for i in range(14):
            place = int.from_bytes(table[places + 8 * i : places + 8 * i + 8], "little")
            if place > at:
                table[places + 8 * i : places + 8 * i + 8] = (place + len(new)).to_bytes(8, "little")
        data = bytes(table[:at]) + new + bytes(table[at:])
    else:
        new = b"".join(b"\1" + len(f).to_bytes(4, "little") + f for f in fields)
        at = data.index(bytes(5), len(data) - 5 - 8)  # type 0, size 0: before the one double
        data = data[:at] + new + data[at:]
    path.write_bytes(data)


@pytest.mark.parametrize("version", [10, 12, 13, 14])
def test_notes_of_every_release_of_stata_are_kept(version: int, tmp_path: Path) -> None:
    told = [
        (b"_dta", b"note0", b"2"), (b"_dta", b"note2", b"second"), (b"_dta", b"note1", b"first"),
        (b"x", b"note1", b"asked late"), (b"x", b"note2", b"see page 7"), (b"x", b"MsmtLevel", b"1"),
        (b"_dta", b"_lang_list", b"en zh"),
    ]  # fmt: skip
    _with_characteristics(tmp_path / "x.dta", version, told)
    found = _back(tmp_path / "x.dta", tmp_path / "out")
    assert found.codebook.notes == ("first", "second")
    x: Variable = found.codebook.variables[0]
    assert x.note == "asked late\nsee page 7"
    assert x.attributes == {"MsmtLevel": ("1",)}
    assert "_lang_list" in _told(found)["characteristics_not_kept"]


def test_attributes_of_these_names_that_no_cell_can_be_stay_attributes(tmp_path: Path) -> None:
    foreign = {"valid_min": ("young",), "Valid_Max": ("5",)}
    write(make_table((variable(attributes=foreign), [1], [None])), "sav", tmp_path / "x.sav", "en")
    found = _back(tmp_path / "x.sav", tmp_path / "out").codebook.variables[0]
    assert (found.limits, found.attributes) == (None, foreign)


@pytest.mark.parametrize("format", ["sav", "zsav", "dta"])
def test_reasons_of_missing_codes_come_back(format: str, tmp_path: Path) -> None:
    """Declared codes, codes that had to move, and absences that had none: a file alone tells only codes."""
    few = (MissingRule("refused", value=-9), MissingRule("code:-8", value=-8), MissingRule("lost", tag="k"))
    many = tuple(MissingRule(f"why{n}", value=10 + 2 * n) for n in range(5))
    why = [None, "refused", "code:-8", "lost", "not_asked"]
    table = make_table(
        (variable("x", missing=few), [1, None, None, None, None], why),
        (variable("y", missing=many), [1, None, 11, 15, None], [None, "why0", None, None, "why4"]),
    )
    write(table, format, tmp_path / f"x.{format}", "en")
    found = _back(tmp_path / f"x.{format}", tmp_path / "out")
    split = read_each_split(found.parquet, list(enumerate(found.codebook.variables)))
    assert [reasons.to_list() for _values, reasons in split] == [why, [None, "why0", None, None, "why4"]]
    assert not any(one.attributes for one in found.codebook.variables)


@pytest.mark.parametrize("format", ["sav", "dta"])
def test_reasons_of_ranges_come_back(format: str, tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("x,y\n1,1\n90,1\n93,1\n99,1\n")
    (tmp_path / "s.csv").write_text("variable,missing,missing_ranges\nx,99=refused,90..94=lost\n")
    (tmp_path / "first").mkdir()
    first = read(tmp_path / "x.csv", tmp_path / "first", ReadOptions(codebook_path=tmp_path / "s.csv"))
    write(table_read(first), format, tmp_path / f"x.{format}", "en")
    found = _back(tmp_path / f"x.{format}", tmp_path / "out")
    _values, reasons = next(read_each_split(found.parquet, list(enumerate(found.codebook.variables))))
    assert reasons.to_list() == [None, "lost", "lost", "refused"]


@pytest.mark.parametrize(("usual", "says"), [(True, "not_applicable"), (False, "refused")])
def test_a_file_outranks_what_is_usual_in_a_study_and_not_what_the_uploader_says(
    usual: bool, says: str, tmp_path: Path
) -> None:
    rule = MissingRule("not_applicable", value=-9)
    write(make_table((variable("x", missing=(rule,)), [1, None], [None, "not_applicable"])),
          "sav", tmp_path / "x.sav", "en")  # fmt: skip
    (tmp_path / "out").mkdir()
    options = ReadOptions(missing_reasons={"-9": "refused"}, reasons_are_usual=usual)
    found = read(tmp_path / "x.sav", tmp_path / "out", options)
    assert [one.reason for one in found.codebook.variables[0].missing] == [says]


def test_no_attribute_makes_an_absence_valid(tmp_path: Path) -> None:
    variables = [Var(b"A", missing=(1, [-9.0])), Var(b"B")]
    data = Sav(variables, [[1.0, 2.0]], extensions=[(18, 1, b"A:missing_reasons('-9=valid'\n)")]).bytes()
    assert [one.reason for one in _read_sav(tmp_path, data).codebook.variables[0].missing] == ["code:-9"]


def test_another_attribute_of_that_name_stays_an_attribute(tmp_path: Path) -> None:
    found = _read_sav(tmp_path, _sav(b"A:missing_reasons('see the handbook'\n)"))
    assert found.codebook.variables[0].attributes == {"missing_reasons": ("see the handbook",)}
