"""Numbers of things in words: 1 row, 2 rows."""

from __future__ import annotations

from typing import Any

from django.utils.translation import ngettext_lazy

from surveys.templatetags.numerals import count

NOUNS = {
    "column": ngettext_lazy("%(n)s column", "%(n)s columns", "number"),
    "dataset version": ngettext_lazy("%(n)s dataset version", "%(n)s dataset versions", "number"),
    "file handed out": ngettext_lazy("%(n)s file handed out", "%(n)s files handed out", "number"),
    "finding": ngettext_lazy("%(n)s finding", "%(n)s findings", "number"),
    "published table": ngettext_lazy("%(n)s published table", "%(n)s published tables", "number"),
    "response set": ngettext_lazy("%(n)s multiple-response set", "%(n)s multiple-response sets", "number"),
    "row": ngettext_lazy("%(n)s row", "%(n)s rows", "number"),
    "run": ngettext_lazy("%(n)s run", "%(n)s runs", "number"),
    "variable": ngettext_lazy("%(n)s variable", "%(n)s variables", "number"),
}


def how_many(number: Any, noun: str) -> str:
    """15999 and ``row`` -> 15,999 rows."""
    return _said(number, noun, count(number))


def noun_for(number: Any, noun: str) -> str:
    """The noun alone, where its number stands apart."""
    return _said(number, noun, "").strip()


def _said(number: Any, noun: str, shown: str) -> str:
    return str(NOUNS[noun] % {"number": int(number or 0), "n": shown})
