"""The bundle described as an RO-Crate 1.1: what each file is, what made it, how to cite it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from analytics.core.bundle import layout

_CONTEXT = "https://w3id.org/ro/crate/1.1/context"
_PROFILE = "https://w3id.org/ro/crate/1.1"
MEDIA_TYPES: Mapping[str, str] = {
    "csv": "text/csv",
    "json": "application/json",
    "html": "text/html",
    "xml": "application/xml",
    "tex": "application/x-tex",
    "txt": "text/plain",
    "R": "text/x-r-source",
    "py": "text/x-python",
    "sps": "text/plain",
    "do": "text/plain",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "svg": "image/svg+xml",
    "png": "image/png",
}


@dataclass(frozen=True)
class About:
    """What is said of the whole: ``made`` is the day of the run, ``software`` packages with versions."""

    title: str
    description: str
    made: str
    citation: str
    licence: str
    run: str
    version: str
    content_hash: str
    software: Mapping[str, str]


def crate(about: About, files: Iterable[tuple[str, str, int]]) -> bytes:
    """The metadata document over (name, sha256, size) of every other file; UTF-8."""
    listed = list(files)
    root: dict[str, Any] = {
        "@id": "./",
        "@type": "Dataset",
        "name": about.title,
        "description": about.description,
        "datePublished": about.made,
        "license": about.licence or "No licence is stated.",
        "creditText": about.citation,
        "hasPart": [{"@id": name} for name, _, _ in listed],
        "mentions": {"@id": "#run"},
    }
    graph: list[dict[str, Any]] = [
        {
            "@id": layout.CRATE,
            "@type": "CreativeWork",
            "conformsTo": {"@id": _PROFILE},
            "about": {"@id": "./"},
        },
        root,
        *_action(about, {name for name, _, _ in listed}),
        *(_file(name, sha256, size) for name, sha256, size in listed),
    ]
    told = {"@context": _CONTEXT, "@graph": graph}
    return (json.dumps(told, ensure_ascii=False, indent=1) + "\n").encode()


def _action(about: About, names: set[str]) -> Iterable[dict[str, Any]]:
    """The run as the action that made the result out of data and specification."""
    software = [
        {"@id": f"#{name}", "@type": "SoftwareApplication", "name": name, "version": version}
        for name, version in about.software.items()
    ]
    yield {
        "@id": "#run",
        "@type": "CreateAction",
        "name": about.run,
        "endTime": about.made,
        "instrument": [{"@id": one["@id"]} for one in software],
        "object": [
            {"@id": "#data"},
            *({"@id": name} for name in (layout.DATA, layout.SPECIFICATION) if name in names),
        ],
        "result": {"@id": layout.RESULT},
    }
    yield {
        "@id": "#data",
        "@type": "Dataset",
        "name": about.version,
        "identifier": f"sha256:{about.content_hash}",
        "creditText": about.citation,
    }
    yield from software


def _file(name: str, sha256: str, size: int) -> dict[str, Any]:
    kind = MEDIA_TYPES.get(name.rpartition(".")[2], "application/octet-stream")
    return {
        "@id": name,
        "@type": "File",
        "contentSize": str(size),
        "encodingFormat": kind,
        "sha256": sha256,
    }
