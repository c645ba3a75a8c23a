"""Rows full of edges, and rules generated over them: for whatever must agree with the slow interpreter.

``generated_rules.txt`` keeps a thousand different ones that every tongue says, and the ones drawn among
them that SPSS does not, a line each: drawing so many takes longer than running them.
``python -m tests.measures.generated_rules`` draws it anew.
"""

from __future__ import annotations

import random
from datetime import date
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from measures.core.language import Checked
from measures.core.language.functions_of_samples import ROTATIONS, SCORINGS
from measures.core.language.tree import Apply, walk
from surveys.core.codebook import ValueType
from surveys.core.problems import Refused
from tests.measures.reference_interpreter import Absence
from tests.measures.small_survey import ITEMS, rule

KEPT = Path(__file__).with_suffix(".txt")
LEAST = 1000  # rules that every tongue says
ROWS = 240
EVERY = 3  # every third row is compared: each kind of cell is still there many times
REASON_OF = {-1: "refused", -2: "dont_know", -8: "not_applicable", -9: "no_answer", None: "system"}
HOLES = [-1, -2, -8, -9, None]


def _raw() -> dict[str, list[Any]]:
    chance = random.Random(20140501)

    def column(values: list[Any], holes: float = 0.2) -> list[Any]:
        return [chance.choice(HOLES if chance.random() < holes else values) for _ in range(ROWS)]

    def plain(values: list[Any]) -> list[Any]:
        return [None if chance.random() < 0.1 else chance.choice(values) for _ in range(ROWS)]

    return {
        **{name: column([0, 1]) for name in ("union", "party")},
        "club": column([0, 1, 1, 2]),  # 2 is no flag
        "sex": column([1, 2]),
        "contract": column([1, 2, 3, 4], 0.5),
        "community": column(list(range(1, 10))),
        **{name: column([1, 2, 3, 4, 5, 7]) for name in "abc"},
        "age": column([0, 15, 17, 18, 29, 30, 44, 45, 99]),
        "year": column([1950, 1984, 2014]),
        "month": column([1, 5, 6, 12, 0, 13]),
        "city": column([4403, 1101, 1, 77]),
        "income": column([0.0, 0.25, 1.0, 3000.5, 1e6, -3.5]),
        "x": column([0.0, 1e300, -1e300, 1e-300, 0.1, 2.5, -2.5, 1 / 3, 700.0, 800.0]),
        "region": plain(["north", "south", "北", "it's"]),
        "interview": plain([date(2014, 5, 1), date(2014, 5, 31), date(1999, 12, 31)]),
        "born": plain(
            ["1984-02-29", "1950-05-31", "2013-02-29", "2000-02-29", "1999-12-31", "0000-01-01", "no"]
        ),
        "place": plain(["350102", "3501", "36", "-12.5", "1e5", "福建35", "007", "-0", "12."]),
    }


RAW = _raw()


def _cell(name: str, raw: Any) -> Any:
    if raw is None:
        return Absence("system")
    if ITEMS[name].type.is_number and raw in REASON_OF:
        return Absence(REASON_OF[raw])
    return raw


TABLE = [{name: _cell(name, RAW[name][at]) for name in RAW} for at in range(ROWS)]

numbers = st.sampled_from(["a", "b", "c", "age", "income", "x", "year", "community"])
flags = st.sampled_from(["union", "party", "club"])
constants = st.sampled_from(["0", "1", "2", "0.5", "3", "1000", "1e14", "-2.5"])
reasons = st.sampled_from(['"refused"', '"dont_know"', '"system"', '"out_of_range"', '"not_applicable"'])
_values = {
    "community": "(1, 3, 5..7)",
    "age": "(..17, 30..44, 99)",
    "a": '("step 1", 4)',
    "contract": "(2, 4)",
}
memberships = st.sampled_from(sorted(_values)).flatmap(
    lambda name: st.sampled_from([f"{name} in {_values[name]}", f"{name} not in {_values[name]}"])
)


def _call(name: str, parts: st.SearchStrategy[str], least: int = 1, most: int = 4) -> st.SearchStrategy[str]:
    """A function of several parts, with at_least half of the time."""
    lists = st.lists(parts, min_size=least, max_size=most)
    return lists.flatmap(
        lambda found: st.sampled_from(
            [f"{name}({', '.join(found)})"]
            + [f"{name}({', '.join(found)}, at_least={k})" for k in range(1, len(found) + 1)]
        )
    )


