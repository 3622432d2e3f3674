"""What needs neither torch nor weights: the command's words, ImageNet's folders, disk, and what is said when torch lacks."""

from __future__ import annotations

import contextlib
import io
import sys
import tempfile
import unittest
from collections import namedtuple
from pathlib import Path
from unittest import mock

import imagenet
import make_features
import room
from errors import CannotGoOn
from sets import CIFAR10_VGG13BN, IMAGENET10_RESNET152, SETS

Usage = namedtuple("Usage", "total used free")


def plant(root: Path, synsets=imagenet.FIRST_TEN, per_class: int = 2) -> None:
    """Folders as ImageNet has them, with empty files for images."""
    for split in ("train", "val"):
        for synset in synsets:
            (root / split / synset).mkdir(parents=True)
            for number in reversed(range(per_class)):
                (root / split / synset / f"{synset}_{number}.JPEG").write_bytes(b"")


def run(*arguments: str) -> tuple[int, str]:
    """Exit status and what was said."""
    said = io.StringIO()
    with contextlib.redirect_stderr(said):
        try:
            status = make_features.main(list(arguments))
        except SystemExit as end:
            status = end.code
    return status, said.getvalue()


class InFolder(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)


class ImageNet(InFolder):
    def test_labels_count_the_first_ten_synsets_in_sorted_order(self):
        self.assertEqual(list(imagenet.FIRST_TEN), sorted(set(imagenet.FIRST_TEN)))
        self.assertEqual(len(imagenet.FIRST_TEN), 10)
        plant(self.folder)
        found = imagenet.images(self.folder, "val")
        self.assertEqual([label for _, label in found], [label for label in range(10) for _ in range(2)])
        self.assertTrue(all(path.parent.name == imagenet.FIRST_TEN[label] for path, label in found))
        self.assertEqual([path for path, _ in found], sorted(path for path, _ in found))

    def test_other_classes_and_other_files_are_passed_over(self):
        plant(self.folder, ("n00007846", *imagenet.FIRST_TEN, "n01530575"))
        (self.folder / "train" / "n01440764" / "README.txt").write_text("")
        (self.folder / "train" / "n01440764" / "one.jpg").write_bytes(b"")
        self.assertEqual(len(imagenet.images(self.folder, "train")), 21)
        self.assertEqual(len(imagenet.images(self.folder, "val")), 20)

    def test_a_missing_folder_is_told(self):
        with self.assertRaisesRegex(CannotGoOn, "holds no folder `train`: give the folder that holds"):
            imagenet.images(self.folder / "nowhere", "train")

    def test_absent_classes_are_named(self):
        plant(self.folder, imagenet.FIRST_TEN[2:])
        with self.assertRaisesRegex(CannotGoOn, "train lacks the class folders n01440764, n01443537: it must hold"):
            imagenet.images(self.folder, "train")

    def test_validation_images_in_one_heap_are_told_by_their_missing_class_folders(self):
        plant(self.folder)
        for synset in imagenet.FIRST_TEN:
            for image in (self.folder / "val" / synset).iterdir():
                image.rename(self.folder / "val" / image.name)
            (self.folder / "val" / synset).rmdir()
        with self.assertRaisesRegex(CannotGoOn, "val lacks the class folders n01440764, .*n01518878"):
            imagenet.images(self.folder, "val")

    def test_a_class_without_images_is_told(self):
        plant(self.folder, per_class=0)
        with self.assertRaisesRegex(CannotGoOn, r"n01440764 holds no images \(files ending in \.jpeg, \.jpg, \.png\)"):
            imagenet.images(self.folder, "train")


