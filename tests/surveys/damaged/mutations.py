"""Damage as it happens to files: bits flip, numbers change, pieces are lost, doubled, moved or foreign."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable, Sequence
from random import Random

Damage = Callable[[bytes, Random], bytes]
NUMBERS = (
    0,
    1,
    2,
    7,
    127,
    128,
    255,
    256,
    32767,
    65535,
    (1 << 31) - 1,
    (1 << 32) - 1,
    (1 << 63) - 1,
    (1 << 64) - 1,
)


def place(data: bytes, rng: Random) -> int:
    """Anywhere, the beginning more often: there stands what a reader believes."""
    return int(len(data) * rng.random() ** rng.choice((1, 1, 3)))


def piece(data: bytes, rng: Random) -> bytes:
    at = place(data, rng)
    return data[at : at + rng.choice((1, 4, 8, 40, 80, 400))]


def bits(data: bytes, rng: Random) -> bytes:
    changed = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 8))):
        changed[place(data, rng)] ^= 1 << rng.randrange(8)
    return bytes(changed)


def byte(data: bytes, rng: Random) -> bytes:
    at = place(data, rng)
    return data[:at] + bytes([rng.choice((0, 32, 48, 127, 255, rng.randrange(256)))]) + data[at + 1 :]


def _number(data: bytes, rng: Random, size: int) -> bytes:
    value = rng.choice(NUMBERS) & ((1 << 8 * size) - 1)
    packed = value.to_bytes(size, rng.choice(("little", "big")))
    at = max(0, place(data, rng) - size)
    return data[:at] + packed + data[at + size :]


def int32(data: bytes, rng: Random) -> bytes:
    return _number(data, rng, 4)


def int64(data: bytes, rng: Random) -> bytes:
    return _number(data, rng, 8)


def double(data: bytes, rng: Random) -> bytes:
    value = struct.pack(
        rng.choice("<>") + "d", rng.choice((0.0, -1.0, 1e300, -1e18, float("nan"), float("inf")))
    )
    at = max(0, place(data, rng) - 8)
    return data[:at] + value + data[at + 8 :]


def cut(data: bytes, rng: Random) -> bytes:
    return data[: rng.randrange(len(data))]


def lose(data: bytes, rng: Random) -> bytes:
    at = place(data, rng)
    return data[:at] + data[at + len(piece(data, rng)) :]


def insert(data: bytes, rng: Random) -> bytes:
    at = place(data, rng)
    return data[:at] + rng.randbytes(rng.choice((1, 4, 8, 80))) + data[at:]


def double_up(data: bytes, rng: Random) -> bytes:
    at = place(data, rng)
    return data[:at] + data[at : at + rng.choice((1, 8, 80, 1000))] + data[at:]


def zero(data: bytes, rng: Random) -> bytes:
    at, size = place(data, rng), rng.choice((4, 8, 80, 4096))
    return data[:at] + bytes(len(data[at : at + size])) + data[at + size :]


def move(data: bytes, rng: Random) -> bytes:
    at, moved = place(data, rng), piece(data, rng)
    return data[:at] + moved + data[at + len(moved) :]


DAMAGES: dict[str, Damage] = {
    "bits": bits, "byte": byte, "int32": int32, "int64": int64, "double": double, "cut": cut, "lose": lose,
    "insert": insert, "double_up": double_up, "zero": zero, "move": move,
}  # fmt: skip


def damaged(data: bytes, rng: Random, others: Sequence[bytes]) -> tuple[str, bytes]:
    """What was done, and the file after it; ``others`` are files whose pieces may stray into this one."""
    if data[:4] == b"PK\x03\x04" and rng.random() < 0.7:
        return _inside(data, rng, others)
    kind = rng.choice([*DAMAGES, "splice", "several"])
    if kind == "splice":
        at, stray = place(data, rng), piece(rng.choice(others), rng)
        return kind, data[:at] + stray + data[at + rng.choice((0, len(stray))) :]
    if kind == "several":
        for _ in range(rng.randint(2, 5)):
            data = DAMAGES[rng.choice(list(DAMAGES))](data or b"\0", rng)
        return kind, data
    return kind, DAMAGES[kind](data, rng)


def _inside(data: bytes, rng: Random, others: Sequence[bytes]) -> tuple[str, bytes]:
    """Damage to a member of an archive whose checksums are right again afterwards."""
    held = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as new:
        chosen, kind = rng.choice(old.namelist()), ""
        for name in old.namelist():
            content = old.read(name)
            if name == chosen and content:
                kind, content = damaged(content, rng, others)
            new.writestr(zipfile.ZipInfo(name), content)
    return f"{kind} in {chosen}", held.getvalue()
