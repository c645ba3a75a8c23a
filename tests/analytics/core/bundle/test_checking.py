"""A bundle that was changed says where; one that was made to do harm is refused."""

from __future__ import annotations

import hashlib
import io
import json
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from analytics.core.bundle import layout, opening
from analytics.core.bundle.cells import Cells, as_csv, cells_from_json, frame_of
from analytics.core.bundle.checking import check_bundle
from analytics.core.bundle.comparing import compared
from analytics.core.bundle.crate import About
from analytics.core.bundle.writing import Members, as_document, write_bundle
from analytics.core.kinds import KINDS, read_spec, run_spec
from analytics.core.output.formats import TABLE_FORMATS
from analytics.core.record import plain
from analytics.core.tables import table_of_result
from surveys.core.codebook import ValueType, as_json, fingerprint
from surveys.core.hashing import table_hash
from surveys.core.problems import Refused
from tests.analytics.columns import column, survey

SPEC = {"kind": "logit", "formula": "y ~ x + z"}
ABOUT = About("Table", "A bundle.", "2026-01-01", "Cite it.", "CC0", "run 1", "mdms/2014@1", "0" * 64, {})


def members() -> Members:
    """The bundle of a small run on a dataset of three columns."""
    frame = {name: one for name, one in survey(300).items() if name in ("y", "x", "z")}
    cells = [Cells(one.variable, one.values, one.reasons) for one in frame.values()]
    outcome = run_spec(read_spec(SPEC), frame)
    pairs = [[one.variable.name, one.hash()] for one in cells]
    codebook = fingerprint([as_json(one.variable) for one in cells])
    files = [f"{layout.CELLS}{at}.json" for at in range(len(cells))]
    read = [{"file": f, "codebook": as_json(one.variable)} for f, one in zip(files, cells, strict=True)]
    columns = {"raw": False, "rows": 300, "read": read, "all": pairs, "codebook_hash": codebook}
    whole = fingerprint([table_hash([tuple(pair) for pair in pairs], 300), codebook])  # type: ignore[misc]
    run = {
        "format": layout.FORMAT, "inputs": dict(pairs), "content_hash": whole, "version": "mdms/small@1",
        "environment": {"estimators": {"logit": KINDS["logit"].version}},
    }  # fmt: skip
    result = {"state": outcome.state, "n_used": outcome.n_used, "n_lost": dict(outcome.n_lost)}
    result["result"] = plain(outcome.result)
    tables = {
        f"{layout.TABLES}table.{language}.json": TABLE_FORMATS["json"].write(
            table_of_result(outcome.result, language)
        )
        for language in ("en", "zh")
    }
    documents = {layout.RUN: run, layout.RESULT: result, layout.SPECIFICATION: SPEC, layout.COLUMNS: columns}
    return {
        **{name: as_document(thing) for name, thing in documents.items()},
        **{file: one.as_json() for file, one in zip(files, cells, strict=True)},
        layout.DATA: as_csv(frame_of(cells)),
        **tables,
    }


def written(folder: Path, changed: Callable[[Members], None] | None = None) -> Path:
    """A bundle whose members were changed before checksums were taken."""
    content = members()
    if changed is not None:
        changed(content)
    write_bundle(folder / "b.zip", content, ABOUT)
    return folder / "b.zip"


def failing(path: Path) -> dict[str, str]:
    return {one.what: one.sentence for one in check_bundle(path) if one.holds is False}


def changing(name: str, change: Callable[[Any], None]) -> Callable[[Members], None]:
    def changed(content: Members) -> None:
        raw = content[name]
        assert isinstance(raw, bytes)
        told = json.loads(raw)
        change(told)
        content[name] = as_document(told)

    return changed


def test_a_bundle_as_it_was_written_holds(tmp_path: Path) -> None:
    assert [one.holds for one in check_bundle(written(tmp_path))] == [True] * 6


def test_a_changed_member_is_named(tmp_path: Path) -> None:
    path = written(tmp_path)
    with zipfile.ZipFile(path) as archive:
        content = {name: archive.read(name) for name in archive.namelist()}
    content[layout.CRATE] += b" "
    content["more.txt"] = b"x"
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in content.items():
            archive.writestr(name, text)
    assert failing(path) == {
        "checksums": "Files that are not as the checksums say: ro-crate-metadata.json, more.txt."
    }


def _one_more(told: Any) -> None:
    told["values"][1] += 1


def _other_estimate(told: Any) -> None:
    told["result"]["models"][0]["result"]["estimates"][1]["estimate"] *= 1 + 1e-5


def _no_estimates(told: Any) -> None:
    told["result"]["models"][0]["result"]["estimates"].pop()


@pytest.mark.parametrize(
    ("changed", "what", "said"),
    [
        (changing(f"{layout.CELLS}1.json", _one_more), {"columns", "dataset", "csv", "numbers"}, "x are not"),
        (changing(layout.RESULT, _other_estimate), {"numbers", "tables"}, "estimates[1].estimate"),
        (changing(layout.RESULT, _no_estimates), {"numbers", "tables"}, "are not as they were"),
        (changing(layout.SPECIFICATION, lambda t: t.update(formula="y ~ x")), {"numbers"}, "not as they"),
        (changing(layout.SPECIFICATION, lambda t: t.update(kind="magic")), {"numbers"}, "cannot be run"),
        (changing(f"{layout.TABLES}table.zh.json", lambda t: t["rows"].pop()), {"tables"}, "other figures"),
        (lambda m: m.update({layout.DATA: b"y,x,z\n"}), {"csv"}, "other values"),
    ],
)  # fmt: skip
def test_what_no_longer_holds_is_told(
    tmp_path: Path, changed: Callable[[Members], None], what: set[str], said: str
) -> None:
    found = failing(written(tmp_path, changed))
    assert set(found) == what and said in " ".join(found.values())


