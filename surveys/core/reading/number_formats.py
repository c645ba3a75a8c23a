"""Which number formats of a workbook mean a date or a time; numbers are dates by nothing else."""

from __future__ import annotations

import re

DATE, DATETIME, TIME = "date", "datetime", "time"
# The numbers that every spreadsheet program knows by heart; 27-36 and 50-58 are East Asian dates.
_BUILT_IN = (
    dict.fromkeys([*range(14, 18), *range(27, 32), 36, *range(50, 59)], DATE)
    | dict.fromkeys([18, 19, 20, 21, 32, 33, 34, 35, 45, 46, 47], TIME)
    | {22: DATETIME}
)
_SILENT = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE)
_SPLIT_SECONDS = re.compile(r"s\]?\.0+")


def temporal(number: int, code: str | None) -> str | None:
    """``date``, ``datetime``, ``time`` or None for a number format, by its own code where the file has one.

    Of a format's sections only the first counts; quoted text, colours and conditions say nothing.
    """
    if code is None:
        return _BUILT_IN.get(number)
    plain = _SILENT.sub("", code).split(";")[0].lower().replace("general", "")
    plain = _SPLIT_SECONDS.sub("s", plain)
    if re.search(r"[0#?]", plain):
        return None
    has_hour = bool(re.search(r"[hs]", plain))
    has_day = bool(re.search(r"[yd]", plain)) or (not has_hour and "m" in plain)
    if has_day:
        return DATETIME if has_hour else DATE
    return TIME if has_hour else None
