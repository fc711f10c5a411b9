"""Measures veery, compares it with what others use, and fails when a bar is missed.

    python bench.py BIN [--quick] [--only NAME ...] [--work FOLDER]

BIN is the folder of a build's programs (VEERY_BENCHMARKS=ON). Prints a table and writes FOLDER/results.json
(default: build/bench). The peers run in an environment of their own, build/bench-python, made at the first
run. --quick measures minutes instead of hours, without peers and bars: it shows that the benchmarks run.
docs/performance.md says what each bar means. Needs nothing but Python's own library.
"""

import argparse
import csv
import io
import json
import math
import os
import shutil
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

import reading
import separation
from programs import MEGABYTE, MPI_SETTINGS, PEERS, PROJECT, machine, peer_python, run
from recordings import GOLDEN_HOUR, REAL_MINUTE, one_minute, write_wav

LONG_FACTOR = 10  # the long recording, in hours
MEMORY_BAR_MB = 400 + 150  # with one worker
AS_PERCH = ["--compat", "perch", "--resampler", "perch", "--peaks-per-scope", "200"]


@dataclass
class Result:
    name: str
    value: float
    unit: str
    bar: float = math.nan  # NaN: no bar, shown for information
    at_least: bool = True
    detail: str = ""

    def passed(self):
        return math.isnan(self.bar) or (self.value >= self.bar if self.at_least else self.value <= self.bar)


