"""The shape of what the API says and takes; no rules."""

from surveys.serializers.crosswalk import (
    DecisionSerializer,
    GridSerializer,
    NewDecisionSerializer,
    UndoSerializer,
    grid_document,
)
from surveys.serializers.fields import LabelsField, SentencesField, WrittenField
from surveys.serializers.jobs import JobSerializer, MadeTokenSerializer, NewTokenSerializer, TokenSerializer
from surveys.serializers.studies import (
    CodebookVariableSerializer,
    FoundVariableSerializer,
    FrequenciesSerializer,
    StudySerializer,
    VariableSerializer,
    WaveSerializer,
    WaveVersionSerializer,
)

__all__ = [
    "CodebookVariableSerializer",
    "DecisionSerializer",
    "FoundVariableSerializer",
    "FrequenciesSerializer",
    "GridSerializer",
    "JobSerializer",
    "LabelsField",
    "MadeTokenSerializer",
    "NewDecisionSerializer",
    "NewTokenSerializer",
    "SentencesField",
    "StudySerializer",
    "TokenSerializer",
    "UndoSerializer",
    "VariableSerializer",
    "WaveSerializer",
    "WaveVersionSerializer",
    "WrittenField",
    "grid_document",
]
