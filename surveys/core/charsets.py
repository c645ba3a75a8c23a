"""Character sets by the names that people know them under."""

from __future__ import annotations

import codecs

SETS = (  # those that are offered; of two that look alike the first comes first
    "utf-8", "gb18030", "big5", "shift_jis", "euc-kr", "windows-1252", "iso-8859-1", "windows-1250",
    "windows-1251", "windows-1253", "windows-1254", "macintosh",
)  # fmt: skip
IN_DOUBT = "unknown_codebook_encoding"  # the problem of a sheet beside the data whose set is in doubt
KNOWN_AS = {"gb18030": "GBK, GB 2312", "macintosh": "Mac Roman"}  # what people may look for
_ALIASES = {  # what programs write under these names is the larger set
    "windows-936": "gb18030", "cp936": "gb18030", "gbk": "gb18030", "gb2312": "gb18030",
    "shift-jis": "cp932", "sjis": "cp932", "euc-kr": "cp949",
}  # fmt: skip


def codec_of(name: str) -> str:
    """Python's name for a character set; '' when Python does not know it."""
    plain = name.strip().lower().replace("_", "-")
    try:
        found = codecs.lookup(_ALIASES.get(plain, plain)).name
        bytes(4).decode(found)  # some codecs are of no character set, which no empty text tells
    except (LookupError, ValueError):
        return ""
    return found
