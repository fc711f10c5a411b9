"""Rows of a split's HDF5 shards as NumPy arrays. `veery_torch.py` makes a PyTorch Dataset of them.

    rows = StoredRows("OUT/dataset/recordings/1.0.0", "train", check=True)
    rows[17]["audio"]  # float32 [sample], full scale at 1

A process opens the shards that it reads, when it first reads them, so that rows may be used after a fork.
"""

import math
import os
from pathlib import Path

os.environ.setdefault("HDF5_USE_FILE_LOCKING", "FALSE")  # before h5py: NFS and Lustre often can't lock

import h5py
import numpy as np

try:
    import xxhash  # from PyPI, for `check`
except ImportError:
    xxhash = None


class StoredRows:
    """Rows of all shards of a split, shard after shard. `columns`: what else to give of each, e.g. segment_start."""

    def __init__(self, folder, split="train", columns=("filename", "segment_start"), stems=False, labels=False,
                 check=False):  # fmt: skip
        self.paths = sorted(Path(folder).glob(f"*-{split}-?????-of-?????.h5"))
        if not self.paths:
            raise FileNotFoundError(f"no shards of {split} in {folder}")
        # Those of an extension count in the earlier ones, which keep their names.
        expected = max(int(path.stem.rsplit("-", 1)[1]) for path in self.paths)
        if len(self.paths) != expected:
            raise FileNotFoundError(f"{len(self.paths)} shards of {split} in {folder}, there should be {expected}")
        self.columns, self.stems, self.labels, self.check = list(columns), stems, labels, check
        if check and xxhash is None:
            raise ImportError("check=True needs the package xxhash")
        self.ends = np.cumsum([self._count(path) for path in self.paths])
        self._shards, self._pid = {}, None

    @staticmethod
    def _count(path):
        with h5py.File(path) as file:
            return len(file["audio"])

    def __len__(self):
        return int(self.ends[-1])

    def rows_of_shard(self, shard):
        return range(int(self.ends[shard - 1]) if shard else 0, int(self.ends[shard]))

    def __getstate__(self):
        return self.__dict__ | {"_shards": {}, "_pid": None}  # a spawned worker opens its own

    def _open(self, shard):
        if self._pid != os.getpid():  # a forked worker must not share the parent's handles: it would read garbage
            self._shards, self._pid = {}, os.getpid()
        if shard not in self._shards:
            self._shards[shard] = OpenShard(self.paths[shard], self.check)
        return self._shards[shard]

    def __getitem__(self, row):
        row = range(len(self))[row]
        number = int(np.searchsorted(self.ends, row, side="right"))
        shard, place = self._open(number), row - self.rows_of_shard(number).start
        stored = shard.audio.read(place)
        item = {"row": row, "audio": to_float(stored)}
        if self.check:
            shard.compare(place, stored)
        if self.stems:
            # Stems are stored times a gain, so that int16 does not clip them.
            item["stems"] = to_float(shard.stems.read(place)) / shard.column("stem_gain")[place]
        for name in self.columns:
            value = shard.column(name)[place]
            item[name] = value.decode() if isinstance(value, bytes) else value.item()
        if self.labels:
            item["label"] = shard.column("label")[place].decode()
        return item


class OpenShard:
    """One shard. Columns are read when they are first asked for, and kept."""

    def __init__(self, path, check):
        self._file = h5py.File(path)
        self._columns = {}
        self.audio = OpenSamples(self._file["audio"], past_checksum=check)
        self.stems = OpenSamples(self._file["stems"], past_checksum=check) if "stems" in self._file else None

    def column(self, name):
        if name not in self._columns:
            self._columns[name] = self._file[name][:]
        return self._columns[name]

    def compare(self, place, stored):
        """Raises OSError when the row has not the hash that it was written with."""
        digest = xxhash.xxh3_64(stored)
        if self.stems:
            digest.update(self.stems.read(place).ravel())
        if digest.intdigest() != self.column("row_xxh3")[place]:
            raise OSError(f"row {place} of {self._file.filename} is not what was written")


class OpenSamples:
    """Audio or stems of a shard. `past_checksum`: rows are read as the chunks that they are, past HDF5's checksum, which
    takes longer than the row's own hash does and covers less."""

    def __init__(self, rows, past_checksum):
        self._rows, self._type, self._shape = rows, rows.dtype, rows.shape[1:]  # which h5py looks up anew each time
        self._rest, self._count = (0,) * len(self._shape), math.prod(self._shape)
        self._as_chunks = past_checksum and not rows.compression and rows.chunks == (1, *self._shape)

    def read(self, place):
        if not self._as_chunks:
            return self._rows[place]
        _, chunk = self._rows.id.read_direct_chunk((place, *self._rest))
        return np.frombuffer(chunk, self._type, self._count).reshape(self._shape)


def to_float(stored):
    """int16 on the scale where full scale is 1."""
    samples = stored.astype(np.float32)
    if stored.dtype == np.int16:
        samples *= np.float32(2**-15)
    return samples
