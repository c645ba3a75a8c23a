"""Specifications of analyses: what is wanted, frozen and valid from birth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from analytics.core.answer_specs import MultipleSpec, RankedSpec
from analytics.core.item_specs import CorrelationSpec, FactorSpec, ReliabilitySpec
from analytics.core.model_spec import (
    BINARY,
    CATEGORICAL,
    METHODS,
    MODEL_KINDS,
    MOST_NODES,
    MULTILEVEL,
    NODES,
    ModelSpec,
)
from analytics.core.multiverse.spec import MultiverseSpec
from analytics.core.table_specs import CrosstabSpec, DescriptivesSpec, without_empty

__all__ = [
    "BINARY",
    "CATEGORICAL",
    "METHODS",
    "MODEL_KINDS",
    "MOST_NODES",
    "MULTILEVEL",
    "NODES",
    "CorrelationSpec",
    "FactorSpec",
    "ModelSpec",
    "MultiverseSpec",
    "SeriesModel",
    "SeriesSpec",
    "Spec",
]


@dataclass(frozen=True)
class SeriesModel:
    """One model of a series; ``base`` names the model it extends, or is empty.

    ``column`` is the column of the published table it stands beside, its own name unless said otherwise.
    """

    name: str
    label: str
    base: str
    model: ModelSpec
    column: str = ""


@dataclass(frozen=True)
class SeriesSpec:
    """Nested models side by side.  ``absorbed``: term as written -> what the table calls the set.

    ``sample`` is ``common`` (rows complete for all models, so that fits can be compared) or ``each``.
    """

    models: tuple[SeriesModel, ...]
    absorbed: Mapping[str, str] = field(default_factory=dict)
    sample: str = "common"
    targets: str = ""
    kind: str = "series"

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(name for one in self.models for name in one.model.columns))

    def as_json(self) -> dict[str, Any]:
        models = [
            {
                "name": one.name,
                "label": one.label,
                "from": one.base,
                "column": one.column,
                **one.model.as_json(),
            }
            for one in self.models
        ]
        return without_empty(
            {
                "kind": self.kind,
                "models": models,
                "absorbed": {
                    label: " + ".join(text for text, own in self.absorbed.items() if own == label)
                    for label in dict.fromkeys(self.absorbed.values())
                },
                "sample": self.sample,
                "targets": self.targets,
            }
        )


Spec = (
    ModelSpec
    | SeriesSpec
    | MultiverseSpec
    | DescriptivesSpec
    | CrosstabSpec
    | MultipleSpec
    | RankedSpec
    | ReliabilitySpec
    | FactorSpec
    | CorrelationSpec
)
