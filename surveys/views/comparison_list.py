"""The rows of a comparison as a page lists them: filters with counts, pages; the state is in the address."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.utils.translation import gettext as _

from surveys import selectors
from surveys.core.codebook import Labels
from surveys.core.comparison import ColumnDifference, Renaming, VariableDifference
from surveys.models import CrosswalkDecision
from surveys.services.comparing import Compared
from surveys.views.variable_list import Choice, Facet

PER_PAGE = 60


@dataclass(frozen=True)
class Row:
    """One line: a variable of one or both sides, how it differs, and what was decided about it."""

    item: str
    before: str = ""
    after: str = ""
    labels: Labels | None = None
    kinds: tuple[str, ...] = ()
    difference: VariableDifference | None = None
    renaming: Renaming | None = None
    cells: ColumnDifference | None = None
    decisions: tuple[CrosswalkDecision, ...] = ()

    @property
    def name(self) -> str:
        return self.after or self.before

    @property
    def standing(self) -> str:
        return "decided" if self.decisions else "open"


@dataclass(frozen=True)
class ComparisonList:
    query: str
    facets: tuple[Facet, ...]
    page: Page[Row]

    @property
    def is_filtered(self) -> bool:
        return bool(self.query) or any(choice.is_chosen for facet in self.facets for choice in facet.choices)


def comparison_list(compared: Compared, asked: Mapping[str, str]) -> ComparisonList:
    """The rows that match the words ``q`` and the chosen kind and standing.

    Rows without a difference are listed only when somebody asks for them.
    """
    query = asked.get("q", "").strip()
    rows = [row for row in _rows(compared) if _matches(row, query)]
    chosen = {name: asked[name] for name in ("kind", "decision") if asked.get(name)}
    kept = [row for row in rows if all(_has(row, name, value) for name, value in chosen.items())]
    if not query and "kind" not in chosen:
        kept = [row for row in kept if row.kinds != ("same",)]
    facets = (_facet("kind", _("Difference"), rows, chosen), _facet("decision", _("Decision"), rows, chosen))
    return ComparisonList(query, facets, Paginator(kept, PER_PAGE).get_page(asked.get("page")))


def _rows(compared: Compared) -> Iterator[Row]:
    """Suggested renamings first, then what both have, then what one side alone has."""
    found, lines = compared.found, _Lines(compared)
    for one in found.renamed:
        yield lines.row(one.before, one.after, kinds=("renamed",), renaming=one)
    by_name = {one.name: one for one in (compared.cells.columns if compared.cells else ())}
    changed = {(one.before, one.after): one for one in (*found.changed, *found.renamed_by_decision)}
    for pair in dict.fromkeys((*changed, *((name, name) for name in by_name))):
        difference = changed.get(pair)
        cells = by_name.get(pair[1]) if pair[0] == pair[1] else None
        kinds = ("renamed_by_decision",) if pair[0] != pair[1] else ()
        kinds += tuple(kind.value for kind in difference.kinds) if difference else ()
        kinds += ("cells",) if cells else ()
        yield lines.row(*pair, kinds=kinds, difference=difference, cells=cells)
    for name in found.removed:
        yield lines.row(name, "", kinds=("removed",))
    for name in found.added:
        yield lines.row("", name, kinds=("added",))
    for one in compared.alike:
        if one.before == one.after:
            yield lines.row(one.before, one.after, kinds=("same",))


class _Lines:
    """Finds item, label and decisions of each row, asking the database once."""

    def __init__(self, compared: Compared) -> None:
        before, after = compared.before, compared.after
        self.between = selectors.between(before.study, before, after)
        self.labels = [dict(version.variables.values_list("name", "labels")) for version in (before, after)]

    def row(self, before: str, after: str, **more: Any) -> Row:
        item, *_others = self.between.items(before, after)
        labels = self.labels[1].get(after) or self.labels[0].get(before)
        decisions = self.between.decisions(before, after)
        return Row(item, before, after, labels, decisions=decisions, **more)


def _matches(row: Row, query: str) -> bool:
    texts = (row.before, row.after, row.item, *(row.labels or {}).values())
    haystack = "\n".join(texts).casefold()
    return all(word in haystack for word in query.casefold().split())


def _values(row: Row, name: str) -> tuple[str, ...]:
    return row.kinds if name == "kind" else (row.standing,)


def _has(row: Row, name: str, value: str) -> bool:
    return value in _values(row, name)


def _facet(name: str, title: str, rows: Iterable[Row], chosen: Mapping[str, str]) -> Facet:
    others = {other: value for other, value in chosen.items() if other != name}
    left = [row for row in rows if all(_has(row, other, value) for other, value in others.items())]
    counts = Counter(value for row in left for value in _values(row, name))
    chosen_one = chosen.get(name, "")
    if chosen_one:
        counts.setdefault(chosen_one, 0)
    ordered = sorted(counts, key=lambda value: (value == "same", -counts[value], value))
    return Facet(name, title, tuple(Choice(value, counts[value], value == chosen_one) for value in ordered))
