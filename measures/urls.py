"""Addresses of measures and datasets."""

from __future__ import annotations

from django.urls import path

from measures import views

app_name = "measures"

_STUDY = "studies/<slug:study>/"
_DATASET = _STUDY + "datasets/<slug:dataset>@<int:number>/"

urlpatterns = [
    path(_STUDY + "measures/", views.measures, name="measures"),
    path(_STUDY + "measures-sheet/", views.measures_sheet, name="measures_sheet"),
    path(_STUDY + "measures-sheet/<slug:form>/", views.measures_sheet_file, name="measures_sheet_file"),
    path(_STUDY + "measures/<str:name>@<int:number>/scale/", views.scale, name="scale_of_version"),
    path(_STUDY + "measures/<str:name>/scale/", views.scale, name="scale"),
    path(
        _STUDY + "measures/<str:name>@<int:number>/scale/count/",
        views.count_scale,
        name="count_scale_of_version",
    ),
    path(_STUDY + "measures/<str:name>/scale/count/", views.count_scale, name="count_scale"),
    path(_STUDY + "measures/<str:name>@<int:number>/index/", views.index, name="index_of_version"),
    path(_STUDY + "measures/<str:name>/index/", views.index, name="index"),
    path(
        _STUDY + "measures/<str:name>@<int:number>/index/count/",
        views.count_index,
        name="count_index_of_version",
    ),
    path(_STUDY + "measures/<str:name>/index/count/", views.count_index, name="count_index"),
    path(_STUDY + "measures/<str:name>@<int:number>/", views.measure, name="measure_version"),
    path(_STUDY + "measures/<str:name>/compare/", views.compare, name="compare_measures"),
    path(_STUDY + "measures/<str:name>/compare.json", views.compare_json, name="compare_json"),
    path(_STUDY + "measures/<str:name>/compare/count/", views.count_moves, name="count_moves"),
    path(_STUDY + "measures/<str:name>/proposal/", views.proposal, name="proposal"),
    path(_STUDY + "measures/<str:name>/proposal/<int:pk>/", views.decide_proposal, name="decide_proposal"),
    path(_STUDY + "measures/<str:name>/", views.measure, name="measure"),
    path(_STUDY + "datasets/<slug:dataset>/", views.dataset, name="dataset"),
    path(_STUDY + "datasets/<slug:dataset>/build/", views.build, name="build"),
    path(_DATASET, views.dataset_version, name="dataset_version"),
    path(_DATASET + "absences/", views.count_absences, name="count_absences"),
    path(_DATASET + "download/", views.dataset_download, name="dataset_download"),
    path(_DATASET + "download/<slug:form>/", views.dataset_file, name="dataset_file"),
    path(_DATASET + "columns/<path:name>/", views.column, name="column"),
]
