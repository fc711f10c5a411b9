"""Recordings of every sample type, rate, channel count and length go through, and their samples arrive exactly."""

import numpy as np
from support import DONE, RATE, USAGE, ProgramTest, birds, main, wav

WINDOWS = ("--slices", "fixed", "--interval", "1s", "--hop", "1s")


class OddRecordingTest(ProgramTest):
    def expect_samples(self, samples, *arguments, path="odd.wav", tolerance=0):
        """Windows of one second hold the samples at the dataset's rate."""
        results = self.process(*WINDOWS, *arguments)
        rows = results.slices_of(path)
        self.assertEqual(len(rows), len(samples) // RATE)
        for row in rows:
            start = int(row["segment_start"])
            difference = results.audio_of(row).astype(int) - samples[start : start + RATE]
            self.assertLessEqual(np.abs(difference).max(), tolerance, row)
        return results

    def test_8_bit(self):
        samples = birds(5, seed=3) // 256 * 256
        self.add("odd.wav", wav(samples, kind="uint8"))
        self.expect_samples(samples)

    def test_16_bit(self):
        self.add("odd.wav", wav(birds(5)))
        self.expect_samples(birds(5))

    def test_24_bit(self):
        self.add("odd.wav", wav(birds(5), kind="int24"))
        self.expect_samples(birds(5))

    def test_32_bit(self):
        self.add("odd.wav", wav(birds(5), kind="int32"))
        self.expect_samples(birds(5))

    def test_float32(self):
        self.add("odd.wav", wav(birds(5), kind="float32"))
        self.expect_samples(birds(5))

    def test_float64(self):
        self.add("odd.wav", wav(birds(5), kind="float64"))
        self.expect_samples(birds(5))

    def test_float_beyond_full_scale(self):
        """Clipped in the int16 shard, never wrapped round."""
        loud = (birds(3) / 32768 * 4).astype("<f4")
        self.add("odd.wav", wav(loud, kind="float32", payload=loud.tobytes()))
        self.expect_samples(np.clip(np.round(loud * 32768.0), -32768, 32767).astype(int), tolerance=1)

    def six_channels(self):
        channels = np.stack([birds(4, seed=seed) // 2 for seed in range(6)], axis=1)
        self.add("odd.wav", wav(channels))
        return channels.astype(int)

    def test_6_channels_are_averaged(self):
        self.expect_samples(np.round(self.six_channels().mean(axis=1)).astype(int), tolerance=1)

    def test_one_of_6_channels(self):
        self.expect_samples(self.six_channels()[:, 2], "--channels", "3")

    def test_first_of_6_channels(self):
        self.expect_samples(self.six_channels()[:, 0], "--channels", "first")

    def test_channel_that_is_not_there(self):
        self.six_channels()
        results = self.process("--channels", "7", code=3)
        self.assertEqual([row["reason"] for row in results.quarantine], ["no_such_channel"])

    def test_channel_0_is_no_channel(self):
        self.six_channels()
        result = self.veery("process", self.archive, "-o", self.output, "--channels", "0", code=USAGE)
        self.assertIn("--channels", result.stderr)

    def expect_resampled(self, rate):
        """A tone keeps its frequency and place, and source positions are exact."""
        time = np.arange(4 * rate) / rate
        tone = np.round(8000 * np.sin(2 * np.pi * 1000 * time)).astype(np.int16)
        self.add("odd.wav", wav(tone, rate=rate))
        results = self.process(*WINDOWS)
        rows = results.slices_of("odd.wav")
        self.assertEqual([int(row["source_start_sample"]) for row in rows], [0, rate, 2 * rate, 3 * rate])
        expected = 8000 * np.sin(2 * np.pi * 1000 * np.arange(RATE) / RATE)
        self.assertLess(np.abs(results.audio_of(rows[1]) - expected).max(), 20)

    def test_8_khz(self):
        self.expect_resampled(8_000)

    def test_250_khz(self):
        self.expect_resampled(250_000)

    def test_44100_hz(self):
        self.expect_resampled(44_100)

    def test_30_ms(self):
        """Shorter than a slice: repeated to its length, as Perch does."""
        self.add("odd.wav", wav(birds(0.33)[round(0.1 * RATE) : round(0.13 * RATE)]))
        results = self.process()
        self.assertEqual(int(results.index["odd.wav"]["frames"]), round(0.03 * RATE))
        self.assertLessEqual(len(results.slices), 1)
        for row in results.slices:
            self.assertEqual((int(row["segment_start"]), int(row["segment_end"])), (0, round(0.03 * RATE)))

    def test_one_sample(self):
        self.add("odd.wav", wav(np.array([1000], np.int16)))
        self.process()

    def test_30_ms_in_fixed_windows(self):
        self.add("odd.wav", wav(birds(0.03)))
        self.assertEqual(self.process(*WINDOWS).slices, [])

    def test_30_ms_padded(self):
        self.add("odd.wav", wav(birds(0.03)))
        results = self.process(*WINDOWS, "--tail", "pad")
        (row,) = results.slices
        expected = np.concatenate([birds(0.03), np.zeros(RATE - 960, np.int16)])
        self.assertTrue(np.array_equal(results.audio_of(row), expected))

    def test_digital_silence(self):
        self.add("odd.wav", wav(np.zeros(20 * RATE, np.int16)))
        results = self.process(code=DONE)
        self.assertEqual((results.slices, results.quarantine), ([], []))
        self.assertEqual(results.totals["coverage"]["frames_read"], 20 * RATE)


if __name__ == "__main__":
    main()
