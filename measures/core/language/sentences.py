"""A rule in words."""

from __future__ import annotations

from measures.core.language.tree import Checked


def sentence(checked: Checked, language: str = "en") -> str:
    """The rule as one sentence in English ("en") or Chinese ("zh"; also "zh-hans")."""
    raise NotImplementedError
