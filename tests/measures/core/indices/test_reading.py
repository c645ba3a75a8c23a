"""What is read out of a rule: components down to the attributes, weights, norms, units."""

from __future__ import annotations

import pytest

from measures.core.indices.figures import weight_of
from measures.core.indices.reading import Index, index_in, may_be_index, unit_of
from measures.core.language import Checked, Scope, check, parse
from surveys.core.codebook import Code, ValueType, Variable

FLAG = (Code(1, {"en": "yes", "zh": "是"}), Code(0, {"en": "no", "zh": "否"}))
ITEMS = {
    **{name: Variable(name, ValueType.DECIMAL, labels={"en": f"Item {name}"}) for name in "abcd"},
    **{name: Variable(name, ValueType.INTEGER, labels={"en": f"Flag {name}"}, codes=FLAG) for name in "pq"},
    "area": Variable("area", ValueType.INTEGER),
}


def read(rule: str, **earlier: str) -> tuple[Index | None, dict[str, Checked]]:
    """The index of a rule that may name earlier measures, given by their rules in order."""
    known: dict[str, Checked] = {}
    for name, text in earlier.items():
        known[name] = check(parse(text), _scope(known))
    return index_in(check(parse(rule), _scope(known)), known), known


def _scope(known: dict[str, Checked]) -> Scope:
    measures = {
        name: Variable(name, one.type, labels={"en": f"Measure {name}"}) for name, one in known.items()
    }
    return Scope(items=ITEMS, measures=measures)


def index(rule: str, **earlier: str) -> Index:
    found, _ = read(rule, **earlier)
    assert found is not None
    return found


def test_components_are_followed_into_the_measures_that_they_name() -> None:
    found = index("mean_of(one, two, at_least=1)", one="mean_of(a, b)", two="weighted_mean((c, 3), (d, 1))")
    assert [part.name for part in found.components] == ["one", "two"]
    assert [leaf.name for leaf in found.leaves] == ["a", "b", "c", "d"]
    assert found.components[1].inside is not None and found.components[1].inside.weights == (3.0, 1.0)
    weights = [weight_of(found.form, path) for path in ((0,), (0, 1), (1, 0), (1, 1))]
    assert weights == [0.5, 0.25, 0.375, 0.125]
    assert (found.at_least, found.at((1, 0)).name) == (1, "c")


def test_what_is_normalised_is_an_attribute_with_its_norm() -> None:
    found = index("mean_of(percentile_rank(x, among=area), standardise(a))", x="group_mean(b, by=area)")
    one, other = found.components
    assert (one.name, one.normalisation, one.among) == ("x", "percentile_rank", "area")
    assert (other.normalisation, other.among, other.raw is other.part) == ("standardise", "", False)
    assert one.labels == {"en": "Measure x"} and one.inside is None


def test_conditions_are_counted_and_a_flag_has_its_own_label() -> None:
    found = index("deprivation(p == 1, q, a < 2, cutoff=2, at_least=2)")
    assert [part.normalisation for part in found.components] == ["condition"] * 3
    assert [part.labels["en"] for part in found.components] == ["Flag p", "Flag q", "“Item a” is below 2"]
    assert (found.cutoff, found.at_least, found.form.kind) == (2, 2, "deprivation")


def test_the_outermost_index_is_told_and_whether_it_is_the_whole_rule() -> None:
    assert index("mean_of(a, b)").is_whole
    found = index("2 - count_of(p, q)")
    assert (found.kind, found.is_whole) == ("count_of", False)


@pytest.mark.parametrize("rule", ["a + b", "mean_of(a)", "diversity(a, b)", "factor_score(a, b, c)"])
def test_other_rules_hold_none(rule: str) -> None:
    assert read(rule)[0] is None


@pytest.mark.parametrize(
    ("rule", "earlier", "unit"),
    [
        ("mean_of(x, y)", {"x": "group_mean(a, by=area)", "y": "group_share(b > 1, by=area)"}, "area"),
        ("mean_of(standardise(x, among=area), y)", {"x": "group_mean(a, by=area)", "y": "2 * x"}, "area"),
        ("mean_of(x, b)", {"x": "group_mean(a, by=area)"}, ""),
        ("mean_of(a, b)", {}, ""),
    ],
)
def test_the_unit_is_the_group_that_all_attributes_are_of(
    rule: str, earlier: dict[str, str], unit: str
) -> None:
    found, known = read(rule, **earlier)
    assert found is not None and unit_of(found, known) == unit


def test_whether_a_rule_may_hold_one_is_seen_before_it_is_checked() -> None:
    assert may_be_index(parse("1 + share_of(p, q)")) and not may_be_index(parse("a + b"))
