"""The import service and command: versions, refusals that leave nothing behind, the public files."""

from __future__ import annotations

import csv
import io
import json
import os
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from surveys.core.problems import Refused
from surveys.core.reading import ReadOptions
from surveys.models import AuditEntry, StoredFile, Study, User, Variable, Wave, WaveVersion
from surveys.services.files import store
from surveys.services.waves import import_wave
from tests.conftest import some_of
from tests.factories import make_study, make_user
from tests.surveys.core.reading.xlsx_bytes import number, row, text, workbook

pytestmark = pytest.mark.django_db(transaction=True)
HEADINGS = {"qualtrics_sample.csv": 2, "qualtrics_sample_legacy.csv": 1}  # counted as rows in the manifest
ENCODINGS = {"csv/food-world-cup-data.csv": ("--encoding", "macintosh")}  # nothing in it says so
FORMATS = {".sav", ".zsav", ".por", ".dta", ".sas7bdat", ".xpt", ".csv", ".parquet"}
# The manifest's reader takes seconds for days here and fails on the dates it gets; they are honest moments.
READ_HERE = {"malformed/date_format_dtdate.sas7bdat": (95, 6)}


@pytest.fixture
def admin() -> User:
    return make_user("admin", is_superuser=True)


def command(*words: str) -> tuple[int, dict[str, Any], str]:
    """(exit status, the JSON on stdout, the talk on stderr) of ``import_wave --json``."""
    out, err, status = io.StringIO(), io.StringIO(), 0
    try:
        with redirect_stdout(io.StringIO()):
            call_command("import_wave", *words, "--json", stdout=out, stderr=err)
    except SystemExit as ended:
        status = int(ended.code or 0)
    return status, json.loads(out.getvalue()), err.getvalue()


def nothing_left() -> bool:
    """Neither rows nor files of an import."""
    rows = [Study, Wave, WaveVersion, Variable, StoredFile]
    return not any(model.objects.exists() for model in rows) and not list(store().files())


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_import_makes_study_wave_version_and_variables(tmp_path: Path, admin: User) -> None:
    path = write(tmp_path / "wave.csv", "id,city\n1,Fuzhou\n2,Xiamen\n")
    outcome = import_wave(
        admin, "mdms", "2014", path, original_name="wave.csv", options=ReadOptions(), key="id"
    )
    version = outcome.version
    assert (str(version), outcome.is_new, version.rows, version.columns) == ("mdms/2014@1", True, 2, 2)
    assert version.wave.key == "id"
    assert [v.name for v in version.variables.all()] == ["id", "city"]
    assert version.codebook().variable("id").role == "key"
    assert store().path(version.original_id).read_bytes() == path.read_bytes()
    assert store().has(version.data_id)
    assert list(AuditEntry.objects.values_list("action", flat=True)).count("import") == 1
    assert list((tmp_path / "tmp").iterdir()) == []


def test_the_same_content_again_makes_no_new_version(tmp_path: Path) -> None:
    path = write(tmp_path / "wave.csv", "id,city\n1,Fuzhou\n2,Xiamen\n")
    assert command("mdms", "2014", str(path))[1]["wave_version"] == "mdms/2014@1"
    path.write_text("id,city\r\n1,Fuzhou\r\n2,Xiamen\r\n")
    status, found, talk = command("mdms", "2014", str(path))
    assert (status, found["wave_version"], found["is_new"]) == (0, "mdms/2014@1", False)
    assert "no new version" in talk
    path.write_text("id,city\n1,Fuzhou\n2,Ningde\n")
    assert command("mdms", "2014", str(path))[1]["wave_version"] == "mdms/2014@2"


def test_importing_older_content_takes_a_wrong_correction_back(tmp_path: Path) -> None:
    right, wrong = "id,city\n1,Fuzhou\n2,Xiamen\n", "id,city\n1,Fuzhou\n2,Ningde\n"
    path = tmp_path / "wave.csv"
    found = []
    for content in (right, wrong, right, right):
        found.append(command("mdms", "2014", str(write(path, content)))[1])
    assert [one["wave_version"] for one in found] == [f"mdms/2014@{n}" for n in (1, 2, 3, 3)]
    assert [one["is_new"] for one in found] == [True, True, True, False]
    assert [one["repeats"] for one in found] == ["", "", "mdms/2014@1", ""]
    told = [one["message"] for one in found[2]["findings"] if one["code"] == "earlier_content"]
    assert len(told) == 1 and told[0].startswith("Rows and codebook are those of mdms/2014@1")
    assert not any(one["code"] == "earlier_content" for one in found[1]["findings"])
    hashes = WaveVersion.objects.order_by("number").values_list("content_hash", flat=True)
    assert hashes[0] == hashes[2] != hashes[1]


