"""Text in units of two bytes or four: by its mark, or plainly so without one."""

from __future__ import annotations

from surveys.core.charsets import codec_of

MARKS = ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_MOST_ODD = 0.02  # share of characters that no text has
_LEAST_ASCII, _SHARE_ASCII = 8, 0.05  # letters of ASCII: names and what parts fields; and their share
_LOOKED_AT = 64 << 10  # bytes, an even number


def is_wide(charset: str) -> bool:
    """Whether a set that somebody named is UTF-16 or UTF-32 in any order."""
    return codec_of(charset).startswith(("utf-16", "utf-32"))


def codec_without_mark(data: bytes) -> str:
    """``utf-16-le`` or ``utf-16-be`` where bytes without a mark are lines of text in it; else ""."""
    head = data[:_LOOKED_AT]
    if b"\0" not in head:
        return ""
    return next((codec for _, codec in MARKS if _reads(head, codec)), "")


def _reads(head: bytes, codec: str) -> bool:
    text = head[: len(head) // 2 * 2].decode(codec, "replace").removesuffix("\ufffd")  # cut in a pair
    odd = sum(not letter.isprintable() and letter not in "\t\r\n" for letter in text)
    plain = sum(letter.isascii() for letter in text)
    is_text = "\n" in text and "\ufffd" not in text and odd <= _MOST_ODD * len(text)
    return is_text and plain >= max(_LEAST_ASCII, _SHARE_ASCII * len(text))


def without_mark(data: bytes, codec: str) -> bytes:
    """The bytes behind the mark of an order that is named; ``utf-16`` looks at its mark itself."""
    return next((data.removeprefix(mark) for mark, one in MARKS if codec == one), data)
