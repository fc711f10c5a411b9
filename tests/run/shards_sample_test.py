"""`veery shards sample`: rows chosen at random as WAV files with the samples of their shards, pictures and a table; the
same ones by however many ranks."""

import shutil
import struct
import tempfile
import zlib
from pathlib import Path

import h5py
import numpy as np
from support import FAILED, USAGE, ProgramTest, main, read_table, run, synthesize, test_model, tree_digest


def read_wav(path):
    """int16 or float32 samples, and the rate."""
    data = path.read_bytes()
    assert data[:4] == b"RIFF" and data[8:12] == b"WAVE", path
    place, kind, samples = 12, None, None
    while place < len(data):
        name, size = data[place : place + 4], struct.unpack("<I", data[place + 4 : place + 8])[0]
        body = data[place + 8 : place + 8 + size]
        if name == b"fmt ":
            kind, _, rate = struct.unpack("<HHI", body[:8])
        elif name == b"data":
            samples = body
        place += 8 + size + size % 2
    return np.frombuffer(samples, "<f4" if kind == 3 else "<i2"), rate


def png_size(path):
    """Width and height of a PNG whose checksums are right."""
    data = path.read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n", path
    place = 8
    while place < len(data):
        size = struct.unpack(">I", data[place : place + 4])[0]
        assert zlib.crc32(data[place + 4 : place + 8 + size]) == struct.unpack(">I", data[place + 8 + size :][:4])[0]
        place += size + 12
    return struct.unpack(">II", data[16:24])


class SampleTest(ProgramTest):
    @classmethod
    def setUpClass(cls):
        cls.common = Path(tempfile.mkdtemp(prefix="veery-run-"))
        cls.addClassCleanup(shutil.rmtree, cls.common)
        cls.birds = cls.common / "archive"
        synthesize(cls.birds, hours=0.05, recording="30s")
        run("process", cls.birds, "-o", cls.common / "out", "--quiet", "--unit-audio", "45s", "--interval", "2s",
            "--split", "train=0.6,validation=0.4", "--sample-rate", "16000").check_returncode()  # fmt: skip

    def sample(self, name, *options, source=None, **how):
        made = self.folder / name
        said = self.veery("shards", "sample", source or self.common / "out", "-o", made, *options, **how)
        return made, said

    def rows(self, source, split):
        """(filename, segment_id) → mixture, stems and gain."""
        found = {}
        for path in sorted(source.glob(f"dataset/*/*/recordings-{split}-*.h5")):
            with h5py.File(path) as file:
                for i, name in enumerate(file["filename"][:]):
                    key = (name.decode(), str(file["segment_id"][i]))
                    stems = (file["stems"][i], file["stem_gain"][i]) if "stems" in file else None
                    found[key] = (file["audio"][i], stems, float(file["peak_sample"][i] / file.attrs["sample_rate_hz"]))
        return found

    def test_the_samples_are_those_of_the_shards(self):
        made, said = self.sample("made", "-n", "12", "--seed", "5")

        table = read_table(made / "sample.csv")
        self.assertEqual(len({row["name"] for row in table}), 12)
        self.assertIn("12 rows in", said.stdout)
        self.assertEqual({row["name"].split("-")[0] for row in table}, {"train", "validation"})
        known = {split: self.rows(self.common / "out", split) for split in ("train", "validation")}
        for row in table:
            audio, _, peak_s = known[row["name"].split("-")[0]][row["filename"], row["segment_id"]]
            samples, rate = read_wav(made / (row["name"] + ".wav"))
            self.assertEqual(rate, 16_000)
            np.testing.assert_array_equal(samples, audio)
            self.assertEqual(png_size(made / (row["name"] + ".png")), (48 + 200 + 12, 30 + 256 + 26))
            self.assertAlmostEqual(float(row["peak_s"]), peak_s, places=3)
        self.assertEqual(len(list(made.iterdir())), 2 * 12 + 1)

    def test_ranks_change_nothing_and_seeds_do(self):
        one, _ = self.sample("one", "-n", "8")
        three, _ = self.sample("three", "-n", "8", ranks=3)
        other, _ = self.sample("other", "-n", "8", "--seed", "1")
        more, _ = self.sample("more", "-n", "9")

        self.assertEqual(tree_digest(one), tree_digest(three))
        self.assertNotEqual(set(tree_digest(one)), set(tree_digest(other)))
        self.assertLess(set(tree_digest(one)), set(tree_digest(more)))

    def test_all_rows_of_one_split_in_colour(self):
        made, _ = self.sample("made", "-n", "9999", "--split", "validation", "--palette", "viridis")
        grey, _ = self.sample("grey", "-n", "9999", "--split", "validation")

        names = [row["name"] for row in read_table(made / "sample.csv")]
        self.assertEqual(names, [f"validation-{i}" for i in range(len(self.rows(self.common / "out", "validation")))])
        self.assertNotEqual((made / "validation-0.png").read_bytes(), (grey / "validation-0.png").read_bytes())

    def test_stems_have_their_level_in_the_mixture(self):
        stems = self.folder / "stems"
        self.veery("process", self.birds, "-o", stems, "--interval", "2s", "--sample-rate", "16000", "--separate",
                   "slices", "--model", test_model(self.folder, "tdcn"))  # fmt: skip
        made, _ = self.sample("made", "-n", "3", source=stems)

        for row in read_table(made / "sample.csv"):
            audio, (stored, gain), _ = self.rows(stems, "train")[row["filename"], row["segment_id"]]
            self.assertEqual(int(row["stems"]), len(stored))
            for source, stem in enumerate(stored):
                samples, _ = read_wav(made / f"{row['name']}-source{source}.wav")
                expected = stem if samples.dtype == np.int16 else (stem / np.float32(32768) / gain).astype(np.float32)
                np.testing.assert_array_equal(samples, expected)
            height = 30 + 256 * (1 + len(stored)) + 6 * len(stored) + 26
            self.assertEqual(png_size(made / (row["name"] + ".png"))[1], height)

    def expect_refused(self, code, said, *options, source=None, **how):
        before = sorted(self.folder.iterdir())
        _, result = self.sample("made", *options, source=source, code=code, **how)
        self.assertRegex(result.stderr, said)
        self.assertEqual(sorted(self.folder.iterdir()), before)

    def test_what_stops_it(self):
        self.expect_refused(USAGE, "no finished dataset", "-n", "3", source=self.birds)
        self.expect_refused(USAGE, "no rows are asked for.*--rows", "-n", "0", ranks=2)
        self.expect_refused(USAGE, "no rows to choose from.*split test", "-n", "3", "--split", "test")
        copy = self.folder / "copy"
        shutil.copytree(self.common / "out", copy)
        for path in copy.glob("dataset/*/*/recordings-*-of-*.h5"):
            with h5py.File(path) as file:
                place = file["audio"].id.get_chunk_info(0).byte_offset + 100
            data = bytearray(path.read_bytes())
            data[place] ^= 4
            path.write_bytes(data)
        self.expect_refused(FAILED, "recordings-.*h5", "-n", "9999", source=copy, ranks=2)


if __name__ == "__main__":
    main()
