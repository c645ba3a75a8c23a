"""The one place where a sentence of the cores becomes a sentence in the language of the page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext

from surveys.core.problems import Refused
from surveys.core.said import restored, retold, sentence


def spoken(text: str) -> str:
    """What a core said, in the language that is active; a text that the catalogue lacks stays English."""
    return retold(sentence(text), gettext) if text else ""


def field_spoken(thing: Any, name: str) -> str:
    """A sentence of a problem, finding or check, given as an object or as its stored document."""
    text = restored(thing).get(name) if isinstance(thing, Mapping) else getattr(thing, name)
    return spoken(text or "")


def refusal_spoken(refused: Refused) -> str:
    """Everything that is wrong, in the language that is active."""
    return " ".join(spoken(problem.sentence()) for problem in refused.problems)
