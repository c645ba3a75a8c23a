"""Texts about variables that a format has no place for, as the attributes that SPSS and Stata let one add."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterable, Sequence

from surveys.core.codebook import DESCRIBING, Variable, text_in
from surveys.core.limits import ends
from surveys.core.reasons_in_files import NAME, in_words
from surveys.core.said import say
from surveys.core.spss_roles import ROLE, ROLE_NUMBERS
from surveys.core.writing import labels as fit
from surveys.core.writing.table import Loss

_SPSS_NAME = re.compile(r"[^\W\d][\w.$#@]*(?<!\.)|" + re.escape(ROLE))
_STATA_NAME = re.compile(r"[^\W\d]\w{0,31}")
_RECORD = 18
MOST_BYTES = 32_767  # of one text, so that SPSS takes it and Stata does


def described(variable: Variable, language: str) -> dict[str, str]:
    """What the codebook says about a variable beside its label, by the names it is carried under."""
    texts = {name: getattr(variable, name) for name in DESCRIBING}
    texts["question"] = text_in(variable.question, language)
    texts |= ends(variable.limits)
    return {name: text for name, text in texts.items() if text}


def spss_attributes(
    variables: Sequence[Variable], names: Sequence[str], language: str, lost_codes: Sequence[Sequence[Loss]]
) -> tuple[bytes, list[Loss]]:
    """Record 7/18 of a system file, empty when there is nothing to say.

    ``lost_codes`` are the losses of each column, which tell what became of its missing codes.
    """
    lines, losses = [], []
    for variable, name, gone in zip(variables, names, lost_codes, strict=True):
        told, lost = _taken(variable, language, _SPSS_NAME, 64)
        told = with_reasons(told, variable, gone)
        losses += lost
        if told:
            attributes = "".join(f"{key}({_quoted(key, texts)})" for key, texts in told.items())
            lines.append(f"{name}:{attributes}")
    text = "/".join(lines).encode()
    record = struct.pack("<4i", 7, _RECORD, 1, len(text)) + text if text else b""
    return record, losses


def stata_characteristics(variable: Variable, language: str) -> tuple[dict[str, str], list[Loss]]:
    """Characteristics of one variable by name; Stata's hold one text each."""
    told, losses = _taken(variable, language, _STATA_NAME, 32)
    told.pop("note", None)  # Stata has notes
    several = [name for name, texts in told.items() if len(texts) > 1]
    if several:
        why = say("Attributes with several texts are joined line by line: {names}.", names=several)
        losses.append(Loss(variable.name, "attribute_joined", why))
    return {name: "\n".join(texts) for name, texts in told.items()}, losses


def with_reasons(
    told: dict[str, tuple[str, ...]], variable: Variable, losses: Iterable[Loss]
) -> dict[str, tuple[str, ...]]:
    """The attributes and what the missing codes of the file stand for."""
    reasons = in_words(variable, ((loss.what, loss.became) for loss in losses))
    return told | {NAME: (reasons,)} if reasons else told


def _taken(
    variable: Variable, language: str, form: re.Pattern[str], most: int
) -> tuple[dict[str, tuple[str, ...]], list[Loss]]:
    """Attributes whose names the format takes and whose texts fit it; what is left behind or cut."""
    told: dict[str, tuple[str, ...]] = {k: (text,) for k, text in described(variable, language).items()}
    losses, left = [], []
    seen = set(told)
    for name, texts in variable.attributes.items():
        if form.fullmatch(name) and len(name.encode()) <= most and name.casefold() not in seen and texts:
            told[name] = texts
            seen.add(name.casefold())
        else:
            left.append(name)
    if left:
        why = say("The format does not take attributes of these names: {names}.", names=left)
        losses.append(Loss(variable.name, "attribute_not_carried", why))
    fitting = {name: tuple(fit.fit_bytes(text, MOST_BYTES) for text in texts) for name, texts in told.items()}
    if fitting != told:
        losses.append(fit.shortened(variable.name, "text about a variable", "32,767 bytes"))
    return fitting, losses


def _quoted(name: str, texts: Sequence[str]) -> str:
    if name == ROLE:
        texts = [ROLE_NUMBERS.get(text, text) for text in texts]
    return "".join(f"'{text}'\n" for text in (re.sub(r"'\n", "' ", text) for text in texts))
