"""Reads the rows of a shard from HDF5, WAV files, TFRecord and a tar, in order and at random, as float32.

    python reading_peer.py OUT FOLDER [--repeats N] [--without-tfds]

OUT is of `veery process --shards hdf5,tfrecord`, one shard. The other formats hold the same rows as int16 and are written
to FOLDER first, so that all lie in the page cache when they are read. Every reader's sum over all samples must be that
of the others. Prints one JSON object: rows per second, the best of N, one process and one thread (but for TFDS's own).
"""

import argparse
import io
import json
import os
import random
import sys
import tarfile
import time
import wave
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import h5py
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "docs" / "examples"))
from veery_rows import StoredRows, to_float


def wav_bytes(samples, rate):
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples.tobytes())
    return buffer.getvalue()


def samples_of_wav(file):
    with wave.open(file) as sound:
        return np.frombuffer(sound.readframes(sound.getnframes()), np.int16)


def add_member(tar, name, content):
    member = tarfile.TarInfo(name)
    member.size = len(content)
    tar.addfile(member, io.BytesIO(content))


class Rows:
    """The same rows in every format, and a generator of float32 rows for each: reader(order) with order a list."""

    def __init__(self, output, folder):
        self.output, self.folder = output, folder
        (self.shard,) = output.glob("dataset/*/*/*-of-00001.h5")
        with h5py.File(self.shard) as file:
            audio, self.rate = file["audio"][:], int(file.attrs["sample_rate_hz"])
        self.count = len(audio)
        (folder / "wav").mkdir()
        with tarfile.open(folder / "rows.tar", "w") as tar:
            for row, samples in enumerate(audio):
                content = wav_bytes(samples, self.rate)
                self.wav(row).write_bytes(content)
                add_member(tar, f"{row:06}.wav", content)
                add_member(tar, f"{row:06}.json", json.dumps({"row": row}).encode())
        with tarfile.open(folder / "rows.tar") as tar:
            self.places = [(m.offset_data, m.size) for m in tar if m.name.endswith(".wav")]

    def wav(self, row):
        return self.folder / "wav" / f"{row:06}.wav"

    def hdf5(self, order):
        """As users read: docs/examples/veery_rows.py, every row compared with its hash."""
        rows = StoredRows(self.shard.parent, columns=(), check=True)
        for row in order:
            yield rows[row]["audio"]

    def hdf5_by_rows(self, order):
        with h5py.File(self.shard) as file:
            audio = file["audio"]
            for row in order:
                yield to_float(audio[row])

    def wav_files(self, order):
        for row in order:
            yield to_float(samples_of_wav(str(self.wav(row))))

    def tar_in_order(self, order):
        with tarfile.open(self.folder / "rows.tar", "r|") as tar:
            for member in tar:
                if member.name.endswith(".wav"):
                    yield to_float(samples_of_wav(io.BytesIO(tar.extractfile(member).read())))

    def tar_by_index(self, order):
        with open(self.folder / "rows.tar", "rb") as tar:
            for row in order:
                offset, size = self.places[row]
                tar.seek(offset)
                yield to_float(samples_of_wav(io.BytesIO(tar.read(size))))

    def tfrecord(self, order):
        import tensorflow_datasets as tfds

        (folder,) = self.output.glob("tfds/*/*")
        alone = tfds.decode.PartialDecoding({"audio": True})  # no other column, as the others
        dataset = tfds.builder_from_directory(folder).as_dataset(split="train", decoders=alone)
        if order != sorted(order):
            dataset = dataset.shuffle(min(1000, self.count), seed=1)  # all that tf.data has
        for row in dataset.as_numpy_iterator():
            yield to_float(row["audio"])


def speed(reader, order, repeats):
    """Rows per second, the best of some, and the sum of all samples."""
    best, total = 0.0, None
    for _ in range(repeats):
        start = time.perf_counter()
        total = sum(int(samples.sum(dtype=np.float64) * 2**15) for samples in reader(order))
        best = max(best, len(order) / (time.perf_counter() - start))
    return best, total


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("output", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--without-tfds", action="store_true")
    options = parser.parse_args()
    rows = Rows(options.output, options.folder)
    in_order = list(range(rows.count))
    at_random = random.Random(1).sample(in_order, rows.count)
    readers = {"HDF5": (rows.hdf5, rows.hdf5), "HDF5, audio[row]": (rows.hdf5_by_rows, rows.hdf5_by_rows),
               "WAV files": (rows.wav_files, rows.wav_files), "tar": (rows.tar_in_order, rows.tar_by_index)}
    if not options.without_tfds:
        readers["TFRecord, TFDS"] = (rows.tfrecord, rows.tfrecord)
    found, totals = {}, set()
    for name, (sequential, shuffled) in readers.items():
        found[name] = {}
        for how, reader, order in (("sequential", sequential, in_order), ("random", shuffled, at_random)):
            found[name][how], total = speed(reader, order, options.repeats)
            totals.add(total)
    assert len(totals) == 1, f"readers differ: {totals}"
    print(json.dumps({"rows": rows.count, "rows_per_s": found}))


if __name__ == "__main__":
    main()
