"""One variable of a codebook as the ``var`` of DDI-Codebook 2.5."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Mapping
from typing import Any

from surveys.core.absence import LABELS
from surveys.core.codebook import Level, Limits, MissingRule, Role, Scalar, ValueType, Variable
from surveys.core.frequency_table import FrequencyTable, frequency_table
from surveys.core.limits import told_end
from surveys.core.writing.codebook_sheet import told_value
from surveys.core.writing.ddi_parts import add, add_labels, legal
from surveys.core.writing.table import Derivation

_NATURE = {
    Level.NOMINAL: "nominal",
    Level.ORDINAL: "ordinal",
    Level.SCALE: "interval",
    Level.UNKNOWN: "other",
}
_MOMENTS = (ValueType.DATE, ValueType.DATETIME, ValueType.TIME)
_KIND = {ValueType.TEXT: "text"} | dict.fromkeys(_MOMENTS, "datetime")
_CATEGORY = {ValueType.DATE: "date", ValueType.DATETIME: "date", ValueType.TIME: "time"}
_STATS = (("mean", "mean"), ("median", "medn"), ("min", "min"), ("max", "max"), ("sd", "stdev"))


def add_variable(
    data: ET.Element,
    variable: Variable,
    counted: Mapping[str, Any],
    ids: Mapping[str, str],
    derivation: Derivation | None,
    *,
    is_weight: bool,
) -> ET.Element:
    """Adds the variable with what everyone may know of its frequencies."""
    table = frequency_table(variable, counted)
    var = add(data, "var", **_attributes(variable, ids[variable.name], is_weight))
    add_labels(var, "labl", variable.labels)
    if any(variable.question.values()):
        add_labels(add(var, "qstn"), "qstnLit", variable.question)
    if variable.limits is not None:
        _valid(var, variable.limits, variable.type)
    for rule in variable.missing:
        _invalid(var, rule, variable)
    if variable.universe:
        add(var, "universe", variable.universe)
    _statistics(var, table)
    _categories(var, variable, table)
    if derivation is not None:
        _derivation(var, derivation, ids)
    _format(var, variable)
    if variable.note:
        add(var, "notes", variable.note)
    if variable.role is not Role.RAW:
        add(var, "notes", variable.role.value, type="role")
    if table.is_withheld:
        add(var, "notes", "Values that would tell single answers are not counted here.", type="disclosure")
    return var


def _attributes(variable: Variable, identity: str, is_weight: bool) -> dict[str, str]:
    is_scale = variable.level is Level.SCALE or (variable.type is ValueType.DECIMAL and not variable.codes)
    given = {
        "ID": identity,
        "name": legal(variable.name),
        "files": "F1",
        "intrvl": "contin" if is_scale else "discrete",
        "nature": _NATURE[variable.level],
        "representationType": "code" if variable.codes else _KIND.get(variable.type, "numeric"),
    }
    if is_weight or variable.role is Role.WEIGHT:
        given["wgt"] = "wgt"
    if variable.unit:
        given["measUnit"] = legal(variable.unit)
    return given


def _valid(var: ET.Element, limits: Limits, kind: ValueType) -> None:
    given = {
        "min": limits.low, "minExclusive": limits.above, "max": limits.high, "maxExclusive": limits.below,
    }  # fmt: skip
    told = {name: told_end(end) for name, end in given.items() if end is not None}
    add(add(var, "valrng"), "range", UNITS=_units(kind), **told)


def _units(kind: ValueType) -> str:
    return "INT" if kind is ValueType.INTEGER else "REAL"


def _invalid(var: ET.Element, rule: MissingRule, variable: Variable) -> None:
    """Single codes and ranges; a tag has no value that a range could hold and is a category only."""
    if rule.tag is not None:
        return
    invalid = add(var, "invalrng")
    units = _units(variable.type)
    if rule.value is not None:
        add(invalid, "item", UNITS=units, VALUE=legal(told_value(rule.value)))
    else:
        ends = {"min": rule.low, "max": rule.high}
        add(invalid, "range", UNITS=units, **{k: told_value(v) for k, v in ends.items() if v is not None})
        add_labels(invalid, "key", rule.labels)
    add(invalid, "notes", rule.reason, type="reason")


def _statistics(var: ET.Element, table: FrequencyTable) -> None:
    if not table.n:
        return
    add(var, "sumStat", str(table.n_valid), type="vald")
    add(var, "sumStat", str(table.n_absent), type="invd")
    for name, kind in _STATS:
        number = table.stats.get(name)
        if number is not None:
            add(var, "sumStat", f"{number:.15g}", type=kind)


def _categories(var: ET.Element, variable: Variable, table: FrequencyTable) -> None:
    """The codebook's codes, then its missing codes and tags, each with its count."""
    counts: dict[Scalar | None, int] = {row.value: row.n for row in (*table.valid, *table.absent)}
    for code in variable.codes:
        catgry = add(var, "catgry")
        add(catgry, "catValu", told_value(code.value))
        add_labels(catgry, "labl", code.labels)
        _count(catgry, counts, code.value)
    for rule in variable.missing:
        value = rule.value if rule.tag is None else f".{rule.tag}"
        if value is None:
            continue
        catgry = add(var, "catgry", missing="Y", missType=legal(rule.reason))
        add(catgry, "catValu", told_value(value))
        add_labels(catgry, "labl", rule.labels or LABELS.get(rule.reason, {}))
        _count(catgry, counts, value)


def _count(catgry: ET.Element, counts: Mapping[Scalar | None, int], value: Scalar) -> None:
    if value in counts:
        add(catgry, "catStat", str(counts[value]), type="freq")


def _derivation(var: ET.Element, derivation: Derivation, ids: Mapping[str, str]) -> None:
    add(add(var, "verStmt"), "version", derivation.measure)
    element = add(var, "derivation")
    if used := [ids[name] for name in derivation.inputs if name in ids]:
        element.set("var", " ".join(used))
    add_labels(element, "drvdesc", derivation.sentences)
    add(element, "drvcmd", derivation.rule, syntax="Wavebook rule")


def _format(var: ET.Element, variable: Variable) -> None:
    given = {"type": "character" if variable.type is ValueType.TEXT else "numeric", "schema": "other"}
    if variable.format:
        given["formatname"] = legal(variable.format)
    if variable.type in _CATEGORY:
        given["category"] = _CATEGORY[variable.type]
    add(var, "varFormat", **given)