class Bench:
    def __init__(self, programs, work, quick):
        self.veery = programs / "veery"
        self.programs = programs
        self.work = work
        self.quick = quick
        self.repeats = 1 if quick else 3
        self.hours = 1 / 60 if quick else 1.0
        self.results = []
        work.mkdir(parents=True, exist_ok=True)

    def note(self, *arguments, **more):
        self.results.append(Result(*arguments, **more))
        if self.quick:
            self.results[-1].bar = math.nan

    # ── what is measured on ────────────────────────────────────────────────────────────────────────────

    def hour(self):
        return self.recording("hour", 1 if self.quick else 60)

    def recording(self, name, minutes):
        """A folder with one 16-bit WAV that repeats a minute."""
        path = self.work / name / f"{name}.wav"
        if not path.exists():
            path.parent.mkdir(exist_ok=True)
            write_wav(path, one_minute(), minutes)
        return path

    def fresh(self, name):
        folder = self.work / name
        shutil.rmtree(folder, ignore_errors=True)
        return folder

    def process(self, archive, *options):
        return run(self.veery, "process", archive, "-o", self.fresh("out"), "--threads", 1, "--quiet", *options)

    def peaks(self, path, scope, *options):
        return run(self.veery, "peaks", "--peak-scope", scope, *options, path)

    def best(self, measure):
        """The run that took least CPU time: other work on the machine only ever adds."""
        return min((measure() for _ in range(self.repeats)), key=lambda used: used.cpu_s)

    # ── the bars ───────────────────────────────────────────────────────────────────────────────────────

    def bench_peaks(self):
        """Peaks of an hour against the same peaks by JAX and SciPy."""
        whole = self.best(lambda: self.peaks(self.hour(), "recording", *AS_PERCH))
        blocks = self.best(lambda: self.peaks(self.hour(), "300s", *AS_PERCH))
        if self.quick:
            self.note("peaks of a minute", 60 / whole.cpu_s, "× real time (CPU)")
            return
        reference = json.loads(run(peer_python(), PEERS / "perch_peaks.py", self.hour(), "--most-peaks", 200).output)
        for name, used in [("whole recording", whole), ("300 s blocks", blocks)]:
            took = f"{used.cpu_s:.1f} s against {reference['cpu_s']:.0f} s"
            self.note(f"peaks of an hour, {name}: CPU time", reference["cpu_s"] / used.cpu_s, "× less", 15, detail=took)
            held = f"{used.memory_mb:.0f} MB against {reference['peak_bytes'] / MEGABYTE:.0f} MB"
            less = reference["peak_bytes"] / MEGABYTE / used.memory_mb
            self.note(f"peaks of an hour, {name}: memory", less, "× less", 8, detail=held)
        found = [int(row["sample"]) for row in csv.DictReader(io.StringIO(whole.output))]
        different = sum(a != b for a, b in zip(found, reference["peaks"])) + abs(len(found) - len(reference["peaks"]))
        self.note("peaks that differ from the reference's", different, f"of {len(found)}", 0, at_least=False)
        if REAL_MINUTE.exists() and GOLDEN_HOUR.exists():
            golden = json.loads(GOLDEN_HOUR.read_text())["peaks_200"]
            strange = sum(a != b for a, b in zip(golden, reference["peaks"]))
            self.note("reference's peaks that differ from Perch's", strange, f"of {len(golden)}", 0, at_least=False)

    def bench_process(self):
        """An hour of 16-bit WAV to shards and manifest, on one core."""
        audio_s = 3600 * self.hours
        used = [self.process(self.hour().parent) for _ in range(self.repeats)]
        cpu_s, wall_s = min(u.cpu_s for u in used), min(u.wall_s for u in used)
        self.note("process: per core", audio_s / cpu_s, "× real time (CPU)", 500, detail=f"{cpu_s:.2f} s")
        self.note("process: by the clock", audio_s / wall_s, "× real time", 500, detail=f"{wall_s:.2f} s")
        self.note("process: memory, 1 h", used[0].memory_mb, "MB", MEMORY_BAR_MB, at_least=False)

    def bench_long(self):
        """Ten hours in one file: the memory of one hour, and its cost per hour."""
        factor = 2 if self.quick else LONG_FACTOR
        long = self.recording("long", round(60 * self.hours) * factor)
        try:
            blocks = self.process(long.parent)
            slices = self.process(long.parent, "--peak-scope", "recording")
            short = self.best(lambda: self.peaks(self.hour(), "recording"))
            whole = min((self.peaks(long, "recording") for _ in range(min(self.repeats, 2))), key=lambda u: u.cpu_s)
        finally:
            shutil.rmtree(long.parent)
            self.fresh("out")
        self.note("process: memory, 10 h", blocks.memory_mb, "MB", MEMORY_BAR_MB, at_least=False)
        self.note("process: memory, 10 h in one scope", slices.memory_mb, "MB", MEMORY_BAR_MB, at_least=False)
        detail = f"{short.cpu_s:.2f} s and {whole.cpu_s / factor:.2f} s an hour"
        self.note("one scope: CPU time an hour, 10 h to 1 h", whole.cpu_s / factor / short.cpu_s, "×", 1.15,
                  at_least=False, detail=detail)

    def bench_shards(self):
        """Writing the same examples as a shard, in each format, and as a dataset by TFDS itself."""
        self.process(self.hour().parent, "--slices", "fixed", "--hop", "6s")
        shard = next((self.work / "out").rglob("*-of-*.h5"))
        folder = self.fresh("written")
        folder.mkdir()
        ours = json.loads(run(self.programs / "shard_write_bench", shard, folder, self.repeats).output)
        rates = {name: ours[name]["examples_per_s"] for name in ("hdf5", "bytes", "zlib")}
        if self.quick:
            for name, rate in rates.items():
                self.note(f"writing a shard, {name}", rate, "examples/s", detail=f"{ours['examples']} examples")
        else:
            theirs = {encoding: self.best_tfds_build(shard, encoding) for encoding in ("zlib", "bytes")}
            for name, ours_by, theirs_by, bar in [
                ("a shard", "hdf5", "zlib", 20),
                ("TFRecords, our default to Perch's", "bytes", "zlib", 10),
                ("TFRecords, both plain bytes", "bytes", "bytes", math.nan),
                ("TFRecords, both zlib", "zlib", "zlib", math.nan),
            ]:
                rate = theirs[theirs_by]["examples_per_s"]
                detail = f"{ours['examples']} examples, {rates[ours_by]:.0f} a second against {rate:.0f}"
                self.note(f"writing {name}", rates[ours_by] / rate, "× TFDS", bar, detail=detail)
            size = f"{theirs['bytes']['bytes'] / MEGABYTE:.0f} MB and {theirs['zlib']['bytes'] / MEGABYTE:.0f} MB"
            self.note("TFRecords, plain bytes to zlib: writing", rates["bytes"] / rates["zlib"], "× faster")
            self.note("TFRecords, plain bytes to zlib: size", theirs["bytes"]["bytes"] / theirs["zlib"]["bytes"],
                      "× larger", detail=size)  # fmt: skip
        self.fresh("written")
        self.fresh("out")

    def best_tfds_build(self, shard, encoding):
        command = [peer_python(), PEERS / "tfds_build.py", shard, "--encoding", encoding]
        builds = [json.loads(run(*command).output.splitlines()[-1]) for _ in range(self.repeats)]
        return max(builds, key=lambda built: built["examples_per_s"])

    def bench_reading(self):
        """Reading the same rows from HDF5, WAV files, TFRecord and a tar."""
        reading.measure(self)

    def bench_ranks(self):
        """The same archive on one rank and on two, in turns."""
        minutes, count = (1, 4) if self.quick else (10, 32)
        archive = self.fresh("archive")
        one = self.recording("archive", minutes)
        for i in range(1, count):
            shutil.copyfile(one, archive / f"recording_{i:02}.wav")
        used = {1: [], 2: []}
        for _ in range(self.repeats):
            for ranks, runs in used.items():
                command = [self.veery, "process", archive, "-o", self.fresh("out"), "--threads", 1, "--quiet"]
                runs.append(run("mpirun", "-n", ranks, *command))
        shutil.rmtree(archive)
        self.fresh("out")
        one_s, two_s = (min(u.wall_s for u in runs) for runs in used.values())
        self.note("two ranks against one", one_s / two_s, "×", 1.8, detail=f"{one_s:.1f} s and {two_s:.1f} s")
        one_s, two_s = (min(u.cpu_s for u in runs) for runs in used.values())
        detail = f"{one_s:.1f} s and {two_s:.1f} s"
        self.note("two ranks against one: CPU time in all", two_s / one_s, "×", detail=detail)

    def bench_synthesize(self):
        """An hour of soundscapes as FLAC, on one core."""
        command = [self.veery, "synthesize", "--hours", self.hours, "--threads", 1, "-o"]
        used = [run(*command, self.fresh("soundscapes")) for _ in range(self.repeats)]
        self.fresh("soundscapes")
        cpu_s, wall_s = min(u.cpu_s for u in used), min(u.wall_s for u in used)
        self.note("synthesize: per core", 3600 * self.hours / cpu_s, "× real time (CPU)", 300, detail=f"{cpu_s:.2f} s")
        self.note("synthesize: by the clock", 3600 * self.hours / wall_s, "× real time", detail=f"{wall_s:.2f} s")

    def bench_separation(self):
        """Separating five seconds, against PyTorch and TensorFlow with the same network and weights."""
        separation.measure(self)

    def bench_parts(self):
        """The parts of peak finding alone: where the time goes."""
        least = "0.01" if self.quick else "0.5"
        command = [self.programs / "peaks_bench", "--benchmark_format=json", f"--benchmark_min_time={least}"]
        if self.quick:
            command.append("--benchmark_filter=mel|cwt_peaks/300|denoiser/300")
        for part in json.loads(run(*command).output)["benchmarks"]:
            self.note(part["name"], part["x_real_time"], "× real time")


