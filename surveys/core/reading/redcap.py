"""REDCap data dictionaries, as downloaded or as its API gives them, in the words of a codebook sheet."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from surveys.core.limits import MAX, MIN
from surveys.core.reading.guess import WHOLE
from surveys.core.reading.limits import is_limit

Cells = dict[str, str]
Told = tuple[int, Cells, bool]  # line, cells of a codebook sheet, whether the variable may be absent

_NAMES = {
    "variable_/_field_name": "field_name",
    "choices,_calculations,_or_slider_labels": "select_choices_or_calculations",
    "text_validation_type_or_show_slider_number": "text_validation_type_or_show_slider_number",
    "branching_logic_(show_field_only_if...)": "branching_logic",
    "identifier?": "identifier",
    "required_field?": "required_field",
}
_CHOSEN = {"radio", "dropdown", "yesno", "truefalse", "checkbox"}
_TYPES = {
    "integer": "integer", "number": "decimal", "time": "time", "time_hh_mm_ss": "time", "phone": "text",
    "zipcode": "text", "email": "text", "ssn": "text", "alpha_only": "text", "mrn_10d": "text",
}  # fmt: skip
_DATE = re.compile(r"^(date|datetime|datetime_seconds)_(dmy|mdy|ymd)$")
_PARTED = re.compile(r"([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4})(.*)")
_BINARY = {"yesno": "1=Yes | 0=No", "truefalse": "1=True | 0=False"}
_COMPLETE = "0=Incomplete | 1=Unverified | 2=Complete"


def is_dictionary(headings: Iterable[str]) -> bool:
    """Whether a sheet with these headings (lower case, underscores) is a data dictionary of REDCap."""
    known = {_NAMES.get(word, word) for word in headings}
    return {"field_name", "form_name", "field_type", "select_choices_or_calculations"} <= known


def translated(
    lines: Iterable[tuple[int, Mapping[str, str]]], language: str, missing: Mapping[str, str]
) -> list[Told]:
    """The dictionary's lines as lines of a codebook sheet; a checkbox gives one per choice and its set."""
    declared = "; ".join(f"{code}={reason}" for code, reason in missing.items() if not code.startswith("."))
    found: list[Told] = []
    section = form = ""
    for number, raw in lines:
        cells = {_NAMES.get(key, key): _filled(text) for key, text in raw.items()}
        if not cells.get("field_name"):
            continue
        if cells["form_name"] != form:
            found += _completion(number, form, language)
            form, section = cells["form_name"], ""
        section = cells.get("section_header") or section
        if cells["field_type"] != "descriptive":
            found += _field(number, cells, section or form, language, declared)
    return found + _completion(found[-1][0] if found else 1, form, language)


def _filled(text: str) -> str:
    return "" if text == "NA" else text  # how R writes an empty cell


def _completion(line: int, form: str, language: str) -> list[Told]:
    """The column that says how far a form is; no dictionary lists it."""
    if not form:
        return []
    cells = {"variable": f"{form}_complete", "group": form, "level": "ordinal", "type": "integer"}
    told = {f"label_{language}": "Complete?", f"codes_{language}": _COMPLETE}
    return [(line, cells | told, True)]


def _field(line: int, cells: Cells, group: str, language: str, missing: str) -> Iterator[Told]:
    kind, choices = cells["field_type"], cells.get("select_choices_or_calculations", "")
    limits, said = _limits(cells)
    told = limits | {
        "variable": cells["field_name"],
        "group": cells.get("matrix_group_name") or group,
        "universe": cells.get("branching_logic", ""),
        "note": _note(cells, said),
        "type": _type(kind, choices, cells.get("text_validation_type_or_show_slider_number", "")),
        "level": "nominal" if kind in _CHOSEN else "scale" if kind == "slider" else "",
        "missing": missing,
    }
    label = cells.get("field_label", "")
    if kind == "checkbox":
        yield from _checkboxes(line, told, label, choices, language)
        return
    codes = _BINARY.get(kind) or (choices if kind in _CHOSEN else "")
    yield line, told | {f"label_{language}": label, f"codes_{language}": codes}, False


def _checkboxes(line: int, told: Cells, label: str, choices: str, language: str) -> Iterator[Told]:
    """A column of 0 and 1 per choice, and the multiple-response set of them."""
    field = told["variable"]
    for choice in choices.split("|"):
        code, _, text = (part.strip() for part in choice.partition(","))
        if code:
            own = {
                "variable": f"{field}___{re.sub('[^a-z0-9]', '_', code.lower())}",
                "type": "integer",
                "set": f"{field} (D, counting 1)",
                f"label_{language}": text or code,
                f"question_{language}": label,
                f"codes_{language}": "1=Checked | 0=Unchecked",
            }
            yield line, told | own, False
    yield (
        line,
        {"variable": f"${field}", f"label_{language}": label, "set": f"{field} (D, counting 1)"},
        False,
    )


def _type(kind: str, choices: str, validation: str) -> str:
    """The type that the codes or a validation promise; '' where nothing promises one."""
    if kind == "notes":
        return "text"
    if kind in _CHOSEN:
        codes = [choice.partition(",")[0].strip() for choice in choices.split("|")] if choices else []
        return "integer" if all(re.match(WHOLE, code) for code in codes) else "text"
    if kind != "text":
        return ""
    if dated := _DATE.match(validation):
        return f"{dated[1].removesuffix('_seconds')}_{dated[2]}"
    if validation.startswith("number_"):
        return "decimal_comma" if validation.endswith("comma_decimal") else "decimal"
    return _TYPES.get(validation, "")


def _limits(cells: Cells) -> tuple[Cells, str]:
    """(the limits of valid values, a remark on those that are no values: ``today``, another field)."""
    validation = cells.get("text_validation_type_or_show_slider_number", "")
    told = {MIN: cells.get("text_validation_min", ""), MAX: cells.get("text_validation_max", "")}
    plain = {name: _plain(text, validation) for name, text in told.items()}
    limits = {name: text for name, text in plain.items() if text and is_limit(name, text)}
    if all(name in limits for name, text in told.items() if text):
        return limits, ""
    return limits, f"Valid from {told[MIN] or '…'} to {told[MAX] or '…'}"


def _plain(text: str, validation: str) -> str:
    """A limit with a point for the comma of its validation, a date in ISO order."""
    if validation.endswith("comma_decimal"):
        return text.replace(",", ".")
    dated, parts = _DATE.match(validation), _PARTED.fullmatch(text)
    if dated is None or parts is None or dated[2] == "ymd":
        return text
    first, second, year, time = parts.groups()
    day, month = (first, second) if dated[2] == "dmy" else (second, first)
    return f"{year}-{month:>02}-{day:>02}{time}"


def _note(cells: Cells, limits: str) -> str:
    """What else the dictionary says."""
    choices = cells.get("select_choices_or_calculations", "")
    computed = {"calc": "Computed: ", "slider": "Slider: ", "sql": "Query: "}.get(cells["field_type"], "")
    parts = [
        cells.get("field_note", ""),
        limits,
        computed + choices if computed and choices else "",
        "Identifies persons" if cells.get("identifier", "").lower() == "y" else "",
        cells.get("field_annotation", ""),
    ]
    return "; ".join(part for part in parts if part)
