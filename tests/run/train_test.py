"""Training: what it leaves, that interruptions and the number of ranks change nothing, and what it says of bad input."""

import csv
import json
import re
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import h5py
import numpy as np

from support import (DONE, FAILED, SOURCE, STOPPED, USAGE, ProgramTest, birds, command, environment, main, run,
                     synthesize, wav, write)  # fmt: skip

RATE = 8000
SMALL = {"sample-rate": RATE, "frame": 128, "frame-hop": 64, "bottleneck": 8, "channels": 16, "dilations": 3, "repeats": 1,
         "window": "1s", "batch": 4, "validation-views": 4, "threads": 1, "device": "cpu", "learning-rate": 0.003,
         "validate-every": 0}  # fmt: skip
STEPS = 12
SCHEDULE = {"steps": STEPS, "validate-every": 4, "checkpoint-every": 4}


def flags(changes):
    """Of the small network, with changes."""
    return [f"--{name}={value}" for name, value in {**SMALL, **changes}.items()]


def metrics_of(output):
    with open(output / "metrics.csv", newline="", encoding="utf-8") as file:
        return [{name: float(cell) if cell else None for name, cell in row.items()} for row in csv.DictReader(file)]


class TrainTest(ProgramTest):
    @classmethod
    def setUpClass(cls):
        cls.common = Path(tempfile.mkdtemp(prefix="veery-run-"))
        cls.addClassCleanup(shutil.rmtree, cls.common)
        synthesize(cls.common / "archive", hours=0.1, recording="20s", seed=2)
        cls.data = cls.make_data("data", "--sample-rate", str(RATE))
        cls.whole = cls.common / "whole"
        run("train", cls.data, "-o", cls.whole, *flags(SCHEDULE)).check_returncode()

    @classmethod
    def make_data(cls, name, *options):
        output = cls.common / name
        run("process", cls.common / "archive", "-o", output, "--quiet", "--interval", "2s", "--peak-scope", "10s",
            "--split", "train=0.7,validation=0.3", *options).check_returncode()  # fmt: skip
        return output

    def train(self, *arguments, data=None, code=DONE, ranks=0, **changes):
        options = flags({name.replace("_", "-"): value for name, value in changes.items()})
        return self.veery("train", data or self.data, "-o", self.output, *options, *arguments, code=code, ranks=ranks)

    def train_whole(self, *arguments, **options):
        return self.train(*arguments, steps=STEPS, validate_every=4, checkpoint_every=4, **options)

    def start(self, rows, data=None, **changes):
        """A training under way, with so many rows in its table."""
        line = command("train", data or self.data, "-o", self.output, *flags({**SCHEDULE, **changes}))
        process = subprocess.Popen(line, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        table = self.output / "metrics.csv"
        while not table.exists() or len(table.read_text().splitlines()) <= rows:
            self.assertIsNone(process.poll(), "it ended before it could be interrupted")
            time.sleep(0.005)
        return process

    def expect_as_uninterrupted(self):
        last = f"checkpoints/step-{STEPS:09}"
        for name in ("metrics.csv", "best.h5", "model.h5", f"{last}/weights.h5", f"{last}/average.h5",
                     f"{last}/second_moments.h5", f"{last}/state.json"):  # fmt: skip
            self.assertEqual((self.output / name).read_bytes(), (self.whole / name).read_bytes(), name)

    # ── what it leaves ──

    def test_what_it_leaves(self):
        rows = metrics_of(self.whole)
        self.assertEqual([row["step"] for row in rows], list(range(1, STEPS + 1)))
        validated = [row for row in rows if row["validation_loss_db"] is not None]
        self.assertEqual([row["step"] for row in validated], [4, 8, 12])
        self.assertEqual(sorted(path.name for path in (self.whole / "checkpoints").iterdir()),
                         ["step-000000008", "step-000000012"])  # fmt: skip
        about = json.loads((self.whole / "run.json").read_text())
        self.assertEqual((about["kind"], about["steps"], about["exit_code"]), ("veery.training", STEPS, DONE))
        self.assertIn("waiting for data", about["summary"])
        self.assertEqual(len(list((self.whole / "events").glob("events.out.tfevents.*"))), 1)
        self.assertRegex(self.veery("status", self.whole).stdout, rf"^done at .*\n{STEPS} of {STEPS} steps, [\d.]+ views/s\n$")

    def test_its_model_separates(self):
        said = self.veery("model", "info", self.whole / "model.h5").stdout
        self.assertIn("training steps", said)
        self.add("a.wav", wav(birds(3, rate=RATE), rate=RATE))
        self.veery("separate", self.archive, "-o", self.output, "--model", self.whole / "model.h5", "--quiet")
        self.assertEqual(len(list(self.output.rglob("*_source?.flac"))), 4)

    def test_more_steps_continue_what_was_done(self):
        shutil.copytree(self.whole, self.output)
        said = self.train(steps=STEPS + 3, validate_every=4, checkpoint_every=4).stderr
        self.assertIn(f"continuing at step {STEPS}", said)
        self.assertEqual(len(metrics_of(self.output)), STEPS + 3)

    def test_recordings_as_they_are(self):
        for number in range(3):
            self.add(f"site/{number}.wav", wav(birds(4, rate=16_000, seed=number), rate=16_000))
        self.train(steps=2, data=self.archive)
        self.assertEqual(len(metrics_of(self.output)), 2)

    def test_known_sources_alone_and_beside_recordings(self):
        examples = self.folder / "examples"
        for split, seed in (("train", 1), ("validation", 2)):
            self.veery("synthesize", "-o", examples, "--sources", "--birds", "1..2", "--split", split, "--hours", "0.01",
                       "--recording", "2s", "--sample-rate", "16000", "--seed", str(seed))  # fmt: skip
        said = self.train(data=examples, steps=4, validate_every=2).stderr
        self.assertIn("18 examples with known sources to validate with", said)
        self.assertEqual([row["step"] for row in metrics_of(self.output) if row["validation_loss_db"] is not None], [2, 4])
        self.output = self.folder / "both"
        said = self.train(examples, steps=4, known_share=0.25).stderr
        self.assertIn("rows, 18 examples with known sources", said)
        self.assertIn("--known-share was 0.25 and is 0.5", self.train(examples, steps=5, code=USAGE).stderr)
        said = self.train(data=examples, outputs=2, code=USAGE).stderr
        self.assertIn("--outputs 3", said)

    def test_a_model_to_begin_with(self):
        self.train("--init", self.whole / "model.h5", steps=1, validate_every=1)
        first = metrics_of(self.output)[0]["validation_loss_db"]
        self.assertLess(first, metrics_of(self.whole)[3]["validation_loss_db"] + 1)

    def test_validation_is_of_two_recordings(self):
        self.add("one.wav", wav(birds(20, rate=RATE), rate=RATE))
        said = self.train("--validation", self.archive, steps=1, validate_every=1, code=USAGE).stderr
        self.assertIn("all rows to validate with are of one recording", said)
        self.add("two.wav", wav(birds(20, rate=RATE, seed=2), rate=RATE))
        said = self.train("--validation", self.archive, steps=1, validate_every=1, validation_views=50).stderr
        self.assertIn("50 pairs of 40 rows to validate with", said)

    def test_a_split_of_one_recording_validates_nothing(self):
        self.add("one.wav", wav(birds(60, rate=RATE), rate=RATE))
        data = self.folder / "one"
        self.veery("process", self.archive, "-o", data, "--quiet", "--sample-rate", str(RATE), "--slices", "fixed", "--interval", "2s",
                   "--split", "train=1")  # fmt: skip
        said = self.train("--validation-split", "train", data=data, steps=1, validate_every=1).stderr
        self.assertIn("nothing is validated: the split train has no two recordings", said)
        self.assertIsNone(metrics_of(self.output)[0]["validation_loss_db"])

    # ── interruptions ──

    def test_a_signal_stops_it_and_the_same_command_goes_on(self):
        process = self.start(rows=2)
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(timeout=60), STOPPED)
        self.assertFalse((self.output / "model.h5").exists())
        self.train_whole()
        self.expect_as_uninterrupted()

    def test_killed_anywhere_it_goes_on(self):
        for rows in (1, 5, 9):
            process = self.start(rows)
            process.send_signal(signal.SIGKILL)
            process.wait(timeout=60)
        self.train_whole()
        self.expect_as_uninterrupted()

    def test_the_walltime_stops_it(self):
        result = self.train_whole(walltime="1001ms", stop_before_end="1s", code=STOPPED)
        self.assertIn("run the same command again", result.stderr)
        self.train_whole()
        self.expect_as_uninterrupted()

    def test_restart_begins_anew(self):
        self.train(steps=2, seed=5, validate_every=4, checkpoint_every=4)
        self.assertIn("--seed was 5 and is 1", self.train_whole(code=USAGE).stderr)
        self.train_whole("--restart")
        self.expect_as_uninterrupted()

    # ── ranks ──

    def test_what_others_keep_in_the_folder_stays(self):
        mine = [write(self.output / name, b"mine") for name in ("checkpoints/mine.pt", "checkpoints/epoch-3/w.pt", "events/log.txt")]
        self.train(steps=2)
        self.train("--restart", steps=3)
        self.assertEqual([path.read_bytes() for path in mine], [b"mine"] * len(mine))

    def test_files_that_it_would_write_over_are_refused(self):
        model = write(self.output / "model.h5", b"mine")
        for more in ((), ("--restart",)):
            self.assertIn("model.h5", self.train(*more, steps=2, code=USAGE).stderr)
        self.assertEqual(model.read_bytes(), b"mine")

    def test_folders_of_other_commands_are_refused(self):
        said = self.veery("train", self.data, "-o", self.data, *flags({"steps": 2}), "--restart", code=USAGE).stderr
        self.assertIn("the output folder holds no training", said)
        said = self.veery("process", self.common / "archive", "-o", self.whole, "--restart", code=USAGE).stderr
        self.assertIn("the output folder holds a training", said)
        self.assertTrue((self.whole / "model.h5").exists())

    def test_ranks_make_the_same_curve(self):
        expected = metrics_of(self.whole)
        for ranks in (2, 4):
            self.output = self.folder / f"out-{ranks}"
            self.train_whole(ranks=ranks)
            found = metrics_of(self.output)
            for name in ("loss_db", "validation_loss_db", "validation_momi_db"):
                for row, other in zip(found, expected, strict=True):
                    self.assertAlmostEqual(row[name] or 0, other[name] or 0, delta=0.02, msg=f"{ranks} ranks: {row}")

    def test_a_batch_that_ranks_cannot_share(self):
        self.assertIn("--batch 4", self.train_whole(ranks=3, code=USAGE).stderr)

    # ── configurations that ship ──

    def test_train_toml_names_every_option_with_its_default(self):
        path = SOURCE / "configs" / "train.toml"
        said = run("train", "--help").stdout
        options = set(re.findall(r"^ +(?:-\w,)?--([a-z-]+)", said, re.MULTILINE))
        keys = set(re.findall(r"^([a-z-]+) *=", path.read_text(), re.MULTILINE))
        self.assertEqual(keys, options - {"help", "output", "deadline", "restart"})
        self.add("a.wav", wav(birds(12, rate=22_050), rate=22_050))
        few = ("--steps", "1", "--validate-every", "1000", "--batch", "1", "--window", "1s", "--device", "cpu", "--quiet")
        for name, words in (("with", ("--config", path)), ("without", ())):
            self.veery("train", self.archive, "-o", self.folder / name, *few, *words)
        self.assertEqual((self.folder / "with/options.json").read_bytes(),
                         (self.folder / "without/options.json").read_bytes())  # fmt: skip

    def test_the_large_network_takes_steps(self):
        self.add("a.wav", wav(birds(4, rate=22_050), rate=22_050))
        path = SOURCE / "configs" / "train_large.toml"
        self.veery("train", self.archive, "-o", self.output, "--config", path, "--steps", "2", "--batch", "1", "--window",
                   "300ms", "--device", "cpu", "--validate-every", "0", "--single-share", "0")  # fmt: skip
        said = self.veery("model", "info", self.output / "model.h5").stdout
        self.assertRegex(said, r"sources: 8")

    # ── what goes wrong ──

    def test_a_training_that_breaks_down_goes_back_once(self):
        result = self.train(steps=20, checkpoint_every=4, validate_every=1, learning_rate=1e38, code=FAILED)
        self.assertIn("going on from step 0 at half the rate\n", result.stderr)
        self.assertRegex(result.stderr, r"at half the rate too: give a lower --learning-rate")
        self.assertNotIn("the best so far", result.stderr)  # what it validated was not finite
        self.assertFalse((self.output / "best.h5").exists())

    def test_a_rise_of_the_loss_is_a_divergence(self):
        losses = [row["loss_db"] for row in metrics_of(self.whole)]
        smoothed = [losses[0]]
        for loss in losses[1:]:
            smoothed.append(0.95 * smoothed[-1] + 0.05 * loss)
        rises = [value - min(smoothed[: i + 1]) for i, value in enumerate(smoothed)]
        step = int(np.argmax(rises)) + 1
        self.assertGreater(rises[step - 1], 0)
        output = self.train(steps=STEPS, validate_every=1, checkpoint_every=4, max_rise=0.999 * rises[step - 1]).stderr
        self.assertIn(f"diverged at step {step} ", output)
        self.assertIn(f"going on from step {(step - 1) // 4 * 4} at half the rate", output)
        self.assertEqual([row["step"] for row in metrics_of(self.output)], list(range(1, STEPS + 1)))
        best = re.findall(r"step (\d+): validation (-?[\d.]+) dB, .*, the best so far", output)
        self.assertEqual(best, sorted(best, key=lambda found: -float(found[1])), "best.h5 survives the way back")
        state = json.loads((self.output / f"checkpoints/step-{STEPS:09}/state.json").read_text())
        said = self.veery("model", "info", self.output / "best.h5").stdout
        self.assertEqual(str(state["best_step"]), best[-1][0])
        self.assertRegex(said, rf"training steps: {best[-1][0]}\b")

    def test_no_data(self):
        self.assertIn("no recordings", self.train_whole(data=self.archive, code=USAGE).stderr)
        self.assertIn("fewer than a batch", self.train(batch=4000, code=USAGE).stderr)

    def test_shards_of_another_rate(self):
        other = self.make_data("other-rate", "--sample-rate", "16000")
        said = self.train_whole(data=other, code=USAGE).stderr
        self.assertIn("16000 Hz and the network has 8000", said)

    def test_rows_shorter_than_the_window(self):
        self.assertIn("--window", self.train(window="3s", code=USAGE).stderr)

    def test_a_split_that_is_not_there(self):
        self.assertIn("the split test", self.train(split="test", code=USAGE).stderr)

    def test_rows_that_are_not_finite_are_named(self):
        data = self.make_data("not-finite", "--sample-rate", str(RATE), "--audio-type", "float32")
        for shard in data.rglob("*-train-*-of-*.h5"):
            with h5py.File(shard, "r+") as file:
                file["audio"][...] = np.full(file["audio"].shape, np.nan, np.float32)
        said = self.train_whole(data=data, code=FAILED).stderr
        self.assertRegex(said, r"NaN or infinity: .*-train-.*\.h5, row \d+")

    def test_a_shard_that_vanishes_while_it_trains(self):
        data = self.folder / "data"
        shutil.copytree(self.data, data)
        process = self.start(rows=2, data=data, steps=2000)
        (shard,) = data.rglob("*-train-*-of-*.h5")
        shard.rename(self.folder / shard.name)
        _, said = process.communicate(timeout=60)
        self.assertEqual(process.returncode, FAILED)
        self.assertIn(shard.name, said)
        (self.folder / shard.name).rename(shard)
        self.assertIn("continuing at step", self.train(data=data, steps=2, validate_every=4, checkpoint_every=4).stderr)

    def test_a_checkpoint_of_another_network(self):
        self.train(steps=2)
        other = self.folder / "other"
        run("train", self.data, "-o", other, *flags({"bottleneck": 4, "steps": 3})).check_returncode()
        shutil.copytree(other / "checkpoints" / "step-000000003", self.output / "checkpoints" / "step-000000003")
        said = self.train(steps=4, code=FAILED).stderr
        self.assertIn("another network", said)

    def test_a_damaged_checkpoint_is_named(self):
        self.train(steps=2)
        write(self.output / "checkpoints" / "step-000000002" / "average.h5", b"nonsense")
        said = self.train(steps=4, code=FAILED).stderr
        self.assertIn("step-000000002/average.h5", said)


if __name__ == "__main__":
    main()
