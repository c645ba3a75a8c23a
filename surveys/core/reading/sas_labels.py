"""Value labels of a SAS catalogue laid over a codebook: a variable takes those of its format."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from surveys.core.charsets import codec_of
from surveys.core.codebook import Code, Codebook, MissingRule, ValueType, Variable
from surveys.core.findings import Finding, Severity
from surveys.core.problems import Refused
from surveys.core.reading.codebooks import tag_word, whole
from surveys.core.reading.encodings import decide, decoded
from surveys.core.reading.labels import clean, split_labels
from surveys.core.reading.options import ReadOptions
from surveys.core.reading.sas_catalogue import Catalogue, FormatLabels, is_sas_file, read_catalogue
from surveys.core.reading.sas_formats import is_own_format
from surveys.core.said import say, say_n

_MOST_NAMED = 8


def is_catalogue(path: Path) -> bool:
    """Whether a codebook that was given beside a file is a SAS file rather than a sheet."""
    with path.open("rb") as file:
        return is_sas_file(file.read(16))


def lay_catalogue(codebook: Codebook, path: Path, options: ReadOptions) -> tuple[Codebook, list[Finding]]:
    """The codebook with the catalogue's value labels; what it holds beyond code lists is remarked on."""
    catalogue = _read(path)
    try:
        codec = _codec(catalogue, options)
    except Refused as refused:  # an answer would be taken for one about the data, so none is offered
        hint = "Write the catalogue anew in UTF-8, or name the character set that file and catalogue share."
        raise Refused(
            replace(one, where="codebook", hint=hint, choices=()) for one in refused.problems
        ) from None
    variables, findings, used = [], [], 0
    for variable in codebook.variables:
        labels = catalogue.formats.get(_name(variable).encode(codec, "replace"))
        if labels is None or not _fits(variable, labels):
            variables.append(variable)
            continue
        used += 1
        variables.append(_labelled(variable, labels, codec, options))
        if labels.others:
            text = say(
                "Its format {format} also labels {others} ranges or other values, which no list of codes can "
                "hold; the catalogue has them.",
                format=variable.format,
                others=labels.others,
            )
            findings.append(Finding(Severity.WARNING, "format_ranges_not_kept", text, variable.name))
    if not used:
        text = "No variable of the file is shown in a format of the catalogue: no labels were laid over."
        findings.append(Finding(Severity.WARNING, "catalogue_not_used", text))
    return replace(codebook, variables=tuple(variables)), findings


def _read(path: Path) -> Catalogue:
    try:
        with memoryview(path.read_bytes()) as data:
            return read_catalogue(data)
    except Refused as refused:
        raise Refused(replace(problem, where="codebook") for problem in refused.problems) from None


def _codec(catalogue: Catalogue, options: ReadOptions) -> str:
    texts = list(catalogue.formats)
    for labels in catalogue.formats.values():
        texts += [label for _, label in labels.codes] + [label for _, label in labels.tags]
        texts += [value for value, _ in labels.codes if isinstance(value, bytes)]
    is_known = bool(codec_of(catalogue.encoding)) if catalogue.encoding else False
    asked = "" if is_known else options.encoding
    try:
        return decide(texts, asked=asked, declared=catalogue.encoding).codec
    except Refused:  # the answer to that doubt is the one that was given for the file
        if asked or not options.encoding:
            raise
        return decide(texts, asked=options.encoding).codec


def _name(variable: Variable) -> str:
    """A format's name without width and decimals; no name ends in a digit."""
    return re.sub(r"[\d.]+$", "", variable.format).upper()


def _fits(variable: Variable, labels: FormatLabels) -> bool:
    if variable.type is ValueType.TEXT:
        return all(isinstance(value, bytes) for value, _ in labels.codes)
    return variable.type.is_number and not any(isinstance(value, bytes) for value, _ in labels.codes)


def _labelled(variable: Variable, labels: FormatLabels, codec: str, options: ReadOptions) -> Variable:
    def words(raw: bytes) -> dict[str, str]:
        text = clean(decoded(raw, codec))
        return split_labels(text, options.languages, options.label_separator)

    codes = {}
    for value, label in labels.codes:
        scalar = whole(value) if not isinstance(value, bytes) else decoded(value, codec).rstrip(" ")
        if scalar != "":
            codes[scalar] = words(label)
    tags = {tag: words(label) for tag, label in labels.tags}
    missing = [replace(rule, labels=tags.pop(rule.tag, rule.labels)) for rule in variable.missing if rule.tag]
    missing += [MissingRule(tag_word(tag, options), tag=tag, labels=told) for tag, told in tags.items()]
    others = tuple(rule for rule in variable.missing if not rule.tag)
    return replace(
        variable,
        codes=tuple(Code(value, told) for value, told in codes.items()),
        missing=others + tuple(sorted(missing, key=lambda rule: str(rule.tag))),
    )


def without_labels(codebook: Codebook) -> list[Finding]:
    """Says which variables are shown in formats of somebody's own, whose labels no catalogue gave."""
    bare = [v for v in codebook.variables if not v.codes and is_own_format(_name(v))]
    if not bare:
        return []
    names = sorted({_name(variable) for variable in bare})
    if len(names) > _MOST_NAMED:
        names = [*names[:_MOST_NAMED], "…"]
    text = say_n(
        len(bare),
        "1 variable is shown in a format of its own ({names}). Its value labels lie in a SAS "
        "catalogue: import again and give the .sas7bcat file as the codebook.",
        "{number:,} variables are shown in formats of their own ({names}). Their value labels lie in a SAS "
        "catalogue: import again and give the .sas7bcat file as the codebook.",
        number=len(bare),
        names=names,
    )
    return [Finding(Severity.WARNING, "labels_in_a_catalogue", text)]
