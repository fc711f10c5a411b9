"""A run that was stopped or killed is continued by the same command, on any number of ranks, to the same bytes."""

import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from support import (DONE, STOPPED, USAGE, ProgramTest, birds, children, command, environment, is_alive, main, run,
                     synthesize, test_model, tree_digest, wav, write)  # fmt: skip

OPTIONS = ("--unit-audio", "30s", "--shards", "hdf5,tfrecord")
UNITS = 60


class InterruptionTest(ProgramTest):
    @classmethod
    def setUpClass(cls):
        cls.common = Path(tempfile.mkdtemp(prefix="veery-run-"))
        cls.addClassCleanup(shutil.rmtree, cls.common)
        synthesize(cls.common / "archive", hours=UNITS / 120, recording="30s", seed=2)
        run("process", cls.common / "archive", "-o", cls.common / "out", *OPTIONS).check_returncode()
        cls.expected = tree_digest(cls.common / "out")

    def setUp(self):
        super().setUp()
        self.archive = self.common / "archive"

    def start(self, ranks):
        """A run under way: its process, and only once two units are done."""
        line = command("process", self.archive, "-o", self.output, *OPTIONS, "--threads", "1", ranks=ranks)
        process = subprocess.Popen(line, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                   text=True)  # fmt: skip
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        deadline = time.monotonic() + 60
        while len(list(self.output.glob("units/*.json"))) < 2 and time.monotonic() < deadline:
            time.sleep(0.01)
        self.assertIsNone(process.poll(), "the run ended before it could be interrupted")
        return process

    def expect_continued(self, ranks):
        done = len(list(self.output.glob("units/*.json")))
        self.assertLess(done, UNITS)
        self.assertFalse((self.output / "manifest.json").exists())
        result = self.expect_finished(ranks)
        self.assertIn(f"continuing: {done} units", result.stderr)

    def expect_finished(self, ranks):
        result = self.veery("process", self.archive, "-o", self.output, *OPTIONS, ranks=ranks)
        self.assertEqual(tree_digest(self.output), self.expected)
        self.assertEqual([path for path in self.output.rglob("*") if "staged" in path.name], [])
        self.veery("verify", self.output, code=DONE)
        return result

    def test_stopped_by_sigterm(self):
        process = self.start(ranks=0)
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=60)
        self.assertEqual(process.returncode, STOPPED, said)
        self.assertIn("run the same command again", said)
        self.expect_continued(ranks=3)

    def test_stopped_by_sigint(self):
        process = self.start(ranks=0)
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(timeout=60), STOPPED)
        self.expect_continued(ranks=2)

    def test_all_ranks_stopped(self):
        """A batch system sends the signal to every rank; the launcher passes the exit code on."""
        process = self.start(ranks=3)
        process.send_signal(signal.SIGUSR1)  # which mpirun forwards
        self.assertEqual(process.wait(timeout=60), STOPPED)
        self.expect_continued(ranks=1)

    def test_one_rank_stopped(self):
        """The others do what is left to them; what the stopped one had is done by the next run."""
        process = self.start(ranks=3)
        ranks = [pid for pid in children(process.pid) if "veery" in Path(f"/proc/{pid}/comm").read_text()]
        os.kill(ranks[-1], signal.SIGTERM)
        self.assertIn(process.wait(timeout=120), (DONE, STOPPED), "it may have had no unit ahead")
        result = self.veery("process", self.archive, "-o", self.output, *OPTIONS, ranks=2)
        self.assertIn("continuing", result.stderr)
        self.assertEqual(tree_digest(self.output), self.expected)

    def test_the_walltime_is_a_stop_in_time(self):
        result = self.veery("process", self.archive, "-o", self.output, *OPTIONS, "--walltime", "1h",
                            "--stop-before-end", "3599.9s", ranks=2, code=STOPPED)  # fmt: skip
        self.assertIn("run the same command again", result.stderr)
        self.assertFalse((self.output / "manifest.json").exists())
        self.assertEqual(json.loads((self.output / "run.json").read_text())["exit_code"], STOPPED)
        self.expect_finished(ranks=3)

    def test_a_deadline_is_one_too(self):
        for deadline in ("1000000000", "2001-09-09T03:46:40+02:00"):
            self.veery("process", self.archive, "-o", self.output, *OPTIONS, "--deadline", deadline, code=STOPPED)
        self.assertEqual(list(self.output.glob("units/*.json")), [])
        self.assertIn("stopped at", self.veery("status", self.output).stdout)
        self.veery("process", self.archive, "-o", self.output, "--deadline", "tomorrow", code=USAGE)
        self.expect_finished(ranks=2)

    def test_a_second_signal_ends_it_at_once(self):
        process = self.start(ranks=0)
        while process.poll() is None:
            process.send_signal(signal.SIGTERM)
        self.assertIn(process.returncode, (-signal.SIGTERM, STOPPED))
        self.assertFalse((self.output / "manifest.json").exists())
        self.expect_finished(ranks=2)

    def test_a_walltime_that_suffices_changes_nothing(self):
        self.veery("process", self.archive, "-o", self.output, *OPTIONS, "--walltime", "6h", "--quiet", ranks=2)
        self.assertEqual(tree_digest(self.output), self.expected)

    def separate_slowly(self, *arguments, window_hop="0.1s", pauses=()):
        """A separation of four units that takes a while, the longer the shorter the hop. It is stopped by a signal in its
        first, and by another after each pause; exit code and seconds."""
        archive = self.folder / "slow"
        for number in range(4):
            write(archive / f"{number}.wav", wav(birds(60, 16_000, seed=number), rate=16_000))
        line = command("separate", archive, "-o", self.output, "--model", test_model(self.folder, "tdcn"),
                       "--unit-audio", "1min", "--threads", "1", "--window", "2s", "--window-hop", window_hop, *arguments)  # fmt: skip
        process = subprocess.Popen(line, env=environment(), stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.stderr.close)
        for said in process.stderr:
            if said.startswith("index:"):
                break
        time.sleep(0.5)
        begin = time.monotonic()
        process.send_signal(signal.SIGTERM)
        for pause in pauses:
            time.sleep(pause)
            process.send_signal(signal.SIGTERM)
        process.stderr.read()
        return process.wait(timeout=120), time.monotonic() - begin

    def test_units_in_work_are_finished_within_the_grace(self):
        code, _ = self.separate_slowly("--grace", "100s")
        self.assertEqual(code, STOPPED)
        self.assertIn(len(list(self.output.glob("units/*.json"))), (1, 2))  # one may be waiting for threads

    def test_a_signal_that_comes_twice_at_once_is_one(self):
        code, _ = self.separate_slowly("--grace", "100s", pauses=(0.0, 0.05, 0.1))
        self.assertEqual(code, STOPPED)
        self.assertIn(len(list(self.output.glob("units/*.json"))), (1, 2))

    def test_a_signal_that_comes_again_later_ends_it_at_once(self):
        code, seconds = self.separate_slowly("--grace", "100s", window_hop="0.01s", pauses=(1.2,))
        self.assertEqual(code, -signal.SIGTERM)
        self.assertLess(seconds, 6.0)
        self.assertEqual(list(self.output.glob("units/*.json")), [])

    def test_units_in_work_are_dropped_without_grace(self):
        code, seconds = self.separate_slowly("--grace", "0s", window_hop="0.01s")
        self.assertEqual(code, STOPPED)
        self.assertLess(seconds, 5.0)
        self.assertEqual(list(self.output.glob("units/*.json")), [])
        self.assertEqual([path for path in self.output.rglob("*") if "staged" in path.name], [])

    def test_launcher_killed(self):
        process = self.start(ranks=3)
        below = children(process.pid)
        process.kill()
        process.wait()
        deadline = time.monotonic() + 60
        while any(map(is_alive, below)):
            self.assertLess(time.monotonic(), deadline, "ranks outlive their launcher")
            time.sleep(0.05)
        self.expect_finished(ranks=2)  # fast ranks may have done all their units before they noticed

    def test_killed_again_and_again(self):
        for _ in range(3):
            process = self.start(ranks=0)
            process.kill()
            process.wait()
            time.sleep(0.1)
        self.expect_continued(ranks=2)

    def test_half_written_files_are_removed(self):
        """Whatever a killed run can leave: staged files, a shard without its record."""
        process = self.start(ranks=0)
        process.kill()
        process.wait()
        records = sorted(self.output.glob("units/*.json"))
        records[0].unlink()
        write(self.output / "units/.00007.json.staged", b"{")
        write(self.output / "dataset/recordings/1.0.0/.recordings-train-00000-of-00060.h5.staged", b"half")
        self.expect_continued(ranks=2)


if __name__ == "__main__":
    main()
