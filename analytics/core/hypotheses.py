"""Hypotheses as they are stated: a term, an expected sign, a rule; and the verdict of each family."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from analytics.core.audit.stars import p_value
from analytics.core.fields import Fields
from analytics.core.printed import Printed
from analytics.core.targets import STARS, PublishedTable, row_key
from surveys.core.problems import Refused
from surveys.core.said import say

SUPPORTED, NOT_SUPPORTED, OTHER_SIGN, NOT_COMPUTED = (
    "supported",
    "not_supported",
    "other_sign",
    "not_computed",
)
PUBLISHED = (SUPPORTED, NOT_SUPPORTED)
SIGNS = ("+", "-")
MOST = 200


@dataclass(frozen=True)
class TriedIn:
    """Where a hypothesis is tested: a family of models by name, an analysis, one of its models."""

    family: str
    analysis: str
    model: str


@dataclass(frozen=True)
class Hypothesis:
    """``term`` is that of the models; ``published`` the verdict of the work, or empty."""

    name: str
    text: Mapping[str, str]
    term: str
    sign: str
    tested: tuple[TriedIn, ...]
    published: str = ""
    printed: str = ""  # column of the target in which the work tested it


@dataclass(frozen=True)
class Register:
    """Hypotheses of one work.  Supported: p under ``level``, and the expected sign."""

    hypotheses: tuple[Hypothesis, ...]
    level: float = 0.05
    target: str = ""

    @property
    def families(self) -> tuple[str, ...]:
        """The families by which any is tested, in order."""
        return tuple(dict.fromkeys(t.family for one in self.hypotheses for t in one.tested))

    @property
    def analyses(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(t.analysis for one in self.hypotheses for t in one.tested))

    def rule(self) -> str:
        """The rule in words."""
        return say("Supported: p < {level:g}, and the sign that is expected.", level=self.level)


@dataclass(frozen=True)
class Verdict:
    """What one test comes to, with the figures it rests on (texts where they are printed ones)."""

    verdict: str
    estimate: float | None = None
    p: float | None = None
    shown: Mapping[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {"verdict": self.verdict, "estimate": self.estimate, "p": self.p, "printed": dict(self.shown)}


def read_register(given: Mapping[str, Any], where: str = "") -> Register:
    """A register from its mapping; Refused with every problem at once.

    ``{level, target, hypotheses: {H1: {text, term, sign, published, printed, tested: {logit: a#b}}}}``
    """
    fields = Fields(dict(given), where)
    level, target = fields.take("level"), fields.text("target")
    if level is not None and (
        isinstance(level, bool) or not isinstance(level, int | float) or not 0 < level < 1
    ):
        fields.wrong("level", say("“level” must be a number between 0 and 1."))
    told = fields.mapping("hypotheses")
    if not told or len(told) > MOST:
        fields.wrong("hypotheses", say("A register names 1 to {most} hypotheses.", most=MOST))
    found = [_hypothesis(fields, str(name), one) for name, one in told.items()]
    fields.finish()
    if fields.problems:
        raise Refused(fields.problems)
    return Register(tuple(one for one in found if one), float(level) if level is not None else 0.05, target)


def _hypothesis(fields: Fields, name: str, given: Any) -> Hypothesis | None:
    place = f"hypotheses.{name}"
    if not isinstance(given, Mapping):
        fields.wrong(place, say("Write the fields of {name}.", name=name))
        return None
    inner = Fields(given, fields.place(place), fields.problems)
    text = inner.data.get("text")
    if isinstance(text, str):
        told = {"en": inner.text("text")}
    else:
        told = {language: str(one) for language, one in inner.mapping("text").items()}
    tested = [_tested(inner, str(family), str(one)) for family, one in inner.mapping("tested").items()]
    found = Hypothesis(
        name=name,
        text=told,
        term=inner.text("term", required=True),
        sign=inner.choice("sign", SIGNS, "+"),
        tested=tuple(one for one in tested if one is not None),
        published=inner.choice("published", PUBLISHED, SUPPORTED) if "published" in inner.data else "",
        printed=inner.text("printed"),
    )
    inner.finish()
    return found


def _tested(inner: Fields, family: str, one: str) -> TriedIn | None:
    analysis, sign, model = one.partition("#")
    if not (analysis and sign and model):
        inner.wrong(f"tested.{family}", say("Write ANALYSIS#MODEL, as in table2#model5."))
        return None
    return TriedIn(family, analysis, model)


def verdict_of(hypothesis: Hypothesis, tested: TriedIn, result: Mapping[str, Any], level: float) -> Verdict:
    """The verdict of a run: the model named, the row of the term, p and sign."""
    model = next((one for one in result.get("models", ()) if tested.model in _names(one)), None)
    if model is None:
        return Verdict(NOT_COMPUTED)
    names = {
        column["name"] for column in model["columns"] if row_key(column["key"]) == row_key(hypothesis.term)
    }
    found = next((one for one in model["result"]["estimates"] if one["term"] in names), None)
    if found is None or found["estimate"] is None or found["p_value"] is None:
        return Verdict(NOT_COMPUTED)
    estimate, p = float(found["estimate"]), float(found["p_value"])
    return Verdict(_judged(estimate, p < level, hypothesis.sign), estimate, p)


def _names(model: Mapping[str, Any]) -> Sequence[str]:
    return (str(model.get("column") or ""), str(model["name"]), str(model["label"]))


def _judged(estimate: float, is_clear: bool, sign: str) -> str:
    if not is_clear:
        return NOT_SUPPORTED
    return SUPPORTED if (estimate < 0) == (sign == "-") else OTHER_SIGN


def printed_verdict(hypothesis: Hypothesis, table: PublishedTable, column: str, level: float) -> Verdict:
    """What the printed figures of one column say by the rule: stars where they are printed, else z."""
    rows = [term for term in table.terms if row_key(term) == row_key(hypothesis.term)]
    estimate = table.figure(column, rows[0], "estimate") if rows else None
    if estimate is None:
        return Verdict(NOT_COMPUTED)
    error, stars = table.figure(column, rows[0], "se"), table.cell(column, rows[0], "stars")
    p = p_value(estimate.value / error.value) if error is not None and error.value > 0 else None
    is_clear = _is_clear(table, stars.printed.strip() if stars else None, p, level)
    if is_clear is None:
        return Verdict(NOT_COMPUTED)
    return Verdict(
        _judged(estimate.value, is_clear, hypothesis.sign), estimate.value, p, _shown(estimate, error, stars)
    )


def _is_clear(table: PublishedTable, stars: str | None, p: float | None, level: float) -> bool | None:
    if stars is not None:
        rule = table.notes.get("stars", STARS)
        return bool(stars) and stars in rule and float(rule[stars]) <= level
    return p < level if p is not None else None


def _shown(estimate: Printed, error: Printed | None, stars: Any) -> dict[str, str]:
    texts = {
        "estimate": estimate.text,
        "stars": stars.printed if stars else "",
        "se": error.text if error else "",
    }
    return {name: text for name, text in texts.items() if text}
