"""Registry entries: context look-ups, and what is fitted on the sample."""

# ruff: noqa: E501 (tables of texts in two languages)

from __future__ import annotations

from measures.core.language.function_types import Function, Gives, Setting, Takes
from measures.core.language.functions_of_sets import AT_LEAST

MOST_POINTS = 1_000  # different values whose percentile ranks are kept
MOST_BANDS = 100
METHODS = ("principal", "minres")
ROTATIONS = ("none", "varimax", "promax", "oblimin")
BASES = (PEARSON, POLYCHORIC) = ("pearson", "polychoric")
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

_REFUSED = {"missing": "refused"}
_INCOMES = tuple({"income": x} for x in (1000, 2000, 2000, 4000, _REFUSED))
_GROUPED = tuple(
    {"income": x, "city": city}
    for x, city in ((1000, 1), (2000, 1), (_REFUSED, 1), (_REFUSED, 2), (4000, {"missing": "dont_know"}))
)
_ITEMS = tuple(
    {"a": a, "b": b, "c": c} for a, b, c in ((5, 1, 2), (4, 3, 1), (3, 2, 4), (1, 5, 4), (2, 4, _REFUSED))
)
_OF_GROUPS = {
    "en": "An absence of x passes on; with among, an absent group passes its reason on too (the strongest wins).",
    "zh": "x 的缺失原样保留；给出 among 时组别缺失也使结果缺失（取优先级最高的原因）。",
}

