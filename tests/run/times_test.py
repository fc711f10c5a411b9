"""When recordings began: what names, GUANO, comments, wamd and bext say is read, compared, and never guessed."""

import datetime
import struct
import zoneinfo

import h5py
import numpy as np
from support import DONE, USAGE, ProgramTest, birds, main, read_table, tree_digest, wav

CHICAGO = "America/Chicago"


# ── recordings with metadata ─────────────────────────────────────────────────────────────────────


def chunk(name, body):
    return name + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)


def guano(**fields):
    lines = ["GUANO|Version: 1.0", *(f"{key.replace('_', ' ')}: {value}" for key, value in fields.items())]
    return chunk(b"guan", "\n".join(lines).encode())


def comment(text):
    return chunk(b"LIST", b"INFO" + chunk(b"ICMT", text.encode() if isinstance(text, str) else text))


def audiomoth(when):
    return comment(f"Recorded at {when} by AudioMoth 24526B065D325963 at medium gain while battery was 4.1V "
                   "and temperature was 12.8C.")  # fmt: skip


def bext(date, time, description="", history=""):
    body = description.encode().ljust(256, b"\0") + bytes(64) + date.encode().ljust(10, b"\0")[:10]
    return chunk(b"bext", body + time.encode().ljust(8, b"\0")[:8] + bytes(264) + history.encode())


def wamd(start):
    return chunk(b"wamd", struct.pack("<HIH", 0, 2, 1) + struct.pack("<HI", 5, len(start)) + start.encode())


def with_chunks(data, *chunks):
    """The bytes of a WAV with chunks in front of its samples."""
    at = data.index(b"data")
    body = data[12:at] + b"".join(chunks) + data[at:]
    return b"RIFF" + struct.pack("<I", 4 + len(body)) + b"WAVE" + body


SECOND = wav(birds(1))


