"""The images of a set as torch reads them, prepared as the network's training prepared its test images."""

from __future__ import annotations

from pathlib import Path

from PIL import Image
from torch.utils.data import Dataset
from torchvision import datasets, transforms
from torchvision.models import ResNet152_Weights

import imagenet
import room
from errors import CannotGoOn
from sets import CIFAR10_VGG13BN, FeatureSet

#: Means and standard deviations of red, green and blue with which the VGG was trained (its training log in
#: chenyaofo/pytorch-cifar-models, branch `logs`).
CIFAR10_MEAN = (0.4914, 0.4822, 0.4465)
CIFAR10_DEVIATION = (0.2023, 0.1994, 0.2010)
#: The archive that is downloaded, and what it unpacks to.
CIFAR10_BYTES = 360_000_000


def splits(features: FeatureSet, root: Path) -> tuple[Dataset, Dataset]:
    """Training and test images of a set: pairs of a tensor, 3 × height × width, and a label."""
    if features is CIFAR10_VGG13BN:
        return cifar10(root)
    # Its resizing to 256 pixels, crop of 224 in the middle and normalisation.
    prepare = ResNet152_Weights.IMAGENET1K_V1.transforms()
    return Listed(imagenet.images(root, "train"), prepare), Listed(imagenet.images(root, "val"), prepare)


def cifar10(root: Path) -> tuple[Dataset, Dataset]:
    """CIFAR-10 as torchvision brings it, verified by its checksums; downloaded unless it is there."""
    if not (root / "cifar-10-batches-py").is_dir():
        room.check(root, CIFAR10_BYTES, "CIFAR-10")
    normalise = transforms.Normalize(CIFAR10_MEAN, CIFAR10_DEVIATION)
    prepare = transforms.Compose([transforms.ToTensor(), normalise])
    try:
        train = datasets.CIFAR10(str(root), train=True, transform=prepare, download=True)
        return train, datasets.CIFAR10(str(root), train=False, transform=prepare)
    except (OSError, RuntimeError) as error:
        raise CannotGoOn(f"CIFAR-10 could not be brought to {root}: {error}") from error


class Listed(Dataset):
    """Images that lie in files."""

    def __init__(self, files: list[tuple[Path, int]], prepare):
        self.files = files
        self.prepare = prepare

    def __len__(self) -> int:
        return len(self.files)

    def __getitem__(self, at: int):
        path, label = self.files[at]
        try:
            # Some of ImageNet's images are grey, some have four channels.
            return self.prepare(Image.open(path).convert("RGB")), label
        except OSError as error:
            raise CannotGoOn(f"{path} cannot be read as an image: {error}") from error
