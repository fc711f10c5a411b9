"""Memory stays within its bound whatever the length of a recording."""

import os

from support import RATE, ProgramTest, birds, command, environment, main, wav

BOUND_MB = 400 + 150  # the program, and one worker
# Whether glibc gives a freed block of 19 MB (300 s of log-mel) back depends on what it freed before: here it always does,
# so that what is counted is what the program holds.
MALLOC = "glibc.malloc.mmap_threshold=16777216:glibc.malloc.trim_threshold=67108864"
BLOCK_S = 60


class MemoryTest(ProgramTest):
    def add_long(self, name, hours, rate):
        """Repeats a minute of birds; only the header knows how long it is."""
        block = birds(BLOCK_S, rate).tobytes()
        count = hours * 3600 // BLOCK_S
        with open(self.archive / name, "wb") as file:
            file.write(wav(birds(0), rate=rate, data_bytes=len(block) * count))
            for _ in range(count):
                file.write(block)

    def run_peak_mb(self, output, *arguments):
        """The kernel counts this process's own peak too, up to the exec: it must stay small itself."""
        line = command("process", self.archive, "-o", output, "--threads", "1", "--quiet", *arguments)
        pid = os.posix_spawnp(line[0], line, environment(GLIBC_TUNABLES=MALLOC))
        _, status, usage = os.wait4(pid, 0)
        self.assertEqual(os.waitstatus_to_exitcode(status), 0)
        return usage.ru_maxrss / 1024

    def peak_mb(self, hours, rate, *arguments):
        for old in self.archive.iterdir():
            old.unlink()
        self.add_long("long.wav", hours, rate)
        output = self.folder / f"out-{hours}"
        peak = self.run_peak_mb(output, *arguments)
        self.assertGreater((output / "slices.csv").stat().st_size, 1000)
        return peak

    def expect_flat(self, rate, *arguments, hours=3):
        short, long = self.peak_mb(1, rate, *arguments), self.peak_mb(hours, rate, *arguments)
        print(f"\n{rate} Hz {arguments}: {short:.0f} MB for 1 h, {long:.0f} MB for {hours} h")
        self.assertLess(long, BOUND_MB)
        self.assertLess(long - short, 20)

    def test_16_khz(self):
        self.expect_flat(16_000)

    def test_32_khz(self):
        self.expect_flat(32_000, hours=10)

    def test_fixed_windows(self):
        self.expect_flat(16_000, "--slices", "fixed", "--hop", "30s")

    def test_a_thousand_channels(self):
        frames, frame_bytes = 3 * RATE, 2 * 1000
        self.add("wide.wav", wav(birds(0), channels=1000, data_bytes=frames * frame_bytes))
        os.truncate(self.archive / "wide.wav", 44 + frames * frame_bytes)
        self.assertLess(self.run_peak_mb(self.output, "--slices", "fixed", "--interval", "1s"), 200)

    def test_perch_resampler(self):
        self.expect_flat(8_000, "--resampler", "perch")


if __name__ == "__main__":
    main()
