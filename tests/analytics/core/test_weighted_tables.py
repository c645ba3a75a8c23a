"""Descriptives and crosstabs under a sampling design, from the specification to the flat table."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from analytics.core.frame import Column
from analytics.core.kinds import Outcome, check_spec_names, read_spec, run_spec
from analytics.core.tables import table_of_result
from surveys.core.codebook import Code, Level, ValueType
from surveys.core.problems import Refused
from tests.analytics.columns import column, survey

DESIGN = "weights: w\nstrata: stratum\npsu: unit"
TABLE = "kind: crosstab\nvariable: job\nby: z"
LIST = "kind: descriptives\nvariables: [y, x, job]"


def drawn(weight: float | None = None, rows: int = 1200) -> dict[str, Column]:
    """The small survey with a weight, 6 strata of 5 units, and unit numbers that repeat between strata."""
    draw, place = np.random.default_rng(3), np.arange(rows)
    weights = draw.uniform(0.5, 2.5, rows) if weight is None else np.full(rows, weight)
    return survey(rows) | {
        "w": column("w", weights.tolist()),
        "stratum": column("stratum", (place % 6).tolist(), ValueType.INTEGER),
        "unit": column("unit", [f"u{n}" for n in place // 6 % 5], ValueType.TEXT),
        "again": column("again", draw.integers(1, 4, rows).tolist(), ValueType.INTEGER),
    }


def run(text: str, frame: dict[str, Column] | None = None) -> Outcome:
    return run_spec(read_spec(text), frame or drawn())


def problems(text: str, frame: dict[str, Column] | None = None) -> str:
    with pytest.raises(Refused) as refused:
        run(text, frame)
    return " ".join(problem.message for problem in refused.value.problems)


def codes(outcome: Outcome) -> set[str]:
    return {check.code for check in outcome.checks}


@pytest.mark.parametrize("design", ["weights: w", DESIGN])
def test_weights_of_one_give_the_unweighted_figures(design: str) -> None:
    frame = drawn(weight=1.0)
    plain, weighted = run(TABLE, frame).result["table"], run(f"{TABLE}\n{design}", frame).result["table"]
    assert weighted["bases"] == plain["bases"] == weighted["weighted_bases"]
    for row, other in zip(plain["rows"], weighted["rows"], strict=True):
        assert (row["counts"], row["percents"]) == (other["counts"], other["percents"])
    grouped = f"{LIST}\nby: z"
    plain, weighted = (run(text, frame).result["table"] for text in (grouped, f"{grouped}\n{design}"))
    for row, other in zip(plain["rows"], weighted["rows"], strict=True):
        same(row, other, "n", "count", "percent", "mean", "sd", "difference")
        for one, two in zip(row["groups"], other["groups"], strict=True):
            same(one, two, "n", "count", "percent", "mean", "sd")


def same(one: dict[str, Any], other: dict[str, Any], *names: str) -> None:
    for name in names:
        if one[name] is None:
            assert other[name] is None
        else:
            assert other[name] == pytest.approx(one[name], rel=1e-12)


@pytest.mark.parametrize("percent", ["column", "row", "total"])
def test_percentages_add_up(percent: str) -> None:
    table = run(f"{TABLE}\npercent: {percent}\n{DESIGN}").result["table"]
    exact = np.array([row["exact"] for row in table["rows"]], dtype=float)
    sums = {"column": exact.sum(axis=0), "row": exact[:, :-1].sum(axis=1), "total": exact[:, :-1].sum()}
    used = np.array([sum(row["counts"]) > 0 for row in table["rows"]])
    found = sums[percent][used] if percent == "row" else sums[percent]
    assert found == pytest.approx(100)


def test_every_row_is_accounted_for() -> None:
    frame = drawn()
    gone = [None if at % 50 == 0 else 0.0 if at % 50 == 1 else 1.5 for at in range(1200)]
    frame["w"] = column("w", gone)
    found = run(f"{TABLE}\n{DESIGN}", frame)
    assert found.n_lost == {"w: refused": 24, "w: weight is zero": 24}
    assert found.n_used + sum(found.n_lost.values()) == 1200
    lacking = next(check for check in found.checks if check.code == "design_missing")
    assert lacking.message.startswith("24 rows lack w and are left out")


def test_rows_left_out_keep_their_units() -> None:
    """A sub-population is a domain: units without such rows stay in the design and its degrees of freedom."""
    whole = run(f"{TABLE}\n{DESIGN}")
    part = run(f"{TABLE}\nwhere: {{stratum: [0, 1]}}\n{DESIGN}")
    assert whole.result["design"]["df"] == part.result["design"]["df"] == 24
    assert "empty_psus" in codes(part) and "design_missing" not in codes(part)
    assert part.result["population"]["n"] == 400
    notes = table_of_result(part.result).notes
    assert any(note.startswith("Sub-population: 400 of 1,200 rows") for note in notes)


def test_weights_are_looked_at() -> None:
    frame = drawn()
    frame["w"] = column("w", [60.0 if at == 7 else 1.0 for at in range(1200)])
    assert {"extreme_weights", "weighting_effect"} <= codes(run(f"{TABLE}\n{DESIGN}", frame))
    frame["w"] = column("w", [-1.0 if at == 7 else 1.0 for at in range(1200)])
    assert "w is below zero in 1 rows" in problems(f"{TABLE}\n{DESIGN}", frame)
    assert "unit is a text; weights are numbers." in problems(f"{TABLE}\nweights: unit")
    few = drawn() | {"unit": column("unit", [at // 6 % 2 for at in range(1200)], ValueType.INTEGER)}
    assert "few_psus" in codes(run(f"{TABLE}\n{DESIGN}", few))


def test_a_stratum_with_one_unit_asks_for_a_choice() -> None:
    frame = drawn()
    units = ["u0" if at % 6 == 0 else f"u{at // 6 % 5}" for at in range(1200)]
    frame["unit"] = column("unit", units, ValueType.TEXT)
    assert "1 of 6 strata have a single sampling unit" in problems(f"{TABLE}\n{DESIGN}", frame)
    errors = {}
    for choice in ("centre", "certainty"):
        found = run(f"{TABLE}\n{DESIGN}\nlonely_psu: {choice}", frame)
        assert "lonely_psu" in codes(found)
        errors[choice] = found.result["table"]["rows"][0]["errors"][-1]
    assert 0 < errors["certainty"] < errors["centre"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"{TABLE}\nlonely_psu: centre", "no stratum has a single sampling unit"),
        (f"{TABLE}\nstrata: unit\npsu: unit", "more than one part of the design"),
        (f"{TABLE}\nforce_total: yes please", "must be true or false"),
        (f"{TABLE}\npercent: total\nforce_total: true", "not forced to a total"),
        (f"{TABLE}\npercent: row\nletters: holm", "compares column percentages"),
        (f"{TABLE}\n{DESIGN}\ndifferences: newcombe", "simple random sample"),
        (f"{TABLE}\nletters: tukey", "“tukey” is not a letters."),
        (f"{LIST}\nby: y", "makes the groups as well"),
    ],
)
def test_what_cannot_be_asked(text: str, said: str) -> None:
    assert said in problems(text)


def test_unknown_columns_of_a_design_are_named() -> None:
    found = check_spec_names(read_spec(f"{TABLE}\nweights: wt"), ["job", "z", "w"])
    assert [problem.message for problem in found] == ["There is no variable wt in this version."]


def test_a_specification_survives_storing() -> None:
    text = f"{TABLE}\npercent: row\nforce_total: true\nlonely_psu: certainty\n{DESIGN}"
    spec = read_spec(text)
    assert read_spec(spec.as_json()) == spec
    plain = read_spec(TABLE).as_json()
    assert plain == {"kind": "crosstab", "variable": "job", "by": "z", "decimals": 2}


def test_forced_totals_are_exact_and_marked() -> None:
    table = run("kind: crosstab\nvariable: city\nby: job\ndecimals: 0\nforce_total: true").result["table"]
    columns: list[tuple[Any, ...]] = list(zip(*(row["percents"] for row in table["rows"]), strict=True))
    assert [sum(one) for one in columns] == [100] * len(columns)
    plain = run("kind: crosstab\nvariable: city\nby: job\ndecimals: 0").result["table"]
    for row, other in zip(table["rows"], plain["rows"], strict=True):
        moved = [a != b for a, b in zip(row["percents"], other["percents"], strict=True)]
        assert row["forced"] == moved
    assert any(any(row["forced"]) for row in table["rows"])


def test_letters_point_to_smaller_columns() -> None:
    frame = drawn()
    agree = [int(at % 10 < 2 + 4 * (at % 3 == 0)) for at in range(1200)]
    frame["agree"] = column("agree", agree, ValueType.INTEGER)
    frame["third"] = column("third", [at % 3 for at in range(1200)], ValueType.INTEGER)
    for design in ("", "\nweights: w"):
        found = run(f"kind: crosstab\nvariable: agree\nby: third\nletters: bonferroni{design}", frame)
        no, yes = found.result["table"]["rows"]
        assert yes["letters"] == ["BC", "", "", ""] and no["letters"] == ["", "A", "A", ""]
        told = table_of_result(found.result)
        assert told.columns == ("0 (A)", "1 (B)", "2 (C)", "All")
        assert any("Bonferroni's adjustment" in note for note in told.notes)


def test_groups_stand_beside_the_whole() -> None:
    found = run(f"{LIST}\nby: z\n{DESIGN}")
    table = table_of_result(found.result)
    assert table.columns == ("0", "1", "All", "Std. difference", "N")
    assert [row.label for row in table.rows[:2]] == ["N (rows)", "N (weighted)"]
    sizes = found.result["table"]["groups"]
    assert sum(one["n"] for one in sizes) == found.n_used
    for row in found.result["table"]["rows"]:
        assert sum(one["n"] for one in row["groups"]) == row["n"]
        assert row["std_error"] is None or row["std_error"] > 0 or row["count"] == 0
    chinese = table_of_result(found.result, "zh")
    assert chinese.columns == ("0", "1", "全部", "标准化差异", "N")


def test_cells_of_groups_have_every_number_they_show_unrounded() -> None:
    found = run(f"{LIST}\nby: z\n{DESIGN}")
    line, rows = found.result["table"]["rows"], table_of_result(found.result).rows[2:]
    for one, row in zip(line, rows, strict=True):
        names = ("mean", "sd", "std_error") if one["kind"] == "mean" else ("count", "percent", "std_error")
        for own, cell in zip([*one["groups"], one], row.cells, strict=False):
            assert cell is not None and dict(cell.parts) == {name: own[name] for name in names}
            assert cell.figure == cell.text and cell.below == ""


@pytest.mark.parametrize("percent", ["column", "row", "total"])
@pytest.mark.parametrize("design", ["", DESIGN])
def test_cells_hold_percentages_before_rounding(percent: str, design: str) -> None:
    found = run(f"{TABLE}\npercent: {percent}\ndecimals: 0\n{design}").result["table"]
    told = table_of_result(run(f"{TABLE}\npercent: {percent}\ndecimals: 0\n{design}").result)
    for row, shown in zip(found["rows"], told.rows, strict=False):
        values = [cell.value for cell in shown.cells[: len(row["percents"])] if cell is not None]
        if design:
            assert values == [one for one in row["exact"] if one is not None]
        else:
            base = {"column": found["bases"], "row": [row["counts"][-1]] * 3, "total": [found["n"]] * 3}
            counts = zip(row["counts"], base[percent], strict=True)
            assert values == [100 * count / own for count, own in counts if own]
    if percent != "column":
        bases = found["weighted_bases"] or found["bases"]
        (whole,) = (row for row in told.rows if row.key == "all")
        assert whole.cells[0] is not None and whole.cells[0].value == 100 * bases[0] / bases[-1]


def test_change_between_two_items_has_a_row_for_each_category() -> None:
    for design in ("", f"\n{DESIGN}"):
        found = run(f"kind: crosstab\nvariable: job\nby: again\npaired: true{design}")
        change = found.result["table"]["paired"]
        assert sum(one["change"] for one in change["categories"]) == pytest.approx(0, abs=1e-9)
        assert found.result["codes"] == found.result["column_codes"][:-1] == ["1", "2", "3", "9"]
        rows = [row.label for row in table_of_result(found.result).rows if row.section == "change"]
        assert rows == ["Net change: farm", "Net change: factory", "Net change: office", "Net change: none"]


def test_a_table_of_empty_cells_is_not_tested() -> None:
    frame = drawn()
    frame["same"] = column("same", frame["again"].values.to_list(), ValueType.INTEGER)
    found = run(f"kind: crosstab\nvariable: again\nby: same\n{DESIGN}", frame)
    assert found.result["table"]["rao_scott"] is None
    assert "too many empty cells" in next(check.message for check in found.checks if check.code == "no_test")
    single = run(f"kind: crosstab\nvariable: again\nby: z\nwhere: {{z: [1]}}\n{DESIGN}")
    assert "takes a single value" in next(c.message for c in single.checks if c.code == "no_test")


def test_a_table_too_large_for_errors_says_so() -> None:
    frame = drawn()
    for name, size in (("left", 30), ("right", 31)):
        frame[name] = column(name, [at % size for at in range(1200)], ValueType.INTEGER)
    found = run(f"kind: crosstab\nvariable: left\nby: right\npaired: true\n{DESIGN}", frame)
    assert "too_large_for_errors" in codes(found)
    assert found.result["table"]["paired"] is None and found.result["table"]["rows"][0]["errors"] == []
    assert table_of_result(found.result).rows


def test_categories_are_called_by_their_names_in_every_language() -> None:
    frame = drawn()
    codes = (Code(1, {"en": "farm", "zh": "农业"}), Code(2, {"en": "other", "zh": "其他"}))
    jobs = [1 if job == 1 else 2 for job in frame["job"].values.to_list()]
    frame["work"] = column("work", jobs, ValueType.INTEGER, codes=codes, level=Level.NOMINAL)
    found = run(f"kind: descriptives\nvariables: [work]\n{DESIGN}", frame)
    assert [row.label for row in table_of_result(found.result).rows] == ["work: farm", "work: other"]
    assert [row.label for row in table_of_result(found.result, "zh").rows] == ["work: 农业", "work: 其他"]
