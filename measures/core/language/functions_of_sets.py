"""Registry entries: sets of items, values into values, absences."""

# ruff: noqa: E501 (tables of texts in two languages)

from __future__ import annotations

from measures.core.language.function_types import Function, Gives, Setting, Takes

AT_LEAST = Setting("at_least", "integer")
_GIVEN = {"union": 1, "party": 0, "club": 0}
_MISSES_ONE = {"union": {"missing": "refused"}, "party": 0, "club": 1}
_ITEMS = {"a": 4, "b": {"missing": "dont_know"}, "c": 5}

ALL_NEEDED = {
    "en": "Absent if any argument is absent (the strongest reason wins), unless at_least=k is given: then the "
    "valid arguments count, if there are at least k of them.",
    "zh": "任一题缺失则缺失（取优先级最高的原因）；给出 at_least=k 时，有效题数不少于 k 就按有效题计算。",
}

SETS = (
    Function(
        "any_of", "sets", "any_of(a, b, …, at_least=k)", Takes.CONDITIONS, Gives.CONDITION, 1, None,
        {
            "en": "1 if at least one argument holds, otherwise 0. Arguments are items coded 0/1, conditions or a set.",
            "zh": "至少一项成立为 1，否则为 0。参数为 0/1 题、条件或题组名。",
        },
        {
            "en": "1 as soon as one argument is 1. With no 1 among them: 0 if all are answered, otherwise absent with "
            "the strongest reason; with at_least=k, 0 if at least k are answered. A block with nothing ticked is 0; "
            "a block that was not asked is absent.",
            "zh": "只要有一项为 1 即为 1；无 1 时全部有效为 0，否则取优先级最高的缺失原因；给出 at_least=k 时，"
            "有效题数不少于 k 为 0。整组未勾选为 0，整组未问为缺失。",
        },
        "any_of(union, party, club)", _MISSES_ONE, 1, (AT_LEAST,),
    ),
    Function(
        "all_of", "sets", "all_of(a, b, …, at_least=k)", Takes.CONDITIONS, Gives.CONDITION, 1, None,
        {"en": "1 if every argument holds, otherwise 0.", "zh": "各项都成立为 1，否则为 0。"},
        {
            "en": "0 as soon as one argument is 0. With no 0 among them: 1 if all are answered, otherwise absent "
            "with the strongest reason; with at_least=k, 1 if at least k are answered.",
            "zh": "只要有一项为 0 即为 0；无 0 时全部有效为 1，否则取优先级最高的缺失原因；给出 at_least=k 时，"
            "有效题数不少于 k 为 1。",
        },
        "all_of(union, party)", {"union": {"missing": "refused"}, "party": 0}, 0, (AT_LEAST,),
    ),
    Function(
        "count_of", "sets", "count_of(a, b, …, at_least=k)", Takes.CONDITIONS, Gives.INTEGER, 1, None,
        {"en": "How many arguments hold.", "zh": "成立的项数。"},
        ALL_NEEDED, "5 - count_of(union, party, club)", _GIVEN, 4, (AT_LEAST,),
    ),
    Function(
        "share_of", "sets", "share_of(a, b, …, at_least=k)", Takes.CONDITIONS, Gives.DECIMAL, 1, None,
        {"en": "The share of the valid arguments that hold, from 0 to 1.", "zh": "有效项中成立的比例，0 至 1。"},
        ALL_NEEDED, "share_of(union, party, club, at_least=2)", _MISSES_ONE, 0.5, (AT_LEAST,),
    ),
    Function(
        "sum_of", "sets", "sum_of(a, b, …, at_least=k)", Takes.NUMBERS, Gives.LIKE_ARGUMENTS, 1, None,
        {"en": "The sum of the valid arguments.", "zh": "有效题之和。"},
        ALL_NEEDED, "sum_of(a, b, c, at_least=2)", _ITEMS, 9, (AT_LEAST,),
    ),
    Function(
        "mean_of", "sets", "mean_of(a, b, …, at_least=k)", Takes.NUMBERS, Gives.DECIMAL, 1, None,
        {"en": "The mean of the valid arguments.", "zh": "有效题的均值。"},
        ALL_NEEDED, "mean_of(a, b, c, at_least=2)", _ITEMS, 4.5, (AT_LEAST,),
    ),
    Function(
        "min", "sets", "min(a, b, …, at_least=k)", Takes.NUMBERS, Gives.LIKE_ARGUMENTS, 1, None,
        {"en": "The smallest valid argument.", "zh": "有效题中的最小值。"},
        ALL_NEEDED, "min(a, b, c)", _ITEMS, {"missing": "dont_know"}, (AT_LEAST,),
    ),
    Function(
        "max", "sets", "max(a, b, …, at_least=k)", Takes.NUMBERS, Gives.LIKE_ARGUMENTS, 1, None,
        {"en": "The largest valid argument.", "zh": "有效题中的最大值。"},
        ALL_NEEDED, "max(a, b, c, at_least=1)", _ITEMS, 5, (AT_LEAST,),
    ),
    Function(
        "first_answered", "sets", "first_answered(a, b, …)", Takes.SAME, Gives.LIKE_ARGUMENTS, 1, None,
        {"en": "The first argument that is valid.", "zh": "第一个有效的取值。"},
        {"en": "Absent only if all are; the strongest reason wins.", "zh": "全部缺失才缺失，取优先级最高的原因。"},
        "first_answered(b, a)", {"a": 4, "b": {"missing": "dont_know"}}, 4,
    ),
)  # fmt: skip

