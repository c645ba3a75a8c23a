"""Pages of the surveys room, split by subject; each view calls one selector or service."""

from surveys.views.codebooks import edit_codebook
from surveys.views.comparing import cells, compare, compare_row, decide_row, undo_decision
from surveys.views.imports import answer_doubt, cancel_job, job, jobs, upload
from surveys.views.items import item, items
from surveys.views.studies import home, search, study, variable, wave, wave_version
from surveys.views.tokens import revoke_token, tokens
from surveys.views.waves import wave_download, wave_file

__all__ = [
    "answer_doubt",
    "cancel_job",
    "cells",
    "compare",
    "compare_row",
    "decide_row",
    "edit_codebook",
    "home",
    "item",
    "items",
    "job",
    "jobs",
    "revoke_token",
    "search",
    "study",
    "tokens",
    "undo_decision",
    "upload",
    "variable",
    "wave",
    "wave_download",
    "wave_file",
    "wave_version",
]
