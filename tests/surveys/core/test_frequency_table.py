"""The table of a codebook page, from counted frequencies."""

from __future__ import annotations

from surveys.core.codebook import Code, MissingRule, ValueType, Variable
from surveys.core.frequency_table import frequency_table

MOOD = Variable(
    "mood",
    ValueType.INTEGER,
    codes=(Code(1, {"en": "good"}), Code(2, {"en": "bad"}), Code(-3, {"en": "asleep"})),
    missing=(
        MissingRule("refused", value=-1, labels={"en": "would not say"}),
        MissingRule("no_answer", low=-9, high=-2),
        MissingRule("tag:a", tag="a"),
    ),
)
COUNTED = {
    "n": 20,
    "valid": 10,
    "absent": {"refused": 3, "no_answer": 4, "tag:a": 1, "system": 2},
    "missing_codes": [[-1, 3, "refused"], [-3, 3, "no_answer"], [".a", 1, "tag:a"]],
    "values": [[1, 6], [2.0, 3]],
    "distinct": 3,
}


def test_codes_have_labels_and_two_percentages() -> None:
    first, second = frequency_table(MOOD, COUNTED).valid
    assert (first.value, first.labels, first.n, first.of_valid, first.of_all) == (
        1,
        {"en": "good"},
        6,
        60,
        30,
    )
    assert second.labels == {"en": "bad"}  # 2.0 is the code 2


def test_absences_are_set_apart_and_every_row_is_accounted_for() -> None:
    table = frequency_table(MOOD, COUNTED)
    told = [(row.value, row.reason, row.n, dict(row.labels)) for row in table.absent]
    assert told == [
        (-1, "refused", 3, {"en": "would not say"}),
        (-3, "no_answer", 3, {"en": "asleep"}),
        (".a", "tag:a", 1, {}),
        (None, "no_answer", 1, {}),  # what the range caught beside the listed code
        (None, "system", 2, {}),
    ]
    assert sum(row.n for row in (*table.valid, *table.absent)) + table.unlisted == table.n


def test_valid_rows_without_a_line_are_counted() -> None:
    assert frequency_table(MOOD, COUNTED).unlisted == 1
    assert frequency_table(MOOD, COUNTED | {"values": []}).unlisted == 0  # then one line says how many


def test_nothing_counted_gives_an_empty_table() -> None:
    table = frequency_table(MOOD, {})
    assert (table.n, table.valid, table.absent, table.percent_valid, table.histogram) == (0, (), (), 0.0, ())


def test_a_number_is_not_the_text_that_looks_like_it() -> None:
    labelled = Variable("t", ValueType.TEXT, codes=(Code("1", {"en": "one"}),))
    table = frequency_table(labelled, {"n": 10, "valid": 10, "values": [[1, 10]]})
    assert table.valid[0].labels == {}
