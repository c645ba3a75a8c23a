"""Bytes that are no character in their set: kept in the text as ``\\xNN`` and counted, never dropped."""

from __future__ import annotations

import codecs
import re
from collections.abc import Sequence

from surveys.core.findings import Finding, Severity
from surveys.core.said import say

_KEPT = "keep_bytes"
_LONE = 0xDC00  # a byte that is no character stands as this and its value, as no decoded text has it
_KEPT_BYTE = re.compile("[\udc00-\udcff]")
_NOTHING = {  # single bytes that cp932 passes on without having a character for them
    ord(bytes([byte]).decode("cp932")): _LONE + byte for byte in (0x80, 0xA0, 0xFD, 0xFE, 0xFF)
}
_MEANT = re.compile(r"\\(?=x[0-9a-f]{2})")


def _keep(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    broken = error.object[error.start : error.end]
    return "".join(chr(_LONE + byte) for byte in broken), error.end


codecs.register_error(_KEPT, _keep)


def marked(raw: bytes, codec: str) -> str:
    """The text, each byte that is no character as a mark that :func:`shown` writes out."""
    try:
        text = raw.decode(codec, _KEPT)
        return text.translate(_NOTHING) if codec == "cp932" else text
    except UnicodeError:  # a codec that keeps to its own ways with errors
        return raw.decode("ascii", _KEPT)


def marked_whole(raw: bytes, codec: str) -> tuple[str, int]:
    """A long text and how many bytes of it are no characters; quick where none are."""
    try:
        if codec != "cp932":
            return raw.decode(codec), 0
    except UnicodeError:
        pass
    text = marked(raw, codec)
    return text, bytes_kept(text)


def bytes_kept(text: str) -> int:
    """How many bytes of a marked text are no characters."""
    return 0 if text.isascii() else len(_KEPT_BYTE.findall(text))


def shown(text: str) -> str:
    r"""A marked text as it is kept: ``caf\xe9``.

    In such a text a backslash that stood before an ``x`` and two digits is ``\x5c``, so that the bytes can be
    had back: each ``\xNN`` is a byte, all else is encoded.
    """
    if not bytes_kept(text):
        return text
    return _KEPT_BYTE.sub(lambda found: f"\\x{ord(found[0]) - _LONE:02x}", _MEANT.sub(r"\\x5c", text))


def kept(raw: bytes, codec: str) -> str:
    """The text with what is no character in it written out."""
    return shown(marked(raw, codec))


def in_cells(variable: str, charset: str, rows: int, first: Sequence[int], count: int) -> Finding:
    """What is said of a column: how many rows, which are the first, how many bytes; never the text."""
    text = say(
        "Rows whose text holds bytes that are not {charset}: {rows:,} (first: {first}); bytes: {count:,}. "
        "Each is kept as \\xNN. Mend them at their source, or import again with another character set.",
        charset=charset,
        rows=rows,
        first=first,
        count=count,
    )
    return Finding(Severity.WARNING, "undecodable_text", text, variable)


def in_labels(variable: str, charset: str, count: int) -> Finding:
    """What is said of a variable's own texts, or of the file's where there is no variable."""
    text = say(
        "Its name, labels or codes hold bytes that are not {charset}: {count:,}. Each is kept as \\xNN."
        if variable
        else "The file's own label, notes or sets hold bytes that are not {charset}: {count:,}. "
        "Each is kept as \\xNN.",
        charset=charset,
        count=count,
    )
    return Finding(Severity.WARNING, "undecodable_label", text, variable)
