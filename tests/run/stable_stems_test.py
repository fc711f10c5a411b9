"""Ten minutes of two birds that pause and overlap, through a model that shuffles its outputs in every window."""

import numpy as np

from separate_test import decode
from support import ProgramTest, main, read_table, test_model, wav

RATE = 16_000
MINUTES = 10


def song(start_hz, phrases):
    """Short FM phrases at the given times."""
    samples = np.zeros(MINUTES * 60 * RATE)
    time = np.arange(round(0.4 * RATE)) / RATE
    phrase = np.sin(np.pi * time / 0.4) ** 2 * np.sin(2 * np.pi * (start_hz * time + 400 * time**2))
    for second in phrases:
        at = round(second * RATE)
        samples[at : at + phrase.size] += 0.2 * phrase
    return samples


def bouts(random, longest_pause):
    """Times of phrases: bouts of singing with pauses of up to so many seconds between them."""
    times, now = [], 1.0
    while now < MINUTES * 60 - 10:
        for _ in range(random.integers(3, 12)):
            times.append(now)
            now += random.uniform(0.5, 1.2)
        now += random.uniform(1.0, longest_pause)
    return [time for time in times if time < MINUTES * 60 - 2]


class StableStemsTest(ProgramTest):
    def setUp(self):
        super().setUp()
        random = np.random.default_rng(5)
        self.low = bouts(random, 45.0)
        self.high = bouts(random, 35.0)
        hiss = 2e-4 * random.normal(size=MINUTES * 60 * RATE)
        mixture = song(1500.0, self.low) + song(4500.0, self.high) + hiss
        self.add("birds.wav", wav(np.round(mixture * 32767).astype(np.int16), rate=RATE))

    def stems_of_phrases(self, stems, phrases, low):
        """The stem that holds most of the band's energy while a phrase is sung, for each phrase."""
        loudest = []
        for second in phrases:
            at = round(second * RATE)
            spectra = np.abs(np.fft.rfft(stems[:, at : at + round(0.4 * RATE)], axis=1)) ** 2
            edge = round(3000 * 0.4)
            energy = spectra[:, :edge].sum(axis=1) if low else spectra[:, edge:].sum(axis=1)
            self.assertGreater(energy.max(), 0.99 * energy.sum(), f"the phrase at {second:.1f} s is in two stems")
            loudest.append(int(energy.argmax()))
        return set(loudest)

    def test_each_bird_stays_in_its_stem(self):
        self.veery("separate", self.archive, "-o", self.output, "--quiet", "--stem-format", "wav",
                   "--model", test_model(self.folder, "bands"))  # fmt: skip
        rows = read_table(self.output / "stems.csv")
        stems = np.stack([decode(self.output / row["file"])[1] for row in rows])
        low = self.stems_of_phrases(stems, self.low, low=True)
        high = self.stems_of_phrases(stems, self.high, low=False)
        self.assertEqual((len(low), len(high)), (1, 1))
        self.assertNotEqual(low, high)
        with self.subTest("the model did shuffle"):
            orders = {seam["outputs"] for seam in read_table(self.output / rows[0]["seams_file"])}
            self.assertGreater(len(orders), 3)


if __name__ == "__main__":
    main()
