"""Specifications: what is read, and that everything wrong is told at once."""

from __future__ import annotations

import pytest

from analytics.core.kinds import KINDS, check_spec_names, read_spec
from analytics.core.spec import ModelSpec, SeriesSpec
from surveys.core.problems import Refused

SERIES = """
kind: series
base: y ~ x + C(job)
absorbed: {occupation: C(job)}
groups: city
method: {likelihood: ml}
models:
  - {name: model1, kind: logit}
  - {name: model2, kind: logit, from: model1, add: z}
  - {name: model3, kind: multilevel_linear, from: model2, add: "x:z", center: [x]}
targets: paper/table2
"""


@pytest.mark.parametrize(
    "given",
    [{"formula": "y ~ a\0"}, {"where": {"job": ["\ud800"]}}, {"where": {"job": float("inf")}}, {"x\0": 1}],
)
def test_what_no_database_holds_is_refused_of_a_mapping_as_of_yaml(given: dict[str, object]) -> None:
    with pytest.raises(Refused) as refused:
        read_spec({"kind": "logit", "formula": "y ~ x"} | given)
    assert [one.code for one in refused.value.problems] == ["not_storable"]


def test_a_series() -> None:
    spec = read_spec(SERIES)
    assert isinstance(spec, SeriesSpec)
    assert [one.model.formula.text for one in spec.models] == [
        "y ~ x + C(job)",
        "y ~ x + C(job) + z",
        "y ~ center(x) + C(job) + z + center(x):z",
    ]
    assert [one.model.groups for one in spec.models] == ["", "", "city"]
    assert spec.models[2].model.method == {"likelihood": "ml", "df": "containment"}
    assert spec.columns == ("y", "x", "job", "z", "city")
    assert spec.absorbed == {"C(job)": "occupation"}
    again = read_spec(spec.as_json())  # what a run stores can be run again
    assert again.as_json() == spec.as_json()


@pytest.mark.parametrize(
    "text",
    [
        "kind: logit\nformula: y ~ a\noutcome_value: 1",
        "kind: multilevel_logit\nformula: y ~ a\ngroups: city\nmethod: {approximation: laplace}",
        "kind: descriptives\nvariables: [a, b]\nshow: {a: share}\nmissing: listwise",
        "kind: crosstab\nvariable: a\nby: b\nwhere: {c: [1, 2]}",
    ],
)
def test_stored_specifications_read_as_themselves(text: str) -> None:
    spec = read_spec(text)
    assert read_spec(spec.as_json()) == spec


def test_what_enters_is_centred() -> None:
    spec = read_spec("kind: linear\nformula: y ~ ln(x) + ln(x):z + I(w^2) + w + center(w)\ncenter: [x, w]")
    assert isinstance(spec, ModelSpec)
    assert spec.formula.text == "y ~ center(ln(x)) + I(center(w)^2) + center(w) + center(ln(x)):z"
    assert read_spec(spec.as_json()) == spec


def test_defaults_are_named() -> None:
    spec = read_spec("kind: multilevel_linear\nformula: y ~ 1\ngroups: city")
    assert isinstance(spec, ModelSpec)
    assert spec.method == {"likelihood": "reml", "df": "containment"}


def test_slopes_that_differ_between_groups_are_named_beside_them() -> None:
    text = "kind: multilevel_linear\nformula: y ~ x + z\ngroups: city\nrandom: 1 + x\ncenter: [x]"
    spec = read_spec(text)
    assert isinstance(spec, ModelSpec) and spec.random is not None
    assert spec.random.text == "center(x)"
    assert spec.as_json()["random"] == "1 + center(x)"
    assert read_spec(spec.as_json()) == spec
    assert spec.columns == ("y", "x", "z", "city")
    plain = read_spec("kind: multilevel_linear\nformula: y ~ x\ngroups: city\nrandom: 1")
    assert isinstance(plain, ModelSpec) and plain.random is None


def test_a_quadrature_has_nodes() -> None:
    text = "kind: multilevel_logit\nformula: y ~ x\ngroups: g\nmethod: {approximation: quadrature%s}"
    for given, nodes in (("", 7), (", nodes: 15", 15)):
        spec = read_spec(text % given)
        assert isinstance(spec, ModelSpec)
        assert spec.method == {"approximation": "quadrature", "nodes": nodes}
        assert read_spec(spec.as_json()) == spec


