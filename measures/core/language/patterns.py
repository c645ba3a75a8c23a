"""What a text must look like to be a date or a number: patterns that every engine and program reads alike."""

from __future__ import annotations

MONTH_TEXT = "[0-9]{4}-(0[1-9]|1[0-2])(-[0-3][0-9])?"

_YEAR = "([0-9]{3}[1-9]|[0-9]{2}[1-9]0|[0-9][1-9]00|[1-9]000)"
_LEAP_YEAR = "(([0-9]{2}(0[48]|[2468][048]|[13579][26]))|((0[48]|[2468][048]|[13579][26])00))"
_DAY = (
    "((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))"
)
DAY_TEXT = f"({_YEAR}-{_DAY}|{_LEAP_YEAR}-02-29)"  # of the years 0001 to 9999

NUMBER_TEXT = "-?[0-9]{1,15}([.][0-9]{1,15})?"
