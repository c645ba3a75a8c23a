"""A bundle checked by itself: checksums, the hash of the data, and every number computed again."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from polars.exceptions import PolarsError

from analytics.core.bundle import layout
from analytics.core.bundle.cells import Cells, as_csv, cells_from_json, frame_of
from analytics.core.bundle.comparing import Agreement, compared
from analytics.core.bundle.opening import Opened
from analytics.core.kinds import KINDS, read_spec, run_spec
from analytics.core.output.as_json import document
from analytics.core.record import plain
from analytics.core.tables import table_of_result
from surveys.core.codebook import fingerprint, variable_from_json
from surveys.core.hashing import table_hash
from surveys.core.problems import Refused, refuse
from surveys.core.said import say


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at: ``holds`` is None where it could not be."""

    what: str
    holds: bool | None
    sentence: str


def check_bundle(path: Path) -> list[Finding]:
    """Looks a bundle over, in the order in which one thing rests on another.

    Refused when the file is no bundle, or made to do harm.  Nothing of it is unpacked to the disk.
    """
    bundle = Opened(path)
    try:
        run = bundle.document(layout.RUN)
        if not isinstance(run, dict) or run.get("format") != layout.FORMAT:
            raise refuse("bad_bundle", "The bundle is of another version than this program reads.")
        return list(_findings(bundle, run))
    except (KeyError, TypeError, AttributeError, ValueError, IndexError, PolarsError) as error:
        raise refuse(
            "bad_bundle",
            say("The bundle is not laid out as one: {reason}.", reason=type(error).__name__),
        ) from error
    finally:
        bundle.close()


def _findings(bundle: Opened, run: Mapping[str, Any]) -> Iterator[Finding]:
    yield from _sums(bundle)
    result = bundle.document(layout.RESULT)
    if layout.COLUMNS not in bundle.names:
        yield Finding("data", None, say("The bundle holds no data: its hash and numbers cannot be checked."))
    else:
        columns = bundle.document(layout.COLUMNS)
        cells = _cells(bundle, columns)
        yield from _hashes(columns, cells, run)
        yield _csv(bundle, cells)
        yield from _numbers(bundle.document(layout.SPECIFICATION), cells, result, run)
    yield _tables(bundle, result)


def _sums(bundle: Opened) -> Iterator[Finding]:
    lines = bundle.read(layout.MANIFEST).decode().splitlines()
    told = {name: sha256 for sha256, _, name in (line.partition("  ") for line in lines)}
    there = set(bundle.names) - {layout.MANIFEST}
    lacking, more = sorted(set(told) - there), sorted(there - set(told))
    wrong = sorted(name for name in there & set(told) if bundle.sha256(name) != told[name])
    if wrong or lacking or more:
        sentence = say(
            "Files that are not as the checksums say: {names}.", names=[*wrong, *lacking, *more][:10]
        )
        yield Finding("checksums", False, sentence)
    else:
        yield Finding("checksums", True, say("All {n:,} files are as their checksums say.", n=len(told)))


def _cells(bundle: Opened, columns: Mapping[str, Any]) -> list[Cells]:
    is_raw = bool(columns["raw"])
    return [
        cells_from_json(bundle.document(one["file"]), variable_from_json(one["codebook"]), is_raw)
        for one in columns["read"]
    ]


def _hashes(columns: Mapping[str, Any], cells: Sequence[Cells], run: Mapping[str, Any]) -> Iterator[Finding]:
    """The columns' own hashes, those the run read, and the version's hash over all of its columns."""
    found = {one.variable.name: one.hash() for one in cells}
    wrong = [name for name, hashed in run["inputs"].items() if found.get(name) != hashed]
    if wrong:
        sentence = say("The data of {names} are not those that the run read.", names=wrong[:10])
        yield Finding("columns", False, sentence)
    else:
        n = len(run["inputs"])
        yield Finding("columns", True, say("The {n} columns hold what the run read, by their hashes.", n=n))
    pairs = [(name, found.get(name, hashed)) for name, hashed in columns["all"]]
    whole = table_hash(pairs, columns["rows"])
    if not columns["raw"]:
        whole = fingerprint([whole, columns["codebook_hash"]])
    same = whole == run["content_hash"]
    version, hashed = run["version"], str(run["content_hash"])[:12]
    yield Finding(
        "dataset",
        same,
        say("With them the hash of {version} is {hash}, as stated.", version=version, hash=hashed)
        if same
        else say("With them the hash of {version} is not {hash}.", version=version, hash=hashed),
    )


def _csv(bundle: Opened, cells: Sequence[Cells]) -> Finding:
    same = bundle.read(layout.DATA) == as_csv(frame_of(cells))
    if same:
        return Finding("csv", True, say("{name} holds the same values.", name=layout.DATA))
    return Finding("csv", False, say("{name} holds other values, or is written otherwise.", name=layout.DATA))


def _numbers(
    spec: Any, cells: Sequence[Cells], stored: Mapping[str, Any], run: Mapping[str, Any]
) -> Iterator[Finding]:
    """The specification run again on the data of the bundle, by the estimators of this installation."""
    newer = [
        f"{kind} {KINDS[kind].version if kind in KINDS else '–'}"
        for kind, version in run["environment"].get("estimators", {}).items()
        if kind not in KINDS or KINDS[kind].version != version
    ]
    if newer:
        sentence = say("The estimators here are of other versions: {kinds}.", kinds=newer)
        yield Finding("estimators", None, sentence)
    try:
        outcome = run_spec(read_spec(spec), frame_of(cells))
    except Refused as refused:
        sentence = say("It cannot be run here: {reason}", reason=refused.problems[0].sentence())
        yield Finding("numbers", False, sentence)
        return
    again = {"state": outcome.state, "n_used": outcome.n_used, "n_lost": outcome.n_lost}
    again["result"] = outcome.result
    told = {name: stored[name] for name in again}
    yield _agreement(compared(told, json.loads(json.dumps(plain(again)))))


def _agreement(found: Agreement) -> Finding:
    if found.other:
        sentence = say("Run again, these are not as they were: {places}.", places=list(found.other[:5]))
        return Finding("numbers", False, sentence)
    if not found.holds:
        sentence = say(
            "Run again, numbers differ by up to {gap:.2g} of their size, most at {place}.",
            gap=found.largest,
            place=found.place,
        )
        return Finding("numbers", False, sentence)
    if found.equal == found.numbers:
        sentence = say("Run again, all {n:,} numbers are the same to the last digit.", n=found.numbers)
    else:
        sentence = say(
            "Run again, all {n:,} numbers are the same: {equal:,} to the last digit, the others within "
            "{gap:.2g} of their size.",
            n=found.numbers,
            equal=found.equal,
            gap=found.largest,
        )
    return Finding("numbers", True, sentence)


def _tables(bundle: Opened, result: Mapping[str, Any]) -> Finding:
    """Whether the tables hold the figures of the result."""
    for language in ("en", "zh"):
        name = f"{layout.TABLES}table.{language}.json"
        rows = document(table_of_result(result["result"], language))["rows"]
        if bundle.document(name)["rows"] != json.loads(json.dumps(rows)):
            return Finding("tables", False, say("{name} holds other figures than the result.", name=name))
    return Finding("tables", True, say("The tables hold the figures of the result."))
