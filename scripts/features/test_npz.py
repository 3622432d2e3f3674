"""Files are read back as NumPy's documentation says that they are laid out, by a reader that shares no code with the writer."""

from __future__ import annotations

import ast
import os
import struct
import tempfile
import unittest
import zipfile
from pathlib import Path
from unittest import mock

import npz
from errors import CannotGoOn

FIXTURE = Path(__file__).parents[2] / "tests" / "shared" / "features.npz"

#: Three training samples and two test samples of four features, each exact in f16: its largest and its smallest too.
TOY = {
    "X_train": [[0.0, 0.5, 1.0, 65504.0], [2.0**-24, 2.0**-14, 0.25, 3.0], [-1.5, 0.0, 1024.0, 7.0]],
    "y_train": [0, 9, 1],
    "X_test": [[1.0, 2.0, 3.0, 4.0], [0.125, 0.0, -0.0, 2048.0]],
    "y_test": [9, 0],
}


def array(name: str) -> npz.Array:
    values = TOY[name]
    if name.startswith("y"):
        return npz.Array(name, "|u1", (len(values),), bytes(values))
    data = b"".join(struct.pack("<4e", *row) for row in values)
    return npz.Array(name, "<f2", (len(values), 4), data)


def write_toy(path: str | Path) -> None:
    npz.write(Path(path), [array(name) for name in TOY])


def read(path: Path) -> dict:
    """Name → type, shape and elements of each array."""
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        return {name.removesuffix(".npy"): parsed(archive.read(name)) for name in archive.namelist()}


def parsed(data: bytes) -> tuple[str, tuple, list]:
    assert data[:6] == b"\x93NUMPY" and data[6:8] == bytes([1, 0]), "magic and version"
    end = 10 + int.from_bytes(data[8:10], "little")
    assert end % 64 == 0 and data[end - 1 : end] == b"\n", "the data are aligned"
    header = ast.literal_eval(data[10:end].decode("ascii"))
    assert set(header) == {"descr", "fortran_order", "shape"} and header["fortran_order"] is False
    code = {"<f2": "e", "|u1": "B"}[header["descr"]]
    return header["descr"], header["shape"], [value for (value,) in struct.iter_unpack(f"<{code}", data[end:])]


def flat(name: str) -> list:
    return TOY[name] if name.startswith("y") else [value for row in TOY[name] for value in row]


class Npz(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def test_a_file_is_read_back_identically(self):
        write_toy(self.folder / "new" / "toy.npz")
        found = read(self.folder / "new" / "toy.npz")
        self.assertEqual(list(found), ["X_train", "y_train", "X_test", "y_test"])
        for name, (descr, shape, values) in found.items():
            self.assertEqual((descr, shape), (array(name).descr, array(name).shape), name)
            self.assertEqual(list(map(repr, values)), list(map(repr, flat(name))), f"{name}, zero's sign too")

    def test_the_file_that_the_rust_tests_read_is_what_this_writes(self):
        write_toy(self.folder / "toy.npz")
        self.assertEqual(read(FIXTURE), read(self.folder / "toy.npz"))

    def test_the_same_arrays_give_the_same_file(self):
        for name in ("a", "b"):
            write_toy(self.folder / name)
        self.assertEqual((self.folder / "a").read_bytes(), (self.folder / "b").read_bytes())

    def test_headers_of_any_length_are_aligned(self):
        for rows in (0, 1, 10, 50_000):
            descr, shape, values = parsed(npz.npy(npz.Array("y", "|u1", (rows,), bytes(rows))))
            self.assertEqual((descr, shape, len(values)), ("|u1", (rows,), rows))

    def test_data_that_do_not_fill_their_shape_are_refused(self):
        with self.assertRaisesRegex(ValueError, "X has 5 bytes, but <f2 .* takes 12"):
            npz.npy(npz.Array("X", "<f2", (2, 3), bytes(5)))

    def test_a_full_disk_leaves_no_half_of_a_file(self):
        path = self.folder / "toy.npz"
        with mock.patch("os.replace", side_effect=OSError(28, os.strerror(28))):
            with self.assertRaisesRegex(CannotGoOn, "toy.npz cannot be written: No space left on device"):
                write_toy(path)
        self.assertEqual(list(self.folder.iterdir()), [])

    def test_a_folder_that_is_a_file_is_told(self):
        (self.folder / "file").write_text("")
        with self.assertRaisesRegex(CannotGoOn, "cannot be written"):
            write_toy(self.folder / "file" / "toy.npz")


if __name__ == "__main__":
    unittest.main()
