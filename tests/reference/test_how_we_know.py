"""The page that says how well estimators agree says what is measured."""

from __future__ import annotations

import re

import pytest

from tests.conftest import ROOT
from tests.reference.agreement import measured

PAGE = (ROOT / "docs" / "how_we_know.md").read_text(encoding="utf-8")
# Rounding differs between machines and libraries by a few times; ten times is another number.
SLACK, ROUNDING = 10.0, 1e-12


@pytest.mark.proof
def test_the_table_of_agreement_is_what_is_measured() -> None:
    """Cases that lie outside the repository are looked at where they are."""
    lines = re.findall(r"^\| ([^|]+) \| `(\w+)` \|(.+)\|$", PAGE, re.MULTILINE)
    printed = {(name.strip(), case): _figures(rest) for name, case, rest in lines if " SE " in rest}
    found = measured()
    assert len(found) >= 6 and found.keys() <= printed.keys()
    for row, figures in found.items():
        for said, is_so in zip(printed[row], figures, strict=False):
            assert is_so <= max(SLACK * said, ROUNDING), (row, said, is_so)


def test_every_case_named_is_there() -> None:
    readme = (ROOT / "tests" / "reference" / "README.md").read_text(encoding="utf-8")
    cells = re.findall(r"\| ((?:`\w+`(?:, )?)+) \|", PAGE)
    named = {case for cell in cells for case in re.findall(r"`(\w+)`", cell)}
    assert named and all(f"`{case}`" in readme for case in named)


def _figures(text: str) -> list[float]:
    return [float(one) for one in re.findall(r"\d+e[-+]\d+", text)]
