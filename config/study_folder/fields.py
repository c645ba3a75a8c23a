"""Fields that every part of a study folder has: texts per language, flags, lists of blocks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from analytics.core.fields import Fields
from config.study_folder.contents import plain


def texts(fields: Fields, name: str, *, required: bool = False) -> dict[str, str]:
    """A text per language; a single text is English."""
    if isinstance(fields.data.get(name), str):
        return {"en": fields.text(name).strip()}
    found = {language: str(text).strip() for language, text in fields.mapping(name).items()}
    if required and not found:
        hint = f"Write {name}: {{en: …, zh: …}}."
        fields.wrong(name, f"“{name}” is missing.", code="missing_field", hint=hint)
    return found


def told(fields: Fields, name: str) -> str | dict[str, str]:
    """A text per language, or a single text whose language is not known."""
    return texts(fields, name) if isinstance(fields.data.get(name), dict) else fields.text(name).strip()


def flag(fields: Fields, name: str, default: bool = False) -> bool:
    """True or false."""
    value = fields.take(name)
    if value is not None and not isinstance(value, bool):
        fields.wrong(name, f"“{name}” must be true or false.")
    return default if value is None else value is True


def block(fields: Fields, name: str) -> Fields | None:
    """The fields of one nested block; None when it is not given."""
    data = fields.mapping(name)
    return Fields(plain(data), fields.place(name), fields.problems) if data else None


def named_blocks(fields: Fields, name: str) -> Iterator[tuple[str, Fields]]:
    """The nested blocks of a mapping by their names."""
    for key, data in fields.mapping(name).items():
        place = f"{fields.place(name)}.{key}"
        if data is not None and not isinstance(data, dict):
            fields.wrong(f"{name}.{key}", "It must be a list of “field: value” lines.")
            continue
        yield key, Fields(plain(data or {}), place, fields.problems)


def listed_blocks(fields: Fields, name: str) -> list[Fields]:
    """The nested blocks of a list."""
    listed: Any = fields.take(name) or []
    if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
        fields.wrong(name, f"“{name}” must be a list of blocks, each starting with a dash.")
        return []
    places = [f"{fields.place(name)}[{number}]" for number in range(1, len(listed) + 1)]
    return [Fields(plain(one), place, fields.problems) for one, place in zip(listed, places, strict=True)]
