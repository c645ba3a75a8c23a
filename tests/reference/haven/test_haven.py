"""Our .sav and .dta as R's haven reads them: cells, labels, missing codes, tags and formats."""

from __future__ import annotations

import hashlib
import json
import math
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from surveys.core.codebook import ValueType, Variable, text_in
from tests.reference.haven.fixture import fixture, write_fixture

REFERENCE = json.loads((Path(__file__).parent / "reference.json").read_text(encoding="utf-8"))
POSITIONS = range(len(fixture().codebook.variables))


@pytest.fixture(scope="module")
def became(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, dict[str, str]]]:
    """format -> variable -> what its codes and reasons stand as, from the list of losses."""
    folder = tmp_path_factory.mktemp("haven")
    written = write_fixture(folder)
    for kind, losses in written.items():
        digest = hashlib.sha256((folder / f"fixture.{kind}").read_bytes()).hexdigest()
        assert digest == REFERENCE["sha256"][kind], "make the reference anew: see README.md"
        written[kind] = {}
        for loss in losses:
            written[kind].setdefault(loss.variable, {}).update(loss.became)
    return written


def _about(kind: str, position: int) -> tuple[Variable, dict[str, Any]]:
    columns = REFERENCE[kind]["columns"]
    return fixture().codebook.variables[position], list(columns.values())[position]


def _cell(value: Any) -> Any:
    """A cell as R counts it: days and seconds since 1970."""
    if isinstance(value, datetime):
        return (value - datetime(1970, 1, 1)).total_seconds()  # noqa: DTZ001
    return (value - date(1970, 1, 1)).days if isinstance(value, date) else value


def _told(value: Any) -> str:
    return f"{value:.15g}" if isinstance(value, float) else str(value)


@pytest.mark.parametrize("position", POSITIONS)
@pytest.mark.parametrize("kind", ["sav", "dta"])
def test_every_cell_is_the_one_that_was_written(kind: str, position: int, became: Any) -> None:
    variable, theirs = _about(kind, position)
    raw, tags = fixture().raw(position)  # type: ignore[misc]
    values, reasons = fixture().column(position)
    stands = became[kind].get(variable.name, {})
    letters = tags.to_list() if tags is not None else [None] * len(raw)
    for row, (cell, tag, why) in enumerate(zip(raw.to_list(), letters, reasons.to_list(), strict=True)):
        seen, tagged = theirs["cells"][row], theirs["tags"][row]
        new = stands.get(_told(cell) if cell is not None else str(why)) if why else None
        if variable.type is ValueType.TEXT:
            assert seen == (cell or "")
        elif new is not None and new.startswith("."):
            assert (seen, tagged) == (None, new[1:])
        elif kind == "dta" and tag:
            assert (seen, tagged) == (None, tag)
        elif new or cell is not None:
            assert tagged is None
            assert float(seen) == pytest.approx(float(new) if new else _cell(cell), rel=1e-15)
        else:
            assert (seen, tagged) == (None, None)
        undeclared = variable.type is ValueType.TEXT and (kind == "dta" or cell is None)
        assert theirs["missing"][row] is (why is not None and not undeclared)
    assert values.len() == len(theirs["cells"])


@pytest.mark.parametrize("position", POSITIONS)
def test_labels_and_codes_are_those_of_the_codebook(position: int, became: Any) -> None:
    for kind in ("sav", "dta"):
        variable, theirs = _about(kind, position)
        assert (theirs.get("label") or "") == text_in(variable.labels, "en")
        labels = theirs.get("labels", {"text": [], "value": [], "tag": []})
        pairs = zip(labels["value"], labels["tag"], labels["text"], strict=True)
        said = {(f".{tag}" if tag else value): text for value, tag, text in pairs}
        if variable.type is ValueType.TEXT and kind == "dta":
            assert not said  # the list of losses says so
            continue
        wanted = {_told(code.value): text_in(code.labels, "en") for code in variable.codes}
        stands = became[kind].get(variable.name, {})
        for rule in variable.missing:
            if rule.labels and rule.value is not None:
                wanted[stands.get(_told(rule.value), _told(rule.value))] = text_in(rule.labels, "en")
            elif rule.labels and rule.tag:
                wanted[stands.get(rule.reason, f".{rule.tag}")] = text_in(rule.labels, "en")
        assert wanted.items() <= said.items()


def _covered(theirs: dict[str, Any], code: float) -> bool:
    low, high = (float(end) for end in theirs.get("na_range", ("nan", "nan")))
    return code in [float(value) for value in theirs.get("na_values", ())] or low <= code <= high


def test_every_missing_code_of_the_codebook_is_declared_in_spss(became: Any) -> None:
    for position in POSITIONS:
        variable, theirs = _about("sav", position)
        stands = became["sav"].get(variable.name, {})
        for rule in variable.missing if variable.type is not ValueType.TEXT else ():
            if rule.value is not None or rule.tag is not None:
                code = _told(rule.value) if rule.value is not None else rule.reason
                assert _covered(theirs, float(stands.get(code, code))), variable.name
            else:
                assert [float(end) for end in theirs["na_range"]] == [rule.low, rule.high]
        for cell, why in zip(*(series.to_list() for series in fixture().column(position)), strict=True):
            if why is None and isinstance(cell, int | float) and math.isfinite(cell):
                assert not _covered(theirs, float(cell)), variable.name


FORMATS = {
    "sav": [
        "F3.0", "F12.4", "F4.0", "F12.4", "A6", "A3000", "DATE11", "DATETIME23.3", "DTIME12",
        "F12.4", "F16.0",
    ],
    "dta": ["%12.0g"] * 4 + ["%-9s", "%9s", "%td", "%tc"] + ["%12.0g"] * 3,
}  # fmt: skip


@pytest.mark.parametrize("kind", FORMATS)
def test_names_formats_and_what_is_said_of_the_file(kind: str) -> None:
    told = REFERENCE[kind]
    names = list(fixture().codebook.names)
    assert list(told["columns"]) == (names if kind == "sav" else [name[:32] for name in names])
    assert [column["format"] for column in told["columns"].values()] == FORMATS[kind]
    assert told["label"] == "A title"
    assert "A note of the file." in told["notes"]
