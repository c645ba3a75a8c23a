"""Addresses of studies, waves, variables, search, imports, jobs and tokens."""

from __future__ import annotations

from django.urls import path

from surveys import views

app_name = "surveys"

_COMPARE = "studies/<slug:study>/compare/"
_WAVE = "studies/<slug:study>/waves/<slug:wave>@<int:number>/"

urlpatterns = [
    path("", views.home, name="home"),
    path("search/", views.search, name="search"),
    path("import/", views.upload, name="upload"),
    path("jobs/", views.jobs, name="jobs"),
    path("jobs/<int:pk>/", views.job, name="job"),
    path("jobs/<int:pk>/cancel/", views.cancel_job, name="cancel_job"),
    path("jobs/<int:pk>/encoding/", views.answer_doubt, name="answer_doubt"),
    path("tokens/", views.tokens, name="tokens"),
    path("tokens/<slug:token>/revoke/", views.revoke_token, name="revoke_token"),
    path("studies/<slug:study>/", views.study, name="study"),
    path(_COMPARE, views.compare, name="compare"),
    path(_COMPARE + "row/", views.compare_row, name="compare_row"),
    path(_COMPARE + "row/decide/", views.decide_row, name="decide_row"),
    path(_COMPARE + "cells.<slug:form>", views.cells, name="cells"),
    path("studies/<slug:study>/decisions/<int:number>/undo/", views.undo_decision, name="undo_decision"),
    path("studies/<slug:study>/items/", views.items, name="items"),
    path("studies/<slug:study>/items/<path:name>/", views.item, name="item"),
    path("studies/<slug:study>/waves/<slug:wave>/", views.wave, name="wave"),
    path(_WAVE, views.wave_version, name="wave_version"),
    path(_WAVE + "codebook/", views.edit_codebook, name="edit_codebook"),
    path(_WAVE + "download/", views.wave_download, name="wave_download"),
    path(_WAVE + "download/<slug:form>/", views.wave_file, name="wave_file"),
    path(_WAVE + "variables/<path:name>/", views.variable, name="variable"),
]
