"""Registry entries: indices over sets of items, and weighted ones."""

# ruff: noqa: E501 (tables of texts in two languages)

from __future__ import annotations

from measures.core.language.function_types import Function, Gives, Setting, Takes
from measures.core.language.functions_of_sets import ALL_NEEDED, AT_LEAST

WEIGHTS = (
    Function(
        "diversity", "sets", "diversity(a, b, …, at_least=k)", Takes.NUMBERS, Gives.DECIMAL, 2, None,
        {
            "en": "The Blau index: 1 minus the sum of the squared shares, of counts per category. 0: all in one category.",
            "zh": "Blau 指数：1 减去各类占比的平方和；参数为各类的计数。0 表示全部属于一类。",
        },
        {
            "en": f"{ALL_NEEDED['en']} An absent count adds nothing then. A negative count, or no count above zero, gives "
            "out_of_range.",
            "zh": f"{ALL_NEEDED['zh']}此时缺失的计数不计入。计数为负或总数为零时为 out_of_range。",
        },
        "diversity(kin, friends, colleagues)", {"kin": 2, "friends": 1, "colleagues": 1}, 0.625, (AT_LEAST,),
        also=({"kin": 0, "friends": 0, "colleagues": 0},),
    ),
    Function(
        "deprivation", "sets", "deprivation(a, b, …, cutoff=k, at_least=m)", Takes.CONDITIONS, Gives.DECIMAL, 1, None,
        {
            "en": "The counting index of Alkire and Foster: the share of the dimensions that hold, from 0 to 1, where at "
            "least cutoff of them hold; 0 where fewer do. Whether somebody is deprived at all is deprivation(…) > 0, or "
            "count_of(…) >= k.",
            "zh": "Alkire-Foster 计数指数：成立的维度不少于 cutoff 个时为成立维度的比例（0 至 1），否则为 0。"
            "是否处于剥夺状态可写作 deprivation(…) > 0 或 count_of(…) >= k。",
        },
        {
            "en": f"{ALL_NEEDED['en']} The share is then that of the valid ones.",
            "zh": f"{ALL_NEEDED['zh']}此时为有效维度中的比例。",
        },
        "deprivation(health < 2, schooling < 6, income < 800, cutoff=2)",
        {"health": 1, "schooling": 9, "income": 500}, 2 / 3, (AT_LEAST, Setting("cutoff", "integer")),
        also=({"health": 1, "schooling": 9, "income": 900},),
    ),
    Function(
        "weighted_mean", "sets", "weighted_mean((a, 0.5), (b, 0.3), …, at_least=k)",
        Takes.SPECIAL, Gives.DECIMAL, 1, None,
        {
            "en": "The mean of the valid arguments, each with its weight: the sum of weights times values over the sum of "
            "the weights. Weights are plain numbers above zero.",
            "zh": "有效题的加权均值：权重与取值乘积之和除以权重之和。权重为正数。",
        },
        ALL_NEEDED, "weighted_mean((a, 2), (b, 1), (c, 1), at_least=2)",
        {"a": 4, "b": {"missing": "dont_know"}, "c": 1}, 3.0, (AT_LEAST,), also=({"a": 4, "b": 2, "c": 2},),
    ),
    Function(
        "rank_weight", "sets", 'rank_weight("option", first, second, third, weights=(0.5, 0.3, 0.2), at_least=1)',
        Takes.SPECIAL, Gives.DECIMAL, 2, None,
        {
            "en": "The weight of the first rank at which the option (a code or a label) is named; 0 where it is named at "
            "none. There is one weight for each rank.",
            "zh": "某选项（编码或标签）首次被提及的位次的权重；未被提及为 0。每个位次一个权重。",
        },
        {
            "en": "An absent rank names nothing. Absent with the strongest reason where the option is not named and fewer "
            "than at_least ranks (1 unless it is given) are valid.",
            "zh": "缺失的位次视为未提及；选项未被提及且有效位次少于 at_least 个（默认 1 个）时缺失，取优先级最高的原因。",
        },
        "rank_weight(3, first, second, third, weights=(0.5, 0.3, 0.2))",
        {"first": 5, "second": 3, "third": {"missing": "refused"}}, 0.3,
        (Setting("at_least", "integer", default=1),), also=({"first": 5, "second": 1, "third": 2},),
    ),
)  # fmt: skip
