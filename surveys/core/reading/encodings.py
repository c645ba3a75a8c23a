"""Which character set a file's text is in: declared and true, or certain, or asked for; never guessed."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from surveys.core.findings import Finding, Severity
from surveys.core.problems import Refused, refuse
from surveys.core.said import both, say

LADDER = ("utf-8", "gb18030", "cp1252")
SINGLE_BYTE = {"cp1252", "latin-1", "iso8859-1", "iso8859-15", "cp1250", "cp1251", "ascii"}
_SAMPLES = 3
_HIGH_RUN = re.compile(rb"[\x80-\xff]+")


@dataclass(frozen=True)
class Decision:
    """The character set to decode with (a Python name), what to call it, and what to say about it."""

    codec: str
    name: str
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class _Telling:
    """The texts that tell: not ASCII.  Samples are shown of labels only, never of respondents' cells."""

    labels: list[bytes]
    cells: list[bytes]

    @property
    def all(self) -> list[bytes]:
        return self.labels + self.cells


def codec_of(name: str) -> str:
    """Python's name for a character set; '' when Python does not know it."""
    alias = {"windows-936": "gb18030", "cp936": "gb18030", "gbk": "gb18030", "gb2312": "gb18030"}
    plain = name.strip().lower().replace("_", "-")
    try:
        return codecs.lookup(alias.get(plain, plain)).name
    except (LookupError, ValueError):
        return ""


def decide(
    labels: Sequence[bytes],
    cells: Sequence[bytes] = (),
    *,
    asked: str = "",
    declared: str = "",
    utf8_is_expected: bool = False,
) -> Decision:
    """The character set of names, labels and cells: the one asked for, declared or certain.

    Refuses, with the candidates and three samples each, when what is declared does not decode, when a
    declared single-byte set looks wrong, or when nothing is declared and more than one set fits.
    ``utf8_is_expected`` is for formats whose undeclared text is commonly UTF-8 (delimited files).
    """
    telling = _Telling(
        [text for text in labels if not text.isascii()], [text for text in cells if not text.isascii()]
    )
    if asked:
        return _asked(asked, telling)
    codec = codec_of(declared) if declared else ""
    if not telling.all:
        return Decision(codec or "utf-8", declared or "UTF-8")
    if codec and _decodes(telling.all, codec) and not _is_doubtful(telling.all, codec):
        return Decision(codec, declared)
    if declared:
        raise _ask(
            telling,
            say(
                "The file says that its text is {declared}, but {why}",
                declared=declared,
                why=_why(telling, codec),
            ),
        )
    if utf8_is_expected and _decodes(telling.all, "utf-8"):
        return Decision("utf-8", "UTF-8")
    if _decodes(telling.all, "utf-8") or looks_chinese(telling.all) or not _looks_western(telling.all):
        raise _ask(telling, "The file does not say which character set its text is in.")
    return Decision("cp1252", "windows-1252", (_presumed(),))


def _asked(asked: str, telling: _Telling) -> Decision:
    codec = codec_of(asked)
    if not codec:
        raise refuse(
            "unknown_encoding",
            say("There is no character set called {asked}.", asked=asked),
            hint=how_to_name(),
        )
    if not _decodes(telling.all, codec):
        raise _ask(
            telling, say("The text of the file is not {asked}: some of it cannot be decoded.", asked=asked)
        )
    return Decision(codec, asked)


def _why(telling: _Telling, codec: str) -> str:
    if not codec:
        return say("no such character set is known here.")
    if not _decodes(telling.all, codec):
        return say("some of it cannot be decoded so.")
    return say("it looks like another one.")


def _presumed() -> Finding:
    text = (
        "The file does not say which character set its text is in; it was read as windows-1252. "
        "If labels look wrong, import it again and name its character set (the field “Encoding” of the "
        "upload page, --encoding of the command)."
    )
    return Finding(Severity.WARNING, "encoding_presumed", text)