def number(value):
    if value == int(value) or value >= 100:
        return f"{value:.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def table(results):
    lines = [f"{'':52}{'measured':>10}  {'':20}{'bar':>8}"]
    for result in results:
        bar = "" if math.isnan(result.bar) else f"{'≥' if result.at_least else '≤'} {result.bar:g}"
        verdict = "" if not bar else "PASS" if result.passed() else "FAIL"
        line = f"{result.name:52}{number(result.value):>10}  {result.unit:20}{bar:>8}  {verdict:4}  {result.detail}"
        lines.append(line.rstrip())
    return "\n".join(lines)


def main():
    benches = {name.removeprefix("bench_"): getattr(Bench, name) for name in vars(Bench) if name.startswith("bench_")}
    parser = argparse.ArgumentParser(description="Measure veery against its bars.")
    parser.add_argument("programs", type=Path, metavar="BIN")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", nargs="+", choices=benches, default=list(benches), metavar="NAME",
                        help=f"some of: {', '.join(benches)}")
    parser.add_argument("--work", type=Path, default=PROJECT / "build" / "bench", metavar="FOLDER")
    options = parser.parse_args()

    os.environ.update(MPI_SETTINGS)
    here = machine()
    if here["load_average"] > 0.5:
        print(f"bench.py: the machine is busy (load {here['load_average']:.1f}): times suffer", file=sys.stderr)
    bench = Bench(options.programs.resolve(), options.work.resolve(), options.quick)
    for name in options.only:
        print(f"bench.py: {name}: {benches[name].__doc__}", file=sys.stderr)
        benches[name](bench)
    here["load_average_after"] = os.getloadavg()[0]

    if options.quick:
        print(f"bench.py: {len(bench.results)} figures measured; on so little audio they mean nothing")
        return
    print(f"{here['cpu']}, {here['cores']} cores, {here['date']}\n{table(bench.results)}")
    # JSON has no NaN.
    rows = [{**asdict(result), "bar": None if math.isnan(result.bar) else result.bar, "passed": result.passed()}
            for result in bench.results]
    (bench.work / "results.json").write_text(json.dumps({"machine": here, "results": rows}, indent=2) + "\n")
    missed = [result.name for result in bench.results if not result.passed()]
    if missed:
        sys.exit("bench.py: missed: " + "; ".join(missed))


if __name__ == "__main__":
    main()
