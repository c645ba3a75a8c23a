"""A scale's report as plain types, as commands and the API tell it."""

from __future__ import annotations

from typing import Any

from measures.core.factor import Matrix
from measures.core.scale_figures import Figures, plain, plains
from measures.services.scales import Rows, ScaleReport

SIGN = "the loadings add up to more than zero"
SIGN_OF_SEVERAL = "factors by falling sum of squares; the loadings of each add up to more than zero"


def document(report: ScaleReport) -> dict[str, Any]:
    """The scale, its figures per wave and group, congruences, and warnings in words."""
    scale = report.scale
    names = [one.name for one in report.with_figures]
    return {
        "measure_version": f"{report.version.measure.study.slug}/{report.version}",
        "scale": {
            "function": scale.node.function,
            "items": [
                {"name": item.name, "labels": dict(labels), "is_reversed": item.is_reversed}
                for item, labels in zip(scale.items, report.labels, strict=True)
            ],
            "at_least": scale.at_least,
            "is_standardised": scale.is_standardised,
            "extraction": scale.extraction,
            "factors": scale.factors if scale.extraction else None,
            "rotation": scale.rotation,
            "factor": scale.factor if scale.extraction else None,
            "basis": scale.basis,
            "scores": scale.scores,
            "sign": (SIGN if scale.factors == 1 else SIGN_OF_SEVERAL) if scale.extraction else "",
        },
        "basis": report.basis,
        "by": report.by,
        "metric": report.metric,
        "metrics": list(report.metrics),
        "rows": [_rows(one, scale.names) for one in report.rows],
        "congruence": {"rows": names, "values": _table(report.congruence), **_of_each(report)},
        "left_out": [{"wave_version": str(one.version), "why": str(one.why)} for one in report.left_out],
        "warnings": [str(warning) for warning in report.warnings],
    }


def _table(cells: Matrix) -> list[list[float | None]]:
    return [plains(row) for row in cells]


def _of_each(report: ScaleReport) -> dict[str, Any]:
    """Of several factors the congruences of each, and which number it has in each set of rows."""
    if report.scale.factors == 1:
        return {}
    numbers = [list(one) for one in report.alike.numbers]
    return {"factors": [_table(one) for one in report.alike.tables], "numbers": numbers}


def _rows(rows: Rows, names: tuple[str, ...]) -> dict[str, Any]:
    told: dict[str, Any] = {"wave_version": str(rows.wave), "group": rows.group, "labels": dict(rows.labels)}
    if rows.figures is None:
        return told | {"why": str(rows.why)}
    drift = rows.drift
    return told | {
        "n": rows.figures.n,
        "scored": rows.scored,
        **_figures(rows.figures, names),
        "score": dict(zip(("mean", "sd"), plains(rows.figures.scored(rows.figures.metric)), strict=True)),
        "drift": None
        if drift is None
        else {
            "mean": plain(drift.mean),
            "sd": plain(drift.sd),
            "refitted_mean": plain(drift.refitted_mean),
            "refitted_sd": plain(drift.refitted_sd),
            "correlation": plain(drift.correlation),
            "congruence": plain(drift.congruence),
        },
        "warnings": [str(warning) for warning in rows.warnings],
    }


def _figures(figures: Figures, names: tuple[str, ...]) -> dict[str, Any]:
    columns = ("means", "sds", "item_rest", "alpha_dropped", "loadings", "uniquenesses", "kmo_items")
    heads = ("mean", "sd", "item_rest", "alpha_dropped", "loading", "uniqueness", "kmo")
    cells = zip(*(plains(getattr(figures, column)) for column in columns), strict=True)
    return {
        "alpha": plain(figures.alpha),
        "alpha_standardised": plain(figures.alpha_standardised),
        "omega": plain(figures.omega),
        "kmo": plain(figures.kmo),
        "bartlett": _test(*figures.bartlett) if figures.bartlett else None,
        "extraction": figures.extraction,
        "eigenvalues": plains(figures.eigenvalues),
        "items": [
            {"name": name, **dict(zip(heads, row, strict=True))}
            for name, row in zip(names, cells, strict=True)
        ],
        "correlation": _table(figures.correlation),
        **_several(figures),
    }


def _several(figures: Figures) -> dict[str, Any]:
    """Loadings (the pattern) of all factors, their correlations, and what each explains."""
    found, p = figures.factors, len(figures.means)
    if len(found.sums) == 1:
        return {}
    told = {
        "loadings": _table(found.loadings),
        "phi": _table(found.phi),
        "sums": plains(found.sums),
        "percents": plains(100 * found.sums / p),
        "determinacy": plains(figures.determinacy),
    }
    return {"factors": told}


def _test(chi_square: float, df: int, p: float) -> dict[str, Any]:
    return {"chi_square": plain(chi_square), "df": df, "p_value": plain(p)}
