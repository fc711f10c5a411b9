"""The Spack and conda recipes and `dev` name just the libraries of cmake/VeeryLibraries.cmake, and are well formed.

Spack itself is not to be had from a package registry: its recipes are run against a stand-in that records what they
declare, and linted by ruff with Spack's rules. rattler-build reads and renders those of conda. Both linters come
with `./dev test all`; a test without them is skipped, and fails in CI.
"""

import contextlib
import importlib.util
import os
import re
import subprocess
import sys
import tempfile
import types
import unittest
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
SPACK = SOURCE / "packaging/spack/spack_repo/veery"
CONDA = SOURCE / "packaging/conda"

# What each library is called where, if not as in VENDORS.
IN_SPACK = {"threads": None, "sndfile": "libsndfile", "json": "nlohmann-json", "torch": "py-torch", "zlib": "zlib-api"}
IN_CONDA = {"threads": None, "sndfile": "libsndfile", "json": "nlohmann_json", "torch": "libtorch",
            "date": "howardhinnant_date", "mpi": "${{ mpi }}"}  # fmt: skip
IN_DEBIAN = {"threads": None, "torch": None, "openssl": "libssl-dev", "json": "nlohmann-json3-dev", "zlib": "zlib1g-dev",
             "date": "libhowardhinnant-date-dev", "mpi": "libopenmpi-dev", "sndfile": "libsndfile1-dev",
             "cairo": "libcairo2-dev"}  # fmt: skip


def text_of(path):
    return (SOURCE / path).read_text(encoding="utf-8")


def libraries(names, default=str):
    """VeeryLibraries.cmake's list under other names."""
    vendors = re.findall(r"^veery_library\((\w+) ", text_of("cmake/VeeryLibraries.cmake"), re.MULTILINE)
    assert len(vendors) > 15
    return {names.get(vendor, default(vendor)) for vendor in vendors} - {None}


def project_version():
    return re.search(r"project\(veery VERSION (\S+)", text_of("CMakeLists.txt"))[1]


def need_module(name):
    if importlib.util.find_spec(name):
        return
    if os.environ.get("CI"):
        raise AssertionError(f"{name} is missing: ./dev test all installs it")
    raise unittest.SkipTest(f"{name} is missing (PyPI)")


# ── a stand-in for Spack ──


class CMakePackage:
    @staticmethod
    def define(name, value):
        return (name, value)


def executable(program):
    """Runs it; it must end well."""
    return lambda *arguments: subprocess.run([program, *arguments], check=True, stdout=subprocess.DEVNULL)


@contextlib.contextmanager
def working_dir(path, create):
    Path(path).mkdir(exist_ok=create)
    with contextlib.chdir(path):
        yield


def stand_in(declared):
    """The modules that recipes import; directives append (name, arguments, keywords) to `declared`."""
    def directive(name):
        return lambda *arguments, **keywords: declared.append((name, arguments, keywords))

    package = types.ModuleType("spack.package")
    for name in ("version", "variant", "license", "depends_on", "conflicts"):
        setattr(package, name, directive(name))
    package.run_after = lambda *_, **__: lambda method: method
    package.on_package_attributes = package.run_after
    package.join_path = os.path.join
    package.Executable = executable
    package.working_dir = working_dir
    package.find = lambda root, pattern: [str(path) for path in Path(root).rglob(pattern)]
    cmake = types.ModuleType("spack_repo.builtin.build_systems.cmake")
    cmake.CMakePackage = CMakePackage
    cmake.generator = directive("generator")
    modules = {module.__name__: module for module in (package, cmake)}
    for name in list(modules):
        while name := name.rpartition(".")[0]:
            modules.setdefault(name, types.ModuleType(name))
    return modules


def run_recipe(name):
    """The recipe's class, and what it declared."""
    declared = []
    modules = stand_in(declared)
    sys.modules.update(modules)
    try:
        spec = importlib.util.spec_from_file_location(name, SPACK / "packages" / name / "package.py")
        recipe = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(recipe)
    finally:
        for module in modules:
            del sys.modules[module]
    return getattr(recipe, name.capitalize()), declared


def dependencies(declared, **keywords):
    """Names of those with these keywords."""
    return {re.match(r"[\w-]+", arguments[0])[0] for kind, arguments, given in declared
            if kind == "depends_on" and given == keywords}  # fmt: skip


