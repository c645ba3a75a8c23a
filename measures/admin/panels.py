"""What the editor's parts show: numbers made ready, so that templates only lay them out."""

from __future__ import annotations

import json
from typing import Any

from django.utils.translation import gettext_lazy as _

from measures.core.axes import Side, reason_label, shown
from measures.core.language.labels import valid_codes
from measures.core.tables import MOST_OUTCOMES
from measures.selectors.keys import quoted
from measures.selectors.scopes import Carried, ground
from measures.services.previews import Preview
from surveys.core.codebook import text_in
from surveys.core.problems import Problem
from surveys.models import Study, WaveVersion
from surveys.templatetags.charts import ordered_tally

MOST_ITEMS = 60
MOST_CODES = 12
MOST_CHANGES = 24
AROUND = 24  # characters of the rule shown before and after a mistake


def preview_panel(tried: Preview, rule: str, language: str) -> dict[str, Any]:
    """The context of the preview part."""
    total = sum(tried.tally.values())
    return {
        "tried": tried,
        "problems": [_mistake(problem, rule) for problem in tried.problems],
        "sentence": tried.sentences.get("zh" if language == "zh" else "en", ""),
        "other_sentence": tried.sentences.get("en" if language == "zh" else "zh", ""),
        "total": total,
        "valid": tried.tally.get("valid", 0),
        "absences": [
            {
                "label": reason_label(reason, language),
                "rows": n,
                "share": _share(n, total),
                "shade": min(shade, 4),  # as the bar above draws it
            }
            for shade, (reason, n) in enumerate(ordered_tally(tried.tally))
            if reason != "valid"
        ],
        "valid_share": _share(tried.tally.get("valid", 0), total),
        "values": [
            {"text": shown(v.value), "label": v.label, "rows": v.rows, "share": _share(v.rows, total)}
            for v in tried.values
        ],
        "stats": [(word, shown(tried.stats[name])) for name, word in _STATS.items() if name in tried.stats],
        "type": _TYPES.get(tried.type, tried.type),
        "histogram": tried.histogram,
        "transitions": _transitions(tried, language),
        "milliseconds": round(tried.seconds * 1000),
    }


_STATS = {"mean": _("mean"), "sd": _("SD"), "min": _("min"), "median": _("median"), "max": _("max")}
_TYPES = {
    "integer": _("whole numbers"),
    "decimal": _("decimal numbers"),
    "text": _("text"),
    "date": _("dates"),
    "datetime": _("points in time"),
    "time": _("durations"),
}


def _share(n: int, total: int) -> float:
    return round(100 * n / total, 1) if total else 0.0


def _mistake(problem: Problem, rule: str) -> dict[str, Any]:
    """A problem with the slice of the rule it means."""
    found: dict[str, Any] = {"problem": problem}
    if problem.position is not None:
        start, end = problem.position
        end = max(end, start + 1)
        found |= {
            "start": start,
            "end": end,
            "line": rule.count("\n", 0, start) + 1,
            "column": start - rule.rfind("\n", 0, start),
            "before": ("…" if start > AROUND else "") + rule[max(0, start - AROUND) : start],
            "slice": rule[start:end] or "⏎",
            "after": rule[end : end + AROUND] + ("…" if end + AROUND < len(rule) else ""),
        }
    return found


def _transitions(tried: Preview, language: str) -> dict[str, Any] | None:
    """Rows that change against the version in force, from what to what."""
    if tried.changes is None:
        return None
    labels = {one.value: one.label for one in tried.values}
    counts = tried.changes.cross.counts
    before = _side([(value, reason) for value, reason, _v, _r, _n in counts], labels, language)
    after = _side([(value, reason) for _v, _r, value, reason, _n in counts], labels, language)
    lines: dict[tuple[Any, Any], int] = {}
    for place, count in enumerate(counts):
        pair = before[place], after[place]
        lines[pair] = lines.get(pair, 0) + count[-1]
    ranked = sorted(lines.items(), key=lambda line: -line[1])
    return {
        "against": tried.against,
        "changed": tried.changes.changed,
        "rows": tried.changes.rows,
        "share": _share(tried.changes.changed, tried.changes.rows),
        "lines": [{"before": b, "after": a, "rows": n} for (b, a), n in ranked[:MOST_CHANGES]],
        "is_complete": tried.changes.cross.is_complete and len(ranked) <= MOST_CHANGES,
    }


def _side(cells: list[tuple[Any, str | None]], labels: dict[Any, str], language: str) -> list[Side]:
    """Each cell as it is shown; many different values are shown as one span."""
    values = {value for value, reason in cells if reason is None}
    span = f"{shown(min(values))} … {shown(max(values))}" if len(values) > MOST_OUTCOMES else ""
    return [
        Side(reason_label(reason, language), "", is_absence=True)
        if reason is not None
        else Side(span or shown(value), "" if span else labels.get(value, ""))
        for value, reason in cells
    ]


def item_list(study: Study, wave: WaveVersion, text: str, language: str) -> dict[str, Any]:
    """Items of a wave that contain every word of ``text`` in name, label, question or codes."""
    words = text.casefold().split()
    here = ground(study, wave)
    found = [item for item in here.items.values() if all(word in _searched(item) for word in words)]
    return {
        "items": [_item(item, language) for item in found[:MOST_ITEMS]],
        "found": len(found),
        "more": max(0, len(found) - MOST_ITEMS),
        "wave": wave,
        "sets": [
            {"name": name, "insert": f"any_of({quoted(name)})", "members": ", ".join(members)}
            for name, members in here.sets.items()
            if all(word in "\n".join((name, *members)).casefold() for word in words)
        ],
        "tables": [
            {"name": f"{name}.{column}", "key": table.columns[0]}
            for name, table in here.tables.items()
            for column in table.columns[1:]
        ],
    }


def _searched(item: Carried) -> str:
    """Name, labels, question and value labels in every language, casefolded."""
    variable = item.variable
    texts = [item.item, variable.name, *variable.labels.values(), *variable.question.values()]
    texts += [text for code in variable.codes for text in code.labels.values()]
    return "\n".join(texts).casefold()


def _item(item: Carried, language: str) -> dict[str, Any]:
    variable = item.variable
    missing = {rule.value for rule in variable.missing}
    codes = [code for code in variable.codes if code.value not in missing]
    return {
        "insert": quoted(item.item),
        "name": item.item,
        "label": text_in(variable.labels, language),
        "type": variable.type.value,
        "codes": [
            {"value": shown(c.value), "label": text_in(c.labels, language)} for c in codes[:MOST_CODES]
        ],
        "more_codes": max(0, len(codes) - MOST_CODES),
        "absences": sorted({reason_label(rule.reason, language) for rule in variable.missing}),
        "valid": item.frequencies.get("valid"),
    }


def example_of(study: Study, wave: WaveVersion | None) -> dict[str, str]:
    """What a rule and a worked example look like with a coded item of this study; empty without one."""
    items = ground(study, wave).items.values() if wave else ()
    coded = [item for item in items if len(valid_codes(item.variable)) > 1]
    coded.sort(key=lambda item: any(len(shown(code.value)) > 2 for code in valid_codes(item.variable)))
    if not coded:
        return {"rule": "", "examples": ""}
    name, code = quoted(coded[0].item), json.dumps(valid_codes(coded[0].variable)[0].value)
    given = json.dumps(coded[0].item, ensure_ascii=False) if name != coded[0].item else name
    return {"rule": f"{name} == {code}", "examples": f"- {{given: {{{given}: {code}}}, then: 1}}"}
