"""Does a dataset still hold?  The version built last, held against what its recipe means now."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from measures.core.freshness import Freshness, blocked, fresh, stale
from measures.models import Dataset, DatasetColumn, DatasetVersion, DerivedColumn, MeasureVersion
from measures.selectors.corrections import MOST_NAMED, corrected
from measures.selectors.keys import Column
from measures.selectors.resolving import Resolved, resolve_dataset, resolve_part
from surveys.core.codebook import Variable as CodebookVariable
from surveys.core.codebook import other_meaning, other_words
from surveys.core.problems import Refused
from surveys.models import WaveVersion
from surveys.selectors import decided_since, decision_in_words
from surveys.translation import spoken


def freshness(dataset: Dataset) -> Freshness:
    """Fresh, stale or blocked, with every cause in words; computes nothing.

    A column whose key is not known counts as changed; :func:`measures.services.freshness.probe`
    computes such columns, so that a change which alters no value leaves the dataset fresh.  Labels and
    texts that were changed since are a remark, not a cause: a rebuild would carry them.
    """
    version = dataset.latest
    if version is None:
        return stale(_("it has not been built yet"), step=_("Build it."))
    try:
        resolved = resolve_dataset(dataset)
    except Refused as refused:
        causes = (spoken(problem.sentence()) for problem in refused.problems)
        return blocked(*causes, step=_("Mend what the causes name, then build it again."))
    look = _look(version, resolved)
    causes, remarks = tuple(_causes(look)), tuple(_remarks(look))
    return stale(*causes, step=_("Build it again."), remarks=remarks) if causes else fresh(*remarks)


def causes_since(version: DatasetVersion, names: Iterable[str]) -> tuple[str, ...]:
    """Why the columns ``names`` of ``version`` would come out, or be read, otherwise today.

    Each cause is told once; of other columns nothing is said.  Refused when the recipe no longer resolves
    for these.
    """
    wanted = frozenset(names)
    resolved = _resolved(version.dataset, wanted)
    causes = tuple(dict.fromkeys(_causes(_look(version, resolved), wanted)))
    return causes or (_would_differ(wanted),)


def current_columns(
    dataset: Dataset, names: Iterable[str] | None = None
) -> dict[str, tuple[CodebookVariable, str | None]]:
    """Column name -> its codebook entry and the hash a rebuild would give today, None where not known (yet).

    When the recipe no longer resolves, every column of the latest version is unknown; with ``names`` only
    what hinders these columns counts.
    """
    try:
        columns = _resolved(dataset, names).columns
    except Refused:
        latest = dataset.latest
        return {c.name: (c.as_core(), None) for c in latest.columns.all()} if latest else {}
    known = _known_hashes(columns)
    return {column.name: (column.variable, known.get(column.key)) for column in columns}


def _resolved(dataset: Dataset, names: Iterable[str] | None) -> Resolved:
    try:
        return resolve_dataset(dataset)
    except Refused:
        if names is None:
            raise
        return resolve_part(dataset, names)


def current_column_hashes(dataset: Dataset) -> dict[str, str | None]:
    """Column name -> the hash a rebuild would give today, as in :func:`current_columns`."""
    return {name: content_hash for name, (_variable, content_hash) in current_columns(dataset).items()}


def unknown_columns(resolved: Resolved) -> list[Column]:
    """The columns that a rebuild would have to compute."""
    known = _known_hashes(resolved.columns)
    return [column for column in resolved.columns if column.key not in known]


def _known_hashes(columns: Iterable[Column]) -> dict[str, str]:
    keys = [column.key for column in columns]
    return dict(DerivedColumn.objects.filter(pk__in=keys).values_list("key", "content_hash"))


@dataclass(frozen=True)
class _Look:
    """A version beside what its recipe means now: its columns, and the hashes of today's that are known."""

    version: DatasetVersion
    resolved: Resolved
    then: dict[str, DatasetColumn]
    known: dict[str, str]

    def is_same(self, column: Column) -> bool:
        """Whether a rebuild is known to give the same cells."""
        return self.known.get(column.key) == self.then[column.name].derived.content_hash


