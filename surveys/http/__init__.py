"""What every room's HTTP API shares; pages and API views of other rooms build on it."""

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
    "OneApi",
    "QueuedSerializer",
    "queued",
    "to_numbered",
]
