"""What is to be drawn, read from ``spec/draws.yaml``."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent / "spec"
SEED = 2017


@dataclass(frozen=True)
class Item:
    """One question: its answers in the order of a latent, and who was asked.

    ``shares`` of ``codes`` are those among all respondents were all asked; ``asked_if`` names another item
    and the answers that lead here, ``asked_unless`` items of which one chosen leads past here; ``silent``
    pairs missing codes with their shares.
    """

    name: str
    codes: tuple[int, ...]
    shares: tuple[float, ...]
    along: str = ""
    loading: float = 0.0
    asked_if: tuple[str, tuple[int, ...]] | None = None
    asked_unless: tuple[str, ...] = ()
    silent: dict[int, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Amount:
    """A sum of money or an age: median times exp(spread x latent), rounded, within limits."""

    name: str
    median: float
    spread: float
    to: int
    low: int
    high: int
    along: str = ""
    loading: float = 0.0
    silent: dict[int, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Spec:
    """The whole of ``draws.yaml``; the parts that only one function reads stay plain."""

    cities: tuple[dict[str, Any], ...]
    latents: dict[str, dict[str, float]]
    items: tuple[Item, ...]
    amounts: tuple[Amount, ...]
    plain: dict[str, Any]


def read_spec() -> Spec:
    """The specification, each item complete."""
    plain = yaml.safe_load((HERE / "draws.yaml").read_text("utf-8"))
    return Spec(
        tuple(plain["cities"]),
        plain["latents"],
        tuple(_item(name, entry) for name, entry in plain["items"].items()),
        tuple(Amount(name, **entry) for name, entry in plain["amounts"].items()),
        plain,
    )


def _item(name: str, entry: dict[str, Any]) -> Item:
    shares = tuple(entry.pop("shares"))
    first = entry.pop("first", 1)
    codes = tuple(entry.pop("codes", range(first, first + len(shares))))
    asked_if = entry.pop("asked_if", None)
    path = (str(asked_if[0]), tuple(asked_if[1:])) if asked_if else None
    unless = tuple(entry.pop("asked_unless", ()))
    return Item(name, codes, shares, asked_if=path, asked_unless=unless, **entry)
