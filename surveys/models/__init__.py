"""What the surveys room stores; split by subject."""

from surveys.models.context import ContextTable, ContextVersion
from surveys.models.crosswalk import CrosswalkDecision, Item
from surveys.models.exports import Export
from surveys.models.files import StoredFile
from surveys.models.jobs import Job
from surveys.models.people import AuditEntry, Membership, User
from surveys.models.search import SearchText
from surveys.models.studies import Study, Wave
from surveys.models.tokens import ApiToken
from surveys.models.waves import Variable, WaveVersion

__all__ = [
    "ApiToken",
    "AuditEntry",
    "ContextTable",
    "ContextVersion",
    "CrosswalkDecision",
    "Export",
    "Item",
    "Job",
    "Membership",
    "SearchText",
    "StoredFile",
    "Study",
    "User",
    "Variable",
    "Wave",
    "WaveVersion",
]
