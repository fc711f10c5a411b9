"""Runs the built program for the tests in this folder, makes recordings for it and reads what it leaves behind.

The environment names the program (VEERY_PROGRAM) and the launcher (VEERY_MPIEXEC); ctest sets both.
"""

import csv
import hashlib
import json
import os
import pathlib
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest

import h5py
import numpy as np

SOURCE = pathlib.Path(__file__).resolve().parents[2]
SHARED = SOURCE.parent / "shared"
PROGRAM = os.environ.get("VEERY_PROGRAM", "veery")
MODEL_MAKER = pathlib.Path(PROGRAM).with_name("make_test_model")
LAUNCHER = os.environ.get("VEERY_MPIEXEC", "mpirun")
TIMEOUT_S = 240

DONE, FAILED, USAGE, DONE_WITH_BAD, DIFFERS, STOPPED = 0, 1, 2, 3, 4, 75
RATE = 32_000


# ── running ──────────────────────────────────────────────────────────────────────────────────────


def command(*arguments, ranks=0):
    """The program's command line; 0 ranks: without a launcher."""
    launcher = [LAUNCHER, "-n", str(ranks)] if ranks else []
    return [*launcher, PROGRAM, *(os.fspath(a) if isinstance(a, os.PathLike) else a for a in arguments)]


def environment(**variables):
    """Our own, without a caller's veery options."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("VEERY_")}
    return {**own, **variables}


def run(*arguments, ranks=0, env=None, before=(), **options):
    """Runs to the end; `before`: what goes in front of the command. Output is text."""
    return subprocess.run([*before, *command(*arguments, ranks=ranks)], env=environment(**(env or {})),
                          capture_output=True, encoding="utf-8", errors="surrogateescape", timeout=TIMEOUT_S,
                          check=False, **options)  # fmt: skip


def children(pid):
    """Processes below `pid`, the launcher's ranks."""
    found = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False)
    own = [int(text) for text in found.stdout.split()]
    return own + [grandchild for child in own for grandchild in children(child)]


def is_sanitized():
    """A build under sanitizers needs several times the time and memory."""
    return "sanitizers" in run("--version").stdout


def is_alive(pid):
    """A zombie is not."""
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


# ── results ──────────────────────────────────────────────────────────────────────────────────────


