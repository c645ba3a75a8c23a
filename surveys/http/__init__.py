"""What every room's HTTP API shares; pages and API views of other rooms build on it."""

from surveys.http.documents import NoFields, document, told_by_fields
from surveys.http.downloads import (
    AboutExport,
    Download,
    ExportSerializer,
    QueuedSerializer,
    queued,
    to_numbered,
)
from surveys.http.errata import ErratumSerializer
from surveys.http.views import STUDY, AnyType, Api, BadParameter, ListApi, OneApi

__all__ = [
    "STUDY",
    "AboutExport",
    "AnyType",
    "Api",
    "BadParameter",
    "Download",
    "ErratumSerializer",
    "ExportSerializer",
    "ListApi",
    "NoFields",
    "OneApi",
    "QueuedSerializer",
    "document",
    "queued",
    "to_numbered",
    "told_by_fields",
]
