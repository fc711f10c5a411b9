"""`veery --version`, and where its commit comes from: a checkout, an archive made by `git archive`, or nowhere."""

import ctypes
import re
import shutil
import tempfile
import unittest
from pathlib import Path

from packaging_support import CMAKE, LAUNCHER, PROGRAM, SOURCE, call, main, run

WRITE_VERSION = "cmake/WriteVersion.cmake"


def loaded(name):
    """The file of a library that the program loads."""
    return Path(re.search(rf"^\s*{name}[\w-]*\.so\S* => (\S+)", call("ldd", PROGRAM), re.MULTILINE)[1])


def load(name):
    return ctypes.CDLL(str(loaded(name)))


def functions_of(source):
    """What each function of the written source returns."""
    return dict(re.findall(r'(\w+)\(\) { return "(.*)"; }', source.read_text(encoding="utf-8")))


class CommitTest(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="veery-packaging-"))
        self.addCleanup(shutil.rmtree, self.folder)
        self.checkout = self.folder / "checkout"
        (self.checkout / "cmake").mkdir(parents=True)
        shutil.copy(SOURCE / WRITE_VERSION, self.checkout / WRITE_VERSION)
        shutil.copy(SOURCE / ".gitattributes", self.checkout)

    def git(self, *arguments):
        who = ("-c", "user.name=a", "-c", "user.email=a@b")
        return call("git", "-C", self.checkout, *who, *arguments).strip()

    def commit(self):
        """The new commit, as twelve digits."""
        self.git("init", "--quiet")
        self.git("add", ".")
        self.git("commit", "--quiet", "--message", "All", "--date", "2026-01-02T12:00:00Z")
        return self.git("rev-parse", "--short=12", "HEAD")

    def version_in(self, folder):
        source = folder / "version.cpp.out"
        call(CMAKE, f"-DSOURCE_DIR={folder}", f"-DOUTPUT={source}", "-DVERSION=1.2.3", "-DBUILD=GNU 12, Release", "-P",
             folder / WRITE_VERSION)  # fmt: skip
        return functions_of(source)

    def test_checkout(self):
        commit = self.commit()

        found = self.version_in(self.checkout)

        self.assertEqual(found["program_commit"], commit)
        self.assertEqual(found["program_commit_date"], self.git("log", "-1", "--format=%cs"))
        self.assertEqual((found["program_version"], found["program_build"]), ("1.2.3", "GNU 12, Release"))

    def test_edited_checkout(self):
        commit = self.commit()
        with open(self.checkout / WRITE_VERSION, "a", encoding="utf-8") as script:
            script.write("# edited\n")
        self.assertEqual(self.version_in(self.checkout)["program_commit"], commit + "+")

    def test_archive_within_another_repository(self):
        """The archive's own commit, not that of the repository in which it was unpacked."""
        commit = self.commit()
        unpacked = self.checkout / "unpacked"
        unpacked.mkdir()
        tar = self.folder / "archive.tar"
        self.git("archive", "--output", tar, "HEAD")
        call("tar", "-xf", tar, "-C", unpacked)
        self.git("commit", "--quiet", "--allow-empty", "--message", "Another")

        found = self.version_in(unpacked)

        self.assertEqual(found["program_commit"], commit)
        self.assertRegex(found["program_commit_date"], r"^\d{4}-\d\d-\d\d$")

    def test_copy_without_git(self):
        """Also within a repository of something else."""
        self.commit()
        copy = self.checkout / "vendored"
        shutil.copytree(self.checkout / "cmake", copy / "cmake")
        found = self.version_in(copy)
        self.assertEqual((found["program_commit"], found["program_commit_date"]), ("unknown", ""))


class VersionTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.lines = run("--version").stdout.splitlines()

    def test_version_and_commit(self):
        declared = re.search(r"project\(veery VERSION (\S+)", (SOURCE / "CMakeLists.txt").read_text(encoding="utf-8"))[1]
        self.assertRegex(self.lines[0], rf"^veery {re.escape(declared)} \(([0-9a-f]{{12}}\+?|unknown)\)$")

    def test_how_it_was_built(self):
        self.assertRegex(self.lines[1], r"^built with (GNU|Clang|\w+) [\d.]+, \w+")

    def test_libraries_are_those_that_are_loaded(self):
        """As they say themselves, and as mpirun and LibTorch's headers say."""
        said = dict(line.split(" ", 1) for line in self.lines[2:])
        self.assertEqual(list(said), ["MPI", "HDF5", "LibTorch", "libsndfile"])
        self.assertIn(re.search(r"\d+\.\d+\.\d+", call(LAUNCHER, "--version"))[0], said["MPI"])
        hdf5 = [ctypes.c_uint() for _ in range(3)]
        load("libhdf5").H5get_libversion(*map(ctypes.byref, hdf5))
        self.assertEqual(said["HDF5"], ".".join(str(part.value) for part in hdf5))
        sndfile = load("libsndfile").sf_version_string
        sndfile.restype = ctypes.c_char_p
        self.assertEqual("libsndfile-" + said["libsndfile"], sndfile().decode())
        header = loaded("libtorch_cpu").parents[1] / "include/torch/headeronly/version.h"
        parts = re.findall(r"#define TORCH_VERSION_(?:MAJOR|MINOR|PATCH) (\d+)", header.read_text(encoding="utf-8"))
        self.assertEqual(said["LibTorch"], ".".join(parts))

    def test_under_a_launcher(self):
        """MPI is not started for it, and need not be."""
        result = run("--version", ranks=1)
        self.assertEqual((result.returncode, result.stdout.splitlines()), (0, self.lines), result.stderr)


if __name__ == "__main__":
    main()