BAD = [
    ("kind: linear\nformula: y ~ x\nrandom: 1 + x", ["has no groups"]),
    ("kind: multilevel_linear\nformula: y ~ x\ngroups: g\nrandom: 0 + x", ["cannot be left out"]),
    ("kind: multilevel_linear\nformula: y ~ x\ngroups: g\nrandom: y ~ x", ["has no outcome"]),
    ("kind: multilevel_logit\nformula: y ~ x\ngroups: g\nmethod: {nodes: 7}", ["has one node"]),
    ("kind: multilevel_logit\nformula: y ~ x\ngroups: g\nmethod: {nodes: many}", ["from 1 to 50"]),
    (
        "kind: multilevel_logit\nformula: y ~ x\ngroups: g\nrandom: 1 + x"
        "\nmethod: {approximation: quadrature}",
        ["for a random intercept alone"],
    ),
    ("kind: logt\nformula: y ~ x", ["Did you mean logit?"]),
    ("kind: reliability", ["“items” is missing"]),
    ("formula: y ~ x", ["“kind” is missing"]),
    ("kind: logit", ["“formula” is missing"]),
    ("kind: logit\nformula: x + z", ["no outcome"]),
    ("kind: multilevel_logit\nformula: y ~ x\ngroups: g\nweights: w", ["multilevel_logit have no “weights”"]),
    ("kind: logit\nformula: y ~ x\ngroups: city", ["has no groups"]),
    ("kind: multilevel_logit\nformula: y ~ x", ["needs its groups"]),
    ("kind: multilevel_linear\nformula: y ~ x\ngroups: g\nmethod: {likelihood: rml}", ["reml, ml"]),
    (
        "kind: multilevel_linear\nformula: y ~ x\ngroups: g\nmethod: {estimator: ml}",
        ["no choice called “estimator”. It has these: likelihood: reml, likelihood: ml, df: containment"],
    ),
    ("kind: logit\nformula: y ~ x\nmethod: {likelihood: ml}", ["It has none: leave “method” out."]),
    (
        "kind: logit\nformula: y ~ x +\nfromula: 3\nweights: w\nmissing: pairwise",
        ["too early", "fromula", "missing"],
    ),
    ("kind: linear\nformula: y ~ x\nerrors: {kind: robst}", ["errors.kind", "Did you mean robust?"]),
    ("kind: logit\nformula: y ~ x\nerrors: {kind: robust, type: HC4}", ["errors.type", "HC3, HC0, HC1, HC2"]),
    ("kind: logit\nformula: y ~ x\nerrors: {kind: cluster, type: CR2, cluster: c}", ["CR1, CR0, CR1S"]),
    ("kind: linear\nformula: y ~ x\nweights: w\nerrors: {kind: robust}", ["Name the clusters as psu"]),
    ("kind: linear\nformula: y ~ x\npsu: p\nlonely_psu: drop", ["refuse, centre, certainty"]),
    (
        "kind: linear\nformula: y ~ x\nweights: w\nlonely_psu: centre",
        ["no stratum has a single sampling unit", "leave lonely_psu out"],
    ),
    ("kind: ordered_logit\nformula: y ~ x\nweights: w", ["Models of kind ordered_logit have no “weights”"]),
    ("kind: linear\nformula: y ~ x\nerrors: {kind: cluster}", ["“cluster” is missing"]),
    ("kind: linear\nformula: y ~ x\nerrors: {kind: robust, cluster: c}", ["belongs to kind: cluster"]),
    (
        "kind: multilevel_linear\nformula: y ~ x\ngroups: g\nerrors: {kind: robust}",
        ["Models of kind multilevel_linear have no “errors”"],
    ),
    ("kind: descriptives\nvariables: 7", ["list of names"]),
    ("kind: descriptives\nvariables: [a]\nshow: {b: mean}", ["not among the variables"]),
    ("kind: crosstab\nvariable: a", ["“by” is missing"]),
    ("kind: logit\nformula: y ~ x\noutcome_value: yes", ["in quotes"]),
    ("kind: series\nbase: y ~ x\nmodels: []", ["at least one model"]),
    ("kind: series\nbase: y ~ x\nmodels: [{kind: logit, from: m9}]", ["no model called m9"]),
    ("kind: series\nmodels: [{kind: logit}]", ["neither a formula nor a base"]),
    (
        "kind: series\nbase: y ~ x\nmodels: [{name: a, kind: logit}, {name: a, kind: logit}]",
        ["two models called a"],
    ),
    (
        "kind: series\nbase: y ~ x\nabsorbed: {job: C(jop)}\nmodels: [{kind: logit}]",
        ["No model has the term"],
    ),
    ("kind: series\nbase: y ~ x\nmodels: [{add: z}]", ["models[1].kind"]),
    (
        "kind: series\nbase: y ~ x\nmodels: [{kind: linear, formula: y ~ z, add: w}]",
        ["models[1].add", "this has both"],
    ),
    ("kind: linear\nformula: y ~ status*z\ncenter: [statsu]", ["Did you mean status?"]),
    ("kind: linear\nformula: y ~ x + z\ncenter: [y]", ["no term with “y” to centre"]),
    ("kind: linear\nformula: y ~ x + C(job)\ncenter: [job]", ["“job” enters as categories"]),
    (
        "kind: series\nbase: y ~ x\nmodels: [{kind: linear, center: [q]}, {kind: linear, center: [w]}]",
        ["models[1].center", "models[2].center"],
    ),
    ("kind: [", ["Check indentation"]),
    ("- a\n- b", ["A list stands where “field: value”"]),
    ("# nothing", ["Nothing is written here."]),
    ("a: 1\na: 2", ["given twice"]),
    ("a: &a [1]\nb: *a", ["Aliases"]),
    ("a: !!python/object/apply:os.system [ls]", ["line 1, character 4: Tags (!name) are not read."]),
    ("x" * 70_000, ["65,536"]),
]


@pytest.mark.parametrize(("text", "words"), BAD)
def test_everything_wrong_is_told_at_once(text: str, words: list[str]) -> None:
    with pytest.raises(Refused) as caught:
        read_spec(text)
    for word in words:
        assert word in str(caught.value)


def test_unknown_names_of_all_models_at_once() -> None:
    problems = check_spec_names(read_spec(SERIES), ["y", "x", "jobs", "cities"])
    assert [(p.where, p.near) for p in problems] == [
        ("Model 1", ("jobs",)),
        ("Model 2", ()),
        ("groups", ("cities",)),
    ]


def test_the_registry_is_closed() -> None:
    assert list(KINDS) == [
        "descriptives",
        "crosstab",
        "multiple_response",
        "ranked_response",
        "reliability",
        "correlation",
        "factor",
        "logit",
        "linear",
        "ordered_logit",
        "multinomial_logit",
        "multilevel_linear",
        "multilevel_logit",
        "series",
        "multiverse",
    ]
