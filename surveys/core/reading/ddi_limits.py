"""The valid range that a DDI declares (``valrng``), as the limits of a variable."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from xml.etree.ElementTree import Element

from surveys.core.codebook import Limits, ValueType, Variable
from surveys.core.findings import Finding, Severity
from surveys.core.limits import MAX, MIN, ends
from surveys.core.reading.limits import left_out, limits_of


def limits_in(var: Element, variable: Variable) -> tuple[Limits | None, list[Finding]]:
    """The limits that ``var`` declares, the variable's own where it declares none, and what is to be told.

    Several ranges and single values become the one range around them.
    """
    pieces, findings = list[Limits](), list[Finding]()
    for told in _pieces(var):
        try:
            piece = limits_of(told, variable.type)
        except ValueError:
            findings = [left_out(variable, told, "ddi_limits_left_out")]
            continue
        pieces += [piece] if piece else []
    if not pieces:
        return variable.limits, findings
    if len(pieces) > 1 and not _are_consecutive(pieces, variable.type):
        text = "The DDI lists several valid ranges or values; the range around all of them is kept."
        findings.append(Finding(Severity.WARNING, "ddi_limits_joined", text, variable.name))
    return _around(pieces, variable.type), findings


def _pieces(var: Element) -> Iterator[Mapping[str, str]]:
    """Each range or single value as the two ends of a sheet."""
    for valrng in var.findall("valrng"):
        for item in valrng.findall("item"):
            value = item.get("VALUE", "").strip()
            yield {MIN: value, MAX: value}
        for span in valrng.findall("range"):
            yield {MIN: _told(span, "min", ">"), MAX: _told(span, "max", "<")}


def _told(span: Element, name: str, sign: str) -> str:
    within, outside = span.get(name, "").strip(), span.get(f"{name}Exclusive", "").strip()
    return within or (f"{sign}{outside}" if outside else "")


def _are_consecutive(pieces: list[Limits], kind: ValueType) -> bool:
    """Whether single whole numbers leave none out, as a DDI may list the codes."""
    values = {piece.low for piece in pieces if piece.low is not None and piece.low == piece.high}
    is_whole = kind is ValueType.INTEGER and len(values) == len(pieces)
    return is_whole and max(values) - min(values) == len(values) - 1  # type: ignore[operator]


def _around(pieces: list[Limits], kind: ValueType) -> Limits | None:
    """The range that holds all pieces; an end is open where one of them is."""
    lows, highs = [p for p in pieces if p.lower is not None], [p for p in pieces if p.upper is not None]
    told = {MIN: "", MAX: ""}
    if len(lows) == len(pieces):
        told[MIN] = ends(min(lows, key=lambda p: (p.lower, p.low is None)))[MIN]
    if len(highs) == len(pieces):
        told[MAX] = ends(max(highs, key=lambda p: (p.upper, p.high is not None)))[MAX]
    return limits_of(told, kind)
