"""The installed tree: what is in it, that it runs from anywhere, and that nothing in it points back to the build."""

import os
import subprocess

from packaging_support import (
    BUILD, COMPLETIONS, LIBRARIES, PAGE, PROGRAM, SOURCE, InstalledTest, birds, call, main, wav)  # fmt: skip

TREE = (
    "bin/veery", "include/veery/peaks/peak_finder.hpp", f"{LIBRARIES}/libveery_base.a",
    f"{LIBRARIES}/cmake/veery/veery-config.cmake", f"{LIBRARIES}/cmake/veery/veery-config-version.cmake",
    f"{LIBRARIES}/cmake/veery/veery-targets.cmake",
    "share/veery/jobs/run_until_done.sh", "share/veery/configs/process.toml", "share/veery/models/README.md",
    "share/doc/veery/README.md", "share/doc/veery/LICENSE", "share/doc/veery/docs/formats.md", PAGE,
    *COMPLETIONS.values())  # fmt: skip


def files_below(folder):
    return {path.relative_to(folder) for path in folder.rglob("*") if path.is_file()}


class InstallTest(InstalledTest):
    def veery(self, *arguments):
        """The moved program, from another folder and with next to no environment."""
        return subprocess.run([self.prefix / "bin" / "veery", *arguments], cwd="/", check=True, text=True,
                              capture_output=True, env={"PATH": os.environ["PATH"]}).stdout  # fmt: skip

    def test_tree(self):
        missing = [name for name in TREE if not (self.prefix / name).is_file()]
        self.assertEqual(missing, [])

    def test_moved_program_says_what_the_built_one_says(self):
        self.assertEqual(self.veery("--version"), call(PROGRAM, "--version"))

    def test_moved_program_works(self):
        recording = self.folder / "birds.wav"
        recording.write_bytes(wav(birds(15)))
        peaks = self.veery("peaks", str(recording))
        self.assertGreater(len(peaks.splitlines()), 2)
        self.assertEqual(peaks, call(PROGRAM, "peaks", recording))

    def test_jobs_are_as_in_the_project(self):
        installed = self.prefix / "share/veery/jobs"
        self.assertEqual(files_below(installed), files_below(SOURCE / "jobs"))
        for name in files_below(installed):
            of_project, mine = SOURCE / "jobs" / name, installed / name
            self.assertEqual(mine.read_bytes(), of_project.read_bytes())
            self.assertEqual(os.access(mine, os.X_OK), os.access(of_project, os.X_OK), name)
        self.assertTrue(os.access(installed / "polaris/bind_gpu.sh", os.X_OK))

    def test_every_public_header(self):
        self.assertEqual(files_below(self.prefix / "include/veery"), files_below(SOURCE / "include/veery"))

    def test_package_files_name_no_place_of_ours(self):
        for path in (self.prefix / LIBRARIES / "cmake/veery").iterdir():
            text = path.read_text(encoding="utf-8")
            lines = [line for line in text.splitlines() if "VEERY_TORCH_DIR" not in line]  # LibTorch stays where it is
            for place in (str(self.first_prefix), str(SOURCE / "include"), str(BUILD)):
                self.assertFalse([line for line in lines if place + "/" in line or place + '"' in line], path.name)


class RuntimeAloneTest(InstalledTest):
    components = ("runtime",)

    def test_no_development_files(self):
        self.assertEqual({path.name for path in self.prefix.iterdir()}, {"bin", "share"})
        self.assertIn("veery ", subprocess.run([self.prefix / "bin/veery", "--version"], check=True, text=True,
                                               capture_output=True).stdout)  # fmt: skip


class DevelopmentAloneTest(InstalledTest):
    components = ("development",)

    def test_no_program(self):
        self.assertEqual({path.name for path in self.prefix.iterdir()}, {"include", LIBRARIES})


if __name__ == "__main__":
    main()
