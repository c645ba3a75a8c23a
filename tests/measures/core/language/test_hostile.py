"""Expressions that try to get out, get in or never end: each refused quickly, with a sentence."""

from __future__ import annotations

import os
import random
import time

import pytest

from surveys.core.problems import Refused
from tests.measures.small_survey import SCOPE, rule

COUNT = int(os.environ.get("WAVEBOOK_TEST_FUZZED", 4_000))

HOSTILE = [
    '__import__("os").system("id")',
    "().__class__.__bases__[0].__subclasses__()",
    "a.__class__",
    "a.__class__.__mro__",
    "lambda: a",
    "lambda a: a",
    "[a for a in (1, 2)]",
    "{a: a for a in (1,)}",
    "exec(a)",
    'eval("a")',
    'open("/etc/passwd")',
    "compile(a)",
    "globals()",
    "locals()",
    "getattr(a, b)",
    "a if a else b",
    "a := 1",
    "a; b",
    "a\nb",
    "import os",
    "yield a",
    "await a",
    "*a",
    "**a",
    "any_of(*a)",
    "any_of(**a)",
    "f'{a}'",
    'f"{a}"',
    'a["b"]',
    "a[0]",
    "a[0:1]",
    "@a",
    "a @ b",
    "a // b",
    "a % b",
    "a ** b",
    "9**9**9",
    "a << 9999999",
    "~a",
    "a & b",
    "a | b",
    "a ^ b",
    "'%1000000000d' % a",
    '"x" * 1000000000',
    "1; DROP TABLE x",
    "a; SELECT 1",
    "a -- comment",
    "a /* comment */",
    "a UNION SELECT 1",
    "(SELECT max(age) FROM clean)",
    "read_parquet('/etc/passwd')",
    "read_csv('/etc/passwd')",
    "read_text('/etc/passwd')",
    "glob('*')",
    "pragma_version()",
    "current_setting('home')",
    "range(100000000000)",
    "generate_series(1, 1e15)",
    "sleep(10)",
    "getenv('PATH')",
    "CAST(a AS INTEGER)",
    "a::INTEGER",
    "$1",
    "$p0",
    ":a",
    "?",
    "${a}",
    "{{ a }}",
    "{% a %}",
    "v_i0",
    "r_x1",
    "c0",
    "t0",
    '"a"."b"',
    "`a`.`b`.`c`",
    "`a; DROP TABLE x`",
    "`__import__`",
    "#{a}",
    "<script>alert(1)</script>",
    "a\x00b",
    "\ufeffa",
    "a\u200b",
    "\u202ea",
    "a\\b",
    "0x41",
    "1_000",
    "1e400",
    "9" * 3000,
    "(" * 3999,
    "[" * 3999,
    "{" * 3999,
    '"' * 3999,
    "-" * 3998 + "a",
    "not " * 999 + "a",
    "a+" * 1999 + "a",
    "a and " * 600 + "a",
    "f(" * 1300 + ")" * 1300,
    "x" * 4001,
    "nan",
    "inf",
    "None",
    "True",
    "case((true, 1))",
    "case((1, 1), otherwise=0)",
    "recode(a, {})",
    "recode(a, {*: 1})",
    "recode(a, a)",
    'lookup("cities.gdp", key=a)',
    "lookup(cities.__class__, key=city)",
    'missing("; DROP TABLE x")',
    'factor_score(a, b, method="__import__")',
    "round(a, digits=1000000)",
    "round(a, digits=-1)",
    "mean_of(a, at_least=0)",
    "deprivation(union, cutoff=1e9)",
    "weighted_mean((a, 1e400))",
    "weighted_mean((a, -1))",
    "weighted_mean(((a, 1), 1))",
    "rank_weight(1, a, weights=weights)",
    'rank_weight("; DROP TABLE x", a, weights=1)',
    "quantile_band(a, 1e15)",
    "percentile_rank(a, among=clean)",
    "standardise(a, among=(SELECT 1))",
    "part_of(region, 1, 1e15)",
    "part_of(region, -1, 2)",
    "starts_with(region, region)",
    'contains(region, "%" + "_")',
    'as_number("1"; "2")',
    "age(born, $p0)",
]

