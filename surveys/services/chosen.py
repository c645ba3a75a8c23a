"""What somebody decided about a file is asked once: the same file in the same wave is read so again."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

from surveys.core.findings import Finding, Severity
from surveys.core.reading import ReadOptions
from surveys.core.said import say
from surveys.models import Wave


def as_chosen_before(
    options: ReadOptions, wave: Wave | None, path: Path
) -> tuple[ReadOptions, tuple[Finding, ...]]:
    """The options with the character set that was chosen when this file was imported last, and a word on it.

    A character set that is named now counts; a file that reads without one was not in doubt.
    """
    if options.encoding or wave is None or not path.is_file():
        return options, ()
    versions = wave.versions.exclude(options__encoding="").filter(options__has_key="encoding")
    if not versions.exists():
        return options, ()
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    last = versions.filter(original_id=digest).order_by("-number").first()
    if last is None:
        return options, ()
    encoding = last.options["encoding"]
    text = say(
        "Its text was read as {encoding}, as it was for {version}. Name another character set to read it "
        "otherwise.",
        encoding=encoding,
        version=str(last),
    )
    return replace(options, encoding=encoding), (Finding(Severity.INFO, "encoding_as_before", text),)
