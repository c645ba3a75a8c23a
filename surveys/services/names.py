"""Short names stand in addresses, commands and citations: they are checked before anything is made."""

from __future__ import annotations

from django.utils.text import slugify

from surveys.core.problems import refuse

MOST_LETTERS = 60  # what every column for a short name holds


def require_slug(slug: str, what: str, *, example: str) -> None:
    """Refuses what cannot be the short name of ``what``, with an example of one that could."""
    if not slug or slugify(slug) != slug:
        hint = f"Use lower-case letters, digits, hyphens and underscores, as in {example}."
        raise refuse("bad_name", f"“{slug}” cannot be the short name of {what}.", hint=hint)
    if len(slug) > MOST_LETTERS:
        text = f"The short name of {what} has {len(slug)} letters; {MOST_LETTERS} is the most."
        raise refuse("bad_name", text, where=f"{slug[:MOST_LETTERS]}…", hint=f"Shorten it, as in {example}.")
