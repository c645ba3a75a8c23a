"""The codebook of a file: bytes decoded, bilingual labels parted, missing codes given their reasons."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from surveys.core.absence import USER_MISSING, code_reason, tag_reason
from surveys.core.codebook import (
    DESCRIBING,
    Code,
    Codebook,
    Limits,
    MissingRule,
    ResponseSet,
    Role,
    Scalar,
    ValueType,
    Variable,
)
from surveys.core.findings import Finding, Severity
from surveys.core.limits import ENDS
from surveys.core.reading import dates
from surveys.core.reading.encodings import Decision, decoded, is_cut, undecodable
from surveys.core.reading.labels import clean, split_labels
from surveys.core.reading.limits import limits_of
from surveys.core.reading.options import ReadOptions
from surveys.core.reading.raw import Calendar, RawFile, RawMissing, RawSet, RawValue, RawVariable
from surveys.core.reading.settle import Settled, TypedColumn
from surveys.core.reading.undecodable import in_labels
from surveys.core.reasons_in_files import NAME, code_in_words, from_words, ranges_in

Decode = Callable[[bytes], str]


@dataclass(frozen=True)
class _Words:
    """How texts of one file become labels and reasons."""

    codec: str
    options: ReadOptions
    own: Mapping[str, str] = field(default_factory=dict)  # reasons that the file states, of one variable

    def text(self, raw: bytes) -> str:
        return clean(decoded(raw, self.codec))

    def cell(self, raw: bytes) -> str:
        """A value as the cells of its column are kept."""
        return decoded(raw, self.codec).replace("\0", "").rstrip(" ")

    def labels(self, raw: bytes) -> dict[str, str]:
        return split_labels(self.text(raw), self.options.languages, self.options.label_separator)

    def reason(self, code: Scalar) -> str:
        """The uploader's word for a code, else the file's own, else the study's, else the code itself."""
        stated = self.own.get(code_in_words(code))
        asked = self.options.missing_reasons.get(_as_text(code))
        return self._first(asked, stated) or code_reason(code)

    def tag(self, tag: str) -> str:
        word = tag_word(tag, self.options)
        asked = word if word != tag_reason(tag) else None
        return self._first(asked, self.own.get(f".{tag}")) or word

    def _first(self, asked: str | None, stated: str | None) -> str | None:
        return (stated or asked) if self.options.reasons_are_usual else (asked or stated)

    @property
    def with_reasons(self) -> tuple[str, ...]:
        """Codes that have a reason, as they were written."""
        return (*self.options.missing_reasons, *self.own)


def build(file: RawFile, settled: Settled, options: ReadOptions) -> Codebook:
    """The codebook of a settled file, before a codebook sheet is laid over it."""
    if file.codebook is not None:
        return file.codebook
    words = _Words(settled.decision.codec, options)
    variables = tuple(
        _variable(raw, column, words, options)
        for raw, column in zip(file.variables, settled.columns, strict=True)
    )
    settled.findings += _blank_labels(file, variables, words)
    settled.findings += _cut_labels(file, variables, words)
    settled.findings += _undecodable_labels(file, variables, settled.decision)
    weight = words.text(file.weight)
    if weight:
        variables = tuple(_with_role(v, Role.WEIGHT) if v.name == weight else v for v in variables)
    return Codebook(
        variables=variables,
        sets=tuple(_response_set(one, file, variables, words) for one in file.sets),
        labels=words.labels(file.label),
        notes=tuple(words.text(note) for note in file.notes),
        weight=weight,
    )


def _blank_labels(file: RawFile, variables: tuple[Variable, ...], words: _Words) -> list[Finding]:
    """A label of the empty text labels no cell, for empty text is an empty cell."""
    text = "The label of the blank value was left out: blank cells are empty."
    return [
        Finding(Severity.INFO, "blank_label", text, variable.name)
        for raw, variable in zip(file.variables, variables, strict=True)
        if any(isinstance(value, bytes) and not words.cell(value) for value, _ in raw.codes)
    ]


def _cut_labels(file: RawFile, variables: tuple[Variable, ...], words: _Words) -> list[Finding]:
    """Labels, and the values that they stand for, that lost a part of their last character."""
    text = "A label or the value it stands for ends inside a character: the file's program cut it."
    return [
        Finding(Severity.WARNING, "label_cut", text, variable.name)
        for raw, variable in zip(file.variables, variables, strict=True)
        if any(is_cut(part.rstrip(b" \0"), words.codec) for part in _texts_of(raw))
    ]


