"""Files that nobody here wrote: read, written and read again, they hold the same cells."""

from __future__ import annotations

from pathlib import Path

import pytest

from surveys.core.reading import ReadOptions, ReadResult, read
from surveys.core.writing import write
from tests.conftest import some_of
from tests.surveys.core.writing.tables import table_read

FILES = {
    "chinese/cn_macro_数据.sav": ("sav", "dta", "parquet"),
    "formats/testdata.sav": ("sav", "zsav"),
    "formats/metadata_copy_test.sav": ("sav",),
    "formats/sample.sav": ("sav",),
    "formats/sample.por": ("sav",),
    "formats/sample.sas7bdat": ("sav",),
    "formats/sample.xpt": ("sav",),
    "formats/tagged-na-int.dta": ("dta",),
    "formats/stringtypes.dta": ("dta", "sav"),
    "formats/types.dta": ("dta",),
    "mrsets/simple_alltypes.sav": ("sav", "zsav"),
    "mrsets/cruise.sav": ("sav", "dta"),
    "pooled/harmonized_arabb_waves.sav": ("sav", "csv"),
}


def _read(path: Path, folder: Path) -> ReadResult:
    folder.mkdir()
    return read(path, folder, ReadOptions())


@pytest.mark.proof
@pytest.mark.parametrize("name", some_of(FILES, 2))
def test_a_real_file_survives_the_way_out_and_in(name: str, shared: Path, tmp_path: Path) -> None:
    before = _read(shared / "files" / name, tmp_path / "first")
    for format in FILES[name]:
        path = tmp_path / f"x.{format}"
        write(table_read(before), format, path, "en")
        after = _read(path, tmp_path / format)
        assert after.content_hash == before.content_hash, format
        if format in ("sav", "zsav"):
            assert after.codebook.sets == before.codebook.sets
            assert after.codebook.weight == before.codebook.weight
            assert [v.missing for v in after.codebook.variables] == [
                v.missing for v in before.codebook.variables
            ]
            assert [v.codes for v in after.codebook.variables] == [v.codes for v in before.codebook.variables]
