"""`veery shards`: a finished dataset in other shards holds the same rows, in TFDS's order, in the same bytes however it
was cut before and by however many ranks; what is damaged or missing stops it without a trace."""

import hashlib
import json
import re
import shutil
import tempfile
from pathlib import Path

import h5py
import numpy as np
from support import DIFFERS, DONE, FAILED, USAGE, ProgramTest, birds, main, run, synthesize, tree_digest, wav

SPLITS = ("train", "validation")
AXES = {"example", "sample", "source"}


def shards_of(folder, split):
    return sorted(Path(folder).glob(f"dataset/*/*/recordings-{split}-*.h5"))


def read_rows(folder, split):
    """Key → every column of its row, and the keys in the order of the shards."""
    rows = {}
    for path in shards_of(folder, split):
        with h5py.File(path) as file:
            columns = {name: file[name][:] for name in file if name not in AXES}
        for i in range(len(columns["audio"])):
            row = {name: values[i] for name, values in columns.items()}
            rows[row["filename"].decode() + "_" + str(row["segment_id"])] = row
    return rows


def order(split, key):
    return hashlib.md5((split + key).encode()).digest()


class ShardsTest(ProgramTest):
    @classmethod
    def setUpClass(cls):
        cls.common = Path(tempfile.mkdtemp(prefix="veery-run-"))
        cls.addClassCleanup(shutil.rmtree, cls.common)
        archive = cls.common / "archive"
        synthesize(archive, hours=0.08, recording="30s")
        arguments = ("process", archive, "-o", cls.common / "out", "--quiet", "--unit-audio", "45s", "--interval", "2s",
                     "--split", "train=0.6,validation=0.4", "--sample-rate", "16000")  # fmt: skip
        run(*arguments).check_returncode()
        # An extension, whose shards say another total and whose texts are wider.
        synthesize(archive / "a place with a name that is longer", hours=0.02, recording="30s", seed=2)
        run(*arguments, "--extend").check_returncode()

    def setUp(self):
        super().setUp()
        self.source = self.common / "out"

    def recut(self, source, name, shards, *also, word="split", **options):
        made = self.folder / name
        said = self.veery("shards", word, source, "-o", made, "--shards-per-split", str(shards), *also, **options)
        return made, said

    def test_every_row_and_column_is_kept_in_the_order_of_the_split(self):
        made, said = self.recut(self.source, "made", 5, ranks=2)

        self.veery("verify", made)
        for split in SPLITS:
            before, after = read_rows(self.source, split), read_rows(made, split)
            self.assertGreater(len(before), 10)
            self.assertIn(f"{split}: {len(before)} rows in 5 shards", said.stdout)
            self.assertEqual(list(after), sorted(before, key=lambda key: order(split, key)))
            for key, row in before.items():
                self.assertEqual(set(row), set(after[key]))
                for name, value in row.items():
                    np.testing.assert_array_equal(after[key][name], value, f"{key} {name}")

    def test_lengths_are_what_tfds_would_make_and_are_published(self):
        made, _ = self.recut(self.source, "made", 7)

        info = json.loads(next(made.glob("dataset/*/*/dataset_info.json")).read_text())
        for split in info["splits"]:
            lengths = []
            for path in shards_of(made, split["name"]):
                with h5py.File(path) as file:
                    lengths.append(len(file["audio"]))
            rows = sum(lengths)
            ends = [round(rows * (i + 1) / 7) for i in range(7)]
            self.assertEqual(np.cumsum(lengths).tolist(), ends)
            self.assertLessEqual(max(lengths) - min(lengths), 1)
            self.assertEqual([int(length) for length in split["shardLengths"]], lengths)
            with h5py.File(next(made.glob(f"dataset/*/*/recordings-{split['name']}.h5"))) as index:
                self.assertEqual(len(index["audio"]), rows)

    def test_the_way_there_and_the_ranks_change_nothing(self):
        five, _ = self.recut(self.source, "five", 5, ranks=3)
        direct, _ = self.recut(self.source, "direct", 3)
        by_five, _ = self.recut(five, "by-five", 3, word="merge", ranks=2)

        self.assertEqual(tree_digest(by_five), tree_digest(direct))
        again, _ = self.recut(next(self.source.glob("dataset/*/*")), "again", 3, ranks=3)
        self.assertEqual(tree_digest(again), tree_digest(direct))

    def test_tfrecords_beside_them(self):
        """They hold the HDF5 rows in the same order; what is beside them is what `process` writes."""
        tfrecords = ("--shards", "hdf5,tfrecord")
        made, said = self.recut(self.source, "made", 4, *tfrecords, ranks=3)
        again, _ = self.recut(self.recut(self.source, "five", 5)[0], "again", 4, *tfrecords)
        alone, _ = self.recut(self.source, "alone", 4)

        self.assertNotIn("TFRecord", said.stdout)
        self.veery("verify", made)
        self.assertEqual(tree_digest(made), tree_digest(again))
        self.assertEqual(tree_digest(made / "dataset"), tree_digest(alone / "dataset"))
        folder = made / "tfds/recordings/1.0.0"
        names = [f"recordings-{split}.tfrecord-{shard:05}-of-00004" for split in SPLITS for shard in range(4)]
        self.assertEqual(sorted(path.name for path in folder.iterdir()),
                         sorted([*names, "dataset_info.json", "features.json"]))  # fmt: skip
        for split in json.loads((folder / "dataset_info.json").read_text())["splits"]:
            lengths = [int(length) for length in split["shardLengths"]]
            bytes_written = sum(path.stat().st_size for path in folder.glob(f"recordings-{split['name']}.tfrecord-*"))
            self.assertEqual(int(split["numBytes"]), bytes_written - 16 * sum(lengths))
            self.assertEqual(lengths, [len(h5py.File(path)["audio"]) for path in shards_of(made, split["name"])])

    def test_a_flipped_bit_in_a_tfrecord_is_found(self):
        made, _ = self.recut(self.source, "made", 3, "--shards", "hdf5,tfrecord", "--tfds-encoding", "zlib")
        path = next(made.glob("tfds/*/*/recordings-train.tfrecord-00001-of-00003"))
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 4
        path.write_bytes(data)
        self.assertIn(path.name, self.veery("verify", made, code=DIFFERS).stdout)

    def test_dropping_the_remainder(self):
        made, said = self.recut(self.source, "made", 7, "--equal", "drop")

        self.veery("verify", made)
        dropped = {}
        for split in SPLITS:
            before, after = read_rows(self.source, split), read_rows(made, split)
            self.assertEqual(len(after), len(before) // 7 * 7)
            self.assertEqual(list(after), sorted(before, key=lambda key: order(split, key))[: len(after)])
            dropped[split] = len(before) - len(after)
            if dropped[split]:
                self.assertIn(f"{split}: {len(after)} rows in 7 shards, {dropped[split]} rows dropped", said.stdout)
        self.assertGreater(sum(dropped.values()), 0)
        totals = json.loads((made / "manifest.json").read_text())["totals"]
        self.assertEqual({split["name"]: split["dropped"] for split in totals["splits"]}, dropped)

    def test_provenance_is_kept(self):
        made, _ = self.recut(self.source, "made", 2)

        with h5py.File(shards_of(self.source, "train")[0]) as before, h5py.File(shards_of(made, "train")[0]) as after:
            self.assertEqual(after.attrs["options"], before.attrs["options"])
            self.assertEqual(after.attrs["origin_commit"], before.attrs["commit"])
            self.assertRegex(after.attrs["fingerprint"].decode(), "^[0-9a-f]{64}$")

    # ── what stops it ──

    def expect_refused(self, code, said, source, shards=3, ranks=0, output=None, more=()):
        made = output or self.folder / "made"
        before = sorted(self.folder.iterdir())
        result = self.veery("shards", "split", source, "-o", made, "--shards-per-split", str(shards), *more,
                            code=code, ranks=ranks)  # fmt: skip
        self.assertRegex(result.stderr, said)
        self.assertEqual(sorted(self.folder.iterdir()), before)

    def copy(self):
        shutil.copytree(self.source, self.output)
        return self.output

    def test_no_dataset(self):
        self.expect_refused(USAGE, "no finished dataset", self.archive)

    def test_datasets_of_tfrecords_alone(self):
        synthesize(self.archive, hours=0.02, recording="30s")
        options = ("--quiet", "--sample-rate", "16000", "--interval", "2s")
        both, alone = self.folder / "both", self.folder / "alone"
        self.veery("process", self.archive, "-o", both, *options, "--shards", "hdf5,tfrecord")
        self.veery("process", self.archive, "-o", alone, *options, "--shards", "tfrecord")

        made, said = self.recut(both, "made", 3)
        self.assertIn("--shards hdf5,tfrecord makes TFRecord shards too", said.stdout)
        self.assertFalse((made / "tfds").exists())
        self.veery("verify", made)
        self.veery("shards", "stats", both)
        _, said = self.recut(made, "again", 2)
        self.assertNotIn("TFRecord", said.stdout)
        for source in (alone, alone / "tfds/recordings/1.0.0", both / "tfds/recordings/1.0.0"):
            self.expect_refused(USAGE, "other files than HDF5: tfrecord", source, output=self.folder / "no")
            self.assertIn("tfrecord", self.veery("shards", "stats", source, code=USAGE).stderr)

    def test_names_that_tfds_refuses(self):
        synthesize(self.archive, hours=0.02, recording="30s")
        self.process("--interval", "2s", "--dataset-name", "my-birds")
        self.expect_refused(USAGE, "TFDS can't open.*my-birds", self.output, more=("--shards", "hdf5,tfrecord"), ranks=2)
        self.recut(self.output, "made", 2)

    def test_floats_as_perch_has_them(self):
        synthesize(self.archive, hours=0.02, recording="30s")
        self.process("--interval", "2s", "--audio-type", "float32")
        self.expect_refused(USAGE, "Perch's audio is stored as int16", self.output,
                            more=("--shards", "hdf5,tfrecord", "--tfds-schema", "perch"))  # fmt: skip

    def test_impossible_numbers(self):
        self.expect_refused(USAGE, "--shards-per-split", self.source, 0)
        said = "fewer rows than shards.*--shards-per-split [0-9]+ at most"
        self.expect_refused(USAGE, said, self.source, 9999, ranks=2)

    def test_output_that_exists(self):
        (self.folder / "made").mkdir()
        (self.folder / "made/mine").touch()
        self.expect_refused(USAGE, "something already", self.source)

    def test_empty_output_that_exists(self):
        (self.folder / "made").mkdir()
        made, _ = self.recut(self.source, "made", 3)
        self.veery("verify", made)

    def test_missing_shard(self):
        shard = shards_of(self.copy(), "train")[1]
        shard.unlink()
        self.expect_refused(FAILED, r"shard is missing: .*/recordings-train-00001-of-\*\.h5 \(shard 1 of the split train",
                            self.output, ranks=2)  # fmt: skip

    def test_flipped_bit(self):
        for ranks in (0, 3):
            with self.subTest(ranks=ranks):
                shutil.rmtree(self.output, ignore_errors=True)
                path = shards_of(self.copy(), "validation")[-1]
                with h5py.File(path) as file:
                    place = file["audio"].id.get_chunk_info(1).byte_offset + 100
                data = bytearray(path.read_bytes())
                data[place] ^= 4
                path.write_bytes(data)
                self.expect_refused(FAILED, re.escape(path.name), self.output, ranks=ranks)

    def test_row_that_is_not_what_was_written(self):
        """Written by another program, with checksums of HDF5 that are right."""
        path = shards_of(self.copy(), "train")[0]
        with h5py.File(path, "r+") as file:
            row = file["audio"][2]
            row[7] ^= 1
            file["audio"][2] = row
        self.expect_refused(FAILED, f"a row is damaged.*{re.escape(path.name)}, row 2", self.output)

    def test_cut_shard(self):
        path = shards_of(self.copy(), "train")[0]
        path.write_bytes(path.read_bytes()[:-1000])
        self.expect_refused(FAILED, re.escape(path.name), self.output)

    def test_verify_finds_what_differs_in_the_new_dataset(self):
        made, _ = self.recut(self.source, "made", 3)
        shard = shards_of(made, "train")[1]
        data = shard.read_bytes()
        shard.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
        self.assertIn(shard.name, self.veery("verify", made, code=DIFFERS).stdout)
        shard.write_bytes(data)
        manifest = made / "manifest.json"
        manifest.write_text(manifest.read_text().replace('"dropped": 0', '"dropped": 1', 1))
        self.veery("verify", made, code=DONE)  # dropped rows are nowhere else
        manifest.write_text(manifest.read_text().replace('"shards": 3', '"shards": 4', 1))
        self.assertIn("manifest.json", self.veery("verify", made, code=DIFFERS).stdout)

    def test_what_a_killed_run_left_is_replaced(self):
        (self.folder / ".made.staged/dataset").mkdir(parents=True)
        (self.folder / ".made.staged/dataset/half").write_text("half")
        made, _ = self.recut(self.source, "made", 3)
        self.veery("verify", made)
        self.assertFalse((self.folder / ".made.staged").exists())

    # ── statistics ──

    def test_statistics_of_labels_hours_clipping_and_silence(self):
        rate = 16000
        loud = np.full(4 * rate, 1000, np.int16)
        loud[100:110] = 32767
        for name, samples in (("20240601_050000.wav", birds(8, rate)), ("20240601_060000.wav", loud),
                              ("20240601_063000.wav", np.zeros(4 * rate, np.int16))):  # fmt: skip
            self.add(name, wav(samples, rate))
        (self.folder / "marks.csv").write_text(
            "file,start,end,label\n20240601_050000.wav,0,1,wren\n20240601_050000.wav,1,3,robin\n")
        self.process("--annotations", self.folder / "marks.csv", "--slices", "fixed", "--interval", "2s", "--hop", "2s",
                     "--sample-rate", str(rate))  # fmt: skip
        self.veery("shards", "stats", self.output, "--json", self.folder / "stats.json")
        (split,) = json.loads((self.folder / "stats.json").read_text())["splits"]
        self.assertEqual(split["rows"], 8)
        self.assertEqual(split["rows_by_hour"], {"05": 4, "06": 4})
        self.assertEqual((split["rows_by_label"]["wren"], split["rows_by_label"]["robin"]), (1, 2))
        self.assertEqual((split["clipped_rows"], split["clipped_row_share"], split["clipped_samples"]), (1, 1 / 8, 10))
        self.assertAlmostEqual(split["clipped_sample_share"], 10 / (16 * rate))
        self.assertEqual((split["silent_rows"], split["zero_rows"], split["silent_row_share"]), (2, 2, 2 / 8))

    def test_silence_below_no_number(self):
        said = self.veery("shards", "stats", self.source, "--silent-below", "nan", code=USAGE).stderr

        self.assertIn("--silent-below", said)

    def test_statistics_are_those_of_the_rows(self):
        table = self.veery("shards", "stats", self.source, "--json", self.folder / "one.json")
        again = self.veery("shards", "stats", self.source, "--json", self.folder / "three.json", ranks=3)

        self.assertEqual(again.stdout, table.stdout)
        self.assertEqual((self.folder / "one.json").read_bytes(), (self.folder / "three.json").read_bytes())
        found = json.loads((self.folder / "one.json").read_text())
        self.assertEqual([split["name"] for split in found["splits"]], list(SPLITS))
        for split in found["splits"]:
            rows = list(read_rows(self.source, split["name"]).values())
            audio = np.array([row["audio"] for row in rows]) / 32768
            rms = np.sort(10 * np.log10(np.mean(audio**2, axis=1)))
            self.assertEqual(split["rows"], len(rows))
            self.assertAlmostEqual(split["hours"], audio.size / 16000 / 3600)
            self.assertAlmostEqual(split["rms_dbfs"]["0"], rms[0], delta=0.006)
            self.assertAlmostEqual(split["rms_dbfs"]["0.5"], rms[-(-len(rows) // 2) - 1], delta=0.006)
            self.assertAlmostEqual(split["rms_dbfs"]["1"], rms[-1], delta=0.006)
            self.assertAlmostEqual(split["peak_dbfs"]["1"], 20 * np.log10(np.abs(audio).max()), delta=0.006)
            self.assertAlmostEqual(split["dc_offset"]["1"], audio.mean(axis=1).max(), delta=6e-6)
            self.assertEqual(split["clipped_samples"], int((np.abs(audio) >= 1 - 2**-15).sum()))
            self.assertEqual((split["silent_rows"], split["zero_rows"]), (int((rms < -70).sum()), 0))
            for key, column, size in (("rows_by_site", "site", None), ("rows_by_day", "start_time", 10)):
                names = [row[column].decode()[:size] for row in rows]
                self.assertEqual(split[key], {name: names.count(name) for name in sorted(set(names))})
            self.assertIn(f"{split['name']}: {len(rows)} rows", table.stdout)

    def test_statistics_stop_at_a_damaged_row(self):
        path = shards_of(self.copy(), "train")[0]
        with h5py.File(path, "r+") as file:
            file["audio"][1] = file["audio"][1] + 1
        result = self.veery("shards", "stats", self.output, code=FAILED, ranks=2)
        self.assertRegex(result.stderr, f"a row is damaged.*{re.escape(path.name)}, row 1")


if __name__ == "__main__":
    main()
