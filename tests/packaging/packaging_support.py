"""An installed veery, moved away from where it was installed, and what its own help says of commands and options.

Beside tests/run/support.py, which runs the program. VEERY_CMAKE and VEERY_BUILD name CMake and the build to install.
"""

import functools
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

SOURCE = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(SOURCE / "tests" / "run"))

from support import LAUNCHER, PROGRAM, birds, environment, main, run, wav  # noqa: E402

__all__ = ["LAUNCHER", "PROGRAM", "birds", "environment", "main", "run", "wav"]

CMAKE = os.environ.get("VEERY_CMAKE", "cmake")
BUILD = pathlib.Path(os.environ.get("VEERY_BUILD", SOURCE / "build" / "release"))


def cached(name):
    """What the build was configured with."""
    lines = (BUILD / "CMakeCache.txt").read_text(encoding="utf-8").splitlines()
    return next(line.partition("=")[2] for line in lines if line.startswith(name + ":"))


LIBRARIES = cached("CMAKE_INSTALL_LIBDIR")
PAGE = "share/man/man1/veery.1"
COMPLETIONS = {
    "bash": "share/bash-completion/completions/veery",
    "zsh": "share/zsh/site-functions/_veery",
    "fish": "share/fish/vendor_completions.d/veery.fish",
}


def call(*command, **options):
    """Runs to the end; standard output and error as one text. Fails with it."""
    result = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                            timeout=300, check=False, env=environment(), **options)  # fmt: skip
    assert result.returncode == 0, f"{command}: exit {result.returncode}\n{result.stdout[-4000:]}"
    return result.stdout


def install(prefix, *arguments):
    call(CMAKE, "--install", BUILD, "--prefix", prefix, *arguments)


def need(program, package):
    """Skips a test without the program; in CI it has to be there."""
    if shutil.which(program):
        return
    if os.environ.get("CI"):
        raise AssertionError(f"{program} is missing: ./dev test all installs {package}")
    raise unittest.SkipTest(f"{program} is missing (Debian: {package})")


class InstalledTest(unittest.TestCase):
    """`cls.prefix`: installed, then moved to a name with a blank."""

    components = ()

    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="veery-packaging-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.first_prefix, cls.prefix = cls.folder / "installed", cls.folder / "moved away"
        for component in cls.components:
            install(cls.first_prefix, "--component", component)
        if not cls.components:
            install(cls.first_prefix)
        cls.first_prefix.rename(cls.prefix)

    def text(self, name):
        return (self.prefix / name).read_text(encoding="utf-8")


# ── what --help says ──────────────────────────────────────────────────────────────────────────────


@functools.cache
def help_of(command):
    result = run(*command, "--help")
    result.check_returncode()
    return result.stdout


def commands_below(command=()):
    """The commands that do something, as tuples of words."""
    _, found, listed = help_of(command).partition("\nSubcommands:\n")
    if not found:
        return [command]
    names = re.findall(r"^  ([a-z-]+) ", listed, re.MULTILINE)
    return [leaf for name in names for leaf in commands_below((*command, name))]


def options_of(command):
    """Every name that its help begins a line with."""
    lines = re.findall(r"^  (-\S+)", help_of(command), re.MULTILINE)
    return {name for line in lines for name in re.findall(r"--?[a-z][a-z-]*", line)}


def choices_of(command):
    """Option to words, of options that take one of a few."""
    found = re.findall(r"^  \S*?(--[a-z-]+) [A-Z]+:\{([^}]*)\}", help_of(command), re.MULTILINE)
    return {name: words.split(",") for name, words in found}
