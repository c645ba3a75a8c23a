"""Addresses of analyses, runs and targets."""

from __future__ import annotations

from django.urls import path

from analytics import views

app_name = "analytics"

_STUDY = "studies/<slug:study>/"

urlpatterns = [
    path(_STUDY + "analyses/", views.analyses, name="analyses"),
    path(_STUDY + "analyses/<slug:slug>/", views.analysis, name="analysis"),
    path(_STUDY + "analyses/<slug:slug>/run/", views.start_run, name="start_run"),
    path("audit/", views.audit_table, name="audit_table"),
    path(_STUDY + "hypotheses/<slug:slug>/", views.hypotheses, name="hypotheses"),
    path(_STUDY + "map/<slug:analysis>/<path:slug>/", views.map_table, name="map_table"),
    path(_STUDY + "new_analysis/", views.new_analysis, name="new_analysis"),
    path(_STUDY + "new_target/", views.new_target, name="new_target"),
    path(_STUDY + "targets/<path:slug>/", views.target, name="target"),
    path(_STUDY + "waves/<slug:wave>@<int:number>/erratum/", views.erratum, name="erratum"),
    path(_STUDY + "freshness/", views.study_freshness, name="freshness"),
    path(_STUDY + "rerun/", views.rerun, name="rerun"),
    path("runs/compare/", views.compare_runs, name="compare_runs"),
    path("runs/compare.csv", views.compare_runs_csv, name="compare_runs_csv"),
    path("runs/<int:pk>/", views.run, name="run"),
    path("runs/<int:pk>/freshness/", views.freshness_of_run, name="run_freshness"),
    path("runs/<int:pk>/number/", views.number, name="number"),
    path("runs/<int:pk>/number/history.<slug:form>", views.number_history, name="number_history"),
    path("runs/<int:pk>/table.<slug:form>", views.table, name="table"),
    path("runs/<int:pk>/pictures/<slug:name>.<slug:form>", views.picture, name="picture"),
    path("runs/<int:pk>/bundle/", views.bundle, name="bundle"),
    path("runs/<int:pk>/again/", views.run_again, name="run_again"),
    path("runs/<int:pk>/withdraw/", views.withdraw, name="withdraw"),
]