def test_other_versions_of_estimators_are_told(tmp_path: Path) -> None:
    change = changing(layout.RUN, lambda told: told["environment"]["estimators"].update(logit=2))
    (told,) = [one for one in check_bundle(written(tmp_path, change)) if one.what == "estimators"]
    assert told.holds is None and f"logit {KINDS['logit'].version}" in told.sentence


def _archive(folder: Path, *entries: tuple[str, bytes], mode: int = stat.S_IFREG) -> Path:
    path = folder / "evil.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            info = zipfile.ZipInfo(name)
            info.external_attr, info.compress_type = mode << 16, zipfile.ZIP_DEFLATED
            archive.writestr(info, content)
    return path


@pytest.mark.parametrize(
    "name",
    ["../run.json", "/run.json", "data/../../run.json", "..\\run.json", "C:/run.json", "data//x", "a/"],
)
def test_names_that_lead_elsewhere_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(Refused, match="leads out of the archive"):
        check_bundle(_archive(tmp_path, (name, b"{}")))


def test_links_bombs_and_rubbish_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Refused, match="no plain file"):
        check_bundle(_archive(tmp_path, ("run.json", b"/etc/passwd"), mode=stat.S_IFLNK))
    with pytest.raises(Refused, match="more than 200 times"):
        check_bundle(_archive(tmp_path, ("run.json", bytes(opening.FREE + 1))))
    with pytest.raises(Refused, match="no JSON"):
        check_bundle(_archive(tmp_path, ("run.json", b"[" * 100_000)))
    with pytest.raises(Refused, match=r"no run\.json"):
        check_bundle(_archive(tmp_path, ("x", b"")))
    with pytest.raises(Refused, match="another version"):
        check_bundle(_archive(tmp_path, ("run.json", b"[]")))
    with pytest.raises(Refused, match="no zip archive"):
        (tmp_path / "x").write_bytes(b"PK")
        check_bundle(tmp_path / "x")
    with pytest.raises(Refused, match="cannot be read"):
        check_bundle(tmp_path / "nothing")
    with pytest.warns(UserWarning, match="Duplicate"):
        path = _archive(tmp_path, ("run.json", b"{}"), ("run.json", b"{}"))
    with pytest.raises(Refused, match="one name"):
        check_bundle(path)
    monkeypatch.setattr(opening, "MOST_ENTRIES", 1)
    with pytest.raises(Refused, match="more than a bundle"):
        check_bundle(_archive(tmp_path, ("a", b""), ("b", b"")))


def test_a_damaged_member_is_a_refusal(tmp_path: Path) -> None:
    path = written(tmp_path)
    raw = bytearray(path.read_bytes())
    start = raw.index(b"run.json") + 40
    raw[start : start + 20] = bytes(20)
    path.write_bytes(raw)
    with pytest.raises(Refused, match=r"cannot be unpacked|no zip archive|no JSON"):
        check_bundle(path)


@pytest.mark.parametrize("name", [layout.RUN, layout.RESULT, layout.COLUMNS, f"{layout.CELLS}0.json"])
@pytest.mark.parametrize("rubbish", [b"{}", b"[]", b"7", b"null", b'{"values": 1, "marks": {}, "read": [1]}'])
def test_documents_of_another_shape_are_refusals(tmp_path: Path, name: str, rubbish: bytes) -> None:
    with pytest.raises(Refused):
        check_bundle(written(tmp_path, lambda content: content.update({name: rubbish})))


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        (ValueType.INTEGER, [1, None, -(2**62)]),
        (ValueType.DECIMAL, [0.1, None, 1e-300]),
        (ValueType.TEXT, ["", None, '"甲",\n']),
    ],
)
def test_cells_come_back_as_they_were(kind: ValueType, given: list[Any]) -> None:
    one = column("a", given, kind)
    cells = Cells(one.variable, one.values, one.reasons)
    back = cells_from_json(json.loads(cells.as_json()), one.variable, False)
    assert back.hash() == cells.hash() and back.values.to_list() == given


def test_results_are_compared_number_by_number() -> None:
    stored = {"a": [1.0, 2], "b": "x", "c": None, "gradient": 5.0}
    same = compared(stored, {"a": [1.0, 2], "b": "x", "gradient": 6.0})
    assert (same.numbers, same.equal, same.holds) == (2, 2, True)
    near = compared(stored, {"a": [1.0 + 1e-9, 2 + 1e-8], "b": "x", "c": []})
    assert near.holds and near.place == "a[1]" and near.equal == 0
    assert not compared(stored, {"a": [1.1, 2], "b": "x"}).holds
    assert compared(stored, {"a": [1.0], "b": "y", "c": 0.0}).other == ("a", "b", "c")
    assert not compared({"a": True}, {"a": 1}).holds


def test_checksums_are_those_of_sha256sum(tmp_path: Path) -> None:
    with zipfile.ZipFile(written(tmp_path)) as archive:
        lines = archive.read(layout.MANIFEST).decode().splitlines()
        for line in lines:
            sha256, _, name = line.partition("  ")
            assert hashlib.sha256(archive.read(name)).hexdigest() == sha256
        assert len(lines) == len(archive.namelist()) - 1
    assert zipfile.is_zipfile(io.BytesIO((tmp_path / "b.zip").read_bytes()))
