"""What later runs do with an earlier run's output folder: continue, begin anew, extend, repair."""

import json
import os
import shutil
import time

import h5py
import numpy as np

from support import DONE, FAILED, STOPPED, USAGE, ProgramTest, Results, birds, main, tree_digest, wav, write

OPTIONS = ("--unit-audio", "10s", "--threads", "1", "--split", "train=0.7,validation=0.3")


class ContinueTest(ProgramTest):
    def setUp(self):
        super().setUp()
        for number in range(8):
            self.add(f"{number % 3}/{number}.wav", wav(birds(10, seed=number)))

    def again(self, *arguments, code=DONE, **options):
        return self.veery("process", self.archive, "-o", self.output, *OPTIONS, *arguments, code=code, **options)

    def records(self):
        return {path.name: (path.stat().st_mtime_ns, path.stat().st_ino) for path in self.output.glob("units/*.json")}

    def unit_of(self, path):
        return f"{int(Results(self.output).index[path]['unit']):05d}.json"

    def remade(self, before):
        now = self.records()
        return {name for name in now if now[name] != before.get(name)}

    def test_a_finished_run_is_left_alone(self):
        self.again()
        before, records = tree_digest(self.output), self.records()
        self.again(ranks=3)
        self.assertEqual(tree_digest(self.output), before)
        self.assertEqual(self.records(), records)

    def test_restart_removes_what_was_made_and_nothing_else(self):
        self.again("--clips", "flac", "--interval", "3s")
        write(self.output / "slices" / "0" / "mine.txt", b"my notes")
        write(self.output / "notes.txt", b"more")
        other = self.again(code=USAGE).stderr
        self.assertIn("--interval was 3s and is 6s", other)
        self.again("--restart")
        self.assertEqual((self.output / "slices" / "0" / "mine.txt").read_bytes(), b"my notes")
        (self.output / "slices" / "0" / "mine.txt").unlink()
        (self.output / "notes.txt").unlink()
        shutil.rmtree(self.output / "slices")
        fresh = self.folder / "fresh"
        self.veery("process", self.archive, "-o", fresh, *OPTIONS)
        self.assertEqual(tree_digest(self.output), tree_digest(fresh))

    def test_restart_of_nothing_is_a_start(self):
        self.again("--restart")
        self.veery("verify", self.output)

    def test_extend_accepts_new_recordings_and_leaves_finished_units(self):
        self.again("--clips", "flac")
        records, shards = self.records(), set(self.output.glob("dataset/*/*/*-of-*.h5"))
        self.add("0/3.flac", (self.archive / "0/3.wav").read_bytes())  # its name but for the extension
        self.add("a/much/longer/path/than/before/20.wav", wav(birds(10, seed=20)))
        self.add("1/21.wav", wav(birds(10, seed=21)))
        self.assertIn("is new or has changed: --extend accepts it", self.again("--clips", "flac", code=USAGE).stderr)
        self.again("--clips", "flac", "--extend", ranks=2)
        now = self.records()
        self.assertEqual({name: now[name] for name in records}, records)
        self.assertGreater(len(now), len(records))
        self.assertLess(shards, set(self.output.glob("dataset/*/*/*-of-*.h5")))
        results = Results(self.output)
        self.assertEqual({row["extension"] for row in results.index.values()}, {"0", "1"})
        self.assertEqual(len(results.index), 11)
        self.assertTrue(results.slices_of("0/3.flac")[0]["clip"].startswith("slices/0/3.flac-t"))
        self.assertTrue(results.slices_of("0/3.wav")[0]["clip"].startswith("slices/0/3_t"))
        self.veery("verify", self.output)
        before = tree_digest(self.output)
        self.again("--clips", "flac", ranks=3)
        self.assertEqual(tree_digest(self.output), before, "the extended run is continued without --extend")

        self.add("2/22.wav", wav(birds(10, seed=22)))
        self.again("--clips", "flac", "--extend")
        self.assertEqual(Results(self.output).index["2/22.wav"]["extension"], "2")
        self.assertEqual({name: self.records()[name] for name in now}, now)
        self.veery("verify", self.output)
        self.read_through_the_index()

    def read_through_the_index(self):
        """All rows of both splits, by the split's one file, with names of any extension."""
        results = Results(self.output)
        names = []
        for split in ("train", "validation"):
            (path,) = self.output.glob(f"dataset/*/*/*-{split}.h5")
            with h5py.File(path) as file:
                names += [name.decode().rstrip("\0") for name in file["filename"]]
                self.assertTrue(all(np.abs(row).max() > 0 for row in file["audio"]))
        self.assertEqual(sorted(names), sorted(row["filename"] for row in results.slices))

    def tfrecords(self):
        return {path.name: path.read_bytes() for path in self.output.glob("tfds/*/*/*.tfrecord-*")}

    def expect_one_count_a_split(self):
        """Names that TFDS can make from the count alone, and that no earlier count is left."""
        names = sorted(self.tfrecords())
        for split in ("train", "validation"):
            found = [name for name in names if f"-{split}." in name]
            expected = [f"recordings-{split}.tfrecord-{i:05d}-of-{len(found):05d}" for i in range(len(found))]
            self.assertEqual(found, expected)
        self.veery("verify", self.output)
        return names

    def test_tfrecords_of_an_extension_are_renamed_and_their_records_stay(self):
        shards = ("--shards", "hdf5,tfrecord")
        self.again(*shards)
        records, first, before = self.records(), self.expect_one_count_a_split(), self.tfrecords()
        for number in range(20, 26):
            self.add(f"1/{number}.wav", wav(birds(10, seed=number)))
        self.again(*shards, "--extend", ranks=2)
        now = self.expect_one_count_a_split()
        self.assertGreater(len(now), len(first))
        self.assertEqual({name: self.records()[name] for name in records}, records)
        kept = {name.split("-of-")[0]: content for name, content in before.items()}
        self.assertEqual({name: content for name, content in
                          ((name.split("-of-")[0], content) for name, content in self.tfrecords().items())
                          if name in kept}, kept)  # fmt: skip
        digest = tree_digest(self.output)
        self.again(*shards, ranks=3)
        said = self.again(*shards, "--check").stderr
        self.assertNotIn("done anew", said)
        self.assertEqual(tree_digest(self.output), digest)

        damaged = sorted(self.output.glob("tfds/*/*/*-train.tfrecord-00000-*"))[0]
        damaged.write_bytes(damaged.read_bytes()[:-1])
        self.assertIn(damaged.name, self.veery("repair", self.output).stderr)
        self.assertEqual(tree_digest(self.output), digest)

    def test_an_interrupted_extension_leaves_the_tfrecords_readable(self):
        shards = ("--shards", "tfrecord")
        self.again(*shards)
        before = self.tfrecords()
        for number in range(20, 26):
            self.add(f"1/{number}.wav", wav(birds(10, seed=number)))
        whole = self.folder / "whole"
        shutil.copytree(self.output, whole)
        self.veery("process", self.archive, "-o", whole, *OPTIONS, *shards, "--extend")
        self.again(*shards, "--extend", "--deadline", "1000000000", code=STOPPED)
        self.assertEqual(self.tfrecords(), before)
        info = json.loads(next(self.output.glob("tfds/*/*/dataset_info.json")).read_text())
        self.assertEqual(sum(len(split["shardLengths"]) for split in info["splits"]), len(before))

        # As if it had been killed while it gave the files their new names.
        name = sorted(before)[0]
        count = len([path for path in whole.glob(f"tfds/*/*/{name.split('-of-')[0].rsplit('-', 1)[0]}-*")])
        (path,) = self.output.glob(f"tfds/*/*/{name}")
        path.rename(path.with_name(f"{name.split('-of-')[0]}-of-{count:05d}"))
        self.again(*shards, "--extend", "--check", ranks=2)
        self.assertEqual(tree_digest(self.output), tree_digest(whole))
        self.expect_one_count_a_split()

        (self.output / "manifest.json").unlink()
        self.again(*shards, "--restart", "--clips", "flac")
        fresh = self.folder / "fresh"
        self.veery("process", self.archive, "-o", fresh, *OPTIONS, *shards, "--clips", "flac")
        self.assertEqual(tree_digest(self.output), tree_digest(fresh))

    def test_what_can_not_be_read_now_is_not_gone(self):
        """A file system that is away comes back: a mistake would end the chain of a job."""
        self.again()
        path, away = self.archive / "1/4.wav", self.folder / "away.wav"
        path.rename(away)
        path.symlink_to(self.folder / "not mounted" / "4.wav")
        for more in ((), ("--extend",)):
            said = self.again(*more, code=FAILED, ranks=2).stderr
            self.assertIn("1 recordings of the earlier run can't be read now: 1/4.wav", said)
            self.assertNotIn("--extend", said)
        path.unlink()
        away.rename(path)
        self.again()

    def test_extend_takes_nothing_away(self):
        self.again()
        (self.archive / "0/3.wav").unlink()
        self.assertIn("1 recordings of the earlier run are gone", self.again("--extend", code=USAGE).stderr)

    def test_extend_without_news_changes_nothing(self):
        self.again()
        before = tree_digest(self.output)
        self.again("--extend")
        self.assertEqual(tree_digest(self.output), before)

    def test_a_touched_recording_is_compared_and_kept(self):
        self.again()
        records = self.records()
        os.utime(self.archive / "0/3.wav")
        time.sleep(2.1)  # what was touched just now is compared again by the next run, too
        self.again(ranks=2)
        dated = self.records()
        self.assertEqual({name: inode for name, (_, inode) in dated.items()},
                         {name: inode for name, (_, inode) in records.items()})  # fmt: skip
        self.assertEqual(self.remade(records), {self.unit_of("0/3.wav")}, "its record has a new date, and it alone")
        self.again()
        self.assertEqual(self.records(), dated)
        self.add("0/3.wav", wav(birds(10, seed=99)))
        self.assertIn("0/3.wav", self.again(code=USAGE).stderr)

    def test_comparing_and_checking_end_in_time(self):
        """What need not be read is finished without any time."""
        over = ("--deadline", "1000000000")
        self.again()
        before = tree_digest(self.output)
        self.again(*over)
        self.assertIn("stopped early", self.again(*over, "--check", code=STOPPED, ranks=2).stderr)
        self.assertIn("with exit code 75", self.veery("status", self.output).stdout)
        os.utime(self.archive / "0/3.wav")
        self.assertIn("stopped early", self.again(*over, code=STOPPED, ranks=2).stderr)
        self.again("--check")
        self.assertEqual(tree_digest(self.output), before)

    def test_a_record_that_is_copied_later_hides_no_change(self):
        """A copy keeps the mtime of a record, and its ctime is new."""
        self.again()
        time.sleep(0.05)
        self.add("0/3.wav", wav(birds(10, seed=99)))
        time.sleep(0.05)
        for record in self.output.glob("units/*.json"):
            record.chmod(0o600)
        self.assertIn("0/3.wav", self.again(code=USAGE).stderr)

    def test_a_changed_recording_is_refused_by_name(self):
        """Same size, same header, an old time: a copy that keeps times does not hide."""
        self.again()
        path = self.archive / "0/3.wav"
        old = path.stat()
        time.sleep(0.05)
        self.add("0/3.wav", wav(birds(10, seed=99)))
        os.utime(path, ns=(old.st_atime_ns, old.st_mtime_ns))
        refusal = self.again(code=USAGE).stderr
        self.assertIn("1 recordings have changed since they were processed", refusal)
        self.assertIn("0/3.wav", refusal)
        records = self.records()
        self.again("--extend")
        self.assertEqual(self.remade(records), {self.unit_of("0/3.wav")})
        fresh = self.folder / "fresh"
        self.veery("process", self.archive, "-o", fresh, *OPTIONS)
        self.assertEqual(tree_digest(self.output), tree_digest(fresh))
        self.veery("verify", self.output)

    def test_check_makes_damaged_units_anew(self):
        self.again("--clips", "flac")
        before, records = tree_digest(self.output), self.records()
        shard = sorted(self.output.glob("dataset/*/*/*-train-00001-*.h5"))[0]
        damaged = bytearray(shard.read_bytes())
        damaged[len(damaged) // 2] ^= 1
        shard.write_bytes(damaged)
        sorted(self.output.glob("slices/2/*.flac"))[0].unlink()
        self.again("--clips", "flac")
        self.assertNotEqual(tree_digest(self.output), before, "without --check finished units are trusted")
        said = self.again("--clips", "flac", "--check", ranks=2).stderr
        self.assertIn("done anew: ", said)
        self.assertIn(shard.name, said)
        self.assertEqual(tree_digest(self.output), before)
        self.assertLessEqual(len(self.remade(records)), 2)

    def test_repair(self):
        self.again("--clips", "wav", "--walltime", "10h")
        before, records = tree_digest(self.output), self.records()
        (self.output / "units" / "00002.json").write_text("{")
        (self.output / "slices.csv").write_text("gone")
        next(self.output.glob("dataset/*/*/*-train-00000-*.h5")).unlink()
        self.veery("verify", self.output, code=4)
        said = self.veery("repair", self.output, ranks=2).stderr
        self.assertIn("units/00002.json", said)
        self.assertEqual(tree_digest(self.output), before)
        self.assertLessEqual(len(self.remade(records)), 2)
        self.veery("verify", self.output)
        self.veery("repair", self.output, "--quiet")
        self.assertEqual(tree_digest(self.output), before)

    def test_repair_after_a_job_and_in_another_folder(self):
        """The job's scratch folder and log are gone, and its paths were relative to where it ran."""
        scratch = self.folder / "job" / "scratch"
        scratch.mkdir(parents=True)
        (self.folder / "few.txt").write_text("0/0.wav\n1/1.wav\n2/2.wav\n")
        self.again("--files-from", "few.txt", "--scratch", scratch, "--log-file", "job/log", cwd=self.folder)
        before = tree_digest(self.output)
        shutil.rmtree(scratch.parent)
        next(self.output.glob("dataset/*/*/*-00000-of-*.h5")).unlink()
        elsewhere = self.folder / "elsewhere"
        elsewhere.mkdir()
        self.veery("repair", self.output, cwd=elsewhere)
        self.assertEqual(tree_digest(self.output), before)
        self.assertEqual(list(elsewhere.iterdir()), [])

    def test_repair_needs_a_run(self):
        self.assertIn("run.json", self.veery("repair", self.folder, code=1).stderr)

    def test_a_unit_that_could_not_be_read_is_tried_again(self):
        self.again()
        before = tree_digest(self.output)
        record = self.output / "units" / self.unit_of("1/4.wav")
        content = json.loads(record.read_text())
        content["lost"].append({"path": "1/4.wav", "begin": 0, "end": 1, "reason": "unreadable", "detail": "EIO"})
        record.write_text(json.dumps(content))
        self.assertIn("1/4.wav: could not be read: EIO", self.again().stderr)
        self.assertEqual(tree_digest(self.output), before)


if __name__ == "__main__":
    main()
