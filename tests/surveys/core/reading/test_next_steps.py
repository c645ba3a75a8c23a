"""What is refused or remarked on at import says what to do next, on the page as on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from surveys.core.problems import Refused
from surveys.core.reading import ReadOptions, read
from surveys.core.reading.encodings import decide


def test_only_sets_that_fit_are_offered() -> None:
    with pytest.raises(Refused) as refused:
        decide([], ["é中文字".encode()], declared="no-such-set")
    problem = refused.value.problems[0]
    assert ": utf-8, " in problem.message and "shift_jis" not in problem.message
    assert "the field “Encoding” of the upload page, --encoding of the command" in problem.hint
    assert problem.hint.endswith("for example utf-8.")
    with pytest.raises(Refused) as refused:
        decide(["性别".encode("gb18030")])
    assert refused.value.problems[0].choices[0].sentence() == "gb18030 “性别”"
    assert refused.value.problems[0].hint.endswith("for example gb18030.")


@pytest.mark.parametrize(
    "wanted", [ReadOptions(declared_rows=9), ReadOptions(declared_columns=9)], ids=["rows", "columns"]
)
def test_a_wrong_count_says_what_to_do(tmp_path: Path, wanted: ReadOptions) -> None:
    file = tmp_path / "d.csv"
    file.write_text("id,x\n1,2\n", "utf-8")
    with pytest.raises(Refused) as refused:
        read(file, tmp_path, wanted)
    assert [problem.code for problem in refused.value.problems] == ["wrong_count"]
    assert "whether it is whole" in refused.value.problems[0].hint


def test_a_folder_is_called_one(tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        read(tmp_path, tmp_path, ReadOptions())
    assert refused.value.problems[0].message == "This is a folder, not a file."


def test_headings_kept_as_rows_name_the_field(tmp_path: Path) -> None:
    file = tmp_path / "d.csv"
    file.write_text('id,q\nResponse ID,"{""ImportId"":""QID1""}"\n1,2\n', "utf-8")
    told = [finding.message for finding in read(file, tmp_path, ReadOptions()).findings]
    assert any("“Rows of headings” of the upload page, --header-rows of the command" in one for one in told)