SCORES = (
    Function(
        "factor_score", "scores",
        'factor_score(a, b, c, …, method="principal", scores="regression", factors=1, rotation="none", factor=1, at_least=k)',
        Takes.NUMBERS, Gives.DECIMAL, 2, None,
        {
            "en": "The score of one factor. method: principal (first principal component) or minres. scores: regression "
            "or bartlett (standardised estimates), component (the unscaled component), weighted_sum (standardised items "
            "times loadings), sum or mean of the standardised items. The sign is such that the loadings add up to "
            "more than zero. Means, SDs and loadings are fitted on the rows with every item valid, and kept. basis: "
            "the correlations that the factor is found in, pearson or, for items of at most 20 ordered codes, "
            "polychoric; what is scored are the standardised codes either way. factors: how many are extracted, 1 unless "
            "said; rotation of two or more: none, varimax (rows of length one), promax (of varimax, power 4) or oblimin "
            "(direct quartimin); factor: the number of the one that is scored. Factors are numbered by falling sum of "
            "squared loadings after rotation, and each has loadings that add up to more than zero. Of several factors "
            "the scores are regression, bartlett, weighted_sum (the pattern's loadings) or, where nothing is rotated, "
            "component.",
            "zh": "单因子得分。method：principal（第一主成分）或 minres。scores：regression、bartlett（标准化估计）、"
            "component（未缩放的主成分）、weighted_sum（标准化题目乘以载荷）、sum 或 mean。符号取载荷之和为正。"
            "均值、标准差和载荷由全部题目有效的样本拟合并保存。basis：提取因子所用的相关系数，pearson 或 polychoric"
            "（多项相关，用于至多 20 个有序编码的题目）；两种情形计分的都是标准化的编码。factors：提取的因子个数，不写为 1；"
            "rotation（两个及以上因子）：none、varimax（按行标准化）、promax（由 varimax 出发，幂为 4）或 oblimin"
            "（直接 quartimin）；factor：计分的是第几个因子。因子按旋转后载荷平方和由大到小编号，每个因子的载荷之和为正。"
            "多个因子时 scores 为 regression、bartlett、weighted_sum（模式载荷），未旋转时还可为 component。",
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
            Setting("basis", "choice", BASES, PEARSON, is_silent=True),
            Setting("factors", "integer", default=1, is_silent=True),
            Setting("rotation", "choice", ROTATIONS, "none", is_silent=True),
            Setting("factor", "integer", default=1, is_silent=True),
            AT_LEAST,
        ),
        is_fitted=True,
        also=_ITEMS,
        second='factor_score(reverse(a, low=1, high=5), b, c, factors=2, rotation="varimax", factor=2)',
    ),
    Function(
        "standardise", "scores", "standardise(x) or standardise(x, among=item)", Takes.SPECIAL, Gives.DECIMAL, 1, 1,
        {
            "en": "x minus its mean, over its standard deviation (n - 1), both fitted on the valid rows and kept. With "
            "among, every group counts once, however many rows it has: x must have one value in each.",
            "zh": "x 减均值再除以标准差（n - 1），均由有效样本拟合并保存。给出 among 时每组只计一次，"
            "不论有多少行；x 在组内须为同一取值。",
        },
        _OF_GROUPS, "standardise(income)", is_fitted=True, also=_INCOMES,
    ),
    Function(
        "percentile_rank", "scores", "percentile_rank(x) or percentile_rank(x, among=item)",
        Takes.SPECIAL, Gives.DECIMAL, 1, 1,
        {
            "en": "The share of the valid rows below x, and half of those with the same x: from 0 to 1. Fitted on the "
            "sample and kept; on a frozen metric a value that was not there gets the share below it. x may have "
            f"{MOST_POINTS:,} different values. With among, every group counts once.",
            "zh": "有效样本中小于 x 的比例加上与 x 相同者的一半，0 至 1。由样本拟合并保存；套用已固定的尺度时，"
            f"未出现过的值取其下方的比例。x 至多有 {MOST_POINTS:,} 个不同取值。给出 among 时每组只计一次。",
        },
        _OF_GROUPS, "percentile_rank(income)", is_fitted=True, also=_INCOMES,
    ),
    Function(
        "quantile_band", "scores", "quantile_band(x, 5)", Takes.SPECIAL, Gives.INTEGER, 2, 2,
        {
            "en": f"Bands of about equal size, numbered from 1 to the number given (2 to {MOST_BANDS}): 1 holds the "
            "lowest. Band k ends with the value at place k·n/bands, rounded up, of the n valid rows in order; rows with "
            "the same value are never parted. The ends are fitted on the sample and kept.",
            "zh": f"人数大致相等的分组，编号自 1 至所给组数（2 至 {MOST_BANDS}），1 为最低。把 n 个有效样本排序，"
            "第 k 组止于第 k·n/组数（向上取整）个取值；取值相同者不会分开。界限由样本拟合并保存。",
        },
        {"en": "An absence of x passes on.", "zh": "x 的缺失原样保留。"},
        "quantile_band(income, 2)", is_fitted=True, also=_INCOMES,
    ),
    Function(
        "group_mean", "scores", "group_mean(x, by=item) or group_mean(x, by=item, at_least=k)",
        Takes.SPECIAL, Gives.DECIMAL, 1, 1,
        {
            "en": "The mean of x over the valid rows of the respondent's group.",
            "zh": "受访者所在组内 x 的有效均值。",
        },
        {
            "en": "An absent group passes its reason on; a group without a valid x gives no_answer, with at_least=k one "
            "with fewer than k. The respondent's own x need not be valid.",
            "zh": "组别缺失则原样保留；组内无有效 x（给出 at_least=k 时有效 x 少于 k 个）为 no_answer。"
            "受访者本人的 x 可以缺失。",
        },
        "group_mean(income, by=city)", is_fitted=True, also=_GROUPED,
    ),
    Function(
        "group_share", "scores", "group_share(condition, by=item) or group_share(condition, by=item, at_least=k)",
        Takes.SPECIAL, Gives.DECIMAL, 1, 1,
        {
            "en": "The share of the valid rows of the respondent's group where the condition holds.",
            "zh": "受访者所在组内条件成立的比例（有效样本）。",
        },
        {
            "en": "As for group_mean.",
            "zh": "同 group_mean。",
        },
        "group_share(income > 1000, by=city)", is_fitted=True, also=_GROUPED,
    ),
)  # fmt: skip