VALUES = (
    Function(
        "recode", "values", 'recode(x, {1: 0, (2, 3): 1, 4..6: 2, "label": 3, missing("refused"): 9}, other=value)',
        Takes.SPECIAL, Gives.LIKE_ARGUMENTS, 2, 2,
        {
            "en": "Gives each code, label, list or range of x the value beside it; other= takes every valid value "
            "that is not named.",
            "zh": "把 x 的编码、标签、列表或区间改为对应取值；other= 用于未列出的有效值。",
        },
        {
            "en": 'An absence of x passes on, unless missing("reason") is one of the keys. Without other=, a valid '
            "value that is not named becomes out_of_range, and the rule cannot be published while codes are left.",
            "zh": "x 的缺失原样保留，除非以 missing(\"原因\") 为键。没有 other= 时未列出的有效值为 out_of_range，"
            "且不能发布。",
        },
        'recode(community, {1..4: 1, 5..9: 0})', {"community": 6}, 0,
    ),
    Function(
        "case", "values", "case((condition, value), (condition, value), …, otherwise=value)",
        Takes.SPECIAL, Gives.LIKE_ARGUMENTS, 1, None,
        {
            "en": "The value of the first condition that holds; otherwise= when none does.",
            "zh": "取第一个成立的条件所对应的值；都不成立时取 otherwise=。",
        },
        {
            "en": "Conditions are read in order: an absent one stops the search, and its absence is the result. Test "
            "with is_missing(…) first to give absences a value. Without otherwise=, no match is out_of_range.",
            "zh": "条件依次判断，遇到缺失即以该缺失为结果；需要给缺失赋值时先用 is_missing(…)。"
            "没有 otherwise= 且无一成立时为 out_of_range。",
        },
        'case((is_missing(contract, "not_applicable"), 0), (contract == 1, 1), otherwise=0)',
        {"contract": {"missing": "not_applicable"}}, 0,
    ),
    Function(
        "band", "values", "band(x, 18, 30, 45)", Takes.SPECIAL, Gives.INTEGER, 2, None,
        {
            "en": "Numbers the bands that rising limits cut: 1 below the first limit, 2 from it to below the "
            "second, and so on.",
            "zh": "按递增界限分组：小于第一个界限为 1，从它到第二个界限之前为 2，依此类推。",
        },
        {"en": "An absence of x passes on.", "zh": "x 的缺失原样保留。"},
        "band(age, 18, 30, 45)", {"age": 30}, 3,
    ),
    Function(
        "reverse", "values", "reverse(x) or reverse(x, low=1, high=5)", Takes.SPECIAL, Gives.LIKE_ARGUMENTS, 1, 1,
        {
            "en": "Turns a scale round: low + high - x. The ends are those of the codebook unless they are given.",
            "zh": "反向计分：low + high - x。两端取自编码表，也可指定。",
        },
        {
            "en": "An absence of x passes on; a value beyond the ends is out_of_range.",
            "zh": "x 的缺失原样保留；超出两端为 out_of_range。",
        },
        "reverse(a, low=1, high=5)", {"a": 4}, 2,
    ),
)  # fmt: skip

ABSENCES = (
    Function(
        "missing", "absences", 'missing("reason")', Takes.SPECIAL, Gives.LIKE_ARGUMENTS, 1, 1,
        {"en": "An absence with this reason, as an outcome.", "zh": "以此原因的缺失作为结果。"},
        {"en": "Always absent.", "zh": "恒为缺失。"},
        'recode(club, {1: 1}, other=missing("out_of_range"))', {"club": 0}, {"missing": "out_of_range"},
    ),
    Function(
        "is_missing", "absences", 'is_missing(x) or is_missing(x, "refused", …)', Takes.SPECIAL, Gives.CONDITION,
        1, None,
        {
            "en": "Whether x is absent, for any reason or for one of those listed.",
            "zh": "x 是否缺失（任何原因，或所列原因之一）。",
        },
        {"en": "Never absent itself.", "zh": "本身从不缺失。"},
        'is_missing(club, "refused", "dont_know")', {"club": {"missing": "refused"}}, 1,
    ),
)  # fmt: skip
