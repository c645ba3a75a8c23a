"""From a file to a stored table through the reading process: what is kept, what is refused, what dies."""

from __future__ import annotations

import json
import os
import socket
import struct
import subprocess
import sys
import time
import zipfile
import zlib
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pyreadstat
import pytest

from surveys.core import table
from surveys.core.codebook import Code, MissingRule, ValueType
from surveys.core.problems import Refused
from surveys.core.reading import ReadOptions, ReadResult, read, sandbox

from . import xpt_bytes
from .sav_bytes import Sav, Var

DAY = 86_400.0


def reading(tmp_path: Path, data: bytes, name: str = "wave.sav", **options: Any) -> ReadResult:
    source = tmp_path / name
    source.write_bytes(data)
    out = tmp_path / f"out-{time.monotonic_ns()}"
    out.mkdir()
    return read(source, out, ReadOptions(**options))


def column(result: ReadResult, position: int) -> tuple[list[Any], list[Any]]:
    values, reasons = table.read_split(result.parquet, position, result.codebook.variables[position])
    return values.to_list(), reasons.to_list()


@pytest.mark.usefixtures("cold")
def test_missing_codes_get_their_reasons(tmp_path: Path) -> None:
    variables = [
        Var(
            b"Q1",
            label="Trust | 信任".encode(),
            missing=(-2, [-9.0, -1.0]),
            codes=[(1.0, "no | 否".encode()), (2.0, b"yes"), (-8.0, b"dk")],
        ),
        Var(b"CITY", width=8, format=1 << 16 | 8 << 8, missing=(1, [b"NA"]), codes=[(b"NA", b"none given")]),
    ]
    rows = [[1.0, b"Fuzhou"], [-1.0, b"NA"], [-8.0, b""], [-5.0, b"x"], [None, b"y"]]
    found = reading(
        tmp_path,
        Sav(variables, rows).bytes(),
        languages=("en", "zh"),
        label_separator=" | ",
        missing_reasons={"-1": "refused", "-8": "dont_know"},
    )
    q1, city = found.codebook.variables
    assert q1.labels == {"en": "Trust", "zh": "信任"}
    assert q1.codes == (Code(1, {"en": "no", "zh": "否"}), Code(2, {"en": "yes"}))
    assert q1.missing[0] == MissingRule("refused", value=-1)
    assert q1.missing[1] == MissingRule("dont_know", value=-8, labels={"en": "dk"})
    assert q1.missing[2] == MissingRule("user_missing", low=-9.0, high=-1.0)
    assert city.missing == (MissingRule("code:NA", value="NA", labels={"en": "none given"}),)
    reasons = [None, "refused", "dont_know", "user_missing", "system"]
    assert column(found, 0) == ([1, None, None, None, None], reasons)
    assert column(found, 1) == (["Fuzhou", None, None, "x", "y"], [None, "code:NA", "system", None, None])
    counts = found.frequencies[0]
    assert counts["absent"] == {"dont_know": 1, "refused": 1, "system": 1, "user_missing": 1}
    assert counts["values"] == [[1, 1], [2, 0]]
    assert [-5, 1, "user_missing"] in counts["missing_codes"]


def test_dates_and_times(tmp_path: Path) -> None:
    """Hours beyond 24, fractions of seconds and years beyond 9999 survive."""
    shown = [20, 22, 21, 20]  # DATE, DATETIME, TIME, DATE
    variables = [Var(f"V{i}".encode(), format=kind << 16 | 20 << 8) for i, kind in enumerate(shown)]
    start = 12_219_379_200.0  # 1970 in seconds since 1582
    rows = [
        [start + DAY, start + 0.25, 90_000.5, start],
        [start - DAY, start + DAY, None, 400 * 365.25 * 25 * DAY],
    ]
    found = reading(tmp_path, Sav(variables, rows).bytes())
    kinds = [v.type for v in found.codebook.variables]
    assert kinds == [ValueType.DATE, ValueType.DATETIME, ValueType.TIME, ValueType.INTEGER]
    assert column(found, 0)[0] == [date(1970, 1, 2), date(1969, 12, 31)]
    stamps = [datetime(1970, 1, 1, 0, 0, 0, 250_000, UTC), datetime(1970, 1, 2, tzinfo=UTC)]
    assert [stamp.replace(tzinfo=UTC) for stamp in column(found, 1)[0]] == stamps
    assert column(found, 2)[0] == [90_000.5, None]
    assert [f.variable for f in found.findings if f.code == "dates_out_of_range"] == ["V3"]


