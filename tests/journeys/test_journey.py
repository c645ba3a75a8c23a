"""The whole way by command: import, build, run, compare, correct, go stale, rebuild, download."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pyreadstat
import pytest

from tests.conftest import ROOT
from tests.travellers import Person

ALL_FORMATS = ["sav", "dta", "parquet", "csv", "xlsx"]


def test_the_demo_may_be_repeated_and_lays_the_printed_tables_beside_the_runs(traveller: Person) -> None:
    before = traveller.json("status")
    again = traveller.run("demo")
    assert again.stderr.count("0 created, 0 changed") == 3
    for text in ("table1", "table2", "of linear models fitted by REML", "synthetic"):
        assert text in again.stdout
    assert traveller.json("status") == before


def _built(status: Any) -> list[Any]:
    """The datasets that have a version; those that no analysis reads are built when somebody asks."""
    return [one for one in status["datasets"] if "@" in one["name"]]


def test_everything_is_fresh_and_whole_after_the_demo(traveller: Person) -> None:
    status = traveller.json("status")
    assert status["datasets"] and status["runs"]
    assert {one["state"] for one in (*_built(status), *status["runs"])} == {"fresh"}
    assert traveller.json("verify")["damage"] == []


def test_building_again_reuses_every_column_and_gives_the_same_hash(traveller: Person) -> None:
    one, two = (traveller.json("build_dataset", "mdms/integration") for _ in range(2))
    assert one["content_hash"] == two["content_hash"] and one["rows"] == 15_997
    for column in two["columns"]:
        assert column["reused"] and sum(column["tally"].values()) == 15_997


def test_identical_inputs_give_the_run_there_is(traveller: Person) -> None:
    one, two = (traveller.json("run_analysis", "mdms/table1") for _ in range(2))
    assert one["run"] == two["run"] and one["n_used"] == 15_997


@pytest.mark.parametrize("form", ALL_FORMATS)
@pytest.mark.parametrize("version", ["mdms/integration@1", "fuzhou/2009@1"])
def test_versions_download_with_their_hash_and_losses(
    traveller: Person, tmp_path: Path, form: str, version: str
) -> None:
    target = tmp_path / f"out.{form}"
    told = traveller.json("export", version, "--as", form, "--output", str(target))
    assert target.stat().st_size > 1000 and len(told["sha256"]) == 64
    assert isinstance(told["losses"], list) and told["rows"] in (15_997, 600)


def test_a_downloaded_sav_keeps_labels_and_missing_codes(traveller: Person, tmp_path: Path) -> None:
    target = tmp_path / "wave.sav"
    traveller.run("export", "mdms/2014@1", "--as", "sav", "--output", str(target))
    frame, meta = pyreadstat.read_sav(str(target), user_missing=True)
    assert frame.shape[0] == 15_999 and (frame["q_contract"] == -8).sum() > 5_000
    assert meta.variable_value_labels["q_contract"][-8.0]
    assert "SYNTHETIC" in (meta.file_label or "").upper() or "合成" in (meta.file_label or "")


def test_publishing_a_changed_rule_makes_stale_and_rebuilding_clears_it(
    follower: Person, tmp_path: Path
) -> None:
    copy = _copied_study(tmp_path)
    rule = copy / "measures" / "fsp.yaml"
    without = re.sub(r"q_org_mobile_party(: (\{[^}]*\}|\d))?, ", "", rule.read_text())
    rule.write_text(without)
    follower.run("load_study", str(copy))
    stale = follower.json("status", "mdms")
    causes = str([one["causes"] for one in stale["datasets"]])
    assert "fsp@1" in causes and "fsp@2" in causes
    assert _run_of("mdms/table1", stale)["state"] == "stale"
    assert _run_of("mdms/icc", stale)["state"] == "fresh", "it reads no measure that changed"
    follower.run("build_dataset", "mdms/integration")
    follower.run("run_analysis", "mdms/table1")
    cleared = follower.json("status", "mdms")
    assert {one["state"] for one in (*_built(cleared), _run_of("mdms/table1", cleared))} == {"fresh"}


def _run_of(analysis: str, status: Any) -> Any:
    (found,) = (one for one in status["runs"] if one["name"].endswith(f" of {analysis}"))
    return found


def _copied_study(tmp_path: Path) -> Path:
    import shutil

    return Path(shutil.copytree(ROOT / "studies" / "mdms", tmp_path / "mdms"))


def test_an_unknown_measure_is_refused_with_its_near_misses(traveller: Person) -> None:
    told: Any = traveller.run("build_dataset", "mdms/integratio", exit_code=1)
    assert "integration" in told.stderr


def test_a_broken_rule_is_refused_with_its_position(traveller: Person) -> None:
    told = traveller.json("check_rule", "any_of(q_org_union", "--wave", "mdms/2014", exit_code=1)
    assert told["problems"][0]["position"] is not None


def test_a_rule_that_leaves_codes_uncovered_says_which(traveller: Person) -> None:
    told = traveller.run(
        "check_rule", "recode(q_community, {1: 1, 2: 1})", "--wave", "mdms/2014", exit_code=1
    )
    assert "q_community" in told.stdout + told.stderr
