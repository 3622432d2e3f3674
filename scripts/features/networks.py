"""The two networks with their weights, cut in two: what makes the features, and the classifier behind it."""

from __future__ import annotations

from pathlib import Path
from urllib.error import URLError

import torch
from torch import nn
from torchvision import models

import room
from errors import CannotGoOn
from sets import CIFAR10_VGG13BN, FeatureSet


def load(features: FeatureSet, file: Path | None) -> tuple[nn.Module, nn.Module]:
    """The part that turns images into features, batch × length, and the one that turns features into classes.

    The weights are those of `file`, or are downloaded where it is None.
    """
    network = vgg13bn() if features is CIFAR10_VGG13BN else models.resnet152(weights=None)
    weights = downloaded(features) if file is None else from_file(file)
    try:
        network.load_state_dict(weights)
    except (RuntimeError, TypeError, AttributeError) as error:
        raise CannotGoOn(f"the weights do not fit the network of {features.name}: {error}") from error
    network.eval()
    return cut_vgg(network) if features is CIFAR10_VGG13BN else cut_resnet(network)


def vgg13bn() -> nn.Module:
    """VGG-13 with batch normalisation for images of 32×32 pixels.

    Simonyan & Zisserman 2015, configuration B. Five poolings leave 512 channels of one pixel; the classifier of the
    weights that we take has two hidden layers of 512 units, in place of torchvision's of 4096.
    """
    network = models.vgg13_bn(init_weights=False)
    network.avgpool = nn.Identity()
    network.classifier = nn.Sequential(
        *(nn.Linear(512, 512), nn.ReLU(), nn.Dropout()),
        *(nn.Linear(512, 512), nn.ReLU(), nn.Dropout()),
        nn.Linear(512, 10),
    )
    return network


def cut_vgg(network: nn.Module) -> tuple[nn.Module, nn.Module]:
    """Features are what the convolutions end in: 512 values after the fifth pooling, none below 0."""
    return nn.Sequential(network.features, nn.Flatten()), network.classifier


def cut_resnet(network: nn.Module) -> tuple[nn.Module, nn.Module]:
    """Features are the input of the last layer: 2048 means over space, none below 0."""
    classifier = network.fc
    network.fc = nn.Identity()
    return network, classifier


def downloaded(features: FeatureSet) -> dict:
    """The published weights, kept by torch for the next time."""
    folder = Path(torch.hub.get_dir()) / "checkpoints"
    if not (folder / features.weights.rsplit("/", 1)[1]).exists():
        room.check(folder, features.weights_bytes, "the weights")
    try:
        return torch.hub.load_state_dict_from_url(
            features.weights, map_location="cpu", check_hash=True, weights_only=True
        )
    except (URLError, OSError, RuntimeError) as error:
        raise CannotGoOn(
            f"the weights could not be downloaded from {features.weights}: {error}. A file that was downloaded elsewhere "
            "can be given with --weights"
        ) from error


def from_file(file: Path) -> dict:
    """Weights from a file: tensors alone, since a pickle that holds more can run code."""
    try:
        return torch.load(file, map_location="cpu", weights_only=True)
    except Exception as error:  # torch raises errors of many kinds for a file that is none of its own
        raise CannotGoOn(f"{file} cannot be read as weights: {error}") from error
