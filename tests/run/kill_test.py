"""Runs are killed at random moments, and at each step between a file's first byte and the unit's record; the same
command on another number of ranks then ends with the bytes of an undisturbed run, every time.

VEERY_KILLS sets at how many random moments SIGKILL comes (default 200); signals and walltimes are a quarter more.
"""

import collections
import concurrent.futures
import itertools
import os
import random
import shutil
import signal
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

from support import (DONE, STOPPED, USAGE, birds, children, command, environment, is_alive, main, run, tree_digest, wav,
                     write)  # fmt: skip

FAULTS = os.environ.get("VEERY_FAULTS_LIBRARY", "")
KILLS = int(os.environ.get("VEERY_KILLS", "200"))
OPTIONS = ("--unit-audio", "4s", "--threads", "1", "--clips", "flac", "--sample-rate", "16000", "--interval", "2s",
           "--split", "train=0.8,validation=0.2")  # fmt: skip
RANKS = 3
OTHER_RANKS = (0, 0, 0, 1, 1, 2, 4)  # 0: without a launcher
# Open MPI 4.1 can lock up in its own PMIx server when all ranks die while they start, whatever program they are; where a
# batch system would end it, we do.
LAUNCHER_ALONE_S = 20
KILLED = ("one rank", "all ranks", "the launcher")
STOPPED_BY = ("SIGTERM", "SIGINT", "SIGUSR1", "walltime")
WAYS = [KILLED[number % len(KILLED)] for number in range(KILLS)]
WAYS += [STOPPED_BY[number % len(STOPPED_BY)] for number in range(KILLS // 4)]

# Between these lie all states of a file (after one step is before the next), for what a run writes and how often a
# process does so before it dies.
MOMENTS = ("open:before", "open:after", "write:after", "fsync:after", "rename:after")
STEPS = [
    (f"{moment}:{text}:{number}")
    for text, numbers in ((".flac", (1, 4)), (".h5", (1, 3)), ("/units/", (1, 3)), ("options.json", (1,)),
                          ("index.csv", (1,)), ("slices.csv", (1,)), ("quarantine.csv", (1,)), ("manifest.json", (1,)),
                          ("run.json", (1,)), ("status.json", (2,)), ("lease.json", (1,)), (".marks", (3,)))
    for moment, number in itertools.product(MOMENTS, numbers)
]  # fmt: skip


def ranks_of(process):
    found = []
    for pid in children(process.pid):
        try:
            if "veery" in Path(f"/proc/{pid}/comm").read_text():
                found.append(pid)
        except (FileNotFoundError, ProcessLookupError):
            pass
    return found


def send(pid, number):
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass  # it was faster


class KillTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = Path(tempfile.mkdtemp(prefix="veery-run-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        cls.archive = cls.folder / "archive"
        for number in range(20):
            write(cls.archive / f"{number % 4}" / f"{number}.wav", wav(birds(4, 16_000, seed=number), rate=16_000))
        begin = time.monotonic()
        run(*cls.process(cls.folder / "out"), ranks=RANKS).check_returncode()
        cls.seconds = time.monotonic() - begin
        cls.expected = tree_digest(cls.folder / "out")
        cls.hung = 0

    @classmethod
    def process(cls, output):
        return ("process", cls.archive, "-o", output, "--quiet", *OPTIONS)

    def start(self, output, *arguments, **variables):
        return subprocess.Popen(command(*self.process(output), *arguments, ranks=RANKS),
                                env=environment(**variables), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                start_new_session=True)  # fmt: skip

    def wait(self, process, ranks):
        """Until nothing of it is left, whatever it takes."""
        alone_s = 0
        for _ in range(120):
            try:
                process.wait(timeout=1)
                break
            except subprocess.TimeoutExpired:
                alone_s = 0 if any(map(is_alive, ranks_of(process))) else alone_s + 1
            if alone_s == LAUNCHER_ALONE_S:
                process.kill()
                type(self).hung += 1
        self.assertIsNotNone(process.poll(), "a rank hangs")
        deadline = time.monotonic() + 60
        while any(map(is_alive, ranks)) and time.monotonic() < deadline:
            time.sleep(0.02)
        self.assertFalse(any(map(is_alive, ranks)), "ranks outlived their launcher")

    def finish(self, output, ranks):
        """The same command until it is done, as a job script would."""
        for attempt in range(1, 5):
            result = run(*self.process(output), ranks=ranks)
            if result.returncode == DONE:
                break
            self.assertNotEqual(result.returncode, USAGE, result.stderr[-2000:])
        self.assertEqual(result.returncode, DONE, result.stderr[-2000:])
        self.assertEqual(tree_digest(output), self.expected)
        shutil.rmtree(output)
        return attempt

    def disturb(self, number):
        dice = random.Random(number)
        way = WAYS[number]
        output = self.folder / f"out{number}"
        moment = dice.uniform(0.0, 1.1 * self.seconds)
        if way == "walltime":
            left = f"{3600.0 - max(moment, 0.1):.3f}s"
            process = self.start(output, "--walltime", "1h", "--stop-before-end", left, "--grace", "1s")
            self.assertIn(process.wait(timeout=120), (DONE, STOPPED))
            return way, self.finish(output, dice.choice(OTHER_RANKS))
        process = self.start(output)
        time.sleep(moment)
        ranks = ranks_of(process)
        if way.startswith("SIG"):
            send(process.pid, getattr(signal, way))
        elif way == "the launcher":
            send(process.pid, signal.SIGKILL)
        else:
            for pid in ranks if way == "all ranks" else dice.sample(ranks, min(1, len(ranks))):
                send(pid, signal.SIGKILL)
        self.wait(process, ranks)
        return way, self.finish(output, dice.choice(OTHER_RANKS))

    def die_at(self, number):
        output = self.folder / f"step{number}"
        process = self.start(output, LD_PRELOAD=FAULTS, FAULT_PATH=str(output), FAULT_KILL=STEPS[number])
        self.wait(process, [])
        died = process.returncode != DONE
        return died, self.finish(output, OTHER_RANKS[number % len(OTHER_RANKS)])

    def test_random_moments(self):
        done = collections.Counter()
        tries = collections.Counter()
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            for way, attempts in pool.map(self.disturb, range(len(WAYS))):
                done[way] += 1
                tries[attempts] += 1
        print(f"{len(WAYS)} runs disturbed: {dict(done)}; reruns needed: {dict(tries)}; all ended with the same bytes")
        print(f"launchers that hung without a rank: {self.hung}")
        self.assertEqual(sum(done[way] for way in KILLED), KILLS)

    @unittest.skipUnless(FAULTS, "needs the fault layer")
    def test_every_step(self):
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            results = list(pool.map(self.die_at, range(len(STEPS))))
        died = sum(died for died, _ in results)
        print(f"{died} of {len(STEPS)} steps killed a run; all ended with the same bytes")
        self.assertGreater(died, 0.7 * len(STEPS), "most steps are taken in this run")


if __name__ == "__main__":
    main()
