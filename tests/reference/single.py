"""The rows that the references of single-level models were made on."""

from __future__ import annotations

import json

from tests.reference.cases import HERE, Case, load


def single_level() -> Case:
    """Rows with income and trust, and the numbers of single_level/make_reference.R."""
    rows = load(HERE / "city3k", ("city",)).rows.drop_nulls(["inc", "trust"])
    return Case(rows, json.loads((HERE / "single_level" / "reference.json").read_text()))
