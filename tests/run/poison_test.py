"""Recordings that kill the process that reads them, or never end, are left out; the others lose nothing."""

import os
import subprocess
import time
import unittest

from support import (DONE, DONE_WITH_BAD, FAILED, STOPPED, ProgramTest, Results, birds, command, environment, main,
                     read_table, run, tree_digest, wav)  # fmt: skip

FAULTS = os.environ.get("VEERY_FAULTS_LIBRARY", "")
OPTIONS = ("--unit-audio", "10s", "--threads", "1", "--quiet")


@unittest.skipUnless(FAULTS, "needs the fault layer")
class PoisonTest(ProgramTest):
    def setUp(self):
        super().setUp()
        for number in range(8):
            self.add(f"{number}.wav", wav(birds(10, seed=number)))

    def attempt(self, action, *arguments, ranks=2, name="5.wav"):
        """One run in which that recording does `action` to the process that reads it."""
        env = {"LD_PRELOAD": FAULTS, "FAULT_PATH": str(self.archive), "FAULT_RECORDING": f"{action}:{name}"}
        return run("process", self.archive, "-o", self.output, *OPTIONS, *arguments, ranks=ranks, env=env)

    def until_done(self, action, *arguments, tries=4, **options):
        """Like a job script: again until the run is done; the number of runs."""
        for number in range(1, tries + 1):
            result = self.attempt(action, *arguments, **options)
            if result.returncode in (DONE, DONE_WITH_BAD):
                return number
        self.fail(f"not done after {tries} runs: {result.returncode}\n{result.stderr[-3000:]}")

    def expect_left_out(self, detail, name="5.wav"):
        results = Results(self.output)
        (row,) = results.quarantine
        self.assertEqual((row["path"], row["reason"]), (name, "ends_process"))
        self.assertIn(detail, row["detail"])
        self.assertEqual({row["filename"] for row in results.slices}, {f"{n}.wav" for n in range(8)} - {name})
        self.assertTrue(results.totals["coverage"]["all_accounted_for"])
        self.assertEqual([row["path"] for row in read_table(self.output / "accused.csv")], [name])
        self.assertFalse((self.output / "started").exists())
        self.veery("verify", self.output)

    def test_a_crash(self):
        self.assertEqual(self.until_done("crash"), 2)
        self.expect_left_out("SIGSEGV")

    def test_an_abort_without_a_launcher(self):
        self.assertEqual(self.until_done("abort", ranks=0), 2)
        self.expect_left_out("SIGABRT")

    def test_memory(self):
        """The kernel kills what takes too much."""
        self.assertEqual(self.until_done("kill"), 2)
        self.expect_left_out("SIGKILL")

    def test_no_end(self):
        first = self.attempt("hang", "--recording-timeout", "3s", "--grace", "1s")
        self.assertEqual(first.returncode, STOPPED, first.stderr)
        self.assertIn("5.wav has no result after 3.0s (rank", first.stderr)
        self.assertEqual(self.until_done("hang", "--recording-timeout", "3s"), 1)
        self.expect_left_out("no result within 3.0s")

    def test_a_failure_is_said_although_a_recording_has_no_end(self):
        self.add("5.wav", wav(birds(15, seed=5)))  # the longest is begun first
        env = {"LD_PRELOAD": FAULTS, "FAULT_PATH": str(self.output / "units"), "FAULT_KINDS": "enospc", "FAULT_RATE": "1",
               "FAULT_RECORDING": "hang:5.wav"}  # fmt: skip
        options = ("--unit-audio", "10s", "--threads", "2", "--quiet")
        begin = time.monotonic()
        result = run("process", self.archive, "-o", self.output, *options, env=env)
        self.assertEqual(result.returncode, FAILED, result.stderr)
        self.assertLess(time.monotonic() - begin, 60)
        self.assertIn("No space left on device", result.stderr)
        self.assertIn("with exit code 1", self.veery("status", self.output).stdout)

    def test_innocent_recordings_stay(self):
        """A process that was killed from outside accuses what it had in work; the next run clears it."""
        self.assertEqual(self.until_done("kill"), 2)
        with_one_less = tree_digest(self.output)
        undisturbed = self.folder / "undisturbed"
        (self.archive / "5.wav").rename(self.folder / "5.wav")
        self.veery("process", self.archive, "-o", undisturbed, *OPTIONS, ranks=2)
        slices = "slices.csv"
        rows = [row["filename"] for row in read_table(undisturbed / slices)]
        self.assertEqual([row["filename"] for row in read_table(self.output / slices)], rows)
        self.assertGreater(len(with_one_less), 8)

    def in_work(self):
        """Recordings that the marks of rank 0 name."""
        try:
            data = (self.output / "started" / "0.marks").read_bytes()
        except FileNotFoundError:
            return 0
        places = [data[at:at + 40] for at in range(8192, len(data), 8192)]
        return sum(place.startswith(b"s") and b"/header/" not in place for place in places)

    def test_what_two_processes_died_over_is_read_alone(self):
        """So that the death of a whole process is not one more for all that its threads had in work."""
        self.output.mkdir()
        table = "".join(f"{number}.wav,2\n" for number in range(8))
        (self.output / "accused.csv").write_text("path,processes_died\n" + table)
        words = ("process", self.archive, "-o", self.output, "--unit-audio", "80s", "--threads", "4", "--quiet")
        slow = {"LD_PRELOAD": FAULTS, "FAULT_PATH": str(self.archive), "FAULT_RECORDING": "slow:.wav"}
        process = subprocess.Popen(command(*words), env=environment(**slow))
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        most = 0
        while process.poll() is None:
            most = max(most, self.in_work())
            time.sleep(0.01)
        self.assertEqual((process.returncode, most), (DONE, 1))
        self.assertEqual(Results(self.output).quarantine, [])
        self.assertFalse((self.output / "accused.csv").exists())

    def test_a_finished_run_is_not_tried_again(self):
        self.until_done("crash")
        before = tree_digest(self.output)
        self.assertEqual(self.until_done("crash"), 1)
        self.assertEqual(tree_digest(self.output), before)

    def test_a_hung_rank_ends_the_job(self):
        """Not one thread of it hangs, but all of it."""
        result = self.attempt("stop", "--rank-timeout", "3s", ranks=3)
        self.assertEqual(result.returncode, STOPPED, result.stderr)
        self.assertIn("no sign of life for 3.0s (--rank-timeout)", result.stderr)
        self.assertIn("5.wav", result.stderr)
        said = self.veery("status", self.output).stdout
        self.assertIn("with exit code 75", said)
        self.assertIn("5.wav", said)


if __name__ == "__main__":
    main()
