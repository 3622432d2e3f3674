#!/usr/bin/env python3
"""Makes the features that the paper learns from: VGG-13-BN on CIFAR-10, ResNet-152 on ImageNet's first ten classes.

    pip install -r scripts/features/requirements.txt
    python3 scripts/features/make_features.py cifar10-vgg13bn --images FOLDER --out FOLDER
    python3 scripts/features/make_features.py imagenet10-resnet152 --images FOLDER --out FOLDER

It needs Python 3.10 or newer, and the internet for the weights and CIFAR-10. ImageNet must be there: its terms do not
let us hand it on. A GPU is used where torch finds one. What is taken from which layer, and what becomes of the file, is told
in `www/docs/host.html`; the choices themselves are in `sets.py`.
"""

from __future__ import annotations

import argparse
import os
import shlex
import sys
from pathlib import Path

import imagenet
import npz
import room
from errors import CannotGoOn
from sets import IMAGENET10_RESNET152, SETS, FeatureSet

CIFAR10_IMAGES = 60_000


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Makes a feature file that Engram reads.")
    parser.add_argument("set", choices=SETS, help="which features")
    parser.add_argument(
        "--images",
        type=Path,
        required=True,
        metavar="FOLDER",
        help="ImageNet: the folder that holds train/ and val/; CIFAR-10: where it is, or is downloaded to",
    )
    parser.add_argument("--out", type=Path, default=Path(), metavar="FOLDER", help="where the file goes (default: here)")
    parser.add_argument("--weights", type=Path, metavar="FILE", help="the network's weights, if downloaded before")
    parser.add_argument("--device", help="cpu, cuda, … (default: a GPU if torch finds one)")
    parser.add_argument("--batch", type=positive, default=64, metavar="N", help="images at a time (default: 64)")
    parser.add_argument(
        "--workers", type=int, default=min(8, os.cpu_count() or 1), metavar="N", help="processes that read images"
    )
    return parser.parse_args(arguments)


def positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("expected 1 or more")
    return value


def check(options: argparse.Namespace) -> None:
    """Refuses what can be seen to fail before torch is loaded and hours are spent."""
    features = SETS[options.set]
    samples = CIFAR10_IMAGES
    if features is IMAGENET10_RESNET152:
        samples = sum(len(imagenet.images(options.images, split)) for split in ("train", "val"))
    if options.weights is not None and not options.weights.is_file():
        raise CannotGoOn(f"there is no file of weights {options.weights}")
    room.check(options.out, features.file_bytes(samples), "the features")


def make(options: argparse.Namespace) -> Path:
    """Computes the features, writes the file and returns where it is."""
    try:
        import torch

        import extract
        import images
        import networks
    except ImportError as error:
        raise CannotGoOn(
            f"this needs torch and torchvision ({error}): pip install -r scripts/features/requirements.txt"
        ) from error
    features = SETS[options.set]
    device = options.device or ("cuda" if torch.cuda.is_available() else "cpu")
    trunk, classifier = networks.load(features, options.weights)
    found = {}
    for split, dataset in zip(("train", "test"), images.splits(features, options.images)):
        say(f"{split}: {len(dataset)} images on {device}")
        batches = torch.utils.data.DataLoader(dataset, options.batch, num_workers=options.workers)
        found[split] = extract.extract(trunk, classifier, batches, device, lambda text: say(f"{split}: {text}"))
    check_accuracy(features, found["test"].accuracy())
    path = options.out / features.file
    npz.write(path, [array for split, extracted in found.items() for array in extracted.arrays(split)])
    return path


def check_accuracy(features: FeatureSet, accuracy: float) -> None:
    """Tells the accuracy of the network itself, and refuses features of one that does not know its classes."""
    say(f"the network's own classifier is right for {accuracy:.1%} of the test images")
    if accuracy < features.least_accuracy:
        raise CannotGoOn(
            f"that is less than {features.least_accuracy:.0%}: the weights, the images or their labels are not those of "
            f"{features.name}, so nothing was written"
        )


def commands(name: str, path: Path) -> str:
    """What brings the file to Engram, and runs the paper's cells on it."""
    folder = shlex.quote(str(path.parent))
    return f"engram data get {name} --from {folder}\nengram reproduce table2 --dataset {name}"


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def main(arguments: list[str]) -> int:
    options = parse(arguments)
    try:
        check(options)
        path = make(options)
    except CannotGoOn as error:
        say(f"error: {error}")
        return 1
    say(f"{path} is written; next:")
    print(commands(options.set, path))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
