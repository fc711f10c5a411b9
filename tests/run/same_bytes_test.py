"""The same archive and options give the same bytes for any number of ranks and threads."""

import shutil
import tempfile
from pathlib import Path

from support import ProgramTest, Results, birds, main, synthesize, test_model, tree_digest, wav, write

PROCESS = ("--unit-audio", "50s", "--split", "train=0.7,validation=0.3")


class SameBytesTest(ProgramTest):
    @classmethod
    def setUpClass(cls):
        cls.common = Path(tempfile.mkdtemp(prefix="veery-run-"))
        cls.addClassCleanup(shutil.rmtree, cls.common)
        synthesize(cls.common / "archive", hours=0.1, recording="45s")
        write(cls.common / "archive" / "odd/rate.wav", wav(birds(20, 44_100, seed=7), rate=44_100))
        cls.expected = {}

    def setUp(self):
        super().setUp()
        self.archive = self.common / "archive"

    def reference(self, name, *arguments, key=None):
        """The bytes of a run on one rank with one thread, made once."""
        key = key or name
        output = self.common / f"reference-{key}"
        if key not in self.expected:
            self.veery(name.split()[0], self.archive, "-o", output, "--threads", "1", *arguments)
            self.expected[key] = tree_digest(output)
        return self.expected[key]

    def expect_same(self, name, *arguments, key=None, **options):
        expected = self.reference(name, *arguments, key=key)
        self.veery(name.split()[0], self.archive, "-o", self.output, *arguments, *options.pop("also", ()), **options)
        self.assertEqual(tree_digest(self.output), expected)

    # ── ranks and threads ──

    def test_process_has_several_units_and_splits(self):
        self.reference("process", *PROCESS)
        results = Results(self.common / "reference-process")
        self.assertGreaterEqual(results.totals["units"], 5)
        self.assertEqual({row["split"] for row in results.slices}, {"train", "validation"})
        self.assertEqual(len({row["shard"] for row in results.slices}), results.totals["units"])

    def test_process_on_1_rank(self):
        self.expect_same("process", *PROCESS, ranks=1)

    def test_process_on_2_ranks(self):
        self.expect_same("process", *PROCESS, ranks=2)

    def test_process_on_3_ranks(self):
        self.expect_same("process", *PROCESS, ranks=3)

    def test_process_on_7_ranks(self):
        self.expect_same("process", *PROCESS, ranks=7)

    def test_both_kinds_of_shards(self):
        for ranks in (1, 2, 3):
            with self.subTest(ranks):
                self.output = self.folder / str(ranks)
                self.expect_same("process", *PROCESS, "--shards", "tfrecord,hdf5", key="tfrecord", ranks=ranks, also=["--threads", "2"])
        hdf5 = self.reference("process", *PROCESS)
        same = {name: digest for name, digest in self.expected["tfrecord"].items() if name == "slices.csv"}
        self.assertEqual(same, {"slices.csv": hdf5["slices.csv"]}, "the rows do not depend on the format")

    def test_tfrecords_alone_are_those_beside_hdf5(self):
        alone = self.reference("process", *PROCESS, "--shards", "tfrecord", "--tfds-encoding", "zlib", key="alone")
        both = self.reference("process", *PROCESS, "--shards", "hdf5,tfrecord", "--tfds-encoding", "zlib", key="both")
        for name in both:
            if name.startswith("tfds/"):
                self.assertEqual(alone[name], both[name], name)
        self.assertFalse(any(name.startswith("dataset/") for name in alone))

    def test_separated_recordings(self):
        separate = ("separate", "--model", test_model(self.common, "tdcn"), "--unit-audio", "50s", "--window", "3s",
                    "--window-hop", "2s", "--stem-format", "flac24", "--output-rate", "source")  # fmt: skip
        self.expect_same(*separate, ranks=2, also=["--threads", "3"])

    def test_separated_slices(self):
        model = test_model(self.common, "tdcn")
        self.expect_same("process", *PROCESS, "--separate", "slices", "--model", model, key="slices", ranks=3, also=["--threads", "2"])

    def test_peaks_of_stems(self):
        separate = ("--separate", "peaks-of-stems", "--model", test_model(self.common, "tdcn"), "--window", "4s",
                    "--window-hop", "3s", "--peak-scope", "20s")  # fmt: skip
        self.expect_same("process", *PROCESS, *separate, key="peaks-of-stems", ranks=2, also=["--threads", "2"])

    def test_process_with_4_threads(self):
        self.expect_same("process", *PROCESS, also=["--threads", "4"])

    def test_process_on_3_ranks_with_4_threads(self):
        self.expect_same("process", *PROCESS, also=["--threads", "4"], ranks=3)

    def test_scratch_elsewhere(self):
        (self.folder / "scratch").mkdir()
        self.expect_same("process", *PROCESS, also=["--scratch", str(self.folder / "scratch")], ranks=2)
        self.assertEqual(list((self.folder / "scratch").iterdir()), [])

    def test_archive_at_another_place(self):
        """Nothing of where the archive lies is in the results."""
        expected = self.reference("process", *PROCESS)
        shutil.copytree(self.archive, self.folder / "copy")
        self.veery("process", "copy/", "-o", self.output, *PROCESS, cwd=self.folder)
        self.assertEqual(tree_digest(self.output), expected)

    def test_second_run_changes_nothing(self):
        self.expect_same("process", *PROCESS)
        before = {path: path.stat().st_mtime_ns for path in self.output.rglob("*.h5") if "-of-" in path.name}
        self.expect_same("process", *PROCESS, ranks=2)
        self.assertEqual(before, {path: path.stat().st_mtime_ns for path in before})

    def test_whole_recording_as_scope(self):
        self.expect_same("process recording", *PROCESS, "--peak-scope", "recording", also=["--threads", "4"], ranks=3)

    def test_process_float32_compressed_with_clips(self):
        options = ("--audio-type", "float32", "--compress", "--clips", "flac", "--split-by", "site", *PROCESS)
        self.expect_same("process float", *options, also=["--threads", "4"], ranks=2)

    def test_slice_as_flac(self):
        self.expect_same("slice flac", "--format", "flac", *PROCESS, also=["--threads", "4"], ranks=3)

    def test_slice_as_wav(self):
        self.expect_same("slice wav", "--format", "wav", *PROCESS, also=["--threads", "4"], ranks=3)

    def test_fixed_windows_with_every_tail(self):
        for tail in ("drop", "pad", "shift", "remainder"):
            with self.subTest(tail):
                self.output = self.folder / tail
                options = ("--slices", "fixed", "--interval", "7s", "--hop", "7s", "--tail", tail, *PROCESS)
                self.expect_same(f"slice {tail}", *options, also=["--threads", "4"], ranks=2)


if __name__ == "__main__":
    main()