def test_a_few_numbers_that_are_no_dates_leave_the_column_its_type(tmp_path: Path) -> None:
    """They are absences that tell the number of the file; a declared code keeps the reason it has."""
    start, far, declared = 12_219_379_200.0, 315_500_000_000.0, 999_999_999_999.0
    shown = Var(b"BORN", format=20 << 16 | 11 << 8, missing=(1, [declared]))
    rows = [[start + day * DAY] for day in range(5)] + [[far], [declared], [None], [far]]
    found = reading(tmp_path, Sav([shown], rows).bytes(), missing_reasons={"999999999999": "refused"})
    born = found.codebook.variables[0]
    assert born.type is ValueType.DATE
    assert column(found, 0) == (
        [date(1970, 1, day + 1) for day in range(5)] + [None] * 4,
        [None] * 5 + ["out_of_range", "refused", "system", "out_of_range"],
    )
    assert [(rule.reason, rule.labels["en"]) for rule in born.missing] == [
        ("out_of_range", "no date: 315500000000"),
        ("refused", "no date: 999999999999"),
    ]
    told = {f.code: f.message for f in found.findings if f.variable == "BORN"}
    assert told["far_dates"].startswith("3 cells hold numbers that are no dates of the years 1 to 9999")
    assert "dates_out_of_range" not in told and "315" not in told["far_dates"]


def far_dates(
    tmp_path: Path, far: list[float], missing: tuple[int, list[float]], **options: Any
) -> tuple[ReadResult, list[tuple[str, str]]]:
    """(a column of four days and the ``far`` numbers, reasons and labels of its tags)."""
    start, codes = 12_219_379_200.0, [(9e14, "Refused | 拒绝".encode())]
    shown = Var(b"BORN", format=20 << 16 | 11 << 8, missing=missing, codes=codes)
    rows = [[start + day * DAY] for day in range(4)] + [[number] for number in far]
    found = reading(tmp_path, Sav([shown], rows).bytes(), languages=("en", "zh"), **options)
    born = found.codebook.variables[0]
    assert born.type is ValueType.DATE
    assert column(found, 0)[0] == [date(1970, 1, day + 1) for day in range(4)] + [None] * len(far)
    return found, [(rule.reason, rule.labels["en"]) for rule in born.missing if rule.tag]


@pytest.mark.parametrize("far", [[], [8.5e14]])
def test_a_missing_range_that_no_date_lies_in(tmp_path: Path, far: list[float]) -> None:
    """It is no range of dates; the cells inside it are declared missing all the same."""
    found, tags = far_dates(tmp_path, far, (-2, [8e14, 1e15]))
    assert tags == [("user_missing", "no date: 850000000000000")] * len(far)
    assert [rule.low for rule in found.codebook.variables[0].missing if not rule.tag] == []
    assert column(found, 0)[1] == [None] * 4 + ["user_missing"] * len(far)


def test_a_missing_range_that_begins_at_a_date(tmp_path: Path) -> None:
    """It reaches to the end of the year 9999, and takes the days inside it."""
    last = 12_219_379_200.0 + 253_402_300_800.0 - DAY
    shown = Var(b"BORN", format=20 << 16 | 11 << 8, missing=(-2, [last, 1e15]))
    found = reading(tmp_path, Sav([shown], [[12_219_379_200.0], [last], [9e14]]).bytes())
    assert column(found, 0) == ([date(1970, 1, 1), None, None], [None, "user_missing", "user_missing"])
    span = next(rule for rule in found.codebook.variables[0].missing if not rule.tag)
    assert span.low == 253_402_300_800.0 - DAY and span.high is not None
    assert 253_402_300_799 < span.high < 253_402_300_800