class SpackTest(unittest.TestCase):
    def test_veery_depends_on_what_cmake_looks_for(self):
        _, declared = run_recipe("veery")
        self.assertEqual(dependencies(declared), libraries(IN_SPACK))
        self.assertLessEqual({"c", "cxx", "cmake", "pkgconfig"}, dependencies(declared, type="build"))

    def test_veery_with_and_without_gpu(self):
        _, declared = run_recipe("veery")
        self.assertIn(("variant", ("cuda",)), [(kind, arguments) for kind, arguments, _ in declared])
        for sign in "+~":
            self.assertEqual(dependencies(declared, when=f"{sign}cuda"), {"py-torch"})

    def test_veery_is_built_from_the_checkout_around_the_recipe(self):
        package, declared = run_recipe("veery")
        self.assertEqual(package.git, f"file://{SOURCE}")
        self.assertIn(("version", ("main",), {"branch": "main"}), declared)

    def test_options_are_options_of_the_build(self):
        package, _ = run_recipe("veery")
        torch = types.SimpleNamespace(package=types.SimpleNamespace(cmake_prefix_paths=["/site/torch/share/cmake"]))
        recipe = package()
        recipe.spec = {"py-torch": torch}
        defined = dict(recipe.cmake_args())
        self.assertEqual(os.path.normpath(defined["VEERY_TORCH_DIR"]), "/site/torch")
        self.assertIs(defined["VEERY_TESTS"], False)
        for name in defined:
            declaration = rf"\b(option|set)\({name} "
            self.assertRegex(text_of("CMakeLists.txt") + text_of("cmake/FindVeeryTorch.cmake"), declaration)

    def test_an_installed_veery_passes_the_check(self):
        recipe = run_recipe("veery")[0]()
        recipe.prefix = types.SimpleNamespace(bin=types.SimpleNamespace(veery=os.environ["VEERY_PROGRAM"]))
        with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
            recipe.check_install()
            self.assertTrue(list(Path(folder).rglob("*.flac")))

    def test_cmake_is_the_one_that_the_project_asks_for(self):
        _, declared = run_recipe("veery")
        minimum = re.search(r"cmake_minimum_required\(VERSION (\S+)\)", text_of("CMakeLists.txt"))[1]
        self.assertIn(f"cmake@{minimum}:", [arguments[0] for _, arguments, _ in declared if arguments])

    def test_every_recipe_says_version_and_licence(self):
        names = sorted(path.name for path in (SPACK / "packages").iterdir() if path.is_dir())
        self.assertEqual(names, ["kissfft", "protozero", "soxr", "veery"])
        for name in names:
            package, declared = run_recipe(name)
            self.assertTrue(issubclass(package, CMakePackage) and package.__doc__)
            self.assertEqual([kind for kind, _, _ in declared].count("license"), 1, name)
            (version,) = [keywords for kind, _, keywords in declared if kind == "version"]
            if name != "veery":
                self.assertRegex(version["sha256"], r"^[0-9a-f]{64}$")

    def test_style(self):
        need_module("ruff")
        command = [sys.executable, "-m", "ruff", "check", "--no-cache", SOURCE / "packaging/spack"]
        result = subprocess.run(command, capture_output=True, text=True, check=False)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)


class CondaTest(unittest.TestCase):
    def test_veery_needs_what_cmake_looks_for(self):
        host = text_of("packaging/conda/veery/recipe.yaml").partition("\n  host:\n")[2].partition("\n\n")[0]
        named = set(re.findall(r"^    - (\$\{\{ mpi \}\}|[\w-]+)", host, re.MULTILINE))
        self.assertEqual(named, libraries(IN_CONDA))

    def render(self, name, **variants):
        need_module("rattler_build")
        from rattler_build import RenderConfig, Stage0Recipe, VariantConfig
        recipe = Stage0Recipe.from_file(CONDA / name / "recipe.yaml")
        compilers = {"c_compiler": ["gcc"], "cxx_compiler": ["gxx"], "c_stdlib": ["sysroot"]}
        return [each.recipe for each in recipe.render(VariantConfig({**compilers, **variants}), RenderConfig())]

    def test_veery_renders_for_each_mpi(self):
        recipes = self.render("veery", mpi=["openmpi", "mpich"])
        host = [{str(each).split()[0] for each in recipe.requirements.host} for recipe in recipes]
        self.assertEqual(len(host), 2)
        self.assertEqual(host[0] ^ host[1], {"openmpi", "mpich"})
        for recipe in recipes:
            self.assertEqual(str(recipe.package.version), project_version())

    def test_kissfft_renders(self):
        (recipe,) = self.render("kissfft")
        self.assertEqual(str(recipe.package.name), "kissfft")


class DebianTest(unittest.TestCase):
    def test_dev_installs_what_cmake_looks_for(self):
        listed = re.search(r"^build_packages=\((.*?)\)", text_of("dev"), re.MULTILINE | re.DOTALL)[1].split()
        self.assertLessEqual(libraries(IN_DEBIAN, default="lib{}-dev".format), set(listed))


if __name__ == "__main__":
    unittest.main()
