"""Reads a split with plain h5py: all of it through its index file, or shard by shard.

    python read_h5py.py OUT/dataset/recordings/1.0.0 train

Prints one line a row: file name, first sample in the recording, peak of the audio.
"""

import os
import sys
from pathlib import Path

os.environ.setdefault("HDF5_USE_FILE_LOCKING", "FALSE")  # before h5py: NFS and Lustre often can't lock

import h5py
import numpy as np


def rows(file):
    """(file name, first sample, int16 or float32 audio) of every row of a shard or of an index file."""
    names, starts = file["filename"].asstr()[:], file["segment_start"][:]  # columns at once, audio row by row
    for row, (name, start) in enumerate(zip(names, starts)):
        yield name, int(start), file["audio"][row]


def whole_split(folder, split):
    """Through the index. It must not be open together with one of its shards in the same process."""
    (path,) = (p for p in Path(folder).glob(f"*-{split}.h5"))
    with h5py.File(path) as index:
        if not np.all(index["row_xxh3"][:]):  # HDF5 gives zeros for shards that are missing
            sys.exit(f"{path}: shards are missing; `veery verify` says which")
        yield from rows(index)


def shard_by_shard(folder, split):
    for path in sorted(Path(folder).glob(f"*-{split}-?????-of-?????.h5")):
        with h5py.File(path) as shard:
            yield from rows(shard)


def describe(name, start, audio):
    peak = np.abs(audio.astype(np.float64)).max() / (32768 if audio.dtype == np.int16 else 1)
    return f"{name} {start} {peak:.4f}"


def main():
    folder, split = sys.argv[1:]
    lines = [describe(*row) for row in whole_split(folder, split)]
    assert lines == [describe(*row) for row in shard_by_shard(folder, split)]
    print(*lines, sep="\n")


if __name__ == "__main__":
    main()
