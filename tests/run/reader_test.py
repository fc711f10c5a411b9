"""Other programs read what a run leaves: h5py finds what slices.csv says, h5dump has no complaint, and rows hold
the very samples of the source."""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import h5py
import numpy as np
from support import RATE, SOURCE, ProgramTest, Results, birds, main, read_table, run, synthesize, wav, write


class ReaderTest(ProgramTest):
    @classmethod
    def setUpClass(cls):
        cls.common = Path(tempfile.mkdtemp(prefix="veery-run-"))
        cls.addClassCleanup(shutil.rmtree, cls.common)
        archive = cls.common / "archive"
        synthesize(archive, hours=0.05, recording="30s")
        cls.sound = birds(40, seed=5)
        write(archive / "plot 1/20240601_060000.wav", wav(cls.sound))
        write(archive / "plot 1/Mönchsgrasmücke.wav", wav(birds(20, 44_100), rate=44_100))
        cls.output = cls.common / "out"
        done = run("process", archive, "-o", cls.output, "--unit-audio", "60s", "--split", "train=0.6,validation=0.4",
                   ranks=2)  # fmt: skip
        done.check_returncode()
        cls.results = Results(cls.output)
        cls.files = sorted(cls.output.rglob("*.h5"))

    def setUp(self):
        pass

    def test_read_shards_agrees(self):
        reader = SOURCE / "tests" / "shards" / "read_shards.py"
        read = subprocess.run([sys.executable, reader, self.output], capture_output=True, text=True, check=False)
        self.assertEqual(read.returncode, 0, read.stdout + read.stderr)

    def test_every_slice_is_a_row_of_its_shard(self):
        self.assertGreater(len(self.results.slices), 20)
        for name in {row["shard"] for row in self.results.slices}:
            rows = [row for row in self.results.slices if row["shard"] == name]
            (path,) = self.output.rglob(name)
            with h5py.File(path) as shard:
                self.assertEqual(sorted(int(row["row"]) for row in rows), list(range(len(shard["audio"]))))
                for row in rows:
                    place = int(row["row"])
                    self.assertEqual(shard["filename"].asstr()[place], row["filename"])
                    self.assertEqual(int(shard["recording_id"][place]), int(row["recording_id"], 16))
                    for column in ("segment_id", "segment_start", "segment_end", "source_start_sample", "peak_sample"):
                        self.assertEqual(int(shard[column][place]), int(row[column]), column)

    def test_split_index_holds_all_rows_of_its_split(self):
        for split in ("train", "validation"):
            rows = [row for row in self.results.slices if row["split"] == split]
            self.assertGreater(len(rows), 0)
            (path,) = self.output.rglob(f"recordings-{split}.h5")
            with h5py.File(path) as index:
                self.assertEqual(index["audio"].shape, (len(rows), 6 * RATE))
                found = zip(index["filename"].asstr()[:], index["segment_start"][:], strict=True)
                self.assertEqual(sorted((name, int(start)) for name, start in found),
                                 sorted((row["filename"], int(row["segment_start"])) for row in rows))  # fmt: skip
                self.assertTrue(index["audio"][:].any(axis=1).all())

    def test_split_index_works_elsewhere(self):
        """Virtual datasets name their shards relative to themselves."""
        moved = self.common / "moved"
        shutil.copytree(self.output / "dataset", moved)
        (path,) = moved.rglob("recordings-train.h5")
        with h5py.File(path) as index:
            self.assertTrue(index["audio"][:].any(axis=1).all())

    def test_h5dump_is_clean(self):
        for path in self.files:
            dump = subprocess.run(["h5dump", "-H", path], capture_output=True, text=True, check=False)
            self.assertEqual((dump.returncode, dump.stderr), (0, ""), path)
            self.assertIn("audio", dump.stdout)

    def test_rows_are_the_samples_of_the_source(self):
        rows = self.results.slices_of("plot 1/20240601_060000.wav")
        self.assertGreater(len(rows), 0)
        for row in rows:
            begin, end = int(row["source_start_sample"]), int(row["source_end_sample"])
            self.assertEqual((begin, end), (int(row["segment_start"]), int(row["segment_end"])))
            self.assertTrue(np.array_equal(self.results.audio_of(row), self.sound[begin:end]), row)

    def test_start_times(self):
        for row in self.results.slices_of("plot 1/20240601_060000.wav"):
            ms = round(int(row["segment_start"]) * 1000 / RATE)
            self.assertEqual(row["start_time"], f"2024-06-01T06:00:{ms // 1000:02d}.{ms % 1000:03d}")

    def test_known_birds_are_found(self):
        """Slices hold far more of the annotated calls than their share of the audio would by chance."""
        calls = read_table(self.common / "archive" / "annotations.csv")
        loud = [row for row in calls if float(row["SNR (dB)"]) > 20]
        self.assertGreater(len(loud), 5)
        found = 0
        for call in loud:
            spans = [(int(r["segment_start"]) / RATE, int(r["segment_end"]) / RATE)
                     for r in self.results.slices_of(call["Filename"])]  # fmt: skip
            first, last = float(call["Start Time (s)"]), float(call["End Time (s)"])
            found += any(begin < last and first < end for begin, end in spans)
        self.assertGreater(found, 0.8 * len(loud))


if __name__ == "__main__":
    main()
