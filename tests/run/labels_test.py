"""Annotations label slices: in tables, HDF5 and TFRecord, with what can't be used named and counted."""

import json

import h5py
import numpy as np
from support import FAILED, RATE, USAGE, ProgramTest, birds, main, read_table, synthesize, test_model, tree_digest, wav

FIXED = ("--slices", "fixed", "--interval", "2s", "--hop", "2s")


def overlapping(calls, row):
    """What an annotator would say of a slice: labels of all calls that share a sample with it."""
    start, end = int(row["segment_start"]), int(row["segment_end"])
    bounds = [(int(RATE * float(c["Start Time (s)"])), int(RATE * float(c["End Time (s)"])), c) for c in calls]
    return [c["Species eBird Code"] for a, b, c in bounds if c["Filename"] == row["filename"] and a < end and b > start]


class LabelsTest(ProgramTest):
    def setUp(self):
        super().setUp()
        self.marks = self.folder / "marks"
        self.marks.mkdir()

    def mark(self, name, *lines):
        path = self.marks / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")

    def labelled(self, *arguments, **options):
        return self.process("--annotations", self.marks, *FIXED, *arguments, **options)

    def about_annotations(self):
        return json.loads((self.output / "manifest.json").read_text())["annotations"]

    def labels_of(self, results, path):
        return [row["label"] for row in results.slices_of(path)]

    def shard(self):
        (shard,) = self.output.glob("dataset/*/*/*-00000-of-00001.h5")
        return h5py.File(shard)

    def test_synthetic_truth_labels_every_slice(self):
        synthesize(self.archive, 0.1, "60s", seed=3)
        calls = read_table(self.archive / "annotations.csv")
        results = self.process("--annotations", self.archive / "annotations.csv", "--interval", "3s")
        self.assertGreater(len(results.slices), 10)
        for row in results.slices:
            self.assertEqual(row["label"], ";".join(sorted(set(overlapping(calls, row)))), row)
        self.assertTrue(any(row["label"] for row in results.slices))
        self.assertEqual(self.about_annotations()["used"], len(calls))

    def test_shards_hold_labels_and_the_bounds_of_each_annotation(self):
        self.add("a.wav", wav(birds(6)))
        self.mark("a.txt", "0.5\t2.5\twren", "3\t3.5\trobin", "3.25\t4.5\twren")
        results = self.labelled()
        self.assertEqual(self.labels_of(results, "a.wav"), ["wren", "robin;wren", "wren"])
        self.assertEqual((self.output / "classes.txt").read_text(), "robin\nwren\n")
        with self.shard() as file:
            classes = [name.decode() for name in file["classes"][:]]
            self.assertEqual(classes, ["robin", "wren"])
            order = np.argsort(file["segment_start"][:])
            rows = [[(int(s), int(e), classes[c]) for s, e, c in zip(*columns) if s >= 0] for columns in zip(
                file["annotation_start"][:][order], file["annotation_end"][:][order],
                file["annotation_label"][:][order])]  # fmt: skip
            self.assertEqual(rows[0], [(16000, 80000, "wren")])
            self.assertEqual(rows[1], [(16000, 80000, "wren"), (96000, 112000, "robin"), (104000, 144000, "wren")])
            self.assertEqual(rows[2], [(104000, 144000, "wren")])
            self.assertEqual(file["annotation_start"].dims[1].label, "annotation")
            self.assertEqual([text.decode() for text in file["label"][:][order]], ["wren", "robin;wren", "wren"])

    def test_unlabelled_slices_are_dropped_and_counted(self):
        self.add("a.wav", wav(birds(8)))
        self.mark("a.txt", "0.5\t1\twren", "4.5\t5\twren", "4.6\t5\tunknown")
        results = self.labelled("--unlabelled", "drop")
        self.assertEqual(self.labels_of(results, "a.wav"), ["wren"])
        self.assertEqual((results.totals["slices"], results.totals["slices_unlabelled"]), (1, 3))
        self.assertEqual(results.slices[0]["segment_id"], "0")

    def test_kept_slices_are_counted_from_0(self):
        self.add("a.wav", wav(birds(6)))
        self.mark("a.txt", "2.5\t3\twren", "4.5\t5\twren")
        results = self.labelled("--unlabelled", "drop")
        self.assertEqual([(row["segment_start"], row["segment_id"]) for row in results.slices_of("a.wav")],
                         [(str(2 * RATE), "0"), (str(4 * RATE), "1")])  # fmt: skip

    def test_columns_and_confidence_as_they_are_asked_for(self):
        self.add("a.wav", wav(birds(4)))
        self.mark("t.csv", "Wav;Onset [s];Len;Code;Sure", "a.wav;0,5;0,5;wren;0,9", "a.wav;2,5;0,5;crow;0,2")
        results = self.labelled("--annotation-columns", "file=Wav,start=Onset [s],duration=Len,label=Code,confidence=Sure",
                                "--min-confidence", "0.5")  # fmt: skip
        self.assertEqual(self.labels_of(results, "a.wav"), ["wren", ""])
        self.assertEqual(self.about_annotations()["below_confidence"], 1)

    def test_touching_is_overlap_with_compat_alone(self):
        self.add("a.wav", wav(birds(4)))
        self.mark("a.txt", "0.5\t2\twren")
        for compat, labels in (("none", ["wren", ""]), ("perch", ["wren", "wren"])):
            results = self.labelled("--compat", compat, "--restart")
            self.assertEqual(self.labels_of(results, "a.wav"), labels, compat)

    def test_labels_that_are_no_class_are_counted(self):
        self.add("a.wav", wav(birds(4)))
        self.mark("a.txt", "0.5\t1\twren", "0.6\t1\tcrow", "2.5\t3\tcrow")
        (self.folder / "classes").write_text("robin\nwren\n")
        results = self.labelled("--classes", self.folder / "classes")
        self.assertEqual(self.labels_of(results, "a.wav"), ["wren", ""])
        self.assertEqual(self.about_annotations()["dropped_labels"], {"crow": 2})
        self.assertEqual(self.about_annotations()["classes"], 2)

    def test_bad_input_is_named_and_the_rest_is_used(self):
        for path in ("a/x.wav", "b/x.wav", "c.wav"):
            self.add(path, wav(birds(4)))
        self.mark("all.csv", "file,start,end,label", "x.wav,0,1,wren", "gone.wav,0,1,wren", "c.wav,-2,1,wren",
                  "c.wav,3,2,wren", "c.wav,90,91,wren", "c.wav,0,1,wren")  # fmt: skip
        self.mark("a/x.txt", "0\t1\tcrow")
        self.mark("notes.txt", "nothing to see")
        (self.marks / "latin.csv").write_bytes(b"file,start,end,label\nc.wav,2,3,gr\xfcn\n")
        results = self.labelled()
        self.assertEqual(self.labels_of(results, "a/x.wav"), ["crow", ""])
        self.assertEqual(self.labels_of(results, "b/x.wav"), ["", ""])
        self.assertEqual(self.labels_of(results, "c.wav"), ["wren", ""])
        refused = {(row["file"], row["row"], row["reason"])
                   for row in read_table(self.output / "refused_annotations.csv")}  # fmt: skip
        self.assertEqual(refused, {("all.csv", "2", "ambiguous_recording"), ("all.csv", "3", "unknown_recording"),
                                   ("all.csv", "4", "negative_time"), ("all.csv", "5", "reversed_times"),
                                   ("all.csv", "6", "beyond_end"), ("latin.csv", "2", "not_utf8"),
                                   ("notes.txt", "1", "not_a_table")})  # fmt: skip
        self.assertEqual(sum(self.about_annotations()["refused"].values()), 7)

    def test_what_can_never_work_is_an_error_before_any_work(self):
        self.add("a.wav", wav(birds(4)))
        self.mark("t.csv", "file,begin,label", "a.wav,0,wren")
        said = self.veery("process", self.archive, "-o", self.output, "--annotations", self.marks, code=FAILED).stderr
        self.assertIn("t.csv, row 1: not_a_table no column for start, end or duration", said)
        self.mark("t.csv", "file,start,end,label", "a.wav,0,1,wren")
        (self.folder / "classes").write_text("robin\n")
        said = self.veery("process", self.archive, "-o", self.output, "--annotations", self.marks, "--classes",
                          self.folder / "classes", code=FAILED).stderr  # fmt: skip
        self.assertIn("wren is not in the list of classes", said)
        for arguments in (("--classes", self.folder / "classes"), ("--unlabelled", "drop"),
                          ("--annotation-columns", "begin=x")):  # fmt: skip
            self.veery("process", self.archive, "-o", self.output, *arguments, code=USAGE)
        self.assertFalse(list(self.output.glob("slices.csv")))

    def test_same_bytes_on_any_number_of_ranks_and_again_after_a_table_was_corrected(self):
        for number in range(6):
            self.add(f"s/{number}.wav", wav(birds(6, seed=number)))
            self.mark(f"s/{number}.txt", "0.5\t1\twren", f"2.5\t{3 + number}\trobin")
        arguments = ("--unit-audio", "6s", "--shards", "hdf5,tfrecord")
        self.labelled(*arguments)
        alone = tree_digest(self.output)
        self.output = self.folder / "three"
        self.labelled(*arguments, ranks=3)
        self.assertEqual(tree_digest(self.output), alone)

        self.mark("s/3.txt", "0.5\t1\twren", "2.5\t5.5\twren")
        before = {path: path.stat().st_mtime_ns for path in self.output.glob("units/*.json")}
        self.labelled(*arguments, ranks=2)
        redone = [path for path, time in before.items() if path.stat().st_mtime_ns != time]
        self.assertEqual(len(redone), 1)
        corrected = tree_digest(self.output)
        self.output = self.folder / "anew"
        self.labelled(*arguments)
        self.assertEqual(tree_digest(self.output), corrected)

    def test_other_classes_are_refused_and_more_recordings_accepted(self):
        self.add("1.wav", wav(birds(4)))
        self.mark("1.txt", "0.5\t1\twren")
        self.labelled("--unit-audio", "4s")
        self.add("2.wav", wav(birds(4, seed=2)))
        self.mark("2.txt", *(f"0.{tenth}\t1.5\twren" for tenth in range(1, 9)))
        results = self.labelled("--unit-audio", "4s", "--extend")
        self.assertEqual([row["label"] for row in results.slices], ["wren", "", "wren", ""])
        (index,) = self.output.glob("dataset/*/*/*-train.h5")
        with h5py.File(index) as file:  # the first shard has one column of annotations, the second eight
            starts = file["annotation_start"][:]
            self.assertEqual(starts.shape, (4, 8))
            self.assertEqual(sorted((starts >= 0).sum(axis=1)), [0, 0, 1, 8])
        self.veery("shards", "merge", self.output, "-o", self.folder / "merged", "--shards-per-split", "1")
        with h5py.File(next((self.folder / "merged").glob("dataset/*/*/*-00000-of-00001.h5"))) as file:
            self.assertEqual(sorted((file["annotation_start"][:] >= 0).sum(axis=1)), [0, 0, 1, 8])
        self.mark("2.txt", "0.5\t1\trobin")
        said = self.veery("process", self.archive, "-o", self.output, "--annotations", self.marks, *FIXED,
                          "--unit-audio", "4s", code=USAGE).stderr  # fmt: skip
        self.assertIn("robin is new", said)
        said = self.veery("process", self.archive, "-o", self.output, *FIXED, "--unit-audio", "4s", code=USAGE).stderr
        self.assertIn("--annotations was given and is none", said)

    def test_stems_peaks_are_labelled_too(self):
        self.add("a.wav", wav(birds(20)))
        self.mark("a.txt", "0\t20\twren")
        results = self.process("--annotations", self.marks, "--separate", "peaks-of-stems", "--model",
                               test_model(self.folder, "tdcn"), "--peak-scope", "20s", "--interval", "2s")  # fmt: skip
        self.assertGreater(len(results.slices), 0)
        self.assertEqual({row["label"] for row in results.slices}, {"wren"})

    def test_a_million_rows(self):
        self.add("a.wav", wav(birds(10)))
        rows = np.arange(1_000_000) % 10_000 / 1000
        self.mark("a.csv", "start,end,label", *(f"{start:.3f},{start + 0.0005:.4f},wren" for start in rows))
        results = self.labelled()
        self.assertEqual(self.about_annotations()["used"], 1_000_000)
        self.assertEqual(set(self.labels_of(results, "a.wav")), {"wren"})


if __name__ == "__main__":
    main()
