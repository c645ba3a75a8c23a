"""One rule in many tongues: SPSS, Stata, R and Python texts from the nodes that the engine runs.

    text = rule_text("spss", Asked(rule, variable, columns))

A text is refused with a sentence where its tongue cannot say the rule; it is never another rule.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress

from measures.core.tongues import ddi, python, r, spss, stata
from measures.core.tongues.asked import Asked
from measures.core.tongues.laying import Tongue
from surveys.core.problems import Refused

__all__ = ["DDI", "OFFERED", "TONGUES", "Asked", "Tongue", "derivation", "rule_text"]

_WRITERS: Mapping[str, tuple[Tongue, Callable[[Asked], str]]] = {
    "spss": (spss.SPSS, spss.write),
    "stata": (stata.STATA, stata.write),
    "r": (r.R, r.write),
    "python": (python.PYTHON, python.write),
}
TONGUES: Mapping[str, Tongue] = {name: tongue for name, (tongue, _) in _WRITERS.items()}
DDI = "ddi"
OFFERED: Mapping[str, str] = {**{name: tongue.title for name, tongue in TONGUES.items()}, DDI: "DDI"}


def rule_text(tongue: str, asked: Asked) -> str:
    """The text of a rule in one of ``TONGUES``; Refused where it cannot be said there."""
    return _WRITERS[tongue][1](asked)


def derivation(asked: Asked, rule: str) -> str:
    """The rule as an element of a DDI codebook, with the commands of every tongue that can say it."""
    commands = {}
    for name, tongue in TONGUES.items():
        with suppress(Refused):
            commands[tongue.title] = rule_text(name, asked)
    return ddi.derivation(asked, rule, commands)
