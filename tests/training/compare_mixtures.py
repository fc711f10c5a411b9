"""Makes views of a shard in Python and compares them, bit for bit, with those that C++ wrote.

    python compare_mixtures.py EXAMPLES SHARD NOISE OPTIONS.json VIEWS

VIEWS: for every view of epochs 0 and 7, the number of rows and the rows (int64), audio and sources (float32); then the
batches of three views of two ranks' first steps, into the second epoch.
"""

import json
import sys

import h5py

sys.path.insert(0, sys.argv[1])
import numpy as np
import veery_mixtures as mixtures


def main():
    shard, noise = h5py.File(sys.argv[2])["audio"], h5py.File(sys.argv[3])["audio"]
    with open(sys.argv[4], encoding="utf-8") as file:
        options = json.load(file)
    plan = mixtures.Plan(len(shard), shard.shape[1], noise_rows=len(noise), noise_samples_per_row=noise.shape[1],
                         **options)  # fmt: skip
    with open(sys.argv[5], "rb") as file:
        views = file.read()
    offset = 0
    for epoch in (0, 7):
        for number in range(len(plan)):
            view = plan.make(mixtures.read_rows(shard), epoch, number, mixtures.read_rows(noise))
            rows = np.array([len(view.rows), *view.rows], np.int64)
            expected = rows.tobytes() + view.audio.tobytes() + view.sources.tobytes()
            if views[offset : offset + len(expected)] != expected:
                sys.exit(f"view {number} of epoch {epoch} differs")
            offset += len(expected)
    for step in range(mixtures.batches_per_rank(len(plan), 3, 2) + 1):
        for rank in (0, 1):
            epoch, number = mixtures.batch_of_step(step, len(plan), 3, 2)
            numbers = mixtures.views_of_batch(number, 3, rank, 2)
            audio, sources, _ = plan.batch(mixtures.read_rows(shard), epoch, numbers, mixtures.read_rows(noise))
            expected = audio.tobytes() + sources.tobytes()
            if views[offset : offset + len(expected)] != expected:
                sys.exit(f"the batch of step {step}, rank {rank} differs")
            offset += len(expected)
    if offset == 0 or offset != len(views):
        sys.exit(f"{offset} bytes of views in Python, {len(views)} in C++")
    print(f"{2 * len(plan)} views, {offset} bytes: the same")


if __name__ == "__main__":
    main()
