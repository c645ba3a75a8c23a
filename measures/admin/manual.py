"""The manual beside the editor: the functions of the registry by family, and operators."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from measures.core.language.functions import FAMILIES, FUNCTIONS, OPERATORS
from surveys.core.codebook import text_in


@lru_cache(maxsize=4)
def manual(language: str) -> dict[str, Any]:
    """Families with their functions, each with help, absences and an example, in one language."""
    families = []
    for family, titles in FAMILIES.items():
        functions = [
            {
                "name": function.name,
                "signature": function.signature,
                "help": text_in(function.help, language),
                "absences": text_in(function.absences, language),
                "example": function.example,
            }
            for function in FUNCTIONS.values()
            if function.family == family
        ]
        families.append({"title": text_in(titles, language), "functions": functions})
    operators = [
        {"signs": signs, "help": text_in(says, language), "absences": text_in(absences, language)}
        for signs, says, absences in OPERATORS
    ]
    return {"families": [family for family in families if family["functions"]], "operators": operators}
