"""Registry entries: arithmetic, dates and durations."""

# ruff: noqa: E501 (tables of texts in two languages)

from __future__ import annotations

from measures.core.language.function_types import Function, Gives, Setting, Takes

_PASSES = {"en": "An absence passes on.", "zh": "缺失原样保留。"}


def _one(name: str, gives: Gives, help_en: str, help_zh: str, example: str, given: float, then: object,
         outside: tuple[str, str] | None = None) -> Function:  # fmt: skip
    """A function of one number; ``outside`` says where it is not defined."""
    absences = dict(_PASSES)
    if outside:
        absences = {
            "en": f"An absence passes on; {outside[0]} gives out_of_range.",
            "zh": f"缺失原样保留；{outside[1]}时为 out_of_range。",
        }
    help_texts = {"en": help_en, "zh": help_zh}
    return Function(
        name,
        "numbers",
        f"{name}(x)",
        Takes.NUMBERS,
        gives,
        1,
        1,
        help_texts,
        absences,
        example,
        {"x": given},
        then,
    )


NUMBERS = (
    _one("ln", Gives.DECIMAL, "The natural logarithm.", "自然对数。", "ln(x)", 1, 0.0,
         ("zero or less", "x 小于等于零")),
    _one("log10", Gives.DECIMAL, "The logarithm to base 10.", "以 10 为底的对数。", "log10(x)", 1000, 3.0,
         ("zero or less", "x 小于等于零")),
    _one("exp", Gives.DECIMAL, "e to the power of x.", "e 的 x 次方。", "exp(x)", 0, 1.0,
         ("a result too large for a number", "结果过大")),
    _one("sqrt", Gives.DECIMAL, "The square root.", "平方根。", "sqrt(x)", 9, 3.0, ("less than zero", "x 小于零")),
    _one("abs", Gives.LIKE_ARGUMENTS, "The size of a number without its sign.", "绝对值。", "abs(x)", -2.5, 2.5),
    _one("floor", Gives.INTEGER, "The largest whole number not above x.", "不大于 x 的最大整数。",
         "floor(x)", -1.5, -2),
    Function(
        "round", "numbers", "round(x) or round(x, digits=2)", Takes.NUMBERS, Gives.DECIMAL, 1, 1,
        {
            "en": "Rounds to whole numbers or to digits decimals (0 to 6); halves go away from zero.",
            "zh": "四舍五入到整数或 digits 位小数（0 至 6 位）；恰为一半时远离零。",
        },
        _PASSES, "round(x, digits=1)", {"x": 2.25}, 2.3, (Setting("digits", "integer", default=0),),
    ),
)  # fmt: skip

_MONTHS_ABSENT = {
    "en": "Absent if any part is (the strongest reason wins); a month outside 1 to 12 gives out_of_range.",
    "zh": "任一部分缺失则缺失（取优先级最高的原因）；月份不在 1 至 12 时为 out_of_range。",
}

_DATE_ABSENT = {
    "en": "An absence passes on; a text of another form, or with a month that there is not, gives out_of_range.",
    "zh": "缺失原样保留；文本格式不符或月份不存在时为 out_of_range。",
}

TIME = (
    Function(
        "months_between", "time", "months_between(year, month, later_year, later_month)",
        Takes.NUMBERS, Gives.INTEGER, 4, 4,
        {
            "en": "Whole months from the first month to the second; negative when the second is earlier.",
            "zh": "从前一个月份到后一个月份的整月数；后者较早时为负。",
        },
        _MONTHS_ABSENT, "months_between(year, month, 2014, 5) / 12", {"year": 2012, "month": 11}, 1.5,
    ),
    Function(
        "years_between", "time", "years_between(year, month, later_year, later_month)",
        Takes.NUMBERS, Gives.INTEGER, 4, 4,
        {
            "en": "Completed years from the first month to the second, as for an age.",
            "zh": "从前一个月份到后一个月份的满年数，如周岁。",
        },
        _MONTHS_ABSENT, "years_between(year, month, 2014, 5)", {"year": 1984, "month": 6}, 29,
    ),
    Function(
        "year", "time", "year(date)", Takes.DATE, Gives.INTEGER, 1, 1,
        {"en": "The year of a date, or of a text YYYY-MM or YYYY-MM-DD.", "zh": "日期或文本（YYYY-MM、YYYY-MM-DD）的年份。"},
        _DATE_ABSENT, "year(interview)", {"interview": "2014-05-17"}, 2014,
    ),
    Function(
        "month", "time", "month(date)", Takes.DATE, Gives.INTEGER, 1, 1,
        {
            "en": "The month of a date, 1 to 12, or of a text YYYY-MM or YYYY-MM-DD.",
            "zh": "日期或文本（YYYY-MM、YYYY-MM-DD）的月份，1 至 12。",
        },
        _DATE_ABSENT, "month(interview)", {"interview": "2014-05-17"}, 5,
    ),
)  # fmt: skip
