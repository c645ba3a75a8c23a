"""SAS catalogues: labels of numbers, letters and texts, laid over the variables shown in their formats."""

from __future__ import annotations

import contextlib
import random
from pathlib import Path
from typing import Any

import pyreadstat
import pytest

from surveys.core.codebook import Code, MissingRule
from surveys.core.problems import Refused
from surveys.core.reading import ReadOptions, ReadResult
from surveys.core.reading import read as read_file
from surveys.core.reading.sas_catalogue import read_catalogue

from .cat_bytes import Catalogue
from .sas_bytes import Col, Sas

FORMATS: dict[bytes, Any] = {
    b"YESNO": [(1.0, b"yes"), (2.0, "否".encode()), (".A", b"refused"), ("._", b"lost"), (-9.5, b"odd")],
    b"$CITY": [(b"fz", "福州".encode()), (b"xm", "厦门".encode())],
    b"A_NAME_LONGER_THAN_8": [(float(i), b"label %d" % i) for i in range(60)],
    b"AGE": [((0.0, 17.0), b"young"), (18.0, b"eighteen"), (".", b"nothing")],
}


@pytest.mark.parametrize("word", [4, 8])
@pytest.mark.parametrize("order", ["<", ">"])
def test_every_layout_gives_the_same_labels(word: int, order: str) -> None:
    found = read_catalogue(memoryview(Catalogue(FORMATS, word, order).bytes()))
    assert found.encoding == "UTF-8"
    assert set(found.formats) == set(FORMATS)
    yesno, age = found.formats[b"YESNO"], found.formats[b"AGE"]
    assert yesno.codes == [(1.0, b"yes"), (2.0, "否".encode()), (-9.5, b"odd")]
    assert yesno.tags == [("A", b"refused"), ("_", b"lost")]
    assert (age.codes, age.others) == ([(18.0, b"eighteen")], 2)
    assert found.formats[b"$CITY"].codes[0] == (b"fz", "福州".encode())
    assert len(found.formats[b"A_NAME_LONGER_THAN_8"].codes) == 60


def test_a_public_catalogue_agrees_with_another_reader(shared: Path) -> None:
    path = shared / "files" / "formats" / "formats.sas7bcat"
    found = read_catalogue(memoryview(path.read_bytes()))
    _, meta = pyreadstat.read_sas7bcat(path)
    ours = {
        name.decode(): {v.decode() if isinstance(v, bytes) else v: text.decode() for v, text in labels.codes}
        for name, labels in found.formats.items()
    }
    assert ours == meta.value_labels


def reading(folder: Path, data: bytes, catalogue: bytes | None, **options: Any) -> ReadResult:
    (folder / "wave.sas7bdat").write_bytes(data)
    (folder / "formats.sas7bcat").write_bytes(catalogue or b"")
    out = folder / "out"
    out.mkdir(exist_ok=True)
    path = folder / "formats.sas7bcat" if catalogue is not None else None
    return read_file(folder / "wave.sas7bdat", out, ReadOptions(codebook_path=path, **options))


COLUMNS = [
    Col(b"q1", format=b"yesno", shown=(8, 0)),
    Col(b"city", 8, is_text=True, format=b"$CITY"),
    Col(b"age", format=b"AGE"),
    Col(b"plain", format=b"BEST", shown=(12, 0)),
]
CELLS: list[list[Any]] = [[1.0, b"fz", 18.0, 1.0], [".A", b"xm", 40.0, 2.0], [".B", b"", None, 3.0]]


def test_labels_are_laid_over_by_the_name_of_the_format(tmp_path: Path) -> None:
    found = reading(
        tmp_path,
        Sas(COLUMNS, CELLS).bytes(),
        Catalogue(FORMATS).bytes(),
        languages=("en",),
        missing_reasons={".A": "refused"},
    )
    q1, city, age, bare = found.codebook.variables
    assert q1.codes == (Code(1, {"en": "yes"}), Code(2, {"en": "否"}), Code(-9.5, {"en": "odd"}))
    assert q1.missing == (
        MissingRule("refused", tag="A", labels={"en": "refused"}),
        MissingRule("tag:B", tag="B"),
        MissingRule("tag:_", tag="_", labels={"en": "lost"}),
    )
    assert city.codes == (Code("fz", {"en": "福州"}), Code("xm", {"en": "厦门"}))
    assert (age.codes, bare.codes) == ((Code(18, {"en": "eighteen"}),), ())
    told = {finding.code: finding.variable for finding in found.findings}
    assert told["format_ranges_not_kept"] == "age"
    assert "labels_in_a_catalogue" not in told


def test_a_doubt_about_the_catalogue_offers_no_answer_about_the_data(
    tmp_path: Path,
) -> None:
    formats: dict[bytes, Any] = {b"YESNO": [(1.0, "您的性别".encode("gbk")), (2.0, "年龄".encode("gbk"))]}
    catalogue = Catalogue(formats, encoding=0).bytes()
    with pytest.raises(Refused, match="codebook: The file does not say which character set") as refused:
        reading(tmp_path, Sas(COLUMNS, CELLS).bytes(), catalogue)
    assert not any(problem.choices for problem in refused.value.problems)
    assert "Write the catalogue anew in UTF-8" in str(refused.value)


def test_without_a_catalogue_its_absence_is_told(tmp_path: Path) -> None:
    found = reading(tmp_path, Sas(COLUMNS, CELLS).bytes(), None)
    (told,) = [f.message for f in found.findings if f.code == "labels_in_a_catalogue"]
    assert "$CITY, AGE, YESNO" in told
    assert ".sas7bcat" in told


def test_a_catalogue_of_another_file_is_told(tmp_path: Path) -> None:
    found = reading(tmp_path, Sas(COLUMNS, CELLS).bytes(), Catalogue({b"OTHER": [(1.0, b"x")]}).bytes())
    assert "catalogue_not_used" in {finding.code for finding in found.findings}


def test_a_data_set_is_no_catalogue_and_a_catalogue_no_data_set(tmp_path: Path) -> None:
    data, catalogue = Sas(COLUMNS, CELLS).bytes(), Catalogue(FORMATS).bytes()
    with pytest.raises(Refused, match="codebook: The file is a SAS data set"):
        reading(tmp_path, data, data)
    with pytest.raises(Refused, match="--codebook"):
        reading(tmp_path, catalogue, None)


def test_changed_bytes_end_as_labels_or_a_refusal() -> None:
    data = Catalogue(FORMATS).bytes()
    busy = [i for i, byte in enumerate(data) if byte not in (0, 32)]
    rng = random.Random(3)
    for _ in range(300):
        changed = bytearray(data)
        for _ in range(rng.choice([1, 2, 4])):
            changed[rng.choice(busy)] = rng.choice([0, 1, 32, 127, 255])
        with contextlib.suppress(Refused):
            read_catalogue(memoryview(changed[: rng.choice([len(data), rng.randrange(len(data))])]))
