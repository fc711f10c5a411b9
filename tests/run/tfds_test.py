"""TensorFlow Datasets itself opens what `--shards tfrecord` writes, and finds there what the HDF5 shards hold.

Runs in the Python that VEERY_TFDS_PYTHON names (tfds_requirements.txt), starting itself there.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

TFDS_PYTHON = os.environ.get("VEERY_TFDS_PYTHON", "")
if __name__ == "__main__" and os.path.exists(TFDS_PYTHON) and Path(sys.prefix) != Path(TFDS_PYTHON).parents[1]:
    os.execv(TFDS_PYTHON, [TFDS_PYTHON, *sys.argv])

import h5py  # noqa: E402
import numpy as np  # noqa: E402
from support import ProgramTest, birds, main, run, shared, test_model, wav, write  # noqa: E402

os.environ.update({"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "", "NO_GCE_CHECK": "true"})
try:
    import absl.logging
    import tensorflow as tf
    import tensorflow_datasets as tfds
except ImportError:
    tfds = None
    Builder = object
else:
    Builder = tfds.core.GeneratorBasedBuilder

STAND_IN = Path(__file__).resolve().parent / "perch_stand_in"
OPTIONS = ("--unit-audio", "20s", "--split", "train=0.7,validation=0.3", "--threads", "1", "--interval", "2s",
           "--sample-rate", "16000")  # fmt: skip
SPLITS = ("train", "validation")
FORMATS = {
    "bytes": ("--shards", "hdf5,tfrecord"),
    "zlib": ("--shards", "tfrecord,hdf5", "--tfds-encoding", "zlib", "--audio-type", "float32"),
    "perch": ("--shards", "hdf5,tfrecord", "--tfds-schema", "perch", "--tfds-encoding", "zlib"),
    "perch bytes": ("--shards", "hdf5,tfrecord", "--tfds-schema", "perch"),
    "stems": ("--shards", "hdf5,tfrecord", "--separate", "slices"),
    "perch stems": ("--shards", "hdf5,tfrecord", "--separate", "slices", "--tfds-schema", "perch"),
}


def hdf5_shards(output, split):
    """The rows of each HDF5 shard of a split: name → array, texts as bytes."""
    shards = []
    for path in sorted(output.glob(f"dataset/*/*/*-{split}-*-of-*.h5")):
        with h5py.File(path) as file:
            names = [name for name in file if name not in ("example", "sample", "source", "annotation", "classes")]
            shards.append({name: np.char.rstrip(file[name][:], b"\0") if file[name].dtype.kind == "S" else file[name][:]
                           for name in names})  # fmt: skip
    return shards


def hdf5_rows(output, split):
    """In the order of shards and rows."""
    return [{name: values[row] for name, values in shard.items()}
            for shard in hdf5_shards(output, split) for row in range(len(shard["filename"]))]  # fmt: skip


def in_file_order():
    return tfds.ReadConfig(interleave_cycle_length=1, try_autocache=False)


def key_of(row):
    return f"{row['filename'].decode()}_{row['segment_id']}"


class RowsOfHdf5(Builder):
    """A dataset that TFDS writes itself, of the rows of our HDF5 shards and with the features that ours declares."""

    VERSION = "1.0.0" if tfds is None else tfds.core.Version("1.0.0")
    features = None
    rows = {}

    def _info(self):
        return tfds.core.DatasetInfo(builder=self, features=self.features, supervised_keys=("audio", "label"))

    def _split_generators(self, dl_manager):
        return {split: self._generate_examples(split) for split in self.rows}

    def _generate_examples(self, split):
        for row in self.rows[split]:
            texts = {name: value.decode() for name, value in row.items() if isinstance(value, bytes)}
            yield key_of(row), {**row, **texts}


@unittest.skipIf(tfds is None and not os.environ.get("CI"), "VEERY_TFDS_PYTHON has no tensorflow-datasets")
class TfdsTest(ProgramTest):
    maxDiff = 2000

    @classmethod
    def setUpClass(cls):
        if tfds is None:
            raise AssertionError("VEERY_TFDS_PYTHON has no tensorflow-datasets: ./dev test all installs it")
        tfds.disable_progress_bar()
        absl.logging.set_verbosity("error")
        sys.path.insert(0, str(STAND_IN))
        cls.common = Path(tempfile.mkdtemp(prefix="veery-run-"))
        cls.addClassCleanup(shutil.rmtree, cls.common)
        archive = cls.common / "archive"
        for number in range(9):
            write(archive / f"plot {number % 2}/Zaunkönig {number}.wav", wav(birds(20, seed=number)))
        for number in range(3):  # without a peak, so shards without a row
            write(archive / f"silent/{number}.wav", wav(np.zeros(20 * 32_000, np.int16)))
        cls.outputs = {}
        for name, options in FORMATS.items():
            if "stems" in name:
                options += ("--model", test_model(cls.common, "tdcn"))
            cls.outputs[name] = cls.common / name
            done = run("process", archive, "-o", cls.outputs[name], "--quiet", *OPTIONS, *options)
            assert done.returncode == 0, done.stderr

    def builder(self, output):
        return tfds.builder_from_directory(output / "tfds/recordings/1.0.0")

    def read(self, builder, split):
        return list(tfds.as_numpy(builder.as_dataset(split=split, read_config=in_file_order())))

    def expect_rows(self, found, expected, divisor=None):
        """`divisor`: of samples that are read as float32."""
        self.assertEqual(len(found), len(expected))
        for ours, hdf5 in zip(found, expected, strict=True):
            self.assertEqual(set(ours), set(hdf5))
            for name, value in hdf5.items():
                if divisor and name in ("audio", "stems"):
                    value = value.astype(np.float32) / np.float32(divisor)
                if isinstance(value, bytes):
                    self.assertEqual(ours[name], bytes(value), name)
                else:
                    self.assertEqual(ours[name].dtype, value.dtype, name)
                    self.assertEqual(ours[name].shape, value.shape, name)
                    np.testing.assert_array_equal(ours[name], value, name)

    # ── values and types ──

    def expect_like_hdf5(self, name, divisor=None):
        builder = self.builder(self.outputs[name])
        for split in SPLITS:
            expected = hdf5_rows(self.outputs[name], split)
            self.assertGreater(len(expected), 3)
            self.expect_rows(self.read(builder, split), expected, divisor)
        return builder

    def test_every_row_and_field_is_the_one_of_hdf5(self):
        builder = self.expect_like_hdf5("bytes")
        self.assertEqual(builder.info.features["audio"].sample_rate, 16_000)
        self.assertEqual(builder.info.features["audio"].np_dtype, np.int16)

    def test_float32_in_zlib(self):
        self.assertEqual(self.expect_like_hdf5("zlib").info.features["audio"].np_dtype, np.float32)

    def test_perch(self):
        for name in ("perch", "perch bytes"):
            feature = self.expect_like_hdf5(name, divisor=32768).info.features["audio"]
            self.assertEqual(type(feature).__module__, "chirp.data.tfds_features")

    def test_stems(self):
        features = self.expect_like_hdf5("stems").info.features
        self.assertEqual(features["stems"].shape[1], features["audio"].shape[0])
        self.expect_like_hdf5("perch stems", divisor=32768)

    def test_without_perch_only_its_schema_is_closed(self):
        script = "import sys, tensorflow_datasets as tfds; print(tfds.builder_from_directory(sys.argv[1]).info.splits)"
        for name, code in (("bytes", 0), ("perch", 1)):
            folder = self.outputs[name] / "tfds/recordings/1.0.0"
            done = subprocess.run([sys.executable, "-c", script, folder], capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, code, done.stderr)
        self.assertIn("chirp.data.tfds_features.Int16AsFloatTensor", done.stderr)

    # ── reading as trainers do ──

    def test_parts_of_a_split(self):
        builder = self.builder(self.outputs["bytes"])
        rows = hdf5_rows(self.outputs["bytes"], "train")
        cut = round(0.6 * len(rows))
        self.assertEqual(builder.info.splits["train[:60%]"].num_examples, cut)
        self.expect_rows(self.read(builder, "train[:60%]"), rows[:cut])
        self.expect_rows(self.read(builder, "train[60%:]"), rows[cut:])
        halves = [self.read(builder, half) for half in tfds.even_splits("train", 2, drop_remainder=True)]
        self.assertEqual([len(half) for half in halves], [len(rows) // 2] * 2)
        both = self.read(builder, "train+validation")
        self.expect_rows(both, rows + hdf5_rows(self.outputs["bytes"], "validation"))

    def test_shuffled_files_hold_every_row_once(self):
        builder = self.builder(self.outputs["bytes"])
        config = tfds.ReadConfig(shuffle_seed=3, interleave_cycle_length=1, try_autocache=False)
        found = list(tfds.as_numpy(builder.as_dataset(split="train", shuffle_files=True, read_config=config)))
        expected = hdf5_rows(self.outputs["bytes"], "train")
        self.assertNotEqual([key_of(row) for row in found], [key_of(row) for row in expected])
        self.expect_rows(sorted(found, key=key_of), sorted(expected, key=key_of))

    def test_ids_name_file_and_row(self):
        builder = self.builder(self.outputs["bytes"])
        config = tfds.ReadConfig(add_tfds_id=True, interleave_cycle_length=1)
        found = [row["tfds_id"].decode() for row in tfds.as_numpy(builder.as_dataset("train", read_config=config))]
        expected = [f"{path.name}__{row}" for path in self.shards("bytes", "train")
                    for row in range(sum(1 for _ in tf.data.TFRecordDataset(str(path))))]  # fmt: skip
        self.assertEqual(found, expected)
        self.assertRegex(found[0], r"^recordings-train\.tfrecord-00000-of-000\d\d__0$")

    def test_pairs_for_training(self):
        audio, label = next(iter(self.builder(self.outputs["bytes"]).as_dataset("train", as_supervised=True)))
        self.assertEqual((audio.shape, audio.dtype, label.numpy()), ((32_000,), tf.int16, b""))

    def test_found_by_its_name(self):
        data = tfds.load("recordings", data_dir=self.outputs["bytes"] / "tfds", split="validation")
        self.assertEqual(len(data), len(hdf5_rows(self.outputs["bytes"], "validation")))

    # ── what the files say ──

    def shards(self, name, split):
        return sorted(self.outputs[name].glob(f"tfds/recordings/1.0.0/recordings-{split}.tfrecord-*"))

    def test_counts_and_sizes(self):
        for name, output in self.outputs.items():
            info = self.builder(output).info
            for split in SPLITS:
                paths = self.shards(name, split)
                self.assertEqual([path.name for path in paths], info.splits[split].filenames)
                lengths = [len(shard["filename"]) for shard in hdf5_shards(output, split)]
                self.assertGreater(len(lengths), 1)
                self.assertEqual(info.splits[split].shard_lengths, lengths)
                sizes = [path.stat().st_size for path in paths]
                self.assertEqual(info.splits[split].num_bytes, sum(sizes) - 16 * sum(lengths))
        self.assertIn(0, info.splits["train"].shard_lengths + info.splits["validation"].shard_lengths)

    def test_shards_are_in_tfdss_order(self):
        for split in SPLITS:
            for shard in hdf5_shards(self.outputs["bytes"], split):
                keys = [f"{name.decode()}_{number}" for name, number in zip(shard["filename"], shard["segment_id"])]
                hashes = [hashlib.md5(split.encode() + key.encode()).hexdigest() for key in keys]
                self.assertEqual(hashes, sorted(hashes))

    # ── against TFDS's own writer ──

    def expect_copy_by_tfds(self, name, divisor=None):
        builder = self.builder(self.outputs[name])
        features = dict(builder.info.features.items())
        audio = features["audio"]
        if not divisor:  # TFDS's Audio does not encode arrays, the Tensor that it is does
            features["audio"] = tfds.features.Tensor(shape=audio.shape, dtype=audio.np_dtype, encoding=audio._encoding)
        RowsOfHdf5.features = tfds.features.FeaturesDict(features)
        RowsOfHdf5.rows = {split: hdf5_rows(self.outputs[name], split) for split in SPLITS}
        for rows in RowsOfHdf5.rows.values() if divisor else ():
            for row in rows:
                row.update({part: row[part] / np.float32(divisor) for part in ("audio", "stems") if part in row})
        copy = RowsOfHdf5(data_dir=self.folder / name)
        copy.download_and_prepare()
        for split in SPLITS:
            ours, theirs = self.read(builder, split), self.read(copy, split)
            by_key = {key_of(row): row for row in ours}
            self.expect_rows([by_key[key_of(row)] for row in theirs], theirs)
            self.assertEqual(self.messages(self.shards(name, split)),
                             self.messages(sorted(Path(copy.data_dir).glob(f"*-{split}.tfrecord*"))))  # fmt: skip
            self.assertEqual(builder.info.splits[split].num_examples, copy.info.splits[split].num_examples)
            self.assertEqual(builder.info.splits[split].num_bytes, copy.info.splits[split].num_bytes)
        return builder, copy

    def messages(self, paths):
        """What TensorFlow's own parser makes of every record, by its hash: no map has an order."""
        parsed = [tf.train.Example.FromString(record.numpy())
                  for path in paths for record in tf.data.TFRecordDataset(str(path))]  # fmt: skip
        return sorted(hashlib.sha256(one.SerializeToString(deterministic=True)).hexdigest() for one in parsed)

    def test_equals_a_copy_by_tfds(self):
        self.expect_copy_by_tfds("bytes")
        self.expect_copy_by_tfds("stems")
        self.expect_copy_by_tfds("perch bytes", divisor=32768)

    def test_equals_a_copy_by_tfds_in_zlib(self):
        self.expect_copy_by_tfds("zlib")
        builder, copy = self.expect_copy_by_tfds("perch", divisor=32768)
        ours, theirs = (Path(one.data_dir, "features.json").read_bytes() for one in (builder, copy))
        self.assertEqual(ours, theirs, "features.json to the byte")
        ours, theirs = (json.loads(Path(one.data_dir, "dataset_info.json").read_text()) for one in (builder, copy))
        for field in ("fileFormat", "supervisedKeys", "version"):
            self.assertEqual(ours[field], theirs[field])
        for ours, theirs in zip(ours["splits"], theirs["splits"], strict=True):
            for field in ("name", "filepathTemplate", "numBytes"):
                self.assertEqual(ours[field], theirs[field])

    # ── labels ──

    def annotated(self, *options):
        """A few recordings whose first slices are annotated, one class of four never."""
        for number in range(9):
            self.add(f"{number}.wav", wav(birds(20, seed=number)))
            write(self.folder / f"marks/{number}.txt", f"0\t{1 + 2 * number}\twren\n0\t3\trobin\n".encode())
        write(self.folder / "classes", b"crow\nwren\nrobin\n\xc3\xbc\n")
        self.process(*OPTIONS, "--shards", "hdf5,tfrecord", "--annotations", self.folder / "marks", "--classes",
                     self.folder / "classes", "--slices", "fixed", "--hop", "2s", *options)  # fmt: skip
        return self.builder(self.output)

    def test_labels_are_classes(self):
        builder = self.annotated()
        feature = builder.info.features["label"]
        self.assertIsInstance(feature, tfds.features.Sequence)
        self.assertEqual(feature.feature.names, ["crow", "wren", "robin", "ü"])
        self.assertEqual(builder.info.features["annotation_label"].feature.names, feature.feature.names)
        counts = set()
        for split in SPLITS:
            for ours, hdf5 in zip(self.read(builder, split), hdf5_rows(self.output, split), strict=True):
                names = hdf5["label"].decode()
                self.assertEqual([feature.feature.int2str(int(one)) for one in ours["label"]],
                                 names.split(";") if names else [])  # fmt: skip
                self.assertEqual(ours["label"].dtype, np.int64)
                for name in ("annotation_start", "annotation_end", "annotation_label"):
                    np.testing.assert_array_equal(ours[name].astype(np.int64), hdf5[name][hdf5[name] >= 0], name)
                self.assertEqual(ours["annotation_start"].dtype, np.uint64)
                counts.add(len(ours["label"]))
        self.assertEqual(counts, {0, 1, 2})

    def test_labels_are_written_as_tfds_writes_them(self):
        builder = self.annotated("--tfds-schema", "perch", "--tfds-encoding", "zlib")
        RowsOfHdf5.features = builder.info.features
        RowsOfHdf5.rows = {split: hdf5_rows(self.output, split) for split in SPLITS}
        for rows in RowsOfHdf5.rows.values():
            for row in rows:
                row["audio"] = row["audio"] / np.float32(32768)
                row["label"] = sorted({int(one) for one in row["annotation_label"] if one >= 0})
                for name in ("annotation_start", "annotation_end", "annotation_label"):
                    row[name] = row[name][row[name] >= 0]
        copy = RowsOfHdf5(data_dir=self.folder / "copy")
        copy.download_and_prepare()
        for name in ("features.json", "label.labels.txt", "annotation_label.labels.txt"):
            ours, theirs = (Path(one.data_dir, name).read_bytes() for one in (builder, copy))
            self.assertEqual(ours, theirs, name)
        for split in SPLITS:
            self.assertEqual(
                self.messages(sorted((self.output / "tfds/recordings/1.0.0").glob(f"recordings-{split}.tfrecord-*"))),
                self.messages(sorted(Path(copy.data_dir).glob(f"*-{split}.tfrecord*"))))  # fmt: skip

    # ── a dataset that grows, and others ──

    def test_cut_anew(self):
        for name, more, divisor in (("bytes", (), None), ("perch stems", ("--tfds-schema", "perch"), 32768)):
            made = self.folder / "made"
            shutil.rmtree(made, ignore_errors=True)
            self.veery("shards", "split", self.outputs[name], "-o", made, "--shards-per-split", "3",
                       "--shards", "hdf5,tfrecord", *more, ranks=2)  # fmt: skip
            builder = self.builder(made)
            for split in SPLITS:
                self.assertEqual(len(builder.info.splits[split].shard_lengths), 3)
                self.expect_rows(self.read(builder, split), hdf5_rows(made, split), divisor)

    def test_perchs_wav_directory(self):
        """What TFDS reads of ours is what its builder made of Perch's clap.wav."""
        self.add("sub/clap.wav", (shared("audio") / "perch__clap.wav").read_bytes())
        self.process("--preset", "perch-wav-directory/slice_peaked", "--key-prefix", "/data/xxtfds0000/downloads/manual/",
                     "--shards", "tfrecord", "--tfds-schema", "perch", "--tfds-encoding", "zlib")  # fmt: skip
        rows = [(int(row["segment_start"]), hashlib.sha256((row["audio"] * 32768).astype(np.int16)).hexdigest()[:16])
                for row in self.read(self.builder(self.output), "train")]  # fmt: skip
        self.assertEqual(rows, [(126240, "853276cba1a55377"), (1600, "c8579c85d32153b8")])

    def test_extended(self):
        shutil.copytree(self.common / "archive", self.archive, dirs_exist_ok=True)
        self.output = self.folder / "extended"
        self.process(*OPTIONS, *FORMATS["bytes"])
        first = self.builder(self.output).info.splits["train"].shard_lengths
        for number in range(20, 26):
            self.add(f"later/{number}.wav", wav(birds(20, seed=number)))
        self.process(*OPTIONS, *FORMATS["bytes"], "--extend", ranks=2)
        builder = self.builder(self.output)
        lengths = builder.info.splits["train"].shard_lengths
        self.assertEqual(lengths[: len(first)], first)
        self.assertGreater(len(lengths), len(first))
        for split in SPLITS:
            self.expect_rows(self.read(builder, split), hdf5_rows(self.output, split))

    def test_a_split_without_recordings(self):
        self.add("one.wav", wav(birds(20)))
        self.process("--shards", "tfrecord", "--split", "train=1,test=0")
        self.assertFalse((self.output / "dataset").exists())
        builder = self.builder(self.output)
        self.assertEqual(builder.info.splits["test"].num_examples, 0)
        self.assertGreater(len(self.read(builder, "train")), 0)


if __name__ == "__main__":
    main()
