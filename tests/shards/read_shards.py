"""Reads the HDF5 files of a finished run and compares them with its slices.csv.

    python read_shards.py OUT        (or VEERY_OUTPUT=OUT python read_shards.py)

Needs h5py and NumPy, and nothing of veery: what it accepts, other Python programs can read. Every shard's
columns are compared with the rows of slices.csv that name it (columns of one name, in both); every index file
with its split's shards, one after another. One line a file; exits 1 when something differs.
"""

import csv
import os
import pathlib
import re
import sys

import h5py
import numpy as np

SHARD_NAME = re.compile(r"(?P<name>.+)-(?P<split>[^-]+)-(?P<index>\d{5,})-of-(?P<count>\d{5,})\.h5")
AXES = {"example", "sample"}
COLUMNS = {
    "audio", "recording_id", "segment_id", "segment_start", "segment_end", "filename", "label",
    "source_start_sample", "source_end_sample", "source_sample_rate_hz", "padded_samples", "peak_sample",
    "peak_energy", "start_time", "site", "row_xxh3",
}  # fmt: skip

STEMS = {"stems", "peak_source", "stem_gain"}  # in datasets of separated recordings

HEXADECIMAL = {"recording_id", "row_xxh3"}  # sixteen digits in slices.csv


def columns_of(file):
    return COLUMNS | STEMS if "stems" in file else COLUMNS


def axes_of(file):
    return AXES | {"source"} if "stems" in file else AXES


def read_column(file, name):
    dataset = file[name]
    return dataset.asstr()[:] if h5py.check_string_dtype(dataset.dtype) else dataset[:]


def text(attributes, name):
    """Text attributes have a fixed length, which h5py gives as bytes."""
    value = attributes.get(name)
    return value.decode() if isinstance(value, bytes) else None


def check_structure(file, kind):
    """Yields what is wrong with names, attributes, axes and row counts."""
    if text(file.attrs, "kind") != kind or file.attrs["format_version"] != 1:
        yield f"kind is {file.attrs['kind']}, format version {file.attrs['format_version']}"
    for name in ("dataset", "version", "split", "program_version", "commit"):
        if text(file.attrs, name) is None:
            yield f"attribute {name} is not a text"
    expected = columns_of(file) | axes_of(file)
    if set(file) != expected:
        yield f"datasets differ: {sorted(set(file) ^ expected)}"
    rows = len(file["audio"])
    for name in columns_of(file) & set(file):
        dataset = file[name]
        if len(dataset) != rows:
            yield f"{name} has {len(dataset)} rows, audio has {rows}"
        if dataset.dims[0].label != "example" or dataset.dims[0][0] != file["example"]:
            yield f"{name} lacks the axis example"
        if not text(dataset.attrs, "units") or not text(dataset.attrs, "description"):
            yield f"{name} lacks units or description"
    if file["audio"].dims[1].label != "sample" or file["audio"].dims[1][0] != file["sample"]:
        yield "audio lacks the axis sample"
    if "stems" in file:
        stems, audio = file["stems"], file["audio"]
        if stems.shape != (rows, len(file["source"]), audio.shape[1]) or stems.dtype != audio.dtype:
            yield f"stems of {stems.dtype}{stems.shape} beside audio of {audio.dtype}{audio.shape}"
        if [dimension.label for dimension in stems.dims] != ["example", "source", "sample"]:
            yield "stems lack an axis"


def expected_cell(name, text, dtype):
    """A cell of slices.csv as the value that the column holds."""
    if name in HEXADECIMAL:
        return np.uint64(int(text, 16))
    if h5py.check_string_dtype(dtype):
        return text
    if text == "":
        return dtype.type(np.nan) if dtype.kind == "f" else dtype.type(-1)
    return dtype.type(text) if dtype.kind == "f" else dtype.type(int(text))


def same(left, right):
    return left == right or (left != left and right != right)


