"""Models of the size of a published table beside statsmodels on the same ready matrix, turn by turn."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from analytics.core.estimators.logit import fit_logit
from analytics.core.estimators.mixed_linear import fit_mixed_linear
from analytics.core.estimators.mixed_logit import fit_mixed_logit

ROWS, TERMS, GROUPS, ROUNDS = 16_000, 36, 8, 7
MANY, WIDE = 2_000_000, 41  # a logit of forty terms on two million rows: about 4 GB with the rival's copies


def survey(
    rows: int = ROWS, columns: int = TERMS, seed: int = 1
) -> tuple[Any, Any, Any, Any, tuple[str, ...]]:
    """A 0/1 and a continuous outcome, columns (dummies, scales, scores by thirds), 8 groups."""
    draw = np.random.default_rng(1)
    third = (columns - 1) // 3
    dummies = (draw.random((rows, third)) < draw.uniform(0.1, 0.6, third)).astype(float)
    scales = draw.integers(1, 6, (rows, third)).astype(float)
    scores = draw.normal(size=(rows, columns - 1 - 2 * third))
    x = np.column_stack([np.ones(rows), dummies, scales, scores])
    groups = draw.integers(0, GROUPS, rows)
    beta = draw.normal(0, 0.12, columns)
    beta[0] = -1.3 - float(x[:, 1:].mean(axis=0) @ beta[1:])
    eta = x @ beta + draw.normal(0, 0.4, GROUPS)[groups]
    y = (draw.random(rows) < 1 / (1 + np.exp(-eta))).astype(float)
    terms = ("(Intercept)", *(f"x{i}" for i in range(1, columns)))
    return y, eta + draw.normal(size=rows), x, groups, terms


def seconds(run: Callable[[], Any]) -> float:
    began = time.perf_counter()
    run()
    return time.perf_counter() - began


def compare(what: str, ours: Callable[[], Any], theirs: Callable[[], Any], rounds: int = ROUNDS) -> None:
    """Median of turns taken one after the other, so that a busy machine slows both."""
    ours(), theirs()
    turns = [(seconds(ours), seconds(theirs)) for _ in range(rounds)]
    mine, other = (float(np.median([turn[i] for turn in turns])) for i in (0, 1))
    ratio = f"{mine / other:.2f} x the time" if mine > other / 2 else f"{other / mine:.0f} times faster"
    print(f"  {what:<42} {1000 * mine:8.1f} ms  statsmodels {1000 * other:8.1f} ms  {ratio}")


def their_logit(y: Any, x: Any) -> Any:
    from statsmodels.api import Logit

    fitted = Logit(y, x).fit(disp=0)
    return fitted.params, fitted.bse, fitted.pvalues, fitted.llf


def their_mixed(y: Any, x: Any, groups: Any, reml: bool) -> Any:
    from statsmodels.api import MixedLM

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fitted = MixedLM(y, x, groups=groups).fit(reml=reml)
    return fitted.fe_params, fitted.bse_fe, fitted.llf


def gap(mine: Any, other: Any) -> str:
    """The largest differences between the two programs, in standard errors and log-likelihood."""
    beta = np.array([e.estimate for e in mine.estimates])
    error = np.array([e.std_error for e in mine.estimates])
    apart = np.abs(beta - other[0])
    likelihood = mine.fit.loglik - other[-1]
    lying = f"{apart.max():.0e} ({(apart / error).max():.0e} SE)"
    return f"estimates apart by {lying}, log-likelihood by {likelihood:+.0e}"


def main() -> None:
    """On one thread: with matrices this small more threads only wait for each other, ours and theirs."""
    if os.environ.get("OPENBLAS_NUM_THREADS") == "1":
        return measure()
    one = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    subprocess.run([sys.executable, "-m", "tests.bench.bench_models"], env=one, check=True)


def measure() -> None:
    y, z, x, groups, terms = survey()
    print(f"Models of {ROWS:,} rows x {TERMS} columns, median of {ROUNDS} runs each, turn by turn")
    compare("logistic regression", lambda: fit_logit(y, x, terms), lambda: their_logit(y, x))
    print(f"    {gap(fit_logit(y, x, terms), their_logit(y, x))}")
    for reml, name in ((True, "REML"), (False, "ML")):
        compare(
            f"random-intercept linear model, {name}",
            lambda reml=reml: fit_mixed_linear(z, x, terms, groups, "city", reml),
            lambda reml=reml: their_mixed(z, x, groups, reml),
            3,
        )
        mine = fit_mixed_linear(z, x, terms, groups, "city", reml)
        print(f"    {gap(mine, their_mixed(z, x, groups, reml))}")
    spent = float(np.median([seconds(lambda: fit_mixed_logit(y, x, terms, groups)) for _ in range(ROUNDS)]))
    print(f"  {'random-intercept logit, Laplace':<42} {1000 * spent:8.1f} ms  statsmodels has none")
    many()


def many() -> None:
    """Seconds of the processor, one turn each: the sizes are such that a second one tells nothing new."""
    y, _, x, _, terms = survey(MANY, WIDE)
    print(f"A logit of {MANY:,} rows x {WIDE - 1} terms, seconds of the processor, one turn")
    spent = []
    for run in (lambda: fit_logit(y, x, terms), lambda: their_logit(y, x)):
        began = time.process_time()
        run()
        spent.append(time.process_time() - began)
    print(f"  ours {spent[0]:.1f} s, statsmodels {spent[1]:.1f} s: {spent[1] / spent[0]:.1f} times faster")


if __name__ == "__main__":
    main()
