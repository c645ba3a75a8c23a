"""A multiverse of 500 specifications on 16,000 rows x 40 columns: five minutes are the goal.

    make bench ASK=multiverse

Seconds are the processor's on one thread, beside what the same models cost one by one with all that a single
run computes after its fit (marginal effects of every term, diagnostics), measured on some of them.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time

import polars as pl

from analytics.core.frame import Column
from analytics.core.kinds import read_spec, run_spec
from analytics.core.kinds.models import fitted_model, model_sample
from analytics.core.multiverse.spec import MultiverseSpec
from surveys.core.codebook import Level, ValueType, Variable
from tests.bench.bench_multilevel import survey

ROWS, GROUPS = 16_000, 8
ALONE = 25  # of the 500, every twentieth
WAYS = {
    "of four families": ("logit", "linear", "multilevel_linear", "multilevel_logit"),
    "of logits": ("logit",),
}


def frame() -> dict[str, Column]:
    """The survey of the multilevel bench as columns of a dataset."""
    y, z, x, code, terms = survey(ROWS, GROUPS)
    columns = {"y": y, "z": z, "city": code.astype(float)}
    columns |= {name: x[:, at] for at, name in enumerate(terms) if at}
    empty = pl.Series([None] * ROWS, dtype=pl.String)
    return {
        name: Column(Variable(name, ValueType.DECIMAL, level=Level.SCALE), pl.Series(name, values), empty)
        for name, values in columns.items()
    }


def spec(families: tuple[str, ...]) -> MultiverseSpec:
    """500 of the combinations of families, terms, cuts and samples; a model has some 40 columns."""
    terms = " + ".join(f"x{at}" for at in range(1, 40))
    alternatives = {
        "family": [{"name": kind, "kind": kind} for kind in families],
        "scale": [{"name": "whole"}, *({"name": f"at{at}", "cut": {"x14": at}} for at in (2, 3, 4, 5))],
        "score": [{"name": "whole"}, *({"name": f"at{at}", "cut": {"x35": at / 2}} for at in range(-2, 3))],
        "squares": [{"name": "no"}, {"name": "yes", "add": "I(x30^2)"}],
        "left": [{"name": "no"}, *({"name": f"x{at}", "drop": f"x{at}"} for at in (3, 9, 20))],
        "rows": [
            {"name": "all"},
            {"name": "some", "where": {"x2": 0}},
            {"name": "others", "where": {"x2": 1}},
        ],
    }
    wanted = {
        "kind": "multiverse",
        "model": {"kind": "logit", "formula": f"y ~ {terms}", "groups": "city"},
        "term": "x1",
        "choices": [{"name": n, "alternatives": a} for n, a in alternatives.items() if len(a) > 1],
        "at_random": 500,
        "seed": 1,
    }
    found = read_spec(wanted)
    assert isinstance(found, MultiverseSpec)
    return found


def main() -> None:
    """On one thread, as in the other benches of models."""
    if os.environ.get("OPENBLAS_NUM_THREADS") == "1":
        return measure()
    one = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    subprocess.run([sys.executable, "-m", "tests.bench.bench_multiverse"], env=one, check=True)


def measure() -> None:
    data = frame()
    print(f"Multiverses of 500 specifications on {ROWS:,} rows x 40 columns, seconds of the processor")
    for name, families in WAYS.items():
        began = time.process_time()
        asked = spec(families)
        read = time.process_time() - began
        outcome = run_spec(asked, data)
        whole = time.process_time() - began
        n, failed = outcome.result["grid"]["run"], outcome.result["summary"]["n_failed"]
        began = time.process_time()
        for one in [one for one in asked.specifications if not one.cuts][:ALONE]:
            fitted_model(one.model, data, model_sample((one.model,), data))
        alone = (time.process_time() - began) / ALONE
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(
            f"  {n} {name:<17} {whole:7.1f} s ({read:.1f} s to read) {peak:6.0f} MB; alone a model takes "
            f"{1000 * alone:.0f} ms, here {1000 * whole / n:.0f} ms; {failed} gave no numbers",
            flush=True,
        )


if __name__ == "__main__":
    measure()
