"""Stems: of whole recordings as files, of slices in the shards, and slices around the stems' peaks."""

import json
import math
import shutil
import subprocess

import h5py
import numpy as np

from support import (DIFFERS, DONE_WITH_BAD, FAILED, PROGRAM, RATE, USAGE, ProgramTest, Results, birds, environment, main,
                     read_table, run, test_model, wav)  # fmt: skip

SHORT = ("--window", "3s", "--window-hop", "2s")


def decode(path):
    """A float or 16-bit WAV of ours: rate and samples."""
    data = path.read_bytes()
    at, rate, tag = 12, 0, 0
    while data[at : at + 4] != b"data":
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        if data[at : at + 4] == b"fmt ":
            rate = int.from_bytes(data[at + 12 : at + 16], "little")
            tag = int.from_bytes(data[at + 8 : at + 10], "little")
            if tag == 0xFFFE:  # WAVE_FORMAT_EXTENSIBLE says it further behind
                tag = int.from_bytes(data[at + 32 : at + 34], "little")
        at += 8 + size + size % 2
    size = int.from_bytes(data[at + 4 : at + 8], "little")
    samples = np.frombuffer(data, "<f4" if tag == 3 else "<i2", offset=at + 8, count=size // (4 if tag == 3 else 2))
    return rate, samples


class SeparateTest(ProgramTest):
    def model(self, kind="identity"):
        return test_model(self.folder, kind)

    def separate(self, *arguments, kind="identity", archive=None, code=0, **options):
        self.veery("separate", archive or self.archive, "-o", self.output, "--quiet", "--model", self.model(kind),
                   *SHORT, *arguments, code=code, **options)  # fmt: skip
        self.veery("verify", self.output)
        return read_table(self.output / "stems.csv") if (self.output / "stems.csv").exists() else []

    # ── files ──

    def test_stems_lie_in_a_mirrored_tree_and_are_as_long_as_the_source(self):
        self.add("site/a/20240601_060000.wav", wav(birds(10, 16_000), rate=16_000))
        self.add("b.wav", wav(birds(2.5, 44_100), rate=44_100))
        rows = self.separate("--stem-format", "wav", "--output-rate", "source")
        self.assertEqual([row["file"] for row in rows],
                         ["stems/b_source0.wav", "stems/b_source1.wav",
                          "stems/site/a/20240601_060000_source0.wav",
                          "stems/site/a/20240601_060000_source1.wav"])  # fmt: skip
        for row, (rate, count) in zip(rows, [(44_100, 110_250)] * 2 + [(16_000, 160_000)] * 2, strict=True):
            found_rate, samples = decode(self.output / row["file"])
            self.assertEqual((found_rate, samples.size), (rate, count))
            self.assertEqual((int(row["sample_rate_hz"]), int(row["samples"])), (rate, count))

    def test_an_identity_gives_the_recording_back(self):
        samples = birds(11.3, 16_000)
        self.add("a.wav", wav(samples, rate=16_000))
        self.separate("--stem-format", "wav")
        found = decode(self.output / "stems/a_source0.wav")[1]
        np.testing.assert_array_equal(found, (samples / 32768).astype("<f4"))
        self.assertFalse(decode(self.output / "stems/a_source1.wav")[1].any())

    def test_16_bit_flac_holds_the_same_samples(self):
        samples = birds(7, 16_000)
        self.add("a.wav", wav(samples, rate=16_000))
        self.separate()
        with self.subTest("read by veery itself"):
            self.veery("slice", self.output / "stems/a_source0.flac", "-o", self.folder / "back", "--slices", "fixed",
                       "--interval", "7s", "--hop", "7s", "--sample-rate", "16000", "--format", "wav", "--quiet")  # fmt: skip
            (clip,) = (self.folder / "back/slices").rglob("*.wav")
            np.testing.assert_array_equal(decode(clip)[1], samples)

    def test_hdf5_stems(self):
        samples = birds(5, 16_000)
        self.add("a.wav", wav(samples, rate=16_000))
        self.add("b.wav", wav(birds(4, 16_000, seed=3), rate=16_000))
        rows = self.separate("--stem-format", "hdf5", "--threads", "2")
        self.assertEqual({row["file"] for row in rows}, {"stems/a_sources.h5", "stems/b_sources.h5"})
        with h5py.File(self.output / "stems/a_sources.h5") as file:
            self.assertEqual(file.attrs["kind"].decode(), "veery.stems")
            np.testing.assert_array_equal(file["stems"][:, 0], (samples / 32768).astype("f4"))

    def test_one_gain_for_all_stems_of_a_recording(self):
        samples = birds(5, 16_000)
        self.add("a.wav", wav(samples, rate=16_000))
        rows = self.separate("--residual-limit", "-60", kind="loud")
        peak = 3 * np.abs(samples.astype(float)).max() / 32768
        gain = 2.0 ** -max(0, math.ceil(math.log2(peak)))
        self.assertEqual([float(row["gain"]) for row in rows], [gain, gain])
        self.assertAlmostEqual(float(rows[0]["peak"]), peak, places=4)
        self.assertEqual([row["loudness_rank"] for row in rows], ["0", "1"])
        self.assertAlmostEqual(float(rows[0]["rms_db"]) - float(rows[1]["rms_db"]), 20 * math.log10(1.5), places=1)

    def test_the_residual_is_measured_and_flagged(self):
        self.add("a.wav", wav(birds(9, 16_000), rate=16_000))
        row = self.separate(kind="lossy")[0]
        self.assertAlmostEqual(float(row["residual_db"]), 20 * math.log10(0.25), places=1)
        self.assertEqual(row["flagged"], "yes")
        self.assertEqual(Results(self.output).totals["flagged"], 1)

    def test_nothing_is_missing_with_mixture_consistency(self):
        self.add("a.wav", wav(birds(6, 16_000), rate=16_000))
        row = self.separate(kind="tdcn")[0]
        self.assertLess(float(row["residual_db"]), -90)
        self.assertEqual(row["flagged"], "no")

    def test_one_recording_by_its_path(self):
        path = self.add("site/one.wav", wav(birds(4, 16_000), rate=16_000))
        self.add("site/two.wav", wav(birds(4, 16_000), rate=16_000))
        rows = self.separate(archive=path)
        self.assertEqual({row["path"] for row in rows}, {"one.wav"})

    def test_seams_are_written_with_their_confidence(self):
        self.add("a.wav", wav(birds(10, 16_000), rate=16_000))
        row = self.separate()[0]
        seams = read_table(self.output / row["seams_file"])
        self.assertEqual(len(seams), int(row["seams"]))
        self.assertEqual(len(seams), 4)
        for seam in seams:
            self.assertEqual(sorted(seam["outputs"].split()), ["0", "1"])
            self.assertTrue(0.0 <= float(seam["confidence"]) <= 1.0)

    def test_a_model_with_one_output(self):
        self.add("a.wav", wav(birds(7, 16_000), rate=16_000))
        rows = self.separate(kind="one")
        self.assertEqual(len(rows), 1)

    def test_a_rate_below_the_models(self):
        self.add("a.wav", wav(birds(5, 8_000), rate=8_000))
        rows = self.separate("--output-rate", "source")
        self.assertEqual([(row["sample_rate_hz"], row["samples"]) for row in rows], [("8000", "40000")] * 2)

    def test_ten_milliseconds_and_silence(self):
        self.add("short.wav", wav(birds(0.01, 16_000), rate=16_000))
        self.add("silent.wav", wav(np.zeros(80_000, np.int16), rate=16_000))
        rows = self.separate(kind="tdcn")
        self.assertEqual([int(row["samples"]) for row in rows], [160, 160, 80_000, 80_000])
        self.assertEqual([row["rms_db"] for row in rows[2:]], ["", ""])

    def test_run_json_names_device_and_model(self):
        self.add("a.wav", wav(birds(4, 16_000), rate=16_000))
        self.separate(kind="tdcn")
        report = json.loads((self.output / "run.json").read_text())
        self.assertEqual(report["ranks"][0]["device"], "CPU")
        self.assertEqual(len(report["model"]["digest"]), 64)
        self.assertGreater(report["ranks"][0]["network_s"], 0)

    def test_start_and_end_say_how_it_goes(self):
        self.add("a.wav", wav(birds(4, 16_000), rate=16_000))
        said = self.veery("separate", self.archive, "-o", self.output, "--model", self.model(), *SHORT).stderr
        for words in ("separating on CPU", "2 sources at 16000 Hz", "batches of 1", "x real time", "busy"):
            self.assertIn(words, said)

    def test_another_rate_than_the_models_is_said_once(self):
        for number in range(3):
            self.add(f"{number}.wav", wav(birds(2, 22_050), rate=22_050))
        self.add("same.wav", wav(birds(2, 16_000), rate=16_000))
        said = self.veery("separate", self.archive, "-o", self.output, "--model", self.model(), *SHORT, ranks=2).stderr
        self.assertEqual(said.count("resampled"), 1)
        self.assertIn("3 of 4 recordings have another rate", said)

    def test_another_model_is_another_run(self):
        self.add("a.wav", wav(birds(4, 16_000), rate=16_000))
        self.separate()
        said = self.veery("separate", self.archive, "-o", self.output, "--model", self.model("one"), *SHORT, code=USAGE)
        self.assertIn("--model was", said.stderr)

    # ── what can go wrong ──

    def test_nan_in_the_recording_is_quarantined(self):
        samples = (birds(9, 16_000) / 32768).astype("<f4")
        samples[70_000:70_100] = np.nan
        payload = samples.tobytes()
        self.add("a.wav", wav(samples, rate=16_000, kind="float32", payload=payload))
        rows = self.separate("--stem-format", "wav", code=DONE_WITH_BAD)
        (lost,) = Results(self.output).quarantine
        self.assertEqual(lost["reason"], "not_finite")
        found = decode(self.output / rows[0]["file"])[1]
        self.assertEqual(found.size, samples.size)
        self.assertTrue(np.isfinite(found).all())

    def test_nan_from_the_model_is_quarantined(self):
        samples = birds(9, 16_000)
        samples[100_000] = 32_000
        self.add("bad.wav", wav(samples, rate=16_000))
        self.add("good.wav", wav(birds(9, 16_000), rate=16_000))
        rows = self.separate(kind="nan", code=DONE_WITH_BAD)
        self.assertEqual({row["path"] for row in rows}, {"good.wav"})
        (lost,) = Results(self.output).quarantine
        self.assertEqual((lost["path"], lost["reason"]), ("bad.wav", "not_separated"))
        self.assertFalse(list(self.output.rglob("bad*")))

    def test_what_is_no_audio_is_quarantined(self):
        self.add("a.wav", b"RIFF....nonsense")
        self.add("b.wav", wav(birds(4, 16_000), rate=16_000))
        rows = self.separate(code=DONE_WITH_BAD)
        self.assertEqual({row["path"] for row in rows}, {"b.wav"})

    def test_a_damaged_model_is_named_by_every_rank_at_once(self):
        self.add("a.wav", wav(birds(4, 16_000), rate=16_000))
        broken = self.folder / "broken.h5"
        shutil.copy(self.model("tdcn"), broken)
        with h5py.File(broken, "r+") as file:
            file["weights/mask.kernel"][0, 0] += 1e-6
        for ranks in (0, 2):
            said = self.veery("separate", self.archive, "-o", self.output, "--model", broken, code=FAILED, ranks=ranks)
            self.assertIn("broken.h5", said.stderr)
            self.assertEqual(said.stderr.count("broken.h5"), 1, said.stderr)

    def test_the_model_that_ships_is_taken(self):
        self.add("b.wav", wav(birds(5)))
        said = self.veery("separate", self.archive, "-o", self.output, "--device", "cpu")
        self.assertIn("default.h5", said.stderr + said.stdout)
        self.assertEqual(len(list(self.output.rglob("b_source*.flac"))), 4)

    def test_no_model_beside_the_program_is_a_usage_error(self):
        alone = shutil.copy(PROGRAM, self.folder / "veery")
        command = [alone, "separate", self.archive, "-o", self.output]
        said = subprocess.run(command, env=environment(), capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(said.returncode, USAGE, said.stderr)
        self.assertIn("--model", said.stderr)

    def test_a_gpu_that_is_not_there_is_named(self):
        if shutil.which("nvidia-smi"):
            self.skipTest("there may be a GPU")
        self.add("a.wav", wav(birds(4, 16_000), rate=16_000))
        said = self.veery("separate", self.archive, "-o", self.output, "--model", self.model(), "--device", "cuda", code=FAILED)
        self.assertIn("cuda", said.stderr.lower())

    def test_a_flipped_bit_in_a_stem_is_found(self):
        self.add("a.wav", wav(birds(4, 16_000), rate=16_000))
        rows = self.separate()
        path = self.output / rows[0]["file"]
        data = bytearray(path.read_bytes())
        data[-50] ^= 1
        path.write_bytes(data)
        said = self.veery("verify", self.output, code=DIFFERS)
        self.assertIn(rows[0]["file"], said.stdout)

    # ── in the shards ──

    def shard(self, results):
        (shard,) = self.output.glob("dataset/*/*/*-of-*.h5")
        return shard

    def test_slices_keep_mixture_and_stems(self):
        self.add("a.wav", wav(birds(60)))
        results = self.process("--separate", "slices", "--model", self.model(), "--interval", "4s")
        with h5py.File(self.shard(results)) as file:
            mixture, stems = file["audio"][:], file["stems"][:]
            self.assertEqual(stems.shape, (mixture.shape[0], 2, mixture.shape[1]))
            # The model works at 16 kHz: what it returns lacks the mixture's upper half, and nothing else.
            low = np.fft.rfft(mixture.astype(float), axis=1)
            low[:, int(0.45 * low.shape[1]) :] = 0
            found = np.fft.rfft(stems[:, 0].astype(float), axis=1)
            found[:, int(0.45 * found.shape[1]) :] = 0
            middle = slice(2000, -2000)
            np.testing.assert_allclose(np.fft.irfft(found, axis=1)[:, middle], np.fft.irfft(low, axis=1)[:, middle], atol=60)
            self.assertFalse(stems[:, 1].any())
            self.assertEqual(set(file["peak_source"][:]), {-1})
            self.assertEqual(len(file.attrs["model"].decode()), 64)

    def test_stems_too_loud_for_16_bits_have_a_gain(self):
        self.add("a.wav", wav(2 * birds(30)))
        results = self.process("--separate", "slices", "--model", self.model("loud"), "--interval", "4s")
        with h5py.File(self.shard(results)) as file:
            self.assertEqual(set(file["stem_gain"][:]), {0.5})
            self.assertLess(np.abs(file["stems"][:].astype(int)).max(), 32_768)

    def test_a_slice_that_gives_nan_is_left_out(self):
        samples = birds(30)
        loud = 18 * RATE
        samples[loud - 400 : loud + 400] = 32_000
        self.add("a.wav", wav(samples))
        results = self.process("--separate", "slices", "--model", self.model("nan"), "--interval", "4s",
                               "--slices", "fixed", "--hop", "4s", code=DONE_WITH_BAD)  # fmt: skip
        self.assertEqual([row["reason"] for row in results.quarantine], ["not_separated"])
        self.assertEqual(results.totals["slices"], 6)
        self.assertEqual(results.totals["slices_on_lost"], 1)

    def test_peaks_of_stems_name_their_stem(self):
        time = np.arange(40 * RATE) / RATE
        samples = 0.002 * np.random.default_rng(1).normal(size=time.size)
        for start, hz in ((5, 1500.0), (12, 5000.0), (20, 1500.0), (31, 5000.0)):
            burst = (time >= start) & (time < start + 0.3)
            samples[burst] += 0.4 * np.sin(2 * np.pi * hz * time[burst])
        self.add("a.wav", wav(np.round(samples * 32767).astype(np.int16)))
        results = self.process("--separate", "peaks-of-stems", "--model", self.model("bands"), "--interval", "2s",
                               "--peak-scope", "40s", "--peaks-per-scope", "2", "--window", "8s", "--window-hop", "6s")  # fmt: skip
        of = {}
        for row in results.slices:
            middle = (int(row["segment_start"]) + int(row["segment_end"])) / 2 / RATE
            of.setdefault(row["peak_source"], []).append(round(middle))
        times = sorted(sorted(times) for times in of.values() if len(times) == 2)
        self.assertIn([5, 20], times)
        self.assertIn([12, 31], times)
        with h5py.File(self.shard(results)) as file:
            self.assertEqual(file["stems"].shape[1], 3)

    def test_process_writes_stems_beside_slices(self):
        self.add("a.wav", wav(birds(20)))
        results = self.process("--separate", "recordings", "--model", self.model(), *SHORT)
        self.assertGreater(results.totals["slices"], 0)
        self.assertEqual(results.totals["separated"], 1)
        self.assertTrue((self.output / "stems/a_source1.flac").exists())

    def test_combinations_that_can_not_work(self):
        model = self.model()
        for arguments in (["--separate", "slices", "--model", model, "--shards", "none", "--clips", "flac"],
                          ["--separate", "peaks-of-stems", "--model", model, "--peak-scope", "recording"],
                          ["--separate", "peaks-of-stems", "--model", model, "--slices", "fixed"],
                          ["--separate", "peaks-of-stems", "--model", model, "--clips", "flac"],
                          ["--separate", "recordings", "--model", model, "--window", "2s", "--window-hop", "3s"],
                          ["--separate", "recordings", "--model", model, "--precision", "int8"],
                          ["--separate", "recordings", "--model", model, "--device", "tpu"],
                          ["--separate", "recordings", "--model", model, "--batch", "many"]):  # fmt: skip
            with self.subTest(arguments=arguments):
                self.veery("process", self.archive, "-o", self.output, *arguments, code=USAGE)
                self.assertFalse((self.output / "options.json").exists())

    def test_a_full_disk_is_named_and_leaves_nothing_behind(self):
        self.add("a.wav", wav(birds(500, 16_000), rate=16_000))  # 32 MB of float32
        result = run("separate", self.archive, "-o", self.output, "--model", self.model(), "--stem-format", "wav",
                     "--quiet", before=["bash", "-c", 'trap "" XFSZ; ulimit -f 20000; exec "$@"', "bash"])  # fmt: skip
        self.assertEqual(result.returncode, FAILED, result.stderr)
        self.assertIn("stems/.a_source", result.stderr)
        self.assertFalse([path for path in self.output.rglob("*") if path.name.endswith(".staged")])
        self.assertFalse(list(self.output.glob("stems/*.wav")))


if __name__ == "__main__":
    main()
