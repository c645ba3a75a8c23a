"""Two codebooks side by side: every difference once, nothing that is the same."""

from __future__ import annotations

from dataclasses import replace

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
from surveys.core.codebook_changes import Change, changes_as_json, codebook_changes

SEX = Variable(
    "sex", ValueType.INTEGER, labels={"en": "Sex"}, codes=(Code(1, {"en": "male"}), Code(2, {})),
    missing=(MissingRule("refused", value=-1), MissingRule("lost", low=-9.0), MissingRule("tag:a", tag="a")),
)  # fmt: skip
OLD = Codebook((SEX, Variable("age", ValueType.INTEGER)), (ResponseSet("m", "C", ("sex", "age")),))


def changes(new: Variable) -> list[Change]:
    found = codebook_changes(OLD, replace(OLD, variables=(new, OLD.variables[1])))
    return list(found[0].changes) if found else []


def test_the_same_says_nothing() -> None:
    assert codebook_changes(OLD, OLD) == ()


def test_texts_by_language() -> None:
    new = replace(
        SEX, labels={"en": "Gender", "zh": "性别"}, question={"en": "Q"}, unit="km", level=Level.NOMINAL
    )
    assert changes(new) == [
        Change("label", "Sex", "Gender", "en"),
        Change("label", "", "性别", "zh"),
        Change("question", "", "Q", "en"),
        Change("unit", "", "km"),
        Change("level", "unknown", "nominal"),
    ]


def test_limits_come_and_go() -> None:
    assert changes(replace(SEX, limits=Limits(above=0, high=2))) == [Change("limits", "", "> 0 – 2")]


def test_codes_that_come_go_and_change_place() -> None:
    assert changes(replace(SEX, codes=(Code(1, {"en": "man"}),))) == [
        Change("codes", "male", "man", "en", "1"), Change("codes", "1", "", code="2"),
    ]  # fmt: skip
    assert changes(replace(SEX, codes=SEX.codes[::-1])) == [Change("codes", "1, 2", "2, 1")]


def test_missing_codes_ranges_and_tags() -> None:
    rules = (MissingRule("dont_know", value=-1, labels={"en": "dk"}), MissingRule("tag:a", tag="a"))
    assert changes(replace(SEX, missing=rules)) == [
        Change("missing", "refused", "dont_know", code="-1"),
        Change("missing", "", "dk", "en", "-1"),
        Change("missing", "lost", "", code="-9 – …"),
    ]


def test_sets_and_weight_are_of_the_file() -> None:
    new = replace(OLD, sets=(ResponseSet("m", "D", ("sex",), {"en": "M"}, 1),), weight="age")
    (found,) = codebook_changes(OLD, new)
    assert (found.name, found.changes) == (
        "",
        (
            Change("set", "C: sex, age", "D 1: sex", code="m"),
            Change("set", "", "M", "en", "m"),
            Change("weight", "", "age"),
        ),
    )


def test_json_leaves_out_what_is_empty() -> None:
    found = codebook_changes(OLD, replace(OLD, variables=(replace(SEX, role=Role.KEY), OLD.variables[1])))
    assert changes_as_json((replace(found[0], valid=(3, 2)),)) == [
        {
            "variable": "sex",
            "changes": [{"part": "role", "old": "raw", "new": "key"}],
            "valid": {"old": 3, "new": 2},
        }
    ]
