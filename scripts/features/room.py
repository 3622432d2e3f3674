"""Whether a disk has room, asked before hours of computing rather than after."""

from __future__ import annotations

import shutil
from pathlib import Path

from errors import CannotGoOn


def check(folder: Path, needed: int, purpose: str) -> None:
    """Refuses when the disk that holds `folder`, which need not exist yet, has fewer than `needed` bytes free."""
    there = folder.absolute()
    while not there.exists():
        there = there.parent
    free = shutil.disk_usage(there).free
    if free < needed:
        raise CannotGoOn(
            f"{folder} has too little disk for {purpose}: {free / 1e6:.0f} MB are free, {needed / 1e6:.0f} MB are needed"
        )
