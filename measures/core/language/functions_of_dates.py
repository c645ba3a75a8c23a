"""Registry entries: dates and durations."""

# ruff: noqa: E501 (tables of texts in two languages)

from __future__ import annotations

from measures.core.language.function_types import Function, Gives, Takes

_MONTHS_ABSENT = {
    "en": "Absent if any part is (the strongest reason wins); a month outside 1 to 12 gives out_of_range.",
    "zh": "任一部分缺失则缺失（取优先级最高的原因）；月份不在 1 至 12 时为 out_of_range。",
}

_DATE_ABSENT = {
    "en": "An absence passes on; a text of another form, or with a month that there is not, gives out_of_range.",
    "zh": "缺失原样保留；文本格式不符或月份不存在时为 out_of_range。",
}

_DAY_ABSENT = {
    "en": "Absent if either is (the strongest reason wins); a text that is no real date, such as 2013-02-29, gives "
    "out_of_range.",
    "zh": "任一缺失则缺失（取优先级最高的原因）；文本不是真实日期（如 2013-02-29）时为 out_of_range。",
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
    Function(
        "age", "time", "age(birth, day)", Takes.DAY, Gives.INTEGER, 2, 2,
        {
            "en": "Completed years from the birth to the day. Who was born on 29 February completes a year on 1 March "
            "where the year has no such day. Negative when the day lies before the birth. Each is a date, a point in "
            "time, or a text YYYY-MM-DD.",
            "zh": "从出生日到某日的满年数（周岁）。2 月 29 日出生者在平年于 3 月 1 日满岁；日期早于出生日时为负。"
            "两者为日期、时点或文本（YYYY-MM-DD）。",
        },
        _DAY_ABSENT, "age(birth, interview)", {"birth": "1984-06-01", "interview": "2014-05-31"}, 29,
        also=(
            {"birth": "1984-06-01", "interview": "2014-06-01"},
            {"birth": "1984-02-29", "interview": "2014-02-28"},
            {"birth": "1984-02-29", "interview": "2014-03-01"},
        ),
    ),
    Function(
        "days_between", "time", "days_between(from, to)", Takes.DAY, Gives.INTEGER, 2, 2,
        {
            "en": "Days from the first date to the second; negative when the second is earlier. Each is a date, a "
            "point in time (its day counts), or a text YYYY-MM-DD.",
            "zh": "从前一日期到后一日期的天数；后者较早时为负。两者为日期、时点（按其日期）或文本（YYYY-MM-DD）。",
        },
        _DAY_ABSENT, "days_between(start, end)", {"start": "2012-02-28", "end": "2012-03-01"}, 2,
        also=({"start": "2012-03-01", "end": "2012-02-28"},),
    ),
)  # fmt: skip
