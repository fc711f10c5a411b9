"""The examples of docs/examples read what a run leaves: every row once, with the values that h5py and slices.csv give.

VEERY_TORCH_PYTHON names a Python with PyTorch, h5py, NumPy and xxhash, for the PyTorch example, and VEERY_TFDS_PYTHON
one with tensorflow-datasets; a test without its Python is skipped, and fails in CI (`./dev test all` installs both).
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from support import SOURCE, Results, main, run, synthesize

EXAMPLES = SOURCE / "docs" / "examples"


def python_of(variable):
    python = os.environ.get(variable)
    if python and os.path.exists(python):
        return python
    if os.environ.get("CI"):
        raise AssertionError(f"{variable} names no Python")
    raise unittest.SkipTest(f"{variable} names no Python")


class ExamplesTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = Path(tempfile.mkdtemp(prefix="veery-run-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.archive, cls.output = cls.folder / "archive", cls.folder / "out"
        synthesize(cls.archive, hours=0.05, recording="30s")
        run("process", cls.archive, "-o", cls.output, "--unit-audio", "60s", "--split", "train=0.6,test=0.4",
            ranks=2).check_returncode()  # fmt: skip
        results = Results(cls.output)
        cls.slices = {split: [row for row in results.slices if row["split"] == split] for split in ("train", "test")}
        assert all(cls.slices.values())
        (shard, *_) = cls.output.rglob("*-of-*.h5")
        cls.dataset = shard.parent

    def python(self, interpreter, *arguments):
        done = subprocess.run([interpreter, *map(str, arguments)], capture_output=True, text=True, check=False,
                              timeout=240)  # fmt: skip
        self.assertEqual(done.returncode, 0, done.stdout[-2000:] + done.stderr[-4000:])
        return done.stdout

    def test_h5py_reads_a_split_through_its_index_and_shard_by_shard(self):
        for split, slices in self.slices.items():
            lines = self.python(sys.executable, EXAMPLES / "read_h5py.py", self.dataset, split).splitlines()

            found = sorted(tuple(line.rsplit(" ", 2)[:2]) for line in lines)
            self.assertEqual(found, sorted((row["filename"], row["segment_start"]) for row in slices))

    def test_rows_of_a_dataset_that_was_extended(self):
        archive, output = self.folder / "growing", self.folder / "grown"
        shutil.copytree(self.archive, archive)
        later = sorted(archive.rglob("*.flac"))[-1]
        later.rename(self.folder / later.name)
        run("process", archive, "-o", output, "--unit-audio", "60s").check_returncode()
        (self.folder / later.name).rename(later)
        run("process", archive, "-o", output, "--unit-audio", "60s", "--extend").check_returncode()
        (folder,) = (output / "dataset").glob("*/*")
        read = "import sys; sys.path.insert(0, sys.argv[1]); import veery_rows; print(len(veery_rows.StoredRows(sys.argv[2])))"

        self.assertEqual(int(self.python(sys.executable, "-c", read, EXAMPLES, folder)), len(Results(output).slices))

    def test_torch_reads_every_row_once_with_its_values(self):
        python = python_of("VEERY_TORCH_PYTHON")
        checker = Path(__file__).with_name("check_torch_example.py")

        seen = json.loads(self.python(python, checker, EXAMPLES, self.dataset))

        expected = sorted([row["filename"], int(row["segment_start"])] for row in self.slices["train"])
        for method in ("fork", "spawn"):
            self.assertEqual(sorted(seen[method]), expected)

    def test_tfds_reads_every_row_once(self):
        python = python_of("VEERY_TFDS_PYTHON")
        output = self.folder / "both"
        made = run("process", self.archive, "-o", output, "--shards", "hdf5,tfrecord")
        made.check_returncode()
        (folder,) = (output / "tfds").glob("*/*")

        found = self.python(python, EXAMPLES / "read_tfds.py", folder, "train").splitlines()

        expected = sorted((row["filename"], row["segment_start"]) for row in Results(output).slices)
        self.assertEqual(sorted(tuple(line.rsplit(" ", 2)[:2]) for line in found), expected)


if __name__ == "__main__":
    main()
