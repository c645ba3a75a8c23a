"""A specification of each kind to begin with, in the variables that somebody has before them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass

from analytics.core.formula.nodes import quoted
from surveys.core.codebook import Code, Level, Role, Variable

MOST_CODES = 12  # of a variable that tables and dummies are made of
_WORD = re.compile(r"[^\W\d]\w*")
_WORDS_OF_YAML = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})
PLACE = "VARIABLE"  # stands where no variable fits


@dataclass(frozen=True)
class Sorted:
    """Names of variables by what they can be used for: two values, a few codes, ordered answers, amounts."""

    flags: tuple[str, ...]
    coded: tuple[str, ...]
    answers: tuple[str, ...]
    amounts: tuple[str, ...]
    groups: tuple[str, ...]
    weight: str = ""


def sort_out(variables: Iterable[Variable]) -> Sorted:
    """Which variables are what, by codes, level and type; keys, dates and long texts are left out."""
    found: dict[str, list[str]] = {name: [] for name in ("flags", "coded", "answers", "amounts", "groups")}
    weight = ""
    for one in variables:
        if one.role == Role.WEIGHT:
            weight = weight or one.name
        if one.role in (Role.KEY, Role.WEIGHT):
            continue
        values = [code.value for code in _valid(one)]
        if not one.type.is_number:
            found["coded"] += [one.name] if 2 <= len(values) <= MOST_CODES else []
            continue
        if set(values) == {0, 1}:
            found["flags"].append(one.name)
        elif 2 <= len(values) <= MOST_CODES:
            is_ordered = one.level in (Level.ORDINAL, Level.SCALE) or len(values) in (5, 7)
            found["answers" if is_ordered else "coded"].append(one.name)
        elif len(values) > MOST_CODES:
            found["groups"].append(one.name)
        elif one.level is not Level.NOMINAL:
            found["amounts"].append(one.name)
    return Sorted(**{name: tuple(names) for name, names in found.items()}, weight=weight)


def first_spec(kind: str, known: Sorted, dataset: str) -> str:
    """A specification of ``kind`` as YAML; ``PLACE`` stands where no variable fits."""
    return "\n".join([f"kind: {kind}", f"dataset: {_plain(dataset)}", *_lines(kind, known)]) + "\n"


def _valid(variable: Variable) -> tuple[Code, ...]:
    return tuple(
        code for code in variable.codes if not any(rule.covers(code.value) for rule in variable.missing)
    )


def _some(n: int, *groups: Iterable[str]) -> list[str]:
    names = list(dict.fromkeys(name for group in groups for name in group))[:n]
    return names + [f"{PLACE}{at}" for at in range(len(names) + 1, n + 1)]


def _plain(text: str) -> str:
    """A text as YAML takes it for one: in quotes where it would be something else."""
    is_safe = _WORD.fullmatch(text) is not None and text.casefold() not in _WORDS_OF_YAML
    return text if is_safe else json.dumps(text, ensure_ascii=False)


def _listed(names: Iterable[str]) -> str:
    return f"[{', '.join(map(_plain, names))}]"


def _terms(known: Sorted, but: str = "") -> str:
    names = [
        quoted(name) for name in (*known.amounts[:2], *known.flags[:2], *known.answers[:1]) if name != but
    ]
    terms = names[:2] + [f"C({quoted(name)})" for name in known.coded[:1] if name != but]
    return " + ".join(terms or [f"{PLACE}1", f"{PLACE}2"])


def _model(outcome: str, known: Sorted, *more: str) -> list[str]:
    return [f"formula: {_formula(f'{quoted(outcome)} ~ {_terms(known, outcome)}')}", *more]


def _formula(text: str) -> str:
    return json.dumps(text, ensure_ascii=False) if "`" in text or text.casefold() in _WORDS_OF_YAML else text


def _weighed(known: Sorted) -> list[str]:
    return [f"weights: {_plain(known.weight)}"] if known.weight else []


def _lines(kind: str, known: Sorted) -> list[str]:
    """What follows kind and dataset."""
    (flag,), (number,) = _some(1, known.flags), _some(1, known.amounts, known.answers)
    (category,) = _some(1, known.coded, known.answers, known.flags)
    (group,) = _some(1, known.groups, known.coded[1:])
    items = _listed(_some(3, known.answers[:8], known.amounts))
    match kind:
        case "descriptives":
            names = [*known.amounts[:2], *known.coded[:2], *known.flags[1:2]] or [f"{PLACE}2"]
            return [f"variables: {_listed(names)}", f"by: {_plain(flag)}", *_weighed(known)]
        case "crosstab":
            return [f"variable: {_plain(category)}", f"by: {_plain(flag)}", *_weighed(known)]
        case "multiple_response":
            return [f"variables: {_listed(_some(2, known.flags[:8]))}", *_weighed(known)]
        case "ranked_response":
            return [f"ranks: {_listed(_some(2, known.coded[:3], known.answers))}"]
        case "reliability":
            return [f"items: {items}"]
        case "factor":
            return [f"items: {items}", "factors: 1", "extraction: ml"]
        case "correlation":
            return [f"variables: {_listed(_some(2, known.amounts, known.answers[:4]))}", "method: pearson"]
        case "ordered_logit":
            return _model(_some(1, known.answers, known.coded)[0], known)
        case "multinomial_logit":
            return _model(category, known)
        case "logit":
            return _model(flag, known)
        case "linear":
            return _model(number, known, "errors: {kind: robust}")
        case "multilevel_linear":
            return _model(number, known, f"groups: {_plain(group)}")
        case "multilevel_logit":
            return _model(flag, known, f"groups: {_plain(group)}")
        case "series":
            first, _, others = _terms(known, flag).partition(" + ")
            added = _formula(others or PLACE)
            return [
                f"base: {_formula(f'{quoted(flag)} ~ {first}')}",
                "models:",
                "  - {name: first, label: First, kind: logit}",
                f"  - {{name: second, label: Second, kind: logit, from: first, add: {added}}}",
            ]
        case "multiverse":
            term = _terms(known, flag).split(" + ")[0]
            return [
                "model:",
                "  kind: logit",
                f"  formula: {_formula(f'{quoted(flag)} ~ {_terms(known, flag)}')}",
                f"term: {_formula(term)}",
                "choices:",
                "  - name: family",
                "    alternatives:",
                "      - {name: logit}",
                "      - {name: linear, kind: linear, labels: {en: Linear, zh: 线性}}",
            ]
    return []