def test_the_study_says_how_labels_and_codes_are_meant(tmp_path: Path, admin: User) -> None:
    study = make_study("mdms", label_separator=" | ", missing_reasons={"-1": "refused"})
    sheet = write(tmp_path / "book.csv", "variable,label,missing\nq1,Trust,-1=refused\n")
    path = write(tmp_path / "wave.csv", "q1\n1\n-1\n")
    options = ReadOptions(codebook_path=sheet)
    version = import_wave(admin, study, "2014", path, original_name="w.csv", options=options).version
    variable = version.variables.get()
    assert variable.labels == {"en": "Trust"}
    assert variable.frequencies["absent"] == {"refused": 1}
    assert "trust" in version.search_text.labels


@pytest.mark.parametrize(
    ("text", "more", "code"),
    [
        ("", (), "empty_file"),
        ("id,x\n", (), "no_rows"),
        ("id,x\n1,2\n3\n", (), "ragged_row"),
        ("id,x\n1,2\n1,3\n", ("--key", "id"), "duplicate_key"),
        ("id,x\n1,2\n,3\n", ("--key", "id"), "missing_key"),
        ("id,x\n1,2\n", ("--key", "idd"), "unknown_key"),
        ("id,x\n1,2\n", ("--rows", "5"), "wrong_count"),
        ("id,x\n1,2\n", ("--sha256", "0" * 64), "wrong_checksum"),
        ("id,x\n1,2\n", ("--encoding", "klingon"), "unknown_encoding"),
        ("id,x\n1,2\n", ("--codebook", "/nowhere.csv"), "no_such_file"),
    ],
)
def test_a_refused_import_leaves_nothing(tmp_path: Path, text: str, more: tuple[str, ...], code: str) -> None:
    path = write(tmp_path / "wave.csv", text)
    status, found, talk = command("new", "2014", str(path), *more)
    assert status == 1
    assert [problem["code"] for problem in found["problems"]] == [code]
    assert talk.strip()
    assert "Traceback" not in talk
    assert nothing_left()


@pytest.mark.parametrize("words", [("pipe",), ("data.csv", "--codebook", "pipe")])
def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path, admin: User, words: tuple[str, ...]) -> None:
    os.mkfifo(tmp_path / "pipe")
    write(tmp_path / "data.csv", "id\n1\n")
    paths = [word if word.startswith("--") else str(tmp_path / word) for word in words]
    status, said, _ = command("s", "w", *paths)
    assert status == 1 and said["problems"][0]["code"] == "not_a_file" and nothing_left()


def test_a_refused_correction_leaves_the_earlier_version(tmp_path: Path) -> None:
    path = write(tmp_path / "wave.csv", "id\n1\n2\n")
    command("mdms", "2014", str(path), "--key", "id")
    before = sorted(store().files())
    path.write_text("id\n1\n1\n")
    assert command("mdms", "2014", str(path))[0] == 1  # the wave remembers its key
    assert WaveVersion.objects.count() == 1
    assert sorted(store().files()) == before


