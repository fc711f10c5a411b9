"""Job scripts as a user has them: a copy of `jobs` and `configs`, edited in the block at their top, and an archive.

Beside tests/run/support.py, which runs the program and compares what it leaves.
"""

import os
import pathlib
import re
import shutil
import sys
import tempfile
import unittest

SOURCE = pathlib.Path(__file__).resolve().parents[2]
JOBS = SOURCE / "jobs"
sys.path.insert(0, str(SOURCE / "tests" / "run"))

from support import (  # noqa: E402
    DONE, DONE_WITH_BAD, FAILED, PROGRAM, STOPPED, USAGE, Results, command, environment, main, run, synthesize,
    test_model, tree_digest)  # fmt: skip

__all__ = ["DONE", "DONE_WITH_BAD", "FAILED", "PROGRAM", "STOPPED", "USAGE", "Results", "command", "environment", "main",
           "run", "synthesize", "test_model", "tree_digest"]  # fmt: skip

FAULTS = os.environ.get("VEERY_FAULTS_LIBRARY", "")
OPTIONS = ("--threads", "1", "--unit-audio", "10s", "--shards", "hdf5,tfrecord")
SITES = {"polaris": "pbs", "bebop": "pbs", "swing": "pbs", "pbs": "pbs", "slurm": "sbatch"}


def set_in_block(text, name, value):
    """As with an editor: the line NAME=… gets another value. There must be one such line."""
    text, found = re.subn(rf"(?m)^{name}=.*$", lambda _: f"{name}={value}", text)
    assert found == 1, f"{name}= stands {found} times in the script"
    return text


def set_directive(text, old, new):
    """The same for a directive; `old` is a pattern."""
    text, found = re.subn(rf"(?m)^(#(?:PBS|SBATCH) .*?){old}", lambda match: match[1] + new, text)
    assert found == 1, f"the directive {old} stands {found} times in the script"
    return text


class Workplace:
    """Where a user works: `jobs` and `configs`, and what jobs leave."""

    def __init__(self, folder):
        self.folder = folder
        self.output = folder / "out"
        for name in ("jobs", "configs"):
            shutil.copytree(SOURCE / name, folder / name)

    def edit(self, site, command, directives=(), **block):
        """The script with what a user changes; the path that is submitted."""
        script = self.folder / "jobs" / site / f"{command}.{SITES[site]}"
        text = script.read_text(encoding="utf-8")
        for old, new in directives:
            text = set_directive(text, old, new)
        for name, value in {"VEERY": PROGRAM, "OUTPUT": self.output, **block}.items():
            text = set_in_block(text, name, value)
        script.write_text(text, encoding="utf-8")
        return script

    def program(self, text):
        """In the place of veery: a script."""
        path = self.folder / "program"
        path.write_text(f"#!/bin/bash\n{text}\n")
        path.chmod(0o755)
        return path

    def units(self):
        return len(list(self.output.glob("units/*.json")))


class JobTest(unittest.TestCase):
    """All tests of a class share an archive and know what becomes of it undisturbed."""

    RECORDINGS = 12

    @staticmethod
    def why_not():
        """What this machine lacks for the tests, or None; in CI nothing may be lacking."""
        return None

    @classmethod
    def setUpClass(cls):
        reason = cls.why_not()
        if reason and os.environ.get("CI"):
            raise AssertionError(reason)
        if reason:
            raise unittest.SkipTest(reason)
        cls.common = pathlib.Path(tempfile.mkdtemp(prefix="veery-jobs-"))
        cls.addClassCleanup(shutil.rmtree, cls.common, ignore_errors=True)
        cls.archive = cls.common / "archive"
        synthesize(cls.archive, hours=cls.RECORDINGS / 360, recording="10s", seed=3)
        run("process", cls.archive, "-o", cls.common / "out", "--quiet", *OPTIONS, ranks=2).check_returncode()
        cls.expected = tree_digest(cls.common / "out")

    def new_folder(self):
        folder = pathlib.Path(tempfile.mkdtemp(prefix="veery-jobs-"))
        self.addCleanup(shutil.rmtree, folder, ignore_errors=True)
        return folder

    def with_faults(self, place, fault):
        """veery with a fault layer (tests/support/faults/faults.hpp); `slow:`: a second or so a recording."""
        if not FAULTS:
            self.skipTest("needs the fault layer")
        return place.program(f'export LD_PRELOAD={FAULTS} FAULT_PATH={self.archive} FAULT_RECORDING="{fault}"\n'
                             f'exec {PROGRAM} "$@"')  # fmt: skip

    def expect_the_same_bytes(self, output):
        self.assertEqual(tree_digest(output), self.expected)
