"""What one ``var`` of a DDI says, put over what the file itself says of the variable."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from xml.etree.ElementTree import Element

from surveys.core.absence import LABELS, USER_MISSING, VOCABULARY, code_reason, tag_reason
from surveys.core.codebook import Code, Labels, Level, MissingRule, Role, Scalar, Variable
from surveys.core.findings import Finding, Severity
from surveys.core.reading.ddi_limits import limits_in
from surveys.core.reading.ddi_xml import language_of, text_of
from surveys.core.reading.labels import clean
from surveys.core.reading.values import finite, value_of
from surveys.core.said import say, say_n

REASON_NOTE, ROLE_NOTE, KIND_NOTE, COUNTED_NOTE = "reason", "role", "set kind", "counted value"
OUR_NOTES = (REASON_NOTE, ROLE_NOTE, KIND_NOTE, COUNTED_NOTE, "disclosure")
UNDERSTOOD = frozenset(
    ("labl", "qstn", "universe", "catgry", "invalrng", "varFormat", "notes", "location", "sumStat", "valrng")
)
_NATURE = {
    "nominal": Level.NOMINAL, "ordinal": Level.ORDINAL, "interval": Level.SCALE, "ratio": Level.SCALE,
    "percent": Level.SCALE,
}  # fmt: skip
_REASONS = {
    "inap": "not_applicable", "inapplicable": "not_applicable", "not_applicable": "not_applicable",
    "dk": "dont_know", "do_not_know": "dont_know", "don_t_know": "dont_know", "na": "no_answer",
    "not_ascertained": "no_answer", "no_response": "no_answer", "refusal": "refused", "rf": "refused",
    "sysmiss": "system", "system_missing": "system",
}  # fmt: skip
_TAG = re.compile(r"\.([A-Za-z_])")
_WORD = re.compile(r"[a-z][a-z0-9_]*|(code|tag):\S+")


class VarReader:
    """Reads ``var`` elements; texts without a language are in ``language``."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.findings: list[Finding] = []

    def laid_over(self, variable: Variable, var: Element) -> Variable:
        """``variable`` with what ``var`` tells; what it does not tell stays."""
        changes: dict[str, Any] = {}
        for part, told in (("labels", self.labels(var)), ("question", self._question(var))):
            if told:
                kept = {k: text for k, text in getattr(variable, part).items() if k != "und"}
                changes[part] = {**kept, **told}
        changes |= self._plain(variable, var)
        codes, missing = self._codes(variable, var)
        limits, told_of = limits_in(var, variable)
        self.findings += told_of
        return replace(variable, **changes, codes=codes, missing=missing, limits=limits)

    def labels(self, element: Element, tag: str = "labl") -> dict[str, str]:
        """language -> text of the children called ``tag``; the first of each language counts."""
        found: dict[str, str] = {}
        for child in element.findall(tag):
            if text := clean(text_of(child)):
                found.setdefault(language_of(child.attrib) or self.language, text)
        return found

    def _question(self, var: Element) -> dict[str, str]:
        """The literal question with the texts read out before and after it, per language."""
        parts: dict[str, list[str]] = {}
        for qstn in var.findall("qstn"):
            inner = language_of(qstn.attrib) or self.language
            for tag in ("preQTxt", "qstnLit", "postQTxt"):
                for child in qstn.findall(tag):
                    if text := clean(text_of(child)):
                        parts.setdefault(language_of(child.attrib) or inner, []).append(text)
            if not len(qstn) and (text := clean(text_of(qstn))):
                parts.setdefault(inner, []).append(text)
        return {language: "\n".join(dict.fromkeys(texts)) for language, texts in parts.items()}

    def _plain(self, variable: Variable, var: Element) -> dict[str, Any]:
        told: dict[str, Any] = {}
        if universe := self._one_language(var, "universe", variable.name):
            told["universe"] = universe
        if nature := var.get("nature"):
            told["level"] = _NATURE.get(nature, Level.UNKNOWN)
        elif var.get("intrvl") == "contin" and variable.level is Level.UNKNOWN and variable.type.is_number:
            told["level"] = Level.SCALE
        if unit := var.get("measUnit", "").strip():
            told["unit"] = unit
        form = var.find("varFormat")
        if form is not None and form.get("formatname"):
            told["format"] = form.get("formatname")
        if role := self._role(variable, var):
            told["role"] = role
        if note := self._note(var):
            told["note"] = note
        return told

    def _one_language(self, var: Element, tag: str, name: str) -> str:
        found = self.labels(var, tag)
        chosen = self.language if self.language in found else next(iter(found), "")
        if others := [language for language in found if language != chosen]:
            text = say("Its {part} is kept in one language; left out: {others}.", part=tag, others=others)
            self.findings.append(Finding(Severity.WARNING, "ddi_language_left_out", text, name))
        return found.get(chosen, "")

    def _role(self, variable: Variable, var: Element) -> Role | None:
        for note in var.findall("notes"):
            if note.get("type") == ROLE_NOTE and text_of(note) in {role.value for role in Role}:
                return Role(text_of(note))
        return Role.WEIGHT if var.get("wgt") == "wgt" and variable.role is Role.RAW else None

    def _note(self, var: Element) -> str:
        texts = [text_of(note) for note in var.findall("notes") if note.get("type") not in OUR_NOTES]
        texts += [text_of(txt) for txt in var.findall("txt")]
        texts += [text_of(one) for qstn in var.findall("qstn") for one in qstn.findall("ivuInstr")]
        return "\n".join(dict.fromkeys(filter(None, map(clean, texts))))

    def _codes(self, variable: Variable, var: Element) -> tuple[tuple[Code, ...], tuple[MissingRule, ...]]:
        labels: dict[Scalar, Labels] = {code.value: code.labels for code in variable.codes}
        rules = {_identity(rule): rule for rule in variable.missing}
        unreadable = 0
        for catgry in var.findall("catgry"):
            text = text_of(found) if (found := catgry.find("catValu")) is not None else ""
            is_missing = catgry.get("missing") == "Y"
            if variable.type.is_number and (tag := _TAG.fullmatch(text)):
                self._take(rules, MissingRule(_reason(catgry) or tag_reason(tag[1]), tag=tag[1]), catgry)
                continue
            value = value_of(text, variable)
            if value is None:
                unreadable += text not in (".", "Sysmiss") and bool(len(catgry))
            elif is_missing or ("value", value) in rules:
                told = MissingRule(_reason(catgry) or code_reason(value), value=value)
                self._take(rules, told, catgry, labels.pop(value, {}))
            else:
                labels[value] = _over(labels.get(value, {}), self.labels(catgry))
        for rule in self._invalid(variable, var):
            rules.setdefault(_identity(rule), replace(rule, labels=labels.pop(rule.value, {})))  # type: ignore[arg-type]
        self._tell_of_categories(variable, var, unreadable)
        return tuple(Code(value, told) for value, told in labels.items()), _in_order(rules.values())

    def _take(
        self, rules: dict[Any, MissingRule], rule: MissingRule, catgry: Element, labels: Labels | None = None
    ) -> None:
        """Puts a missing code beside what was known of it; a reason that the DDI does not give stays."""
        before = rules.get(_identity(rule))
        reason = before.reason if before and not _reason(catgry) else rule.reason
        known = before.labels if before else labels or {}
        told = self.labels(catgry)
        if told == LABELS.get(reason):  # the vocabulary's own words: no more than the reason says
            told = {}
        rules[_identity(rule)] = replace(rule, reason=reason, labels=_over(known, told))

    def _invalid(self, variable: Variable, var: Element) -> Iterator[MissingRule]:
        for invalrng in var.findall("invalrng"):
            reason = next((text_of(n) for n in invalrng.findall("notes") if n.get("type") == REASON_NOTE), "")
            for item in invalrng.findall("item"):
                value = value_of(item.get("VALUE", "").strip(), variable)
                if value is not None:
                    yield MissingRule(reason or code_reason(value), value=value)
            for span in invalrng.findall("range"):
                low, high = _ends(span, variable)
                if low is not None or high is not None:
                    labels = self.labels(invalrng, "key") if len(invalrng.findall("range")) == 1 else {}
                    yield MissingRule(reason or USER_MISSING, low=low, high=high, labels=labels)

    def _tell_of_categories(self, variable: Variable, var: Element, unreadable: int) -> None:
        name = variable.name
        if unreadable:
            text = say_n(
                unreadable,
                "1 category of the DDI names no code that this column can hold; left out.",
                "{n} categories of the DDI name no code that this column can hold; left out.",
                n=unreadable,
            )
            self.findings.append(Finding(Severity.WARNING, "ddi_code_left_out", text, name))
        if any(catgry.find("txt") is not None for catgry in var.findall("catgry")):
            text = "Longer descriptions of its categories are left out; their labels are kept."
            self.findings.append(Finding(Severity.WARNING, "ddi_text_left_out", text, name))