def test_a_far_code_keeps_what_the_file_calls_it(tmp_path: Path) -> None:
    one = (1, [9e14])
    assert far_dates(tmp_path, [9e14], one, label_separator=" | ")[1] == [("code:900000000000000", "Refused")]
    inside = far_dates(tmp_path, [9e14, 8.5e14], (-2, [8e14, 1e15]), label_separator=" | ")[1]
    assert inside == [("user_missing", "no date: 850000000000000"), ("code:900000000000000", "Refused")]
    reasons = {"850000000000000": "dont_know", "900000000000000": "refused"}
    inside = far_dates(tmp_path, [9e14, 8.5e14], (-2, [8e14, 1e15]), missing_reasons=reasons)[1]
    assert [reason for reason, _ in inside] == ["dont_know", "refused"]
    assert far_dates(tmp_path, [9e14], (0, []), label_separator=" | ")[1] == [("out_of_range", "Refused")]


def test_declared_far_codes_may_be_most_of_a_column(tmp_path: Path) -> None:
    """Only numbers that nobody declared speak for another calendar than the one that the file names."""
    assert len(far_dates(tmp_path, [9e14] * 6 + [7e14] * 3, (1, [9e14]))[1]) == 2
    start, many = 12_219_379_200.0, [[9e14]] * 6 + [[7e14]] * 4
    shown = Var(b"BORN", format=20 << 16 | 11 << 8, missing=(1, [9e14]))
    rows = [[start + day * DAY] for day in range(4)] + many
    found = reading(tmp_path, Sav([shown], rows).bytes())
    assert found.codebook.variables[0].type is ValueType.INTEGER


def test_sas_dates_of_any_year_and_letters(tmp_path: Path) -> None:
    """Days and seconds since 1960; a date that no calendar holds keeps its column as numbers, and is told."""
    columns = [
        xpt_bytes.Col(b"DAY", format=b"DATE", shown=(9, 0)),
        xpt_bytes.Col(b"AT", format=b"DATETIME", shown=(20, 2)),
        xpt_bytes.Col(b"LONG", format=b"TIME", shown=(8, 0)),
        xpt_bytes.Col(b"FAR", format=b"YYMMDD", shown=(10, 0)),
    ]
    rows = [[-137_774.0, 0.25, 90_000.5, 0.0], [".R", None, ".A", 40_000_000.0]]
    found = reading(
        tmp_path, xpt_bytes.Xpt(columns, rows).bytes(), "wave.xpt", missing_reasons={".R": "refused"}
    )
    kinds = [v.type for v in found.codebook.variables]
    assert kinds == [ValueType.DATE, ValueType.DATETIME, ValueType.TIME, ValueType.INTEGER]
    assert column(found, 0) == ([date(1582, 10, 15), None], [None, "refused"])
    assert column(found, 1)[0][0].isoformat() == "1960-01-01T00:00:00.250000"
    assert column(found, 2) == ([90_000.5, None], [None, "tag:A"])
    assert column(found, 3)[0] == [0, 40_000_000]
    assert [f.variable for f in found.findings if f.code == "dates_out_of_range"] == ["FAR"]
    assert "rows_not_declared" in {f.code for f in found.findings}
    again = reading(tmp_path, xpt_bytes.Xpt(columns, rows).bytes(), "wave.xpt", declared_rows=2)
    assert "rows_not_declared" not in {f.code for f in again.findings}


def test_tagged_missings_stand_beside_their_column(tmp_path: Path, shared: Path) -> None:
    found = reading(tmp_path, (shared / "files/formats/tagged-na-int.dta").read_bytes(), "tags.dta")
    reasons = [reason for reason in column(found, 0)[1] if reason]
    assert found.has_tags == (True,)
    assert {"tag:a", "tag:h"} & set(reasons)
    assert set(table.columns_in(found.parquet)) == {"c0", "t0"}


def test_same_cells_same_hash_in_every_format(tmp_path: Path) -> None:
    frame = pl.DataFrame({"a": [1.0, 2.0, None], "b": ["x", "汉", "y"], "c": [0.5, 1.5, 2.5]})
    pyreadstat.write_sav(frame, tmp_path / "f.sav")
    pyreadstat.write_sav(frame, tmp_path / "f.zsav", compress=True)
    pyreadstat.write_dta(frame, tmp_path / "f.dta", version=15)
    frame.with_columns(pl.col("a").cast(pl.Int64)).write_csv(tmp_path / "f.csv")
    frame.with_columns(pl.col("a").cast(pl.Int8)).write_parquet(tmp_path / "f.parquet")
    hashes = set()
    for kind in ("sav", "zsav", "dta", "csv", "parquet"):
        out = tmp_path / kind
        out.mkdir()
        hashes.add(read(tmp_path / f"f.{kind}", out, ReadOptions()).content_hash)
    assert len(hashes) == 1