def _more_numbers(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    one = st.sampled_from(["ln", "log10", "exp", "sqrt", "abs", "floor", "round"])
    two = st.sampled_from(["+", "-", "*", "/"])
    return st.one_of(
        st.builds(lambda f, x: f"{f}({x})", one, inner),
        st.builds(lambda o, x, y: f"({x} {o} {y})", two, inner, inner),
        st.builds(lambda x: f"(-abs({x}))", inner),
        st.builds(lambda x, k: f"round({x}, digits={k})", inner, st.integers(1, 4)),
        st.builds(lambda x: f"band({x}, -1, 0.5, 18, 1000)", inner),
        st.builds(lambda x: f"reverse({x}, low=1, high=5)", inner),
        st.builds(
            lambda x, y: f'recode({x}, {{..0: {y}, 1: 2, (3, 17..44): missing("refused")}}, other={y})',
            inner,
            inner,
        ),
        st.builds(lambda x, r: f"recode({x}, {{missing({r}): 9, 5: 1}})", numbers, reasons),
        *(_call(name, inner) for name in ("sum_of", "mean_of", "min", "max")),
        st.lists(inner, min_size=1, max_size=3).map(lambda found: f"first_answered({', '.join(found)})"),
    )


def _conditions(number: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    compare = st.sampled_from(["==", "!=", "<", "<=", ">", ">="])
    base = st.one_of(
        flags, memberships,
        st.builds(lambda x, o, y: f"({x} {o} {y})", number, compare, number),
        st.builds(lambda x, r: f"is_missing({x}, {r})", number, reasons),
        st.builds(lambda x: f"is_missing({x})", number),
        st.builds(lambda x: f"({x} between 1 and 18)", number),
        st.sampled_from(['region == "it\'s"', 'region in ("北", "south")', 'sex == "女"']),
        st.just('interview >= "2014-05-01"'),
        st.sampled_from(['starts_with(place, "35", "福")', 'contains(place, "5", "it")']),
    )  # fmt: skip
    return st.recursive(
        base,
        lambda inner: st.one_of(
            st.builds(lambda o, x, y: f"({x} {o} {y})", st.sampled_from(["and", "or"]), inner, inner),
            st.builds(lambda x: f"(not {x})", inner),
            _call("any_of", inner), _call("all_of", inner),
        ),
        max_leaves=4,
    )  # fmt: skip


_computed = st.sampled_from(
    [
        "lookup(cities.gdp, key=city)",
        "months_between(year, month, 2014, 5)",
        "years_between(1980, month, year, 5)",
        "year(interview)",
        "month(interview) + 0.5",
        "age(born, interview)",
        'age(born, "2015-03-01")',
        "days_between(interview, born)",
        "weighted_mean((a, 0.5), (b, 3), at_least=1)",
        "diversity(a, b, income, at_least=2)",
    ]
)
_leaves = st.one_of(numbers, constants, _computed)
_numbers = st.recursive(_leaves, _more_numbers, max_leaves=6)
conditions = _conditions(_numbers)
SAMPLES = [  # what is fitted on the rows, or on its groups
    *(f"{f}(lookup(cities.gdp, key=city), among=city)" for f in ("standardise", "percentile_rank")),
    *(f"percentile_rank({x})" for x in ("income", "x", "a + b", "age(born, interview)")),
    *(
        f"quantile_band({x}, {k})"
        for x in ("income", "x", "mean_of(a, b, c, at_least=2)")
        for k in (2, 5, 20)
    ),
    *(f"percentile_rank(group_mean({x}, by=city), among=city)" for x in ("income", "age")),
    *(f"group_mean(income, by={by}, at_least={k})" for by in ("city", "region") for k in (1, 40, 45)),
    *(f"group_share(age > 20, by=city, at_least={k})" for k in (35, 45)),
]
OF_TEXTS = [  # what SPSS does not say
    "as_number(place)",
    "as_number(part_of(place, 2, 2)) + a",
    'case((union, part_of(place, 1, 2)), otherwise="rest")',
    'any_of(part_of(place, 2, 1) == "5", part_of(place, 8, 1) == "a", union)',
    'starts_with(part_of(place, 2, 3), "5", "36")',
]
_indices = st.one_of(
    st.lists(conditions, min_size=1, max_size=4).flatmap(
        lambda found: st.builds(
            lambda k, m: f"deprivation({', '.join(found)}, cutoff={k}, at_least={m})",
            st.integers(1, len(found)),
            st.integers(1, len(found)),
        )
    ),
    st.lists(st.tuples(_numbers, st.sampled_from(["0.5", "0.3", "2", "1"])), min_size=1, max_size=3).map(
        lambda found: f"weighted_mean({', '.join(f'({x}, {w})' for x, w in found)}, at_least=1)"
    ),
    st.builds(
        lambda option, k: f"rank_weight({option}, a, b, c, weights=(0.5, 0.3, 0.2), at_least={k})",
        st.sampled_from(["1", "5", '"step 3"']),
        st.integers(1, 3),
    ),
)
_refused = 'missing("refused")'
rules = st.one_of(
    _numbers,
    conditions,
    _call("count_of", conditions),
    _call("share_of", conditions),
    st.builds(
        lambda c, d, x, y: f"case(({c}, {x}), ({d}, {_refused}), otherwise={y})",
        conditions,
        conditions,
        _numbers,
        _numbers,
    ),
    st.builds(lambda c, x: f"case(({c}, {x}))", conditions, _numbers),
    st.builds(lambda c: f'case(({c}, region), otherwise="rest")', conditions),
    st.sampled_from(["income", "age", "a + b"]).map(lambda x: f"group_mean({x}, by=city)"),
    st.sampled_from(["union", "age > 20", 'sex == "male"']).map(lambda c: f"group_share({c}, by=region)"),
    st.sampled_from(["income", "age", "a + b", "mean_of(a, b, c, at_least=2)"]).map(
        lambda x: f"standardise({x})"
    ),
    st.sampled_from(SAMPLES),
    st.sampled_from(OF_TEXTS),
    _indices,
    _call("diversity", _numbers, least=2),
    st.builds(
        lambda items, scores, least: f"factor_score({items}, {scores}at_least={least})",
        st.sampled_from(  # nearly unrelated items have no minimum of residuals inside their bounds
            [
                "a, b, c",
                'reverse(a, low=1, high=7), b, c, method="principal"',
                'a + b, b + c, a + c, method="minres"',
                'a, age, a + b, method="minres"',
            ]
        ),
        st.sampled_from([f'scores="{scores}", ' for scores in SCORINGS]),
        st.integers(1, 3),
    ),
)


_TWO = "max(a, b), max(b, c), max(a, c), age + 5 * community, age + 20 * sex, age - community"
SEVERAL = [  # items of two factors, inside the bounds of minimum residuals
    f'factor_score({_TWO}, factors=2, factor={at}, method="{method}", rotation="{how}", {more})'
    for method in ("minres", "principal")
    for how in ROTATIONS
    for at, more in ((1, "at_least=4"), (2, 'scores="bartlett"'), (2, 'scores="weighted_sum"'))
] + [f'factor_score({_TWO}, factors=2, factor=2, scores="component", at_least=5)']


def usable(text: str) -> bool:
    """Whether a generated rule reads an item at all; nothing else may be wrong with it."""
    try:
        rule(text)
    except Refused as refused:
        assert [problem.code for problem in refused.problems] == ["constant_rule"], text
        return False
    return True


def makes_texts(checked: Checked) -> bool:
    """Whether a rule makes texts or reads numbers from them, which SPSS does not say."""
    parts = [node for node in walk(checked.root) if isinstance(node, Apply)]
    return checked.type is ValueType.TEXT or any(one.function in ("part_of", "as_number") for one in parts)


def drawn(wanted: int) -> list[str]:
    """Different rules, always the same ones, until every tongue says so many."""
    found: dict[str, bool] = {}

    @settings(
        max_examples=2 * wanted,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.lists(rules.filter(usable), min_size=8, max_size=8))
    def collect(texts: list[str]) -> None:
        for text in texts:
            if sum(found.values()) < wanted:
                found[text] = not makes_texts(rule(text))

    collect()
    return list(found)


if __name__ == "__main__":
    KEPT.write_text("\n".join([*drawn(LEAST), *SEVERAL]) + "\n", encoding="utf-8")
