"""Multilevel models on surveys of three sizes, forty columns each, beside lme4 where R has it.

    make bench ASK=multilevel             16,000 rows in 8 groups
    make bench ASK="multilevel --full"    also 200,000 in 32 and two million in 300 (ours alone)

Seconds are the processor's, of the fit alone on one thread: reading the data counts for nobody.  Memory is
the peak of the process, the data included.  `glmer` is run with nAGQ=1, the same Laplace likelihood, by
nloptwrap and without its derivatives: with its defaults it takes some twenty times as long, and with nAGQ=0
it is quicker and answers another question.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from analytics.core.estimators.mixed_linear import fit_mixed_linear
from analytics.core.estimators.mixed_logit import fit_mixed_logit
from analytics.core.estimators.mixed_slopes import fit_mixed_slopes
from analytics.core.estimators.mixed_slopes_logit import fit_mixed_slopes_logit

TERMS, SLOPE = 40, 30  # columns with the constant; the score whose slope differs between groups
SIZES = ((16_000, 8), (200_000, 32), (2_000_000, 300))
BESIDE = 200_000  # rows up to which R is asked too
MODELS = ("laplace", "quadrature", "slopes_logit", "linear", "slopes_linear")
NAMES = {
    "laplace": "random-intercept logit, Laplace",
    "quadrature": "random-intercept logit, 7 nodes",
    "slopes_logit": "random-slope logit, Laplace",
    "linear": "random-intercept linear, REML",
    "slopes_linear": "random-slope linear, REML",
}
PROGRAM = r"""
suppressMessages(library(lme4))
a <- commandArgs(TRUE)
n <- as.integer(a[2]); k <- as.integer(a[3]); at <- as.integer(a[4])
f <- function(name, size) readBin(file.path(a[1], name), "double", size)
X <- matrix(f("x", n * k), n)[, -1]
colnames(X) <- paste0("x", seq_len(k - 1))
d <- data.frame(y = f("y", n), z = f("z", n), g = factor(f("g", n)), X)
right <- paste(colnames(X), collapse = " + ")
tails <- list(laplace = "+ (1 | g)", linear = "+ (1 | g)")
tail <- if (a[5] %in% names(tails)) tails[[a[5]]] else sprintf("+ (1 + x%d | g)", at)
quick <- glmerControl(optimizer = "nloptwrap", calc.derivs = FALSE)
run <- function(formula) {
  if (a[5] %in% c("laplace", "slopes_logit")) glmer(formula, d, binomial, nAGQ = 1, control = quick)
  else lmer(formula, d)
}
formula <- as.formula(paste(if (a[5] %in% c("laplace", "slopes_logit")) "y ~" else "z ~", right, tail))
t <- system.time(m <- suppressMessages(suppressWarnings(run(formula))))
cat(t[1] + t[2], format(as.numeric(logLik(m)), digits = 15), "\n")
"""


def survey(rows: int, groups: int) -> tuple[Any, Any, Any, Any, tuple[str, ...]]:
    """A 0/1 and a continuous outcome on dummies, scales, scores; intercepts and a slope differ by group."""
    draw = np.random.default_rng(rows)
    third = (TERMS - 1) // 3
    x = np.empty((rows, TERMS))
    x[:, 0] = 1
    x[:, 1 : 1 + third] = draw.random((rows, third)) < draw.uniform(0.1, 0.6, third)
    x[:, 1 + third : 1 + 2 * third] = draw.integers(1, 6, (rows, third))
    x[:, 1 + 2 * third :] = draw.normal(size=(rows, TERMS - 1 - 2 * third))
    code = draw.integers(0, groups, rows)
    beta = draw.normal(0, 0.12, TERMS)
    beta[0] = -1.0 - float(x[:, 1:].mean(axis=0) @ beta[1:])
    eta = x @ beta + draw.normal(0, 0.5, groups)[code] + draw.normal(0, 0.2, groups)[code] * x[:, SLOPE]
    y = (draw.random(rows) < 1 / (1 + np.exp(-eta))).astype(float)
    terms = ("(Intercept)", *(f"x{at}" for at in range(1, TERMS)))
    return y, eta + draw.normal(size=rows), x, code, terms


def fit(model: str, y: Any, z: Any, x: Any, code: Any, terms: tuple[str, ...]) -> Any:
    slopes = (np.ascontiguousarray(x[:, [0, SLOPE]]), (terms[0], terms[SLOPE]))
    runs: dict[str, Callable[[], Any]] = {
        "laplace": lambda: fit_mixed_logit(y, x, terms, code),
        "quadrature": lambda: fit_mixed_logit(y, x, terms, code, nodes=7),
        "slopes_logit": lambda: fit_mixed_slopes_logit(y, x, terms, *slopes, code),
        "linear": lambda: fit_mixed_linear(z, x, terms, code),
        "slopes_linear": lambda: fit_mixed_slopes(z, x, terms, *slopes, code),
    }
    return runs[model]()


def one(rows: int, groups: int, model: str) -> None:
    """In a process of its own: what one fit costs, as a line of JSON."""
    data = survey(rows, groups)
    began = time.process_time()
    result = fit(model, *data)
    spent = time.process_time() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": spent, "megabytes": peak, "loglik": result.fit.loglik}))


def ours(rows: int, groups: int, model: str) -> dict[str, float]:
    command = [sys.executable, "-m", "tests.bench.bench_multilevel", str(rows), str(groups), model]
    single = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    told = subprocess.run(command, env=single, check=True, capture_output=True, text=True).stdout
    found: dict[str, float] = json.loads(told)
    return found


def theirs(folder: Path, rows: int, model: str) -> tuple[float, float] | None:
    """Seconds and log-likelihood of lme4; None where R does not have it or the model is none of its own."""
    if model == "quadrature" or shutil.which("Rscript") is None:
        return None
    program = folder / "fit.R"
    program.write_text(PROGRAM)
    command = ["Rscript", str(program), str(folder), str(rows), str(TERMS), str(SLOPE), model]
    told = subprocess.run(command, capture_output=True, text=True, check=False)
    if told.returncode:
        return None
    seconds, loglik = told.stdout.split()
    return float(seconds), float(loglik)


def main(rows: int = 0, rounds: int = 1) -> None:
    """``rows`` over the usual size asks for the larger surveys too."""
    sizes = SIZES if rows >= BESIDE else SIZES[:1]
    for n, groups in sizes:
        print(
            f"Multilevel models of {n:,} rows x {TERMS} columns in {groups} groups, seconds of the processor"
        )
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place)
            if n <= BESIDE:
                y, z, x, code, _ = survey(n, groups)
                for name, values in (("y", y), ("z", z), ("x", x.T), ("g", code.astype(float))):
                    np.ascontiguousarray(values).tofile(folder / name)
            for model in MODELS:
                show(model, ours(n, groups, model), theirs(folder, n, model) if n <= BESIDE else None)


def show(model: str, mine: dict[str, float], other: tuple[float, float] | None) -> None:
    beside = ""
    if other is not None:
        ratio, gap = other[0] / mine["seconds"], mine["loglik"] - other[1]
        beside = f"lme4 {other[0]:8.2f} s, {ratio:.0f} times as long; log-likelihood {gap:+.0e}"
    cost = f"{mine['seconds']:8.3f} s {mine['megabytes']:7.0f} MB"
    print(f"  {NAMES[model]:<34} {cost}  {beside}".rstrip(), flush=True)


if __name__ == "__main__":
    one(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
