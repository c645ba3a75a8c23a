"""What SAS display formats say of a number: a day, a moment, a length of time, or only how it is shown.

SAS counts days and seconds from 1 January 1960.  A format that shows a part of a date (its month, its
quarter) is still laid on a whole date.  Names: "Formats by Category" of the SAS language reference.
"""

from __future__ import annotations

import re

from surveys.core.reading.raw import SECONDS_1960, Calendar

_DAYS = (
    "DATE|DAY|DDMMYY[BCDNPS]?|DOWNAME|JULDAY|JULIAN|MMDDYY[BCDNPS]?|MMYY[CDNPS]?|MONNAME|MONTH|MONYY|NENGO|MINGUO|"
    "PDJULG|PDJULI|QTR|QTRR|WEEKDATE|WEEKDATX|WEEKDAY|WEEK[UVW]|WORDDATE|WORDDATX|YEAR|YYMM[CDNPS]?|YYMMDD[BCDNPS]?|"
    "YYMON|YYQ[CDNPSZ]?|YYQR[CDNPS]?|YYWEEK[UVW]|YYQZ|HDATE|HEBDATE|[EB]8601DA|IS8601DA|NLDATE[A-Z]*|"
    "(?:[A-Z]{3})DF(?:DD|DE|DN|MN|MY|WDX|WKX)"
)
_MOMENTS = (
    "DATETIME|DATEAMPM|MDYAMPM|DTDATE|DTMONYY|DTWKDATX|DTYEAR|DTYYQC|[EB]8601D[NTXZ]|[EB]8601LX|IS8601D[NT]|"
    "NLDATM[A-Z]*|(?:[A-Z]{3})DFDT"
)
_LENGTHS = "TIME|TIMEAMPM|TOD|HHMM|HOUR|MMSS|[EB]8601T[MXZ]|[EB]8601LZ|IS8601T[MZ]|NLTIM[A-Z]*"
_KINDS = (
    (re.compile(_MOMENTS), Calendar("datetime", 1.0, SECONDS_1960)),
    (re.compile(_LENGTHS), Calendar("time")),
    (re.compile(_DAYS), Calendar("date", 86_400.0, SECONDS_1960)),
)
_STANDARD = re.compile(
    "BEST[DX]?|BINARY|BITS|COMMAX?|D|DOLLARX?|E|EUROX?|F|FLOAT|FRACT|HEX|IB|IBR|IEEE|NEGPAREN|NLBEST|NLMN[A-Z]*|"
    "NLNUM[A-Z]*|NLPCT[A-Z]*|NUMX|OCTAL|PCPIB|PD|PERCENTN?|PIB|PIBR|PK|PVALUE|RB|ROMAN|S370F[A-Z]+|SIZEKM?B?|"
    "SIZEKMG|SSN|VAXRB|VMSZN|WORDF|WORDS|YEN|Z|ZD|"
    r"\$(?:ASCII|BASE64X|BINARY|CHAR|CHARZB|EBCDIC|F|HEX|MSGCASE|OCTAL|QUOTE|REVERJ|REVERS|UPCASE|VARYING|W|KATAKANA|"
    "KANJI|N8601[A-Z]+|UTF8X|UCS[24][BL]?X?|UESC|NCR)?"
)


def calendar_of(name: str) -> Calendar | None:
    """The calendar of a format's name (without width and decimals); None for every other number."""
    for pattern, calendar in _KINDS:
        if pattern.fullmatch(name.upper()):
            return calendar
    return None


def format_text(name: bytes, width: int, decimals: int) -> str:
    """``YYMMDD10``, ``TIME20.3``, ``$6``; empty where a variable has no format."""
    word = name.decode("ascii", "replace").strip(" \0")
    if not word and not width:
        return ""
    shown = f"{word}{width}" if width else word
    return f"{shown}.{decimals}" if decimals else shown


def is_own_format(name: str) -> bool:
    """Whether a format (by its name in capitals) is none that comes with SAS, so that it has value labels."""
    return bool(name.strip("$")) and not calendar_of(name) and not _STANDARD.fullmatch(name)