def _look(version: DatasetVersion, resolved: Resolved) -> _Look:
    columns = version.columns.select_related("derived", "measure_version__measure")
    return _Look(version, resolved, {c.name: c for c in columns}, _known_hashes(resolved.columns))


def _causes(look: _Look, only: frozenset[str] | None = None) -> Iterator[str]:
    """What changed since the version, of the columns in ``only`` where these are given."""
    version, resolved, then = look.version, look.resolved, look.then
    asked = frozenset(then) if only is None else only
    shared = [c for c in resolved.columns if c.name in then and c.name in asked]
    changed = {c.name for c in shared if not look.is_same(c)}
    yield from _recipe_causes(version, resolved, set(then), changed, only)
    yield from _meaning_causes((then[c.name], c) for c in shared if c.name not in changed)
    if not changed:
        return
    explained = set(_with_earlier(changed, resolved))
    pairs = [(then[c.name], c) for c in resolved.columns if c.name in explained and c.name in then]
    found = [
        *_rule_causes(pairs, resolved.ground.version),
        *_wave_causes(version, resolved, pairs),
        *_other_causes(version, resolved, pairs),
    ]
    yield from found
    if not found and version.recipe.get("where", "") == resolved.recipe.where:
        yield _would_differ(changed)


def _would_differ(names: Iterable[str]) -> str:
    return _("%(columns)s would come out differently today") % {"columns": _listed(sorted(names))}


def _recipe_causes(
    version: DatasetVersion,
    resolved: Resolved,
    then: set[str],
    changed: set[str],
    only: frozenset[str] | None,
) -> Iterator[str]:
    """What somebody changed in the recipe itself."""
    now = {column.name for column in resolved.columns}
    for name in sorted(now - then) if only is None else ():
        yield _("the recipe was changed: %(name)s was added") % {"name": name}
    for name in sorted((then - now) & (then if only is None else only)):
        yield _("the recipe was changed: %(name)s was taken out") % {"name": name}
    if changed and version.recipe.get("where", "") != resolved.recipe.where:
        yield _("the recipe was changed: it keeps other rows")


def _meaning_causes(pairs: Iterable[tuple[DatasetColumn, Column]]) -> Iterator[str]:
    """Columns whose cells are the same and stand for something else: an analysis reads them otherwise."""
    for before, column in pairs:
        old, new = before.measure_version, column.measure_version
        by = "" if old is None or new is None or old.pk == new.pk else _replaced(old, new, None)
        for what in _meanings(column.name, other_meaning(before.codebook, column.variable)):
            yield _("%(replaced)s: %(what)s") % {"replaced": by, "what": what} if by else what


def _meanings(name: str, differ: set[str]) -> Iterator[str]:
    if "codes" in differ:
        yield _("the labels of the codes of %(name)s were changed") % {"name": name}
    if "missing" in differ:
        yield _("the missing codes of %(item)s were changed") % {"item": name}
    if differ & {"type", "level"}:
        yield _("the type or level of %(name)s was changed") % {"name": name}


def _remarks(look: _Look) -> Iterator[str]:
    """What its build warned of, and words about columns that were changed since: no answer is another, and a
    rebuild would carry them."""
    if look.version.warnings:
        yield _("building %(version)s warned of answers without an outcome") % {"version": look.version}
    names = [
        column.name
        for column in look.resolved.columns
        if column.name in look.then
        and look.is_same(column)
        and other_words(look.then[column.name].codebook, column.variable)
    ]
    if not names:
        return
    told = _listed(names[:MOST_NAMED])
    if more := len(names) - MOST_NAMED:
        told += ", " + _("and %(more)s more variables") % {"more": more} if more > 0 else ""
    yield _(
        "labels or texts of %(columns)s were changed; no answer is another, and building again carries them"
    ) % {"columns": told}


