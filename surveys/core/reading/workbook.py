"""A workbook's parts: its sheets by name, its calendar, its number formats, its shared texts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from surveys.core.problems import near_misses, refuse
from surveys.core.reading.number_formats import temporal
from surveys.core.reading.package import Attributes, Package, bomb
from surveys.core.reading.raw import broken
from surveys.core.said import say

MOST_TEXT = 1 << 20  # characters of one cell; Excel itself takes 32,767
MOST_SHARED = 1 << 29  # characters of all shared texts
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")


@dataclass(frozen=True)
class Sheet:
    name: str
    member: str


class Workbook:
    """An .xlsx file.  ``sheets`` in their order, ``formats`` per cell style: date, datetime, time or None."""

    def __init__(self, path: Path) -> None:
        self.package = Package(path)
        self.member = self._main()
        self.is_1904 = False
        self.sheets = self._sheets()
        if not self.sheets:
            raise _no_workbook()
        parts = dict(self.package.related(self.member).values())
        self.formats = self._formats(parts.get("styles", ""))
        self._shared = parts.get("sharedStrings", "")

    def sheet(self, name: str = "") -> Sheet:
        """The sheet of that name, the first one without a name."""
        for sheet in self.sheets:
            if not name or sheet.name == name:
                return sheet
        names = [sheet.name for sheet in self.sheets]
        raise refuse(
            "unknown_sheet",
            say("The workbook has no sheet {name}; it has {names}.", name=name, names=names[:20]),
            near=near_misses(name, names),
            hint="Name one of them (the field “Sheet” of the upload page, --sheet of the command).",
        )

    def _main(self) -> str:
        names = self.package.names
        if "xl/workbook.bin" in names:
            raise refuse(
                "unknown_format",
                "By its content the file is a binary Excel workbook (.xlsb).",
                hint="Open it in Excel and save it as .xlsx.",
            )
        told = [member for kind, member in self.package.related("").values() if kind == "officeDocument"]
        main = told[0] if told else "xl/workbook.xml"
        if main not in names:
            raise _no_workbook()
        return main

    def _sheets(self) -> list[Sheet]:
        parts = self.package.related(self.member)
        found: list[Sheet] = []

        def start(tag: str, about: Attributes) -> None:
            if tag == "workbookPr":
                self.is_1904 = about.get("date1904", "0") in ("1", "true", "on")
            elif tag == "sheet":
                link = next((text for key, text in about.items() if key.rpartition(":")[2] == "id"), "")
                kind, member = parts.get(link, ("", ""))
                if kind == "worksheet":  # not a sheet of nothing but a chart
                    found.append(Sheet(about.get("name", ""), member))

        self.package.parse(self.member, start)
        if any(sheet.member not in self.package.names for sheet in found):
            raise broken("a sheet that it names is not in it")
        return found

    def _formats(self, member: str) -> list[str | None]:
        codes: dict[int, str] = {}
        found: list[str | None] = []
        place: list[str] = []

        def start(tag: str, about: Attributes) -> None:
            place.append(tag)
            if tag == "numFmt":
                codes[_whole(about.get("numFmtId"))] = about.get("formatCode", "")
            elif tag == "xf" and "cellXfs" in place:
                number = _whole(about.get("numFmtId"))
                found.append(temporal(number, codes.get(number)))

        if member in self.package.names:
            self.package.parse(member, start, lambda _: place.__delitem__(-1))
        return found

    def shared_texts(self) -> list[str]:
        """Every shared text; those that are too long for a cell are refused while they are read."""
        found: list[str] = []
        if self._shared not in self.package.names:
            return found
        text = TextRuns()
        total = 0

        def end(tag: str) -> None:
            nonlocal total
            text.end(tag)
            if tag == "si":
                found.append(text.taken())
                total += len(found[-1])
                if total > MOST_SHARED:
                    raise bomb("its texts are longer than a workbook can hold")

        self.package.parse(self._shared, text.start, end, text.add)
        return found


class TextRuns:
    """The text of a cell out of its runs; pronunciation aids beside them are not part of it."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.size = 0
        self.is_text = self.is_aid = False

    def start(self, tag: str, _: Attributes) -> None:
        if tag == "t":
            self.is_text = not self.is_aid
        elif tag == "rPh":
            self.is_aid = True

    def end(self, tag: str) -> None:
        if tag == "t":
            self.is_text = False
        elif tag == "rPh":
            self.is_aid = False

    def add(self, text: str) -> None:
        if self.is_text:
            self.size += len(text)
            if self.size > MOST_TEXT:
                raise bomb("a text is longer than a cell can hold")
            self.parts.append(text)

    def taken(self) -> str:
        """The text so far, and a new start."""
        text = "".join(self.parts)
        self.parts, self.size = [], 0
        return unescaped(text)


def unescaped(text: str) -> str:
    """``_x000D_`` stands for the character of that number, two of them for one outside the basic plane."""
    if "_x" not in text:
        return text
    whole = _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text)
    return whole.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _whole(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 10 else 0


def _no_workbook() -> Exception:
    return refuse(
        "unknown_format",
        "By its content the file is a zip archive, but not an Excel workbook.",
        hint="Unpack it and import the file inside it.",
    )
