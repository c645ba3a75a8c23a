"""DDI-Codebook XML taken in safely: no entities, no DTD read, bounded; only what describes variables is kept.

The namespace is never looked at, for real files name an older one, a newer one or none.  Of the whole
document only ``fileDscr``, ``varGrp`` and ``var`` become elements; everything else is counted and let go.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element, ParseError, TreeBuilder, XMLParser
from xml.parsers import expat

from surveys.core.problems import Refused, refuse
from surveys.core.said import say

MOST_BYTES = 256 << 20
MOST_DEPTH = 60
MOST_ELEMENTS = 4_000_000  # within what is kept
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_SLICE = 1 << 16  # letters of the part before the root that are looked at in one go
_KEPT = ("fileDscr", "varGrp", "var")
_DECLARED = re.compile(r"^\s*<\?xml[^>]*?encoding\s*=\s*[\"']([A-Za-z0-9._-]+)[\"']")
# Else a name that only a definition elsewhere could explain is left out of attributes without a word.
_ALONE = '<?xml version="1.0" standalone="yes"?>\n'
_DECLARATION = re.compile(r"^\s*<\?xml.*?\?>", re.DOTALL)


@dataclass
class DdiDocument:
    """What of a document is about variables; tags are without their namespace."""

    version: str = ""
    language: str = ""  # of the root, "" when it names none
    files: list[Element] = field(default_factory=list)
    groups: list[Element] = field(default_factory=list)
    variables: list[Element] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)  # sections that hold no variables


def looks_like_xml(head: bytes) -> bool:
    """Whether a file's beginning is that of an XML document, in UTF-8 or UTF-16."""
    plain = head.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    return plain.startswith((b"<?xml", b"<codeBook", b"<!DOCTYPE", b"<!--")) or b"<codeBook" in plain[:2000]


def parse_ddi(data: bytes) -> DdiDocument:
    """Reads a DDI-Codebook document.

    Refuses what is no XML, no codebook, larger or deeper than any honest one, or has definitions in its
    document type.  One that only names definitions elsewhere is taken: they are never fetched.
    """
    if len(data) > MOST_BYTES:
        told = say("The DDI is larger than {most} MB.", most=MOST_BYTES >> 20)
        raise refuse("too_large", told, hint="Split it by file.")
    text = _text(data)
    _refuse_definitions(text)
    target = _Sieve()
    parser = XMLParser(target=target)
    try:
        parser.feed(_ALONE)
        parser.feed(text)
        parser.close()
    except ParseError as error:
        raise _not_well_formed(error) from None
    if not target.is_codebook:
        raise refuse(
            "not_ddi",
            "The XML is not a DDI codebook: it has no element codeBook.",
            hint="DDI-Codebook 1.2.2 to 2.6 is read here; a DDI-Lifecycle file must be converted first.",
        )
    return target.document


def _not_well_formed(error: ParseError) -> Refused:
    place = {"line": error.position[0] - _ALONE.count("\n"), "column": error.position[1] + 1}
    if error.code == expat.errors.codes[expat.errors.XML_ERROR_UNDEFINED_ENTITY]:
        return refuse(
            "unreadable_ddi",
            say("The DDI names a text (&…;) that it does not hold (line {line}, column {column}).", **place),
            hint="Export it again with its texts written out, or write that one out.",
        )
    return refuse(
        "unreadable_ddi",
        say("The DDI is not well-formed XML (line {line}, column {column}).", **place),
        hint="Export it again from the program it comes from, or mend it there.",
    )


def _text(data: bytes) -> str:
    """The document as text without its declaration, whatever its encoding."""
    for mark, codec in ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if data.startswith(mark):
            return _decoded(data[len(mark) :], codec)
    for start, codec in ((b"<\0", "utf-16-le"), (b"\0<", "utf-16-be")):
        if data.startswith(start):
            return _decoded(data, codec)
    declared = _DECLARED.match(data[:200].decode("latin-1"))
    name = declared[1].lower() if declared else "utf-8"
    return _decoded(data, "utf-8" if name.startswith("utf-16") else name)  # a program changed the bytes only


