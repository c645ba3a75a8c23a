"""Registry entries: texts."""

# ruff: noqa: E501 (tables of texts in two languages)

from __future__ import annotations

from measures.core.language.function_types import Function, Gives, Takes

_PASSES = {"en": "An absence of x passes on.", "zh": "x 的缺失原样保留。"}

TEXTS = (
    Function(
        "starts_with", "texts", 'starts_with(x, "35", "36")', Takes.SPECIAL, Gives.CONDITION, 2, None,
        {
            "en": "Whether the text x starts with one of those given. Capital and small letters differ.",
            "zh": "文本 x 是否以所给文本之一开头。区分大小写。",
        },
        _PASSES, 'starts_with(place, "35", "36")', {"place": "350102"}, 1, also=({"place": "440305"},),
    ),
    Function(
        "contains", "texts", 'contains(x, "text")', Takes.SPECIAL, Gives.CONDITION, 2, None,
        {
            "en": "Whether the text x holds one of those given, anywhere in it. Capital and small letters differ.",
            "zh": "文本 x 是否包含所给文本之一。区分大小写。",
        },
        _PASSES, 'contains(work, "factory")', {"work": "shoe factory"}, 1, also=({"work": "school"},),
    ),
    Function(
        "part_of", "texts", "part_of(x, start, length)", Takes.SPECIAL, Gives.LIKE_ARGUMENTS, 3, 3,
        {
            "en": "So many characters of the text x, from the one numbered start; the first is 1. Of a code of a place "
            "held as text, part_of(place, 1, 2) is the province.",
            "zh": "文本 x 从第 start 个字符起（首字符为 1）的 length 个字符。对以文本保存的地区代码，"
            "part_of(place, 1, 2) 为省级代码。",
        },
        {
            "en": "An absence of x passes on; a text that ends before gives out_of_range.",
            "zh": "x 的缺失原样保留；文本长度不足时为 out_of_range。",
        },
        "part_of(place, 1, 4)", {"place": "350102"}, "3501", also=({"place": "35"},),
    ),
    Function(
        "as_number", "texts", "as_number(x)", Takes.SPECIAL, Gives.DECIMAL, 1, 1,
        {
            "en": "The number that the text x is: digits, with a minus before and a point among them if need be; at most "
            "15 digits before the point and 15 after it.",
            "zh": "文本 x 所写的数值：数字，前面可有负号，中间可有小数点；小数点前后各至多 15 位。",
        },
        {
            "en": "An absence of x passes on; any other text gives out_of_range.",
            "zh": "x 的缺失原样保留；其他文本为 out_of_range。",
        },
        "as_number(amount)", {"amount": "-12.5"}, -12.5, also=({"amount": "12 yuan"},),
    ),
)  # fmt: skip
