"""Short names stand in addresses, commands and citations: they are checked before anything is made."""

from __future__ import annotations

from django.utils.text import slugify

from surveys.core.problems import refuse
from surveys.core.said import say, sentence

MOST_LETTERS = 60  # what every column for a short name holds


def require_slug(slug: str, what: str, *, example: str) -> None:
    """Refuses what cannot be the short name of ``what``, with an example of one that could."""
    if not slug or slugify(slug) != slug:
        hint = say(
            "Use lower-case letters, digits, hyphens and underscores, as in {example}.", example=example
        )
        raise refuse(
            "bad_name",
            say("“{slug}” cannot be the short name of {what}.", slug=slug, what=sentence(what)),
            hint=hint,
        )
    if len(slug) > MOST_LETTERS:
        text = say(
            "The short name of {what} has {n} letters; {most} is the most.",
            what=sentence(what),
            n=len(slug),
            most=MOST_LETTERS,
        )
        raise refuse(
            "bad_name",
            text,
            where=f"{slug[:MOST_LETTERS]}…",
            hint=say("Shorten it, as in {example}.", example=example),
        )
