"""Tells how the index of a measure is made up, what each part adds, and what other choices would change."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from measures.selectors.tongues import measure_version_named
from measures.services.engines import chosen
from measures.services.index_documents import document
from measures.services.indices import index_report
from surveys.management.base import WavebookCommand
from surveys.models import User

_COLUMNS = ("mean", "sd", "with_index", "with_rest", "contribution", "share")
_CHANGES = ("n", "mean", "Spearman", "moves by", "at most", "crossed")
_HEADS = ("mean", "SD", "r index", "r rest", "adds", "share")


class Command(WavebookCommand):
    help = "Tell the make-up, the decomposition and the robustness of a measure's index, wave by wave."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("measure", metavar="STUDY/MEASURE[@n]")
        parser.add_argument("--by", default="", metavar="ITEM", help="also by the groups of this item")

    def work(self, user: User, **options: Any) -> dict[str, Any]:
        version = measure_version_named(user, options["measure"])
        return document(index_report(user, version, by=options["by"], engine=chosen(), however_large=True))

    def show(self, outcome: dict[str, Any]) -> None:
        for rows in outcome["rows"]:
            if "why" in rows:
                self.stdout.write(f"{rows['wave_version']}: {rows['why']}")
                continue
            self._show_head(outcome["measure_version"], rows)
            self._show_components(rows)
            self._show_counting(rows["counting"])
            self._show_groups(outcome["by"], rows)
            self._show_alternatives(rows["alternatives"])
        for one in outcome["left_out"]:
            self.stdout.write(f"{one['wave_version']} is left out: {one['why']}")

    def _show_head(self, name: str, rows: dict[str, Any]) -> None:
        unit = f"groups of {rows['unit']}" if rows["is_of_groups"] else "rows"
        self.stdout.write(f"{name}  {rows['wave_version']}: {rows['n']:,} of {rows['all']:,} {unit}")
        made = rows["index"]
        least = f"at least {made['at_least']} of {len(made['components'])}"
        cutoff = f", cut-off {made['cutoff']}" if made["cutoff"] else ""
        self.stdout.write(
            f"  {made['function']}, {least}{cutoff}: mean {_short(rows['mean'])}, SD {_short(rows['sd'])}"
        )

    def _show_components(self, rows: dict[str, Any]) -> None:
        self.stdout.write(_line("component", [*("n",), *_HEADS]))
        for one in rows["components"]:
            name = "  " * (len(one["path"]) - 1) + one["component"]
            self.stdout.write(_line(name, [f"{one['n']:,}", *(_short(one[column]) for column in _COLUMNS)]))

    def _show_counting(self, counting: dict[str, Any] | None) -> None:
        if counting is None:
            return
        self.stdout.write(_line("cut-off", ["H", "A", "M0"]))
        for cut in counting["cuts"]:
            mark = " *" if cut["k"] == counting["adopted"] else ""
            figures = [_short(cut[name]) for name in ("headcount", "intensity", "m0")]
            self.stdout.write(_line(f"{cut['k']}{mark}", figures))
        self.stdout.write(_line(f"dimension at {counting['adopted']}", ["headcount", "censored", "of M0"]))
        for one in counting["dimensions"]:
            figures = [_short(one[name]) for name in ("headcount", "censored", "contribution")]
            self.stdout.write(_line(one["component"], figures))

    def _show_groups(self, by: str, rows: dict[str, Any]) -> None:
        if by and rows.get("why_no_groups"):
            self.stdout.write(f"  by {by}: {rows['why_no_groups']}")
        if not rows.get("by_group"):
            return
        self.stdout.write(_line(f"by {by}", ["n", "population", "mean", "adds", "share"]))
        for one in rows["by_group"]["groups"]:
            name = "absent" if one["group"] is None else str(one["group"])
            figures = [_short(one[name]) for name in ("population", "mean", "contribution", "share")]
            self.stdout.write(_line(name, [f"{one['n']:,}", *figures]))
        shares = [_short(rows["by_group"][part]) for part in ("between", "within")]
        self.stdout.write(f"  of the variance: {shares[0]} between, {shares[1]} within")

    def _show_alternatives(self, found: list[dict[str, Any]]) -> None:
        self.stdout.write(_line("another choice", list(_CHANGES)))
        for one in found:
            name = f"{one['choice']} {one['component'] or one['what']}".replace("_", " ", 1).rstrip()
            if one["why"]:
                self.stdout.write(f"  {name}: {one['why']}")
                continue
            moves = [f"{one[part]:.1f}" for part in ("mean_change", "largest_change")]
            crossed = "-" if one["crossed"] is None else f"{one['crossed']:,}"
            figures = [f"{one['n']:,}", _short(one["mean"]), _short(one["spearman"]), *moves, crossed]
            self.stdout.write(_line(name, figures))


def _line(name: str, cells: list[str]) -> str:
    return f"  {name:<38}" + "".join(f"{cell:>11}" for cell in cells)


def _short(number: float | None) -> str:
    return "-" if number is None else f"{round(number, 3) + 0.0:.3f}"  # -0 becomes 0
