"""Export of a big stored wave beside the same table read into pandas and written by pyreadstat or pandas."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from tests.bench.bench_import import imported
from tests.bench.big import COLUMNS, big_file
from tests.bench.measure import Cost, cost_of, median, python, show, turns

WRITERS = {
    "sav": "pyreadstat.write_sav(frame, out, row_compress=True, **described(names, 'sav'))",
    "zsav": "pyreadstat.write_sav(frame, out, compress=True, **described(names, 'sav'))",
    "dta": "pyreadstat.write_dta(frame, out, **described(names, 'dta'))",
    "parquet": "frame.to_parquet(out, compression='zstd')",
    "csv": "frame.to_csv(out, index=False)",
}


def main(rows: int, rounds: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "site"
        imported(big_file("sav", rows), home)
        print(f"Export of a stored {rows:,} x {COLUMNS}, {turns(rounds)}")
        for form, writer in WRITERS.items():
            _export(form, writer, rounds, home)


def _export(form: str, writer: str, rounds: int, home: Path) -> None:
    """Every turn starts from a site that has not written the file before and so does not keep it yet."""
    theirs: list[Cost] = []
    ours: list[Cost] = []
    fresh, out = home.with_name("fresh"), home.with_name(f"out.{form}")
    command = [sys.executable, "manage.py", "export", "bench/w1", "--as", form, "--output", str(out)]
    for _ in range(rounds):
        theirs.append(cost_of(python(_theirs(writer, stored(home), out))))
        shutil.copytree(home, fresh)
        ours.append(cost_of(command, {"WAVEBOOK_HOME": str(fresh)}))
        shutil.rmtree(fresh)
    show(f"{writer.partition('(')[0]} of a pandas frame", median(theirs))
    show(f"export --as {form}", median(ours), median(ours).over(median(theirs)))


def _theirs(writer: str, data: Path, out: Path) -> str:
    """Reads the very file that the site keeps of the wave, then writes it."""
    lines = (
        "import pandas, pyreadstat",
        "from tests.bench.big import described",
        f"out, frame = {str(out)!r}, pandas.read_parquet({str(data)!r})",
        "names = list(frame)",
        writer,
    )
    return "\n".join(lines)


def stored(home: Path) -> Path:
    """The one Parquet file in the store."""
    return next(path for path in sorted(home.rglob("*")) if path.is_file() and _is_parquet(path))


def _is_parquet(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) == b"PAR1"
