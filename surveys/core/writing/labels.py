"""Labels and names made to fit: shortened without cutting a character, and every change reported."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from surveys.core.absence import SYSTEM
from surveys.core.codebook import Codebook, Labels, Scalar, Variable, text_in
from surveys.core.said import say, sentence
from surveys.core.writing.cells import reason_labels
from surveys.core.writing.table import Loss

SPSS_RESERVED = frozenset(("ALL", "AND", "BY", "EQ", "GE", "GT", "LE", "LT", "NE", "NOT", "OR", "TO", "WITH"))
STATA_RESERVED = frozenset(
    ("_all", "_b", "byte", "_coef", "_cons", "double", "float", "if", "in", "int", "long")
) | frozenset(("_n", "_N", "_pi", "_pred", "_rc", "_skip", "strL", "using", "with"))


def fit_bytes(text: str, most: int) -> str:
    """The longest beginning of ``text`` within ``most`` bytes of UTF-8, ending in … when cut."""
    if len(text.encode()) <= most:
        return text
    return text.encode()[: most - len("…".encode())].decode(errors="ignore") + "…"


def fit_characters(text: str, most: int) -> str:
    """The first ``most`` characters, ending in … when cut."""
    return text if len(text) <= most else text[: most - 1] + "…"


def shortened(variable: str, kind: str, limit: str) -> Loss:
    """The loss that a cut label is reported as."""
    return Loss(
        variable,
        "label_shortened",
        say("The {kind} is longer than {limit} and was cut.", kind=sentence(kind), limit=sentence(limit)),
    )


def value_labels(variable: Variable, language: str, *, missing: bool = True) -> dict[Scalar, str]:
    """code -> label in ``language`` of the codes and, unless left out, of the declared missing codes."""
    found = {code.value: text_in(code.labels, language) for code in variable.codes}
    for rule in variable.missing if missing else ():
        if rule.value is not None and not found.get(rule.value) and rule.reason != SYSTEM:
            found[rule.value] = text_in(reason_labels(variable, rule.reason), language)
    return {value: text for value, text in found.items() if text}


def untold(codebook: Codebook, language: str) -> list[Loss]:
    """What formats with one label per thing leave behind: the other languages."""
    others = sorted(
        {
            key
            for variable in codebook.variables
            for labels in _all_labels(variable)
            for key, text in labels.items()
            if text and text != text_in(labels, language)
        }
    )
    return [
        Loss("", "language_not_carried", say("Labels in {language} are left out.", language=key))
        for key in others
    ]


def _all_labels(variable: Variable) -> Iterable[Labels]:
    yield variable.labels
    yield variable.question
    yield from (code.labels for code in variable.codes)
    yield from (rule.labels for rule in variable.missing)


def spss_names(names: Sequence[str]) -> tuple[list[str], list[Loss]]:
    """Names SPSS accepts: 64 bytes, not reserved, no full stop at the end, unlike in any case."""
    return _made_to_fit(names, _spss_name, str.casefold, "SPSS")


def stata_names(names: Sequence[str]) -> tuple[list[str], list[Loss]]:
    """Names Stata accepts: 32 characters, letters, digits and underscores, no reserved word."""
    return _made_to_fit(names, _stata_name, str, "Stata")


def _made_to_fit(
    names: Sequence[str], mend: Callable[[str, int], str], key: Callable[[str], str], who: str
) -> tuple[list[str], list[Loss]]:
    kept = {key(name) for name in names if mend(name, 0) == name}
    taken: set[str] = set()
    fitted: list[str] = []
    losses: list[Loss] = []
    for name in names:
        new = next(
            word
            for word in _tries(name, mend)
            if key(word) not in taken and (word == name or key(word) not in kept)
        )
        taken.add(key(new))
        fitted.append(new)
        if new != name:
            losses.append(
                Loss(
                    name,
                    "name_changed",
                    say("{who} does not take this name; it is {new} in the file.", who=who, new=new),
                )
            )
    return fitted, losses


def _tries(name: str, mend: Callable[[str, int], str]) -> Iterable[str]:
    yield mend(name, 0)
    number = 2
    while True:
        suffix = f"_{number}"
        yield mend(name, len(suffix)) + suffix
        number += 1


def _spss_name(name: str, reserve: int) -> str:
    word = "".join(c if c.isalnum() or c in "._$#@" else "_" for c in name)
    if not word or not (word[0].isalpha() or word[0] == "@"):
        word = "v" + word
    word = word.encode()[: 64 - reserve].decode(errors="ignore").rstrip(".")
    return word + "_" if word.upper() in SPSS_RESERVED else word


def _stata_name(name: str, reserve: int) -> str:
    word = "".join(c if c.isalnum() or c == "_" else "_" for c in name)
    if not word or not (word[0].isalpha() or word[0] == "_"):
        word = "v" + word
    word = word[: 32 - reserve]
    while len(word.encode()) > 128:  # pragma: no cover - 32 characters of four bytes fit exactly
        word = word[:-1]
    return word + "_" if word in STATA_RESERVED or re.fullmatch(r"str\d+", word) else word
