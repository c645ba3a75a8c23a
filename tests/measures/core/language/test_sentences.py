"""Rules in words, in English and Chinese."""

from __future__ import annotations

import pytest

from measures.core.language import FUNCTIONS, sentence
from measures.core.language.phrases import EN, ZH
from measures.core.worked import worked
from tests.measures.small_survey import rule


@pytest.mark.parametrize(
    ("text", "en", "zh"),
    [
        (
            "any_of(orgs)",
            "1 if at least one of “Member: labour union”, party and club holds, otherwise 0.",
            "若“Member: labour union”、party、club 中至少一项成立则为 1，否则为 0。",
        ),
        (
            'recode(sex, {"male": 1}, other=missing("out_of_range"))',
            "“Sex”, recoded: male (1) becomes 1; any other value becomes absent (out of range).",
            "“Sex”重新编码：男（1）改为 1；其余取值改为缺失（超出范围）。",
        ),
        (
            "5 - count_of(union, party, at_least=1)",
            "5 minus the number of “Member: labour union” and party that hold (if at least 1 are answered).",
            "5 减“Member: labour union”、party 中成立的项数（至少 1 题有效）。",
        ),
        ("ln(x + 1)", "The natural logarithm of (x plus 1).", "（x 加 1）的自然对数。"),
        (
            'case((is_missing(contract, "refused"), 0), (contract in (1, 3..4), 1), otherwise=a)',
            "0 if contract is absent (refused); 1 if contract is one of kind 1 (1) and 3 to 4; otherwise a.",
            "若 contract 缺失（拒答）则为 0；若 contract 属于 kind 1（1）、3 至 4 则为 1；否则为 a。",
        ),
        (
            'factor_score(reverse(a), b, scores="component")',
            "The score of one factor (first principal component; unscaled component) "
            "of a turned round (1 to 5) and b.",
            "a 反向计分（1 至 5）、b 的单因子得分（第一主成分；未缩放的主成分）。",
        ),
        (
            'factor_score(a, b, basis="polychoric", method="minres")',
            "The score of one factor (minimum residuals of the polychoric correlations; regression score) "
            "of a and b.",
            "a、b 的单因子得分（多项相关的最小残差法；回归得分）。",
        ),
        ("a * (b + 1)", "a times (b plus 1).", "a 乘以（b 加 1）。"),
        (
            'factor_score(a, b, c, factors=2, factor=2, rotation="oblimin", at_least=2)',
            "The score of factor 2 of 2 (principal components, oblimin rotation; regression score) "
            "of a, b and c (if at least 2 are answered).",
            "a、b、c 的 2 个因子中第 2 个因子的得分（主成分，oblimin 旋转；回归得分）（至少 2 题有效）。",
        ),
        (
            'factor_score(a, b, c, factors=2, scores="component", basis="polychoric")',
            "The score of factor 1 of 2 (principal components of the polychoric correlations, not rotated; "
            "unscaled component) of a, b and c.",
            "a、b、c 的 2 个因子中第 1 个因子的得分（多项相关的主成分，不旋转；未缩放的主成分）。",
        ),
        (
            "not a >= 2 or b < 1",
            "1 if it does not hold that a is at least step 2 (2), or b is below step 1 (1), otherwise 0.",
            "若并非 a 不小于第 2 级（2），或者 b 小于第 1 级（1）则为 1，否则为 0。",
        ),
        (
            "group_mean(a, by=city, at_least=5)",
            "The mean of a within the group by city (if at least 5 rows of the group are valid).",
            "按 city 分组的 a 组内均值（组内至少 5 行有效）。",
        ),
        (
            "deprivation(a < 2, union, cutoff=2, at_least=1)",
            "The share of a is below step 2 (2) and “Member: labour union” that hold, 0 if fewer than 2 do "
            "(if at least 1 are answered).",
            "a 小于第 2 级（2）、“Member: labour union”中成立的比例（成立不足 2 项为 0）（至少 1 题有效）。",
        ),
        (
            "weighted_mean((a, 0.5), (b, 0.25))",
            "The weighted mean of a (weight 0.5) and b (weight 0.25).",
            "a（权重 0.5）、b（权重 0.25）的加权均值。",
        ),
        (
            'starts_with(part_of(place, 2, 3), "35", "福")',
            "1 if characters 2 to 4 of place starts with one of “35” and “福”, otherwise 0.",
            "若 place 的第 2 至 4 个字符以“35”、“福”之一开头则为 1，否则为 0。",
        ),
        (
            "percentile_rank(a, among=city)",
            "The percentile rank of a among the groups by city.",
            "a 在按 city 分的各组之间的百分位。",
        ),
        ("quantile_band(a, 4)", "a in 4 bands of about equal size.", "a 分成人数大致相等的 4 组。"),
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
    checked = worked(FUNCTIONS[name]).checked
    for language in ("en", "zh"):
        told = sentence(checked, language)
        assert "{" not in told and len(told) > 3


def test_the_number_e_is_written_small() -> None:
    assert sentence(rule("exp(exp(x))")).startswith("e to the power of e to the power of ")
