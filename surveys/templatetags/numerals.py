"""How numbers and codes are printed: thousands by commas, a true minus sign, an en dash for none."""

from __future__ import annotations

from typing import Any

MINUS, NO_VALUE = "\u2212", "\u2013"


def count(number: Any) -> str:
    """15999 -> 15,999."""
    return NO_VALUE if number is None or number == "" else f"{int(number):,}".replace("-", MINUS)


def fixed(number: Any, digits: int = 3) -> str:
    """A number with so many decimals and a true minus sign; an en dash for none."""
    if number is None or number == "":
        return NO_VALUE
    text = f"{float(number):,.{int(digits)}f}"
    return (
        (text[1:] if float(text.replace(",", "")) == 0 else text.replace("-", MINUS))
        if text[0] == "-"
        else text
    )


def short(number: Any) -> str:
    """A number with about five significant digits, whole numbers as they are."""
    if isinstance(number, str) or number is None:
        return number or NO_VALUE
    if abs(number) < 1e-12:
        return "0"  # what rounding left of a zero
    if float(number).is_integer() and abs(number) < 1e15:
        return f"{int(number):,}".replace("-", MINUS)
    return f"{number:,.5g}".replace("-", MINUS)


def code_text(value: Any) -> str:
    """A code as the codebook writes it: no thousands separators, 1.0 as 1."""
    if value is None or isinstance(value, str):
        return value or ""
    text = f"{value:.15g}" if isinstance(value, float) else str(value)
    return text.replace("-", MINUS, 1) if text.startswith("-") else text


def percent_of(part: Any, whole: Any) -> str:
    """``part`` in percent of ``whole``, one decimal."""
    return f"{100 * part / whole:.1f}" if whole else NO_VALUE


def p_value(p: Any) -> str:
    """A p-value in three decimals, < 0.001 below."""
    if p is None:
        return NO_VALUE
    return "<\u202f0.001" if p < 0.0005 else f"{p:.3f}"


def p_equals(p: Any) -> str:
    """A p-value with its sign: "= 0.012", "< 0.001"."""
    text = p_value(p)
    return text if text.startswith("<") else f"= {text}"


def hash_short(text: str) -> str:
    """The first twelve characters of a hash."""
    return (text or "")[:12]