def tree_digest(folder):
    """Relative path → SHA-256 of every file but those about the run itself."""
    about_the_run = ("run.json", "status.json")
    files = (path for path in pathlib.Path(folder).rglob("*") if path.is_file() and path.name not in about_the_run)
    return {str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


def text_of_cell(cell):
    """The text that a cell stands for, as docs/formats.md says."""
    cell = cell[1:] if cell.startswith("'") else cell
    text = re.sub(rb"\\x([0-9a-f]{2})", lambda found: bytes.fromhex(found[1].decode()), cell.encode())
    return text.decode("utf-8", "surrogateescape")


def read_table(path):
    with open(path, newline="", encoding="utf-8") as file:
        return [{name: text_of_cell(cell) for name, cell in row.items()} for row in csv.DictReader(file)]


class Results:
    """The tables of one output folder."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.index = {row["path"]: row for row in read_table(self.folder / "index.csv")}
        self.slices = read_table(self.folder / "slices.csv")
        self.quarantine = read_table(self.folder / "quarantine.csv")
        self.totals = json.loads((self.folder / "manifest.json").read_text())["totals"]

    def slices_of(self, path):
        return [row for row in self.slices if row["filename"] == path]

    def quarantine_of(self, path):
        return [row for row in self.quarantine if row["path"] == path]

    def audio_of(self, row):
        """The samples of a row of slices.csv as its shard holds them."""
        (shard,) = self.folder.glob(f"dataset/*/*/{row['shard']}")
        with h5py.File(shard) as file:
            return file["audio"][int(row["row"])]


# ── recordings ───────────────────────────────────────────────────────────────────────────────────


def birds(seconds, rate=RATE, seed=0):
    """Chirps every three seconds over faint noise, as int16."""
    time = np.arange(round(seconds * rate)) / rate
    noise = np.random.default_rng(seed).normal(0.0, 0.003, time.size)
    phase = (time + 0.37 * seed) % 3.0
    top = min(4000.0, 0.3 * rate)
    chirp = np.where(phase < 0.3, np.sin(np.pi * phase / 0.3) * np.sin(2 * np.pi * top * phase * (1 + phase)), 0.0)
    return np.round((0.3 * chirp + noise) * 32767).astype(np.int16)


def encode(samples, kind):
    """int16 samples as the bytes of a WAV of that kind."""
    if kind == "uint8":
        return (samples // 256 + 128).astype(np.uint8).tobytes()
    if kind == "int16":
        return samples.astype("<i2").tobytes()
    if kind.startswith("float"):
        return (samples / 32768).astype("<f" + str(int(kind[5:]) // 8)).tobytes()
    wide = samples.astype("<i4") << 16
    return wide.tobytes() if kind == "int32" else wide[..., np.newaxis].view(np.uint8)[..., 1:].tobytes()


def wav(samples, rate=RATE, kind="int16", channels=None, data_bytes=None, payload=None):
    """The bytes of a WAV file; what the header says about channels, rate and length can be wrong on purpose."""
    sample_bytes = {"uint8": 1, "int16": 2, "int24": 3, "int32": 4, "float32": 4, "float64": 8}[kind]
    payload = encode(samples, kind) if payload is None else payload
    channels = (1 if samples.ndim == 1 else samples.shape[1]) if channels is None else channels
    data_bytes = len(payload) if data_bytes is None else data_bytes
    tag = 3 if kind.startswith("float") else 1
    frame_bytes = channels * sample_bytes
    byte_rate = min(rate * frame_bytes, 2**32 - 1)
    form = struct.pack("<HHIIHH", tag, channels, rate, byte_rate, frame_bytes, 8 * sample_bytes)
    head = b"WAVEfmt " + struct.pack("<I", len(form)) + form + b"data" + struct.pack("<I", data_bytes)
    return b"RIFF" + struct.pack("<I", min(len(head) + data_bytes, 2**32 - 1)) + head + payload


def write(path, data):
    """Writes bytes, and the folders that are missing; `path` may be bytes too."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(data)
    return path


# ── test cases ───────────────────────────────────────────────────────────────────────────────────


class ProgramTest(unittest.TestCase):
    """Every test has a fresh folder, an archive in it and a place for output."""

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="veery-run-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.archive = self.folder / "archive"
        self.archive.mkdir()
        self.output = self.folder / "out"

    def veery(self, *arguments, code=DONE, **options):
        """Runs the program, expects the exit code, and no control characters on the terminal."""
        result = run(*arguments, **options)
        said = f"{arguments}: exit {result.returncode}\n{result.stdout[-2000:]}\n{result.stderr[-4000:]}"
        self.assertEqual(result.returncode, code, said)
        self.assertNotIn("\x1b", result.stderr)
        return result

    def add(self, path, data):
        return write(self.archive / path, data)

    def process(self, *arguments, code=DONE, **options):
        """`process` of the test's archive; its results are whole and pass `verify`."""
        self.veery("process", self.archive, "-o", self.output, "--quiet", *arguments, code=code, **options)
        results = Results(self.output)
        self.assertTrue(results.totals["coverage"]["all_accounted_for"])
        self.veery("verify", self.output)
        return results


def synthesize(folder, hours, recording, seed=1):
    """An archive of soundscapes."""
    how = ("--hours", str(hours), "--recording", recording, "--seed", str(seed))
    run("synthesize", "-o", folder, *how).check_returncode()


def test_model(folder, kind):
    """A model for tests (see make_test_model.cpp) in `folder`, made once."""
    path = pathlib.Path(folder) / (kind + (".h5" if kind == "tdcn" else ".pt"))
    if not path.exists():
        subprocess.run([MODEL_MAKER, kind, path], check=True, timeout=TIMEOUT_S)
    return path


def shared(*parts):
    """A folder of the material beside the project; without it a test is skipped, and in CI it fails."""
    path = SHARED.joinpath(*parts)
    if not path.exists():
        if os.environ.get("CI"):
            raise AssertionError(f"{path} is missing")
        raise unittest.SkipTest(f"{path} is missing")
    return path


def main():
    unittest.main(argv=[sys.argv[0], *sys.argv[1:]], verbosity=2)
