"""Two codebooks: every kind of difference by itself, renamings only suggested, small counts not told."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surveys.core.codebook import (
    Code,
    Codebook,
    Level,
    Limits,
    MissingRule,
    ResponseSet,
    Role,
    ValueType,
    Variable,
)
from surveys.core.comparison import Book, Kind, compare_books, comparison_document, suggested_map
from surveys.core.comparison.beside import code_lines
from surveys.core.comparison.texts import text_pairs, word_difference

AGREE = (Code(1, {"en": "agree"}), Code(2, {"en": "disagree"}))


def variable(name: str, label: str = "", **fields: Any) -> Variable:
    kind = fields.pop("type", ValueType.INTEGER)
    return Variable(name, kind, labels={"en": label} if label else {}, **fields)


def counts(**values: int) -> dict[str, Any]:
    """Counts of codes given as ``_1=20``."""
    listed = [[int(code[1:]), n] for code, n in values.items()]
    n = sum(values.values())
    return {"n": n, "valid": n, "absent": {}, "missing_codes": [], "values": listed,
            "distinct": len(listed), "stats": {}, "histogram": []}  # fmt: skip


def book(*variables: Variable, sets: tuple[ResponseSet, ...] = (), **frequencies: Any) -> Book:
    return Book(Codebook(variables, sets), frequencies)


def kinds(before: Variable, after: Variable) -> set[Kind]:
    found = compare_books(book(before), book(after))
    return set(found.changed[0].kinds) if found.changed else set()


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (variable("q", "Sex"), variable("q", "Gender"), {Kind.LABEL}),
        (variable("q", "Sex "), variable("q", "Sex"), set()),
        (variable("q", question={"en": "Old?"}), variable("q", question={"en": "New?"}), {Kind.QUESTION}),
        (variable("q", codes=AGREE), variable("q", codes=(*AGREE, Code(3))), {Kind.CODES}),
        (
            variable("q", codes=AGREE),
            variable("q", codes=(AGREE[0], Code(2, {"en": "no"}))),
            {Kind.CODE_LABEL},
        ),
        (variable("q"), variable("q", missing=(MissingRule("refused", value=9),)), {Kind.MISSING}),
        (
            variable("q", missing=(MissingRule("refused", value=9),)),
            variable("q", missing=(MissingRule("dont_know", value=9),)),
            {Kind.MISSING},
        ),
        (variable("q"), variable("q", type=ValueType.TEXT), {Kind.TYPE}),
        (variable("q"), variable("q", universe="employees"), {Kind.UNIVERSE}),
        (variable("q", unit="month"), variable("q", unit="year"), {Kind.UNIT}),
        (variable("q"), variable("q", level=Level.ORDINAL), {Kind.LEVEL}),
        (variable("q", limits=Limits(low=0)), variable("q", limits=Limits(above=0)), {Kind.LIMITS}),
        (variable("q", limits=Limits(low=0)), variable("q", limits=Limits(low=0.0)), set()),
        (
            variable("q", "Sex"),
            Variable("q", ValueType.INTEGER, labels={"en": "Sex", "zh": "性别"}),
            {Kind.TRANSLATION},
        ),
        (
            variable("q", codes=AGREE, missing=(MissingRule("refused", value=9, labels={"en": "No"}),)),
            variable(
                "q",
                codes=(AGREE[0], Code(2, {**AGREE[1].labels, "zh": "不"})),
                missing=(MissingRule("refused", value=9, labels={"en": "No", "zh": "拒答"}),),
            ),
            {Kind.TRANSLATION},
        ),
        (variable("q", codes=AGREE), variable("q", codes=(AGREE[0], Code(2))), {Kind.CODE_LABEL}),
    ],
)
def test_each_kind_is_kept_apart(before: Variable, after: Variable, expected: set[Kind]) -> None:
    assert kinds(before, after) == expected


def test_a_number_that_became_text_keeps_its_codes() -> None:
    as_text = tuple(Code(f"{code.value}", code.labels) for code in AGREE)
    assert kinds(variable("q", codes=AGREE), variable("q", type=ValueType.TEXT, codes=as_text)) == {Kind.TYPE}


def test_a_text_that_only_moved_to_its_language_is_no_difference() -> None:
    assert text_pairs({"und": "Sex"}, {"en": "Sex", "zh": "性别"}) == ()
    assert text_pairs({"en": "Sex", "und": "性别"}, {"en": "Sex", "zh": "性别"}) == ()
    (pair,) = text_pairs({"en": "Sex"}, {"en": "Sex", "zh": "性别"})
    assert (pair.language, pair.before, pair.after) == ("zh", "", "性别")


def test_a_translation_that_one_side_lacks_is_no_other_meaning() -> None:
    both = variable("q", codes=(Code(1, {"en": "yes", "zh": "是"}), Code(2, {"en": "no", "zh": "否"})))
    one = variable("q", codes=(Code(1, {"en": "yes"}), Code(2, {"en": "never"})))
    for sides in ((both, one), (one, both)):
        assert [line.state for line in code_lines(*sides)] == ["translated", "changed"]
    (found,) = compare_books(book(one), book(both)).changed
    assert found.translations == ("zh",) and [code.value for code in found.relabelled] == [2]
    document = comparison_document(compare_books(book(one), book(both)))
    assert document["translations_changed"] == [{"variable": "q", "languages": ["zh"]}]


def test_a_renaming_that_was_decided_is_one_variable_of_both_sides() -> None:
    before = book(variable("sex", "Sex"), variable("q", "Old"), variable("gone"))
    after = book(variable("gender", "Sex"), variable("p", "New"), variable("came"))
    found = compare_books(before, after, renamings=[("sex", "gender"), ("q", "p")])
    assert (found.removed, found.added, found.renamed) == (("gone",), ("came",), ())
    assert [(one.before, one.after, one.kinds) for one in found.changed] == [("q", "p", (Kind.LABEL,))]
    assert found.same == ("gender",) and not found.is_same
    told = comparison_document(found)
    assert told["renamed_by_decision"] == [
        {"before": "q", "after": "p"},
        {"before": "sex", "after": "gender"},
    ]
    scores = {one["before"]: one["score"] for one in told["renamed"] if one["decided"]}
    assert scores["sex"] > scores["q"] == 0.0


def test_what_differs_is_marked_word_by_word_and_in_chinese_letter_by_letter() -> None:
    before, after = word_difference("Hours of work a day", "Hours of work a week")
    assert [piece.text for piece in before if not piece.is_shared] == ["day"]
    assert [piece.text for piece in after if not piece.is_shared] == ["week"]
    before, after = word_difference("本次流动原因", "最近流动原因")
    assert [piece.text for piece in before if not piece.is_shared] == ["本次"]
    assert [piece.text for piece in after if not piece.is_shared] == ["最近"]


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=30), st.text(max_size=30))
def test_the_pieces_make_up_the_texts(before: str, after: str) -> None:
    left, right = word_difference(before, after)
    assert "".join(piece.text for piece in left) == before
    assert "".join(piece.text for piece in right) == after


def test_a_renaming_is_suggested_with_its_reasons_and_never_applied() -> None:
    before = book(
        variable("q_sex", "Sex", codes=(Code(1, {"en": "male"}), Code(2, {"en": "female"}))),
        variable("q_age", "Age in years"),
    )
    after = book(
        variable(
            "a_gender", "Sex of the respondent", codes=(Code(1, {"en": "male"}), Code(0, {"en": "female"}))
        ),
        variable("phone", "Owns a smartphone"),
    )
    found = compare_books(before, after)
    assert found.added == ("a_gender", "phone") and found.removed == ("q_sex", "q_age")
    (renaming,) = found.renamed
    assert (renaming.before, renaming.after) == ("q_sex", "a_gender")
    assert 0.5 <= renaming.score < 1 and renaming.parts["label"] > 0.5 and renaming.parts["name"] < 0.5
    assert comparison_document(found)["renamed"][0]["score"] == renaming.score


def test_names_alone_must_be_all_but_equal() -> None:
    def names(*pair: str) -> list[str]:
        found = compare_books(book(variable(pair[0])), book(variable(pair[1])))
        return [one.after for one in found.renamed]

    assert (
        names("q12_b", "Q12B") == ["Q12B"] and names("EDAD", "edad") == ["edad"] and names("v1", "v2") == []
    )


@settings(max_examples=20, deadline=None)
@given(st.permutations(range(12)))
def test_renamings_are_one_to_one_and_do_not_depend_on_order(order: list[int]) -> None:
    labels = [
        "union",
        "party",
        "income",
        "hours",
        "age",
        "land",
        "job",
        "city",
        "house",
        "child",
        "wage",
        "food",
    ]
    old = [variable(f"a{i}", f"{word} of the household") for i, word in enumerate(labels)]
    new = [variable(f"zz{i}", f"{word} of the household") for i, word in enumerate(labels)]
    found = compare_books(book(*old), book(*(new[i] for i in order))).renamed
    assert {(one.before[1:], one.after[2:]) for one in found} == {(str(i), str(i)) for i in range(12)}


def test_counts_under_ten_are_told_only_with_the_right_to_the_data() -> None:
    codes = tuple(Code(value, {"en": str(value)}) for value in (1, 2, 3))
    before = book(variable("q", codes=codes), q=counts(_1=100, _2=50, _3=3))
    after = book(variable("q", codes=codes), q=counts(_1=20, _2=100, _3=4))
    (one,) = compare_books(before, after).changed
    assert one.distribution is not None
    told = {pair.value: (pair.before, pair.after) for pair in one.distribution.counts}
    assert told[2] == (50, 100) and told[3] == (None, None)
    assert told[1] == (None, None)  # from which the one under ten could be reckoned
    (one,) = compare_books(before, after, is_told=True).changed
    assert one.distribution is not None and one.distribution.distance == pytest.approx(100 / 153 - 20 / 124)
    assert {pair.value: pair.before for pair in one.distribution.counts} == {1: 100, 2: 50, 3: 3}


def test_answers_of_a_key_are_not_compared() -> None:
    key = variable("rid", role=Role.KEY)
    assert compare_books(book(key, rid=counts(_1=20)), book(key, rid=counts(_2=20)), is_told=True).same == (
        "rid",
    )


def test_response_sets_differ_by_members_and_counted_value() -> None:
    members = variable("a"), variable("b")
    old = ResponseSet("$org", "D", ("a", "b"), {"en": "Member of"}, 1)
    new = ResponseSet("org", "D", ("a",), {"en": "Member of"}, 1)
    (pair,) = compare_books(book(*members, sets=(old,)), book(*members, sets=(new,))).sets
    assert pair.name == "org" and pair.before == old and pair.after == new
    assert compare_books(book(*members, sets=(old,)), book(*members, sets=(old,))).is_same


def test_a_code_map_is_suggested_by_labels_in_any_language() -> None:
    source = variable(
        "q", codes=(Code(0, {"zh": "女"}), Code(1, {"en": "Male"}), Code(3, {"en": "other"}), Code(2))
    )
    target = {
        1: Code(1, {"en": "male"}),
        2: Code(2, {"en": "female", "zh": "女"}),
        3: Code(3, {"en": "none"}),
    }
    assert [(code.value, found) for code, found in suggested_map(source, target)] == [
        (0, 2),
        (1, 1),
        (3, None),
        (2, 2),
    ]


def test_the_document_has_every_list_that_programs_look_for() -> None:
    document = comparison_document(compare_books(book(variable("a")), book(variable("a"))))
    lists = "label codes missing type question universe distribution sets"
    assert document["same"] == ["a"] and not document["is_moved"]
    assert {f"{name}_changed" for name in lists.split()} <= document.keys()
    assert {"added", "removed", "renamed", "code_relabelled"} <= document.keys()
