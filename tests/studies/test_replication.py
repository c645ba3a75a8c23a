"""The shipped studies through the whole product, from folder to run, laid beside the printed tables."""

from __future__ import annotations

from typing import Any

from analytics.models import Analysis
from analytics.selectors import compare, subject_of
from analytics.services.analyses import run_analysis
from measures.models import Dataset
from measures.services.datasets import build_dataset
from surveys.models import User
from tests.studies.test_wave_2016 import harmonised_as_said, shipped_2016

LEAST_SHARE = 0.9  # of a model's coefficients within 1.96 of their own standard errors of print
FURTHEST = 3.5  # standard errors; a generator is not asked for a draw without any tail
# Where the report contradicts its own counts: (table, column, code).
CONTRADICTIONS = {
    ("table1", "informal", "4"),
    ("table3", "all", "1"),
    ("table3", "all", "4"),
    ("table3", "informal", "3"),
    ("table7", "informal", "3"),
    ("table7", "all", "3"),
}


def beside(boss: User, name: str) -> list[dict[str, Any]]:
    """The cells of a run beside print, each with its row."""
    study, slug = name.split("/")
    analysis = Analysis.objects.get(study__slug=study, slug=slug)
    run = run_analysis(boss, analysis, subject_of(boss, analysis))
    assert run.state == "done"
    return [{"row": row["term"], **cell} for row in compare(boss, run) for cell in row["cells"] if cell]


def test_the_tables_are_replicated_and_the_later_wave_is_harmonised(boss: User) -> None:
    for dataset in Dataset.objects.filter(study__slug="mdms"):
        build_dataset(boss, dataset)
    _xie_tables_are_replicated(boss)
    harmonised_as_said(boss, shipped_2016())


def _xie_tables_are_replicated(boss: User) -> None:
    table1 = beside(boss, "mdms/table1")
    assert len(table1) == 34
    assert {cell["verdict"] for cell in table1} == {"equal"}
    assert [cell["verdict"] for cell in beside(boss, "mdms/icc")] == ["equal"]
    table2 = beside(boss, "mdms/table2")
    for model in (f"model{number}" for number in range(1, 7)):
        mine = [cell for cell in table2 if cell["column"] == model]
        distances = [abs(cell["z"]) for cell in mine if cell["z"] is not None and cell["row"] != "constant"]
        assert len(distances) >= 28
        assert sum(z <= 1.96 for z in distances) >= LEAST_SHARE * len(distances)
        assert max(distances) <= FURTHEST
        assert [cell["verdict"] for cell in mine if cell["row"] == "df"] == ["equal"]


def test_fuzhou_tables_are_replicated_but_for_the_contradictions_of_the_report(boss: User) -> None:
    missed = set()
    for number in (1, 2, 3, 5, 6, 7, 8):
        for cell in beside(boss, f"fuzhou/table{number}"):
            if cell["verdict"] != "equal":
                missed.add((f"table{number}", cell["column"], cell["row"]))
    assert missed == CONTRADICTIONS
