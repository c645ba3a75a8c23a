"""Registry entries: arithmetic."""

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
        _PASSES, "round(x, digits=1)", {"x": 2.25}, 2.3, (Setting("digits", "integer", default=0, low=0, high=6),),
    ),
)  # fmt: skip
