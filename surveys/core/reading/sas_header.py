"""The head of a SAS data set (.sas7bdat) or catalogue (.sas7bcat): byte order, word size, pages, characters.

SAS has published nothing on these files.  Layout: M. Shotwell, "SAS7BDAT Database Binary Format", and what
open readers have found since; nothing is believed here that does not agree with the size of the file.
"""

from __future__ import annotations

from dataclasses import dataclass

from surveys.core.reading.raw import Bytes, broken
from surveys.core.said import say

START = bytes(12) + bytes.fromhex("c2ea81")  # then 60 for a data set, 63 for a catalogue
_SHORTEST_PAGE, _LONGEST_PAGE = 1024, 1 << 30

_CHARSETS = {
    20: "UTF-8", 28: "US-ASCII", 29: "ISO-8859-1", 30: "ISO-8859-2", 31: "ISO-8859-3", 32: "ISO-8859-4",
    33: "ISO-8859-5", 34: "ISO-8859-6", 35: "ISO-8859-7", 36: "ISO-8859-8", 37: "ISO-8859-9",
    39: "ISO-8859-11", 40: "ISO-8859-15", 41: "cp437", 42: "cp850", 43: "cp852", 44: "cp857", 45: "cp858",
    46: "cp862", 47: "cp864", 48: "cp865", 49: "cp866", 50: "cp869", 51: "cp874", 55: "cp720", 56: "cp737",
    57: "cp775", 58: "cp860", 59: "cp863", 60: "windows-1250", 61: "windows-1251", 62: "windows-1252",
    63: "windows-1253", 64: "windows-1254", 65: "windows-1255", 66: "windows-1256", 67: "windows-1257",
    68: "windows-1258", 118: "cp950", 123: "Big5", 125: "GB18030", 126: "GBK", 134: "EUC-JP", 136: "cp949",
    138: "cp932", 140: "EUC-KR", 141: "cp949", 167: "ISO-2022-JP", 168: "ISO-2022-KR", 205: "GB18030",
    227: "ISO-8859-14", 242: "ISO-8859-13", 248: "Shift_JISX0213",
}  # fmt: skip


@dataclass(frozen=True)
class SasHeader:
    """``order`` is numpy's sign; ``word`` the bytes of an address: 4, or 8 in files of 64-bit systems."""

    order: str
    word: int
    padding: int  # bytes by which the words after the times are moved
    is_catalogue: bool
    encoding: str  # "" where the file names none
    head_size: int
    page_size: int
    pages: int
    release: bytes = b""  # of the program that wrote it, as in 9.0401M3

    @property
    def page_head(self) -> int:
        """Bytes before the pointers of a page."""
        return 40 if self.word == 8 else 24

    @property
    def pointer_size(self) -> int:
        """Bytes of each pointer of a page."""
        return 24 if self.word == 8 else 12

    @property
    def is_aligned(self) -> bool:
        """SAS begins rows at a multiple of eight bytes; Stat/Transfer, which signs as 9.0000M0, does not."""
        return self.release != b"9.0000M0"


def read_header(data: memoryview) -> SasHeader:
    """Refuses a file that is not exactly as long as its head says."""
    cursor = Bytes(data, ">" if len(data) > 37 and data[37] == 0 else "<")
    start = cursor.take(len(START) + 1)
    if start[: len(START)] != START or start[-1] not in (0x60, 0x63):
        raise broken("its head is not that of a SAS file")
    cursor.position = 32
    word = 8 if cursor.number("u1") == 0x33 else 4
    cursor.position = 35
    padding = 4 if cursor.number("u1") == 0x33 else 0
    cursor.position = 196 + padding
    head_size, page_size = cursor.numbers("u4", 2)
    pages = cursor.number(f"u{word}")
    cursor.position = 216 + padding + word - 4
    release = cursor.take(8)
    if not 288 <= head_size <= len(data) or not _SHORTEST_PAGE <= page_size <= _LONGEST_PAGE:
        raise broken("its pages have an impossible size")
    declared = head_size + pages * page_size
    if declared > len(data):
        raise broken(
            say(
                "it was cut: it should hold {declared:,} bytes and holds {size:,}",
                declared=declared,
                size=len(data),
            )
        )
    if declared < len(data):
        raise broken(say("it is longer than the {declared:,} bytes that it should hold", declared=declared))
    is_catalogue, encoding = start[-1] == 0x63, _charset(data[70])
    return SasHeader(
        cursor.order, word, padding, is_catalogue, encoding, head_size, page_size, pages, release
    )


def _charset(code: int) -> str:
    """The name of a character set by its number; a number without a name here is named as such."""
    return _CHARSETS.get(code) or (say("the SAS character set number {code}", code=code) if code else "")
