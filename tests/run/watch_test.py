"""`veery watch`: recordings are done once they have settled, each exactly once whatever ends the process in between."""

import collections
import itertools
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

from support import (DONE, FAILED, STOPPED, USAGE, ProgramTest, birds, command, environment, is_sanitized, main, run,
                     test_model, tree_digest, wav, write)  # fmt: skip

FAULTS = os.environ.get("VEERY_FAULTS_LIBRARY", "")
RATE = 16_000
QUICK = ("--poll", "50ms", "--quiet", "--lease-timeout", "2s")
WORK = ("--sample-rate", str(RATE), "--interval", "2s", "--clips", "flac")
KILLS = int(os.environ.get("VEERY_WATCH_KILLS", "30"))
MOMENTS = ("open:before", "write:before", "write:after", "fsync:after", "rename:before", "rename:after", "unlink:after")
STEPS = [f"{moment}:{text}:2"
         for moment, text in itertools.product(MOMENTS, (".flac", "watch.jsonl", "results.jsonl"))
         if text == ".flac" or not moment.startswith("rename")]  # fmt: skip


def recording(seed, seconds=4):
    return wav(birds(seconds, RATE, seed=seed), rate=RATE)


def results_of(path):
    """By path, in the order of the lines, each of which is whole."""
    text = path.read_text() if path.exists() else ""
    assert not text or text.endswith("\n"), text[-200:]
    found = collections.defaultdict(list)
    for line in text.splitlines():
        result = json.loads(line)
        found[result["path"]].append(result)
    return found


def lasting(result):
    """What does not depend on when it was made."""
    return {key: value for key, value in result.items() if key not in ("took_s", "finished_at", "mtime_ns")}


def files_of(folder):
    """What was made, without the watcher's own."""
    return {name: digest for name, digest in tree_digest(folder).items()
            if name.startswith(("slices/", "stems/"))}  # fmt: skip


class WatchTest(ProgramTest):
    def setUp(self):
        super().setUp()
        self.results = self.folder / "results.jsonl"

    def arguments(self, *more, output=None, results=None, work=WORK, settle="100ms"):
        return ("watch", self.archive, "-o", output or self.output, "--results", results or self.results, "--settle",
                settle, *QUICK, *work, *more)  # fmt: skip

    def once(self, *more, code=DONE, **options):
        where = {name: options.pop(name) for name in ("output", "results", "work") if name in options}
        return self.veery(*self.arguments("--once", *more, **where), code=code, **options)

    def start(self, *more, env=None, **where):
        process = subprocess.Popen(command(*self.arguments(*more, **where)), env=environment(**(env or {})),
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)  # fmt: skip
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        return process

    def wait_for(self, condition, what, seconds=30):
        deadline = time.monotonic() + seconds
        while not condition():
            self.assertLess(time.monotonic(), deadline, f"waited too long for {what}")
            time.sleep(0.02)

    def end(self, process, number=signal.SIGTERM, code=DONE):
        process.send_signal(number)
        _, said = process.communicate(timeout=60)
        self.assertEqual(process.returncode, code, said)
        return said

    def expect_each_once(self, names, results=None):
        found = results_of(results or self.results)
        self.assertEqual({path: len(lines) for path, lines in found.items()}, dict.fromkeys(names, 1))
        return {path: lines[0] for path, lines in found.items()}


