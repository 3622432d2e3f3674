"""What needs torch, on weights drawn at random: where the networks are cut, what is read, and the way to the file.

Where torch is not installed these are skipped, and say so.
"""

from __future__ import annotations

import contextlib
import io
import pickle
import tempfile
import unittest
from pathlib import Path
from unittest import mock

import imagenet
import make_features
import test_npz
from errors import CannotGoOn
from sets import CIFAR10_VGG13BN, IMAGENET10_RESNET152

try:
    import numpy
    import torch
    from PIL import Image
    from torch.utils.data import DataLoader, TensorDataset
    from torchvision import datasets, models

    import extract
    import images
    import networks

    LACKS = None
except ImportError as error:
    LACKS = f"what needs torch: scripts/features/requirements.txt is not installed ({error})"
    print(f"skipped: {LACKS}")


@unittest.skipIf(LACKS, LACKS)
class WithTorch(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        torch.manual_seed(0)

    def weights(self, network) -> Path:
        path = self.folder / "weights.pt"
        torch.save(network.state_dict(), path)
        return path

    def imagenet(self, per_class: int) -> Path:
        """Images of two sizes, colour and grey."""
        for split in ("train", "val"):
            for label, synset in enumerate(imagenet.FIRST_TEN):
                folder = self.folder / "imagenet" / split / synset
                folder.mkdir(parents=True)
                for number in range(per_class):
                    image = Image.new("L" if label % 2 else "RGB", (300 + 50 * number, 260), 20 * label)
                    image.save(folder / f"{number}.JPEG")
        return self.folder / "imagenet"


class Networks(WithTorch):
    def test_the_vgg_s_features_are_what_its_convolutions_end_in(self):
        network = networks.vgg13bn()
        trunk, classifier = networks.load(CIFAR10_VGG13BN, self.weights(network))
        batch = torch.rand(3, 3, 32, 32)
        network.eval()
        with torch.inference_mode():
            features = trunk(batch)
            self.assertEqual(features.shape, (3, 512))
            self.assertTrue(torch.equal(features, network.features(batch)[:, :, 0, 0]))
            self.assertTrue(torch.equal(classifier(features), network(batch)), "the classifier takes up there")
            self.assertGreaterEqual(float(features.min()), 0)

    def test_the_vgg_has_the_layers_whose_weights_are_published(self):
        # The number of parameters that the training log of the published weights gives.
        count = sum(parameter.numel() for parameter in networks.vgg13bn().parameters())
        self.assertEqual(f"{count / 1e6:.2f}M", "9.94M")

    def test_the_resnet_s_weights_are_torchvision_s_first_and_know_the_classes_in_our_order(self):
        weights = models.ResNet152_Weights.IMAGENET1K_V1
        self.assertEqual(weights.url, IMAGENET10_RESNET152.weights)
        # The names that stand beside the synsets in imagenet.py.
        names = "tench, goldfish, great white shark, tiger shark, hammerhead, electric ray, stingray, cock, hen, ostrich"
        self.assertEqual(", ".join(weights.meta["categories"][:10]), names)

    def test_the_resnet_s_features_are_the_input_of_its_last_layer(self):
        network = models.resnet152(weights=None).eval()
        inputs = []
        network.fc.register_forward_hook(lambda _, given, __: inputs.append(given[0]))
        trunk, classifier = networks.load(IMAGENET10_RESNET152, self.weights(network))
        batch = torch.rand(2, 3, 224, 224)
        with torch.inference_mode():
            expected, features = network(batch), trunk(batch)
            self.assertEqual(features.shape, (2, 2048))
            self.assertTrue(torch.equal(features, inputs[0]))
            self.assertTrue(torch.equal(classifier(features), expected))

    def test_other_weights_are_refused(self):
        torch.save({"features.0.weight": torch.zeros(1)}, self.folder / "other.pt")
        with self.assertRaisesRegex(CannotGoOn, "do not fit the network of cifar10-vgg13bn"):
            networks.load(CIFAR10_VGG13BN, self.folder / "other.pt")

    def test_files_that_hold_more_than_tensors_are_refused(self):
        (self.folder / "code.pt").write_bytes(pickle.dumps(print, protocol=2))
        (self.folder / "text.pt").write_text("no weights")
        for name in ("code.pt", "text.pt"):
            with self.assertRaisesRegex(CannotGoOn, f"{name} cannot be read as weights"):
                networks.load(CIFAR10_VGG13BN, self.folder / name)

    def test_a_failed_download_says_what_else_can_be_done(self):
        refused = mock.patch("torch.hub.load_state_dict_from_url", side_effect=OSError("no route"))
        with refused, self.assertRaisesRegex(CannotGoOn, "could not be downloaded .*no route.*--weights"):
            networks.load(CIFAR10_VGG13BN, None)


class Images(WithTorch):
    def test_imagenet_is_cropped_and_normalised(self):
        train, test = images.splits(IMAGENET10_RESNET152, self.imagenet(per_class=2))
        self.assertEqual((len(train), len(test)), (20, 20))
        image, label = test[0]
        self.assertEqual((image.shape, label), ((3, 224, 224), 0))
        black = torch.tensor([-0.485 / 0.229, -0.456 / 0.224, -0.406 / 0.225])
        self.assertLess(float((image[:, 112, 112] - black).abs().max()), 0.05)
        self.assertEqual(test[3][0].shape, (3, 224, 224), "a grey one too")

    def test_a_broken_image_is_named_also_by_a_worker(self):
        root = self.imagenet(per_class=1)
        (root / "val" / "n01440764" / "0.JPEG").write_bytes(b"no image")
        test = images.splits(IMAGENET10_RESNET152, root)[1]
        for workers in (0, 1):
            with self.assertRaisesRegex(CannotGoOn, "n01440764/0.JPEG cannot be read as an image"):
                next(iter(DataLoader(test, 4, num_workers=workers)))

    def test_cifar10_is_normalised_as_in_training(self):
        def stand_in(root, train, transform, download=False):
            return [(transform(Image.new("RGB", (32, 32), (255, 0, 0))), 3)] * (2 if train else 1)

        (self.folder / "cifar-10-batches-py").mkdir()
        with mock.patch.object(datasets, "CIFAR10", stand_in):
            train, test = images.splits(CIFAR10_VGG13BN, self.folder)
        self.assertEqual((len(train), len(test)), (2, 1))
        red = torch.tensor([(1 - 0.4914) / 0.2023, -0.4822 / 0.1994, -0.4465 / 0.2010])
        self.assertLess(float((test[0][0][:, 0, 0] - red).abs().max()), 1e-6)

    def test_cifar10_that_cannot_be_brought_is_told(self):
        with mock.patch.object(datasets, "CIFAR10", side_effect=RuntimeError("no route")):
            with self.assertRaisesRegex(CannotGoOn, "CIFAR-10 could not be brought to .*no route"):
                images.splits(CIFAR10_VGG13BN, self.folder)


class Extract(WithTorch):
    def test_every_image_is_taken_once_in_order_whatever_the_batch(self):
        values = torch.arange(21.0).reshape(7, 3) / 8
        labels = torch.tensor([2, 2, 2, 2, 2, 0, 2])
        whole = None
        for size in (1, 3, 7, 64):
            said = []
            batches = DataLoader(TensorDataset(values, labels), size)
            found = extract.extract(torch.nn.Identity(), torch.nn.Identity(), batches, "cpu", said.append)
            whole = whole or found
            self.assertEqual(found, whole, f"batches of {size}")
            self.assertEqual(said[-1], "7 of 7 images")
        self.assertEqual((whole.labels, whole.length, whole.right), (bytes(labels.tolist()), 3, 6))
        self.assertEqual(whole.values, values.to(torch.float16).numpy().tobytes())

    def test_what_does_not_fit_16_bits_is_refused(self):
        for value in (1e6, float("nan")):
            with self.assertRaisesRegex(CannotGoOn, "too large for a float of 16 bits"):
                extract.halves(torch.tensor([[value]]))


class NumPy(WithTorch):
    def test_numpy_reads_what_is_written(self):
        test_npz.write_toy(self.folder / "toy.npz")
        with numpy.load(self.folder / "toy.npz") as found:
            self.assertEqual({name: found[name].tolist() for name in found}, test_npz.TOY)
            self.assertEqual((found["X_test"].dtype, found["y_test"].dtype), (numpy.float16, numpy.uint8))


class WholeWay(WithTorch):
    def run_command(self, *more: str) -> tuple[int, str, str]:
        said, printed = io.StringIO(), io.StringIO()
        arguments = ["imagenet10-resnet152", "--images", str(self.imagenet(per_class=1)), "--out", str(self.folder)]
        # Blocks that begin as the identity: untrained ones let activity grow past what 16 bits hold.
        weights = self.weights(models.resnet152(weights=None, zero_init_residual=True))
        with contextlib.redirect_stderr(said), contextlib.redirect_stdout(printed):
            status = make_features.main(
                [*arguments, "--weights", str(weights), "--device", "cpu", "--workers", "0", *more]
            )
        return status, said.getvalue(), printed.getvalue()

    def test_weights_of_a_network_that_learnt_nothing_give_no_file(self):
        status, said, _ = self.run_command()
        self.assertEqual(status, 1)
        self.assertIn("so nothing was written", said)
        self.assertFalse((self.folder / IMAGENET10_RESNET152.file).exists())

    def test_from_folders_to_a_file(self):
        with mock.patch("make_features.check_accuracy"):
            status, said, printed = self.run_command("--batch", "4")
        self.assertEqual(status, 0, said)
        found = test_npz.read(self.folder / IMAGENET10_RESNET152.file)
        self.assertEqual(list(found), ["X_train", "y_train", "X_test", "y_test"])
        for split in ("train", "test"):
            self.assertEqual(found[f"X_{split}"][:2], ("<f2", (10, 2048)))
            self.assertEqual(found[f"y_{split}"], ("|u1", (10,), list(range(10))))
        self.assertTrue(printed.startswith(f'file("{IMAGENET10_RESNET152.file}", '), printed)


if __name__ == "__main__":
    unittest.main()
