"""Tells what the scale of a measure is like in every wave of its study."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from measures.core.language.functions_of_samples import BASES
from measures.selectors.tongues import measure_version_named
from measures.services.engines import chosen
from measures.services.scale_documents import document
from measures.services.scales import scale_reports
from surveys.management.base import WavebookCommand
from surveys.models import User


class Command(WavebookCommand):
    help = "Tell the reliability, the factor and the drift of a measure's scale, wave by wave."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("measure", metavar="STUDY/MEASURE[@n]")
        parser.add_argument(
            "--basis", choices=BASES, default="", help="which correlations (default: the rule's)"
        )
        parser.add_argument("--by", default="", metavar="ITEM", help="also for each group of this item")
        help_of_metric = "whose fit is the frozen metric (default: the first)"
        parser.add_argument("--metric", default="", metavar="DATASET@n", help=help_of_metric)

    def work(self, user: User, **options: Any) -> dict[str, Any]:
        version = measure_version_named(user, options["measure"])
        asked = {name: options[name] for name in ("basis", "by", "metric")}
        found = scale_reports(user, version, **asked, engine=chosen(), however_large=True)
        return {"scales": [document(one) for one in found]}

    def show(self, outcome: dict[str, Any]) -> None:
        for scale in outcome["scales"]:
            self._show_scale(scale)

    def _show_scale(self, told: dict[str, Any]) -> None:
        scale = told["scale"]
        how = f"{told['basis']}, {scale['scores']} {scale['extraction']}".rstrip()
        if (scale["factors"] or 1) > 1:
            how += f", factor {scale['factor']} of {scale['factors']}, rotation {scale['rotation']}"
        self.stdout.write(f"{told['measure_version']}  {how}")
        turned = {item["name"] for item in scale["items"] if item["is_reversed"]}
        for rows in told["rows"]:
            group = "" if rows["group"] is None else f" {told['by']} = {rows['group']}"
            if "why" in rows:
                self.stdout.write(f"{rows['wave_version']}{group}: {rows['why']}")
                continue
            figures = "  ".join(f"{name} {_short(rows[name])}" for name in ("alpha", "omega", "kmo"))
            self.stdout.write(f"{rows['wave_version']}{group}: {rows['n']:,} rows  {figures}")
            self._show_items(rows, turned)
            if drift := rows["drift"]:
                self.stdout.write(f"  on the metric of {told['metric']}: {_drift(drift)}")
            for warning in rows["warnings"]:
                self.talk(f"  {warning}")
        for one in told["left_out"]:
            self.stdout.write(f"{one['wave_version']} is left out: {one['why']}")
        for warning in told["warnings"]:
            self.talk(warning)

    def _show_items(self, rows: dict[str, Any], turned: set[str]) -> None:
        if several := rows.get("factors"):
            self._show_factors(rows, several, turned)
            return
        self.stdout.write(f"  {'':<28} {'loading':>9} {'item-rest':>9} {'alpha without':>14}")
        for item in rows["items"]:
            name = item["name"] + (" (turned)" if item["name"] in turned else "")
            numbers = [_short(item[name]) for name in ("loading", "item_rest", "alpha_dropped")]
            self.stdout.write(f"  {name:<28} {numbers[0]:>9} {numbers[1]:>9} {numbers[2]:>14}")

    def _show_factors(self, rows: dict[str, Any], told: dict[str, Any], turned: set[str]) -> None:
        def line(name: str, numbers: list[float | None]) -> None:
            self.stdout.write(f"  {name:<28} " + " ".join(f"{_short(one):>9}" for one in numbers).rstrip())

        heads = " ".join(f"{f'factor {at + 1}':>9}" for at in range(len(told["sums"])))
        self.stdout.write(f"  {'':<28} {heads}")
        for item, loadings in zip(rows["items"], told["loadings"], strict=True):
            line(item["name"] + (" (turned)" if item["name"] in turned else ""), loadings)
        line("sum of squares", told["sums"])
        line("% of variance", told["percents"])
        for at, own in enumerate(told["phi"]):
            line(f"correlation with factor {at + 1}", own)


def _drift(drift: dict[str, Any]) -> str:
    told = f"mean {_short(drift['mean'])}, SD {_short(drift['sd'])} (refitted {_short(drift['refitted_sd'])})"
    alike = drift["congruence"]
    return told if alike is None else f"{told}, congruence {_short(alike)}"


def _short(number: float | None) -> str:
    return "-" if number is None else f"{round(number, 3) + 0.0:.3f}"  # -0 becomes 0
