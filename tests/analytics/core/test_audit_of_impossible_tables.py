"""Tables that contradict themselves: the audit says so, shows the arithmetic, and never falls over them."""

from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.core.audit import AuditFinding, audit
from analytics.core.record import plain
from analytics.core.targets import Cell, PublishedTable


def models(*figures: tuple[str, str, str, str], **notes: object) -> PublishedTable:
    kinds = {
        "m1": {"label": "Model 1", "kind": "logit"},
        "m2": {"label": "Model 2", "kind": "multilevel_logit"},
    }
    return PublishedTable("t", "models", tuple(Cell(*f) for f in figures), {"models": kinds, **notes})


def found(table: PublishedTable, code: str, beside: PublishedTable | None = None) -> AuditFinding:
    return next(finding for finding in audit(table, beside) if finding.code == code)


def fit(column: str, **printed: str) -> list[tuple[str, str, str, str]]:
    return [(column, name, name, text) for name, text in printed.items()]


def test_a_bic_that_no_rows_could_give() -> None:
    table = models(*fit("m1", n="1,000", loglik="-7000", aic="14004", bic="16000"))
    finding = found(table, "bic_impossible")
    assert "impossible as printed" in finding.sentence
    assert finding.arithmetic == ("Model 1: ln n = (16000 + 2 × -7000) / 2 = 1,000.0",)


def test_an_aic_without_parameters() -> None:
    finding = found(models(*fit("m1", loglik="-7000.0", aic="14000.0", bic="14010.0")), "aic_impossible")
    assert "0.00 parameters: impossible as printed" in finding.sentence
    assert finding.arithmetic == ("Model 1: (14000.0 + 2 × -7000.0) / 2 = 0.000",)


def test_slopes_without_standard_errors_are_compared_all_the_same() -> None:
    slopes = [("m1", "x", "estimate", "1.00"), ("m1", "x", "se", "0.10"), ("m2", "x", "estimate", "0.20")]
    finding = found(models(*slopes), "linear_scale_slopes")
    assert "slopes 0.200; no standard errors are printed" in finding.arithmetic[0]


def test_an_outcome_that_does_not_vary_and_other_impossible_figures() -> None:
    moments = PublishedTable("d", "descriptives", (Cell("all", "y", "count", "100"),), {"n": 100})
    table = models(
        ("m2", "constant", "estimate", "1.0"),
        ("m2", "constant", "se", "-0.1"),
        *fit("m2", n="0"),
        outcome="y",
    )
    told = [f for f in audit(table, moments) if f.code == "impossible"]
    assert [f.arithmetic[0] for f in told] == [
        "Model 2: n = 0, and a model needs rows",
        "-0.1 < 0, and a standard error is the root of a variance",
        "100 / 100 = 1.000, not between 0 and 1",
    ]


FIGURES = st.one_of(
    st.sampled_from(
        ["0", "1", "-1", "0.0", "0.00", "100", "-7000", "16000", "1e5", "in", "", "***", "(.5)", "9" * 400]
    ),
    st.decimals(-1000, 1000, places=2).map(str),
    st.decimals(-(10**14), 10**14, places=3).map(str),
    st.integers(-5, 200).map(str),
)
PLACES = st.tuples(
    st.sampled_from(["m1", "m2", "all"]),
    st.sampled_from(["constant", "y", "x", "z", "x:z", "n", "loglik", "aic", "bic"]),
    st.sampled_from(
        ["estimate", "se", "stars", "n", "loglik", "aic", "bic", "count", "percent", "mean", "absorbed"]
    ),
)
CELLS = st.dictionaries(PLACES, FIGURES, max_size=40).map(
    lambda cells: tuple(Cell(*place, printed) for place, printed in cells.items())
)
KINDS = st.sampled_from(["logit", "multilevel_logit", "linear", ""])
NOTES = st.fixed_dictionaries(
    {"outcome": st.just("y")},
    optional={
        "n": st.one_of(st.integers(-5, 2000), st.just("1,200"), st.just("unknown"), st.just({"m1": 50})),
        "models": st.dictionaries(
            st.sampled_from(["m1", "m2", "all"]),
            st.fixed_dictionaries({"kind": KINDS, "label": st.sampled_from(["Model 1", "Model ²", ""])}),
        ),
    },
)


@given(
    kind=st.sampled_from(["models", "models", "crosstab", "descriptives"]),
    cells=CELLS,
    beside=st.none() | CELLS,
    notes=NOTES,
)
@settings(max_examples=40, deadline=None)
def test_no_table_of_printed_figures_makes_the_audit_raise(
    kind: str, cells: tuple[Cell, ...], beside: tuple[Cell, ...] | None, notes: dict[str, object]
) -> None:
    moments = PublishedTable("d", "descriptives", beside, notes) if beside is not None else None
    for finding in audit(PublishedTable("t", kind, cells, notes), moments):
        assert finding.sentence
        json.dumps(plain(finding), allow_nan=False)


@given(
    statistics=st.fixed_dictionaries(dict.fromkeys(("n", "loglik", "aic", "bic"), FIGURES)),
    base=st.fixed_dictionaries(dict.fromkeys(("n", "loglik", "aic", "bic"), FIGURES)),
    slopes=st.lists(st.tuples(FIGURES, FIGURES, FIGURES, FIGURES), max_size=4),
    counts=st.lists(FIGURES, min_size=5, max_size=5),
    n=st.integers(-2, 500),
)
@settings(max_examples=40, deadline=None)
def test_no_pair_of_models_makes_the_audit_raise(
    statistics: dict[str, str], base: dict[str, str], slopes: list[tuple[str, ...]], counts: list[str], n: int
) -> None:
    """Denser than the one above: both models print everything, beside a descriptive table of their terms."""
    terms = ["constant", "x", "z", "x:z"]
    figures = [*fit("m1", **base), *fit("m2", **statistics)]
    for term, (one, error, other, its_error) in zip(terms, slopes, strict=False):
        figures += [("m1", term, "estimate", one), ("m1", term, "se", error)]
        figures += [
            ("m2", term, "estimate", other),
            ("m2", term, "se", its_error),
            ("m2", term, "stars", "*"),
        ]
    cells = tuple(Cell("all", v, "count", c) for v, c in zip(("y", "x", "z", "w", "v"), counts, strict=True))
    moments = PublishedTable("d", "descriptives", cells, {"n": n})
    for finding in audit(models(*figures, outcome="y"), moments):
        json.dumps(plain(finding), allow_nan=False)
