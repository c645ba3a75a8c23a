"""Which character set a file's text is in: declared and true, or certain, or asked for; never guessed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from surveys.core.charsets import SETS, codec_of
from surveys.core.findings import Finding, Severity
from surveys.core.problems import Choice, Refused, refuse
from surveys.core.reading.plausible import NARROW, WIDE, plausibility, western
from surveys.core.reading.samples import sampled, samples_of
from surveys.core.reading.undecodable import bytes_kept, kept, marked
from surveys.core.said import both, say

SINGLE_BYTE = {"cp1252", "latin-1", "iso8859-1", "iso8859-15", "cp1251", "ascii", "mac-roman", *NARROW}
_SEEMS, _CLEARLY = 1.2, 0.5  # a plausibility that makes doubt, and by how much it is to be above another
_WESTERN = 0.8  # share of characters that stand where western writing has them
_MOST = 0.9  # share of texts that decode where a set is taken without being declared
_HALF = 0.5  # the same of a declared set, and of one that is offered


@dataclass(frozen=True)
class Decision:
    """The character set to decode with (a Python name), what to call it, and what to say about it."""

    codec: str
    name: str
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class _Telling:
    """The texts that tell: not ASCII."""

    labels: list[bytes]
    cells: list[bytes]

    @property
    def all(self) -> list[bytes]:
        return self.labels + self.cells


def decide(
    labels: Sequence[bytes],
    cells: Sequence[bytes] = (),
    *,
    asked: str = "",
    declared: str = "",
    utf8_is_expected: bool = False,
) -> Decision:
    """The character set of names, labels and cells: the one asked for, declared or certain.

    Refuses, with the sets that fit as choices and three samples each, when most of the text is not what is
    declared, when a declared single-byte set looks wrong, or when nothing is declared and it is not clear.
    A few bytes that do not decode are no reason: they are kept and told of.
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
    if codec and _share(telling.all, codec) >= _HALF and not _is_doubtful(telling.all, codec):
        return Decision(codec, declared)
    if declared:
        why = say(
            "The file says that its text is {declared}, but {why}",
            declared=declared,
            why=_why(telling, codec),
        )
        raise _ask(telling, why, codec and declared)
    if utf8_is_expected and _share(telling.all, "utf-8") >= _MOST:
        return Decision("utf-8", "UTF-8")
    if not _is_western(telling.all):
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
    if not _makes_sense(telling.all, codec):
        raise _ask(
            telling,
            say("The text of the file is not {asked}: hardly any of it can be decoded.", asked=asked),
        )
    return Decision(codec, asked)


def _why(telling: _Telling, codec: str) -> str:
    if not codec:
        return say("no such character set is known here.")
    if _share(telling.all, codec) < _HALF:
        return say("most of it cannot be decoded so.")
    return say("it looks like another one.")


def _presumed() -> Finding:
    text = (
        "The file does not say which character set its text is in; it was read as windows-1252. "
        "If labels look wrong, import it again and name its character set (the field “Encoding” of the "
        "upload page, --encoding of the command)."
    )
    return Finding(Severity.WARNING, "encoding_presumed", text)


def decoded(text: bytes, codec: str) -> str:
    """The text; bytes that are no character in this set are kept as ``\\xNN``.

    A UTF-8 text that fills its field may have been cut inside its last character by the program that
    wrote it: the broken rest is dropped (:func:`is_cut` tells).
    """
    return kept(_without_cut(text, codec), codec)


def undecodable(text: bytes, codec: str) -> int:
    """How many bytes of the text are no character in this set."""
    return 0 if text.isascii() else bytes_kept(marked(_without_cut(text, codec), codec))


def is_cut(text: bytes, codec: str) -> bool:
    """Whether a UTF-8 text ends inside a character; one stray byte behind plain letters is none."""
    return len(_without_cut(text, codec)) < len(text)


def _without_cut(text: bytes, codec: str) -> bytes:
    if codec != "utf-8" or text.isascii():
        return text
    try:
        text.decode(codec)
    except UnicodeDecodeError as error:
        whole, rest = text[: error.start], text[error.start :]
        if error.reason == "unexpected end of data" and whole and (len(rest) > 1 or not whole.isascii()):
            return whole
    return text


def _share(telling: Sequence[bytes], codec: str) -> float:
    """How many of the texts decode whole, 0 to 1."""
    return sum(not undecodable(text, codec) for text in telling) / len(telling)


