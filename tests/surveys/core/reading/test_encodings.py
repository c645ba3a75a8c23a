"""Doubt about a character set: what is offered, in which order, with which samples; bytes that are none."""

from __future__ import annotations

import re
from pathlib import Path

import polars as pl
import pytest

from surveys.core.charsets import SETS, codec_of
from surveys.core.problems import Choice, Refused
from surveys.core.reading import ReadOptions, read
from surveys.core.reading.delimited import telling_fields
from surveys.core.reading.encodings import decide, decoded, is_cut, undecodable
from surveys.core.reading.undecodable import kept
from tests.surveys.core.reading.xpt_bytes import Col, Xpt

WRITING = {
    "gb18030": ["您的性别", "年龄", "社区参与", "男", "女"],
    "big5": ["您的性別", "年齡", "社區參與", "臺北", "高雄"],
    "shift_jis": ["あなたの性別は何ですか", "年齢", "はい", "いいえ", "東京都"],
    "euc-kr": ["귀하의 성별은 무엇입니까", "나이", "남자", "여자", "서울"],
    "windows-1250": ["Płeć respondenta", "Mężczyzna", "Wykształcenie", "Źródło dochodów"],
    "windows-1251": ["Ваш пол", "возраст", "мужской", "женский"],
    "windows-1253": ["Φύλο", "Άνδρας", "Γυναίκα", "Επίπεδο εκπαίδευσης"],
    "windows-1254": ["Doğum yeri", "Çalışıyor", "Kadın", "Yaş"],
    "macintosh": ["Größe", "Année", "élève"],
}
WESTERN = [
    ["Größe", "Straße", "Ärger", "GRÖSSE"],
    ["Année", "élève", "à l’école", "Œuvre", "créée", "« très élevé »"],
    ["¿Cuántos años?", "niñas"],
    ["coração", "ações", "É"],
    ["don’t know", "“yes”", "a – b", "5 €", "20 °C"],
    ["ålder", "kön", "Åre"],
]


def choices(labels: list[bytes], cells: list[bytes] | None = None) -> tuple[Choice, ...]:
    with pytest.raises(Refused) as refused:
        decide(labels, cells or [], utf8_is_expected=True)
    return refused.value.problems[0].choices


@pytest.mark.parametrize("name", WRITING)
@pytest.mark.parametrize("most", [2, 5])
def test_the_set_in_which_it_is_writing_is_offered_first(name: str, most: int) -> None:
    texts = [text.encode(name) for text in WRITING[name][:most]]
    assert choices(texts)[0] == Choice(name, tuple(WRITING[name][: min(3, most)]))


def test_czech_is_told_from_western_text() -> None:
    texts = ["Věk", "Nejvyšší vzdělání", "Muž", "Žena", "Středočeský kraj"]
    assert choices([text.encode("cp1250") for text in texts])[0].answer == "windows-1250"


@pytest.mark.parametrize("name", ["rot13", "hex", "klingon", ""])
def test_what_is_no_character_set_is_refused_by_its_name(name: str) -> None:
    assert codec_of(name) == ""


@pytest.mark.parametrize("name", ["utf-16", "utf-32", "gbk", "ISO-8859-2", "KOI8-R", *SETS])
def test_character_sets_are_known(name: str) -> None:
    assert codec_of(name)


@pytest.mark.parametrize("texts", WESTERN)
def test_clear_western_text_is_read_without_asking(texts: list[str]) -> None:
    assert decide([text.encode("cp1252") for text in texts], utf8_is_expected=True).codec == "cp1252"


def test_every_set_that_reads_the_bytes_is_offered_and_no_other() -> None:
    offered = [choice.answer for choice in choices(["はい".encode("cp932"), "東京".encode("cp932")])]
    assert set(offered) >= {"shift_jis", "iso-8859-1", "macintosh"}
    assert "utf-8" not in offered


def test_samples_are_of_labels_first_then_of_short_cells_and_distinct() -> None:
    cells = ["はい", "x" * 70 + "あ", "はい", "いいえ", "東京"]
    found = choices(["性別".encode("cp932")], [cell.encode("cp932") for cell in cells])
    assert found[0] == Choice("shift_jis", labels=("性別",), cells=("はい", "いいえ"))
    assert found[0].samples == ("性別", "はい", "いいえ")


def test_a_sample_shows_the_part_that_tells() -> None:
    long = "How would you rate your level of knowledge of cuisines from the town of "
    assert choices([(long + "東京都の").encode("cp932")])[0].samples == ("the town of 東京都の",)


def test_no_problem_quotes_a_cell_outside_its_choices() -> None:
    with pytest.raises(Refused) as refused:
        decide([b"Sex"], [text.encode("gbk") for text in WRITING["gb18030"]])
    problem = refused.value.problems[0]
    assert problem.choices[0].samples[0] == "您的性别"
    assert not any(text in str(refused.value) for text in WRITING["gb18030"])
    assert not any(choice.samples for choice in problem.without_samples().choices)


