"""From the text of a rule to its nodes."""

from __future__ import annotations

from measures.core.language.nodes import Node


def parse(text: str) -> Node:
    """The nodes of a rule; Refused with the position of the first thing that could not be read."""
    raise NotImplementedError
