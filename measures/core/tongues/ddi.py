"""How a column came to be as a DDI-Codebook element: what it reads, the rule in words, and the commands."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Mapping

from measures.core.language.sentences import sentence
from measures.core.tongues.asked import Asked
from surveys.core.writing.ddi_parts import add, add_labels

NAMESPACE = "ddi:codebook:2_5"
LANGUAGES = ("en", "zh")
OWN = "Wavebook rule"


def derivation(asked: Asked, rule: str, commands: Mapping[str, str]) -> str:
    """A ``var`` element of DDI-Codebook 2.5 with its ``derivation``, to be put into a codebook.

    ``rule`` is the text of the rule, ``commands`` the same in other programs, by their names.
    """
    var = ET.Element("var", {"xmlns": NAMESPACE, "ID": asked.rule.name, "name": asked.rule.name})
    add_labels(var, "labl", asked.variable.labels)
    add(add(var, "verStmt"), "version", asked.title)
    element = add(var, "derivation")
    add_labels(element, "drvdesc", {code: sentence(asked.rule.checked, code) for code in LANGUAGES})
    for syntax, text in {OWN: rule, **commands}.items():
        add(element, "drvcmd", text, syntax=syntax)
    add(var, "notes", " ".join((*asked.rule.checked.items, *asked.rule.checked.measures)), type="reads")
    ET.indent(var)
    return ET.tostring(var, encoding="unicode") + "\n"