def test_a_name_that_lies_is_told_and_content_counts(tmp_path: Path) -> None:
    found = reading(tmp_path, b"a,b\n1,2\n", "wave.sav")
    assert found.format == "csv"
    assert found.findings[0].code == "wrong_extension"
    assert "See that it is the file that was meant" in found.findings[0].message


def zipped() -> bytes:
    import io

    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("xl/workbook.xml", "<x/>")
    return held.getvalue()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty_file"),
        (b"a,b\n", "no_rows"),
        (Sav([Var(b"A")], []).bytes(), "no_rows"),
        (Sav([], []).bytes(), "no_columns"),
        (zipped(), "unknown_format"),
        (os.urandom(5000), "unknown_format"),
        (b"%PDF-1.7 ...", "unknown_format"),
        (b"**COMPRESSED** **COMPRESSED** **COMPRESSED** ...", "unknown_format"),
        (xpt_bytes.Xpt([], []).bytes(), "no_columns"),
        (xpt_bytes.Xpt([xpt_bytes.Col(b"A")], []).bytes(), "no_rows"),
        (b"\0" * 8 + b"ENCRYPTEDSAV" + bytes(100), "encrypted_file"),
        (Sav([Var(b"A")], [[1.0]], cases=100_000_000).bytes(), "damaged_file"),
        (Sav([Var(b"A"), Var(b"A")], [[1.0, 1.0]]).bytes(), "duplicate_name"),
        (b"\xff\xfe\0\xd8\0\xd8\0\xd8", "unknown_encoding"),
    ],
)
def test_what_cannot_be_taken_is_refused_with_a_sentence(tmp_path: Path, data: bytes, code: str) -> None:
    with pytest.raises(Refused) as refused:
        reading(tmp_path, data)
    assert [problem.code for problem in refused.value.problems] == [code]


def test_a_label_key_outside_its_character_set_is_refused(tmp_path: Path) -> None:
    """Such a file kills other readers: declared ASCII, one byte above 127 in the key of a text's label."""
    variable = Var(b"S", width=8, format=1 << 16 | 8 << 8, codes=[(b"caf\xe9", b"coffee")])
    for declared in ({"encoding": b"US-ASCII"}, {"encoding": None, "page": 2}):
        data = Sav([variable], [[b"caf"]], **declared).bytes()  # type: ignore[arg-type]
        with pytest.raises(Refused, match="encoding"):
            reading(tmp_path, data)
        assert reading(tmp_path, data, encoding="latin-1").codebook.variables[0].codes[0].value == "café"


def test_an_old_chinese_file_is_asked_about_and_then_read(tmp_path: Path) -> None:
    """GBK bytes under a declared western set: names, labels, value labels, cells and response sets."""

    def gbk(text: str) -> bytes:
        return text.encode("gb18030")

    variables = [
        Var(b"Q1", label=gbk("您的性别"), codes=[(1.0, gbk("男")), (2.0, gbk("女"))]),
        Var(b"CITY", width=16, format=1 << 16 | 16 << 8, label=gbk("城市")),
    ]
    more = [
        (13, 1, b"Q1=" + gbk("性别") + b"\tCITY=" + gbk("城市")),
        (7, 1, b"$s=C 4 " + gbk("集合") + b" Q1\n"),
    ]
    rows = [[1.0, gbk("福州")], [2.0, gbk("厦门")]]
    data = Sav(variables, rows, encoding=b"windows-1252", extensions=more).bytes()
    with pytest.raises(Refused) as refused:
        reading(tmp_path, data)
    assert refused.value.problems[0].choices[0].sentence() == "gb18030 “您的性别” “城市” “男”"
    found = reading(tmp_path, data, encoding="gbk")
    sex, city = found.codebook.variables
    assert (sex.name, sex.labels, city.name) == ("性别", {"und": "您的性别"}, "城市")
    assert [code.labels["und"] for code in sex.codes] == ["男", "女"]
    assert column(found, 1)[0] == ["福州", "厦门"]
    assert found.codebook.sets[0].labels == {"und": "集合"}
    assert found.codebook.sets[0].variables == ("性别",)
    assert found.encoding == "gbk"


