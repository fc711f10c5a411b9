"""A program for another processor, emulated, beside this machine's own (VEERY_NATIVE_PROGRAM): what both make of one archive
differs by what docs/decisions/0003 says and by no more."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import h5py
import numpy as np

from support import TIMEOUT_S, ProgramTest, Results, birds, environment, main, tree_digest, wav, write

NATIVE = os.environ["VEERY_NATIVE_PROGRAM"]
ROUNDED_ENERGY = 2e-6  # of itself
RESAMPLED_SHARE = 1e-3  # of int16 samples, by one step
STEM_DB = 80.0  # between the stem and what differs


def native(*arguments):
    subprocess.run([NATIVE, *map(str, arguments)], env=environment(), check=True, capture_output=True, timeout=TIMEOUT_S)


def energies(results):
    return np.array([float(row["peak_energy"]) for row in results.slices])


def without(rows, *names):
    return [{name: cell for name, cell in row.items() if name not in names} for row in rows]


def audio(results):
    """The samples of all slices, in the table's order."""
    return np.array([results.audio_of(row) for row in results.slices], int)


def stems(folder):
    return {path.relative_to(folder): h5py.File(path) for path in sorted(folder.rglob("*.h5"))}


class OtherProcessorTest(ProgramTest):
    @classmethod
    def setUpClass(cls):
        cls.common = Path(tempfile.mkdtemp(prefix="veery-run-"))
        cls.addClassCleanup(shutil.rmtree, cls.common)
        cls.soundscapes = cls.common / "soundscapes"
        native("synthesize", "-o", cls.soundscapes, "--hours", "0.04", "--recording", "36s")

    def both_process(self, archive, *options):
        """The results of both; those of the other processor on two ranks."""
        other = self.folder / "native"
        process = ("process", archive, "--unit-audio", "40s", "--quiet", *options)
        native(*process, "-o", other)
        self.veery(*process, "-o", self.output, ranks=2)
        return Results(other), Results(self.output)

    def test_soundscapes_are_the_same_bytes(self):
        self.veery("synthesize", "-o", self.output, "--hours", "0.04", "--recording", "36s")
        self.assertEqual(tree_digest(self.output), tree_digest(self.soundscapes))

    def test_peaks_differ_in_the_last_bits_of_their_energy(self):
        ours, theirs = self.both_process(self.soundscapes)
        self.assertGreater(len(ours.slices), 10)
        self.assertEqual(without(theirs.slices, "peak_energy"), without(ours.slices, "peak_energy"))
        np.testing.assert_allclose(energies(theirs), energies(ours), rtol=ROUNDED_ENERGY)
        for name in ("index.csv", "options.json", "quarantine.csv"):
            self.assertEqual((theirs.folder / name).read_bytes(), (ours.folder / name).read_bytes(), name)

    def test_resampled_audio_differs_by_rounding(self):
        write(self.archive / "rate.wav", wav(birds(30, 44_100), rate=44_100))
        ours, theirs = self.both_process(self.archive)
        self.assertEqual(without(theirs.slices, "peak_energy", "row_xxh3"), without(ours.slices, "peak_energy", "row_xxh3"))
        steps = np.abs(audio(theirs) - audio(ours))
        self.assertLessEqual(steps.max(), 1)
        self.assertLess(steps.mean(), RESAMPLED_SHARE)

    def test_perchs_resampler_rounds_alike(self):
        write(self.archive / "rate.wav", wav(birds(30, 44_100), rate=44_100))
        ours, theirs = self.both_process(self.archive, "--resampler", "perch", "--audio-type", "float32")
        self.assertEqual(without(theirs.slices, "peak_energy"), without(ours.slices, "peak_energy"))

    def test_fixed_slices_are_the_same_bytes(self):
        ours, theirs = self.both_process(self.soundscapes, "--slices", "fixed", "--clips", "flac", "--shards", "hdf5,tfrecord")
        self.assertEqual(tree_digest(theirs.folder), tree_digest(ours.folder))

    def test_each_verifies_what_the_other_made(self):
        ours, theirs = self.both_process(self.soundscapes)
        self.veery("verify", ours.folder)
        native("verify", theirs.folder)

    def test_stems_are_alike(self):
        write(self.archive / "birds.wav", wav(birds(6, 22_050), rate=22_050))
        separate = ("separate", self.archive, "--stem-format", "hdf5", "--quiet")
        native(*separate, "-o", self.folder / "native")
        self.veery(*separate, "-o", self.output)
        ours, theirs = stems(self.folder / "native"), stems(self.output)
        self.assertTrue(ours)
        self.assertEqual(ours.keys(), theirs.keys())
        for name, file in ours.items():
            expected, found = (np.asarray(h5["stems"], float) for h5 in (file, theirs[name]))
            noise = np.sum((found - expected) ** 2, axis=0)
            self.assertTrue(np.all(np.sum(expected**2, axis=0) > 10 ** (STEM_DB / 10) * noise), name)


if __name__ == "__main__":
    main()
