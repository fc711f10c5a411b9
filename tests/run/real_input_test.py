"""Real recordings of many kinds, odd ones among them, go through, and every one is accounted for."""

from support import DONE, DONE_WITH_BAD, ProgramTest, Results, main, run, shared

EXTENSIONS = {".wav", ".wave", ".flac", ".ogg", ".oga", ".opus", ".mp3", ".aif", ".aiff", ".w64", ".caf", ".rf64"}


class RealInputTest(ProgramTest):
    def test_every_recording_is_accounted_for(self):
        archive = shared("audio")
        result = run("process", archive, "-o", self.output, ranks=2)
        self.assertIn(result.returncode, {DONE, DONE_WITH_BAD}, result.stderr)
        results = Results(self.output)
        self.assertTrue(results.totals["coverage"]["all_accounted_for"])
        coverage = results.totals["coverage"]
        self.assertEqual(coverage["claimed_frames"], coverage["frames_read"] + coverage["frames_lost"])
        refused = {row["path"] for row in results.quarantine if not row["begin_frame"]}
        audio = (path for path in archive.rglob("*") if path.suffix.lower() in EXTENSIONS and path.is_file())
        files = {str(path.relative_to(archive)) for path in audio}
        self.assertEqual(set(results.index) | refused, files)
        self.assertFalse(set(results.index) & refused)
        self.assertEqual(result.returncode, DONE_WITH_BAD if results.quarantine else DONE)
        self.assertGreater(len(results.slices), len(results.index))
        self.veery("verify", self.output, ranks=2)


if __name__ == "__main__":
    main()