def _identity(rule: MissingRule) -> tuple[Any, ...]:
    if rule.value is not None:
        return "value", rule.value
    return ("tag", rule.tag) if rule.tag is not None else ("range", rule.low, rule.high)


def _in_order(rules: Any) -> tuple[MissingRule, ...]:
    """Single codes, then ranges, then tags, as a file's own codebook has them."""
    return tuple(sorted(rules, key=lambda rule: (rule.tag is not None, rule.value is None)))


def _over(known: Labels, told: Labels) -> dict[str, str]:
    kept = {language: text for language, text in known.items() if language != "und" or not told}
    return {**kept, **told}


def _reason(catgry: Element) -> str:
    """The word for ``missType``: a reason as such, a common abbreviation, else the text as a word."""
    told = catgry.get("missType", "").strip()
    if told in VOCABULARY or _WORD.fullmatch(told):
        return _REASONS.get(told, told)
    word = re.sub(r"\W+", "_", told.lower()).strip("_")[:60]
    return _REASONS.get(word, word)


def _ends(span: Element, variable: Variable) -> tuple[float | None, float | None]:
    """A range's ends; an end that is not part of it moves by the least step."""
    ends = []
    for name, way in (("min", math.inf), ("max", -math.inf)):
        end, outside = finite(span.get(name)), finite(span.get(f"{name}Exclusive"))
        if end is None and outside is not None:
            step = math.copysign(1.0, way)
            end = outside + step if variable.type == "integer" else math.nextafter(outside, way)
        ends.append(end)
    return ends[0], ends[1]
