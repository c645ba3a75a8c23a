"""Corrections: which columns of an earlier version of a wave a later one holds otherwise."""

from __future__ import annotations

from surveys.models import WaveVersion


def changed_columns(before: WaveVersion, after: WaveVersion) -> dict[str, str]:
    """Variable of ``before`` -> ``cells``, ``codebook`` or ``removed``, where ``after`` holds it otherwise.

    Asks the stored hashes alone, so it is quick however large the waves are.
    """
    fields = ("name", "column_hash", "codebook")
    new = {name: (digest, book) for name, digest, book in after.variables.values_list(*fields)}
    found = {}
    for name, digest, book in before.variables.values_list(*fields):
        if name not in new:
            found[name] = "removed"
        elif new[name][0] != digest or new[name][1].get("missing") != book.get("missing"):
            found[name] = "cells"
        elif new[name][1] != book:
            found[name] = "codebook"
    return found
