"""Builds a TFDS dataset of the examples that veery wrote: the reference for writing shards.

    python tfds_build.py SHARD [--examples N] [--encoding zlib|bytes]

The audio is stored as Perch's feature stores it, zlib over little-endian int16, or without zlib; the other fields are those of
Perch's schema that field recordings have. The rows are read into memory before the clock starts. Prints one
JSON object, with the size of the files.
"""

import argparse
import json
import logging
import os
import pathlib
import sys
import tempfile
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import h5py
import numpy as np
import tensorflow_datasets as tfds

SCALARS = {
    "recording_id": np.uint64,
    "segment_id": np.int64,
    "segment_start": np.uint64,
    "segment_end": np.uint64,
}
TEXTS = ["filename", "label"]


def read_examples(path, most):
    with h5py.File(path) as shard:
        columns = {name: shard[name][:most] for name in ["audio", *SCALARS]}
        columns |= {name: shard[name].asstr()[:most] for name in TEXTS}
    return [{name: column[row] for name, column in columns.items()} for row in range(len(columns["audio"]))]


class Slices(tfds.core.GeneratorBasedBuilder):
    """Slices of recordings."""

    VERSION = tfds.core.Version("1.0.0")
    examples = []
    encoding = "zlib"

    def _info(self):
        samples = len(self.examples[0]["audio"])
        features = {"audio": tfds.features.Tensor(shape=(samples,), dtype=np.int16, encoding=self.encoding)}
        features |= {name: tfds.features.Scalar(dtype=kind) for name, kind in SCALARS.items()}
        features |= {name: tfds.features.Text() for name in TEXTS}
        return tfds.core.DatasetInfo(builder=self, features=tfds.features.FeaturesDict(features))

    def _split_generators(self, dl_manager):
        return {"train": self._generate_examples()}

    def _generate_examples(self):
        for example in self.examples:
            yield f"{example['filename']}_{example['segment_id']}", example


def build(folder):
    builder = Slices(data_dir=folder)
    settings = tfds.download.DownloadConfig(try_download_gcs=False)
    wall, cpu = time.perf_counter(), time.process_time()
    builder.download_and_prepare(download_config=settings)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    assert builder.info.splits["train"].num_examples == len(Slices.examples)
    return wall, cpu


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("shard")
    parser.add_argument("--examples", type=int, default=None)
    parser.add_argument("--encoding", choices=["zlib", "bytes"], default="zlib")
    options = parser.parse_args()
    tfds.disable_progress_bar()
    logging.disable(logging.WARNING)
    Slices.encoding = options.encoding
    Slices.examples = read_examples(options.shard, options.examples)
    with tempfile.TemporaryDirectory(dir=os.path.dirname(os.path.abspath(options.shard))) as folder:
        wall, cpu = build(folder)
        size = sum(path.stat().st_size for path in pathlib.Path(folder).rglob("*.tfrecord*"))
    count = len(Slices.examples)
    print(json.dumps({"examples": count, "wall_s": wall, "cpu_s": cpu, "examples_per_s": count / wall,
                      "bytes": size}))


if __name__ == "__main__":
    sys.exit(main())