class WorkTest(WatchTest):
    def test_clips_are_those_of_process(self):
        for name in ("site/20240601_060000.wav", "b.wav", "b.flac.wav", "other.WAV"):
            self.add(name, recording(len(name)))
        self.add(".hidden.wav", recording(1))
        self.add("notes.txt", b"no recording")
        self.once()
        found = self.expect_each_once({"site/20240601_060000.wav", "b.wav", "b.flac.wav", "other.WAV"})
        whole = self.folder / "process"
        self.veery("process", self.archive, "-o", whole, *WORK, "--shards", "none", "--quiet")
        self.assertEqual(files_of(self.output), files_of(whole))
        self.assertGreater(len(files_of(whole)), 4)
        result = found["site/20240601_060000.wav"]
        self.assertEqual(result["start_time"], "2024-06-01T06:00:00.000")
        self.assertEqual((result["duration_s"], result["sample_rate_hz"], result["site"]), (4.0, RATE, "site"))
        for file in result["files"]:
            self.assertEqual(files_of(self.output)[file["path"]], file["sha256"])
            self.assertEqual((self.output / file["path"]).stat().st_size, file["bytes"])
        self.assertEqual([entry["clip"] for entry in result["slices"]], [file["path"] for file in result["files"]])
        for entry in result["slices"]:
            self.assertTrue(entry["start_s"] <= entry["peak_s"] <= entry["end_s"])
            self.assertGreater(entry["peak_energy"], 0.0)
        self.assertFalse(list(self.output.rglob("*.staged")))
        self.assertFalse((self.output / ".watch.work").exists())

    def test_stems_are_those_of_separate(self):
        model = ("--model", test_model(self.folder, "tdcn"), "--device", "cpu", "--window", "2s", "--window-hop", "1s",
                 "--fade", "500ms")  # fmt: skip
        self.add("a/1.wav", recording(1, 6))
        self.add("2.wav", recording(2, 3))
        self.once("--separate", "recordings", *model, work=())
        self.veery("separate", self.archive, "-o", self.folder / "stems", *model, "--quiet")
        self.assertEqual(files_of(self.output), files_of(self.folder / "stems"))
        found = self.expect_each_once({"a/1.wav", "2.wav"})
        stems = found["a/1.wav"]["stems"]
        self.assertEqual(sorted(stem["loudness_rank"] for stem in stems["sources"]), list(range(len(stems["sources"]))))
        self.assertTrue(all((self.output / stem["file"]).is_file() for stem in stems["sources"]))

    def test_peaks_alone(self):
        self.add("a.wav", recording(1))
        self.once(work=WORK[:4])
        result = self.expect_each_once({"a.wav"})["a.wav"]
        self.assertTrue(result["slices"])
        self.assertEqual(result["files"], [])

    def test_bad_files_are_results_too(self):
        self.add("bad.wav", b"RIFF, but not much of it")
        self.add("cut.wav", recording(3)[:60_000])
        self.add("empty.wav", b"")
        self.add("good.wav", recording(4))
        write(os.fsencode(self.archive) + b"/\xff.wav", recording(5))
        os.symlink("nowhere", self.archive / "link.wav")
        self.once()
        found = self.expect_each_once({"bad.wav", "cut.wav", "empty.wav", "good.wav", "\\xff.wav", "link.wav"})
        self.assertEqual({path: result.get("refused") for path, result in found.items()},
                         {"bad.wav": "no_audio", "cut.wav": None, "empty.wav": "empty", "good.wav": None,
                          "\\xff.wav": "not_utf8", "link.wav": "unreadable"})  # fmt: skip
        self.assertEqual(found["cut.wav"]["lost"][0]["reason"], "truncated")
        self.once()
        self.expect_each_once(found)

    @unittest.skipUnless(FAULTS, "needs the fault layer")
    def test_what_can_not_be_read_is_tried_three_times(self):
        self.add("bad.wav", recording(1))
        self.add("good.wav", recording(2))
        env = {"LD_PRELOAD": FAULTS, "FAULT_PATH": "bad.wav", "FAULT_KINDS": "eio_read", "FAULT_RATE": "1"}
        said = self.once(env=env).stderr
        found = self.expect_each_once({"bad.wav", "good.wav"})
        self.assertEqual({path: result.get("refused") for path, result in found.items()},
                         {"bad.wav": "unreadable", "good.wav": None})  # fmt: skip
        self.assertEqual(said.count("bad.wav can't be read: trying again"), 2, said)

    def test_results_on_standard_output(self):
        self.add("a.wav", recording(1))
        words = ("watch", self.archive, "-o", self.output, "--once", "--settle", "0s", *QUICK, *WORK)
        self.assertEqual(json.loads(self.veery(*words).stdout)["path"], "a.wav")
        self.assertEqual(self.veery(*words).stdout, "")

    def test_a_changed_recording_is_done_again(self):
        file = self.add("a.wav", recording(1, 8))
        self.once()
        (first,) = results_of(self.results)["a.wav"]
        os.utime(file, (1, 1))  # the same bytes
        self.once()
        self.assertEqual(len(results_of(self.results)["a.wav"]), 1)
        self.add("a.wav", recording(2, 4))
        self.once()
        again = results_of(self.results)["a.wav"][1]
        self.assertNotIn("again", first)
        self.assertTrue(again["again"])
        self.assertEqual(set(files_of(self.output)), {entry["path"] for entry in again["files"]})

    def test_the_second_of_a_stem_keeps_its_extension(self):
        self.add("a.wav", recording(1))
        self.once()
        before = files_of(self.output)
        self.add("a.wave", recording(2))
        self.once()
        after = files_of(self.output)
        self.assertEqual({name: after[name] for name in before}, before)
        self.assertTrue(all(name.startswith("slices/a.wave-t") for name in after.keys() - before.keys()))
        self.assertGreater(len(after), len(before))

    def test_options(self):
        self.add("a.wav", recording(1))
        self.once()
        said = self.once("--interval", "1s", code=USAGE, work=WORK[:2]).stderr
        self.assertIn("--interval was 2s and is 1s", said)
        said = self.veery("watch", self.folder / "gone", "-o", self.output, code=USAGE).stderr
        self.assertIn("no such folder", said)
        self.assertIn("is the output folder", self.once(output=self.archive, code=USAGE).stderr)
        self.veery("process", self.archive, "-o", self.folder / "run", "--quiet")
        said = self.once(output=self.folder / "run", code=USAGE).stderr
        self.assertIn("another command", said)


