"""Elements, languages and fixed sentences of a DDI codebook."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

from surveys.core.codebook import Labels

LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_LANGUAGE = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")
_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_WORDINGS: dict[str, dict[str, str]] = {
    "synthetic": {
        "en": "These data are synthetic: no record belongs to a real person.",
        "zh": "这些数据是合成的：没有任何一条记录属于真实的人。",
    },
}


def wording(name: str) -> Labels:
    """A fixed sentence in every language it was written in."""
    return _WORDINGS[name]


def legal(text: str) -> str:
    """``text`` without the characters that XML 1.0 does not know."""
    return _ILLEGAL.sub("", text)


def add(parent: ET.Element, tag: str, text: str = "", language: str = "", **attributes: str) -> ET.Element:
    """A new last child of ``parent``; an undetermined language is not named."""
    element = ET.SubElement(parent, tag, attributes)
    element.text = legal(text) or None
    code = language.replace("_", "-")
    if code != "und" and _LANGUAGE.fullmatch(code):
        element.set(LANG, code)
    return element


def add_labels(parent: ET.Element, tag: str, labels: Labels) -> None:
    """One child per language that says something."""
    for language, text in labels.items():
        if text:
            add(parent, tag, text, language=language)
