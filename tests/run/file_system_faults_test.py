"""File systems that fail: every run ends with the right bytes or a plain message, and the next one finishes the work."""

import collections
import concurrent.futures
import hashlib
import json
import os
import pathlib
import random
import re
import shutil
import signal
import subprocess
import time
import unittest

from support import DONE, DONE_WITH_BAD, FAILED, USAGE, ProgramTest, Results, birds, command, environment, main
from support import run, tree_digest, wav

LIBRARY = os.environ.get("VEERY_FAULTS_LIBRARY", "")
OPTIONS = ("--quiet", "--unit-audio", "12s", "--sample-rate", "16000", "--threads", "2")
CAUSES = {"enospc": "No space left on device", "edquot": "Disk quota exceeded"}
RECORDINGS = 4


def every_digest(folder):
    """Of what a run shows: nothing of its own in the making, no record of how it went."""
    return {name: digest for name, digest in tree_digest(folder).items() if not name.endswith(".staged")}


def digest_of_tree(folder):
    return hashlib.sha256(json.dumps(sorted(every_digest(folder).items())).encode()).hexdigest()


def is_about_the_run(file):
    """What a rank leaves that was ended because another failed; the next run takes it over."""
    return file == "lease.json" or file.startswith("started/")


@unittest.skipUnless(LIBRARY, "no fault layer in this build")
class FaultsTest(ProgramTest):
    def setUp(self):
        super().setUp()
        for number in range(RECORDINGS):
            self.add(f"site/{number}.wav", wav(birds(12, rate=16000, seed=number), rate=16000))
        self.expected = {}
        for name in ("process", "slice"):
            self.veery(name, self.archive, "-o", self.folder / name, *OPTIONS)
            self.veery("verify", self.folder / name)
            self.expected[name] = every_digest(self.folder / name)

    def run_with(self, output, name, also=(), ranks=0, **faults):
        log = output.with_suffix(".log")
        env = {f"FAULT_{key}": str(value) for key, value in faults.items()}
        env |= {"LD_PRELOAD": LIBRARY, "FAULT_LOG": str(log)}
        result = run(name, self.archive, "-o", output, *OPTIONS, *also, ranks=ranks, env=env)
        injected = log.read_text().splitlines() if log.exists() else []
        return result, collections.Counter(line.split()[0] for line in injected)

    def expect_whole(self, output, name):
        """The bytes that `verify` has passed."""
        self.assertEqual(every_digest(output), self.expected[name])
        self.assertEqual([str(path) for path in output.rglob("*.staged")], [])

    def finish(self, output, name, also=()):
        result = run(name, self.archive, "-o", output, *OPTIONS, *also)
        self.assertEqual(result.returncode, DONE, result.stderr)
        self.expect_whole(output, name)

    def in_parallel(self, trial, count):
        """`trial` of 0, 1, … in two threads, each with a folder of its own; the sum of what they count."""
        total = collections.Counter()
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            for number, outcome in enumerate(pool.map(lambda n: self.attempt(trial, n), range(count))):
                self.assertIsInstance(outcome, collections.Counter, f"seed {number}: {outcome}")
                total += outcome
        return total

    def attempt(self, trial, number):
        output = self.folder / f"out-{number}"
        try:
            return trial(number, output)
        except Exception as problem:  # shown by the caller, with its seed
            return f"{type(problem).__name__}: {problem}"
        finally:
            shutil.rmtree(output, ignore_errors=True)

    # ── where files are written ──

    def damaged_output(self, seed, output):
        chance = random.Random(seed)
        kinds = chance.sample(["enospc", "edquot", "eio_write", "short_write", "eintr", "rename", "fsync"], 3)
        name = chance.choice(["process", "process", "slice"])
        scratch = self.folder / f"scratch-{seed}"
        scratch.mkdir()
        also = ("--scratch", scratch) if chance.random() < 0.3 else ()
        result, injected = self.run_with(output, name, also, ranks=chance.choice([0, 0, 2]), SEED=seed,
                                         KINDS=",".join(kinds), PATH=f"{output}/:{scratch}/",
                                         RATE=chance.choice([0.001, 0.003, 0.01]))  # fmt: skip
        outcome = collections.Counter(injected)
        if result.returncode == DONE:
            self.expect_whole(output, name)
            outcome["done"] += 1
        else:
            self.assertEqual(result.returncode, FAILED, result.stderr)
            self.expect_message(result.stderr, injected, (str(output), str(scratch)))
            shown = {file: digest for file, digest in every_digest(output).items() if not is_about_the_run(file)}
            self.assertEqual(shown, {file: self.expected[name].get(file) for file in shown})
            if "manifest.json" in shown:
                self.assertEqual(shown, self.expected[name])
            outcome["failed"] += 1
        self.finish(output, name, also)
        self.assertEqual(list(scratch.iterdir()), [])
        return outcome

    def expect_message(self, said, injected, places):
        lines = [line for line in said.splitlines() if "veery:" in line]
        causes = [CAUSES.get(kind, "Input/output error") for kind in injected]
        good = [line for line in lines if any(place in line for place in places) and any(c in line for c in causes)]
        self.assertTrue(good, f"{dict(injected)}: {said}")

    def test_output_that_fails(self):
        outcome = self.in_parallel(self.damaged_output, 40)

        self.assertGreater(outcome["done"], 3, outcome)
        self.assertGreater(outcome["failed"], 12, outcome)

    def shard_without_room(self, number, output):
        """One recording, one shard, whose write after `number` others finds no room; the last one closes the file."""
        lone = ("process", self.archive / "site/0.wav", "-o", output, *OPTIONS)
        log = output.with_suffix(".log")
        faults = {"KINDS": "enospc", "RATE": 1, "MAX": 1, "AFTER": number, "PATH": "00000-of", "LOG": log}
        result = run(*lone, env={"LD_PRELOAD": LIBRARY, **{f"FAULT_{key}": str(value) for key, value in faults.items()}})
        failed = log.exists()
        self.assertEqual(result.returncode, FAILED if failed else DONE, result.stderr)
        if failed:
            self.expect_message(result.stderr, {"enospc": 1}, (str(output),))
            self.assertEqual(list(output.rglob("*.h5")), [])
            self.veery(*lone)
        return collections.Counter({"failed": failed, "written": 1, digest_of_tree(output): 1})

    def test_each_write_to_a_shard_that_fails(self):
        outcome = self.in_parallel(self.shard_without_room, 48)

        self.assertGreater(outcome.pop("failed"), 20, outcome)
        self.assertEqual(outcome.pop("written"), 48)
        self.assertEqual(list(outcome.values()), [48], "all trees are alike")

    def interrupted_output(self, seed, output):
        result, injected = self.run_with(output, ("process", "slice")[seed % 2], ranks=2 * (seed % 3 == 0), SEED=seed,
                                         KINDS="short_write,short_read,eintr", RATE=0.2,
                                         PATH=f"{output.name}:{self.archive}")  # fmt: skip
        self.assertEqual(result.returncode, DONE, result.stderr)
        self.expect_whole(output, ("process", "slice")[seed % 2])
        return injected

    def test_short_transfers_and_interruptions_change_nothing(self):
        injected = self.in_parallel(self.interrupted_output, 10)

        self.assertGreater(min(injected[kind] for kind in ("short_write", "short_read", "eintr")), 10, injected)

    # ── where recordings are read ──

    def failing_for_a_while(self, seed, output):
        transient = {"TRANSIENT": 1, "KINDS": "eio_read,estale,short_read,eintr"} if seed % 2 else {"KINDS": "estale"}
        result, injected = self.run_with(output, "process", ranks=2 * (seed % 4 == 0), SEED=seed, RATE=0.03,
                                         PATH=str(self.archive) + "/site", **transient)  # fmt: skip
        self.assertEqual(result.returncode, DONE, result.stderr)
        self.expect_whole(output, "process")
        report = json.loads((output / "run.json").read_text())
        injected["retries"] += round(sum(rank["read_retries"] for rank in report["ranks"]))
        injected["warned"] += "were tried again" in result.stderr
        self.assertEqual(injected["retries"] > 0, injected["warned"] > 0, result.stderr)
        return injected

    def test_reads_that_fail_for_a_while_change_nothing(self):
        injected = self.in_parallel(self.failing_for_a_while, 14)

        self.assertGreater(min(injected[kind] for kind in ("eio_read", "estale", "retries", "warned")), 2, injected)

    def failing_for_ever(self, seed, output):
        result, injected = self.run_with(output, "process", SEED=seed, KINDS="eio_read", RATE=0.06,
                                         PATH=str(self.archive) + "/site")  # fmt: skip
        if not injected:
            self.assertEqual(result.returncode, DONE, result.stderr)
            self.expect_whole(output, "process")
            return injected
        self.assertEqual(result.returncode, DONE_WITH_BAD, result.stderr)
        results = Results(output)
        self.assertEqual({row["reason"] for row in results.quarantine}, {"unreadable"})
        self.assertEqual({row["detail"] for row in results.quarantine}, {"Input/output error"})
        self.assertTrue(results.totals["coverage"]["all_accounted_for"])
        run("verify", output).check_returncode()
        salvaged = [row for row in results.quarantine if row["begin_frame"] not in ("", "0")]
        if every_digest(output)["index.csv"] != self.expected["process"]["index.csv"]:
            again = run("process", self.archive, "-o", output, *OPTIONS)
            self.assertEqual(again.returncode, USAGE, "what was refused can be read now: it is new in the archive")
            self.assertIn("--extend", again.stderr)
            shutil.rmtree(output)
        self.finish(output, "process")
        return injected + collections.Counter(salvaged=len(salvaged))

    def test_bad_blocks_are_lost_ranges_and_can_be_read_another_time(self):
        injected = self.in_parallel(self.failing_for_ever, 8)

        self.assertGreater(injected["eio_read"], 4, injected)
        self.assertGreater(injected["salvaged"], 0, injected)

    def test_a_header_that_a_later_run_can_not_read(self):
        output = self.folder / "later"
        self.finish(output, "process")

        env = {"LD_PRELOAD": LIBRARY, "FAULT_PATH": "site/1.wav", "FAULT_KINDS": "eio_read", "FAULT_RATE": "1"}
        result = run("process", self.archive, "-o", output, *OPTIONS, env=env)

        self.assertEqual(result.returncode, FAILED, result.stderr)
        self.assertIn("can't be read now: site/1.wav: Input/output error", result.stderr)
        self.finish(output, "process")

    def test_peaks_of_what_the_disk_does_not_give_are_refused(self):
        env = {"LD_PRELOAD": LIBRARY, "FAULT_PATH": "site/0.wav", "FAULT_KINDS": "eio_read", "FAULT_RATE": "1"}

        result = run("peaks", self.archive / "site/0.wav", env=env)

        self.assertNotEqual(result.returncode, DONE)
        self.assertIn("Input/output error", result.stderr)

    # ── what a healthy file system does too ──

    def change_and_go_on(self, change, code):
        """Changes the archive when the index is made and no recording is read yet; what the run says."""
        env = environment(LD_PRELOAD=LIBRARY, FAULT_KILL="rename:stop:index.csv:1")
        arguments = command("process", self.archive, "-o", self.output, *OPTIONS)
        with subprocess.Popen(arguments, env=env, stderr=subprocess.PIPE, text=True) as process:
            for _ in range(600):
                if re.search(r"^State:\s+T", pathlib.Path(f"/proc/{process.pid}/status").read_text(), re.MULTILINE):
                    break
                time.sleep(0.1)
            change()
            process.send_signal(signal.SIGCONT)
            said = process.communicate(timeout=60)[1]
            self.assertEqual(process.returncode, code, said)
        return said

    def change_while_it_waits(self, change):
        self.change_and_go_on(change, DONE_WITH_BAD)
        self.veery("verify", self.output)
        (row,) = Results(self.output).quarantine
        return row

    def test_recording_that_grows(self):
        path = self.archive / "site/2.wav"

        row = self.change_while_it_waits(lambda: path.write_bytes(path.read_bytes() + bytes(100)))

        self.assertEqual((row["path"], row["reason"], row["begin_frame"]), ("site/2.wav", "changed", "0"))
        self.assertEqual(row["detail"], "has 384144 bytes, the index says 384044: it was being written, or replaced")

    def test_recording_that_vanishes(self):
        row = self.change_while_it_waits((self.archive / "site/2.wav").unlink)

        self.assertEqual((row["path"], row["reason"]), ("site/2.wav", "unreadable"))
        self.assertEqual(row["detail"], "No such file or directory")

    def test_archive_that_vanishes(self):
        """Nothing is refused for it, and the next run does the rest."""
        away = self.folder / "away"

        said = self.change_and_go_on(lambda: self.archive.rename(away), FAILED)

        self.assertIn(f"the archive can't be read any more: {self.archive}", said)
        self.assertEqual(list(self.output.glob("units/*.json")), [])
        away.rename(self.archive)
        self.finish(self.output, "process")

    def test_files_that_may_not_grow(self):
        """MPI has files of some megabytes itself."""
        self.add("long.wav", wav(birds(300)))
        arguments = ("process", self.archive, "-o", self.output, "--quiet", "--slices", "fixed")

        result = self.veery(*arguments, code=FAILED, before=["prlimit", "--fsize=12000000"])

        self.assertRegex(result.stderr, "unit [0-9] is not done.*File too large.*ulimit")
        self.assertIn(str(self.output), result.stderr)
        self.veery(*arguments)
        self.veery("verify", self.output)

    def test_link_in_the_output_folder(self):
        outside = self.folder / "outside"
        outside.mkdir()
        self.output.mkdir()
        (self.output / "units").symlink_to(outside)
        result = self.veery("process", self.archive, "-o", self.output, *OPTIONS, code=FAILED)
        self.assertIn(f"symbolic link inside the output folder: {self.output / 'units'}", result.stderr)
        self.assertEqual(list(outside.iterdir()), [])


if __name__ == "__main__":
    main()
