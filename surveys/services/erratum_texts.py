"""What a file says of corrections that were made since: one sentence each, in the languages of codebooks."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils import translation

from surveys.core.codebook import Labels
from surveys.core.said import say
from surveys.services.reached import Reached
from surveys.translation import spoken

CATALOGUES = {"en": "en", "zh": "zh-hans"}
MOST_NAMES = 12  # of columns in one sentence


def erratum_texts(corrections: Iterable[Reached]) -> tuple[Labels, ...]:
    """Per correction a sentence by language: by which version, which columns, and its note."""
    return tuple(_texts(one) for one in corrections)


def _texts(one: Reached) -> Labels:
    before, after = one.correction.before, one.correction.after
    names = [column.name for column in one.columns]
    listed = [*names[:MOST_NAMES], "…"] if len(names) > MOST_NAMES else names
    told = say(
        "Erratum: {before} was corrected by {after} since; rows came or went.", before=before, after=after
    )
    if listed:
        told = say(
            "Erratum: {before} was corrected by {after} since; what was changed reaches {columns}.",
            before=before,
            after=after,
            columns=listed,
        )
    found = {}
    for code, catalogue in CATALOGUES.items():
        with translation.override(catalogue):
            found[code] = f"{spoken(told)} {after.note}".strip()
    return found
