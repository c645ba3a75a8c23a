"""The text of a codebook sheet: by its mark, as UTF-8, as somebody said, or in the one set that is clear.

A spreadsheet program of Chinese Windows writes GBK.  A sheet's labels are seen by whoever gives it, so a set
that is clear is taken and told of; in doubt there is a question.
"""

from __future__ import annotations

from dataclasses import dataclass

from surveys.core.charsets import IN_DOUBT, codec_of
from surveys.core.findings import Finding, Severity
from surveys.core.problems import Choice, Refused, refuse
from surveys.core.reading.delimited import telling_fields
from surveys.core.reading.encodings import choices_of, clear_set, fitting_said, is_mostly
from surveys.core.reading.utf16 import MARKS, codec_without_mark, without_mark
from surveys.core.said import both, say

_UTF8 = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class Named:
    """What somebody said: the set that the sheet is ``asked`` to be in, and the one ``of_data`` beside it."""

    asked: str = ""
    of_data: str = ""


NOTHING = Named()


@dataclass(frozen=True)
class SheetText:
    """A sheet's text, and what is to be said of its character set."""

    text: str
    findings: tuple[Finding, ...] = ()


def text_of(data: bytes, named: Named = NOTHING) -> SheetText:
    """The text of a sheet.

    Refuses one that cannot be decoded, and one in doubt, with the sets that read it all as choices.
    """
    if data.startswith(_UTF8):
        return SheetText(_decoded(data.removeprefix(_UTF8), "utf-8"))
    for mark, codec in MARKS:
        if data.startswith(mark):
            return SheetText(_decoded(data.removeprefix(mark), codec))
    if named.asked:
        return SheetText(_as_asked(data, named.asked))
    if codec := codec_without_mark(data):
        return SheetText(_decoded(data, codec), (_presumed(codec),))
    headings, cells = telling_fields(data)
    texts = headings + cells
    if is_mostly(texts, "utf-8"):
        return SheetText(_decoded(data, "utf-8"))
    name = clear_set(texts, named.of_data)
    if not name or not _reads(data, name):
        raise _ask(data, say("The codebook sheet does not say which character set its text is in."))
    return SheetText(_decoded(data, codec_of(name)), (_presumed(name),))


def _as_asked(data: bytes, asked: str) -> str:
    codec = codec_of(asked)
    if not codec:
        raise _ask(data, say("There is no character set called {asked}.", asked=asked))
    if not _reads(data, asked):
        raise _ask(data, say("The text of the codebook sheet is not {asked}.", asked=asked))
    return without_mark(data, codec).decode(codec)


def _reads(data: bytes, name: str) -> bool:
    try:
        data.decode(codec_of(name))
    except UnicodeError:
        return False
    return True


def _decoded(data: bytes, codec: str) -> str:
    try:
        return data.decode(codec)
    except UnicodeDecodeError as error:
        line = data[: error.start].decode(codec, "replace").count("\n") + 1
        raise refuse(
            "unreadable_sheet",
            "Some of the codebook sheet cannot be decoded, or it ends inside a character.",
            where=say("codebook sheet, line {line}", line=line),
            hint="Save the codebook sheet as UTF-8, then import again.",
        ) from error


def _presumed(name: str) -> Finding:
    text = say(
        "The codebook sheet does not say which character set its text is in; it was read as {charset}. If "
        "labels look wrong, save the sheet as UTF-8, or name its character set (--codebook-encoding of the "
        "command), and give it again.",
        charset=name,
    )
    return Finding(Severity.WARNING, "sheet_encoding_presumed", text)


def _ask(data: bytes, why: str) -> Refused:
    """A refusal with the sets that read the whole sheet, or with any that read most of it."""
    headings, cells = telling_fields(data)
    offered = choices_of(headings + cells)
    choices: tuple[Choice, ...] = tuple(one for one in offered if _reads(data, one.answer)) or offered
    return refuse(
        IN_DOUBT,
        both(why, fitting_said(choices) if choices else ""),
        where=say("codebook sheet"),
        hint=_how_to_name(choices[0].answer if choices else "gb18030"),
        choices=choices,
    )


def _how_to_name(example: str) -> str:
    return say(
        "Name its character set (--codebook-encoding of the command), for example {example}, or save the "
        "codebook sheet as UTF-8.",
        example=example,
    )
