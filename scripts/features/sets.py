"""The paper's two sets of features, as we read it (Kubo, Delanois & Bazhenov 2025, arXiv:2508.14081).

The paper names the networks and the images. What it leaves open is decided here and said in the documentation
(`www/docs/host.html`): whose weights, which layer, and how the images are prepared.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class FeatureSet:
    """A set of features: of which images, by which network."""

    #: Its name on the command line, and the one that its entry in Engram's catalogue should have.
    name: str
    #: Its file's name.
    file: str
    #: Features of one image.
    length: int
    #: Where the weights come from. The name ends in the first eight digits of the file's sha256, which torch verifies.
    weights: str
    #: Size of the weights, in bytes, a little rounded up.
    weights_bytes: int
    #: The network's own classifier must be right for at least this share of the test images. With other weights, labels
    #: or a wrong preparation it is not, and the features would look like any others.
    least_accuracy: float

    def file_bytes(self, samples: int) -> int:
        """The most that the file of so many images can take: each feature two bytes, each label one."""
        return samples * (2 * self.length + 1) + 4096


#: 50,000 training and 10,000 test images. The weights' published accuracy is 94.00 % (the README of
#: chenyaofo/pytorch-cifar-models).
CIFAR10_VGG13BN = FeatureSet(
    name="cifar10-vgg13bn",
    file="cifar10_vgg13bn_512_f16.npz",
    length=512,
    weights="https://github.com/chenyaofo/pytorch-cifar-models/releases/download/vgg/cifar10_vgg13_bn-c01e4a43.pt",
    weights_bytes=45_000_000,
    least_accuracy=0.93,
)

#: The weights that torchvision calls IMAGENET1K_V1: those it had when `pretrained=True` was the only choice. Their
#: published accuracy is 78.3 % over all thousand classes; over ten it may well differ, so the bound is loose.
IMAGENET10_RESNET152 = FeatureSet(
    name="imagenet10-resnet152",
    file="imagenet10_resnet152_2048_f16.npz",
    length=2048,
    weights="https://download.pytorch.org/models/resnet152-394f9c45.pth",
    weights_bytes=250_000_000,
    least_accuracy=0.5,
)

SETS = {one.name: one for one in (CIFAR10_VGG13BN, IMAGENET10_RESNET152)}
