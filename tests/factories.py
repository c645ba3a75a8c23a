"""Small studies, waves and people with dull defaults; a wave version is written as an import writes it."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from surveys.core.codebook import Codebook, Level, ResponseSet, ValueType, Variable, as_json
from surveys.core.frequencies import count_raw
from surveys.core.hashing import column_hash, table_hash
from surveys.core.table import PHYSICAL, physical, tags_of
from surveys.models import Membership, Study, User, Wave, WaveVersion
from surveys.models import Variable as StoredVariable
from surveys.services.files import keeping
from surveys.services.waves import save_search_text

Column = tuple[Variable, Sequence[Any]]  # what the codebook says, and the raw cells


def make_user(username: str = "researcher", **fields: Any) -> User:
    """A person with the password "pass" and nothing else."""
    user = User(username=username, **fields)
    user.set_password("pass")
    user.save()
    return user


def make_study(slug: str = "mdms", **fields: Any) -> Study:
    """A study in English and Chinese."""
    return Study.objects.create(slug=slug, **{"languages": ["en", "zh"], "labels": {"en": slug}} | fields)


def make_member(study: Study, username: str = "researcher", role: str = "researcher", **fields: Any) -> User:
    """A new person with ``role`` in ``study``; staff, so that the admin lets him or her in."""
    user = make_user(username, **{"is_staff": True} | fields)
    Membership.objects.create(study=study, user=user, role=role)
    return user


def make_wave(study: Study, slug: str = "2014", **fields: Any) -> Wave:
    """A wave whose key is ``rid``."""
    return Wave.objects.create(study=study, slug=slug, **{"key": "rid"} | fields)


def variable(name: str, kind: ValueType = ValueType.INTEGER, **fields: Any) -> Variable:
    """A codebook variable; whole numbers unless said otherwise."""
    return Variable(name, kind, **{"level": Level.NOMINAL} | fields)


def make_wave_version(
    wave: Wave,
    columns: Sequence[Column],
    *,
    tags: Mapping[str, Sequence[str | None]] | None = None,
    user: User | None = None,
    note: str = "",
    sets: Sequence[ResponseSet] = (),
) -> WaveVersion:
    """The next version of ``wave`` holding ``columns``; ``tags`` are tagged missings by variable name."""
    tags = tags or {}
    series = [pl.Series(v.name, cells, dtype=PHYSICAL[v.type]) for v, cells in columns]
    marks = {name: pl.Series(name, cells, dtype=pl.String) for name, cells in tags.items()}
    user = user or User.objects.get_or_create(username="importer")[0]
    codebook = Codebook(tuple(v for v, _ in columns), sets=tuple(sets))
    hashes = [
        column_hash(v.type, cells, marks.get(v.name)) for (v, _), cells in zip(columns, series, strict=True)
    ]
    with tempfile.TemporaryDirectory() as folder, keeping() as keep:
        path = Path(folder) / "wave.parquet"
        _frame(columns, series, marks).write_parquet(path)
        stored = keep(path)
        version = WaveVersion.objects.create(
            wave=wave,
            number=wave.versions.count() + 1,
            content_hash=table_hash(zip(codebook.names, hashes, strict=True), len(series[0])),
            codebook_hash=codebook.fingerprint(),
            rows=len(series[0]),
            columns=len(columns),
            data=stored,
            original=stored,
            original_name="wave.csv",
            format="csv",
            is_synthetic=wave.is_synthetic,
            created_by=user,
            note=note,
            sets=as_json(codebook.sets),
        )
        StoredVariable.objects.bulk_create(
            StoredVariable(
                version=version,
                position=position,
                name=v.name,
                labels=dict(v.labels),
                type=v.type.value,
                codebook=as_json(v),
                column_hash=hashes[position],
                has_tags=v.name in marks,
                frequencies=count_raw(series[position], marks.get(v.name), v),
            )
            for position, (v, _) in enumerate(columns)
        )
        save_search_text(version, codebook.variables)
    return version


def _frame(
    columns: Sequence[Column], series: Sequence[pl.Series], marks: Mapping[str, pl.Series]
) -> pl.DataFrame:
    parts = []
    for position, (v, _) in enumerate(columns):
        parts.append(series[position].rename(physical(position)))
        if v.name in marks:
            parts.append(marks[v.name].rename(tags_of(position)))
    return pl.DataFrame(parts)
