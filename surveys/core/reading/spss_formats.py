"""What SPSS display formats are called, and which of them show a date, a moment or a length of time."""

from __future__ import annotations

from surveys.core.reading.raw import SECONDS_1582, Calendar

_FORMATS = {
    1: "A", 2: "AHEX", 3: "COMMA", 4: "DOLLAR", 5: "F", 6: "IB", 7: "PIBHEX", 8: "P", 9: "PIB", 10: "PK",
    11: "RB", 12: "RBHEX", 15: "Z", 16: "N", 17: "E", 20: "DATE", 21: "TIME", 22: "DATETIME", 23: "ADATE",
    24: "JDATE", 25: "DTIME", 26: "WKDAY", 27: "MONTH", 28: "MOYR", 29: "QYR", 30: "WKYR", 31: "PCT",
    32: "DOT", 33: "CCA", 34: "CCB", 35: "CCC", 36: "CCD", 37: "CCE", 38: "EDATE", 39: "SDATE",
    40: "MTIME", 41: "YMDHMS",
}  # fmt: skip
_DATES = {20, 23, 24, 28, 29, 30, 38, 39}
_DATETIMES = {22, 41}
_TIMES = {21, 25, 40}


def calendar_of(kind: int) -> Calendar | None:
    """The calendar of a numeric format by its number; None for every other one."""
    if kind not in _DATES | _DATETIMES | _TIMES:
        return None
    temporal = "date" if kind in _DATES else "datetime" if kind in _DATETIMES else "time"
    return Calendar(temporal, 1.0, 0.0 if temporal == "time" else SECONDS_1582)


def format_name(kind: int, width: int, decimals: int, *, is_text: bool) -> str:
    """``F8.2``, ``DATE11``, ``A6``; a format without a name here is shown as the plainest of its type."""
    if is_text:
        return f"{_FORMATS.get(kind, 'A')}{width}"
    return f"{_FORMATS.get(kind, 'F')}{width}" + (f".{decimals}" if decimals or kind == 5 else "")