class Room(InFolder):
    def test_too_little_disk_is_told_before_anything_is_computed(self):
        with mock.patch("shutil.disk_usage", return_value=Usage(0, 0, 3_000_000)):
            room.check(self.folder, 3_000_000, "the features")
            with self.assertRaisesRegex(CannotGoOn, "too little disk for the features: 3 MB are free, 4 MB are needed"):
                room.check(self.folder / "not" / "yet", 4_000_000, "the features")

    def test_the_disk_of_the_nearest_folder_that_is_there_is_asked(self):
        with mock.patch("shutil.disk_usage", return_value=Usage(0, 0, 9)) as asked:
            room.check(self.folder / "not" / "yet", 1, "it")
        asked.assert_called_once_with(self.folder)

    def test_a_file_s_greatest_size(self):
        self.assertEqual(CIFAR10_VGG13BN.file_bytes(60_000), 60_000 * 1025 + 4096)


class Sets(unittest.TestCase):
    def test_files_are_named_after_their_features(self):
        for features in SETS.values():
            self.assertTrue(features.file.endswith(f"_{features.length}_f16.npz"), features.file)
            self.assertRegex(features.weights, r"^https://.*-[0-9a-f]{8}\.pth?$", "torch verifies what the name says")


class Command(InFolder):
    def test_every_option_is_read(self):
        options = make_features.parse(
            "imagenet10-resnet152 --images a --out b --weights c --device cpu --batch 8 --workers 0".split()
        )
        self.assertEqual((options.set, options.images, options.out), (IMAGENET10_RESNET152.name, Path("a"), Path("b")))
        self.assertEqual((options.weights, options.device, options.batch, options.workers), (Path("c"), "cpu", 8, 0))

    def test_an_unfinished_command_is_refused(self):
        for arguments, words in (
            ([], "the following arguments are required: set, --images"),
            (["cifar10-vgg13bn"], "the following arguments are required: --images"),
            (["cifar100", "--images", "a"], "invalid choice: 'cifar100'"),
            (["cifar10-vgg13bn", "--images", "a", "--batch", "0"], "argument --batch: expected 1 or more"),
        ):
            status, said = run(*arguments)
            self.assertEqual(status, 2, arguments)
            self.assertIn(words, said)

    def test_what_is_missing_is_told_in_one_line(self):
        plant(self.folder / "imagenet")
        for arguments, words in (
            (["imagenet10-resnet152", "--images", "nowhere"], "nowhere holds no folder `train`"),
            (["cifar10-vgg13bn", "--images", "a", "--weights", "none.pt"], "there is no file of weights none.pt"),
        ):
            status, said = run(*arguments)
            self.assertEqual((status, said.count("\n")), (1, 1), said)
            self.assertTrue(said.startswith("error: ") and words in said, said)

    def test_room_is_asked_for_the_images_that_are_there(self):
        plant(self.folder, per_class=3)
        with mock.patch("room.check") as asked:
            make_features.check(make_features.parse(["imagenet10-resnet152", "--images", str(self.folder)]))
        asked.assert_called_once_with(Path(), IMAGENET10_RESNET152.file_bytes(60), "the features")

    def test_without_torch_it_says_how_to_install_it(self):
        with mock.patch.dict(sys.modules, {"torch": None}):
            status, said = run("cifar10-vgg13bn", "--images", str(self.folder))
        self.assertEqual(status, 1)
        self.assertIn("this needs torch and torchvision", said)
        self.assertIn("pip install -r scripts/features/requirements.txt", said)

    def test_a_network_that_does_not_know_its_classes_gives_no_file(self):
        with contextlib.redirect_stderr(io.StringIO()) as said:
            make_features.check_accuracy(CIFAR10_VGG13BN, 0.94)
            with self.assertRaisesRegex(CannotGoOn, "less than 93%: .* cifar10-vgg13bn, so nothing was written"):
                make_features.check_accuracy(CIFAR10_VGG13BN, 0.1)
        self.assertIn("right for 94.0% of the test images", said.getvalue())

    def test_it_ends_with_what_to_do_next(self):
        said = make_features.commands("cifar10-vgg13bn", Path("my features") / CIFAR10_VGG13BN.file)
        self.assertEqual(
            said,
            "engram data get cifar10-vgg13bn --from 'my features'\nengram reproduce table2 --dataset cifar10-vgg13bn",
        )


if __name__ == "__main__":
    unittest.main()
