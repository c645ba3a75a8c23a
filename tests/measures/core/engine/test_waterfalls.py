"""From rows to valid rows: every absent row has one reason and one cause, as the slow way tells them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from measures.core.engine import Cause, DuckEngine, Known, Plan, Rule, Waterfall
from measures.core.language import Scope, check, parse
from surveys.core.codebook import ValueType
from tests.conftest import some_of
from tests.measures.generated_rules import KEPT, RAW, ROWS, TABLE
from tests.measures.reference_causes import Counts, causes_of
from tests.measures.small_survey import CITIES, SCOPE, rule, store, variable

CONTEXTS = {"cities": CITIES}
AT_ONCE = 20
SOME = 3  # every third row: each kind of cell is there many times
CELLS = {
    "union": [1, 0, -1, -2, None, -8, 0, 1],
    "party": [0, -1, -2, -1, None, None, 0, -9],
    "income": [1.0, 0.0, -3.5, 2.0, None, 5.0, 7.0, 8.0],
    "age": [20, 30, 40, -1, 17, 99, 18, None],
}


def counts(found: Waterfall) -> Counts:
    told: Counts = Counter({(fall.reason, fall.cause): fall.rows for fall in found.falls})
    assert len(told) == len(found.falls), "a reason and its cause stand in one line"
    return told + Counter({("valid", None): found.valid})


def falls(text: str, folder: Path, where: str = "") -> Waterfall:
    source = store(folder / "wave.parquet", CELLS)
    plan = Plan(source, (Rule("m", rule(text)),), rule(where) if where else None, CONTEXTS)
    (found,) = DuckEngine().waterfalls(plan, ["m"])
    assert found.valid + sum(fall.rows for fall in found.falls) == found.rows
    return found


def told(found: Waterfall) -> dict[tuple[str, str], int]:
    return {(fall.reason, fall.cause.name): fall.rows for fall in found.falls}


@pytest.mark.proof
@pytest.mark.parametrize("every", [1, SOME])
def test_the_engine_tells_what_the_slow_way_tells(tmp_path: Path, every: int) -> None:
    """Always the sum is the number of rows, and reason by reason the tally.

    Only what is fitted on the sample needs all of it.
    """
    source = store(tmp_path / "wave.parquet", {name: cells[::every] for name, cells in RAW.items()})
    texts, rows = KEPT.read_text(encoding="utf-8").splitlines(), TABLE[::every]
    checked = [c for c in map(rule, texts) if c.is_data_dependent == (every == 1)]
    assert len(checked) >= (60 if every == 1 else 900)
    checked = some_of(checked, 3 if every == 1 else 16)
    for at in range(0, len(checked), AT_ONCE):
        some, folder = checked[at : at + AT_ONCE], tmp_path / str(at)
        folder.mkdir()
        plan = Plan(source, tuple(Rule(f"m{n}", c) for n, c in enumerate(some)), contexts=CONTEXTS)
        names = [one.name for one in plan.rules]
        columns = DuckEngine().derive(plan, folder)
        for c, found, column in zip(some, DuckEngine().waterfalls(plan, names), columns, strict=True):
            assert found.rows == found.valid + sum(fall.rows for fall in found.falls) == len(rows)
            by_reason = Counter({"valid": found.valid})
            for fall in found.falls:
                by_reason[fall.reason] += fall.rows
            assert by_reason == Counter(column.tally), c.source
            assert counts(found) == causes_of(c, rows, CONTEXTS), c.source


def test_the_reference_and_the_generated_rows_tell_every_kind_apart() -> None:
    """What never occurs would be compared with nothing."""
    assert ROWS // SOME >= 60
    texts = KEPT.read_text(encoding="utf-8").splitlines()[:200]
    kinds = Counter(
        cause.kind for text in texts for _, cause in causes_of(rule(text), TABLE[::12], CONTEXTS) if cause
    )
    assert kinds["item"] > 200 and kinds["part"] > 20


def test_of_several_the_strongest_reason_wins_and_its_first_item(tmp_path: Path) -> None:
    found = falls("all_of(union, party)", tmp_path)
    assert told(found) == {
        ("not_applicable", "union"): 1,  # party is empty there, which is weaker
        ("refused", "union"): 1,  # party does not know
        ("refused", "party"): 1,
        ("no_answer", "party"): 1,
        ("system", "union"): 1,  # both are empty: the first that the rule names
    }
    assert told(falls("all_of(party, union)", tmp_path))["system", "party"] == 1


def test_what_a_function_makes_is_caused_by_the_item_it_reads(tmp_path: Path) -> None:
    assert told(falls("ln(income)", tmp_path)) == {("out_of_range", "income"): 2, ("system", "income"): 1}


def test_what_reads_several_items_is_named_as_the_part_it_is(tmp_path: Path) -> None:
    found = told(falls("age / income", tmp_path))
    assert found["out_of_range", "age divided by income"] == 1
    assert found["refused", "age"] == 1 and found["system", "income"] == 1


def test_a_branch_that_says_missing_is_caused_by_what_it_asks(tmp_path: Path) -> None:
    found = told(falls('case((age < 18, missing("not_asked")), (union, 1), otherwise=party)', tmp_path))
    assert found["not_asked", "age"] == 1
    assert found["refused", "age"] == 1, "the first condition that is absent decides"
    assert ("dont_know", "party") not in found


def test_rows_that_a_filter_drops_do_not_fall(tmp_path: Path) -> None:
    found = falls("ln(income)", tmp_path, where="age >= 18")
    assert found.rows == 5 and told(found) == {("out_of_range", "income"): 2}


def test_an_earlier_measure_is_a_cause_computed_now_or_before(tmp_path: Path) -> None:
    source = store(tmp_path / "wave.parquet", CELLS)
    earlier = Rule("logged", rule("ln(income)"))
    scope = Scope(items=SCOPE.items, measures={"logged": variable("logged", ValueType.DECIMAL)})
    later = Rule("later", check(parse("logged + age"), scope))
    plan = Plan(source, (earlier, later))
    (found,) = DuckEngine().waterfalls(plan, ["later"])
    expected = {(fall.reason, fall.cause): fall.rows for fall in found.falls}
    assert expected["out_of_range", Cause("measure", "logged")] == 2
    (column,) = DuckEngine().derive(Plan(source, (earlier,)), tmp_path)
    known = {"logged": Known(column.path, ValueType.DECIMAL)}
    (again,) = DuckEngine().waterfalls(Plan(source, (later,), known=known), ["later"])
    assert again == found


def test_nothing_is_asked_nothing_is_told(tmp_path: Path) -> None:
    source = store(tmp_path / "wave.parquet", CELLS)
    assert DuckEngine().waterfalls(Plan(source, (Rule("m", rule("age")),)), []) == ()
