"""The manual beside the editor: the functions of the registry by family, and operators."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from measures.core.language.functions import FAMILIES, FUNCTIONS, OPERATORS
from surveys.core.absence import LABELS, ranked
from surveys.core.codebook import text_in


@lru_cache(maxsize=4)
def manual(language: str) -> dict[str, Any]:
    """Families with their functions, each with help, absences and an example, operators, reasons in order."""
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
    *strong, weakest = [{"name": one, "label": text_in(LABELS[one], language)} for one in ranked()]
    return {
        "families": [family for family in families if family["functions"]],
        "operators": operators,
        "reasons": strong,  # a study's own stand between these and the weakest
        "weakest": weakest,
    }
