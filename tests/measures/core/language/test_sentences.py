"""Rules in words, in English and Chinese."""

from __future__ import annotations

import pytest

from measures.core.language import FUNCTIONS, sentence
from measures.core.language.phrases import EN, ZH
from tests.measures.small_survey import rule


@pytest.mark.parametrize(
    ("text", "en", "zh"),
    [
        (
            "any_of(orgs)",
            "1 if at least one of “Member: labour union”, party and club holds, otherwise 0.",
            "若“Member: labour union”、party、club中至少一项成立则为 1，否则为 0。",
        ),
        (
            'recode(sex, {"male": 1}, other=missing("out_of_range"))',
            "“Sex”, recoded: male (1) becomes 1; any other value becomes absent (out of range).",
            "“Sex”重新编码：男（1）改为 1；其余取值改为 缺失（超出范围）。",
        ),
        (
            "5 - count_of(union, party, at_least=1)",
            "5 minus the number of “Member: labour union” and party that hold (if at least 1 are answered).",
            "5减“Member: labour union”、party中成立的项数（至少 1 题有效）。",
        ),
        ("ln(x + 1)", "The natural logarithm of (x plus 1).", "（x加1）的自然对数。"),
        (
            'case((is_missing(contract, "refused"), 0), (contract in (1, 3..4), 1), otherwise=a)',
            "0 if contract is absent (refused); 1 if contract is one of kind 1 (1) and 3 to 4; otherwise a.",
            "若contract缺失（拒答）则为 0；若contract属于kind 1（1）、3 至 4则为 1；否则为 a。",
        ),
        (
            'factor_score(reverse(a), b, scores="component")',
            "The score of one factor (first principal component; unscaled component) "
            "of a turned round (1 to 5) and b.",
            "a反向计分（1 至 5）、b的单因子得分（第一主成分；未缩放的主成分）。",
        ),
        ("a * (b + 1)", "a times (b plus 1).", "a乘以（b加1）。"),
        (
            "not a >= 2 or b < 1",
            "1 if it does not hold that a is at least step 2 (2), or b is below step 1 (1), otherwise 0.",
            "若并非a不小于第2级（2），或者b小于第1级（1）则为 1，否则为 0。",
        ),
    ],
)
def test_sentences(text: str, en: str, zh: str) -> None:
    assert sentence(rule(text), "en") == en
    assert sentence(rule(text), "zh") == zh
    assert sentence(rule(text), "zh-hans") == zh


def test_both_languages_have_the_same_phrases() -> None:
    assert set(EN) == set(ZH)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_can_be_said(name: str) -> None:
    texts = {
        "missing": 'recode(a, {1: 1}, other=missing("refused"))',
        "lookup": "lookup(cities.gdp, key=city)",
        "year": "year(interview)",
        "month": "month(interview)",
        "months_between": "months_between(year, month, 2014, 5)",
        "years_between": "years_between(year, month, 2014, 5)",
        "recode": "recode(a, {1: 1}, other=0)",
        "case": "case((a == 1, 1), otherwise=0)",
        "band": "band(a, 2, 3)",
        "group_mean": "group_mean(a, by=city)",
        "group_share": "group_share(union, by=city)",
        "is_missing": "is_missing(a)",
        "factor_score": "factor_score(a, b)",
    }
    argument = "union" if name in ("any_of", "all_of", "count_of", "share_of") else "a"
    checked = rule(texts.get(name, f"{name}({argument})"))
    for language in ("en", "zh"):
        told = sentence(checked, language)
        assert "{" not in told and len(told) > 3
