"""The registry of functions: one entry each, for the checker, the on-page help and the docs.

An entry says what a function takes and gives, and what becomes of absent answers.  Operators are described
here too, as part of the same manual.
"""

from __future__ import annotations

from collections.abc import Mapping

from measures.core.language.function_types import Function, Gives, Setting, Takes
from measures.core.language.functions_of_dates import TIME
from measures.core.language.functions_of_numbers import NUMBERS
from measures.core.language.functions_of_samples import CONTEXT, SCORES
from measures.core.language.functions_of_sets import ABSENCES, SETS, VALUES
from measures.core.language.functions_of_texts import TEXTS
from measures.core.language.functions_of_weights import WEIGHTS
from measures.core.language.tree import Apply, Typed

__all__ = ["FAMILIES", "FUNCTIONS", "OPERATORS", "Function", "Gives", "Setting", "Takes", "is_fitted"]

_TABLES = (SETS, WEIGHTS, VALUES, NUMBERS, TIME, TEXTS, ABSENCES, CONTEXT, SCORES)
FUNCTIONS: Mapping[str, Function] = {function.name: function for table in _TABLES for function in table}


def is_fitted(node: Typed) -> bool:
    """Whether a part of a rule needs to know the whole sample."""
    return isinstance(node, Apply) and node.function in FUNCTIONS and FUNCTIONS[node.function].is_fitted


FAMILIES: Mapping[str, Mapping[str, str]] = {
    "sets": {"en": "Sets of items", "zh": "题组"},
    "values": {"en": "Values into values", "zh": "取值转换"},
    "numbers": {"en": "Arithmetic", "zh": "数值运算"},
    "time": {"en": "Dates and durations", "zh": "日期与时长"},
    "texts": {"en": "Texts", "zh": "文本"},
    "absences": {"en": "Absences", "zh": "缺失"},
    "context": {"en": "Context", "zh": "背景数据"},
    "scores": {"en": "Scores fitted on the sample", "zh": "由样本拟合的得分"},
}

OPERATORS: tuple[tuple[str, Mapping[str, str], Mapping[str, str]], ...] = (
    (
        "+  -  *  /",
        {"en": "Arithmetic.", "zh": "四则运算。"},
        {
            "en": "Absent if either side is; the strongest reason wins. Division by zero is out_of_range.",
            "zh": "任一侧缺失则缺失，取优先级最高的原因；除以零为 out_of_range。",
        },
    ),
    (
        "==  !=  <  <=  >  >=   in   between",
        {
            "en": 'Comparisons; codes may be written as labels: q_sex == "male". Ranges: 1..4, ..17, 65..',
            "zh": '比较；编码可写成标签，如 q_sex == "男"。区间写作 1..4、..17、65..。',
        },
        {"en": "Absent if a side is.", "zh": "任一侧缺失则缺失。"},
    ),
    (
        "and  or  not",
        {"en": "Logic of three values.", "zh": "三值逻辑。"},
        {
            "en": "False and (absent) is false; true or (absent) is true; otherwise an absence passes on.",
            "zh": "“假 and 缺失”为假，“真 or 缺失”为真，其余情形缺失向上传递。",
        },
    ),
)
