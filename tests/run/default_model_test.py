"""The model that ships: the figures of its card (docs/models/default.md), on examples and recordings it was not trained on."""

import csv
import json
import os
import shutil
import unittest

import numpy as np

from support import SHARED, SOURCE, ProgramTest, is_sanitized, main, run, wav, write

MODEL = SOURCE / "models/default.h5"
RATE = 22050
MOST_BYTES = 12_000_000
LEAST_MSI_DB = 8.0  # two birds and noise
LEAST_BIRD_DB = 8.0  # a bird's stem, of a bird and noise
LEAST_MOMI_DB = 5.0  # two recordings
LEAST_SPEED = 8.0  # times real time on two cores
EXAMPLES = ("--sources", "--birds", "0..2", "--hours", "0.1", "--recording", "5s", "--sample-rate", str(RATE),
            "--seed", "909")  # fmt: skip


class DefaultModelTest(ProgramTest):
    def scores(self, dataset, *options):
        self.veery("evaluate", MODEL, dataset, "--json", self.folder / "scores.json", "--device", "cpu", *options)
        return json.loads((self.folder / "scores.json").read_text())["scores"]

    def groups(self, scores):
        return {group["sources"]: group for group in scores["groups"]}

    def test_it_is_small(self):
        self.assertLessEqual(MODEL.stat().st_size, MOST_BYTES)

    def test_birds_come_apart_from_noise_and_from_each_other(self):
        examples = self.folder / "examples"
        self.veery("synthesize", "-o", examples, *EXAMPLES)
        scores = self.scores(examples)
        model, gate = self.groups(scores["model"]), self.groups(scores["spectral_gating"])
        print(f"MSi of 2 birds and noise {model[3]['si_snr_improvement_db']['mean']:.1f} dB, "
              f"a bird's stem {model[2]['foreground_improvement_db']['mean']:.1f} dB")  # fmt: skip
        self.assertGreaterEqual(model[3]["examples"], 15)
        self.assertGreaterEqual(model[3]["si_snr_improvement_db"]["mean"], LEAST_MSI_DB)
        self.assertGreaterEqual(model[2]["foreground_improvement_db"]["mean"], LEAST_BIRD_DB)
        self.assertGreater(model[1]["si_snr_db"]["mean"], gate[1]["si_snr_db"]["mean"])
        for sources in (2, 3):
            for score in ("si_snr_improvement_db", "foreground_improvement_db"):
                self.assertGreater(model[sources][score]["mean"], gate[sources][score]["mean"], (sources, score))
        self.assertGreater(scores["model"]["momi_db"]["mean"], scores["spectral_gating"]["momi_db"]["mean"])

    def test_two_recordings_come_apart(self):
        if not SHARED.is_dir() and not os.environ.get("CI"):
            raise unittest.SkipTest("the recordings stand in ../shared")
        with open(SOURCE / "models/default_recordings.csv", newline="", encoding="utf-8") as table:
            held_out = [row["file"] for row in csv.DictReader(table) if row["split"] == "held out"]
        for name in held_out:
            shutil.copy(SHARED / "audio" / name, self.archive)
        self.veery("process", self.archive, "-o", self.output, "--sample-rate", str(RATE), "--split", "validation=1")
        scores = self.scores(self.output, "--split", "validation", "--window", "5s", "--examples", "100")
        momi, of_gate = scores["model"]["momi_db"], scores["spectral_gating"]["momi_db"]
        print(f"MoMi of {momi['values']} pairs {momi['mean']:.1f} dB")
        self.assertEqual(momi["values"], 100)
        self.assertGreaterEqual(momi["mean"], LEAST_MOMI_DB)
        self.assertGreater(momi["mean"], of_gate["mean"])

    def test_silence_stays_silent_and_speed(self):
        noise = np.random.default_rng(1).normal(0, 1000, 120 * RATE).astype(np.int16)
        write(self.archive / "noise.wav", wav(noise, RATE))
        write(self.archive / "silence.wav", wav(np.zeros(20 * RATE, np.int16), RATE))
        self.veery("separate", self.archive, "-o", self.output, "--stem-format", "wav", "--threads", "2", "--device", "cpu")
        stems = sorted(self.output.rglob("silence_source*.wav"))
        self.assertEqual(len(stems), 4)
        for stem in stems:
            self.assertFalse(any(stem.read_bytes()[-20 * RATE * 4 :]), stem)
        (rank,) = json.loads((self.output / "run.json").read_text())["ranks"]
        speed = rank["audio_s"] / rank["wall_s"]
        print(f"{speed:.0f} times real time on two threads")
        if not is_sanitized():
            self.assertGreaterEqual(speed, LEAST_SPEED)


if __name__ == "__main__":
    main()
