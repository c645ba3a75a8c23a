"""Which files of a wave's entry the database holds already."""

from __future__ import annotations

from config.study_folder.contents import WaveEntry, WaveFile
from surveys.core.store import file_hash
from surveys.models import Study, WaveVersion


def held(study: Study, entry: WaveEntry) -> list[WaveVersion]:
    """The versions that hold the first files of ``entry``, file by file.

    Versions that somebody imported in between or afterwards are passed over: what a folder does not name
    stays as it is.  A file that comes with a codebook sheet is read again as long as its version is the
    latest, for the sheet may say something else now; reading the same again makes no version.
    """
    versions = list(
        WaveVersion.objects.filter(wave__study=study, wave__slug=entry.slug)
        .select_related("wave__study", "original")
        .order_by("number")
    )
    found: list[WaveVersion] = []
    rest = iter(versions)
    for file in entry.files:
        version = next((one for one in rest if _is_of(one, file)), None)
        if version is None or (file.codebook is not None and version is versions[-1]):
            break
        found.append(version)
    return found


def _is_of(version: WaveVersion, file: WaveFile) -> bool:
    told = version.options
    is_same = version.original.sha256 == file_hash(file.path)[0]
    read_as = (told.get("encoding", ""), told.get("sheet", ""), told.get("header_rows"))
    return is_same and read_as == (file.encoding, file.sheet, file.header_rows)
