"""Which files of a wave's entry, and which decisions of an item's, the database holds already."""

from __future__ import annotations

from config.study_folder.contents import Decision, ItemEntry, WaveEntry, WaveFile
from surveys.core.reading.overlay import Given, given
from surveys.core.reading.whole import read_whole
from surveys.core.store import file_hash
from surveys.models import Study, WaveVersion


def held(study: Study, entry: WaveEntry) -> list[WaveVersion]:
    """The versions that hold the first files of ``entry``, file by file.

    Versions that somebody imported in between or afterwards are passed over: what a folder does not name
    stays as it is.  A file that comes with a codebook sheet is read again as long as its version is the
    latest, for the sheet may say something else now; reading the same again makes no version.  A whole
    codebook says which version it is of.
    """
    versions = list(
        WaveVersion.objects.filter(wave__study=study, wave__slug=entry.slug)
        .select_related("wave__study", "original")
        .order_by("number")
    )
    found: list[WaveVersion] = []
    rest = iter(versions)
    for file in entry.files:
        whole = _whole(file)
        version = next((one for one in rest if _is_of(one, file, whole)), None)
        is_read_again = file.codebook is not None and not whole
        if version is None or (is_read_again and version is versions[-1]):
            break
        found.append(version)
    return found


def _whole(file: WaveFile) -> str:
    """What the whole codebook beside a file hashes to; "" where there is none, or another kind."""
    if file.codebook is None or given(file.codebook) is not Given.WHOLE:
        return ""
    return read_whole(file.codebook).codebook.fingerprint()


def _is_of(version: WaveVersion, file: WaveFile, whole: str) -> bool:
    told = version.options
    is_same = version.original.sha256 == file_hash(file.path)[0]
    read_as = (told.get("encoding", ""), told.get("sheet", ""), told.get("header_rows"))
    is_same = is_same and whole in ("", version.codebook_hash)
    return is_same and read_as == (file.encoding, file.sheet, file.header_rows)


def not_standing(there: ItemEntry | None, entry: ItemEntry) -> list[Decision]:
    """The decisions of ``entry`` to be signed so that wave by wave the same ones hold as it says.

    Those that both begin with are left as they are; where more stands than the entry has, its last one is
    signed anew and so takes the place of the rest.
    """
    found: list[Decision] = []
    for wave in dict.fromkeys(one.wave for one in entry.decisions):
        wanted = [one for one in entry.decisions if one.wave == wave]
        standing = [one for one in there.decisions if one.wave == wave] if there else []
        if wanted == standing:
            continue
        pairs = zip(wanted, standing, strict=False)
        shared = next(
            (place for place, (a, b) in enumerate(pairs) if a != b), min(len(wanted), len(standing))
        )
        found += wanted[min(shared, len(wanted) - 1) :]
    return found
