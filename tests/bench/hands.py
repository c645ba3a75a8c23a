"""What the processes of the bench of measures do: set a site up, and compute the forty each in its way."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.bench.forty import by_duckdb, by_pandas, columns, forty


def publish() -> None:
    """Publishes the forty rules and the recipe of a dataset that holds them."""
    user, study = _site()
    from measures.services.datasets import define_dataset

    for one in forty():
        _publish(user, study, one.name, one.rule)
    names = [one.name for one in forty()]
    recipe = {"wave": "w1", "key": "rid", "measures": names}
    define_dataset(user, study, "forty", recipe=recipe)


def change_one() -> None:
    """Another cut for the first of them."""
    user, study = _site()
    _publish(user, study, "banded0", "band(income0, 1000, 3000, 6000, 15000)")


def _publish(user: Any, study: Any, name: str, rule: str) -> None:
    from measures.services import rules

    draft = rules.save_draft(user, study, name, rule=rule, labels={"en": name}, note="changed for the bench")
    rules.publish(user, draft.measure, acknowledge_changes=True)


def _site() -> tuple[Any, Any]:
    import os

    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from surveys.models import Study, User

    return User.objects.get(is_superuser=True), Study.objects.get(slug="bench")


def pandas(data: str, out: str, said: str) -> None:
    """As many researchers work: the columns needed into a frame, a Series for each measure, files written."""
    import pandas as pd

    names = columns()
    frame = pd.read_parquet(data, columns=[f"c{i + 1}" for i in range(len(names))])
    frame.columns = pd.Index(names)
    told = {}
    for one in forty():
        value, reason = by_pandas(frame, one)
        pd.DataFrame({"value": value, "reason": reason}).to_parquet(Path(out) / f"{one.name}.parquet")
        told[one.name] = [int(value.count()), float(value.sum())]
    Path(said).write_text(json.dumps(told))


def duckdb(data: str, out: str, said: str) -> None:
    """One SELECT over the wave, written as one file."""
    import duckdb

    link = duckdb.connect()
    named = ", ".join(f"c{i + 1} AS {name}" for i, name in enumerate(columns()))
    link.execute(f"CREATE VIEW wave AS SELECT {named} FROM read_parquet('{data}')")
    chosen = []
    for one in forty():
        value, condition = by_duckdb(one)
        chosen.append(f"CASE WHEN {condition} THEN {value} END AS {one.name}")
        chosen.append(f"CASE WHEN {condition} THEN NULL ELSE 'no_answer' END AS {one.name}_reason")
    file = Path(out) / "forty.parquet"
    link.execute(
        f"COPY (SELECT {', '.join(chosen)} FROM wave) TO '{file}' (FORMAT parquet, COMPRESSION zstd)"
    )
    sums = ", ".join(f"count({one.name}), sum({one.name}::DOUBLE)" for one in forty())
    found = link.execute(f"SELECT {sums} FROM read_parquet('{file}')").fetchall()[0]
    told = {one.name: [found[2 * i], found[2 * i + 1]] for i, one in enumerate(forty())}
    Path(said).write_text(json.dumps(told))


def engine(data: str, out: str, said: str) -> None:
    """The engine's own pass over the same file, into a file of value and reason for each measure."""
    _site()
    import polars as pl

    from measures.models import Dataset
    from measures.selectors.keys import ENGINE
    from measures.selectors.resolving import plan_of, resolve_dataset

    resolved = resolve_dataset(Dataset.objects.get(slug="forty"))
    names = {one.name for one in forty()}
    results = ENGINE.derive(plan_of(resolved, names, {}), Path(out))
    told = {}
    for result in results:
        total = pl.scan_parquet(result.path).select(pl.col("value").cast(pl.Float64).sum()).collect().item()
        told[result.name] = [result.tally["valid"], total]
    Path(said).write_text(json.dumps(told))