def _decoded(data: bytes, codec: str) -> str:
    try:
        text = data.decode(codec)
    except (LookupError, UnicodeDecodeError):
        raise refuse(
            "unknown_encoding",
            say("The DDI says or seems to be {codec}, but it cannot be decoded so.", codec=codec),
            hint="Save it as UTF-8, then give it again.",
        ) from None
    return _DECLARATION.sub("", text, count=1)


def _refuse_definitions(text: str) -> None:
    """Refuses a document type with definitions in it, before anything is read that could use one.

    What is not well-formed here is told of when the document is read.
    """
    parser = expat.ParserCreate()
    seen: list[str] = []
    parser.StartElementHandler = lambda name, _: seen.append(name)
    parser.StartDoctypeDeclHandler = _on_document_type
    for start in range(0, len(text), _SLICE):
        try:
            parser.Parse(text[start : start + _SLICE], start + _SLICE >= len(text))
        except expat.ExpatError:
            return
        if seen:  # a document type stands before the root
            return


def _on_document_type(name: str, system: str | None, public: str | None, has_definitions: int) -> None:
    if has_definitions:
        raise refuse(
            "document_type",
            "The DDI has definitions of its own in its document type (DOCTYPE); they are not followed here.",
            hint="Delete the part that begins with <!DOCTYPE, or export the codebook again without it.",
        )


class _Sieve:
    """The parser's target: builds elements inside what is kept, counts the rest."""

    def __init__(self) -> None:
        self.document = DdiDocument()
        self.is_codebook = False
        self.depth = self.elements = 0
        self.builder: TreeBuilder | None = None
        self.kept_at = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        self.elements += 1
        name = tag.rsplit("}", 1)[-1]
        if self.depth > MOST_DEPTH or self.elements > MOST_ELEMENTS:
            raise refuse(
                "too_large", "The DDI is deeper or longer than can be read.", hint="Split it by file."
            )
        if name == "codeBook" and not self.is_codebook:
            self.is_codebook = True
            self.document.version = attributes.get("version", "")
            self.document.language = language_of(attributes)
        elif self.builder is None and name in _KEPT and self.is_codebook:
            self.builder, self.kept_at = TreeBuilder(), self.depth
        elif self.builder is None and self.depth == 2:
            self.document.left_out[name] += name not in ("dataDscr",)
        if self.builder is not None:
            self.builder.start(name, attributes)

    def data(self, text: str) -> None:
        if self.builder is not None:
            self.builder.data(text)

    def end(self, tag: str) -> None:
        name = tag.rsplit("}", 1)[-1]
        if self.builder is not None:
            self.builder.end(name)
            if self.depth == self.kept_at:
                kept = {"fileDscr": self.document.files, "varGrp": self.document.groups}
                kept.get(name, self.document.variables).append(self.builder.close())
                self.builder = None
        self.depth -= 1

    def close(self) -> None:
        """Nothing is left to do: every kept element was closed."""


def language_of(attributes: dict[str, str]) -> str:
    """The language that an element names, in either spelling DDI has known; "" when it names none."""
    named = attributes.get(LANG) or attributes.get("xml-lang") or ""
    return named.strip().replace("_", "-").lower() if named.strip().lower() != "und" else "und"


def text_of(element: Element) -> str:
    """All text inside an element; lines that a writer of XML broke are joined, paragraphs stay apart."""
    pieces = []
    for piece in element.iter():
        if piece.tag in ("p", "br", "div", "itm") and piece is not element:
            pieces.append("\n\n")
        pieces += [piece.text or "", "" if piece is element else piece.tail or ""]
    paragraphs = re.split(r"\n[ \t\r]*\n", "".join(pieces).replace("\r\n", "\n"))
    return "\n".join(filter(None, (" ".join(part.split()) for part in paragraphs)))
