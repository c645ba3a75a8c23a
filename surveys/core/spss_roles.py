"""What SPSS calls a variable's role in a model, as its files number it."""

from __future__ import annotations

ROLE = "$@Role"  # the attribute that holds it
ROLES = {"0": "input", "1": "target", "2": "both", "3": "none", "4": "partition", "5": "split"}
ROLE_NUMBERS = {word: number for number, word in ROLES.items()}
