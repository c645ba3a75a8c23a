"""A text of R that is given numbers where it means a text stops: the digits before them are lost by then."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from measures.core.engine import Source
from measures.core.tongues import rule_text
from tests.measures.core.tongues.programs import program
from tests.measures.core.tongues.test_texts import asked
from tests.measures.generated_rules import RAW
from tests.measures.small_survey import store


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Source:
    return store(tmp_path_factory.mktemp("texts") / "wave.parquet", RAW)


@pytest.mark.parametrize(
    ("cells", "is_run"),
    [('c(" 3501", "0011")', True), ("c(NA, NA)", True), ("c(3501, 11)", False), ("c(TRUE, FALSE)", False)],
)
def test_a_text_has_to_be_read_as_a_text(source: Source, tmp_path: Path, cells: str, is_run: bool) -> None:
    text = rule_text("r", asked(source, "found", 'starts_with(place, "35")'))
    script = tmp_path / "all.R"
    script.write_text(f"wave <- data.frame(place = {cells})\n{text}", encoding="utf-8")
    command = [program("Rscript", "r-base-core"), "--vanilla", str(script)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    said = 'place is a text and was read as something else: read it with colClasses = "character"'
    assert (done.returncode == 0) is is_run, done.stderr
    assert (said in done.stderr) is not is_run
