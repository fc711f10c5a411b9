"""Presets mean what the builders of Perch mean: windows, keys and order; and their parts mean what they say."""

import hashlib
import json

import h5py
import numpy as np
from support import RATE, USAGE, ProgramTest, birds, main, shared, wav

LOW = 16_000
CONTEXT = 6 * LOW
MANUAL = "/data/xxtfds0000/downloads/manual/"


class PresetsTest(ProgramTest):
    def rows(self):
        """The rows of the one shard in their order: (start, end, SHA-256 of the samples)."""
        (shard,) = self.output.glob("dataset/*/*/*-00000-of-00001.h5")
        with h5py.File(shard) as file:
            return [(int(start), int(end), hashlib.sha256(audio.tobytes()).hexdigest()[:16]) for start, end, audio in
                    zip(file["segment_start"][:], file["segment_end"][:], file["audio"][:])]  # fmt: skip

    def starts(self, results, path):
        return [int(row["segment_start"]) for row in results.slices_of(path)]

    # ── WavDirectoryBuilder ──

    def clap(self):
        self.add("sub/clap.wav", (shared("audio") / "perch__clap.wav").read_bytes())

    def test_wav_directory_unfiltered_is_the_builders_dataset(self):
        self.clap()
        self.process("--preset", "perch-wav-directory", "--key-prefix", MANUAL)
        self.assertEqual(self.rows(), [(96000, 192000, "970728ed77951c3e"), (192000, 288000, "72bffefd56d3c67b"),
                                       (0, 96000, "407f0040f7031e33")])  # fmt: skip

    def test_wav_directory_slice_peaked_is_the_builders_dataset(self):
        self.clap()
        for compat in ("none", "perch"):
            self.process("--preset", "perch-wav-directory/slice_peaked", "--key-prefix", MANUAL, "--compat", compat,
                         "--restart")  # fmt: skip
            self.assertEqual(self.rows(), [(126240, 222240, "853276cba1a55377"), (1600, 97600, "c8579c85d32153b8")])

    def test_wav_directory_follows_the_builders_rules_on_real_recordings(self):
        audio = shared("audio")
        table = [line.split("\t") for line in (audio / "MANIFEST.tsv").read_text().splitlines()[1:]]
        names = [row[0] for row in table if row[9].startswith("WAV") and row[7] == "1" and float(row[8]) < 120.0]
        self.assertGreater(len(names), 5)
        for name in names:
            self.add(name, (audio / name).read_bytes())
        cases = (("unfiltered", self.whole_windows), ("slice_peaked", self.peak_windows))
        for preset, expected in cases:
            results = self.process("--preset", f"perch-wav-directory/{preset}", "--compat", "perch", "--restart")
            for name in names:
                row = results.index[name]
                samples = int(row["frames"]) * LOW // int(row["sample_rate_hz"])
                self.assertEqual(self.starts(results, name), expected(name, samples), (preset, name))
            self.assertGreater(len(results.slices), len(names))

    def whole_windows(self, _name, samples):
        return list(range(0, samples - CONTEXT + 1, CONTEXT))

    def peak_windows(self, name, samples):
        said = self.veery("peaks", self.archive / name, "--sample-rate", str(LOW), "--peak-scope", "recording",
                          "--peaks-per-scope", "5", "--compat", "perch").stdout  # fmt: skip
        peaks = [int(line.split(",")[-3]) for line in said.splitlines()[1:]]
        windows = []
        for start in sorted({max(0, peak - CONTEXT // 2) for peak in peaks}):
            if start + CONTEXT > samples:
                break
            windows.append(start)
        return windows

    # ── BirdTaxonomy ──

    def test_bird_taxonomy_and_soundscapes_cut_where_perch_does(self):
        """Perch's own peaks of its clap.wav at 32 kHz, six seconds of five and five seconds of two hundred."""
        self.clap()
        cases = (("perch-bird-taxonomy", (), [(3520, 195520), (252800, 444800)]),
                 ("perch-soundscapes", ("--unlabelled", "keep"), [(19520, 179520), (268800, 428800)]))  # fmt: skip
        for preset, more, expected in cases:
            results = self.process("--preset", preset, "--compat", "perch", "--restart", *more)
            bounds = sorted((int(row["segment_start"]), int(row["segment_end"])) for row in results.slices)
            self.assertEqual(bounds, expected, preset)

    def test_segments_of_repeated_recordings_count_as_perch_does_with_compat_alone(self):
        self.add("short.wav", wav(birds(3)))
        for compat, end in (("none", 3 * RATE), ("perch", 6 * RATE)):
            (row,) = self.process("--preset", "perch-bird-taxonomy", "--compat", compat, "--restart").slices
            self.assertEqual((int(row["segment_start"]), int(row["segment_end"])), (0, end), compat)

    def test_bird_taxonomy_takes_five_slices_of_the_first_five_minutes(self):
        self.add("long.wav", wav(birds(400, rate=LOW), rate=LOW))
        self.add("short.wav", wav(birds(3)))
        self.add("faint.wav", wav(np.eye(1, 8 * RATE, 4 * RATE, dtype=np.int16)[0]))  # too faint for a peak, not silent
        self.add("silent.wav", wav(np.zeros(8 * RATE, np.int16)))
        self.add("silent_short.wav", wav(np.zeros(2 * RATE, np.int16)))
        results = self.process("--preset", "perch-bird-taxonomy")
        starts = self.starts(results, "long.wav")
        self.assertEqual(len(starts), 5)
        self.assertLessEqual(max(starts), 294 * RATE)
        self.assertEqual(len(results.slices_of("short.wav")), 1)
        self.assertEqual(int(results.slices_of("short.wav")[0]["padded_samples"]), 3 * RATE)
        self.assertEqual([(row["segment_start"], row["peak_sample"]) for row in results.slices_of("faint.wav")],
                         [("0", "")])  # fmt: skip
        self.assertEqual(results.slices_of("silent.wav") + results.slices_of("silent_short.wav"), [])
        coverage = results.totals["coverage"]
        self.assertGreater(coverage["frames_not_asked"], 95 * LOW)
        self.assertEqual(coverage["claimed_frames"], coverage["frames_read"] + coverage["frames_not_asked"])

    def test_first_ends_where_it_says(self):
        self.add("a.wav", wav(birds(20)))
        self.add("b.wav", wav(birds(10, seed=1)))
        results = self.process("--first", "10s", "--slices", "fixed", "--interval", "2s", "--hop", "interval")
        for path in ("a.wav", "b.wav"):
            self.assertEqual(self.starts(results, path), [0, 2 * RATE, 4 * RATE, 6 * RATE, 8 * RATE])
        coverage = results.totals["coverage"]
        self.assertTrue(coverage["all_accounted_for"])
        self.assertLess(0, coverage["frames_not_asked"])
        self.assertLessEqual(coverage["frames_not_asked"], 10 * RATE)

    # ── Soundscapes ──

    def test_soundscapes_take_labelled_slices_of_five_seconds(self):
        self.add("long.wav", wav(birds(60)))
        self.add("short.wav", wav(birds(3)))
        (self.folder / "marks.csv").write_text("file,start,end,label\nlong.wav,20,31,wren\nlong.wav,28,29,unknown\n")
        arguments = ("--preset", "perch-soundscapes", "--annotations", self.folder / "marks.csv")
        results = self.process(*arguments)
        starts = self.starts(results, "long.wav")
        self.assertGreater(len(starts), 0)
        for start in starts:
            self.assertTrue(15 * RATE < start < 31 * RATE and not 23 * RATE < start < 29 * RATE, start / RATE)
        self.assertEqual({row["label"] for row in results.slices}, {"wren"})
        self.assertGreater(results.totals["slices_unlabelled"], 5)
        self.assertEqual(results.slices_of("short.wav"), [])
        self.assertEqual(int(results.slices[0]["segment_end"]) - starts[0], 5 * RATE)

    # ── as defaults ──

    def test_what_is_asked_for_wins_over_a_preset(self):
        self.add("a.wav", wav(birds(20)))
        (self.folder / "c.toml").write_text('[process]\ninterval = "4s"\nedge = "drop"\n')
        self.process("--preset=perch-bird-taxonomy", "--config", self.folder / "c.toml", "--edge", "shift",
                     env={"VEERY_PEAKS_PER_SCOPE": "3"})  # fmt: skip
        options = json.loads((self.output / "options.json").read_text())
        self.assertEqual((options["interval"], options["edge"], options["peaks-per-scope"], options["first"]),
                         ("4s", "shift", 3, "300s"))  # fmt: skip
        self.veery("repair", self.output)
        self.output = self.folder / "by variable"
        self.process(env={"VEERY_PRESET": "perch-soundscapes", "VEERY_UNLABELLED": "keep"})
        self.assertEqual(json.loads((self.output / "options.json").read_text())["short"], "skip")

    def test_what_does_not_fit_is_refused(self):
        self.add("a.wav", wav(birds(20)))
        for arguments in (("--preset", "perch"), ("--first", "1s"), ("--without-peaks", "first"),
                          ("--preset", "perch-soundscapes")):  # fmt: skip
            self.veery("process", self.archive, "-o", self.output, *arguments, code=USAGE)
        self.assertFalse(self.output.exists())

    def hashes(self, output, split, key):
        """Of the keys of all rows, shard after shard, as their order has them."""
        hashes = []
        for path in sorted(output.glob("dataset/*/*/*-of-*.h5")):
            with h5py.File(path) as file:
                hashes += [hashlib.md5((split + key(row)).encode()).hexdigest() for row in
                           zip(file["filename"].asstr()[:], file["segment_start"][:], file["segment_id"][:])]  # fmt: skip
        return hashes

    def test_rows_of_bird_taxonomy_are_in_the_order_of_names(self):
        for number in range(4):
            self.add(f"species {number}/XC{number}.wav", wav(birds(20, seed=number)))
        self.process("--preset", "perch-bird-taxonomy", "--key-prefix", "id ")
        hashes = self.hashes(self.output, "train", lambda row: f"id {row[0].split('/')[1][:-4]}_{row[2]}")
        self.assertGreater(len(hashes), 8)
        self.assertEqual(hashes, sorted(hashes))
        self.veery("verify", self.output)

    def test_two_recordings_of_one_name_have_no_keys_by_name(self):
        self.add("a/1.wav", wav(birds(20)))
        self.add("b/1.flac.wav", wav(birds(20)))
        self.process("--preset", "perch-bird-taxonomy")
        self.add("b/1.wav", wav(birds(20)))
        said = self.veery("process", self.archive, "-o", self.folder / "no", "--keys", "name", code=USAGE, ranks=2).stderr
        self.assertRegex(said, "two recordings have one name: a/1.wav.*b/1.wav.*--keys segment")
        self.process("--preset", "perch-bird-taxonomy", "--keys", "segment", "--restart")

    def test_shards_with_keys_by_time_are_verified_and_cut_anew(self):
        for number in range(4):
            self.add(f"{number}.wav", wav(birds(20, seed=number)))
        self.process("--keys", "time", "--key-prefix", "/x/", "--unit-audio", "20s", "--interval", "2s", "--slices",
                     "fixed", "--hop", "interval")  # fmt: skip
        self.veery("shards", "split", self.output, "-o", self.folder / "new", "--shards-per-split", "2")
        self.veery("verify", self.folder / "new")
        hashes = self.hashes(self.folder / "new", "train", lambda row: f"/x/{row[0]}:{row[1] // 32:010d}ms")
        self.assertEqual((len(hashes), hashes), (40, sorted(hashes)))


if __name__ == "__main__":
    main()
