import polars as pl

from measures.core.transitions import MOST, ByKey, changed_by_key, changes, tally


def pair(values: list, reasons: list) -> tuple[pl.Series, pl.Series]:
    return pl.Series("value", values), pl.Series("reason", reasons, dtype=pl.String)


BEFORE = pair([1, 0, None, 1], [None, None, "refused", None])


def test_a_changed_value_and_a_changed_reason_count() -> None:
    after = pair([1, 1, None, None], [None, None, "dont_know", "refused"])
    found = changes(BEFORE, after)
    assert (found.rows, found.changed) == (4, 3)
    assert {count[:4] for count in found.cross.counts} == {
        (0, None, 1, None),
        (None, "refused", None, "dont_know"),
        (1, None, None, "refused"),
    }


def test_a_whole_number_equals_its_decimal_and_a_text_never_equals_a_number() -> None:
    assert changes(BEFORE, pair([1.0, 0.0, None, 1.0], [None, None, "refused", None])).changed == 0
    texts = pair(["x", "y", None, "z"], [None, None, "refused", None])
    assert changes(BEFORE, texts).changed == 3


def test_cross_counts_add_up_and_say_when_they_are_cut() -> None:
    many = pair([*range(MOST + 1)], [None] * (MOST + 1))
    found = changes(many, pair([*range(1, MOST + 2)], [None] * (MOST + 1)))
    assert sum(count[-1] for count in found.cross.counts) == MOST and not found.cross.is_complete


def test_a_tally_adds_up() -> None:
    assert tally(BEFORE[1]) == {"valid": 3, "refused": 1}


def test_rows_are_matched_by_key_whatever_their_order() -> None:
    before = {"rid": pair([1, 2, 3], [None] * 3), "q": pair([5, 6, None], [None, None, "refused"])}
    after = {"rid": pair([3, 1, 4], [None] * 3), "q": pair([None, 7, 9], ["dont_know", None, None])}
    assert changed_by_key(before, after, "rid") == ByKey({"q": 2}, added=1, removed=1)


def test_whole_numbers_that_became_decimals_are_no_changes() -> None:
    before = {"rid": pair([1, 2, 3, 4], [None] * 4), "q": pair([1, 2, 3, 4], [None] * 4)}
    after = {"rid": pair([1.0, 2.0, 3.0, 4.0], [None] * 4), "q": pair([1.0, 2.0, 3.5, 4.0], [None] * 4)}
    assert changed_by_key(before, after, "rid") == ByKey({"q": 1}, added=0, removed=0)


def test_a_key_that_repeats_or_is_empty_matches_nothing() -> None:
    fine = {"rid": pair([1, 2], [None] * 2), "q": pair([1, 2], [None] * 2)}
    for keys in ([1, 1], [1, None]):
        poor = {**fine, "rid": pair(keys, [None] * 2)}
        assert changed_by_key(fine, poor, "rid") is None and changed_by_key(poor, fine, "rid") is None
