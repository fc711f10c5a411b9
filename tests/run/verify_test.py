"""`verify` names every file that is not what the run left behind, and exits with 4."""

import fcntl
import hashlib
import json
import shutil
import tempfile
from pathlib import Path

from support import DIFFERS, DONE, FAILED, ProgramTest, main, run, synthesize

SPLIT_INDEX = "dataset/recordings/1.0.0/recordings-train.h5"
SHARD = "dataset/recordings/1.0.0/recordings-train-00000-of-"
TFDS = "tfds/recordings/1.0.0/"


class VerifyTest(ProgramTest):
    @classmethod
    def setUpClass(cls):
        cls.common = Path(tempfile.mkdtemp(prefix="veery-run-"))
        cls.addClassCleanup(shutil.rmtree, cls.common)
        synthesize(cls.common / "archive", hours=0.03, recording="30s")
        (cls.common / "archive/bad.wav").touch()
        done = run("process", cls.common / "archive", "-o", cls.common / "out", "--unit-audio", "30s", "--clips", "flac",
                   "--allow-bad", "--shards", "hdf5,tfrecord")  # fmt: skip
        done.check_returncode()

    def setUp(self):
        super().setUp()
        shutil.copytree(self.common / "out", self.output)
        (self.shard,) = self.output.glob(SHARD + "*")

    def expect_named(self, path, ranks=0):
        result = self.veery("verify", self.output, code=DIFFERS, ranks=ranks)
        named = {line.split(":")[0] for line in result.stdout.splitlines()[:-1]}
        # A split's index file reads through its shards: what is wrong there shows in it too.
        expected = {str(Path(path).relative_to(self.output))}
        self.assertEqual(named - {SPLIT_INDEX}, expected - {SPLIT_INDEX}, result.stdout)
        self.assertTrue(named)
        self.assertNotIn(" 0 problems", result.stdout)

    def flip(self, path, place=0.5, ranks=0):
        data = bytearray(path.read_bytes())
        data[int(len(data) * place)] ^= 1
        path.write_bytes(data)
        self.expect_named(path, ranks)

    def test_whole_output_is_clean(self):
        result = self.veery("verify", self.output, code=DONE)
        self.assertIn(" 0 problems", result.stdout)
        self.assertEqual(self.veery("verify", self.output, code=DONE, ranks=3).stdout, result.stdout)

    def test_locks_of_others_are_nothing_to_it_unless_asked(self):
        """Whether locks are taken shows where somebody else holds one."""
        with open(self.shard, "rb") as shard:
            fcntl.flock(shard, fcntl.LOCK_EX)
            self.veery("verify", self.output, code=DONE)
            result = run("verify", self.output, env={"HDF5_USE_FILE_LOCKING": "TRUE"})
        self.assertNotEqual(result.returncode, DONE, result.stdout)
        self.assertIn(self.shard.name, result.stdout + result.stderr)

    def test_flipped_byte_in_a_shard(self):
        self.flip(self.shard)

    def test_flipped_byte_in_a_shard_on_three_ranks(self):
        self.flip(self.shard, ranks=3)

    def test_flipped_byte_in_the_split_index(self):
        self.flip(self.output / SPLIT_INDEX)

    def test_flipped_bit_in_a_tfrecord(self):
        """In the frame of the first record, in its message, in its last checksum."""
        path = sorted(self.output.glob(TFDS + "recordings-train.tfrecord-00001-of-*"))[0]
        before = path.read_bytes()
        for place in (0.0, 0.5, 0.999999):
            with self.subTest(place):
                self.flip(path, place)
                path.write_bytes(before)

    def test_every_other_file_for_tfds(self):
        for name in ("features.json", "dataset_info.json"):
            with self.subTest(name):
                path = self.output / TFDS / name
                before = path.read_bytes()
                self.flip(path)
                path.write_bytes(before)
        shard = next(self.output.glob(TFDS + "*.tfrecord-00000-of-*"))
        shard.unlink()
        self.expect_named(shard)

    def test_tfrecord_that_its_record_does_not_know(self):
        """Whole, and in the manifest as it is, but with a record less than the unit has rows."""
        path = sorted(self.output.glob(TFDS + "recordings-train.tfrecord-*"))[0]
        data = path.read_bytes()
        path.write_bytes(data[16 + int.from_bytes(data[:8], "little") :])
        old, new = (hashlib.sha256(content).hexdigest() for content in (data, path.read_bytes()))
        for name in ("manifest.json", "units/00000.json"):
            text = (self.output / name).read_text().replace(old, new)
            (self.output / name).write_text(text.replace(str(len(data)), str(path.stat().st_size)))
        record, manifest = self.output / "units/00000.json", self.output / "manifest.json"
        content = json.loads(manifest.read_text())
        for file in content["files"]:
            if file["path"] == "units/00000.json":
                file["sha256"] = hashlib.sha256(record.read_bytes()).hexdigest()
                file["bytes"] = record.stat().st_size
        manifest.write_text(json.dumps(content, indent=1) + "\n")
        self.expect_named(path)

    def test_flipped_byte_in_a_clip(self):
        self.flip(next((self.output / "slices").rglob("*.flac")))

    def test_flipped_byte_in_each_table(self):
        for name in ("slices.csv", "index.csv", "quarantine.csv", "options.json", "units/00000.json"):
            with self.subTest(name):
                before = (self.output / name).read_bytes()
                self.flip(self.output / name)
                (self.output / name).write_bytes(before)

    def test_missing_shard(self):
        self.shard.unlink()
        self.expect_named(self.shard)

    def test_missing_unit_record(self):
        (self.output / "units/00001.json").unlink()
        self.expect_named(self.output / "units/00001.json")

    def test_extra_file(self):
        (self.output / "units/notes.txt").write_text("mine")
        self.expect_named(self.output / "units/notes.txt")

    def test_truncated_unit_record(self):
        record = self.output / "units/00000.json"
        record.write_bytes(record.read_bytes()[:100])
        self.expect_named(record)

    def test_edited_totals(self):
        manifest = self.output / "manifest.json"
        text = manifest.read_text()
        manifest.write_text(text.replace('"recordings": ', '"recordings": 1', 1))
        self.assertNotEqual(manifest.read_text(), text)
        self.expect_named(manifest)

    def test_damaged_manifest(self):
        manifest = self.output / "manifest.json"
        manifest.write_bytes(manifest.read_bytes()[:-50])
        self.expect_named(manifest)

    def test_everything_that_differs_is_named(self):
        names = ["slices.csv", "units/00000.json", str(self.shard.relative_to(self.output))]
        for name in names:
            (self.output / name).unlink()
        result = self.veery("verify", self.output, code=DIFFERS)
        for name in names:
            self.assertIn(name, result.stdout)

    def test_unfinished_output(self):
        """Without a manifest there is nothing to compare with."""
        (self.output / "manifest.json").unlink()
        units = len(list((self.output / "units").iterdir()))
        (self.output / "units/00001.json").unlink()
        for ranks in (0, 3):
            said = self.veery("verify", self.output, code=FAILED, ranks=ranks).stderr
            self.assertIn(f"the run is not finished: {self.output} ({units - 1} of {units} units are done;", said)

    def test_folder_that_is_missing(self):
        self.assertIn("nowhere", self.veery("verify", self.folder / "nowhere", code=FAILED).stderr)


if __name__ == "__main__":
    main()
