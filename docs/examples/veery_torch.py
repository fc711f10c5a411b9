"""A PyTorch Dataset over a split of veery's HDF5 shards, and a sampler that keeps ranks equal.

    rows = VeeryRows("OUT/dataset/recordings/1.0.0", "train")
    sampler = ShardSampler(rows, rank=0, ranks=1, seed=1)
    loader = DataLoader(rows, batch_size=32, sampler=sampler, num_workers=4)
    for epoch in range(100):
        sampler.set_epoch(epoch)
        for batch in loader:  # batch["audio"]: float32 [batch, sample]
            ...

Workers may be forked or spawned: a process opens the shards that it reads, when it first reads them. DistributedSampler
works too; ShardSampler reads few shards at a time, which a network file system likes better.
"""

import math
import os
import random
from pathlib import Path

os.environ.setdefault("HDF5_USE_FILE_LOCKING", "FALSE")  # before h5py: NFS and Lustre often can't lock

import h5py
import numpy as np
import torch
from torch.utils.data import Dataset, Sampler


class VeeryRows(Dataset):
    """Rows of all shards of a split, shard after shard. `columns`: what else to give of each, e.g. segment_start."""

    def __init__(self, folder, split="train", columns=("filename", "segment_start"), stems=False, labels=False,
                 check=False):  # fmt: skip
        self.paths = sorted(Path(folder).glob(f"*-{split}-?????-of-?????.h5"))
        if not self.paths:
            raise FileNotFoundError(f"no shards of {split} in {folder}")
        expected = int(self.paths[0].stem.rsplit("-", 1)[1])
        if len(self.paths) != expected:
            raise FileNotFoundError(f"{len(self.paths)} shards of {split} in {folder}, there should be {expected}")
        self.columns, self.stems, self.labels, self.check = list(columns), stems, labels, check
        self.ends = np.cumsum([self._count(path) for path in self.paths])
        self._files, self._hashes, self._pid = {}, {}, None

    @staticmethod
    def _count(path):
        with h5py.File(path) as file:
            return len(file["audio"])

    def __len__(self):
        return int(self.ends[-1])

    def rows_of_shard(self, shard):
        return range(int(self.ends[shard - 1]) if shard else 0, int(self.ends[shard]))

    def __getstate__(self):
        return self.__dict__ | {"_files": {}, "_hashes": {}, "_pid": None}  # a spawned worker opens its own

    def _open(self, shard):
        if self._pid != os.getpid():  # a forked worker must not share the parent's handles: it would read garbage
            self._files, self._hashes, self._pid = {}, {}, os.getpid()
        if shard not in self._files:
            self._files[shard] = h5py.File(self.paths[shard])
            self._hashes[shard] = self._files[shard]["row_xxh3"][:] if self.check else None
        return self._files[shard]

    def __getitem__(self, row):
        row = range(len(self))[row]
        shard = int(np.searchsorted(self.ends, row, side="right"))
        file, place = self._open(shard), row - self.rows_of_shard(shard).start
        stored = self._read(file, "audio", place)
        item = {"row": row, "audio": to_float(stored)}
        if self.stems:
            stems = self._read(file, "stems", place)
            # Stems are stored times a gain, so that int16 does not clip them.
            item["stems"] = to_float(stems) / float(file["stem_gain"][place])
        if self.check:
            self._compare(file, place, stored, int(self._hashes[shard][place]))
        for name in self.columns:
            value = file[name][place]
            item[name] = value.decode() if isinstance(value, bytes) else value.item()
        if self.labels:
            item["label"] = file["label"][place].decode()
        return item

    def _read(self, file, name, place):
        """With `check` a row is read as the chunk that it is, past HDF5's checksum: its own hash takes less time."""
        rows = file[name]
        if not self.check or rows.compression or rows.chunks != (1, *rows.shape[1:]):
            return rows[place]
        _, chunk = rows.id.read_direct_chunk((place,) + (0,) * (rows.ndim - 1))
        return np.frombuffer(chunk, rows.dtype, math.prod(rows.shape[1:])).reshape(rows.shape[1:])

    def _compare(self, file, place, stored, expected):
        import xxhash  # optional, from PyPI: python-xxhash

        digest = xxhash.xxh3_64(stored)
        if "stems" in file:
            digest.update(self._read(file, "stems", place).ravel())
        if digest.intdigest() != expected:
            raise OSError(f"row {place} of {file.filename} is not what was written")


def to_float(stored):
    """int16 on the scale where full scale is 1."""
    samples = stored.astype(np.float32)
    if stored.dtype == np.int16:
        samples *= np.float32(2**-15)
    return torch.from_numpy(samples)


class ShardSampler(Sampler):
    """Shuffles shards, then rows among `shards_at_once` of them. Every rank gets len(rows) // ranks rows, all different;
    fewer than `ranks` rows of an epoch are left out, others in each epoch."""

    def __init__(self, rows, rank=0, ranks=1, seed=0, shards_at_once=8):
        if not 0 <= rank < ranks:
            raise ValueError(f"rank {rank} of {ranks}")
        self.rows, self.rank, self.ranks, self.seed, self.shards_at_once = rows, rank, ranks, seed, shards_at_once
        self.epoch = 0

    def set_epoch(self, epoch):
        self.epoch = epoch

    def __len__(self):
        return len(self.rows) // self.ranks

    def __iter__(self):
        shuffler = random.Random(f"{self.seed} {self.epoch}")  # the same on all ranks
        shards = list(range(len(self.rows.paths)))
        shuffler.shuffle(shards)
        order = []
        for first in range(0, len(shards), self.shards_at_once):
            some = [row for shard in shards[first : first + self.shards_at_once]
                    for row in self.rows.rows_of_shard(shard)]  # fmt: skip
            shuffler.shuffle(some)
            order += some
        # In turns, so that at any time ranks read the same few shards.
        return iter(order[self.rank : len(self) * self.ranks : self.ranks])
