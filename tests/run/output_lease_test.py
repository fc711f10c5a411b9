"""Two runs never share an output folder."""

import json
import os
import signal
import subprocess
import time
import unittest

from support import DONE, FAILED, STOPPED, ProgramTest, birds, command, environment, main, run, wav

FAULTS = os.environ.get("VEERY_FAULTS_LIBRARY", "")
OPTIONS = ("--unit-audio", "10s", "--threads", "1", "--grace", "1s")
RECORDINGS = 40


@unittest.skipUnless(FAULTS, "needs the fault layer")
class OutputLeaseTest(ProgramTest):
    def setUp(self):
        super().setUp()
        for number in range(RECORDINGS):
            self.add(f"{number}.wav", wav(birds(10, seed=number)))
        self.lease = self.output / "lease.json"

    def start(self, ranks):
        """A run that reads its recordings slowly enough to be met at work."""
        line = command("process", self.archive, "-o", self.output, *OPTIONS, ranks=ranks)
        slow = {"LD_PRELOAD": FAULTS, "FAULT_PATH": str(self.archive), "FAULT_RECORDING": "slow:.wav"}
        process = subprocess.Popen(line, env=environment(**slow), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        deadline = time.monotonic() + 60
        while not list(self.output.glob("units/*.json")) and time.monotonic() < deadline:
            time.sleep(0.01)
        self.assertIsNone(process.poll())
        return process

    def attempt(self, *arguments):
        return run("process", self.archive, "-o", self.output, *OPTIONS, "--quiet", *arguments)

    def test_the_second_is_refused(self):
        first = self.start(ranks=2)
        second = self.attempt()
        self.assertIsNone(first.poll(), "the first run should still be at work")
        holder = json.loads(self.lease.read_text())
        self.assertEqual(second.returncode, FAILED, second.stderr)
        self.assertIn("another run is at work in this output folder", second.stderr)
        self.assertIn(f"pid {holder['pid']} on host {holder['host']}", second.stderr)
        said = run("status", self.output).stdout
        self.assertIn(f"running on {holder['host']}, pid {holder['pid']}", said)
        self.assertIn("rank 1 on", said)
        first.send_signal(signal.SIGUSR1)  # which mpirun forwards
        self.assertEqual(first.wait(timeout=120), STOPPED)
        self.assertFalse(self.lease.exists())
        self.assertIn("stopped at", run("status", self.output).stdout, "the refused run left the first one's status")

    def test_a_dead_ones_folder_is_taken_over(self):
        first = self.start(ranks=0)
        first.kill()
        first.wait()
        self.assertTrue(self.lease.exists())
        self.assertIn("died without a word", run("status", self.output).stdout)
        self.assertEqual(self.attempt().returncode, DONE)
        self.assertFalse(self.lease.exists())

    def test_a_silent_one_elsewhere_is_waited_for(self):
        self.output.mkdir()
        holder = {"kind": "veery.lease", "host": "elsewhere", "pid": 1, "beaten_at": "2026-01-01T00:00:00Z", "beat": 7,
                  "token": "0123456789abcdef", "system": "another", "process_start": "1"}  # fmt: skip
        self.lease.write_text(json.dumps(holder))
        begin = time.monotonic()
        self.assertEqual(self.attempt("--lease-timeout", "2s", "--walltime", "1h",
                                      "--stop-before-end", "3599s").returncode, STOPPED)  # fmt: skip
        self.assertGreater(time.monotonic() - begin, 2.0)


if __name__ == "__main__":
    main()
