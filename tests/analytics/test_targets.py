"""Targets: kept as printed, laid beside runs, audited."""

from __future__ import annotations

from typing import Any

import pytest

from analytics.core.comparison import compare
from analytics.core.kinds import read_spec, run_spec
from analytics.core.targets import Cell, PublishedTable
from analytics.models import Target
from analytics.selectors import audit_of, compare_run, runs_beside
from analytics.selectors import compare as compare_rows
from analytics.services.analyses import run_analysis
from analytics.services.targets import define_target
from surveys.core.problems import Refused
from surveys.models import AuditEntry
from tests.analytics.columns import labelled, survey
from tests.analytics.conftest import Desk


def _cell(column: str, term: str, statistic: str, printed: str) -> dict[str, str]:
    return {"column": column, "term": term, "statistic": statistic, "printed": printed}


def _shown(number: float, digits: int = 3) -> str:
    return f"{number:.{digits}f}"


def test_kept_as_printed_and_defined_once(desk: Desk) -> None:
    cells = [_cell("all", "y", "percent", "22.0"), _cell("all", "y", "count", "88")]
    first = define_target(desk.user, desk.study, "paper/table1", kind="descriptives", cells=cells)
    again = define_target(desk.user, desk.study, "paper/table1", kind="descriptives", cells=cells)
    assert again == first
    assert list(first.cells.values_list("printed", flat=True)) == ["22.0", "88"]
    assert AuditEntry.objects.filter(object_label="mdms:paper/table1").count() == 1
    define_target(desk.user, desk.study, "paper/table1", kind="descriptives", cells=cells[:1])
    assert first.cells.count() == 1


BAD = [
    ("tables", [_cell("a", "b", "percent", "1")], "no kind of target"),
    ("models", [], "has no cells"),
    ("models", [_cell("", "b", "percent", "1")], "needs a column"),
    ("models", [_cell("a", "b", "se", "1"), _cell("a", "b", "se", "2")], "given twice"),
    ("models", [_cell("a", "b", "se", "1") | {"printed": 0.1}], "loses its last zeros"),
]


@pytest.mark.parametrize(("kind", "cells", "words"), BAD)
def test_bad_targets(desk: Desk, kind: str, cells: list[dict[str, Any]], words: str) -> None:
    with pytest.raises(Refused, match=words):
        define_target(desk.user, desk.study, "t", kind=kind, cells=cells)
    assert not Target.objects.exists()


def _fitted() -> dict[str, Any]:
    spec = (
        "kind: series\nbase: y ~ x + z\nabsorbed: {job: C(job)}\nmodels: [{kind: logit, add: C(job) + x:z}]"
    )
    return dict(run_spec(read_spec(spec), survey()).result)


def test_verdicts_of_coefficients() -> None:
    result = _fitted()
    own = {one["term"]: one for one in result["models"][0]["result"]["estimates"]}
    x, z, product = own["x"], own["z"], own["x:z"]
    cells = (
        Cell("model1", "x", "estimate", _shown(x["estimate"])),
        Cell("model1", "z", "estimate", _shown(z["estimate"] + 1.5 * z["std_error"])),
        Cell("model1", "z", "se", _shown(z["std_error"])),
        Cell("model1", "z:x", "estimate", _shown(product["estimate"] + 2.5 * product["std_error"])),
        Cell("model1", "z:x", "stars", "***"),
        Cell("model1", "constant", "estimate", "9.000"),
        Cell("model1", "constant", "stars", "***"),
        Cell("model1", "age", "estimate", "0.1"),
        Cell("model1", "job", "absorbed", "in"),
        Cell("model1", "n", "n", "1180"),
        Cell("model1", "loglik", "loglik", "-1.0"),
    )
    found = compare(PublishedTable("t", "models", cells), result)
    assert found is not None
    verdicts = {row.term: row.cells[0].verdict for row in found.rows if row.cells[0]}
    assert verdicts == {
        "x": "equal",
        "z": "within_sampling_error",
        "z:x": "same_class",
        "constant": "contradicts",
        "age": "not_computed",
        "job": "equal",
        "n": "equal",
        "loglik": "differs",
    }
    assert found.summary[0]["agreeing"] == 2 and found.summary[0]["cells"] == 5
    assert "1.96" in found.rule