def test_cells_of_a_delimited_file_are_parted_and_those_of_most_lines_come_first() -> None:
    text = 'id,"性別"\n1,はい\n2,"山田"\n3,はい\n4,yes\n'
    heading, cells = telling_fields(text.encode("cp932"))
    assert [one.decode("cp932") for one in heading + cells] == ["性別", "はい", "山田"]


def test_a_few_bytes_that_do_not_decode_leave_the_likeliest_set_first() -> None:
    texts = [text.encode("cp932") for text in WRITING["shift_jis"]] + [b"\x82\xa0\xff"]
    assert choices(texts)[0].answer == "shift_jis"


def test_mostly_utf8_is_utf8_and_one_stray_byte_is_no_cut_character() -> None:
    texts = ["Größe".encode()] * 10 + [b"caf\xe9"]
    assert decide(texts, utf8_is_expected=True).codec == "utf-8"
    assert (decoded(b"caf\xe9", "utf-8"), undecodable(b"caf\xe9", "utf-8")) == ("caf\\xe9", 1)
    assert not is_cut(b"caf\xe9", "utf-8") and is_cut("性别".encode()[:-1], "utf-8")


@pytest.mark.parametrize("codec", ["utf-8", "cp932", "gb18030", "big5", "cp949", "cp1252", "utf-16", "idna"])
@pytest.mark.parametrize("raw", [b"a\\xe9 \xff\x81 \xe9b", b"\x81", b"\\\xff\\x41"])
def test_bytes_that_are_no_characters_can_be_had_back(codec: str, raw: bytes) -> None:
    text = kept(raw, codec)
    assert text.isprintable() or codec == "utf-16"
    if codec == "utf-8":
        back = re.sub(rb"\\x([0-9a-f]{2})", lambda found: bytes.fromhex(found[1].decode()), text.encode())
        assert back == raw


def written(folder: Path, data: bytes) -> Path:
    (path := folder / "w.csv").write_bytes(data)
    return path


def test_a_delimited_file_keeps_bytes_and_tells_of_them_by_column(tmp_path: Path) -> None:
    lines = ["id,性別,町", *(f"{n},はい,東京" for n in range(1, 9))]
    data = "\n".join(lines).encode("cp932") + b"\n9,\xff,\xa0\xffx\n"
    path = written(tmp_path, data.replace(b"id,", b"i\xffd,", 1))
    found = read(path, tmp_path, ReadOptions(encoding="shift_jis"))
    assert [variable.name for variable in found.codebook.variables] == ["i\\xffd", "性別", "町"]
    assert pl.read_parquet(found.parquet)["c1"].to_list()[-1] == "\\xff"
    told = [(f.code, f.variable, f.message) for f in found.findings if "undecodable" in f.code]
    assert [one[:2] for one in told] == [
        ("undecodable_label", "i\\xffd"),
        ("undecodable_text", "性別"),
        ("undecodable_text", "町"),
    ]
    assert "shift_jis: 1 (first: 9); bytes: 1." in told[1][2]
    assert "shift_jis: 1 (first: 9); bytes: 2." in told[2][2]


def test_samples_of_a_transport_file_are_of_its_cells(tmp_path: Path) -> None:
    """It has no place for a character set, and this one no label that tells."""
    rows = [[text.encode("cp932")] for text in ("はい", "いいえ", "はい", "東京都", "大阪")]
    path = tmp_path / "w.xpt"
    path.write_bytes(Xpt([Col(b"TOWN", 24, is_text=True)], rows, 8, declared=5).bytes())
    with pytest.raises(Refused) as refused:
        read(path, tmp_path, ReadOptions())
    assert refused.value.problems[0].choices[0] == Choice("shift_jis", cells=("はい", "いいえ", "東京都"))


def test_a_mark_at_the_start_is_no_part_of_the_first_name(tmp_path: Path) -> None:
    path = written(tmp_path, "\ufeffid,t\n1,é\n".encode())
    assert read(path, tmp_path, ReadOptions(encoding="utf-8")).codebook.names == ("id", "t")


def test_a_public_file_of_an_old_mac_is_asked_about(tmp_path: Path, shared: Path) -> None:
    """Its only letters beyond ASCII are blanks that do not break, which windows-1252 reads as “Ê”."""
    path = shared / "files" / "csv" / "food-world-cup-data.csv"
    with pytest.raises(Refused) as refused:
        read(path, tmp_path, ReadOptions())
    offered = refused.value.problems[0].choices
    assert offered[0].answer == "macintosh" and all(len(choice.samples) == 3 for choice in offered)
    assert "windows-1252" in [choice.answer for choice in offered]
