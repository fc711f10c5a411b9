"""Reads a split with veery_torch.py in four workers, and on two ranks; prints what it saw as JSON.

    python check_torch_example.py EXAMPLES DATASET
"""

import json
import sys
import tempfile
from collections import Counter
from pathlib import Path

import h5py
import numpy as np
import xxhash

sys.path.insert(0, sys.argv[1])
from torch.utils.data import DataLoader
from torch.utils.data.distributed import DistributedSampler
from veery_torch import ShardSampler, VeeryRows


def stored_rows(folder):
    """(file name, first sample) → audio, of all shards."""
    rows = {}
    for path in sorted(Path(folder).glob("*-train-?????-of-?????.h5")):
        with h5py.File(path) as shard:
            for row, audio in enumerate(shard["audio"][:]):
                rows[shard["filename"].asstr()[row], int(shard["segment_start"][row])] = audio
    return rows


def read_in_workers(folder, method, expected):
    rows = VeeryRows(folder, "train", check=True)
    _ = rows[0]  # opens a shard in this process, which forked workers must not use
    loader = DataLoader(rows, batch_size=3, sampler=ShardSampler(rows, shards_at_once=2), num_workers=4,
                        multiprocessing_context=method)  # fmt: skip
    seen = []
    for batch in loader:
        for name, start, audio in zip(batch["filename"], batch["segment_start"].tolist(), batch["audio"].numpy()):
            assert np.array_equal(audio * 32768, expected[name, start].astype(np.float32)), (name, start)
            seen.append((name, start))
    return seen


def check_ranks(rows, samplers, padded):
    """Equal lengths, and together every row once (DistributedSampler repeats some when they don't divide)."""
    for sampler in samplers:
        sampler.set_epoch(0)
    first = [list(sampler) for sampler in samplers]
    assert len(set(map(len, first))) == 1 and [len(s) for s in samplers] == [len(taken) for taken in first]
    counts = Counter(row for taken in first for row in taken)
    if padded:
        assert set(counts) == set(range(len(rows))) and sum(counts.values()) - len(rows) in (0, 1)
    else:
        assert set(counts.values()) == {1} and len(rows) - len(counts) in (0, 1)
    for sampler in samplers:
        sampler.set_epoch(1)
    assert [list(sampler) for sampler in samplers] != first, "an epoch like the one before"


def check_stems_and_hashes():
    """Of a shard made here: stems come back on the scale of the audio, and a row that was changed is noticed."""
    with tempfile.TemporaryDirectory() as folder:
        audio = np.arange(8, dtype=np.int16).reshape(2, 4) * 1000
        stems = np.arange(16, dtype=np.int16).reshape(2, 2, 4) * 500
        hashes = [xxhash.xxh3_64(a.tobytes() + s.tobytes()).intdigest() for a, s in zip(audio, stems)]
        with h5py.File(Path(folder) / "a-train-00000-of-00001.h5", "w") as shard:
            shard["audio"], shard["stems"], shard["stem_gain"] = audio, stems, np.array([1, 0.25], np.float32)
            shard["row_xxh3"] = np.array([hashes[0], hashes[1] ^ 1], np.uint64)
            shard["label"] = np.array([b"wren", b""], "S4")
        rows = VeeryRows(folder, columns=(), stems=True, labels=True, check=True)
        assert np.array_equal(rows[0]["audio"].numpy(), audio[0] / np.float32(32768)) and rows[0]["label"] == "wren"
        rows.check = False
        assert np.array_equal(rows[-1]["stems"].numpy(), stems[1] / np.float32(32768 * 0.25))
        rows.check = True
        try:
            _ = rows[1]
        except OSError:
            return
        raise AssertionError("a changed row was not noticed")


def main():
    folder = sys.argv[2]
    expected = stored_rows(folder)
    check_stems_and_hashes()
    rows = VeeryRows(folder, "train", labels=True)
    assert len(rows) == len(expected) and len(rows.paths) > 1
    check_ranks(rows, [ShardSampler(rows, rank, 2, shards_at_once=2) for rank in range(2)], padded=False)
    check_ranks(rows, [DistributedSampler(rows, 2, rank) for rank in range(2)], padded=True)
    print(json.dumps({method: read_in_workers(folder, method, expected) for method in ("fork", "spawn")}))


if __name__ == "__main__":
    main()