class TimesTest(ProgramTest):
    def recording(self, path, *chunks):
        self.add(path, with_chunks(SECOND, *chunks))

    def index(self, *arguments, code=DONE, **options):
        """Path → row, and what the program said."""
        result = self.veery("index", self.archive, "-o", self.output, *arguments, code=code, **options)
        return {row["path"]: row for row in read_table(self.output / "index.csv")}, result.stderr

    def expect(self, row, start, source, conflicts="", remarks=""):
        self.assertEqual((row["start_time"], row["start_time_from"], row["start_time_conflicts"], row["remarks"]),
                         (start, source, conflicts, remarks), row["path"])  # fmt: skip

    # ── sources ──

    def test_every_source_alone(self):
        self.recording("20240601_053000.wav")
        self.recording("5CD5A2F0.WAV")
        self.recording("S20240815T072337.055497+1000_E20240815T073336.984+1000.wav")
        self.recording("a.wav", guano(Timestamp="2024-06-01T05:30:00.250+02:00", Loc_Position="48.1 11.5"))
        self.recording("b.wav", audiomoth("05:30:00 01/06/2024 (UTC-3:30)"))
        self.recording("c.wav", wamd("2024-06-01 05:30:00-05:00"))
        self.recording("d.wav", bext("2024-06-01", "05:30:00"))
        self.recording("e.wav", bext("2024-06-01", "05:30:00", history="A=PCM,T=UTC+09:30\r\n"))
        rows, said = self.index()
        self.expect(rows["20240601_053000.wav"], "2024-06-01T05:30:00.000", "name")
        self.expect(rows["5CD5A2F0.WAV"], "2019-05-10T16:12:32.000Z", "name")
        self.expect(rows["S20240815T072337.055497+1000_E20240815T073336.984+1000.wav"],
                    "2024-08-15T07:23:37.055+10:00", "name")  # fmt: skip
        self.expect(rows["a.wav"], "2024-06-01T05:30:00.250+02:00", "guano")
        self.assertEqual((rows["a.wav"]["latitude"], rows["a.wav"]["longitude"]), ("48.1", "11.5"))
        self.expect(rows["b.wav"], "2024-06-01T05:30:00.000-03:30", "comment")
        self.expect(rows["c.wav"], "2024-06-01T05:30:00.000-05:00", "wamd")
        self.expect(rows["d.wav"], "2024-06-01T05:30:00.000", "bext")
        self.expect(rows["e.wav"], "2024-06-01T05:30:00.000+09:30", "bext")
        self.assertNotIn("warning", said)

    def conflicting(self):
        self.recording("agree/20240601_053000.wav", guano(Timestamp="2024-06-01T05:30:01+02:00"),
                       bext("2024-06-01", "05:30:00"))  # fmt: skip
        self.recording("conflict/20240601_053000.wav", guano(Timestamp="2024-06-01T07:30:00+02:00"),
                       audiomoth("05:30:00 01/06/2024 (UTC)"), bext("2019-01-01", "00:00:00"))  # fmt: skip

    def test_conflicts_are_reported_not_guessed(self):
        self.conflicting()
        rows, said = self.index()
        self.expect(rows["agree/20240601_053000.wav"], "2024-06-01T05:30:00.000+02:00", "name+guano")
        self.expect(rows["conflict/20240601_053000.wav"], "2024-06-01T05:30:00.000Z", "name+comment",
                    "guano 2024-06-01T07:30:00.000+02:00; bext 2019-01-01T00:00:00.000")  # fmt: skip
        self.assertIn("1 recording: sources of their start time disagree", said)
        self.assertIn("conflict/20240601_053000.wav", said)

    def test_the_user_decides(self):
        self.conflicting()
        rows, _ = self.index("--time-source", "bext")
        self.expect(rows["conflict/20240601_053000.wav"], "2019-01-01T00:00:00.000", "bext",
                    "name 2024-06-01T05:30:00.000; guano 2024-06-01T07:30:00.000+02:00; "
                    "comment 2024-06-01T05:30:00.000Z")  # fmt: skip
        rows, said = self.index("--time-source", "comment")
        self.expect(rows["agree/20240601_053000.wav"], "", "", remarks="source_missing")
        self.assertIn("no time where --time-source looks", said)

    def test_same_bytes_on_any_number_of_ranks(self):
        self.conflicting()
        for number in range(7):
            self.recording(f"more/2024110{number}_013000.wav", guano(Timestamp=f"2024-11-0{number}T01:30:00"))
        arguments = ("--time-zone", CHICAGO, "--site-pattern", "{site}", "--split-by", "day", "--split", "a=0.5,b=0.5")
        digests = []
        for ranks in (1, 2, 3):
            self.output = self.folder / f"out{ranks}"
            self.process(*arguments, "--slices", "fixed", "--interval", "250ms", "--hop", "250ms", ranks=ranks)
            digests.append(tree_digest(self.output))
        self.assertEqual(digests[0], digests[1])
        self.assertEqual(digests[0], digests[2])

    def test_bad_metadata_fail_no_recording(self):
        bad = {
            "guano": guano(Timestamp="2024-02-31T25:00:00"),
            "huge_guano": guano(Timestamp="9" * 100_000),
            "comment": audiomoth("24:00:00 31/02/2024 (UTC)"),
            "nul": comment(b"Recorded at 05:30:00\0 01/06/2024 (UTC) by AudioMoth"),
            "long_comment": comment("Recorded at " + "x" * 1_000_000 + " AudioMoth"),
            "bext": bext("2024-13-01", "05:30:60"),
            "short_bext": chunk(b"bext", b"short"),
            "year": bext("9999-12-31", "23:59:59"),
            "long_bext": bext("2024-06-01", "05:30:00", history="x" * 1_000_000),
            "wamd": chunk(b"wamd", b"\x05\x00\xff\xff\xff\xff2024"),
            "position": guano(Loc_Position="999 999"),
            "opso": comment("opso_metadata" + "[" * 10_000),
        }
        for name, data in bad.items():
            self.recording(f"{name}.wav", data)
        rows, said = self.index()
        self.assertEqual(set(rows), {f"{name}.wav" for name in bad})
        for name, row in rows.items():
            self.assertEqual((row["frames"], row["start_time"], row["latitude"]), ("32000", "", ""), name)
        remarks = {name: rows[f"{name}.wav"]["remarks"] for name in bad}
        for name in ("guano", "comment", "bext", "year"):
            self.assertEqual(remarks[name], "unreadable_time", name)
        for name in ("huge_guano", "long_bext"):
            self.assertEqual(remarks[name], "metadata_left_out", name)
        self.assertIn("a time in the metadata can't be read", said)

    # ── zones ──

    def test_a_day_across_the_end_of_summer_time(self):
        """Each slice has the offset of its own moment, to the millisecond; Python's zoneinfo is the judge."""
        rate = 1000
        day = np.zeros(24 * 3600 * rate, np.int16)
        day[:: rate // 2] = 256
        self.add("site/20241102_180000.wav", wav(day, rate=rate, kind="uint8"))
        results = self.process("--time-zone", CHICAGO, "--sample-rate", str(rate), "--slices", "fixed", "--interval",
                               "1s", "--hop", "601.234s")  # fmt: skip
        zone = zoneinfo.ZoneInfo(CHICAGO)
        start = datetime.datetime(2024, 11, 2, 18, tzinfo=zone).astimezone(datetime.timezone.utc)
        rows = results.slices_of("site/20241102_180000.wav")
        self.assertEqual(len(rows), 144)
        offsets = set()
        for row in rows:
            moment = start + datetime.timedelta(milliseconds=int(row["segment_start"]))
            self.assertEqual(row["start_time"], moment.astimezone(zone).isoformat(timespec="milliseconds"))
            offsets.add(row["start_time"][-6:])
        self.assertEqual(offsets, {"-05:00", "-06:00"})
        self.expect_shards(rows)

    def expect_shards(self, rows):
        (shard,) = self.output.glob("dataset/*/*/*-of-*.h5")
        with h5py.File(shard) as file:
            times = [time.decode() for time in file["start_time"]]
        self.assertEqual([times[int(row["row"])] for row in rows], [row["start_time"] for row in rows])

    def test_slices_across_midnight_without_a_zone(self):
        self.add("20231231_235958.wav", wav(birds(4)))
        results = self.process("--slices", "fixed", "--interval", "1s", "--hop", "500ms")
        self.assertEqual([row["start_time"] for row in results.slices][3:6],
                         ["2023-12-31T23:59:59.500", "2024-01-01T00:00:00.000", "2024-01-01T00:00:00.500"])  # fmt: skip

    def test_hours_that_come_twice_or_never(self):
        self.recording("20241103_013000.wav")
        self.recording("20240310_023000.wav")
        self.recording("20240601_013000.wav")
        rows, said = self.index("--time-zone", CHICAGO)
        self.expect(rows["20241103_013000.wav"], "2024-11-03T01:30:00.000", "name", remarks="repeated_hour")
        self.expect(rows["20240310_023000.wav"], "2024-03-10T02:30:00.000", "name", remarks="skipped_hour")
        self.expect(rows["20240601_013000.wav"], "2024-06-01T01:30:00.000-05:00", "name+zone")
        self.assertIn("comes twice in --time-zone", said)
        self.assertIn("passes over", said)

    def test_a_zone_against_the_metadata(self):
        self.recording("20240601_053000.wav", audiomoth("05:30:00 01/06/2024 (UTC)"))
        rows, said = self.index("--time-zone", CHICAGO)
        self.expect(rows["20240601_053000.wav"], "2024-06-01T05:30:00.000Z", "name+comment",
                    "zone 2024-06-01T05:30:00.000-05:00")  # fmt: skip
        self.assertIn("disagree", said)

    def test_zones_that_do_not_exist(self):
        self.recording("20240601_053000.wav")
        for zone in ("America/Springfield", "../etc/passwd", "+99:00"):
            for command in ("index", "process"):
                result = self.veery(command, self.archive, "-o", self.output, "--time-zone", zone, code=USAGE, ranks=2)
                self.assertIn("--time-zone", result.stderr)
                self.assertEqual(result.stderr.count("no time zone"), 1)
        self.assertFalse(self.output.exists())

    # ── patterns, sites, splits ──

    def test_a_pattern_of_names(self):
        self.recording("A_171106_190725.wav")
        self.recording("20171106_190725.wav")
        rows, said = self.index("--time-pattern", "%y%m%d_%H%M%S")
        self.expect(rows["A_171106_190725.wav"], "2017-11-06T19:07:25.000", "name")
        self.expect(rows["20171106_190725.wav"], "", "", remarks="name_unmatched")
        self.assertIn("1 recording: --time-pattern does not fit the name", said)

    def test_sites_by_pattern(self):
        self.recording("north/P1_2024/card/x.wav")
        self.recording("y.wav")
        rows, said = self.index("--site-pattern", "{region}/{site}_*")
        self.assertEqual(rows["north/P1_2024/card/x.wav"]["site"], "P1")
        self.assertEqual((rows["y.wav"]["site"], rows["y.wav"]["remarks"]), (".", "site_unmatched"))
        self.assertIn("--site-pattern does not fit", said)
        configuration = self.folder / "veery.toml"
        configuration.write_text('[index]\nsite-pattern = "**/{site}/*"\ntime-pattern = "%Y%m%d*%H%M%S"\n')
        rows, _ = self.index("--config", configuration)
        self.assertEqual(rows["north/P1_2024/card/x.wav"]["site"], "card")

    def test_patterns_that_make_no_sense(self):
        self.recording("x.wav")
        for option, text in (("--time-pattern", "%Q"), ("--time-pattern", "%Y"), ("--site-pattern", "{site}{site}"),
                             ("--site-pattern", "plots"), ("--time-source", "stars")):  # fmt: skip
            result = self.veery("index", self.archive, option, text, code=USAGE)
            self.assertIn(option, result.stderr)

    def test_days_are_the_zones(self):
        """Old AudioMoths' names count in UTC; the local day keeps an evening and the night behind it apart."""
        noon = int(datetime.datetime(2019, 6, 1, 12, tzinfo=datetime.timezone.utc).timestamp())
        for hour in range(96):
            self.recording(f"{noon + hour * 3600:08X}.WAV")
        rows, _ = self.index("--time-zone", CHICAGO, "--split-by", "day", "--split", "a=0.5,b=0.5")
        splits = {}
        for row in rows.values():
            splits.setdefault(row["start_time"][:10], set()).add(row["split"])
        self.assertEqual(len(splits), 5)
        self.assertTrue(all(len(split) == 1 for split in splits.values()), splits)
        self.assertEqual(set.union(*splits.values()), {"a", "b"})
        _, said = self.index("--time-source", "guano", "--split-by", "day")
        self.assertIn("no start time, so --split-by day takes each by itself", said)

    def test_other_rules_are_other_results(self):
        self.recording("20240601_053000.wav")
        self.process("--time-zone", CHICAGO)
        result = self.veery("process", self.archive, "-o", self.output, "--time-zone", "UTC", code=USAGE)
        self.assertIn("--time-zone was America/Chicago and is UTC", result.stderr)


if __name__ == "__main__":
    main()
