"""`synthesize --sources`, and `evaluate` on each kind of dataset."""

import json
import shutil
import tempfile
from pathlib import Path

import numpy as np

from support import DONE_WITH_BAD, USAGE, ProgramTest, birds, main, run, synthesize, test_model, tree_digest, wav, write

MAKE = ("--sources", "--hours", "0.01", "--recording", "3s", "--sample-rate", "16000", "--seed", "4")


def samples_of(path):
    """Of a WAV of 16 bits as the program writes them: its header has 44 bytes, or a few chunks more."""
    data = path.read_bytes()
    at = data.index(b"data") + 8
    return np.frombuffer(data[at:], "<i2")


class EvaluateTest(ProgramTest):
    @classmethod
    def setUpClass(cls):
        cls.common = Path(tempfile.mkdtemp(prefix="veery-run-"))
        cls.addClassCleanup(shutil.rmtree, cls.common)
        cls.examples = cls.common / "examples"
        run("synthesize", "-o", cls.examples, *MAKE).check_returncode()
        cls.model = test_model(cls.common, "identity")

    def evaluate(self, dataset, *arguments, **options):
        words = ("--model-rate", "16000", "--device", "cpu", "--threads", "1")
        return self.veery("evaluate", self.model, dataset, *words, *arguments, **options)

    def lines(self):
        return [line.split("\t") for line in (self.examples / "eval_example_list.txt").read_text().splitlines()]

    # ── examples with known sources ──

    def test_mixtures_are_the_sums_of_their_sources(self):
        self.assertEqual(len(self.lines()), 12)
        for mixture, *sources in self.lines():
            total = sum(samples_of(self.examples / source).astype(int) for source in sources)
            self.assertTrue(np.array_equal(total, samples_of(self.examples / mixture)), mixture)
            self.assertLess(np.abs(total).max(), 32767)
            for bird in sources[1:]:
                self.assertGreater(np.abs(samples_of(self.examples / bird).astype(int)).max(), 10, bird)

    def test_as_many_birds_as_are_asked_for(self):
        numbers = {len(line) - 2 for line in self.lines()}
        self.assertLessEqual(numbers, {0, 1, 2, 3})
        self.assertGreater(len(numbers), 2)
        self.veery("synthesize", "-o", self.output, *MAKE, "--birds", "2..2", "--split", "train")
        for line in (self.output / "train_example_list.txt").read_text().splitlines():
            self.assertEqual(len(line.split("\t")), 4)

    def test_the_same_bytes_on_any_number_of_threads(self):
        self.veery("synthesize", "-o", self.output, *MAKE, "--threads", "3")
        self.assertEqual(tree_digest(self.output), tree_digest(self.examples))

    def test_birds_without_sources(self):
        said = self.veery("synthesize", "-o", self.output, "--birds", "1..2", code=USAGE).stderr
        self.assertIn("--sources", said)

    # ── evaluation ──

    def test_known_sources(self):
        said = self.evaluate(self.examples, "--json", self.output / "e.json").stdout
        for word in ("1S", "MSi", "MoMi", "spectral gating", "foreground"):
            self.assertIn(word, said)
        found = json.loads((self.output / "e.json").read_text())
        self.assertEqual(found["kind"], "veery.evaluation")
        model, gate = found["scores"]["model"], found["scores"]["spectral_gating"]
        self.assertEqual(sum(group["examples"] for group in model["groups"][:-1]), 12)
        self.assertEqual(model["momi_db"]["values"], 6)
        for group in model["groups"][:-1]:
            if group["sources"] > 1:  # the mixture itself wins nothing
                self.assertAlmostEqual(group["si_snr_improvement_db"]["mean"], 0, delta=0.01)
        pooled = [group for group in gate["groups"] if group["sources"] == "2 and more"][0]
        self.assertGreater(pooled["foreground_improvement_db"]["mean"], 0)

    def test_the_same_numbers_on_any_number_of_ranks(self):
        self.evaluate(self.examples, "--json", self.folder / "1.json")
        self.evaluate(self.examples, "--json", self.folder / "3.json", ranks=3)
        self.assertEqual((self.folder / "1.json").read_bytes(), (self.folder / "3.json").read_bytes())

    def test_shards_and_recordings(self):
        synthesize(self.archive, hours=0.02, recording="12s", seed=2)
        words = ("--sample-rate", "16000", "--interval", "3s", "--peak-scope", "12s", "--split", "validation=1")
        self.veery("process", self.archive, "-o", self.output, "--quiet", *words)
        for dataset in (self.output, self.archive):
            for pairs in (3, 90):  # fewer than there are, and so many that rows meet again
                said = self.evaluate(dataset, "--window", "2s", "--examples", str(pairs)).stdout
                self.assertRegex(said, rf"MoMi: two recordings +{pairs} ")
                self.assertNotIn("MSi", said)

    def test_examples_of_another_rate_are_resampled(self):
        self.veery("synthesize", "-o", self.output, "--sources", "--hours", "0.002", "--recording", "2s", "--sample-rate",
                   "32000")  # fmt: skip
        self.assertIn("32000 Hz are resampled to the model's 16000 Hz", self.evaluate(self.output).stderr)

    def test_an_example_that_cannot_be_read_is_named(self):
        shutil.copytree(self.examples, self.output)
        gone, other_rate = self.lines()[3][1], self.lines()[4][1]
        (self.output / gone).unlink()
        write(self.output / other_rate, wav(birds(3, rate=8000), rate=8000))
        said = self.evaluate(self.output, code=DONE_WITH_BAD).stdout
        for name in (gone, other_rate):
            self.assertIn(f"{name}", said)
        self.assertIn("not measured", said)

    def test_a_name_that_is_no_utf8_is_named_too(self):
        shutil.copytree(self.examples, self.output)
        examples = self.output / "eval_example_list.txt"
        name = self.lines()[3][1].encode()
        examples.write_bytes(examples.read_bytes().replace(name, name[: -len(".wav")] + b"\xff.wav"))
        said = self.evaluate(self.output, code=DONE_WITH_BAD).stdout
        self.assertRegex(said, "not measured: .*\N{REPLACEMENT CHARACTER}.wav")

    def test_what_is_no_dataset(self):
        self.assertIn("no recordings", self.evaluate(self.archive, code=USAGE).stderr)
        said = self.evaluate(self.examples, "--split", "train", code=USAGE).stderr
        self.assertIn("there are: eval", said)


if __name__ == "__main__":
    main()
