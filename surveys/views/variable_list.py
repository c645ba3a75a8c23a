"""The list of a wave's variables: words, facets with counts, pages; its whole state is in the address."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from django.core.paginator import Page, Paginator
from django.db.models.fields.json import KT
from django.utils.translation import gettext as _

from surveys import selectors
from surveys.models import User, Variable, WaveVersion
from surveys.services.superseded import NOTHING, Superseded, untold_to

PER_PAGE = 150


@dataclass(frozen=True)
class Choice:
    value: str
    n: int
    is_chosen: bool


@dataclass(frozen=True)
class Facet:
    name: str
    title: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True)
class VariableList:
    query: str
    facets: tuple[Facet, ...]
    page: Page[Variable]
    untold: Superseded = NOTHING  # variables that are listed without their counts

    @property
    def is_filtered(self) -> bool:
        return bool(self.query) or any(choice.is_chosen for facet in self.facets for choice in facet.choices)


def variable_list(user: User, version: WaveVersion, asked: Mapping[str, str]) -> VariableList:
    """The variables of ``version`` that match the words ``q`` and every chosen facet of ``asked``."""
    query = asked.get("q", "").strip()
    untold = untold_to(user, version)
    rows = _described(version, untold)
    if query:
        found = {
            v.pk: place
            for place, v in enumerate(selectors.search_variables(user, query, version=version, limit=1000))
        }
        rows = sorted((row for row in rows if row[0] in found), key=lambda row: found[row[0]])
    titles = {
        "type": _("Type"),
        "level": _("Level"),
        "role": _("Role"),
        "missing": _("Missing"),
        "group": _("Block"),
    }
    chosen = {name: asked[name] for name in titles if asked.get(name)}
    kept = [row for row in rows if all(row[1][name] == value for name, value in chosen.items())]
    facets = tuple(_facet(name, title, rows, chosen) for name, title in titles.items())
    page = Paginator([pk for pk, _facets in kept], PER_PAGE).get_page(asked.get("page"))
    page.object_list = _in_order(list(page.object_list))
    return VariableList(query, tuple(facet for facet in facets if len(facet.choices) > 1), page, untold)


def _described(version: WaveVersion, untold: Superseded) -> list[tuple[int, dict[str, str]]]:
    """Each variable's key and its value on every facet, in file order, without loading its codebook.

    Whether answers are missing is not told of variables that are ``untold``.
    """
    fields = (
        "pk",
        "name",
        "type",
        *(KT(f"codebook__{name}") for name in ("level", "role", "group")),  # texts, not JSON to be read
        "frequencies__n",
        "frequencies__valid",
    )
    return [
        (
            pk,
            {
                "type": kind,
                "level": level or "unknown",
                "role": role or "raw",
                "missing": "" if name in untold else "some" if (n or 0) > (valid or 0) else "none",
                "group": group or "",
            },
        )
        for pk, name, kind, level, role, group, n, valid in version.variables.values_list(*fields)
    ]


def _facet(name: str, title: str, rows: list[tuple[int, dict[str, str]]], chosen: Mapping[str, str]) -> Facet:
    """Counts of one facet among the rows that the *other* facets leave."""
    others = {other: value for other, value in chosen.items() if other != name}
    left = (
        facets[name] for _pk, facets in rows if all(facets[other] == value for other, value in others.items())
    )
    counts = Counter(value for value in left if value)
    choices = (Choice(value, n, chosen.get(name) == value) for value, n in counts.most_common(30))
    return Facet(name, title, tuple(choices))


def _in_order(keys: list[int]) -> list[Variable]:
    found = Variable.objects.in_bulk(keys)
    return [found[key] for key in keys]
