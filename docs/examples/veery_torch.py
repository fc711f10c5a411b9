"""A PyTorch Dataset over a split of veery's HDF5 shards, and a sampler that keeps ranks equal.

    rows = VeeryRows("OUT/dataset/recordings/1.0.0", "train")
    sampler = ShardSampler(rows, rank=0, ranks=1, seed=1)
    loader = DataLoader(rows, batch_size=32, sampler=sampler, num_workers=4)
    for epoch in range(100):
        sampler.set_epoch(epoch)
        for batch in loader:  # batch["audio"]: float32 [batch, sample]
            ...

It needs veery_rows.py beside it. Workers may be forked or spawned. DistributedSampler works too; ShardSampler reads few shards at a time, which a network file system likes better.
"""

import random

import torch
from torch.utils.data import Dataset, Sampler
from veery_rows import StoredRows


class VeeryRows(StoredRows, Dataset):
    """`StoredRows` with tensors for arrays."""

    def __getitem__(self, row):
        item = super().__getitem__(row)
        arrays = {name: torch.from_numpy(item[name]) for name in ("audio", "stems") if name in item}
        return item | arrays


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
