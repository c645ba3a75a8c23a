"""The live preview of the rule editor, asked for as its page does, for a rule of every function."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from surveys.models import User, WaveVersion

SIZES = {16_000: 0.3, 1_500_000: 2.0}  # rows, and the seconds that the goal allows
CODED, FLAGS, INCOMES, REGIONS = 10, 10, 2, 30
ABSENT = -9  # the one code for no answer
LIST = ", ".join
CODES = [f"q{i}" for i in range(CODED)]
YES = [f"m{i}" for i in range(FLAGS)]
RULES = {
    "any_of": f"any_of({LIST(YES[:5])})",
    "all_of": f"all_of({LIST(YES[:5])}, at_least=3)",
    "count_of": f"count_of({LIST(YES)})",
    "share_of": f"share_of({LIST(YES)}, at_least=5)",
    "sum_of": f"sum_of({LIST(CODES[:5])}, at_least=3)",
    "mean_of": f"mean_of({LIST(CODES[:5])}, at_least=3)",
    "min": f"min({LIST(CODES[:5])})",
    "max": "max(income0, income1, at_least=1)",
    "first_answered": "first_answered(q0, q1, q2)",
    "diversity": "diversity(q0, q1, q2)",
    "deprivation": "deprivation(q0 < 2, q1 < 3, income0 < 800, cutoff=2)",
    "weighted_mean": "weighted_mean((q0, 2), (q1, 1), (income0, 0.5), at_least=2)",
    "rank_weight": "rank_weight(3, q0, q1, q2, weights=(0.5, 0.3, 0.2), at_least=1)",
    "recode": "recode(q0, {(1, 2): 1, 3..4: 2, 5..6: 3})",
    "case": "case((q0 == 1 and income0 > 3000, 1), (q1 in [5, 6], 2), otherwise=0)",
    "band": "band(income0, 1000, 3000, 6000, 12000)",
    "reverse": "reverse(q0, low=1, high=6)",
    "ln": "ln(income0 + 1)",
    "log10": "log10(income0)",
    "exp": "exp(q0)",
    "sqrt": "sqrt(income0)",
    "abs": "abs(income0 - income1)",
    "floor": "floor(income0 / 100)",
    "round": "round(income0, digits=1)",
    "months_between": "months_between(born_year, born_month, 2014, 5)",
    "years_between": "years_between(born_year, born_month, 2014, 5)",
    "year": "year(interview)",
    "month": "month(interview)",
    "age": "age(birth, interview)",
    "days_between": "days_between(birth, interview)",
    "starts_with": 'starts_with(place, "350", "351")',
    "contains": 'contains(place, "12")',
    "part_of": "part_of(place, 1, 4)",
    "as_number": "as_number(place)",
    "missing": 'recode(m0, {1: 1}, other=missing("not_applicable"))',
    "is_missing": 'is_missing(q0, "no_answer")',
    "lookup": "log10(lookup(regions.gdp, key=region))",
    "factor_score": f"factor_score({LIST(CODES[:6])})",
    "standardise": "standardise(income0)",
    "percentile_rank": "percentile_rank(q0)",
    "quantile_band": "quantile_band(income0, 5)",
    "group_mean": "group_mean(income0, by=region)",
    "group_share": "group_share(income0 > 3000, by=region)",
}


def main(rows: int, rounds: int) -> None:
    for size in SIZES if rows >= 200_000 else list(SIZES)[:1]:
        with tempfile.TemporaryDirectory() as folder:
            prepare(size, Path(folder))
            _run(folder, "-m", "tests.bench.bench_previews", str(rounds))


def prepare(rows: int, folder: Path) -> None:
    """A site with the wave, and a table of its regions for the rule that looks something up."""
    path = folder / "wave.sav"
    write(table(rows), path)
    _run(folder, "manage.py", "migrate", "-v0")
    _run(folder, "manage.py", "import_wave", "bench", "w1", str(path), "--key", "rid", "--json", quiet=True)


def _run(home: Path | str, *command: str, quiet: bool = False) -> None:
    environment = {**os.environ, "WAVEBOOK_HOME": f"{home}/site"}
    out = subprocess.DEVNULL if quiet else None
    subprocess.run([sys.executable, *command], env=environment, stdout=out, check=True)


def table(rows: int, seed: int = 5) -> pl.DataFrame:
    """Codes 1 to 6, flags, incomes, each with some without an answer; places, dates, a region."""
    draw = np.random.default_rng(seed)

    def some(cells: np.ndarray) -> np.ndarray:
        return np.where(draw.random(rows) < 0.04, ABSENT, cells)

    days = np.datetime64("1950-01-01", "D")
    columns: dict[str, Any] = {"rid": np.arange(1, rows + 1, dtype=np.int32)}
    columns |= {name: some(draw.integers(1, 7, rows)).astype(np.int32) for name in CODES}
    columns |= {name: some(draw.random(rows) < 0.2).astype(np.int32) for name in YES}
    for i in range(INCOMES):
        columns[f"income{i}"] = some(np.round(np.exp(draw.normal(8, 1, rows)), 2))
    columns["region"] = draw.integers(1, REGIONS + 1, rows).astype(np.int32)
    columns["place"] = pl.Series(draw.integers(350_000, 352_000, rows)).cast(pl.String)
    columns["birth"] = days + draw.integers(0, 15_000, rows)
    columns["born_year"] = some(draw.integers(1950, 1990, rows)).astype(np.int32)
    columns["born_month"] = some(draw.integers(1, 13, rows)).astype(np.int32)
    columns["interview"] = days + draw.integers(23_000, 23_200, rows)
    return pl.DataFrame(columns)


def write(frame: pl.DataFrame, path: Path) -> None:
    """The table as a file of SPSS with its missing code and labels."""
    import pyreadstat

    names = [*CODES, *YES, *(f"income{i}" for i in range(INCOMES)), "born_year", "born_month"]
    labels: dict[str, dict[int, str]] = {name: {ABSENT: "no answer"} for name in names}
    for name in CODES:
        labels[name] |= {code: f"answer {code}" for code in range(1, 7)}
    ranges = {name: [{"lo": ABSENT, "hi": ABSENT}] for name in names}
    pyreadstat.write_sav(
        frame, str(path), missing_ranges=ranges, variable_value_labels=labels, row_compress=True
    )


def measure(rounds: int) -> None:
    """Asks for every preview once more than is counted, as somebody does who types."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from django.test import Client

    from measures.core.language.functions import FUNCTIONS

    if missed := FUNCTIONS.keys() - RULES.keys():
        raise SystemExit(f"no rule of the bench is of {', '.join(sorted(missed))}")
    user, wave = _site()
    client = Client(SERVER_NAME="localhost")
    client.force_login(user)
    goal = SIZES[wave.rows]
    print(f"Preview of a rule on {wave.rows:,} rows, best of {rounds}; goal: {goal:.1f} s")
    late = []
    for function, rule in RULES.items():
        sent = {"study": wave.wave.study_id, "wave": wave.pk, "rule": rule}
        wall, busy = _best(client, sent, rounds)
        late += [function] if wall > goal else []
        print(f"  {function:<46} {wall:7.2f} s {busy:7.2f} s busy {wall / goal:9.2f} x the goal", flush=True)
    print(f"  {len(late)} of {len(RULES)} beyond the goal{': ' if late else ''}{LIST(late)}")


