"""Datasets, their versions, columns with tally and lineage, and downloads."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch, QuerySet, prefetch_related_objects
from django.http import HttpResponseRedirect
from django.urls import reverse
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response

from measures.models import Dataset, DatasetColumn, DatasetVersion
from measures.policy import require_define
from measures.selectors import (
    column_freshness,
    dataset_named,
    dataset_version_named,
    freshness,
    reached_in_column,
    reached_in_dataset,
    version_freshness,
)
from measures.selectors.disclosure import falls_shown_to, fitted_shown_to, lineage_shown_to
from measures.serializers import (
    BuildSerializer,
    DatasetColumnWithLineageSerializer,
    DatasetExportSerializer,
    DatasetSerializer,
    DatasetVersionSerializer,
    DatasetWithFreshnessSerializer,
    DefineDatasetSerializer,
)
from measures.services.datasets import define_dataset, read_resolvable, submit_build
from measures.services.exports import dataset_subject
from measures.services.falls import count_now
from surveys.core.problems import Problem, Refused
from surveys.core.said import say
from surveys.http import (
    STUDY,
    AboutExport,
    AnyType,
    Api,
    Download,
    ListApi,
    OneApi,
    QueuedSerializer,
    document,
    queued,
    to_numbered,
)
from surveys.models import Study
from surveys.selectors import one_named, study_named
from surveys.services.subjects import Subject


@extend_schema(parameters=[STUDY])
class Datasets(ListApi):
    """Datasets with their versions."""

    serializer_class = DatasetSerializer
    queryset = Dataset.objects.none()
    parameters = ("study",)

    def get_queryset(self) -> QuerySet[Dataset]:
        datasets = (
            Dataset.objects.visible_to(self.person).select_related("study").prefetch_related("versions")
        )
        return datasets.filter(study__slug=self.asked("study")) if self.asked("study") else datasets


class OneDataset(OneApi):
    """One dataset: recipe, versions, and whether the latest version still holds; PUT defines it, 201 where it
    is new. Nothing is built by that."""

    serializer_class = DatasetWithFreshnessSerializer
    queryset = Dataset.objects.none()

    def get_object(self) -> Any:
        dataset: Any = dataset_named(self.person, "{study}/{dataset}".format(**self.kwargs))
        dataset.freshness = freshness(dataset)
        return dataset

    @extend_schema(
        request=DefineDatasetSerializer, responses={200: DatasetSerializer, 201: DatasetSerializer}
    )
    def put(self, request: Request, study: str, dataset: str) -> Response:
        here = study_named(self.person, study)
        require_define(self.person, here)
        given = document(
            request, DefineDatasetSerializer, lambda given: recipe_problems(here, given["recipe"])
        )
        is_new = not here.datasets.filter(slug=dataset).exists()
        found = define_dataset(self.person, here, dataset, **given)
        return Response(DatasetSerializer(found).data, status=201 if is_new else 200)


def recipe_problems(study: Study, recipe: Any) -> tuple[Problem, ...]:
    """Everything that is wrong with a recipe."""
    try:
        read_resolvable(study, recipe)
    except Refused as refused:
        return refused.problems
    return ()


class Builds(Api):
    """Queues a build of what the recipe means today; its job names the version and says whether it is new."""

    @extend_schema(request=BuildSerializer, responses={202: QueuedSerializer})
    def post(self, request: Request, study: str, dataset: str) -> Response:
        found = dataset_named(self.person, f"{study}/{dataset}")
        return queued(request, submit_build(self.person, found, **document(request, BuildSerializer)))


class AboutDatasetVersion(Api):
    """What all views below a dataset version share."""

    def version(self) -> DatasetVersion:
        """The version that the address names, if the person may see it."""
        return dataset_version_named(self.person, "{study}/{dataset}@{number}".format(**self.kwargs))


class OneDatasetVersion(AboutDatasetVersion, OneApi):
    """One immutable result of a recipe: frozen recipe, columns with hashes and tallies."""

    serializer_class = DatasetVersionSerializer
    queryset = DatasetVersion.objects.none()

    def get_object(self) -> Any:
        """With everything that is told of its columns; what is long and not told stays in the database."""
        version: Any = self.version()
        columns = DatasetColumn.objects.select_related("derived", "measure_version__measure").defer(
            "derived__frequencies", "derived__inputs", "derived__fitted", "measure_version__report"
        )
        version.errata, version.freshness = reached_in_dataset(version), version_freshness(version)
        prefetch_related_objects([version], Prefetch("columns", columns), "wave_versions__wave__study")
        return version


class OneColumn(AboutDatasetVersion, OneApi):
    """One column: codebook, counts, what was fitted, and where it came from."""

    serializer_class = DatasetColumnWithLineageSerializer
    queryset = DatasetColumn.objects.none()

    def get_object(self) -> Any:
        columns = self.version().columns.select_related(
            "derived__falls", "measure_version__measure", "version__dataset__study"
        )
        name = self.kwargs["name"]
        known = columns.values_list("name", flat=True)
        column: Any = one_named(columns.filter(name=name), say("column"), name, known)
        column.lineage = lineage_shown_to(self.person, column)
        column.errata, column.freshness = reached_in_column(column), column_freshness(column)
        column.fitted = fitted_shown_to(self.person, column)
        falls = count_now(self.person, column)
        column.waterfall = falls_shown_to(self.person, column, falls).as_json() if falls else None
        return column


class DatasetDownload(AboutDatasetVersion, Download):
    def subject(self) -> Subject:
        return dataset_subject(self.version())


_ABOUT = {200: DatasetExportSerializer, 202: QueuedSerializer}


@extend_schema_view(get=extend_schema(responses=_ABOUT))
class AboutDatasetExport(AboutDatasetVersion, AboutExport):
    about = DatasetExportSerializer

    def subject(self) -> Subject:
        return dataset_subject(self.version())

    def standing(self, subject: Subject) -> dict[str, Any]:
        version = self.version()
        return {"errata": reached_in_dataset(version), "freshness": version_freshness(version)}


class LatestDataset(Api):
    """Redirects to the numbered version in force; the header ``Wavebook-Version`` names it."""

    content_negotiation_class = AnyType
    parameters = ("language", "page", "page_size")

    @extend_schema(responses={302: None})
    def get(self, request: Request, study: str, dataset: str, rest: str = "") -> HttpResponseRedirect:
        found = dataset_version_named(self.person, f"{study}/{dataset}")
        address = reverse("api_dataset_version", args=[study, dataset, found.number])
        return to_numbered(request, address, rest, str(found))


@extend_schema_view(get=extend_schema(operation_id="datasets_latest_below"))
class LatestDatasetFile(LatestDataset):
    """The same for everything below the version: files, columns, exports."""