def test_descriptives_at_printed_digits() -> None:
    result = run_spec(read_spec("kind: descriptives\nvariables: [y, x]"), survey()).result
    rows = result["table"]["rows"]
    cells = (
        Cell("all", "y", "count", str(rows[0]["count"])),
        Cell("all", "y", "percent", f"{rows[0]['percent']:.1f}"),
        Cell("all", "x", "mean", f"{rows[1]['mean'] + 1:.1f}"),
        Cell("all", "x", "sd", f"{rows[1]['sd']:.1f}"),
    )
    found = compare(PublishedTable("t", "descriptives", cells), result)
    assert found is not None
    assert [row.cells[0].verdict for row in found.rows if row.cells[0]] == ["equal", "differs"]


def test_crosstabs_are_matched_by_code_or_label() -> None:
    frame = {
        "a": labelled("a", [1, 1, 2, 2], {1: "Yes", 2: "No"}),
        "g": labelled("g", [1, 1, 1, 2], {1: "formal", 2: "informal"}),
    }
    result = run_spec(read_spec("kind: crosstab\nvariable: a\nby: g"), frame).result
    cells = (
        Cell("formal", "1", "percent", "66.67"),
        Cell("contract", "1", "percent", "0.00"),
        Cell("all", "no", "percent", "50.01"),
        Cell("all", "n", "n", "4"),
    )
    found = compare(PublishedTable("t", "crosstab", cells, {"columns": {"contract": 2}}), result)
    assert found is not None
    verdicts = {row.term: [cell.verdict if cell else None for cell in row.cells] for row in found.rows}
    assert verdicts == {
        "1": ["equal", "equal", None],
        "no": [None, None, "differs"],
        "n": [None, None, "equal"],
    }


def test_kinds_that_cannot_stand_side_by_side() -> None:
    assert compare(PublishedTable("t", "descriptives", (Cell("a", "b", "mean", "1"),)), _fitted()) is None


def test_a_run_beside_the_target_its_specification_names(desk: Desk) -> None:
    cells = [_cell("model3", "x", "estimate", "0.500"), _cell("model3", "x", "se", "0.100")]
    target = define_target(desk.user, desk.study, "paper/table2", kind="models", cells=cells)
    spec = {"kind": "logit", "formula": "y ~ x", "targets": "paper/table2#model3"}
    run = run_analysis(desk.user, spec, desk.version)
    rows = compare_rows(desk.user, run)
    assert [row["term"] for row in rows] == ["x"]
    assert rows[0]["cells"][0]["printed"] == {"estimate": "0.500", "se": "0.100"}
    assert runs_beside(desk.user, target) == [run]
    unknown = run_analysis(desk.user, spec | {"targets": "paper/nothing"}, desk.version)
    assert compare_run(desk.user, unknown) is None


def test_the_audit_of_a_target_uses_the_descriptives_it_names(desk: Desk) -> None:
    ones = [
        _cell("all", "y", "count", "20"),
        _cell("all", "z", "count", "60"),
        _cell("all", "w", "count", "40"),
    ]
    define_target(desk.user, desk.study, "p/1", kind="descriptives", cells=ones, notes={"n": 100})
    cells = [_cell("m", term, "estimate", "0.1") for term in ("z", "w")]
    notes = {"moments": "p/1", "outcome": "y", "models": {"m": {"label": "M 1", "kind": "logit"}}}
    target = define_target(desk.user, desk.study, "p/2", kind="models", cells=cells, notes=notes)
    assert [finding.code for finding in audit_of(target)] == ["complements"]
