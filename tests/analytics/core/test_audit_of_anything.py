"""Whatever a table prints, the audit ends with sentences: figures swapped, emptied and made absurd."""

from __future__ import annotations

import json
import random
from dataclasses import replace

import pytest

from analytics.core.audit import audit, related
from analytics.core.audit.report import lines_of, report
from analytics.core.pasted_words import STATISTICS
from analytics.core.record import plain
from analytics.core.targets import KINDS, Cell, PublishedTable
from config.study_folder.reading import read_folder
from tests.conftest import ROOT, some_of

ABSURD = (
    "0",
    "-1",
    "",
    "in",
    "999999999999999",
    ".5",
    "(0.3)",
    "<0.05",
    "100%",
    "1e5",
    "−0.001",
    "0.000",
    "***",
)


def _tables() -> dict[str, PublishedTable]:
    return {
        one.slug: PublishedTable(one.slug, one.kind, tuple(Cell(**cell) for cell in one.cells), one.notes)
        for study in ("mdms", "fuzhou")
        for one in read_folder(ROOT / "studies" / study).targets
    }


@pytest.fixture(scope="module")
def tables() -> dict[str, PublishedTable]:
    return _tables()


def _damaged(chance: random.Random, table: PublishedTable) -> PublishedTable:
    def damage(cell: Cell) -> Cell:
        if chance.random() > 0.3:
            return cell
        if chance.random() < 0.2:
            return replace(cell, statistic=chance.choice(STATISTICS))
        return replace(cell, printed=chance.choice(ABSURD))

    kind = table.kind if chance.random() < 0.6 else chance.choice(KINDS)
    return replace(table, kind=kind, cells=tuple(damage(cell) for cell in table.cells))


@pytest.mark.parametrize("seed", some_of(range(240), 8))
def test_a_damaged_table_is_audited(tables: dict[str, PublishedTable], seed: int) -> None:
    chance = random.Random(seed)
    slug = chance.choice(sorted(tables))
    table = _damaged(chance, tables[slug])
    others = {name: tables[name] for name in related(table) if name in tables}
    found = report(table, audit(table, others.get(str(table.notes.get("moments", ""))), others))
    assert "NaN" not in json.dumps(plain(found), allow_nan=True)
    assert list(lines_of(found))
