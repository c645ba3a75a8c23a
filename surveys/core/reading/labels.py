"""Texts of a file's dictionary as labels: cleaned, and parted into the languages of the study."""

from __future__ import annotations

import re

_UNSAFE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def clean(text: str) -> str:
    """A label without control characters and outer spaces."""
    return _UNSAFE.sub("", text).strip()


def split_labels(text: str, languages: tuple[str, ...], separator: str) -> dict[str, str]:
    """``Sex | 性别`` in (en, zh) -> {"en": "Sex", "zh": "性别"}; otherwise all of it in the first language.

    Without a language of the study the text is of an undetermined one (``und``).
    """
    if not text:
        return {}
    bar = separator.strip() or separator
    if separator and len(languages) > 1 and bar in text:
        parts = [part.strip() for part in text.split(bar)]
        if len(parts) == len(languages):
            return {language: part for language, part in zip(languages, parts, strict=True) if part}
    return {languages[0] if languages else "und": text}