def test_a_failure_after_the_files_were_kept_takes_them_out_again(
    tmp_path: Path, admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    path = write(tmp_path / "wave.csv", "id\n1\n2\n")
    monkeypatch.setattr("surveys.services.waves.audit.record", fail)
    with pytest.raises(Refused, match="disk is full"):
        import_wave(admin, "mdms", "2014", path, original_name="w.csv", options=ReadOptions())
    assert nothing_left()


def test_only_those_who_may_import_do(tmp_path: Path) -> None:
    make_study("mdms", is_open=True)
    make_user("reader")
    path = write(tmp_path / "wave.csv", "id\n1\n2\n")
    status, found, _ = command("mdms", "2014", str(path), "--as", "reader")
    assert (status, found["problems"][0]["code"]) == (1, "not_allowed")
    status, found, _ = command("other", "2014", str(path), "--as", "reader")
    assert (status, found["problems"][0]["code"]) == (1, "not_allowed")
    assert not WaveVersion.objects.exists()


@pytest.mark.proof
def test_every_public_file_is_read_or_refused_as_its_manifest_says(shared: Path) -> None:
    """Rows, columns and response sets; the broken ones end with status 1, a sentence, and no trace."""
    folder = shared / "files"
    with (folder / "MANIFEST.csv").open(encoding="utf-8") as file:
        rows = [line for line in csv.DictReader(file) if Path(line["file"]).suffix.lower() in FORMATS]
    assert len(rows) >= 40
    for place, line in some_of(enumerate(rows), 2):
        said = line["reader_result_pyreadstat_1_3_7"]
        is_broken = line["file"] not in READ_HERE and (said.startswith("ERROR") or line["rows"] == "0")
        before = (WaveVersion.objects.count(), sorted(store().files()), Study.objects.count())
        asked = ENCODINGS.get(line["file"], ())
        status, found, talk = command(f"file{place}", "w", str(folder / line["file"]), *asked)
        if is_broken:
            assert (status, bool(talk.strip())) == (1, True), line["file"]
            assert before == (WaveVersion.objects.count(), sorted(store().files()), Study.objects.count())
            continue
        sets = int(said.split("mrsets ")[1].split()[0]) if "mrsets" in said else 0
        assert status == 0, (line["file"], talk)
        headings = HEADINGS.get(Path(line["file"]).name, 0)
        counts = READ_HERE.get(line["file"]) or (int(line["rows"]) - headings, int(line["cols"]))
        assert (found["rows"], found["variables"]) == counts, line["file"]
        assert len(found["mr_sets"]) == sets, line["file"]


def test_a_sheet_of_a_workbook_with_two_rows_of_headings(tmp_path: Path) -> None:
    heads = row(1, text("A1", "q1")) + row(2, text("A2", "How old?"))
    path = workbook(
        tmp_path / "w.xlsx", row(1, text("A1", "x")), more={"answers": heads + row(3, number("A3", 31))}
    )
    status, found, _ = command("s", "w", str(path), "--sheet", "answers", "--header-rows", "2")
    assert (status, found["rows"], found["variables"]) == (0, 1, 1)
    version = WaveVersion.objects.get()
    assert version.codebook().variable("q1").question == {"und": "How old?"}
    assert (version.format, version.options["sheet"], version.options["header_rows"]) == (
        "xlsx",
        "answers",
        2,
    )
    status, found, _ = command("s", "w", str(path), "--sheet", "answer")
    assert (status, found["problems"][0]["near"]) == (1, ["answers"])


def test_a_sas_catalogue_gives_the_value_labels_of_its_data_set(shared: Path) -> None:
    folder = shared / "files" / "formats"
    data, catalogue = str(folder / "hadley.sas7bdat"), str(folder / "formats.sas7bcat")
    status, found, _ = command("s", "w", data)
    assert (status, found["wave_version"]) == (0, "s/w@1")
    assert "labels_in_a_catalogue" in {finding["code"] for finding in found["findings"]}
    status, found, _ = command("s", "w", data, "--codebook", catalogue)
    assert (status, found["wave_version"]) == (0, "s/w@2")
    variables = WaveVersion.objects.get(number=2).codebook()
    assert [code.value for code in variables.variable("gender").codes] == ["f", "m"]
    assert [str(code.value) for code in variables.variable("workshop").codes] == ["1", "2"]


def test_a_file_that_needs_its_character_set_named(shared: Path) -> None:
    path = str(shared / "files" / "malformed" / "test2_117.dta")
    status, _, talk = command("s", "w", path)
    assert status == 1
    assert "--encoding" in talk
    assert nothing_left()
    assert command("s", "w", path, "--encoding", "utf-8")[1]["rows"] == 10


@pytest.mark.parametrize(
    ("option", "told"),
    [
        (("--rows", "-1"), "“-1” is not a whole number from 1 on."),
        (("--columns", "0"), "“0” is not a whole number from 1 on."),
        (("--header-rows", "two"), "“two” is not a whole number from 1 on."),
        (("--sha256", "zz"), "A SHA-256 has 64 hexadecimal digits"),
    ],
)
def test_an_option_that_cannot_be_meant_is_wrong_usage(
    option: tuple[str, str], told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from surveys.management.commands.import_wave import Command

    parser = Command().create_parser("manage.py", "import_wave")
    parser.called_from_command_line = True  # type: ignore[attr-defined]
    with pytest.raises(SystemExit) as stopped:
        parser.parse_args(["s", "w", str(tmp_path), *option])
    assert stopped.value.code == 2 and told in capsys.readouterr().err


def test_the_api_tells_who_chose_what_of_a_text_that_was_split(tmp_path: Path) -> None:
    path = write(tmp_path / "w.csv", "id,q\n1,1;3\n2,3\n3,2\n")
    sheet = write(tmp_path / "s.csv", "variable,split,empty,codes\nq,semicolon,zero,1=TV; 2=radio; 3=paper\n")
    assert command("s", "w", str(path), "--codebook", str(sheet))[0] == 0
    client = Client()
    client.force_login(User.objects.get(is_superuser=True))
    told = client.get("/api/v1/waves/s/w/v1/variables/q/").json()["frequencies"]
    assert (told["chosen"], told["values"]) == ([["1", 1], ["2", 1], ["3", 2]], [])
