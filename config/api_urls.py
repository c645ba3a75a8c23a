"""Addresses of the API."""

from __future__ import annotations

from django.urls import path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView

from analytics.api import errata, hypotheses, impact, outputs, passports, runs, tables, targets, tracked
from config.api_root import Nowhere, Root
from measures.api import datasets, measures, proposals
from surveys.api import crosswalk, downloads, jobs, studies

_WAVE = "waves/<slug:study>/<slug:wave>/"
_WAVE_VERSION = _WAVE + "v<int:number>/"
_DATASET = "datasets/<slug:study>/<slug:dataset>/"
_DATASET_VERSION = _DATASET + "v<int:number>/"
_DATASET_LATEST = _DATASET + "latest/<path:rest>"

urlpatterns = [
    path("", Root.as_view(), name="api"),
    path("schema/", SpectacularAPIView.as_view(), name="api_schema"),
    path("docs/", SpectacularSwaggerView.as_view(url_name="api_schema"), name="api_docs"),
    path("studies/", studies.Studies.as_view(), name="api_studies"),
    path("studies/<slug:study>/", studies.OneStudy.as_view(), name="api_study"),
    path("studies/<slug:study>/freshness/", tracked.StudyFreshness.as_view(), name="api_study_freshness"),
    path("studies/<slug:study>/rerun/", tracked.Rerun.as_view(), name="api_rerun"),
    path("waves/", studies.Waves.as_view(), name="api_waves"),
    path(_WAVE, studies.OneWave.as_view(), name="api_wave"),
    path(_WAVE + "latest/", downloads.LatestWave.as_view(), name="api_wave_latest"),
    path(_WAVE + "latest/<path:rest>", downloads.LatestWaveFile.as_view(), name="api_wave_latest_file"),
    path(_WAVE_VERSION, studies.OneWaveVersion.as_view(), name="api_wave_version"),
    path(_WAVE_VERSION + "variables/", studies.Variables.as_view(), name="api_variables"),
    path(_WAVE_VERSION + "variables/<path:name>/", studies.OneVariable.as_view(), name="api_variable"),
    path(_WAVE_VERSION + "data.<str:extension>", downloads.WaveDownload.as_view(), name="api_wave_file"),
    path(
        _WAVE_VERSION + "exports/<slug:extension>/",
        downloads.AboutWaveExport.as_view(),
        name="api_wave_export",
    ),
    path(_WAVE_VERSION + "erratum/", errata.Erratum.as_view(), name="api_erratum"),
    path("comparison/", crosswalk.Compare.as_view(), name="api_compare"),
    path("comparison/cells/", crosswalk.ChangedCells.as_view(), name="api_cells"),
    path("items/", crosswalk.Items.as_view(), name="api_items"),
    path("decisions/", crosswalk.Decisions.as_view(), name="api_decisions"),
    path("decisions/<int:pk>/", crosswalk.OneDecision.as_view(), name="api_decision"),
    path("decisions/<int:pk>/undo/", crosswalk.UndoDecision.as_view(), name="api_undo"),
    path("variables/", studies.FoundVariables.as_view(), name="api_search"),
    path("measures/", measures.Measures.as_view(), name="api_measures"),
    path("measures/<slug:study>/<slug:name>/", measures.OneMeasure.as_view(), name="api_measure"),
    path("measures/<slug:study>/<slug:name>/publish/", proposals.Publish.as_view(), name="api_publish"),
    path("proposals/", proposals.Proposals.as_view(), name="api_proposals"),
    path("proposals/<int:pk>/", proposals.OneProposal.as_view(), name="api_proposal"),
    path("proposals/<int:pk>/approve/", proposals.Approve.as_view(), name="api_approve"),
    path("proposals/<int:pk>/send-back/", proposals.SendBack.as_view(), name="api_send_back"),
    path("measures/<slug:study>/<slug:name>/impact/", impact.Impact.as_view(), name="api_measure_impact"),
    path(
        "measures/<slug:study>/<slug:name>/comparison/",
        measures.Comparison.as_view(),
        name="api_measure_comparison",
    ),
    path(
        "measures/<slug:study>/<slug:name>/v<int:number>/",
        measures.OneMeasureVersion.as_view(),
        name="api_measure_version",
    ),
    path(
        "measures/<slug:study>/<slug:name>/v<int:number>/texts/<slug:tongue>/",
        measures.OneRuleText.as_view(),
        name="api_rule_text",
    ),
    path(
        "measures/<slug:study>/<slug:name>/v<int:number>/scales/",
        measures.Scales.as_view(),
        name="api_scales",
    ),
    path(
        "measures/<slug:study>/<slug:name>/v<int:number>/index/",
        measures.Index.as_view(),
        name="api_index",
    ),
    path("datasets/", datasets.Datasets.as_view(), name="api_datasets"),
    path(_DATASET, datasets.OneDataset.as_view(), name="api_dataset"),
    path(_DATASET + "builds/", datasets.Builds.as_view(), name="api_builds"),
    path(_DATASET + "latest/", datasets.LatestDataset.as_view(), name="api_dataset_latest"),
    path(_DATASET_LATEST, datasets.LatestDatasetFile.as_view(), name="api_dataset_latest_below"),
    path(_DATASET_VERSION, datasets.OneDatasetVersion.as_view(), name="api_dataset_version"),
    path(_DATASET_VERSION + "columns/<path:name>/", datasets.OneColumn.as_view(), name="api_column"),
    path(
        _DATASET_VERSION + "data.<str:extension>", datasets.DatasetDownload.as_view(), name="api_dataset_file"
    ),
    path(
        _DATASET_VERSION + "exports/<slug:extension>/",
        datasets.AboutDatasetExport.as_view(),
        name="api_dataset_export",
    ),
    path("analyses/", runs.Analyses.as_view(), name="api_analyses"),
    path("analyses/<slug:study>/<slug:analysis>/", runs.OneAnalysis.as_view(), name="api_analysis"),
    path("analyses/<slug:study>/<slug:analysis>/runs/", runs.RunAnalysis.as_view(), name="api_run_analysis"),
    path("runs/", runs.Runs.as_view(), name="api_runs"),
    path("runs/compare/", tracked.CompareRuns.as_view(), name="api_compare_runs"),
    path("runs/compare.csv", tracked.CompareRunsCsv.as_view(), name="api_compare_runs_csv"),
    path("runs/<int:pk>/freshness/", tracked.RunFreshness.as_view(), name="api_run_freshness"),
    path("runs/<int:pk>/", runs.OneRun.as_view(), name="api_run"),
    path("runs/<int:pk>/document/", runs.RunDocument.as_view(), name="api_run_document"),
    path("runs/<int:pk>/passport/", passports.RunPassport.as_view(), name="api_run_passport"),
    path("runs/<int:pk>/table.<slug:extension>", outputs.RunTable.as_view(), name="api_run_table"),
    path(
        "runs/<int:pk>/pictures/<slug:name>.<slug:extension>",
        outputs.RunPicture.as_view(),
        name="api_run_picture",
    ),
    path("runs/<int:pk>/pictures/", outputs.RunPictures.as_view(), name="api_run_pictures"),
    path("runs/<int:pk>/bundle.zip", outputs.RunBundle.as_view(), name="api_run_bundle"),
    path("runs/<int:pk>/comparison/", runs.Comparison.as_view(), name="api_comparison"),
    path("targets/", targets.Targets.as_view(), name="api_targets"),
    path("hypotheses/", hypotheses.Registers.as_view(), name="api_hypotheses"),
    path("hypotheses/<slug:study>/<slug:slug>/", hypotheses.OneRegister.as_view(), name="api_register"),
    path(
        "mappings/<slug:study>/<slug:analysis>/<path:slug>/",
        hypotheses.Mapping.as_view(),
        name="api_mapping",
    ),
    path("audit/", tables.AuditTable.as_view(), name="api_audit_table"),
    path("targets/<slug:study>/", tables.NewTarget.as_view(), name="api_new_target"),
    path("targets/<slug:study>/<path:slug>/", targets.OneTarget.as_view(), name="api_target"),
    path("jobs/", jobs.Jobs.as_view(), name="api_jobs"),
    path("jobs/<int:pk>/", jobs.OneJob.as_view(), name="api_job"),
    path("jobs/<int:pk>/cancel/", jobs.CancelJob.as_view(), name="api_cancel"),
    path("tokens/", jobs.Tokens.as_view(), name="api_tokens"),
    path("tokens/<int:pk>/", jobs.OneToken.as_view(), name="api_token"),
    path("<path:rest>", Nowhere.as_view(), name="api_nowhere"),
]
