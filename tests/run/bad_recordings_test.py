"""Recordings that can't be read, or not to their end: each is named with its reason, its neighbours are unharmed."""

import os
import pathlib
import shutil
import tempfile

import numpy as np
from support import DONE, DONE_WITH_BAD, RATE, ProgramTest, Results, birds, main, run, wav, write

GOOD = "good/20240601_060000.wav"
SECONDS = 20
ORDINARY_USER = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
PLACE = {"shard", "row"}


def without_place(rows):
    return [{name: cell for name, cell in row.items() if name not in PLACE} for row in rows]


class BadRecordingTest(ProgramTest):
    @classmethod
    def setUpClass(cls):
        cls.sound = birds(SECONDS, seed=2)
        cls.alone = pathlib.Path(tempfile.mkdtemp(prefix="veery-run-"))
        cls.addClassCleanup(shutil.rmtree, cls.alone)
        write(cls.alone / "archive" / GOOD, wav(cls.sound))
        run("process", cls.alone / "archive", "-o", cls.alone / "out").check_returncode()
        cls.good_slices = Results(cls.alone / "out").slices_of(GOOD)
        run("slice", cls.alone / "archive", "-o", cls.alone / "flac", "--slices", "fixed", "--interval", f"{SECONDS}s",
            "--hop", f"{SECONDS}s").check_returncode()  # fmt: skip
        (flac,) = (cls.alone / "flac").rglob("*.flac")
        cls.flac = flac.read_bytes()

    def setUp(self):
        super().setUp()
        self.add(GOOD, wav(self.sound))

    def process(self, *arguments, code=DONE_WITH_BAD, **options):
        results = super().process(*arguments, code=code, **options)
        self.assertEqual(without_place(results.slices_of(GOOD)), without_place(self.good_slices))
        self.assertGreater(len(self.good_slices), 0)
        return results

    def expect_refused(self, path, reason, *arguments, **options):
        """The file is no recording of the index; the quarantine says why."""
        results = self.process(*arguments, **options)
        self.assertEqual([row["reason"] for row in results.quarantine_of(path)], [reason])
        self.assertNotIn(path, results.index)
        self.assertEqual(results.totals["refused"], 1)

    def expect_lost(self, path, reason, begin, end, *arguments):
        """One range of the recording is lost, and no slice touches it."""
        results = self.process(*arguments)
        (row,) = results.quarantine_of(path)
        self.assertEqual((row["reason"], int(row["begin_frame"]), int(row["end_frame"])), (reason, begin, end))
        for piece in results.slices_of(path):
            untouched = int(piece["source_end_sample"]) <= begin or int(piece["source_start_sample"]) >= end
            self.assertTrue(untouched, piece)
        self.assertEqual(results.totals["damaged"], 1)
        return results

    def test_empty_file(self):
        self.add("bad.wav", b"")
        self.expect_refused("bad.wav", "empty")

    def test_wav_of_44_bytes(self):
        header = wav(birds(0))
        self.assertEqual(len(header), 44)
        self.add("bad.wav", header)
        self.expect_refused("bad.wav", "header_only")

    def test_wav_of_44_bytes_that_claims_more(self):
        self.add("bad.wav", wav(birds(0), data_bytes=1_000_000))
        self.expect_refused("bad.wav", "header_only")

    def test_header_cut_short(self):
        self.add("bad.wav", wav(self.sound)[:30])
        self.expect_refused("bad.wav", "no_audio")

    def test_wav_cut_in_the_middle(self):
        self.add("bad.wav", wav(self.sound)[: 44 + 2 * 12 * RATE])
        results = self.expect_lost("bad.wav", "truncated", 12 * RATE, SECONDS * RATE)
        self.assertGreater(len(results.slices_of("bad.wav")), 0)

    def test_wav_cut_within_a_sample(self):
        self.add("bad.wav", wav(self.sound)[: 44 + 2 * 12 * RATE + 1])
        self.expect_lost("bad.wav", "truncated", 12 * RATE, SECONDS * RATE)

    def test_length_field_too_long(self):
        self.add("bad.wav", wav(self.sound, data_bytes=2 * 30 * RATE))
        results = self.expect_lost("bad.wav", "truncated", SECONDS * RATE, 30 * RATE)
        self.assertGreater(len(results.slices_of("bad.wav")), 0)

    def expect_whole(self, path, frames):
        results = self.process(code=DONE)
        self.assertEqual(results.quarantine, [])
        self.assertEqual(int(results.index[path]["frames"]), frames)
        self.assertGreater(len(results.slices_of(path)), 0)

    def test_length_field_zero(self):
        """The header says that there is nothing, so nothing is taken for audio; the detail says why."""
        self.add("bad.wav", wav(self.sound, data_bytes=0))
        self.expect_refused("bad.wav", "header_only")
        self.assertEqual(Results(self.output).quarantine[0]["detail"], "the header announces no samples")

    def test_header_that_was_never_filled_in(self):
        """A recorder that lost power: the lengths are those of a file just begun, and the audio is there."""
        unfinished = wav(self.sound, data_bytes=0)
        self.add("bad.wav", unfinished[:4] + (8).to_bytes(4, "little") + unfinished[8:])
        self.expect_whole("bad.wav", SECONDS * RATE)

    def test_length_field_all_ones(self):
        """A stream of unknown length."""
        self.add("bad.wav", wav(self.sound, data_bytes=0xFFFFFFFF))
        self.expect_whole("bad.wav", SECONDS * RATE)

    def test_length_field_too_short(self):
        """What the header does not claim is no audio."""
        self.add("bad.wav", wav(self.sound, data_bytes=2 * 9 * RATE))
        self.expect_whole("bad.wav", 9 * RATE)

    def test_flac_with_a_broken_frame(self):
        """What decodes before the break is kept, at its place; behind it no position can be trusted."""
        middle = len(self.flac) // 2
        self.add("bad.flac", self.flac[:middle] + bytes(4000) + self.flac[middle + 4000 :])
        self.add("whole.flac", self.flac)
        results = super().process("--slices", "fixed", "--interval", "1s", "--hop", "1s", code=DONE_WITH_BAD)
        (row,) = results.quarantine_of("bad.flac")
        begin, end = int(row["begin_frame"]), int(row["end_frame"])
        self.assertEqual(row["reason"], "broken_frame")
        self.assertEqual(end, SECONDS * RATE)
        self.assertTrue(5 * RATE < begin < 15 * RATE, begin)
        kept = results.slices_of("bad.flac")
        whole = results.slices_of("whole.flac")
        self.assertEqual(len(kept), begin // RATE)
        self.assertEqual([r["row_xxh3"] for r in kept], [r["row_xxh3"] for r in whole[: len(kept)]])

    def test_flac_cut_in_the_middle(self):
        self.add("bad.flac", self.flac[: len(self.flac) // 2])
        results = self.process()
        (row,) = results.quarantine_of("bad.flac")
        self.assertIn(row["reason"], {"broken_frame", "truncated"})
        self.assertEqual(int(row["end_frame"]), SECONDS * RATE)
        self.assertTrue(5 * RATE < int(row["begin_frame"]) < 15 * RATE, row)
        self.assertGreater(len(results.slices_of("bad.flac")), 0)

    def test_flac_without_audio(self):
        self.add("bad.flac", self.flac[:42])
        results = self.process()
        (row,) = results.quarantine_of("bad.flac")
        self.assertIn(row["reason"], {"header_only", "broken_frame"})

    def test_text_named_wav(self):
        self.add("bad.wav", b"These are field notes, not a recording.\n" * 50)
        self.expect_refused("bad.wav", "no_audio")

    def test_other_audio_under_a_wrong_name(self):
        """The content counts, not the name."""
        self.add("flac.wav", self.flac)
        results = self.process(code=DONE)
        self.assertEqual(int(results.index["flac.wav"]["frames"]), SECONDS * RATE)

    def test_folder_named_wav(self):
        (self.archive / "x.wav").mkdir()
        self.add("x.wav/inside.wav", wav(self.sound))
        results = self.process(code=DONE)
        self.assertEqual(set(results.index), {GOOD, "x.wav/inside.wav"})

    def test_pipe_named_wav(self):
        os.mkfifo(self.archive / "bad.wav")
        self.expect_refused("bad.wav", "no_audio")

    def as_ordinary_user(self):
        """Options for a run by somebody whom permissions bind."""
        if os.geteuid() != 0:
            return {}
        for path in (self.folder, *self.folder.rglob("*")):
            os.chown(path, 65534, 65534, follow_symlinks=False)
        return {"before": ORDINARY_USER, "env": {"HOME": str(self.folder), "TMPDIR": str(self.folder)}}

    def test_permission_denied(self):
        os.chmod(self.add("bad.wav", wav(self.sound)), 0)
        self.expect_refused("bad.wav", "unreadable", **self.as_ordinary_user())

    def test_folder_that_may_not_be_listed(self):
        self.add("locked/a.wav", wav(self.sound))
        os.chmod(self.archive / "locked", 0o300)
        self.addCleanup(os.chmod, self.archive / "locked", 0o700)
        self.expect_refused("locked", "unreadable", **self.as_ordinary_user())

    def test_folder_that_may_not_be_entered(self):
        self.add("locked/a.wav", wav(self.sound))
        self.add("locked/sub/b.wav", wav(self.sound))
        os.chmod(self.archive / "locked", 0o400)
        self.addCleanup(os.chmod, self.archive / "locked", 0o700)
        results = self.process(**self.as_ordinary_user())
        named = {row["path"]: row["reason"] for row in results.quarantine}
        self.assertEqual(named, {"locked/a.wav": "unreadable", "locked/sub": "unreadable"})

    def test_link_that_leads_nowhere(self):
        (self.archive / "bad.wav").symlink_to("gone.wav")
        self.expect_refused("bad.wav", "unreadable")

    def test_zero_channels(self):
        self.add("bad.wav", wav(self.sound, channels=0))
        self.expect_refused("bad.wav", "zero_channels")

    def test_rate_of_1_hz(self):
        self.add("bad.wav", wav(self.sound, rate=1))
        self.expect_refused("bad.wav", "absurd_rate")

    def test_rate_of_4_ghz(self):
        self.add("bad.wav", wav(self.sound, rate=4_000_000_000))
        self.expect_refused("bad.wav", "absurd_rate")

    def test_nan_and_infinity(self):
        """The range is named, slices that touch it are left out, the rest of the recording is kept."""
        samples = (self.sound / 32768).astype("<f4")
        samples[8 * RATE : 8 * RATE + 500] = np.nan
        samples[8 * RATE + 500 : 8 * RATE + 600] = -np.inf
        self.add("bad.wav", wav(samples, kind="float32", payload=samples.tobytes()))
        results = self.expect_lost("bad.wav", "not_finite", 8 * RATE, 8 * RATE + 600)
        self.assertGreater(results.totals["slices_on_lost"], 0)
        self.assertGreater(len(results.slices_of("bad.wav")), 0)

    def test_nan_throughout(self):
        samples = np.full(10 * RATE, np.nan, "<f4")
        self.add("bad.wav", wav(samples, kind="float32", payload=samples.tobytes()))
        results = self.expect_lost("bad.wav", "not_finite", 0, 10 * RATE)
        self.assertEqual(results.slices_of("bad.wav"), [])

    def test_more_channels_asked_for_than_there_are(self):
        stereo = np.stack([self.sound, self.sound], axis=1)
        self.add("stereo.wav", wav(stereo))
        results = super().process("--channels", "2", code=DONE_WITH_BAD)
        (row,) = results.quarantine
        self.assertEqual((row["path"], row["reason"]), (GOOD, "no_such_channel"))
        self.assertGreater(len(results.slices_of("stereo.wav")), 0)

    def test_allow_bad(self):
        self.add("bad.wav", b"")
        self.expect_refused("bad.wav", "empty", "--allow-bad", code=DONE)

    def test_only_bad_recordings(self):
        (self.archive / GOOD).unlink()
        self.add("bad.wav", b"")
        results = super().process(code=DONE_WITH_BAD)
        self.assertEqual((results.index, results.slices), ({}, []))


if __name__ == "__main__":
    main()
