"""The output folder: full disks, read-only places, and runs that are not the one that was begun there."""

import os
import subprocess
import unittest

from support import DONE, DONE_WITH_BAD, FAILED, USAGE, ProgramTest, birds, main, tree_digest, wav, write

ORDINARY_USER = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]


def mount(*arguments):
    """Needs a root that may mount; elsewhere the test can't be made."""
    done = subprocess.run(["mount", *map(str, arguments)], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise unittest.SkipTest(f"cannot mount here: {done.stderr.strip()}")


class OutputFolderTest(ProgramTest):
    def setUp(self):
        super().setUp()
        for number in range(6):
            self.add(f"site/{number}.wav", wav(birds(20, seed=number)))

    def mount(self, *arguments):
        self.output.mkdir()
        mount(*arguments, self.output)
        self.addCleanup(subprocess.run, ["umount", "--lazy", self.output], check=False)

    # ── places that can't be written ──

    def expect_refusal(self, *said, **options):
        result = self.veery("process", self.archive, "-o", self.output, code=FAILED, **options)
        for text in said:
            self.assertIn(text, result.stderr)
        lines = [line for line in result.stderr.splitlines() if line.startswith("veery:")]
        self.assertEqual(len(lines), 1, result.stderr)

    def test_read_only_mount(self):
        self.mount("-t", "tmpfs", "-o", "ro,size=1m", "none")
        self.expect_refusal(str(self.output), "read-only")

    def test_read_only_mount_on_three_ranks(self):
        self.mount("-t", "tmpfs", "-o", "ro,size=1m", "none")
        self.expect_refusal(str(self.output), "read-only", ranks=3)

    def test_folder_of_somebody_else(self):
        self.folder.chmod(0o755)
        self.output.mkdir(mode=0o555)
        as_ordinary = {"before": ORDINARY_USER} if os.geteuid() == 0 else {}
        self.expect_refusal(str(self.output), "permissions", **as_ordinary)

    def test_output_that_is_a_file(self):
        self.output.write_text("mine")
        self.expect_refusal(str(self.output))
        self.assertEqual(self.output.read_text(), "mine")

    def test_scratch_that_is_missing(self):
        result = self.veery("process", self.archive, "-o", self.output, "--scratch", "/nowhere", code=FAILED)
        self.assertIn("/nowhere", result.stderr)

    # ── what is not a run's ──

    def test_what_others_keep_in_folders_of_our_names_stays(self):
        """Neither a run nor --restart removes a file whose name veery would not give it: it may be a recording."""
        mine = [self.output / name for name in ("started/a.wav", "started/notes.marks.txt", "units/b.wav", "units/notes.json")]
        for path in mine:
            write(path, b"mine")
        self.veery("process", self.archive, "-o", self.output, "--quiet")
        self.veery("process", self.archive, "-o", self.output, "--quiet", "--interval", "5s", "--restart")
        self.assertEqual([path.read_bytes() for path in mine], [b"mine"] * len(mine))

    def test_the_archive_itself(self):
        for words in (("process",), ("slice",), ("index",), ("process", "--dry-run")):
            result = self.veery(words[0], self.archive, "-o", self.archive, *words[1:], code=USAGE)
            self.assertIn("the archive is the output folder", result.stderr)
        self.assertEqual([path.name for path in self.archive.iterdir()], ["site"])
        self.veery("slice", self.archive / "site/0.wav", "-o", self.archive / "site")  # one recording, beside itself

    def test_an_archive_that_is_not_there_leaves_nothing(self):
        self.veery("process", self.folder / "typo", "-o", self.output, code=USAGE)
        self.assertFalse(self.output.exists())

    def test_an_archive_without_recordings_is_said(self):
        (self.folder / "empty").mkdir()
        self.assertIn("no recordings", self.veery("process", self.folder / "empty", "-o", self.output).stderr)

    def test_a_refused_command_is_no_run(self):
        self.veery("process", self.archive, "-o", self.output, "--quiet")
        before = tree_digest(self.output), (self.output / "status.json").read_bytes()
        self.veery("process", self.archive, "-o", self.output, "--interval", "5s", code=USAGE)
        self.veery("index", self.archive, "-o", self.output, code=USAGE)
        self.add("site/new.wav", wav(birds(10, seed=9)))
        self.veery("process", self.archive, "-o", self.output, code=USAGE, ranks=2)
        self.assertEqual((tree_digest(self.output), (self.output / "status.json").read_bytes()), before)

    def test_restart_does_not_remove_what_the_run_reads(self):
        table = write(self.folder / "a.csv", b"file,start,end,label\n0.wav,1,2,B\n")
        classes = write(self.output / "classes.txt", b"B\nA\n")
        words = ("process", self.archive, "-o", self.output, "--quiet", "--annotations", table, "--classes", classes)
        self.veery(*words)
        self.assertIn("--restart", self.veery(*words, "--interval", "5s", "--restart", code=USAGE).stderr)
        self.assertEqual(classes.read_bytes(), b"B\nA\n")
        self.veery("verify", self.output)

    # ── a full disk ──

    def expect_recovery(self, *command, size, ranks=0):
        """A clear message and nothing half-written; with more room the same command finishes with the right bytes."""
        self.mount("-t", "tmpfs", "-o", f"size={size}", "none")
        expected = self.folder / "expected"
        self.veery(command[0], self.archive, "-o", expected, *command[1:])
        wanted = tree_digest(expected)
        result = self.veery(command[0], self.archive, "-o", self.output, *command[1:], code=FAILED, ranks=ranks)
        self.assertIn("the disk is full: free space there", result.stderr)
        self.assertIn(str(self.output), result.stderr)
        visible = {name: digest for name, digest in tree_digest(self.output).items() if "staged" not in name}
        self.assertEqual(visible, {name: wanted[name] for name in visible})
        subprocess.run(["mount", "-o", "remount,size=64m", self.output], check=True)
        self.veery(command[0], self.archive, "-o", self.output, *command[1:], ranks=ranks)
        self.assertEqual(tree_digest(self.output), wanted)
        self.veery("verify", self.output)

    def test_full_disk_at_once(self):
        self.expect_recovery("process", "--unit-audio", "20s", size="4k")

    def test_full_disk_in_the_spool(self):
        self.expect_recovery("process", "--unit-audio", "20s", size="1m")

    def test_full_disk_in_a_shard(self):
        """Rows on their way fit, the shard made of them doesn't."""
        (self.folder / "scratch").mkdir()
        scratch = ("--scratch", str(self.folder / "scratch"))
        self.expect_recovery("process", "--unit-audio", "20s", *scratch, size="600k")

    def test_full_disk_after_some_shards(self):
        (self.folder / "scratch").mkdir()
        scratch = ("--scratch", str(self.folder / "scratch"))
        self.expect_recovery("process", "--unit-audio", "20s", *scratch, size="2200k")

    def test_full_disk_on_three_ranks(self):
        self.expect_recovery("process", "--unit-audio", "20s", size="2m", ranks=3)

    def test_full_disk_in_flac_clips(self):
        self.expect_recovery("slice", "--unit-audio", "20s", size="400k")

    def test_full_disk_at_the_end_of_a_flac_clip(self):
        self.expect_recovery("slice", "--unit-audio", "20s", size="904k")

    def test_full_disk_in_wav_clips(self):
        self.expect_recovery("slice", "--format", "wav", "--unit-audio", "20s", size="1000k")

    # ── another run's folder ──

    def expect_stranger(self, *said, arguments=(), **options):
        before = tree_digest(self.output)
        result = self.veery("process", self.archive, "-o", self.output, *arguments, code=USAGE, **options)
        for text in said:
            self.assertIn(text, result.stderr)
        self.assertEqual(tree_digest(self.output), before)

    def test_recording_that_changed(self):
        self.process()
        self.add("site/3.wav", wav(birds(21, seed=3)))
        self.expect_stranger("site/3.wav is new or has changed", "--extend")

    def test_recording_that_is_new(self):
        self.process()
        self.add("site/7.wav", wav(birds(20)))
        self.expect_stranger("site/7.wav is new or has changed", ranks=2)

    def test_recording_that_is_gone(self):
        self.process()
        (self.archive / "site/2.wav").unlink()
        self.expect_stranger("site/2.wav is gone: put back what was there, or --restart")

    def test_option_that_changed(self):
        self.process("--interval", "5s")
        self.expect_stranger("--interval was 5s and is 6s", str(self.output))
        self.expect_stranger("--interval was 5s and is 6s", ranks=3)

    def test_two_options_that_changed(self):
        self.process()
        self.expect_stranger("--sample-rate was 32000 and is 22050", "--compress was false and is true",
                             arguments=("--compress", "--sample-rate", "22050"))  # fmt: skip

    def test_options_that_change_no_results(self):
        before = self.process("--threads", "1").folder
        digest = tree_digest(before)
        self.process("--threads", "2", "--log-every", "1s", "--allow-bad", ranks=2)
        self.assertEqual(tree_digest(self.output), digest)

    def test_unit_record_of_another_build_is_redone(self):
        """A record whose fingerprint differs counts for nothing."""
        self.process()
        digest = tree_digest(self.output)
        (record,) = self.output.glob("units/*.json")
        text = record.read_text()
        start = text.index('"fingerprint":"') + len('"fingerprint":"')
        record.write_text(text[:start] + "0" * 64 + text[start + 64 :])
        self.process()
        self.assertEqual(tree_digest(self.output), digest)

    def test_bad_recordings_count_in_a_continued_run_too(self):
        self.add("bad.wav", b"")
        self.process(code=DONE_WITH_BAD)
        self.process(code=DONE_WITH_BAD)
        self.process("--allow-bad", code=DONE)


if __name__ == "__main__":
    main()
