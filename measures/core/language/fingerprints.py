"""The identity of a rule: what it means, not how it is spelt."""

from __future__ import annotations

from measures.core.language.tree import Checked


def fingerprint(checked: Checked) -> str:
    """SHA-256 (hex) of the resolved rule: the same for other spacing, and for a label in place of its code."""
    raise NotImplementedError
