"""Forty measures computed by the engine, beside the same by hand for pandas and for DuckDB; and a rebuild."""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from pathlib import Path

from tests.bench.bench_export import stored
from tests.bench.forty import ABSENT, columns, forty, table
from tests.bench.measure import Cost, cost_of, median, python, show, turns

LARGEST = 1_500_000  # beside the full size


def main(rows: int, rounds: int) -> None:
    for size in (rows, LARGEST) if rows >= 200_000 else (rows,):
        with tempfile.TemporaryDirectory() as folder:
            _beside(size, rounds, Path(folder))


def _beside(rows: int, rounds: int, folder: Path) -> None:
    home, out = folder / "site", folder / "out"
    _prepare(rows, home, folder / "wave.sav")
    print(f"Forty measures on {rows:,} rows, values and reasons written: {turns(rounds)}")
    data, site = stored(home), {"WAVEBOOK_HOME": str(home)}
    costs: dict[str, list[Cost]] = {"pandas": [], "DuckDB": [], "engine": []}
    said = {name: folder / f"{name}.json" for name in costs}
    for _ in range(rounds):
        for name, run in costs.items():
            shutil.rmtree(out, ignore_errors=True)
            out.mkdir()
            files = ", ".join(repr(str(path)) for path in (data, out, said[name]))
            run.append(cost_of(python(f"from tests.bench import hands; hands.{name.lower()}({files})"), site))
    hand, sql, ours = (median(costs[name]) for name in costs)
    show("by hand in pandas", hand)
    show("by hand in DuckDB's SQL", sql, sql.over(hand))
    show("the engine", ours, f"{ours.over(hand)}; {ours.seconds / sql.seconds:.2f} x by hand in SQL")
    _compare(*(json.loads(said[name].read_text()) for name in costs))
    _rebuild(site)


def _prepare(rows: int, home: Path, path: Path) -> None:
    """A site with the wave and forty published measures."""
    import pyreadstat

    missing = {name: [ABSENT] for name in columns() if name != "region"}
    ranges = {name: [{"lo": ABSENT, "hi": ABSENT}] for name in missing}
    labels = {name: {ABSENT: "no answer"} for name in missing}
    pyreadstat.write_sav(
        table(rows), path, missing_ranges=ranges, variable_value_labels=labels, row_compress=True
    )
    site = {"WAVEBOOK_HOME": str(home)}
    cost_of([sys.executable, "manage.py", "migrate", "-v0"], site)
    cost_of([sys.executable, "manage.py", "import_wave", "bench", "w1", str(path), "--key", "rid"], site)
    cost_of(python("from tests.bench import hands; hands.publish()"), site)


def _compare(*said: dict[str, list[float]]) -> None:
    """That all three computed the same: valid rows and sums of each measure."""
    hand, *others = said
    for one in forty():
        for other in others:
            (n, total), (m, sum_of_other) = hand[one.name], other[one.name]
            if n != m or abs(total - sum_of_other) > 1e-9 * max(abs(total), n):
                raise SystemExit(f"{one.name} differs: {hand[one.name]}, {other[one.name]}")
    print("  all three agree on the valid rows and the sum of every measure")


def _rebuild(site: dict[str, str]) -> None:
    """The whole command with everything new, with one of the forty changed, and with nothing changed."""
    build = [sys.executable, "manage.py", "build_dataset", "bench/forty", "--json"]
    show("build_dataset: all 40, hashed, counted, stored", whole := cost_of(build, site))
    change = cost_of(python("from tests.bench import hands; hands.change_one()"), site)
    show("publishing one changed rule of 40", change, change.over(whole))
    show("build_dataset after it", again := cost_of(build, site), again.over(whole))
    idle = cost_of(build, site)
    show("build_dataset with nothing changed", idle, idle.over(whole))
