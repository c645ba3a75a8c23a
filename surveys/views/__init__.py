"""Pages of the surveys room, split by subject; each view calls one selector or service."""

from surveys.views.codebooks import edit_codebook
from surveys.views.imports import cancel_job, job, jobs, upload
from surveys.views.studies import home, search, study, variable, wave, wave_version
from surveys.views.tokens import revoke_token, tokens
from surveys.views.waves import wave_download, wave_file

__all__ = [
    "cancel_job",
    "edit_codebook",
    "home",
    "job",
    "jobs",
    "revoke_token",
    "search",
    "study",
    "tokens",
    "upload",
    "variable",
    "wave",
    "wave_download",
    "wave_file",
    "wave_version",
]