def test_undecodable_bytes_are_kept_told_by_variable_and_never_quoted(tmp_path: Path) -> None:
    """Most of the text is the UTF-8 that the file declares: the rest is no reason to refuse it."""
    variables = [
        Var(b"S", width=8, format=1 << 16 | 8 << 8, label="Straße".encode()),
        Var(b"T", width=8, format=1 << 16 | 8 << 8, label=b"No\xebl", codes=[(b"\xff\xfea", b"x")]),
    ]
    rows = [[b"caf\xe9 x", "Größe".encode()], [b"ok", "né".encode()], [b"caf\xe9 x", "é".encode()]]
    found = reading(tmp_path, Sav(variables, rows).bytes())
    assert column(found, 0)[0] == ["caf\\xe9 x", "ok", "caf\\xe9 x"]
    assert found.codebook.variables[1].labels == {"und": "No\\xebl"}
    assert [code.value for code in found.codebook.variables[1].codes] == ["\\xff\\xfea"]
    told = {finding.code: finding for finding in found.findings if "undecodable" in finding.code}
    assert {finding.variable for finding in told.values()} == {"S", "T"}
    cells, labels = told["undecodable_text"].message, told["undecodable_label"].message
    assert "UTF-8: 2 (first: 1, 3); bytes: 2." in cells and "UTF-8: 3." in labels
    assert "caf" not in cells + labels


def test_where_nothing_declared_makes_sense_the_choice_lies_with_the_user(tmp_path: Path) -> None:
    variable = Var(b"S", width=8, format=1 << 16 | 8 << 8)
    data = Sav([variable], [[b"caf\xe9 x"], [b"ok"]]).bytes()
    with pytest.raises(Refused) as refused:
        reading(tmp_path, data)
    assert "caf" not in str(refused.value)
    choices = {choice.answer: choice.samples for choice in refused.value.problems[0].choices}
    assert choices["windows-1252"] == ("café x",)
    assert choices["UTF-8"] == ("caf\\xe9 x",)  # what is declared may be insisted on
    assert column(reading(tmp_path, data, encoding="UTF-8"), 0)[0] == ["caf\\xe9 x", "ok"]


def test_the_key_must_tell_rows_apart(tmp_path: Path) -> None:
    data = b"id,x\n1,a\n1,b\n,c\n"
    with pytest.raises(Refused) as refused:
        reading(tmp_path, data, "f.csv", key="id")
    assert {p.code for p in refused.value.problems} == {"missing_key", "duplicate_key"}
    with pytest.raises(Refused, match=r"no variable Id.*id"):
        reading(tmp_path, data, "f.csv", key="Id")


def test_findings_come_all_at_once_by_variable(tmp_path: Path) -> None:
    variables = [Var(b"A", codes=[(1.0, b"x"), (2.0, b"x"), (7.0, b"z")]), Var(b"B"), Var(b"C")]
    long = (13, 1, b"A=Ab\tB=aB\tC=c")
    data = Sav(variables, [[1.0, None, 5.0], [3.0, None, 5.0], [2.0, None, 5.0]], extensions=[long]).bytes()
    found = {(f.code, f.variable) for f in reading(tmp_path, data).findings}
    assert found >= {
        ("codes_without_label", "Ab"),
        ("labels_without_cases", "Ab"),
        ("same_label", "Ab"),
        ("empty", "aB"),
        ("constant", "c"),
        ("no_label", ""),
        ("names_differ_by_case", "Ab"),
        ("names_differ_by_case", "aB"),
    }


def test_declared_counts_are_held_against_the_file(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="3 rows were declared, 1 are there"):
        reading(tmp_path, b"a,b\n1,2\n", "f.csv", declared_rows=3)
    with pytest.raises(Refused, match="3 columns"):
        reading(tmp_path, b"a,b\n1,2\n", "f.csv", declared_columns=3)
    with pytest.raises(Refused) as refused:
        reading(tmp_path, b"a,b\n1,2\n", "f.csv", declared_rows=3, declared_columns=4)
    told = [problem.message for problem in refused.value.problems]
    assert told == ["3 rows were declared, 1 are there.", "4 columns were declared, 2 are there."]