def _best(client: Any, sent: dict[str, Any], rounds: int) -> tuple[float, float]:
    """Seconds, wall and processor, of the quickest request; one that shows no rows stops the bench."""
    walls, busy = [], []
    for _ in range(rounds + 1):
        began, used = time.perf_counter(), time.process_time()
        page = client.post("/admin/measures/measure/preview/", sent).content.decode()
        walls.append(time.perf_counter() - began)
        busy.append(time.process_time() - used)
        if "</b> valid" not in page:
            raise SystemExit(f"no preview of {sent['rule']}: {page}")
    return min(walls[1:]), min(busy[1:])


def _site() -> tuple[User, WaveVersion]:
    """The wave and who imported it; the table of regions is there from the second time on."""
    from surveys.models import User, WaveVersion
    from surveys.services.studies import save_context

    user, wave = User.objects.get(is_superuser=True), WaveVersion.objects.get()
    named = [{"name": "region", "labels": {"en": "region"}}, {"name": "gdp", "labels": {"en": "GDP"}}]
    cells = [[i, 1000.0 + i] for i in range(1, REGIONS + 1)]
    save_context(user, wave.wave.study, "regions", columns=named, rows=cells)
    return user, wave


if __name__ == "__main__":
    measure(int(sys.argv[1]))