def _undecodable_labels(file: RawFile, variables: tuple[Variable, ...], decision: Decision) -> list[Finding]:
    """Texts of the dictionary with bytes that are no characters: by variable, then those of the file."""

    def count(texts: Iterable[bytes]) -> int:
        return sum(undecodable(text, decision.codec) for text in texts)

    own = [file.label, *file.notes, *(text for one in file.sets for text in (one.name, one.label))]
    counted = [
        (variable.name, count((raw.name, raw.question, raw.note, *_texts_of(raw), *_attribute_texts(raw))))
        for raw, variable in zip(file.variables, variables, strict=True)
    ]
    return [in_labels(name, decision.name, n) for name, n in (*counted, ("", count(own))) if n]


def _attribute_texts(raw: RawVariable) -> Iterator[bytes]:
    for name, texts in raw.attributes:
        yield from (name, *texts)


def _texts_of(raw: RawVariable) -> Iterator[bytes]:
    yield raw.label
    for value, label in raw.codes:
        yield from (value, label) if isinstance(value, bytes) else (label,)
    yield from (label for _, label in raw.tags)
    yield from (one.value for one in raw.missing if isinstance(one.value, bytes))


def _with_role(variable: Variable, role: Role) -> Variable:
    return Variable(**{**variable.__dict__, "role": role})


def _variable(raw: RawVariable, column: TypedColumn, words: _Words, options: ReadOptions) -> Variable:
    name = words.text(raw.name)
    described, attributes = _attributes(raw, words)
    words, attributes = _with_own_reasons(words, attributes)
    codes = [_code(value, label, raw, column, words) for value, label in raw.codes]
    known = {code.value: code.labels for code in codes if code is not None}
    missing = _missing(raw, column, known, words)
    absent = {rule.value for rule in missing if rule.value is not None}
    limits, attributes = _limits(attributes, column.type)
    return Variable(
        name=name,
        type=column.type,
        labels=words.labels(raw.label),
        question=words.labels(raw.question or described.get("question", b"")),
        universe=words.text(described.get("universe", b"")),
        level=raw.level,
        role=Role.KEY if options.key and name == options.key else Role.RAW,
        codes=tuple(Code(value, labels) for value, labels in known.items() if value not in absent),
        missing=tuple(missing) + _tag_rules(raw, column, words),
        format=raw.format,
        unit=words.text(described.get("unit", b"")),
        group=words.text(described.get("group", b"")),
        note=words.text(raw.note or described.get("note", b"")),
        attributes=attributes,
        limits=limits,
    )


def _attributes(raw: RawVariable, words: _Words) -> tuple[dict[str, bytes], dict[str, tuple[str, ...]]]:
    """(attributes that a codebook has a place of its own for, all others)."""
    described: dict[str, bytes] = {}
    others: dict[str, tuple[str, ...]] = {}
    for name, texts in raw.attributes:
        word = words.text(name)
        if word.casefold() in DESCRIBING and len(texts) == 1:
            described[word.casefold()] = texts[0]
        else:
            others[word] = tuple(words.text(text) for text in texts)
    return described, others


def _with_own_reasons(
    words: _Words, attributes: dict[str, tuple[str, ...]]
) -> tuple[_Words, dict[str, tuple[str, ...]]]:
    """How the variable's codes become reasons where an attribute of our own name states some; the others."""
    texts = attributes.get(NAME, ())
    if len(texts) != 1 or not (own := from_words(texts[0])):
        return words, attributes
    return replace(words, own=own), {name: texts for name, texts in attributes.items() if name != NAME}


def _limits(
    attributes: dict[str, tuple[str, ...]], kind: ValueType
) -> tuple[Limits | None, dict[str, tuple[str, ...]]]:
    """(the limits that attributes of our own names state, all others); what no cell can be stays as it is."""
    told = {name.casefold(): texts[0] for name, texts in attributes.items() if len(texts) == 1}
    try:
        limits = limits_of(told, kind)
    except ValueError:
        limits = None
    if limits is None:
        return None, attributes
    return limits, {name: texts for name, texts in attributes.items() if name.casefold() not in ENDS}


