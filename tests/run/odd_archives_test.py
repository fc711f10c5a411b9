"""Names, links, lists and folders as archives really have them."""

import os
import subprocess

from support import (DONE_WITH_BAD, FAILED, LAUNCHER, USAGE, ProgramTest, Results, birds, command, environment, main, wav,
                     write)  # fmt: skip

SOUND = wav(birds(12, seed=4))
WINDOWS = ("--slices", "fixed", "--interval", "6s", "--hop", "6s")


class OddArchiveTest(ProgramTest):
    def listed(self, *arguments, **options):
        return set(self.process(*WINDOWS, *arguments, **options).index)

    # ── names ──

    def test_strange_names_survive_in_every_table(self):
        names = ["with space.wav", 'with "quotes".wav', "it's.wav", "line\nbreak.wav", "carriage\rreturn.wav", "comma,.wav",
                 "tab\t.wav", "back\\slash.wav", "-o.wav", "$HOME;*.wav", "鶯 Mönchsgrasmücke.wav", "=1+1.wav"]  # fmt: skip
        for name in names:
            self.add(name, SOUND)
        results = self.process(*WINDOWS, "--clips", "wav")
        self.assertEqual(set(results.index), set(names))
        self.assertEqual({row["filename"] for row in results.slices}, set(names))
        self.assertTrue(all((self.output / row["clip"]).exists() for row in results.slices))

    def test_control_characters_stay_off_the_terminal(self):
        self.add("\x1b[2Jred\x1b[31m.wav", b"")
        self.add("\x1b]0;title\x07.wav", SOUND)
        self.veery("process", self.archive, "-o", self.output, "--verbose", code=DONE_WITH_BAD)
        self.veery("index", self.archive, code=DONE_WITH_BAD)
        peaks = self.veery("peaks", self.archive / "\x1b[2Jred\x1b[31m.wav", code=DONE_WITH_BAD)
        self.assertIn("\\x1b", peaks.stderr)
        self.veery("process", self.archive / "\x1b[31mgone", "-o", self.output, code=USAGE)
        manifest = self.output / "manifest.json"
        manifest.write_text(manifest.read_text().replace('"bytes": ', '"bytes": 1'))
        self.assertNotIn("\x1b", self.veery("verify", self.output, code=4).stdout)

    def test_name_that_is_not_utf8(self):
        self.add("good.wav", SOUND)
        with open(os.fsencode(self.archive) + b"/caf\xe9.wav", "wb") as file:
            file.write(SOUND)
        results = self.process(*WINDOWS, code=DONE_WITH_BAD)
        self.assertEqual([(row["path"], row["reason"]) for row in results.quarantine], [("caf\udce9.wav", "not_utf8")])
        self.assertEqual(set(results.index), {"good.wav"})

    def test_long_name(self):
        """As long as the file system allows: clips and staged files need longer names than the recording's."""
        name = "x" * 251 + ".wav"
        self.add(name, SOUND)
        self.assertEqual(self.listed(), {name})

    def test_extensions_in_any_case(self):
        names = {"a.WAV", "b.Wav", "c.wave", "d.wAvE"}
        for name in names | {"e.txt", "f.wav.part", "wav"}:
            self.add(name, SOUND)
        self.assertEqual(self.listed(), names)

    def test_hidden_files_and_folders_are_skipped(self):
        for name in ("._a.wav", ".wav", ".trash/b.wav", "c.wav"):
            self.add(name, SOUND)
        self.assertEqual(self.listed(), {"c.wav"})

    # ── recordings whose clips could collide ──

    def expect_distinct_clips(self, names):
        for name in names:
            self.add(name, SOUND)
        self.veery("slice", self.archive, "-o", self.output, "--format", "wav", *WINDOWS)
        clips = [str(p.relative_to(self.output)).lower() for p in (self.output / "slices").rglob("*.wav")]
        self.assertEqual(len(set(clips)), 2 * len(names), clips)
        self.veery("verify", self.output)

    def test_one_name_in_two_folders(self):
        self.expect_distinct_clips(["a/x.wav", "b/x.wav", "x.wav", "a/a/x.wav"])

    def test_one_name_with_two_extensions(self):
        self.expect_distinct_clips(["x.wav", "x.wave", "x.flac"])

    def test_a_name_that_holds_another_ones_extension(self):
        self.expect_distinct_clips(["x.wav", "x.flac", "x-wav.ogg", "x.wav.ogg", "x_wav.ogg"])

    def test_a_recording_named_like_a_clip(self):
        self.expect_distinct_clips(["x.wav", "x_t00000.000.wav"])

    # ── links ──

    def test_link_loops_end(self):
        self.add("a/b/x.wav", SOUND)
        (self.archive / "a/b/up").symlink_to("../..")
        (self.archive / "a/self").symlink_to("self")
        (self.archive / "a/here").symlink_to(".")
        self.assertEqual(self.listed(), {"a/b/x.wav"})

    def test_links_to_listed_recordings_are_not_listed_again(self):
        self.add("real/x.wav", SOUND)
        (self.archive / "again.wav").symlink_to("real/x.wav")
        (self.archive / "folder").symlink_to("real")
        self.assertEqual(self.listed(), {"real/x.wav"})

    def test_links_out_of_the_archive_are_followed_once(self):
        outside = self.folder / "outside"
        outside.mkdir()
        (outside / "x.wav").write_bytes(SOUND)
        (self.archive / "one").symlink_to(outside)
        (self.archive / "two").symlink_to(outside)
        self.assertEqual(self.listed(), {"one/x.wav"})

    def test_archive_that_is_a_link(self):
        self.add("x.wav", SOUND)
        link = self.folder / "link"
        link.symlink_to(self.archive)
        self.archive = link
        self.assertEqual(self.listed(), {"x.wav"})

    # ── lists ──

    def files_from(self, text, *arguments, **options):
        (self.folder / "list").write_bytes(text)
        return self.process(*WINDOWS, "--files-from", self.folder / "list", *arguments, **options)

    def test_list_chooses_recordings(self):
        for name in ("a.wav", "b/c.wav", "d.wav"):
            self.add(name, SOUND)
        text = f"a.wav\r\n\n./b/../b/c.wav\n{self.archive}/a.wav\n"
        self.assertEqual(set(self.files_from(text.encode()).index), {"a.wav", "b/c.wav"})

    def test_list_separated_by_nul(self):
        self.add("line\nbreak.wav", SOUND)
        self.assertEqual(set(self.files_from(b"line\nbreak.wav\0").index), {"line\nbreak.wav"})

    def test_list_may_not_leave_the_archive(self):
        self.add("a.wav", SOUND)
        (self.folder / "secret.wav").write_bytes(SOUND)
        results = self.files_from(b"a.wav\n../secret.wav\nb/../../secret.wav\n/etc/hostname\n", code=DONE_WITH_BAD)
        self.assertEqual({row["reason"] for row in results.quarantine}, {"outside_archive"})
        self.assertEqual((len(results.quarantine), set(results.index)), (3, {"a.wav"}))

    def test_list_names_a_missing_file(self):
        self.add("a.wav", SOUND)
        results = self.files_from(b"a.wav\ngone.wav\n", code=DONE_WITH_BAD)
        self.assertEqual([(row["path"], row["reason"]) for row in results.quarantine], [("gone.wav", "unreadable")])

    def test_list_names_a_folder(self):
        self.add("b/a.wav", SOUND)
        results = self.files_from(b"b\nb/a.wav\n", code=DONE_WITH_BAD)
        self.assertEqual([(row["path"], row["reason"]) for row in results.quarantine], [("b", "no_audio")])

    def test_list_that_is_missing(self):
        result = self.veery("process", self.archive, "-o", self.output, "--files-from", "/nowhere/list", code=USAGE)
        self.assertIn("/nowhere/list", result.stderr)

    # ── the archive and the output folder ──

    def test_output_inside_the_archive(self):
        """What an earlier run wrote is not taken for recordings."""
        self.add("a.wav", SOUND)
        self.output = self.archive / "out"
        self.assertEqual(self.listed("--clips", "wav"), {"a.wav"})
        self.assertEqual(self.listed("--clips", "wav"), {"a.wav"})

    def test_empty_archive(self):
        result = self.veery("process", self.archive, "-o", self.output)
        self.assertIn("0 recordings", result.stderr)
        self.veery("verify", self.output)

    def test_missing_archive(self):
        result = self.veery("process", self.folder / "gone", "-o", self.output, code=USAGE)
        self.assertIn(str(self.folder / "gone"), result.stderr)

    def test_archive_that_is_not_mounted_on_one_node(self):
        """It has no index without a share of the recordings; what no rank can read is left out as ever."""
        for number in range(4):
            self.add(f"{number}.wav", SOUND)
        (self.folder / "node" / "archive").mkdir(parents=True)
        words = command("process", "archive", "-o", self.output, "--quiet")
        line = [LAUNCHER, "-n", "1", "-wdir", str(self.folder), *words,
                ":", "-n", "1", "-wdir", str(self.folder / "node"), *words]  # fmt: skip
        result = subprocess.run(line, env=environment(), capture_output=True, text=True, timeout=120, check=False)
        self.assertEqual(result.returncode, FAILED, result.stderr)
        self.assertRegex(result.stderr, "rank 1 on .* can't read what rank 0 can: [13].wav: No such file or directory")
        self.assertFalse((self.output / "index.csv").exists())
        listed = write(self.folder / "list", b"0.wav\n1.wav\n2.wav\n3.wav\ngone-1.wav\ngone-2.wav\n")
        results = self.process("--files-from", listed, code=DONE_WITH_BAD, ranks=2)
        self.assertEqual(len(results.index), 4)
        self.assertEqual([row["path"] for row in results.quarantine], ["gone-1.wav", "gone-2.wav"])

    def test_archive_that_is_one_recording(self):
        self.add("b.wav", SOUND)
        self.veery("process", self.add("a.wav", SOUND), "-o", self.output, "--quiet")
        self.assertEqual(list(Results(self.output).index), ["a.wav"])

    def test_one_recording_and_a_list(self):
        listed = write(self.folder / "list", b"a.wav\n")
        path = self.add("a.wav", SOUND)
        result = self.veery("process", path, "--files-from", listed, "-o", self.output, code=USAGE)
        self.assertIn("a.wav", result.stderr)


if __name__ == "__main__":
    main()
