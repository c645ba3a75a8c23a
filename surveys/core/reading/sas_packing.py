"""Packed rows of SAS data sets, unpacked command by command: one command stands for many bytes.

Two methods: run lengths (COMPRESS=CHAR, "SASYZCRL"; described by C. Cummins in Shotwell's notes) and Ross
data compression (COMPRESS=BINARY, "SASYZCR2"; E. Ross, The C Users Journal, October 1992).
"""

from __future__ import annotations

from surveys.core.reading.raw import broken

RUNS, ROSS = b"SASYZCRL", b"SASYZCR2"
_AT, _BLANK, _ZERO = b"@", b" ", b"\0"
# What a command byte alone fills in, or how many bytes it copies; the other commands go on in the next bytes.
_FILLED: list[bytes | None] = [None] * 0xD0 + [
    sign * size for sign in (_AT, _BLANK, _ZERO) for size in range(2, 18)
]
_COPIED = [0] * 0x20 + list(range(96, 112)) + [0] * 0x50 + list(range(1, 65)) + [0] * 0x40
_BYTES = [bytes([byte]) for byte in range(256)]
_SIGNS = {5: _AT, 6: _BLANK, 7: _ZERO}


def unpacked(packed: bytes, size: int, method: bytes) -> bytes:
    """A row of ``size`` bytes; refuses what does not give exactly that."""
    try:
        return _run_lengths(packed, size) if method == RUNS else _ross(packed, size)
    except IndexError:
        raise broken("a packed row ends in the middle of a command") from None


def _run_lengths(packed: bytes, size: int) -> bytes:
    parts: list[bytes] = []
    position, left = 0, size
    while left > 0:
        command = packed[position]
        position += 1
        part = _FILLED[command]
        if part is None:
            copied = _COPIED[command]
            if not copied:
                part, copied, position = _long_run(packed, position, command)
            if copied:
                part = packed[position : position + copied]
                position += copied
                if len(part) < copied:
                    raise IndexError
        assert part is not None
        parts.append(part)
        left -= len(part)
    if left < 0:
        raise broken("a packed row is longer than a row can be")
    return b"".join(parts)


def _long_run(packed: bytes, position: int, command: int) -> tuple[bytes | None, int, int]:
    """(what is filled in or None, how many bytes are copied, where the command ends)."""
    kind, size = command >> 4, packed[position]
    if kind == 0xC:
        return packed[position : position + 1] * (3 + (command & 15)), 0, position + 1
    size += (command & 15) << 8
    if kind in (0, 1):
        return None, size + 64 + 4096 * kind, position + 1
    if kind == 4:
        return _BYTES[packed[position + 1]] * (size + 18), 0, position + 2
    if kind not in _SIGNS:
        raise broken("a packed row holds a command that does not exist")
    return _SIGNS[kind] * (size + 17), 0, position + 1


def _ross(packed: bytes, size: int) -> bytes:
    """Sixteen bits say of the next sixteen items whether they are bytes (0) or commands (1)."""
    out = bytearray()
    position = 0
    while len(out) < size:
        bits, unread = packed[position] << 8 | packed[position + 1], 16
        position += 2
        while unread and len(out) < size:
            if plain := unread - bits.bit_length():
                taken = packed[position : position + min(plain, size - len(out))]
                if not taken:
                    raise IndexError
                out += taken
                position += len(taken)
                unread -= plain
                continue
            position = _ross_command(packed, position, out)
            unread -= 1
            bits &= (1 << unread) - 1
    if len(out) > size:
        raise broken("a packed row is longer than a row can be")
    return bytes(out)


def _ross_command(packed: bytes, position: int, out: bytearray) -> int:
    """Adds a run of one byte, or a part of what was unpacked before; returns where the command ends."""
    command, second = packed[position], packed[position + 1]
    kind, low = command >> 4, command & 15
    if kind == 0:
        out += _BYTES[second] * (low + 3)
        return position + 2
    if kind == 1:
        out += _BYTES[packed[position + 2]] * (low + (second << 4) + 19)
        return position + 3
    back = low + (second << 4) + 3
    size = packed[position + 2] + 16 if kind == 2 else kind
    start = len(out) - back
    if start < 0:
        raise broken("a packed row repeats what is not there")
    part = out[start : start + size]
    out += part if size <= back else (part * (size // back + 1))[:size]  # what reaches into itself repeats
    return position + (3 if kind == 2 else 2)