def check_against_slices(file, slices):
    """Yields the cells in which a shard and its rows of slices.csv differ."""
    rows = sorted(int(row["row"]) for row in slices)
    if rows != list(range(len(file["audio"]))):
        yield f"slices.csv has {len(rows)} rows here, the shard has {len(file['audio'])}"
        return
    for name in sorted(columns_of(file) & set(slices[0] if slices else ())):
        values = read_column(file, name)
        for row in slices:
            number = int(row["row"])
            expected = expected_cell(name, row[name], file[name].dtype)
            if not same(values[number], expected):
                yield f"row {number}: {name} is {values[number]!r}, slices.csv says {row[name]!r}"


def check_index(file, shards):
    """Yields where an index file differs from its shards, one after another."""
    rows = sum(len(shard["audio"]) for shard in shards)
    if rows != len(file["audio"]):
        yield f"the index has {len(file['audio'])} rows, the shards have {rows}"
        return
    for name in sorted(columns_of(file) - {"audio", "stems"}):
        whole = read_column(file, name)
        parts = [read_column(shard, name) for shard in shards]
        joined = np.concatenate(parts) if parts else whole[:0]
        if not all(map(same, whole, joined)):
            yield f"{name} differs from the shards"
    for name in sorted({"audio", "stems"} & set(file)):
        first = 0
        for shard in shards:
            for row, samples in enumerate(shard[name]):
                if file[name][first + row].tobytes() != samples.tobytes():
                    yield f"{name} row {first + row} differs from {pathlib.Path(shard.filename).name}"
            first += len(shard[name])


def names_shard(cell, place, file_name):
    """slices.csv names a shard by number or by file name."""
    return cell == file_name or (cell.isdigit() and int(cell) == int(place["index"]))


def check_split(folder, split, places, slices):
    """Checks a split's shards and its index; yields (file name, rows, problems)."""
    shards = []
    for file_name, place in places:
        shard = h5py.File(folder / file_name)
        shards.append(shard)
        mine = [row for row in slices if row["split"] == split]
        mine = [row for row in mine if names_shard(row["shard"], place, file_name)]
        problems = list(check_structure(shard, "veery.shard")) + list(check_against_slices(shard, mine))
        yield file_name, len(shard["audio"]), problems
    missing = int(places[0][1]["count"]) - len(places)
    index_name = f"{places[0][1]['name']}-{split}.h5"
    if not (folder / index_name).exists():
        yield index_name, 0, ["missing"]
        return
    with h5py.File(folder / index_name) as index:
        problems = list(check_structure(index, "veery.split_index")) + list(check_index(index, shards))
        if missing:
            problems.append(f"{missing} shards are missing")
        yield index_name, len(index["audio"]), problems


def check_run(output):
    """Yields (file name, rows, problems) for every file of every dataset below `output`."""
    with open(output / "slices.csv", newline="", encoding="utf-8") as file:
        slices = [row for row in csv.DictReader(file) if row["row"]]  # a slice may be a clip only
    seen = 0
    for folder in sorted((output / "dataset").glob("*/*")):
        splits = {}
        for path in sorted(folder.glob("*.h5")):
            if place := SHARD_NAME.fullmatch(path.name):
                splits.setdefault(place["split"], []).append((path.name, place))
        for split, places in splits.items():
            for file_name, rows, problems in check_split(folder, split, places, slices):
                seen += rows if SHARD_NAME.fullmatch(file_name) else 0
                yield file_name, rows, problems
    yield "slices.csv", len(slices), [] if seen == len(slices) else [f"{seen} rows are in shards"]


def main():
    output = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("VEERY_OUTPUT")
    if output is None:
        sys.exit(__doc__)
    failed = False
    for file_name, rows, problems in check_run(pathlib.Path(output)):
        print(f"{file_name}: {rows} rows, " + ("ok" if not problems else f"{len(problems)} problems"))
        for problem in problems[:10]:
            print(f"  {problem}")
        failed |= bool(problems)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
