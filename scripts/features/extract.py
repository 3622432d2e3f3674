"""Images through a network, and out come features."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Callable

import torch
from torch import nn
from torch.utils.data import DataLoader

from errors import CannotGoOn
from npz import Array


@dataclass(frozen=True)
class Extracted:
    """Features of a split, samples × length as f16, its labels as u8, and how well the network knows them."""

    values: bytes
    labels: bytes
    length: int
    #: Images that the network's own classifier gives the right class.
    right: int

    def arrays(self, split: str) -> list[Array]:
        """`X_split` and `y_split`."""
        rows = len(self.labels)
        return [
            Array(f"X_{split}", "<f2", (rows, self.length), self.values),
            Array(f"y_{split}", "|u1", (rows,), self.labels),
        ]

    def accuracy(self) -> float:
        return self.right / len(self.labels)


def extract(
    trunk: nn.Module, classifier: nn.Module, batches: DataLoader, device: str, say: Callable[[str], None]
) -> Extracted:
    """Features of all images, in the order of `batches`. `say` is told how far it is, about ten times."""
    # The tensor cores' shorter floats would make features of a GPU differ from those of a CPU by more than f16 rounds.
    torch.backends.cudnn.allow_tf32 = False
    trunk, classifier = trunk.to(device), classifier.to(device)
    values, labels, right, length = bytearray(), bytearray(), 0, 0
    total = len(batches.dataset)
    with torch.inference_mode():
        for at, (images, classes) in enumerate(batches, 1):
            features = trunk(images.to(device))
            right += int((classifier(features).argmax(1).cpu() == classes).sum())
            values += halves(features)
            labels += bytes(classes.tolist())
            length = features.shape[1]
            if at % max(1, len(batches) // 10) == 0:
                say(f"{len(labels)} of {total} images")
    return Extracted(bytes(values), bytes(labels), length, right)


def halves(features: torch.Tensor) -> bytes:
    """batch × length as f16, little-endian, row-major."""
    rounded = features.to(torch.float16)
    if not bool(torch.isfinite(rounded).all()):
        raise CannotGoOn("a feature is too large for a float of 16 bits, or not a number: the weights cannot be right")
    return rounded.cpu().numpy().astype("<f2").tobytes()