class ServiceTest(WatchTest):
    def test_a_file_that_is_being_written_is_left_alone(self):
        data = recording(1, 6)
        process = self.start(settle="2s")
        with open(self.archive / "slow.wav", "wb") as file:
            for begin in range(0, len(data), len(data) // 12):
                file.write(data[begin:begin + len(data) // 12])
                file.flush()
                time.sleep(0.2)
                self.assertEqual(results_of(self.results), {})
        write(self.folder / "elsewhere.wav", recording(2)).rename(self.archive / "renamed.wav")
        self.wait_for(lambda: len(results_of(self.results)) == 2, "results")
        self.end(process)
        found = self.expect_each_once({"slow.wav", "renamed.wav"})
        self.assertEqual(found["slow.wav"]["duration_s"], 6.0)
        self.assertEqual(found["slow.wav"]["lost"], [])

    def test_status_and_an_orderly_end(self):
        self.add("a.wav", recording(1))
        process = self.start()
        self.wait_for(lambda: results_of(self.results), "a result")
        self.assertIn("running on", self.veery("status", self.output).stdout)
        self.end(process)
        self.assertIn("with exit code 0: asked to end", self.veery("status", self.output).stdout)
        self.assertFalse((self.output / "lease.json").exists())
        self.assertFalse((self.output / "started").exists())

    def test_two_watchers(self):
        process = self.start()
        self.wait_for(lambda: (self.output / "lease.json").exists(), "the lease")
        said = self.once(code=FAILED).stderr
        self.assertIn(str(process.pid), said)
        self.end(process, signal.SIGINT)

    def test_many_files_in_bounded_memory(self):
        for number in range(200):
            self.add(f"{number % 7}/{number}.wav", recording(number % 11, 1))
        self.add("long.wav", recording(1, 600))
        process = self.start(work=WORK[:4])
        peak = []

        def all_done():
            status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
            peak.append(int(status.split("VmHWM:")[1].split()[0]))
            return len(results_of(self.results)) == 201

        self.wait_for(all_done, "201 results", 120)
        self.end(process)
        print(f"peak memory {peak[-1] // 1024} MiB")
        if not is_sanitized():  # a sanitizer keeps what is freed
            self.assertLess(peak[-1], 300 * 1024)

    def test_sources_are_removed(self):
        self.add("a/1.wav", recording(1))
        self.add("bad.wav", b"no audio")
        self.once()
        self.add("2.wav", recording(2))
        self.once("--remove-source")  # the first one too: its results are noted
        self.expect_each_once({"a/1.wav", "bad.wav", "2.wav"})
        left = [str(path.relative_to(self.archive)) for path in self.archive.rglob("*") if path.is_file()]
        self.assertEqual(left, ["bad.wav"])

    def in_work(self, action, *more):
        """A watcher with a recording in work that takes long, or for ever."""
        self.add("a.wav", recording(1, 60))
        env = {"LD_PRELOAD": FAULTS, "FAULT_PATH": str(self.archive), "FAULT_RECORDING": f"{action}:a.wav"}
        process = self.start(*more, env=env)
        marks = self.output / "started" / "0.marks"
        self.wait_for(lambda: marks.exists() and b"sa.wav" in re.sub(rb"[0-9]+ ", b"", marks.read_bytes()), "work")
        return process

    @unittest.skipUnless(FAULTS, "needs the fault layer")
    def test_the_recording_in_work_is_finished(self):
        self.end(self.in_work("slow"))
        self.expect_each_once({"a.wav"})
        self.assertTrue(files_of(self.output))

    @unittest.skipUnless(FAULTS, "needs the fault layer")
    def test_the_grace(self):
        """What takes longer is dropped, and done by the next start."""
        process = self.in_work("hang", "--grace", "500ms")
        begin = time.monotonic()
        self.end(process)
        self.assertLess(time.monotonic() - begin, 20)
        self.assertEqual((files_of(self.output), results_of(self.results)), ({}, {}))
        self.once()
        self.expect_each_once({"a.wav"})
        self.assertFalse((self.output / "accused.csv").exists())

    def test_a_folder_that_goes_and_comes_back(self):
        process = self.start()
        self.wait_for(lambda: (self.output / "lease.json").exists(), "the start")
        away = self.folder / "away"
        time.sleep(0.3)
        self.archive.rename(away)
        time.sleep(0.3)
        write(away / "a.wav", recording(1))
        away.rename(self.archive)
        self.wait_for(lambda: results_of(self.results), "a result")
        self.end(process, signal.SIGUSR1)


class InterruptionTest(WatchTest):
    def setUp(self):
        super().setUp()
        for number in range(12):
            self.add(f"{number % 3}/{number}.wav", recording(number))
        self.names = {f"{number % 3}/{number}.wav" for number in range(12)}
        undisturbed = self.folder / "undisturbed.jsonl"
        self.once(output=self.folder / "undisturbed", results=undisturbed)
        self.expected = files_of(self.folder / "undisturbed")
        found = self.expect_each_once(self.names, undisturbed)
        self.expected_results = {path: lasting(result) for path, result in found.items()}

    def expect_all(self):
        found = self.expect_each_once(self.names)
        self.assertEqual({path: lasting(result) for path, result in found.items()}, self.expected_results)
        self.assertEqual(files_of(self.output), self.expected)
        self.assertEqual([str(path) for path in self.output.rglob("*.staged")], [])
        self.assertFalse((self.output / ".watch.work").exists())

    def finished(self):
        """Recordings in the journal; -1 before there is one."""
        journal = self.output / "watch.jsonl"
        return len(journal.read_bytes().splitlines()) - 1 if journal.exists() else -1

    def begin_anew(self):
        shutil.rmtree(self.output, ignore_errors=True)
        self.results.unlink(missing_ok=True)

    def test_kills_at_random_moments(self):
        dice = random.Random(11)
        cut_short = 0
        for number in range(KILLS):
            if number % 4 == 0 or self.finished() == len(self.names):
                if self.output.exists():
                    self.once()
                    self.expect_all()
                self.begin_anew()
            process = self.start()
            goal = min(self.finished() + dice.randint(0, 3), len(self.names))
            self.wait_for(lambda: self.finished() >= goal, f"{goal} recordings")  # noqa: B023
            time.sleep(dice.uniform(0, 0.05))
            process.kill()
            process.communicate()
            cut_short += 0 <= self.finished() < len(self.names)
        self.once()
        self.expect_all()
        print(f"{cut_short} of {KILLS} kills came in the middle")
        self.assertGreater(cut_short, KILLS // 3)

    @unittest.skipUnless(FAULTS, "needs the fault layer")
    def test_kills_at_each_step(self):
        died = 0
        for step in STEPS:
            self.begin_anew()
            env = {"LD_PRELOAD": FAULTS, "FAULT_PATH": f"{self.output}:{self.results}", "FAULT_KILL": step}
            died += run(*self.arguments("--once"), env=env).returncode == -signal.SIGKILL
            with self.subTest(step=step):
                self.once()
                self.expect_all()
        print(f"{died} of {len(STEPS)} steps killed the process")
        self.assertGreater(died, len(STEPS) // 2)

    def test_a_torn_last_line(self):
        self.once()
        text = self.results.read_bytes()
        journal = self.output / "watch.jsonl"
        lines = journal.read_bytes().splitlines(keepends=True)
        for torn in (text[:-40], text + b"\0" * 100, text[:-1]):
            self.results.write_bytes(torn)
            journal.write_bytes(b"".join(lines[:-1]) + lines[-1][:20])
            self.once()
            self.expect_all()
            text = self.results.read_bytes()

    @unittest.skipUnless(FAULTS, "needs the fault layer")
    def test_a_full_disk(self):
        """It waits for room, and loses nothing."""
        log = self.folder / "faults.log"
        paths = (*(self.output / name for name in ("slices", ".watch.work", "watch.jsonl")), self.results)
        faults = {"LD_PRELOAD": FAULTS, "FAULT_PATH": ":".join(map(str, paths)), "FAULT_KINDS": "enospc,short_write",
                  "FAULT_RATE": "0.1", "FAULT_MAX": "4", "FAULT_SEED": "3", "FAULT_LOG": str(log)}  # fmt: skip
        said = self.once(env=faults).stderr
        self.assertIn("No space left on device", said)
        self.assertIn("next try in 1.0s", said)
        self.assertIn("enospc", log.read_text())
        self.expect_all()


@unittest.skipUnless(FAULTS, "needs the fault layer")
class PoisonTest(WatchTest):
    def setUp(self):
        super().setUp()
        for number in range(4):
            self.add(f"{number}.wav", recording(number, 6))

    def attempt(self, action, *more):
        env = {"LD_PRELOAD": FAULTS, "FAULT_PATH": str(self.archive), "FAULT_RECORDING": f"{action}:2.wav"}
        return run(*self.arguments("--once", *more), env=env)

    def expect_left_out(self):
        found = self.expect_each_once({f"{number}.wav" for number in range(4)})
        self.assertEqual([path for path, result in found.items() if "refused" in result], ["2.wav"])
        self.assertEqual(found["2.wav"]["refused"], "ends_process")
        self.assertFalse((self.output / "accused.csv").exists())

    def test_a_crash(self):
        self.assertEqual(self.attempt("crash").returncode, -signal.SIGSEGV)
        self.assertEqual(self.attempt("crash").returncode, DONE)
        self.expect_left_out()

    def test_no_end(self):
        first = self.attempt("hang", "--recording-timeout", "1s")
        self.assertEqual(first.returncode, STOPPED, first.stderr)
        self.assertIn("2.wav has no result after 1.0s", first.stderr)
        self.assertEqual(self.attempt("hang", "--recording-timeout", "1s").returncode, DONE)
        self.expect_left_out()


if __name__ == "__main__":
    main()
