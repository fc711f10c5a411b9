"""What comes from outside, names and lists, runs nothing, writes nowhere else, and shows as plain text."""

import csv
import os
import re
import stat

import h5py
from support import DONE_WITH_BAD, ProgramTest, Results, birds, main, run, text_of_cell, wav, write

SOUND = wav(birds(12, seed=4))
WINDOWS = ("--slices", "fixed", "--interval", "6s", "--hop", "6s")
HOSTILE = ["=cmd|' C calc'!A0.wav", "-rf.wav", "--output=elsewhere.wav", "@x.wav", "+1.wav", "'quoted'.wav", "$(touch ran).wav",
           "`touch ran`.wav", "; touch ran;.wav", "| touch ran.wav", "\x1b[2J\x1b]0;title\x07.wav", "two\nlines.wav",
           "\rover.wav", "\tx.wav", "\\x41.wav", 'a "b", c.wav', "<script>alert(1)</script>.wav", "%s%n.wav", "{0}.wav",
           "=folder/-x.wav", "\u0085\u009b31m.wav"]  # fmt: skip
CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")
FORMULA = re.compile(r"[=+@\t\r]|-(?!\d)")


def raw_cells(path):
    with open(path, newline="", encoding="utf-8") as file:
        return [cell for row in csv.reader(file) for cell in row]


def files_below(folder):
    return {path.relative_to(folder) for path in folder.rglob("*") if not path.is_dir()}


class HostileNamesTest(ProgramTest):
    def setUp(self):
        super().setUp()
        for name in HOSTILE:
            self.add(name, SOUND)
        self.add("=refused\x1b[1m.wav", b"")
        with open(os.fsencode(self.archive) + b"/-caf\xe9.wav", "wb") as file:
            file.write(SOUND)

    def process_hostile(self, *arguments, **options):
        return self.process(*WINDOWS, *arguments, code=DONE_WITH_BAD, **options)

    def test_tables_are_defused_and_join_exactly(self):
        results = self.process_hostile("--clips", "wav")
        for table in self.output.glob("*.csv"):
            text = table.read_bytes().decode("utf-8")
            self.assertIsNone(CONTROL.search(text), table.name)
            for cell in raw_cells(table):
                self.assertIsNone(FORMULA.match(cell), f"{table.name}: {cell}")
        self.assertEqual(set(results.index), set(HOSTILE))
        for row in results.slices:
            (shard,) = self.output.glob(f"dataset/*/*/{row['shard']}")
            with h5py.File(shard) as file:
                self.assertEqual(file["filename"][int(row["row"])].decode(), row["filename"])
            self.assertTrue((self.output / row["clip"]).is_file(), row["clip"])
        refused = {row["path"]: row["reason"] for row in results.quarantine}
        self.assertEqual(refused, {"=refused\x1b[1m.wav": "empty", "-caf\udce9.wav": "not_utf8"})

    def test_nothing_runs_and_nothing_is_written_elsewhere(self):
        before = files_below(self.folder)
        self.process_hostile("--clips", "flac", "--log-file", self.folder / "log", cwd=self.folder)
        self.veery("slice", self.archive, "-o", self.output / "slice", *WINDOWS, code=DONE_WITH_BAD, cwd=self.folder)
        outside = {path for path in files_below(self.folder) - before if path.parts[0] != "out"}
        self.assertEqual({str(path) for path in outside}, {"log"})
        for path in self.output.rglob("*"):
            self.assertFalse(path.name.startswith("ran"), path)
        self.assertIsNone(CONTROL.search((self.folder / "log").read_text()))

    def test_terminals_and_pipes_get_plain_text(self):
        said = self.veery("process", self.archive, "-o", self.output, "--verbose", *WINDOWS, code=DONE_WITH_BAD).stderr
        said += self.veery("index", self.archive, code=DONE_WITH_BAD).stdout
        for name in ("\x1b[2J\x1b]0;title\x07.wav", "two\nlines.wav", "=cmd|' C calc'!A0.wav"):
            said += self.veery("peaks", "--", name, cwd=self.archive).stdout
        self.assertIsNone(CONTROL.search(said))
        self.assertIn("'=cmd|' C calc'!A0.wav", said)

    def test_peaks_name_the_file_exactly(self):
        name = "=two\nlines.wav"
        self.add(name, SOUND)
        table = self.veery("peaks", name, cwd=self.archive).stdout
        self.assertEqual({text_of_cell(row["path"]).removeprefix("./") for row in csv.DictReader(table.splitlines())},
                         {name})  # fmt: skip

    def test_an_archive_that_changed_is_named_in_plain_text(self):
        self.process_hostile()
        self.add("=new\x1b[2J.wav", SOUND)
        result = run("process", self.archive, "-o", self.output, *WINDOWS)
        self.assertEqual(result.returncode, 2)
        self.assertIn("=new\\x1b[2J.wav", result.stderr)


class ListsTest(ProgramTest):
    def test_what_leaves_the_archive_is_refused(self):
        write(self.folder / "secret.wav", SOUND)
        self.add("a/good.wav", SOUND)
        lines = [b"a/good.wav", b"../secret.wav", b"a/../../secret.wav", os.fsencode(self.folder / "secret.wav"),
                 b"/etc/passwd", b"a/../a/./good.wav", b"=/../../x.wav", b"..", b".", b"gone.wav", b"a"]  # fmt: skip
        listed = write(self.folder / "list", b"\n".join(lines))
        results = self.process(*WINDOWS, "--files-from", listed, code=DONE_WITH_BAD)
        self.assertEqual(set(results.index), {"a/good.wav"})
        outside = {row["path"] for row in results.quarantine if row["reason"] == "outside_archive"}
        self.assertEqual(outside, {os.fsdecode(line) for line in lines[1:5]} | {"=/../../x.wav", ".."})

    def test_links_are_read_and_never_written(self):
        """A link that leads out is the archive's own: it is read, and what is made of it stays in the output folder."""
        outside = self.folder / "outside"
        write(outside / "x.wav", SOUND)
        (self.archive / "link").symlink_to(outside)
        results = self.process(*WINDOWS, "--clips", "wav", "--files-from", write(self.folder / "list", b"link/x.wav\n"))
        self.assertEqual(set(results.index), {"link/x.wav"})
        self.assertEqual([path.name for path in outside.iterdir()], ["x.wav"])


class PermissionsTest(ProgramTest):
    def modes_under(self, mask):
        self.add("a/x.wav", SOUND)
        self.output = self.folder / f"out-{mask:03o}"
        self.process(*WINDOWS, "--clips", "wav", umask=mask)
        modes = {path: stat.S_IMODE(path.lstat().st_mode) for path in [self.output, *self.output.rglob("*")]}
        return [(path, mode & 0o777, 0o777 if path.is_dir() else 0o666) for path, mode in modes.items()]

    def test_files_have_the_rights_that_the_umask_leaves(self):
        for mask in (0o022, 0o077, 0o002):
            for path, mode, most in self.modes_under(mask):
                self.assertEqual(oct(mode), oct(most & ~mask), f"{path} under {mask:03o}")


if __name__ == "__main__":
    main()