LIMITS = sandbox.Limits(memory=1 << 30, cpu=1, wall=60.0, file=1 << 20)
HASTY = replace(LIMITS, wall=2.0)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "SIGSEGV"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "more time or memory"),
        ("while True: pass", "more time or memory"),
        ("import time; time.sleep(60)", "longer than the time allowed"),
        ("print('not json')", "without an answer"),
        ("import sys; sys.exit(3)", "status 3"),
        ("import subprocess, time; subprocess.Popen(['sleep', '60']); time.sleep(60)", "longer"),
    ],
)
def test_the_caller_survives_whatever_happens_to_the_reading_process(
    tmp_path: Path, body: str, words: str
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    limits = HASTY if "longer" in words else LIMITS
    with pytest.raises(Refused, match=words) as refused:
        sandbox.run({"out_dir": str(out)}, limits, [sys.executable, "-I", "-c", body])
    assert refused.value.problems[0].code == "unsafe_file"
    assert list(out.iterdir()) == []


def test_the_reading_process_has_no_environment_and_an_empty_folder(tmp_path: Path) -> None:
    body = (
        "import json, os, resource; json.loads(input()); "
        "open(os.environ['TMPDIR'] + '/../seen.json', 'w').write(json.dumps("
        "[sorted(os.environ), os.listdir('.'), resource.getrlimit(resource.RLIMIT_CORE)[0]])); "
        "print('{\"ok\": true}')"
    )
    os.environ["DATABASE_PASSWORD_FOR_TEST"] = "secret"
    try:
        sandbox.run({"out_dir": str(tmp_path)}, LIMITS, [sys.executable, "-I", "-c", body])
    finally:
        del os.environ["DATABASE_PASSWORD_FOR_TEST"]
    names, files, core = json.loads((tmp_path / "seen.json").read_text())
    assert "DATABASE_PASSWORD_FOR_TEST" not in names
    assert "PATH" not in names
    assert (files, core) == ([], 0)


def test_the_reading_process_reaches_nobody(tmp_path: Path) -> None:
    body = "import sys; from surveys.core.process import without_network as leave; sys.exit(not leave()())"
    if subprocess.run([sys.executable, "-c", body], check=False).returncode:
        pytest.skip("this system lets no process leave the network")
    with socket.create_server(("127.0.0.1", 0)) as listening:
        body = (
            "import json, socket; "
            f"reached = socket.socket().connect_ex(('127.0.0.1', {listening.getsockname()[1]})) == 0; "
            "print(json.dumps({'ok': not reached, 'problems': []}))"
        )
        sandbox.run({"out_dir": str(tmp_path)}, LIMITS, [sys.executable, "-I", "-c", body])


@pytest.mark.usefixtures("cold")
def test_a_file_that_needs_too_much_memory_is_refused(tmp_path: Path) -> None:
    source = tmp_path / "wave.sav"
    source.write_bytes(Sav([Var(b"A")], [[1.0]] * 1000).bytes())
    with pytest.raises(Refused) as refused:
        read(source, tmp_path, ReadOptions(), megabytes=400)
    assert refused.value.problems[0].code in {"too_large", "unsafe_file", "unreadable_file"}


@pytest.mark.usefixtures("cold")
def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    """Two thousand megabytes of the same cell in two megabytes of file."""
    honest = Sav([Var(b"A")], [], compression=2, cases=500 << 20)
    head = honest._head() + honest._dictionary()
    size, blocks = 0x3FF000, 500
    block = zlib.compress(b"e" * size, 9)
    start, trailer = len(head), len(head) + 24 + len(block) * blocks
    table = b"".join(
        struct.pack("<qqii", start + 24 + i * size, start + 24 + i * len(block), size, len(block))
        for i in range(blocks)
    )
    data = head + struct.pack("<qqq", start, trailer, 24 + len(table)) + block * blocks
    with pytest.raises(Refused) as refused:
        reading(tmp_path, data + struct.pack("<qqii", -100, 0, size, blocks) + table, "bomb.zsav")
    assert refused.value.problems[0].code == "too_large"
