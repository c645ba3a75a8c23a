"""What an import notices about answers: skips, repeated rows, straight lines, dates, jumps between waves."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from surveys.core.codebook import Code, Codebook, Limits, MissingRule, ResponseSet, Role, ValueType, Variable
from surveys.core.findings import Finding, Severity
from surveys.core.frequencies import count_raw
from surveys.core.quality import Counted, jumps, looked_over, lost_rows, lost_words
from surveys.core.table import PHYSICAL, physical

AGREE = tuple(Code(k, {"en": f"level {k}"}) for k in (1, 2, 3, 4))
SKIPPED = MissingRule("not_applicable", value=-8)


Column = tuple[Variable, list[Any]]


def found(tmp_path: Path, *columns: Column, sets: tuple[ResponseSet, ...] = ()) -> list[Finding]:
    path = tmp_path / "wave.parquet"
    pl.DataFrame(
        {physical(i): pl.Series(cells, dtype=PHYSICAL[v.type]) for i, (v, cells) in enumerate(columns)}
    ).write_parquet(path)
    counted = [count_raw(pl.Series(cells, dtype=PHYSICAL[v.type]), None, v) for v, cells in columns]
    return looked_over(Codebook(tuple(v for v, _ in columns), sets=sets), path, counted)


def number(name: str, **more: Any) -> Variable:
    return Variable(name, ValueType.INTEGER, **more)


def test_answers_outside_the_universe_and_skips_inside_it(tmp_path: Path) -> None:
    job = number("job", missing=(MissingRule("refused", value=-1),))
    contract = number("contract", universe="job == 1", missing=(SKIPPED,))
    told = found(tmp_path, (job, [1, 2, 2, 1, -1]), (contract, [3, -8, 2, -8, 1]))
    assert [(f.code, f.variable) for f in told] == [
        ("answered_outside_universe", "contract"),
        ("skipped_inside_universe", "contract"),
    ]
    assert "1 row holds an answer" in told[0].message and "row 3" in told[0].message
    assert "row 4" in told[1].message


def test_a_universe_that_names_nothing_here_is_told_with_near_misses(tmp_path: Path) -> None:
    told = found(tmp_path, (number("job"), [1]), (number("contract", universe="jobb == 1"), [1]))
    assert [f.code for f in told] == ["universe_unknown"]
    assert told[0].message == "Its universe names jobb, which is not in the file. Did you mean job?"


def test_a_universe_in_words_is_left_alone(tmp_path: Path) -> None:
    assert found(tmp_path, (number("contract", universe="employees only"), [1, 2])) == []


def test_rows_that_differ_by_their_key_alone(tmp_path: Path) -> None:
    key = number("rid", role=Role.KEY)
    rest = [(number(name), [1, 2, 1]) for name in ("a", "b", "c")]
    told = found(tmp_path, (key, [1, 2, 3]), *rest)
    assert [f.code for f in told] == ["duplicate_rows"]
    assert told[0].message == "1 row repeats an earlier row in every variable but a key (row 3)."
    assert found(tmp_path, (key, [1, 2, 3]), *rest[:2], (number("d"), [1, 2, 9])) == []


def test_rows_that_part_in_the_last_of_many_columns(tmp_path: Path) -> None:
    same = [(number(f"v{k}"), [1, 2, 1, 2]) for k in range(100)]
    assert found(tmp_path, *same, (number("last"), [1, 1, 2, 2])) == []
    told = found(tmp_path, *same, (number("last"), [1, 1, 2, 1]))
    assert [f.message for f in told] == ["1 row repeats an earlier row in every variable but a key (row 4)."]


def test_straight_lines_in_a_grid_but_not_in_a_block_of_ticks(tmp_path: Path) -> None:
    rows = [(1, 1, 1, 1), (2, 2, 2, 2), (3, 3, 3, 3), (4, 1, 4, 4), (1, 2, 3, 4), *[(2, 2, 2, 2)] * 3]
    grid = [(number(f"g{k}", codes=AGREE), list(cells)) for k, cells in enumerate(zip(*rows, strict=True))]
    noise = (number("x"), list(range(8)))
    told = found(tmp_path, *grid, noise)
    assert [(f.code, f.variable) for f in told] == [("straight_lining", "g0")]
    assert "6 of 8 rows" in told[0].message
    block = ResponseSet("g", "C", tuple(v.name for v, _ in grid))
    assert found(tmp_path, *grid, noise, sets=(block,)) == []


@pytest.mark.parametrize("names", [("G{}", "s{}"), ("q1_{}", "q2_{}"), ("trust_a{}", "trust_b{}")])
def test_neighbouring_grids_with_one_scale_are_looked_at_one_by_one(
    tmp_path: Path, names: tuple[str, str]
) -> None:
    rows = range(40)
    mixed = [(number(names[0].format(k), codes=AGREE), [(r + k) % 4 + 1 for r in rows]) for k in range(4)]
    straight = [(number(names[1].format(k), codes=AGREE), [r % 4 + 1 for r in rows]) for k in range(4)]
    noise = (number("x"), list(rows))
    told = [f for f in found(tmp_path, *mixed, *straight, noise) if f.code == "straight_lining"]
    last = names[1].format(3)
    assert [(f.variable, f.message) for f in told] == [
        (
            straight[0][0].name,
            f"40 of 40 rows that answer the 4 items {straight[0][0].name} to {last} give one code to all.",
        )
    ]
    assert not [f for f in found(tmp_path, *mixed, *straight[:3], noise) if f.code == "straight_lining"]


def test_items_named_by_words_are_one_grid(tmp_path: Path) -> None:
    words = ("police", "courts", "press", "party", "army")
    grid = [(number(word, codes=AGREE), [r % 4 + 1 for r in range(40)]) for word in words]
    told = found(tmp_path, *grid, (number("x"), list(range(40))))
    assert [f.message for f in told] == [
        "40 of 40 rows that answer the 5 items police to army give one code to all."
    ]


def test_dates_that_cannot_be(tmp_path: Path) -> None:
    day = Variable("day", ValueType.DATE)
    told = found(tmp_path, (day, [date(2014, 5, 1), date(2214, 5, 1), date(1582, 10, 14), None]))
    assert [f.code for f in told] == ["impossible_date"]
    assert "2 rows" in told[0].message and "2, 3" in told[0].message


def test_words_that_a_corrected_file_no_longer_has() -> None:
    before = Codebook(
        (
            number("a", labels={"en": "A", "zh": "甲"}),
            number("b", labels={"en": "B"}),
            number("c", labels={"en": "C"}),
        ),
        sets=(ResponseSet("media", "C", ("a", "b")),),
    )
    now = Codebook((number("a", labels={"en": "A"}), number("b"), number("d")))
    assert [f.code for f in lost_words(before, before, "s/w@1")] == []
    told = {f.code: f.message for f in lost_words(before, now, "s/w@1")}
    assert told == {
        "variables_gone": "Variables of s/w@1 that are not in this file: c.",
        "variables_new": "Variables of this file that s/w@1 does not have: d.",
        "sets_gone": "Multiple-response sets of s/w@1 that are not in this file: media.",
        "languages_gone": "This file has no labels in zh, s/w@1 has.",
        "labels_gone": "Variables that have a label in s/w@1 and none here: b.",
    }


def test_a_file_of_fewer_rows_than_before_is_told_of() -> None:
    """Cut between two rows, a text file has nothing wrong with it."""
    (told,) = lost_rows(6_000, 3_000, "s/w@1")
    assert (told.severity, told.code) == (Severity.WARNING, "fewer_rows")
    assert told.message.startswith("The file has 3,000 rows, s/w@1 has 6,000")
    assert not [*lost_rows(3_000, 3_000, "s/w@1"), *lost_rows(3_000, 6_000, "s/w@1")]


def counted(variable: Variable, cells: list[Any]) -> dict[str, Counted]:
    return {variable.name: Counted(variable, count_raw(pl.Series(cells), None, variable))}


def jump(before: Variable, cells: list[Any], now: Variable, later: list[Any]) -> list[str]:
    return [f.message for f in jumps(counted(before, cells), counted(now, later), "s/2014@1")]


def test_jumps_against_the_wave_before() -> None:
    coded, plain = number("q", codes=AGREE, missing=(SKIPPED,)), number("q")
    assert jump(coded, [1, 2] * 100, coded, [1, 2] * 90) == []
    assert jump(coded, [1, 1, 1, 2] * 50, coded, [1, 2, 2, 2] * 50) == [
        "50% of its answers lie in other codes than in s/2014@1."
    ]
    assert jump(coded, [1] * 200, coded, [1, -8] * 100) == ["50% of its rows are absent, 0% in s/2014@1."]
    assert jump(plain, list(range(200)), plain, list(range(100, 300))) == []  # numbers of records
    assert jump(plain, [*range(200), 0], plain, [*range(100, 300), 100]) == [
        "Its mean is 1.7 standard deviations from that in s/2014@1."
    ]
    assert jump(plain, [1, 2] * 20, plain, [8, 9] * 20) == []  # too few rows to tell
    key = number("q", role=Role.KEY)
    assert jump(key, list(range(200)), key, list(range(1000, 1200))) == []
    assert jump(plain, list(range(200)), key, list(range(1000, 1200))) == []


@pytest.mark.parametrize(
    ("limits", "wrong"),
    [
        (Limits(low=18, high=120), "2, 5"),
        (Limits(above=18, below=120), "1, 2, 3, 5"),
        (Limits(low=0), "5"),
        (Limits(high=120.5), "2"),
    ],
)
def test_values_outside_the_declared_range(limits: Limits, wrong: str, tmp_path: Path) -> None:
    rules = (MissingRule("refused", value=-9), MissingRule("lost", low=990.0))
    age = number("age", limits=limits, missing=rules)
    told = found(tmp_path, (age, [18, 121, 120, -9, -1, None, 999]))
    assert [(f.code, f.variable) for f in told] == [("outside_limits", "age")]
    assert f"{wrong})." in told[0].message


def test_the_range_is_told_and_no_value(tmp_path: Path) -> None:
    told = found(tmp_path, (number("age", limits=Limits(above=0, high=99)), [0, 777, 5]))
    assert told[0].message == (
        "2 rows hold a value outside the declared range, more than 0 and at most 99 (first: 1, 2)."
    )
    assert found(tmp_path, (number("age", limits=Limits(low=0, high=777)), [0, 777, 5])) == []


def test_days_and_moments_outside_the_declared_range(tmp_path: Path) -> None:
    day = Variable("day", ValueType.DATE, limits=Limits(low="2000-01-01", below="2001-01-01"))
    cells = [date(2000, 1, 1), date(1999, 12, 31), date(2001, 1, 1), None]
    moment = Variable(
        "moment", ValueType.DATETIME, limits=Limits(low="2000-01-01T08:00:00", high="2000-12-31")
    )
    moments = [datetime(2000, 12, 31, 23), datetime(2000, 1, 1, 7), datetime(2001, 1, 1), None]  # noqa: DTZ001
    hours = Variable("hours", ValueType.TIME, limits=Limits(high=3_600))
    told = found(tmp_path, (day, cells), (moment, moments), (hours, [3_600.0, 3_601.5, None, 0.0]))
    assert [(f.variable, f.message[-9:]) for f in told if f.code == "outside_limits"] == [
        ("day", "t: 2, 3)."), ("moment", "t: 2, 3)."), ("hours", " (row 2)."),
    ]  # fmt: skip
