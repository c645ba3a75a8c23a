"""Registry entries: context look-ups, and what is fitted on the sample."""

# ruff: noqa: E501 (tables of texts in two languages)

from __future__ import annotations

from measures.core.language.function_types import Function, Gives, Setting, Takes
from measures.core.language.functions_of_sets import AT_LEAST

METHODS = ("principal", "minres")
SCORINGS = ("regression", "bartlett", "weighted_sum", "component", "sum", "mean")

CONTEXT = (
    Function(
        "lookup", "context", "lookup(table.column, key=item)", Takes.SPECIAL, Gives.LIKE_ARGUMENTS, 1, 1,
        {
            "en": "The value of a context table's column in the row of this key.",
            "zh": "背景数据表中与键相符一行的该列取值。",
        },
        {
            "en": "An absence of the key passes on; a key that the table does not hold gives out_of_range, an empty "
            "cell of the table gives system.",
            "zh": "键缺失则原样保留；表中没有该键为 out_of_range，表中该格为空为 system。",
        },
        "log10(lookup(cities.gdp, key=city))", {"city": 4403}, 3.0,
    ),
)  # fmt: skip

SCORES = (
    Function(
        "factor_score", "scores",
        'factor_score(a, b, c, method="principal", scores="regression", at_least=k)',
        Takes.NUMBERS, Gives.DECIMAL, 2, None,
        {
            "en": "The score of one factor. method: principal (first principal component) or minres. scores: regression "
            "or bartlett (standardised estimates), component (the unscaled component), weighted_sum (standardised items "
            "times loadings), sum or mean of the standardised items. The sign is such that the loadings add up to "
            "more than zero. Means, SDs and loadings are fitted on the rows with every item valid, and kept.",
            "zh": "单因子得分。method：principal（第一主成分）或 minres。scores：regression、bartlett（标准化估计）、"
            "component（未缩放的主成分）、weighted_sum（标准化题目乘以载荷）、sum 或 mean。符号取载荷之和为正。"
            "均值、标准差和载荷由全部题目有效的样本拟合并保存。",
        },
        {
            "en": "Absent if any item is (the strongest reason wins), unless at_least=k is given: then rows with at "
            "least k valid items are scored, an absent item standing at the sample mean (mean takes the valid items).",
            "zh": "任一题缺失则缺失（取优先级最高的原因）；给出 at_least=k 时，有效题数不少于 k 即计分，"
            "缺失题按样本均值计（mean 只取有效题）。",
        },
        'factor_score(reverse(a, low=1, high=5), b, c, method="principal", scores="component")',
        settings=(
            Setting("method", "choice", METHODS, "principal"),
            Setting("scores", "choice", SCORINGS, "regression"),
            AT_LEAST,
        ),
        is_fitted=True,
    ),
    Function(
        "standardise", "scores", "standardise(x)", Takes.NUMBERS, Gives.DECIMAL, 1, 1,
        {
            "en": "x minus its mean, over its standard deviation (n - 1), both fitted on the valid rows and kept.",
            "zh": "x 减均值再除以标准差（n - 1），均由有效样本拟合并保存。",
        },
        {"en": "An absence passes on.", "zh": "缺失原样保留。"},
        "standardise(income)", is_fitted=True,
    ),
    Function(
        "group_mean", "scores", "group_mean(x, by=item)", Takes.SPECIAL, Gives.DECIMAL, 1, 1,
        {
            "en": "The mean of x over the valid rows of the respondent's group.",
            "zh": "受访者所在组内 x 的有效均值。",
        },
        {
            "en": "An absent group passes its reason on; a group without a valid x gives no_answer. The respondent's "
            "own x need not be valid.",
            "zh": "组别缺失则原样保留；组内无有效 x 为 no_answer。受访者本人的 x 可以缺失。",
        },
        "group_mean(income, by=city)", is_fitted=True,
    ),
    Function(
        "group_share", "scores", "group_share(condition, by=item)", Takes.SPECIAL, Gives.DECIMAL, 1, 1,
        {
            "en": "The share of the valid rows of the respondent's group where the condition holds.",
            "zh": "受访者所在组内条件成立的比例（有效样本）。",
        },
        {
            "en": "As for group_mean.",
            "zh": "同 group_mean。",
        },
        "group_share(club == 1, by=city)", is_fitted=True,
    ),
)  # fmt: skip