def _decodes(texts: Iterable[bytes], codec: str) -> bool:
    return all(decoded(text, codec) is not None for text in texts)


def decoded(text: bytes, codec: str) -> str | None:
    """The text, or None when it is not in this character set.

    A UTF-8 text that fills its field may have been cut inside its last character by the program that
    wrote it: the broken rest is dropped (:func:`is_cut` tells).
    """
    try:
        return text.decode(codec)
    except UnicodeDecodeError as error:
        if codec == "utf-8" and error.reason == "unexpected end of data" and error.start > 0:
            return text[: error.start].decode(codec)
        return None
    except UnicodeError:
        return None


def is_cut(text: bytes, codec: str) -> bool:
    """Whether a UTF-8 text ends inside a character."""
    if codec != "utf-8" or text.isascii():
        return False
    try:
        text.decode(codec)
    except UnicodeDecodeError as error:
        return error.reason == "unexpected end of data"
    return False


def _is_doubtful(telling: Sequence[bytes], codec: str) -> bool:
    """A single-byte set decodes anything; doubt it when the bytes are Chinese or UTF-8 by their shape."""
    if codec not in SINGLE_BYTE:
        return False
    return looks_chinese(telling) or (_decodes(telling, "utf-8") and not _looks_western(telling))


def looks_chinese(telling: Sequence[bytes]) -> bool:
    """Whether nearly all high bytes come in pairs of GB 2312's zone, and do not make western words."""
    runs = [run for text in telling for run in _HIGH_RUN.findall(text)]
    paired = [run for run in runs if len(run) % 2 == 0 and _in_gb_zone(run)]
    is_paired = len(runs) > 0 and len(paired) >= 0.9 * len(runs)
    return is_paired and _decodes(telling, "gb18030") and not _looks_western(telling)


def _in_gb_zone(run: bytes) -> bool:
    pairs = zip(run[::2], run[1::2], strict=True)
    return all((0xA1 <= a <= 0xA9 or 0xB0 <= a <= 0xF7) and b >= 0xA1 for a, b in pairs)


def _looks_western(telling: Sequence[bytes]) -> bool:
    """Whether the text makes words in windows-1252: high bytes alone, or small letters side by side.

    Chinese bytes read so give capitals and signs: the common characters' first bytes are 0xB0 to 0xD7.
    """
    if not _decodes(telling, "cp1252"):
        return False
    runs = [run.decode("cp1252") for text in telling for run in _HIGH_RUN.findall(text)]
    fitting: int = sum(len(run) == 1 or run.islower() for run in runs)
    return fitting >= 0.8 * len(runs)


def how_to_name(example: str = "gb18030") -> str:
    """What to do next: for a page and for a command alike.  ``example`` must fit, where it is known."""
    return say(
        "Name its character set (the field “Encoding” of the upload page, --encoding of the command), "
        "for example {example}.",
        example=example or "shift_jis",
    )


def _ask(telling: _Telling, why: str) -> Refused:
    """A refusal that names the sets that fit, and shows how labels look in each where any label tells."""
    fitting = [codec for codec in LADDER if _decodes(telling.all, codec)]
    if not fitting:
        told = say("None of {sets} fits either.", sets=LADDER)
    elif not telling.labels:
        told = say("Sets that fit: {sets}.", sets=fitting)
    else:
        told = say(
            "Sets that fit, and how labels read in them: {sets}.",
            sets="; ".join(_sample(telling, codec) for codec in fitting),
        )
    example = how_to_name("gb18030" if "gb18030" in fitting else "".join(fitting[:1]))
    return refuse("unknown_encoding", both(why, told), where=say("character set"), hint=example)


def _sample(telling: _Telling, codec: str) -> str:
    samples = [decoded(text, codec) or "" for text in telling.labels[:_SAMPLES]]
    return " ".join([codec, *(f"“{sample[:40]}”" for sample in samples)])
