"""Published tables of the shared folder as targets of the core."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from analytics.core.targets import Cell, PublishedTable

FIT = ("n", "loglik", "aic", "bic")


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def table1(folder: Path) -> PublishedTable:
    """Descriptives of the participation paper."""
    cells = [
        Cell("all", row["variable"], statistic, row[statistic], row["label_printed"])
        for row in rows_of(folder / "table1.csv")
        for statistic in ("count", "percent", "mean", "sd")
        if row[statistic]
    ]
    return PublishedTable("table1", "descriptives", tuple(cells), {"n": 15997})


def table2(folder: Path) -> PublishedTable:
    """Models 1 to 6 of the participation paper, with the fit figures."""
    cells = [
        Cell(f"model{row['model']}", row["term"], statistic, row[column], row["label_printed"])
        for row in rows_of(folder / "table2.csv")
        for statistic, column in (("estimate", "estimate"), ("se", "se"), ("stars", "stars"))
    ]
    models: dict[str, Any] = {}
    for row in rows_of(folder / "table2_fit.csv"):
        name = f"model{row['model']}"
        kind = "logit" if row["kind_printed"] == "logistic" else "multilevel_logit"
        models[name] = {"label": f"Model {row['model']}", "kind": kind}
        cells += [Cell(name, statistic, statistic, row[statistic]) for statistic in FIT if row[statistic]]
        cells.append(Cell(name, "vocation", "absorbed", row["vocation_dummies"]))
    notes = {"models": models, "outcome": "local_identity"}
    return PublishedTable("table2", "models", tuple(cells), notes)


def crosstab(folder: Path, number: int) -> PublishedTable:
    """A table of the Fuzhou report, with the bases that it prints."""
    rows = rows_of(folder / f"table{number}.csv")
    cells = []
    for column in ("formal", "informal", "all"):
        cells += [
            Cell(column, row["category_id"], "percent", row[f"{column}_pct"], row["category"]) for row in rows
        ]
        cells.append(Cell(column, "n", "n", rows[0][f"{column}_base_printed"]))
    return PublishedTable(f"table{number}", "crosstab", tuple(cells))