def _code(value: RawValue, label: bytes, raw: RawVariable, column: TypedColumn, words: _Words) -> Code | None:
    scalar = _scalar(value, raw.calendar, column.type, words)
    return None if scalar is None or scalar == "" else Code(scalar, words.labels(label))


def _scalar(value: RawValue, calendar: Calendar | None, kind: ValueType, words: _Words) -> Scalar | None:
    if isinstance(value, bytes):
        return words.cell(value)
    if calendar is not None:
        return dates.moment(float(value), calendar, kind)
    return whole(float(value))


def _missing(
    raw: RawVariable, column: TypedColumn, known: Mapping[Scalar, Mapping[str, str]], words: _Words
) -> list[MissingRule]:
    """Single codes first, then what is left of a range."""
    rules: list[MissingRule] = []
    for one in raw.missing:
        if one.value is not None:
            value = _scalar(one.value, raw.calendar, column.type, words)
            if value is not None and value != "":
                rules.append(MissingRule(words.reason(value), value=value, labels=known.get(value, {})))
        else:
            rules += _range_rules(one, raw, known, words)
    return list({(rule.value, rule.low, rule.high): rule for rule in rules}.values())


def _range_rules(
    span: RawMissing, raw: RawVariable, known: Mapping[Scalar, Mapping[str, str]], words: _Words
) -> list[MissingRule]:
    """A rule for each code of the range that has a label or a reason of its own, and one for the rest."""
    low, high = span.low, span.high
    if raw.calendar is not None and raw.calendar.kind != "time":
        ends = dates.within(low, high, raw.calendar)
        return [MissingRule(USER_MISSING, low=ends[0], high=ends[1])] if ends else []
    candidates: dict[Scalar, Mapping[str, str]] = dict(known)
    for number in map(_number, words.with_reasons):
        if number is not None:
            candidates.setdefault(number, {})
    inside = [
        MissingRule(words.reason(code), value=code, labels=labels)
        for code, labels in sorted(candidates.items(), key=lambda pair: str(pair[0]))
        if not isinstance(code, str) and (low is None or low <= code) and (high is None or code <= high)
    ]
    ranges = [MissingRule(why, low=start, high=end) for start, end, why in ranges_in(words.own, low, high)]
    if any((rule.low, rule.high) == (low, high) for rule in ranges):
        return [*inside, *ranges]
    return [*inside, *ranges, MissingRule(USER_MISSING, low=low, high=high)]


def _tag_rules(raw: RawVariable, column: TypedColumn, words: _Words) -> tuple[MissingRule, ...]:
    """Tags that occur or have a label."""
    labels = dict(raw.tags)
    occurring = set(column.tags.drop_nulls().unique()) if column.tags is not None else set()
    return tuple(
        MissingRule(
            words.tag(tag),
            tag=tag,
            labels=words.labels(labels.get(tag, b"")),
        )
        for tag in sorted(occurring | set(labels))
    )


def tag_word(tag: str, options: ReadOptions) -> str:
    """The study's reason for a tagged missing (its key ``.a`` or ``a``), or a reason of its own."""
    reasons = options.missing_reasons
    return reasons.get(f".{tag}") or reasons.get(tag) or tag_reason(tag)


def _response_set(one: RawSet, file: RawFile, variables: tuple[Variable, ...], words: _Words) -> ResponseSet:
    by_raw = {raw.name: variable for raw, variable in zip(file.variables, variables, strict=True)}
    members = [by_raw[name] for name in one.variables]
    counted: Scalar | None = None
    if one.counted is not None:
        text = words.text(one.counted)
        number = _number(text)
        is_text = any(member.type is ValueType.TEXT for member in members)
        counted = text if is_text or number is None else number
    return ResponseSet(
        name=words.text(one.name).lstrip("$"),
        kind=one.kind,
        variables=tuple(member.name for member in members),
        labels=words.labels(one.label),
        counted_value=counted,
    )


def _number(text: str) -> int | float | None:
    try:
        return whole(float(text))
    except ValueError:
        return None


def whole(number: float) -> int | float:
    """A whole number as such, as far as doubles tell whole numbers apart."""
    return int(number) if number.is_integer() and abs(number) <= 2**53 else number


def _as_text(code: Scalar) -> str:
    return f"{code:g}" if isinstance(code, float) else str(code)