PLACES = [
    "any_of(union, {})",
    "count_of({}, union)",
    "mean_of(a, {}, at_least=1)",
    "mean_of(a, b, at_least={})",
    "recode({}, {{1: 2}})",
    "recode(a, {{1: {}}})",
    "recode(a, {{{}: 1}})",
    "case(({}, 1), otherwise=0)",
    "case((a == 1, {}), otherwise=0)",
    "lookup({}, key=city)",
    "lookup(cities.gdp, key={})",
    "group_mean(income, by={})",
    "factor_score(a, b, c, method={})",
    "a == {}",
    "a in [1, {}]",
    "round(a, digits={})",
    "reverse(a, low=1, high={})",
    "part_of(region, {}, 2)",
]
PAYLOADS = [
    '__import__("os").system("id")',
    "(SELECT max(age) FROM clean)",
    "a); DROP TABLE x; --",
    "1 OR 1 = 1; --",
    "$p0",
    "{{ a.__class__ }}",
    "'a' || 'b'",
    "lambda: a",
    "a\x00",
    "read_text('/etc/passwd')",
    "c0::VARCHAR",
]
PLACED = [place.format(payload) for place in PLACES for payload in PAYLOADS]
ALL = [*HOSTILE, *PLACED]


def test_there_are_three_hundred_of_them() -> None:
    assert len(set(ALL)) == len(ALL) >= 300


@pytest.mark.parametrize("text", ALL, ids=range(len(ALL)))
def test_refused_quickly_and_in_words(text: str) -> None:
    rule("a + 1")  # the grammar is read once per process, not once per rule
    seconds = []
    for _ in range(3):
        start = time.process_time()
        with pytest.raises(Refused) as refused:
            rule(text)
        seconds.append(time.process_time() - start)
    assert min(seconds) < 0.1
    for problem in refused.value.problems:
        assert problem.message.strip() and problem.position is not None
        assert len(problem.sentence()) < 700


WORDS = [
    *SCOPE.items,
    *SCOPE.sets,
    *("any_of", "case", "recode", "lookup", "cities.gdp", "key", "other", "otherwise", "at_least", "by"),
    *("weighted_mean", "weights", "rank_weight", "deprivation", "cutoff", "among", "percentile_rank", "age"),
    *("quantile_band", "starts_with", "part_of", "as_number", '"35"', "diversity", "days_between"),
    *("missing", "is_missing", "factor_score", "group_mean", '"male"', '"refused"', "1", "2.5", "-1"),
    *("and", "or", "not", "in", "between", "(", ")", "(", ")", ",", ",", "{", "}", ":", "..", "=", "=="),
    *("+", "-", "*", "/", "<", " "),
]


SIGNS = [
    *"ab1.,:;()[]{}+-*/=<>!&|%^~@#$\\\"'`“” \n\t（），。一\x00\u202e",
    "case(",
    "recode(",
    "..",
    "at_least=",
]


def test_scrambled_rules_raise_nothing_else() -> None:
    """Words in any order, signs in any order, and hostile rules cut and joined; 100,000 when asked to."""
    chance = random.Random(7)
    for n in range(COUNT):
        try:
            rule(_scrambled(chance, n))
        except Refused as refused:
            assert refused.problems


def _scrambled(chance: random.Random, n: int) -> str:
    if n % 4 == 0:
        return "".join(chance.choice(SIGNS) for _ in range(chance.randint(1, 25)))
    if n % 4 == 1:
        one, two = chance.choice(PLACED), chance.choice(PLACED)
        return one[: chance.randint(0, len(one))] + two[chance.randint(0, len(two)) :]
    return " ".join(chance.choice(WORDS) for _ in range(chance.randint(1, 14)))
