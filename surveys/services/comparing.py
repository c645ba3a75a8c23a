"""Two wave versions side by side, as far as a person may be told; nothing here is stored.

Versions never change, so what was found is kept in memory for the next page that asks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from surveys import policy, selectors
from surveys.core.codebook import Codebook, variable_from_json
from surveys.core.codebook import Variable as CodebookVariable
from surveys.core.comparison import (
    IN_ONE_WAVE,
    NOTICEABLE,
    Book,
    CellDifference,
    Comparison,
    Kind,
    StoredColumn,
    StoredRows,
    VariableDifference,
    cell_difference,
    cells_document,
    compare_books,
    comparison_document,
    differing_columns,
    told,
)
from surveys.core.comparison.moves import moves_few
from surveys.core.comparison.variables import variable_difference
from surveys.core.problems import Problem, near_misses, refuse
from surveys.core.said import say
from surveys.models import User, WaveVersion
from surveys.services.files import path_of

MOST_CELLS = 30_000_000  # differing columns times rows that are matched by key while somebody waits
Identity = tuple[int, str, str]  # a version's row and the hashes of its cells and codebook


@dataclass(frozen=True)
class Compared:
    """``after`` against ``before``; ``is_told`` says whether small counts and single cells may be told.

    ``cells`` is the difference by key, of two versions of one wave only.
    """

    before: WaveVersion
    after: WaveVersion
    is_told: bool
    found: Comparison
    cells: CellDifference | None = None

    @property
    def is_one_wave(self) -> bool:
        return self.before.wave_id == self.after.wave_id

    @property
    def differing(self) -> int:
        """Variables of both sides that differ in anything, cells that leave every share alike too."""
        return len({(one.before, one.after) for one in self.found.changed} | self._with_changed_cells)

    @property
    def described_otherwise(self) -> int:
        """Those of them whose description differs; the others differ in their answers alone."""
        return sum(one.kinds != (Kind.DISTRIBUTION,) for one in self.found.changed)

    @property
    def alike(self) -> tuple[VariableDifference, ...]:
        """Variables of both sides whose descriptions and cells are the same."""
        others = self._with_changed_cells
        return tuple(one for one in self.found.unchanged if (one.before, one.after) not in others)

    @property
    def _with_changed_cells(self) -> set[tuple[str, str]]:
        return {(one.name, one.name) for one in self.cells.columns} if self.cells else set()

    def document(self) -> dict[str, object]:
        """Plain types for ``--json`` and the API."""
        sides: dict[str, object] = {"before": str(self.before), "after": str(self.after)}
        cells = cells_document(self.cells) if self.cells is not None else {}
        same = {"same": [one.after for one in self.alike]}
        return sides | comparison_document(self.found) | same | cells


def compared(user: User, before: WaveVersion, after: WaveVersion, *, is_bounded: bool = True) -> Compared:
    """What differs between two versions one may see; counts as the person's rights allow.

    ``is_bounded`` leaves the cells of very large versions uncounted, where somebody waits for an answer.
    """
    is_told = may_be_told(user, before, after)
    is_one_wave = before.wave_id == after.wave_id
    renamings = _renamings(before, after)
    untold = (frozenset[str](),) * 2 if is_told else (_untold(before), _untold(after))
    found = _compared((identity(before), identity(after)), renamings, is_told, is_one_wave, untold)
    cells = cells_of(before, after, is_told=is_told, is_bounded=is_bounded) if is_one_wave else None
    return Compared(before, after, is_told, found, cells)


def _renamings(before: WaveVersion, after: WaveVersion) -> tuple[tuple[str, str], ...]:
    """What was decided to be one variable under two names."""
    if before.study.pk != after.study.pk:
        return ()
    return selectors.between(after.study, before, after).renamings()


def may_be_told(user: User, before: WaveVersion, after: WaveVersion) -> bool:
    """Whether single answers of both sides may be told: the right to download their data."""
    return all(policy.may(user, policy.DOWNLOAD, study) for study in {before.study, after.study})


def cells_of(
    before: WaveVersion, after: WaveVersion, *, is_told: bool, is_bounded: bool = True
) -> CellDifference:
    """Rows and cells by the wave's key, counted; the values only where ``is_told``.

    Beyond ``MOST_CELLS`` nothing is counted where it ``is_bounded``, and the problem says so.
    """
    key = after.wave.key
    if is_bounded and (problem := _too_many(before, after, key)):
        return CellDifference(key, problem=problem)
    found = _cells(identity(before), identity(after), key)
    return found if is_told else told(found)


def _too_many(before: WaveVersion, after: WaveVersion, key: str) -> Problem | None:
    columns = len(differing_columns(stored_rows(before), stored_rows(after), key))
    n = max(before.rows, after.rows) * columns
    if n <= MOST_CELLS:
        return None
    text = say("Rows and cells were not counted: {n:,} cells are too many to match while you wait.", n=n)
    hint = "The command compare_waves counts them."
    return Problem("too_many_cells", text, hint=hint)


def compared_variables(
    user: User, before: WaveVersion, after: WaveVersion, old: str, new: str
) -> tuple[CodebookVariable, CodebookVariable, VariableDifference]:
    """One variable of each side, whatever they are called, with every kind of difference."""
    is_told = may_be_told(user, before, after)
    books = [_book(identity(one)) for one in (before, after)]
    if not is_told:
        books = [replace(book, untold=_untold(one)) for book, one in zip(books, (before, after), strict=True)]
    sides = []
    for version, book, name in zip((before, after), books, (old, new), strict=True):
        found = next((one for one in book.codebook.variables if one.name == name), None)
        if found is None:
            near = near_misses(name, book.codebook.names)
            raise refuse(
                "not_found",
                say("There is no variable called {name} in {version}.", name=name, version=version),
                near=near,
            )
        sides.append(book.side(found))
    least = IN_ONE_WAVE if before.wave_id == after.wave_id else NOTICEABLE
    difference = variable_difference(*sides, is_told=is_told, least=least)
    return sides[0].variable, sides[1].variable, difference


def _untold(version: WaveVersion) -> frozenset[str]:
    """Variables of an earlier version that may not be told beside any other version of its wave.

    Each of those that differ may be told beside a third one, so all are asked, not the two sides alone.
    """
    fields = "number", "pk", "content_hash", "codebook_hash"
    versions = {row[0]: row[1:] for row in version.wave.versions.order_by("number").values_list(*fields)}
    if version.number == max(versions):
        return frozenset()
    others = tuple(one for number, one in versions.items() if number != version.number)
    return _few_between(identity(version), others)


@lru_cache(maxsize=32)
def _few_between(version: Identity, others: tuple[Identity, ...]) -> frozenset[str]:
    """Variables that another version holds otherwise by few rows, or that the last of ``others`` has not:
    under another name it may differ by few."""
    mine, found = _book(version), set()
    for place, other in enumerate(others, start=1):
        book = _book(other)
        for name, counts in mine.frequencies.items():
            if name not in book.frequencies:
                found |= {name} if place == len(others) else set()
            elif moves_few(counts, book.frequencies[name]):
                found.add(name)
    return frozenset(found)


def stored_rows(version: WaveVersion) -> StoredRows:
    """Where a version's cells lie, for the cores."""
    book = _book(identity(version))
    columns = {
        one.name: StoredColumn(one, place, book.hashes[one.name])
        for place, one in enumerate(book.codebook.variables)
    }
    return StoredRows(path_of(version.data), columns)


