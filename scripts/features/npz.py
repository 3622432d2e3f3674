"""Writes NumPy's `.npz` with the standard library alone, so that it is tested where NumPy is not installed.

An npz file is a zip archive of npy files. One of version 1.0 is the magic `\\x93NUMPY`, two bytes of version, the header's
length as u16, the header (a Python dict as text, padded with spaces so that the data begin at a multiple of 64) and the
data, little-endian and row-major. Source: NumPy's documentation of `numpy.lib.format`. What Engram reads of it is in
`src/data/features.rs`.
"""

from __future__ import annotations

import math
import os
import zipfile
from dataclasses import dataclass
from pathlib import Path

from errors import CannotGoOn

MAGIC = b"\x93NUMPY\x01\x00"
ITEM_BYTES = {"<f2": 2, "|u1": 1}
# The earliest date that a zip archive can hold: the same arrays give the same file, whenever they are written.
DATE = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Array:
    """`data` holds the elements of an array of that `shape`, row-major; `descr` is NumPy's name of their type."""

    name: str
    descr: str
    shape: tuple[int, ...]
    data: bytes


def npy(array: Array) -> bytes:
    """The array as an npy file."""
    expected = math.prod(array.shape) * ITEM_BYTES[array.descr]
    if len(array.data) != expected:
        raise ValueError(f"{array.name} has {len(array.data)} bytes, but {array.descr} {array.shape} takes {expected}")
    header = f"{{'descr': '{array.descr}', 'fortran_order': False, 'shape': {array.shape!r}, }}"
    before = len(MAGIC) + 2
    padding = -(before + len(header) + 1) % 64
    text = header.encode("ascii") + b" " * padding + b"\n"
    return MAGIC + len(text).to_bytes(2, "little") + text + array.data


def write(path: Path, arrays: list[Array]) -> None:
    """Writes the file so that it is there whole or not at all."""
    unfinished = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            zipped(unfinished, arrays)
            os.replace(unfinished, path)
        finally:
            unfinished.unlink(missing_ok=True)
    except OSError as error:
        raise CannotGoOn(f"{path} cannot be written: {error.strerror}") from error


def zipped(path: Path, arrays: list[Array]) -> None:
    """Writes the archive, each array deflated."""
    with zipfile.ZipFile(path, "w") as archive:
        for array in arrays:
            archive.writestr(zipfile.ZipInfo(f"{array.name}.npy", DATE), npy(array), zipfile.ZIP_DEFLATED)
