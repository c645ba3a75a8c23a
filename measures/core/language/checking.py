"""From what a rule says to what it means: names, labels, types and defaults resolved."""

from __future__ import annotations

from measures.core.language.nodes import Node
from measures.core.language.scope import Scope
from measures.core.language.tree import Checked


def check(node: Node, scope: Scope) -> Checked:
    """The rule resolved against ``scope``; Refused with every mistake at once, each with its position."""
    raise NotImplementedError
