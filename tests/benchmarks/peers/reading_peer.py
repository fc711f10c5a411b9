"""Reads the rows of a shard from HDF5, WAV files, TFRecord and a tar, in order and at random, as float32.

    python reading_peer.py SHARD FOLDER [--repeats N] [--without-tfds]

All hold the same rows as int16 and are written to FOLDER first, so that they lie in the page cache when they are
read. Every reader's sum over all samples must be that of the others. Prints one JSON object: rows per second, the best
of N, one process and one thread (but for TFDS's own).
"""

import argparse
import io
import json
import os
import random
import tarfile
import time
import wave
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import h5py
import numpy as np
import xxhash


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


def write_tfds(folder, audio):
    """TFRecord in TFDS's layout, with stock features: what `--shards tfrecord` writes, in one file."""
    import tensorflow as tf
    import tensorflow_datasets as tfds

    features = tfds.features.FeaturesDict(
        {"row": np.int64, "audio": tfds.features.Tensor(shape=audio.shape[1:], dtype=np.int16, encoding="bytes")})
    folder.mkdir()
    template = tfds.core.ShardedFileTemplate(folder, "{DATASET}-{SPLIT}.{FILEFORMAT}-{SHARD_X_OF_Y}", "rows", "train",
                                             "tfrecord")  # fmt: skip
    with tf.io.TFRecordWriter(str(folder / "rows-train.tfrecord-00000-of-00001")) as writer:
        for row, samples in enumerate(audio):
            writer.write(features.serialize_example({"row": row, "audio": samples}))
    split = tfds.core.SplitInfo("train", [len(audio)], audio.nbytes, template)
    tfds.folder_dataset.write_metadata(data_dir=folder, features=features, split_infos=[split],
                                       filename_template=template, check_data=False)  # fmt: skip


class Rows:
    """The same rows in every format, and a generator of float32 rows for each: reader(order) with order a list."""

    def __init__(self, shard, folder, with_tfds):
        self.shard, self.folder = shard, folder
        with h5py.File(shard) as file:
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
        if with_tfds:
            write_tfds(folder / "tfds", audio)

    def wav(self, row):
        return self.folder / "wav" / f"{row:06}.wav"

    def hdf5(self, order):
        """As docs/examples/veery_torch.py reads with `check`: whole chunks, compared with the rows' hashes."""
        with h5py.File(self.shard) as file:
            audio, hashes = file["audio"], file["row_xxh3"][:]
            for row in order:
                _, chunk = audio.id.read_direct_chunk((row, 0))
                samples = np.frombuffer(chunk, audio.dtype, audio.shape[1])
                assert xxhash.xxh3_64_intdigest(samples) == hashes[row]
                yield samples

    def hdf5_by_rows(self, order):
        with h5py.File(self.shard) as file:
            audio = file["audio"]
            for row in order:
                yield audio[row]

    def wav_files(self, order):
        for row in order:
            yield samples_of_wav(str(self.wav(row)))

    def tar_in_order(self, order):
        with tarfile.open(self.folder / "rows.tar", "r|") as tar:
            for member in tar:
                if member.name.endswith(".wav"):
                    yield samples_of_wav(io.BytesIO(tar.extractfile(member).read()))

    def tar_by_index(self, order):
        with open(self.folder / "rows.tar", "rb") as tar:
            for row in order:
                offset, size = self.places[row]
                tar.seek(offset)
                yield samples_of_wav(io.BytesIO(tar.read(size)))

    def tfrecord(self, order):
        import tensorflow_datasets as tfds

        dataset = tfds.builder_from_directory(self.folder / "tfds").as_dataset(split="train")
        if order != sorted(order):
            dataset = dataset.shuffle(min(1000, self.count), seed=1)  # all that tf.data has
        for row in dataset.as_numpy_iterator():
            yield row["audio"]


def speed(reader, order, repeats):
    """Rows per second, the best of some, and the sum of all samples."""
    best, total = 0.0, None
    for _ in range(repeats):
        start = time.perf_counter()
        total = sum(int((samples.astype(np.float32) * np.float32(2**-15)).sum(dtype=np.float64) * 2**15)
                    for samples in reader(order))  # fmt: skip
        best = max(best, len(order) / (time.perf_counter() - start))
    return best, total


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("shard", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--without-tfds", action="store_true")
    options = parser.parse_args()
    rows = Rows(options.shard, options.folder, not options.without_tfds)
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