def identity(version: WaveVersion) -> Identity:
    """What tells versions apart where something about them is kept in memory."""
    return version.pk, version.content_hash, version.codebook_hash


@lru_cache(maxsize=8)
def _book(key: Identity) -> Book:
    """A version's codebook, counts and column hashes, read once."""
    version = WaveVersion.objects.get(pk=key[0])
    rows = version.variables.order_by("position").values_list(
        "name", "codebook", "frequencies", "column_hash"
    )
    counts: dict[str, Mapping[str, object]] = {}
    hashes: dict[str, str] = {}
    variables = []
    for name, codebook, frequencies, digest in rows:
        variables.append(variable_from_json(codebook))
        counts[name], hashes[name] = frequencies, digest
    return Book(Codebook(tuple(variables), version.response_sets), counts, hashes)


@lru_cache(maxsize=16)
def _compared(
    versions: tuple[Identity, Identity],
    renamings: tuple[tuple[str, str], ...],
    is_told: bool,
    is_one_wave: bool,
    untold: tuple[frozenset[str], ...],
) -> Comparison:
    sides = [replace(_book(one), untold=names) for one, names in zip(versions, untold, strict=True)]
    return compare_books(*sides, renamings=renamings, is_told=is_told, is_one_wave=is_one_wave)


@lru_cache(maxsize=16)
def _cells(before: Identity, after: Identity, key: str) -> CellDifference:
    sides = (WaveVersion.objects.select_related("data").get(pk=one[0]) for one in (before, after))
    return cell_difference(*(stored_rows(version) for version in sides), key)
