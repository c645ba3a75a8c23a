"""DDI 2.5 out: valid against the schema, read back the same, telling no more than everyone may know."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from lxml import etree

from surveys.core.codebook import Code, Codebook, Limits, MissingRule, ResponseSet, Role, ValueType
from surveys.core.reading.ddi import lay_over_ddi
from surveys.core.writing import Derivation, write
from tests.conftest import ROOT
from tests.surveys.core.codebooks import QUICK, bare, codebooks, in_order, table_of
from tests.surveys.core.writing.tables import variable

DDI = "{ddi:codebook:2_5}"
SCHEMA = ROOT / "tests" / "reference" / "ddi_2_5" / "codebook_extract.xsd"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"


@pytest.fixture(scope="module")
def schema() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(SCHEMA))


def written(codebook: Codebook, path: Path, language: str = "en", **fields: Any) -> etree._Element:
    assert write(table_of(codebook, **fields), "ddi", path, language) == ()
    return etree.parse(path).getroot()


def full() -> tuple[Codebook, list[dict[str, Any]]]:
    """Every part of a codebook, and counts of which some would tell single answers."""
    sex = variable(
        "sex",
        labels={"en": "Sex", "zh": "性别", "und": "x"},
        question={"en": "Your sex?"},
        universe="everyone",
        codes=(Code(1, {"en": "male <m>"}), Code(2, {})),
        missing=(MissingRule("refused", value=-1), MissingRule("user_missing", low=-9.0, high=-2.0)),
        group="Person",
    )
    income = variable("income", ValueType.DECIMAL, unit="CNY", missing=(MissingRule("tag:a", tag="a"),))
    weight = variable("w", ValueType.DECIMAL, role=Role.WEIGHT, note="A control \x0b character")
    counted = [
        {"n": 30, "valid": 27, "absent": {"refused": 3}, "values": [[1, 20], [2, 6], [3, 1]],
         "missing_codes": [[-1, 3, "refused"]], "distinct": 3, "stats": {"mean": 1.2}, "histogram": []},
        {"n": 30, "valid": 2, "absent": {"tag:a": 28}, "values": [[777.0, 1], [12.5, 1]],
         "missing_codes": [[".a", 28, "tag:a"]], "distinct": 2, "stats": {"min": 12.5}, "histogram": []},
        {},
    ]  # fmt: skip
    one = ResponseSet("multi", "D", ("sex", "income"), {"en": "Several"}, 1)
    labels = {"en": "A file", "zh": "一个文件"}
    return Codebook((sex, income, weight), (one,), labels, ("A note",), "w"), counted


def test_it_is_valid_and_says_everything(schema: etree.XMLSchema, tmp_path: Path) -> None:
    codebook, counted = full()
    derived = {
        "sex": Derivation("male@1", "recode(q, {1: 1})", {"en": "Recoded.", "zh": "重新编码。"}, ("w", "no"))
    }
    table = table_of(codebook, counted, derived=derived, licence="CC0", abstract={"en": "About"})
    losses = write(table, "ddi", tmp_path / "x.xml", "zh")
    root = etree.parse(tmp_path / "x.xml").getroot()
    schema.assertValid(root)
    assert [(loss.variable, loss.what) for loss in losses] == [("w", "character_dropped")]
    var = root.find(f".//{DDI}var[@name='sex']")
    assert {(e.get(LANG), e.text) for e in var.findall(f"{DDI}labl")} == {
        ("en", "Sex"),
        ("zh", "性别"),
        (None, "x"),
    }
    assert [e.text for e in var.findall(f"{DDI}catgry/{DDI}catStat")] == ["20", "6", "3"]
    assert [
        (e.get("missType"), e.findtext(f"{DDI}catValu")) for e in var.findall(f"{DDI}catgry[@missing]")
    ] == [("refused", "-1")]
    assert var.find(f"{DDI}derivation").get("var") == "V3"
    assert var.findtext(f"{DDI}derivation/{DDI}drvcmd") == "recode(q, {1: 1})"
    assert root.findtext(f".//{DDI}dataFingerprint/{DDI}digitalFingerprintValue") == "a" * 64
    group = root.find(f".//{DDI}varGrp[@type='multipleResp']")
    assert (group.get("name"), group.get("var")) == ("multi", "V1 V2")


@pytest.mark.parametrize(
    ("limits", "kind", "given"),
    [
        (Limits(low=18, high=120), ValueType.INTEGER, {"UNITS": "INT", "min": "18", "max": "120"}),
        (Limits(above=-0.5), ValueType.DECIMAL, {"UNITS": "REAL", "minExclusive": "-0.5"}),
        (Limits(below="2020-01-01"), ValueType.DATE, {"UNITS": "REAL", "maxExclusive": "2020-01-01"}),
    ],
)
def test_limits_are_the_valid_range(
    limits: Limits, kind: ValueType, given: dict[str, str], schema: etree.XMLSchema, tmp_path: Path
) -> None:
    codebook = Codebook((variable("x", kind, limits=limits, missing=(MissingRule("refused", value=-1),)),))
    root = written(codebook, tmp_path / "x.xml")
    schema.assertValid(root)
    assert dict(root.find(f".//{DDI}valrng/{DDI}range").attrib) == given
    assert lay_over_ddi(bare(codebook), tmp_path / "x.xml", "en")[0].variable("x").limits == limits


def test_single_answers_are_not_in_it(tmp_path: Path) -> None:
    codebook, counted = full()
    write(table_of(codebook, counted), "ddi", tmp_path / "x.xml", "en")
    assert "777" not in (tmp_path / "x.xml").read_text() and "12.5" not in (tmp_path / "x.xml").read_text()


def test_synthetic_data_say_so(schema: etree.XMLSchema, tmp_path: Path) -> None:
    from dataclasses import replace

    table = replace(table_of(Codebook((variable(),))), is_synthetic=True)
    write(table, "ddi", tmp_path / "x.xml", "en")
    root = etree.parse(tmp_path / "x.xml").getroot()
    schema.assertValid(root)
    assert len(root.findall(f".//{DDI}stdyDscr/{DDI}notes[@type='synthetic']")) == 2
    assert "[synthetic data]" in root.findtext(f".//{DDI}titl")


def test_the_same_codebook_gives_the_same_bytes(tmp_path: Path) -> None:
    codebook, counted = full()
    for name in ("a", "b"):
        write(table_of(codebook, counted), "ddi", tmp_path / name, "en")
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


@settings(
    max_examples=30, deadline=None, phases=QUICK, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(codebook=codebooks())
def test_any_codebook_is_valid_and_comes_back(
    codebook: Codebook, schema: etree.XMLSchema, tmp_path: Path
) -> None:
    schema.assertValid(written(codebook, tmp_path / "x.xml"))
    back, findings = lay_over_ddi(bare(codebook), tmp_path / "x.xml", "und")
    assert in_order(back) == in_order(codebook)
    assert {f.code for f in findings} <= {"ddi_statistics_left_out", "ddi_sections_left_out"}
