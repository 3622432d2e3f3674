"""The first ten classes of ImageNet, from the folders in which its images are usually kept.

`train/SYNSET/*.JPEG` and `val/SYNSET/*.JPEG`, a synset being a WordNet number such as n01440764. Labels count the
synsets in sorted order, as torchvision's weights do, so that the first ten have the labels 0 to 9.
"""

from __future__ import annotations

from pathlib import Path

from errors import CannotGoOn

#: Tench, goldfish, great white shark, tiger shark, hammerhead, electric ray, stingray, cock, hen, ostrich. Written down
#: rather than taken as the first ten that are found, because a folder may hold only some of the thousand.
FIRST_TEN = (
    "n01440764",
    "n01443537",
    "n01484850",
    "n01491361",
    "n01494475",
    "n01496331",
    "n01498041",
    "n01514668",
    "n01514859",
    "n01518878",
)
ENDINGS = {".jpeg", ".jpg", ".png"}


def images(root: Path, split: str) -> list[tuple[Path, int]]:
    """The images of `split` (`train` or `val`) with their labels, class by class, in the order of their names."""
    folder = root / split
    if not folder.is_dir():
        raise CannotGoOn(f"{root} holds no folder `{split}`: give the folder that holds ImageNet's `train` and `val`")
    absent = [synset for synset in FIRST_TEN if not (folder / synset).is_dir()]
    if absent:
        raise CannotGoOn(
            f"{folder} lacks the class folders {', '.join(absent)}: it must hold a folder of images for each of the first "
            f"ten classes, {FIRST_TEN[0]} to {FIRST_TEN[-1]}"
        )
    return [(path, label) for label, synset in enumerate(FIRST_TEN) for path in of_class(folder / synset)]


def of_class(folder: Path) -> list[Path]:
    """The images in the folder of one class."""
    found = sorted(path for path in folder.iterdir() if path.suffix.lower() in ENDINGS)
    if not found:
        raise CannotGoOn(f"{folder} holds no images (files ending in {', '.join(sorted(ENDINGS))})")
    return found