def _with_earlier(names: set[str], resolved: Resolved) -> Iterator[str]:
    """``names`` and every earlier measure they rest on."""
    for name in names:
        yield name
        yield from _with_earlier(set(resolved.column(name).rule.checked.measures), resolved)


Pairs = list[tuple[DatasetColumn, Column]]


def _rule_causes(pairs: Pairs, wave: WaveVersion) -> Iterator[str]:
    for before, column in pairs:
        old, new = before.measure_version, column.measure_version
        if old is not None and new is not None and old.pk != new.pk:
            yield _replaced(old, new, wave)


def _replaced(old: MeasureVersion, new: MeasureVersion, wave: WaveVersion | None) -> str:
    """A wording exchanged for another, with the rows of ``wave`` it changes where publishing saw them."""
    seen = [one for one in new.report.get("waves", ()) if one["wave_version"] == str(wave)]
    changed = seen[0].get("changed") if seen and new.report.get("against") == old.number else None
    if not changed or not changed["changed"]:
        return _("%(old)s was replaced by %(new)s") % {"old": old, "new": new}
    told = {"old": old, "new": new, "changed": f"{changed['changed']:,}", "rows": f"{changed['rows']:,}"}
    return _("%(old)s was replaced by %(new)s, which changes %(changed)s of %(rows)s rows") % told


def _inputs(entries: Iterable[dict[str, Any]], kind: str) -> dict[str, dict[str, Any]]:
    return {entry[kind]: entry for entry in entries if kind in entry}


def _wave_causes(version: DatasetVersion, resolved: Resolved, pairs: Pairs) -> Iterator[str]:
    """A corrected wave, with the variables that changed and in how many rows."""
    before = version.wave_versions.select_related("wave__study", "data").first()
    after = resolved.ground.version
    if before is None or before.pk == after.pk:
        return
    if before.wave_id != after.wave_id:
        yield _("the recipe was changed: %(old)s was exchanged for %(new)s") % {"old": before, "new": after}
        return
    variables = {}
    for then, column in pairs:
        old, new = _inputs(then.derived.inputs, "item"), _inputs(column.inputs, "item")
        for item in new:
            if item in old and old[item]["hash"] != new[item]["hash"]:
                variables[new[item]["variable"]] = True
    if variables or before.rows != after.rows:
        yield corrected(before, after, sorted(variables))


def _other_causes(version: DatasetVersion, resolved: Resolved, pairs: Pairs) -> Iterator[str]:
    """Context tables, crosswalk decisions and missing codes."""
    for then, column in pairs:
        old, new = _inputs(then.derived.inputs, "context"), _inputs(column.inputs, "context")
        for table in new:
            if table in old and old[table]["hash"] != new[table]["hash"]:
                versions = f"{table}@{old[table]['version']}", f"{table}@{new[table]['version']}"
                yield _("%(old)s was replaced by %(new)s") % {"old": versions[0], "new": versions[1]}
        old, new = _inputs(then.derived.inputs, "item"), _inputs(column.inputs, "item")
        for item in sorted(set(old) & set(new)):
            yield from _reading_causes(version, resolved, item, old[item], new[item])


def _reading_causes(
    version: DatasetVersion, resolved: Resolved, item: str, old: dict[str, Any], new: dict[str, Any]
) -> Iterator[str]:
    """Why the same cells are read otherwise: a decision of the crosswalk, or other missing codes."""
    is_mapped = old["code_map"] != new["code_map"] or old["variable"] != new["variable"]
    is_missing = old["missing"] != new["missing"]
    if not is_mapped and not is_missing:
        return
    decision = decided_since(resolved.ground.version, item, version.created_at)
    if decision is not None and (is_mapped or decision.touches_missing):
        yield _("the crosswalk of %(item)s was changed: %(decision)s") % {
            "item": item,
            "decision": decision_in_words(decision),
        }
    elif is_mapped:
        yield _("the crosswalk of %(item)s was changed") % {"item": item}
    else:
        yield _("the missing codes of %(item)s were changed") % {"item": item}


def _listed(names: list[str]) -> str:
    return ", ".join(names)
