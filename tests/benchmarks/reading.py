"""Reading rows for training: HDF5 against a folder of WAV slices, TFRecord and a tar of WAV and JSON."""

import json
import sys

from programs import PEERS, peer_python, run

BAR = 1.0  # HDF5 at random at least as fast as a folder of WAV files


def measure(bench):
    bench.process(bench.hour().parent, "--slices", "fixed", "--hop", "6s", "--shards", "hdf5,tfrecord")
    folder = bench.fresh("reading")
    folder.mkdir()
    python = [sys.executable] if bench.quick else [peer_python()]
    command = [*python, PEERS / "reading_peer.py", bench.work / "out", folder, "--repeats", bench.repeats]
    if bench.quick:
        command.append("--without-tfds")
    found = json.loads(run(*command).output.splitlines()[-1])
    for name, speeds in found["rows_per_s"].items():
        for order, speed in speeds.items():
            bench.note(f"reading, {order}: {name}", speed, "rows/s")
    for order in ("random", "sequential"):
        ratio = found["rows_per_s"]["HDF5"][order] / found["rows_per_s"]["WAV files"][order]
        detail = f"{found['rows']} rows in the page cache"
        bar = {"bar": BAR} if order == "random" else {}
        bench.note(f"reading, {order}: HDF5 to WAV files", ratio, "×", detail=detail, **bar)
    bench.fresh("reading")
    bench.fresh("out")
