"""Whole files of every format read here, small and rich: what the damage is done to."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pyreadstat

from surveys.core.reading.sas_packing import ROSS, RUNS
from surveys.core.writing.codebook_sheet import write_sheet
from surveys.core.writing.ddi import write_ddi
from surveys.core.writing.dta import write_dta
from surveys.core.writing.flat import write_csv, write_parquet
from surveys.core.writing.sav import write_sav, write_zsav
from surveys.core.writing.xlsx import write_sheet_xlsx, write_xlsx
from tests.surveys.core.reading import test_por, test_sas, test_sas_catalogue, test_xport
from tests.surveys.core.reading.cat_bytes import Catalogue
from tests.surveys.core.reading.sas_bytes import Sas
from tests.surveys.core.reading.sav_bytes import Sav, Var
from tests.surveys.core.reading.xpt_bytes import Xpt
from tests.surveys.core.writing.tables import mixed_table

LARGEST = 100 << 10  # bytes of a public file
PUBLIC = ("formats", "mrsets", "chinese", "csv", "malformed", "redcap")
KINDS = (".sav", ".zsav", ".por", ".dta", ".sas7bdat", ".xpt", ".csv", ".xlsx", ".parquet")


@dataclass(frozen=True)
class Seed:
    """A file; with ``beside`` it is a codebook to be laid over that (whole) data file."""

    name: str  # with the extension
    data: bytes
    beside: str = ""

    @property
    def kind(self) -> str:
        return ("codebook" if self.beside else "") + Path(self.name).suffix


def sav(**how: object) -> bytes:
    """A system file with codes, missing codes, ranges, long texts, dates and response sets."""
    variables = [
        Var(b"A", label=b"First", codes=[(1.0, b"yes"), (2.0, b"no")], missing=(-2, [-9.0, -1.0])),
        Var(b"T", 20, label="城市".encode(), format=1 << 16 | 20 << 8, missing=(1, [b"NA"])),
        Var(b"D", format=20 << 16 | 11 << 8),
        Var(b"B", codes=[(1.0, b"on")]),
    ]
    rows: list[list[float | bytes | None]] = [
        [1.0, "福州".encode(), 13744944000.0, 0.0],
        [-9.0, b"NA", None, 1.0],
        [None, b"x" * 20, 86400.0, 0.5],
    ]
    more = [(13, 1, b"A=Alpha\tT=Town"), (7, 1, b"$s=C 5 first A B\n$d=D1 1 6 second A B\n")]
    return Sav(variables, rows * 8, extensions=more, **how).bytes()  # type: ignore[arg-type]


def built() -> Iterator[Seed]:
    """From the builders of bytes, without a library between."""
    yield Seed("open.sav", sav(compression=0, order=">"))
    yield Seed("unknown.sav", sav(cases=-1))
    yield Seed("blocks.zsav", sav(compression=2))
    yield Seed("whole.por", test_por.WHOLE.bytes())
    yield Seed("v5.xpt", Xpt(test_xport.COLUMNS, test_xport.CELLS * 3).bytes())
    yield Seed("v8.xpt", Xpt(test_xport.COLUMNS, test_xport.CELLS * 3, version=8).bytes())
    for method, order, word in ((b"", "<", 8), (RUNS, ">", 4), (ROSS, "<", 8)):
        name = f"{method.decode() or 'open'}.sas7bdat"
        yield Seed(name, Sas(test_sas.COLUMNS, test_sas.MANY, word, order, method).bytes())
    labelled = Seed("labelled.sas7bdat", Sas(test_sas_catalogue.COLUMNS, test_sas_catalogue.CELLS).bytes())
    yield labelled
    for word, order in ((4, "<"), (8, ">")):
        catalogue = Catalogue(test_sas_catalogue.FORMATS, word, order).bytes()
        yield Seed(f"formats{word}.sas7bcat", catalogue, labelled.name)


def written(folder: Path) -> Iterator[Seed]:
    """As this project's exports and two other writers make them."""
    table = mixed_table()
    writers = {
        "w.sav": write_sav, "w.zsav": write_zsav, "w.dta": write_dta, "w.csv": write_csv,
        "w.parquet": write_parquet, "w.xlsx": write_xlsx,
    }  # fmt: skip
    for name, write in writers.items():
        write(table, folder / name, "en")
        yield Seed(name, (folder / name).read_bytes())
    for name, write in {
        "book.csv": write_sheet,
        "book.xlsx": write_sheet_xlsx,
        "book.xml": write_ddi,
    }.items():
        write(table, folder / name, "en")
        yield Seed(name, (folder / name).read_bytes(), "w.csv")
    frame = pl.DataFrame({"n": [1.5, None, 3.0] * 9, "t": ["a", "福州", "long " * 30] * 9})
    for version in (8, 12, 15):
        pyreadstat.write_dta(frame, folder / "f.dta", version=version, variable_value_labels={"n": {3: "x"}})
        yield Seed(f"f{version}.dta", (folder / "f.dta").read_bytes())
    frame.write_parquet(folder / "f.parquet", compression="uncompressed", row_group_size=10)
    yield Seed("f.parquet", (folder / "f.parquet").read_bytes())


def public(shared: Path) -> Iterator[Seed]:
    """Small public files, where they are present."""
    for path in sorted(p for name in PUBLIC for p in (shared / "files" / name).glob("*")):
        if path.suffix.lower() in KINDS and 0 < path.stat().st_size <= LARGEST:
            yield Seed(f"public-{path.stem}{path.suffix.lower()}", path.read_bytes())
    for path in sorted((shared / "files" / "ddi").glob("*.xml")):
        if path.stat().st_size <= LARGEST:
            yield Seed(f"public-{path.name}", path.read_bytes(), "w.csv")


def seeds(folder: Path, shared: Path) -> list[Seed]:
    """All of them, in an order that never changes; public files stand behind our own."""
    return [*built(), *written(folder), *public(shared)]


def mutant(found: list[Seed], number: int) -> tuple[int, int]:
    """Which seed mutant ``number`` is of, and how many it had before; every kind comes alike often."""
    kinds = sorted({seed.kind for seed in found})
    of_kind = [i for i, seed in enumerate(found) if seed.kind == kinds[number % len(kinds)]]
    turn, which = divmod(number // len(kinds), len(of_kind))
    return of_kind[which], turn


def generator(seed: Seed, turn: int) -> random.Random:
    """The chance behind a mutant: the same on every machine and for every list of seeds."""
    return random.Random(f"{seed.name} {turn}")
