"""docs/examples/find_package, built outside the project against a moved installation, finds what `veery peaks` finds."""

import csv
import io
import shutil
import subprocess

from packaging_support import CMAKE, PROGRAM, SOURCE, InstalledTest, birds, cached, call, environment, main, wav

EXAMPLE = SOURCE / "docs/examples/find_package"


class FindPackageTest(InstalledTest):
    components = ("development",)

    def configure(self, source, *definitions):
        """The build folder, and how CMake ended."""
        build = source.with_name(source.name + "-build")
        command = [CMAKE, "-S", source, "-B", build, f"-DCMAKE_PREFIX_PATH={self.prefix}", "-DCMAKE_BUILD_TYPE=Release",
                   f"-DCMAKE_CXX_COMPILER={cached('CMAKE_CXX_COMPILER')}",
                   f"-DCMAKE_CXX_FLAGS={cached('CMAKE_CXX_FLAGS')}", *definitions]  # fmt: skip
        return build, subprocess.run(command, capture_output=True, text=True, check=False, env=environment())

    def test_example(self):
        recordings = [self.folder / f"{seed}.wav" for seed in range(2)]
        for seed, path in enumerate(recordings):
            path.write_bytes(wav(birds(20, seed=seed)))

        source = self.folder / "example"
        shutil.copytree(EXAMPLE, source)

        build, result = self.configure(source)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        call(CMAKE, "--build", build)
        printed = call(build / "print_peaks", *recordings)

        table = csv.DictReader(io.StringIO(call(PROGRAM, "peaks", *recordings)))
        expected = [f"{row['time_s']},{row['energy']}" for row in table]
        self.assertGreater(len(expected), 4)
        self.assertEqual(printed.splitlines(), expected)

    def expect_refusal(self, name, said, *definitions, old="", new=""):
        """CMake ends with one clear reason; `old`, `new`: an edit of the example's CMakeLists.txt."""
        source = self.folder / name
        shutil.copytree(EXAMPLE, source)
        lists = source / "CMakeLists.txt"
        lists.write_text(lists.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
        _, result = self.configure(source, *definitions)
        self.assertNotEqual(result.returncode, 0)
        self.assertIn(said, " ".join(result.stderr.split()))

    def test_missing_libraries_are_named(self):
        self.expect_refusal("no-zlib", "not found here: zlib", "-DCMAKE_DISABLE_FIND_PACKAGE_ZLIB=ON")
        self.expect_refusal("no-torch", "not found here: torch", f"-DVEERY_TORCH_DIR={self.folder}/nowhere")

    def test_languages_are_asked_for(self):
        self.expect_refusal("no-c", "project(NAME LANGUAGES C CXX)", old="LANGUAGES C CXX", new="LANGUAGES CXX")

    def test_a_later_version_is_not_there(self):
        self.expect_refusal("later", 'requested version "0.99"', old="veery 0.1 ", new="veery 0.99 ")


if __name__ == "__main__":
    main()
