"""A codebook comes back from its JSON as it went, whatever its values are."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from surveys.core.codebook import (
    Code,
    Codebook,
    Limits,
    MissingRule,
    ResponseSet,
    ValueType,
    Variable,
    as_json,
    codebook_from_json,
)

scalars = st.one_of(st.sampled_from(["", 0, 0.0, -9]), st.integers(), st.text(max_size=4))
labels = st.dictionaries(st.sampled_from(["en", "zh", "und"]), st.text(max_size=4), max_size=2)
codes = st.builds(Code, scalars, labels)
missing = st.one_of(
    st.builds(MissingRule, st.text(max_size=4), value=scalars, labels=labels),
    st.builds(MissingRule, st.text(max_size=4), low=st.sampled_from([0.0, -9.0])),
    st.builds(MissingRule, st.text(max_size=4), tag=st.sampled_from(["", "a"])),
)
variables = st.builds(
    Variable,
    st.text(max_size=4),
    st.sampled_from(ValueType),
    labels=labels,
    limits=st.none() | st.builds(Limits, low=scalars) | st.just(Limits(above=-1, high=0.0)),
    codes=st.lists(codes, max_size=3).map(tuple),
    missing=st.lists(missing, max_size=3).map(tuple),
)
sets = st.builds(
    ResponseSet,
    st.text(max_size=4),
    st.sampled_from("CDE"),
    st.lists(st.text(max_size=4), max_size=2).map(tuple),
    labels,
    st.none() | scalars,
)
books = st.builds(
    Codebook,
    st.lists(variables, max_size=3).map(tuple),
    st.lists(sets, max_size=2).map(tuple),
    labels,
    st.lists(st.text(max_size=4), max_size=2).map(tuple),
)


@given(books)
def test_a_codebook_comes_back_from_its_json(book: Codebook) -> None:
    assert codebook_from_json(json.loads(json.dumps(as_json(book)))) == book


def test_empty_fields_are_left_out_so_that_a_codebook_may_grow() -> None:
    assert as_json(Variable("a", ValueType.TEXT)) == {
        "name": "a",
        "type": "text",
        "level": "unknown",
        "role": "raw",
    }
    assert as_json(Code("")) == {"value": ""}