def _makes_sense(telling: Sequence[bytes], codec: str) -> bool:
    """Whether a set that somebody chose reads any of the texts, or all but some bytes of them."""
    if not telling or any(not undecodable(text, codec) for text in telling):
        return True
    return sum(undecodable(text, codec) for text in telling) < _HALF * sum(map(len, telling))


def _is_doubtful(telling: Sequence[bytes], codec: str) -> bool:
    """A single-byte set decodes anything; doubt it when the bytes are of a wider one by their look."""
    if codec not in SINGLE_BYTE:
        return False
    wider = max(plausibility(telling, one) for one in ("utf-8", *WIDE))
    return wider >= _SEEMS and wider >= plausibility(telling, codec) + _CLEARLY


def _is_western(telling: Sequence[bytes]) -> bool:
    """Whether the text is clearly windows-1252: words and marks, and no better writing in another set."""
    if _share(telling, "cp1252") < _MOST or western(telling) < _WESTERN or _share(telling, "utf-8") == 1:
        return False
    if any(plausibility(telling, one) >= _SEEMS for one in WIDE):
        return False
    least = plausibility(telling, "cp1252") + _CLEARLY
    return all(plausibility(telling, one) < least for one in NARROW)


def clear_set(texts: Sequence[bytes], suspected: str = "") -> str:
    """The name of the one set that texts are in of which nothing is declared; "" where there is doubt.

    Clear are western text, and writing in two-byte characters that is far likelier than any other.  A set
    that is ``suspected``, for other texts of the same source are in it, is clear where it reads all and no
    other is far likelier.
    """
    telling = [text for text in texts if not text.isascii()]
    known = codec_of(suspected)
    ranked = sorted(((plausibility(telling, codec_of(name)), name) for name in SETS), reverse=True)
    (best, name), (second, _) = ranked[:2]
    if known and _share(telling, known) == 1 and best < plausibility(telling, known) + _CLEARLY:
        return suspected
    if _is_western(telling):
        return "windows-1252"
    is_clear = codec_of(name) in WIDE and best >= _SEEMS and best >= second + _CLEARLY
    return name if is_clear and _share(telling, codec_of(name)) == 1 else ""


def is_mostly(texts: Sequence[bytes], codec: str) -> bool:
    """Whether at least half of the texts decode."""
    telling = [text for text in texts if not text.isascii()]
    return not telling or _share(telling, codec) >= _HALF


def choices_of(
    labels: Sequence[bytes], cells: Sequence[bytes] = (), declared: str = ""
) -> tuple[Choice, ...]:
    """The sets that texts beyond ASCII may be in, the likeliest first, and how three of them read in each."""
    telling = [text for text in (*labels, *cells) if not text.isascii()]
    texts = sampled(labels, cells)
    return tuple(
        Choice(name, *(samples_of(some, codec_of(name)) for some in texts))
        for name in (_fitting(telling, declared) if telling else ())
    )


def fitting_said(choices: Sequence[Choice]) -> str:
    """The choices by their names, as a sentence."""
    return say("Sets that fit, the likeliest first: {sets}.", sets=[choice.answer for choice in choices])


def how_to_name(example: str = "gb18030") -> str:
    """What to do next: for a page and for a command alike.  ``example`` must fit, where it is known."""
    return say(
        "Name its character set (the field “Encoding” of the upload page, --encoding of the command), "
        "for example {example}.",
        example=example,
    )


def _ask(telling: _Telling, why: str, declared: str = "") -> Refused:
    """A refusal that offers the sets that fit, the likeliest first, and how the text reads in each."""
    choices = choices_of(telling.labels, telling.cells, declared)
    return refuse(
        "unknown_encoding",
        both(why, fitting_said(choices)),
        where=say("character set"),
        hint=how_to_name(choices[0].answer),
        choices=choices,
    )


def _fitting(telling: Sequence[bytes], declared: str) -> list[str]:
    """The sets of the list that read at least half of the texts, and the declared one if it reads any."""
    fitting = [name for name in SETS if _share(telling, codec_of(name)) >= _HALF]
    known = {codec_of(name) for name in fitting}
    if declared and codec_of(declared) not in known and _makes_sense(telling, codec_of(declared)):
        fitting.append(declared)
    return sorted(fitting, key=lambda name: -plausibility(telling, codec_of(name)))
