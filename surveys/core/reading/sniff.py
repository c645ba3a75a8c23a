"""What a file is, by its content; a name's extension is only ever compared with it."""

from __future__ import annotations

from pathlib import Path

from surveys.core.findings import Finding, Severity
from surveys.core.problems import Refused, refuse
from surveys.core.reading.sas_header import START
from surveys.core.reading.spss_portable import is_portable
from surveys.core.reading.utf16 import codec_without_mark, is_wide
from surveys.core.said import both, say

HEAD = 64 << 10
_EXTENSIONS = {
    ".sav": "sav", ".zsav": "zsav", ".dta": "dta", ".csv": "csv", ".tsv": "csv", ".txt": "csv", ".tab": "csv",
    ".parquet": "parquet", ".xlsx": "xlsx", ".xlsm": "xlsx", ".por": "por", ".xpt": "xpt", ".xport": "xpt",
    ".sas7bdat": "sas7bdat",
}  # fmt: skip
_OTHERS = {
    b"\x1f\x8b": say("a gzip archive; unpack it first"),
    b"%PDF": say("a PDF document"),
    b"**COMPRESSED** **COMPRESSED** **COMPRESSED**": say("a SAS transport file of PROC CPORT"),
    b"RDX": say("an R data file"),
}
READ_HERE = say(".sav, .zsav, .por, .dta, .sas7bdat, .xpt, .csv, .xlsx and .parquet files are read here.")
_MARKUP = (b"<?xml", b"<html", b"<!doctype", b"<!--", b"<codebook")  # in lower case
_BESIDE = say(
    "A DDI-Codebook is given as the codebook beside the data (the field “Codebook sheet or SAS catalogue” of "
    "the upload page, --codebook of the command)."
)
_OLE, _ZIP = b"\xd0\xcf\x11\xe0", b"PK\x03\x04"
_OPEN_DOCUMENT = b"application/vnd.oasis.opendocument"


def sniff(path: Path, encoding: str = "") -> str:
    """The kind of a file, as in ``_EXTENSIONS``; anything else is refused by its likely name.

    ``encoding`` is the character set that somebody named: zero bytes are text in some.
    """
    with path.open("rb") as file:
        head = file.read(HEAD)
    if not head:
        raise refuse("empty_file", "The file is empty.", hint="Check that the upload or export finished.")
    if head[:4] in (b"$FL2", b"$FL3"):
        return "zsav" if head[:4] == b"$FL3" else "sav"
    if head[8:20] == b"ENCRYPTEDSAV":
        raise refuse(
            "encrypted_file",
            "The file is encrypted with a password.",
            hint="Open it in SPSS and save it without encryption.",
        )
    if head[:11] == b"<stata_dta>" or _is_old_stata(head):
        return "dta"
    if head[:4] == b"PAR1":
        return "parquet"
    if head[:4] in (_OLE, _ZIP):
        return _workbook_or_refusal(head)
    if head[: len(START)] == START:
        return "sas7bdat"
    if head[:23] == b"HEADER RECORD*******LIB":
        return "xpt"
    if is_portable(head):
        return "por"
    return _text_or_refusal(head, encoding)


def _workbook_or_refusal(head: bytes) -> str:
    """``xlsx``; whether a zip archive really holds a workbook shows when it is opened, in a process apart."""
    if head[:4] == _OLE:
        what = say("an old Excel workbook (.xls), an old Office document, or a workbook with a password")
    elif _OPEN_DOCUMENT in head[:200]:
        what = say("an OpenDocument file (.ods)")
    else:
        return "xlsx"
    hint = "Open it in a spreadsheet program and save it as .xlsx without a password, or as .csv."
    raise refuse("unknown_format", say("By its content the file is {what}.", what=what), hint=hint)


def _is_old_stata(head: bytes) -> bool:
    return 102 <= head[0] <= 115 and len(head) > 109 and head[1] in (1, 2) and head[2] == 1 and head[3] < 32


def _text_or_refusal(head: bytes, encoding: str) -> str:
    for magic, what in _OTHERS.items():
        if head.startswith(magic):
            raise _foreign(what)
    if _is_markup(head):
        raise _foreign(say("a web page or XML document"), _BESIDE)
    if head[:2] in (b"\xff\xfe", b"\xfe\xff") or is_wide(encoding) or codec_without_mark(head):
        return "csv"  # UTF-16 text: its zero bytes are not damage
    strange = sum(byte < 32 and byte not in (9, 10, 12, 13) for byte in head)
    if strange > len(head) * 0.02 + 3:
        raise _foreign(say("of no kind known here"))
    return "csv"


def _is_markup(head: bytes) -> bool:
    """Whether a beginning is that of a web page or XML, in UTF-8 or UTF-16."""
    plain = head[:1024].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    return plain[:16].lower().startswith(_MARKUP)


def _foreign(what: str, also: str = "") -> Refused:
    return refuse(
        "unknown_format",
        say("By its content the file is {what}.", what=what),
        hint=both(both(READ_HERE, say("Save it as one of them.")), also),
    )


def extension_finding(name: str, kind: str) -> tuple[Finding, ...]:
    """A remark when the file's name promises another kind than its content is."""
    suffix = Path(name).suffix.lower()
    promised = _EXTENSIONS.get(suffix, suffix.lstrip("."))
    if not suffix or promised == kind or {promised, kind} == {"sav", "zsav"}:
        return ()
    text = say(
        "The name ends in {suffix}, but the content is a .{kind} file; it was read as that. See that it is "
        "the file that was meant, and give it the ending .{kind}.",
        suffix=suffix,
        kind=kind,
    )
    return (Finding(Severity.WARNING, "wrong_extension", text),)
