"""The images: what is in them, and that ranks in them give the bytes of the host's own run.

They run with Apptainer, which makes its image files of Docker's images and of its own definition. As a host's MPI that isn't
the image's serves PyPI's MPICH, whose library has the name of MPICH's ABI, as Cray's has.
"""

import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

from image_support import (
    APPTAINER, ARCHITECTURE, DONE, FAILED, HERE, IMAGES, LAUNCHER, SOURCE, STOPPED, USAGE, Image, ProgramTest, birds, build_definition,
    environment, in_image, main, make_apptainer, make_base, need_root_and, remove_all_but_base, run, synthesize,
    test_model, tracked_files, tree_digest, wav, write)  # fmt: skip

# Where ./dev installs the linter and the other MPI.
PYTHON = pathlib.Path(os.environ.get("VEERY_IMAGE_PYTHON", SOURCE / "build/image-python/bin/python"))
HOST_MPICH = PYTHON.parent.parent / "lib"
OF_HOST = r"MPICH Version:.*5\.0\."
# The shipped network under emulation takes a hundred times as long.
SMALL_NETWORK = bool(ARCHITECTURE)
# What processors of all kinds make alike (docs/decisions/0003).
DEMO = ("--unit-audio", "50s", "--quiet", *(("--slices", "fixed") if ARCHITECTURE else ()))
INSTALLED = "/usr/local/veery/share/veery"
NOT_TO_BE_LEFT = ("cc", "c++", "g++", "cmake", "ninja", "git", "pip", "pip3", "python3", "ccache", "patchelf")
TIMEOUT_S = 1800 if ARCHITECTURE else 300


def setUpModule():
    need_root_and("buildah", "debootstrap", "unshare")
    IMAGES.mkdir(parents=True, exist_ok=True)
    make_base()
    make_apptainer()
    remove_all_but_base()
    unittest.addModuleCleanup(remove_all_but_base)


class RecipeTest(unittest.TestCase):
    def test_hadolint_finds_nothing(self):
        command = [PYTHON.parent / "hadolint", SOURCE / "containers/Dockerfile"]
        result = subprocess.run(command, capture_output=True, text=True, check=False)
        self.assertEqual((result.returncode, result.stdout + result.stderr), (0, ""))

    def test_definition_of_apptainer_does_what_the_dockerfile_does(self):
        dockerfile = (SOURCE / "containers/Dockerfile").read_text()
        definition = (SOURCE / "containers/veery.def").read_text().replace("{{ MPI }}", '"$MPI"')
        definition = re.sub(r"^  for given in .*?^  done\n", "", definition, flags=re.MULTILINE | re.DOTALL)
        steps = [line for block in re.findall(r"^%post\n(.*?)\n\n", definition, re.MULTILINE | re.DOTALL)
                 for line in block.splitlines()]  # fmt: skip
        self.assertEqual([line for line in steps if line.strip() not in dockerfile and not re.match("  (cd|export) ", line)], [])
        copied = re.search(r"^%files\n(.*?)\n\n", definition, re.MULTILINE | re.DOTALL)[1]
        self.assertEqual(set(copied.split()[::2]), {".git"} | {path.split("/")[0] for path in tracked_files()})


class ImageTest(ProgramTest):
    """What is asked of each image. The host's program is built with Open MPI; it makes what is expected."""

    library = launcher = ""

    @classmethod
    def build(cls):
        """The image file."""
        raise unittest.SkipTest("not an image")

    @classmethod
    def setUpClass(cls):
        cls.file = cls.build()
        cls.common = pathlib.Path(tempfile.mkdtemp(prefix="veery-image-"))
        cls.addClassCleanup(shutil.rmtree, cls.common)
        synthesize(cls.common / "archive", hours=0.1, recording="45s")
        config = ("--config", SOURCE / "configs/demo.toml")
        run("process", cls.common / "archive", "-o", cls.common / "out", *config, *DEMO).check_returncode()
        cls.expected = tree_digest(cls.common / "out")

    def setUp(self):
        super().setUp()
        self.archive = self.common / "archive"

    @staticmethod
    def variables(*binds, **more):
        """In images the test's folder and `binds` are the host's."""
        seen = ",".join(map(str, (tempfile.gettempdir(), *binds)))
        return environment(TMPDIR="/tmp", VEERY_APPTAINER=str(APPTAINER), APPTAINER_BIND=seen, **more)

    def call(self, *command, code=DONE, binds=(), **variables):
        result = subprocess.run([os.fspath(word) for word in command], env=self.variables(*binds, **variables), text=True,
                                capture_output=True, timeout=TIMEOUT_S, check=False, cwd="/tmp")  # fmt: skip
        self.assertEqual(result.returncode, code, f"{command}\n{result.stdout[-4000:]}\n{result.stderr[-4000:]}")
        return result

    def in_image(self, *command, **options):
        return self.call(*in_image(self.file, *command), **options)

    def process(self):
        """The words of a run of `process` in the image."""
        config = ("--config", f"{INSTALLED}/configs/demo.toml")
        return "veery", "process", self.archive, "-o", self.output, *config, *DEMO

    def expect_the_hosts_bytes(self, library):
        """Of two ranks that were one world, and had this MPI."""
        self.assertEqual(tree_digest(self.output), self.expected)
        about = json.loads((self.output / "run.json").read_text())
        self.assertEqual(len(about["ranks"]), 2)
        self.assertRegex(about["mpi"], library)


class EveryImage:
    """Test cases of all of them."""

    def test_says_which_mpi_it_has(self):
        self.assertRegex(self.in_image("veery", "--version").stdout, self.library)

    def test_nothing_of_the_build_is_left(self):
        found = self.in_image("bash", "-c", f"type -P {' '.join(NOT_TO_BE_LEFT)}; ls -d /src", code=2).stdout
        self.assertEqual(found, "")

    def test_demo_under_the_images_own_launcher(self):
        self.in_image("veery", "synthesize", "-o", self.folder / "archive-2", "--hours", "0.1", "--recording", "45s", "--seed", "1")
        self.assertEqual(tree_digest(self.folder / "archive-2"), tree_digest(self.archive))
        self.in_image("mpirun", "-n", "2", *self.process())
        self.expect_the_hosts_bytes(self.library)
        self.in_image("veery", "verify", self.output)

    def test_ranks_under_the_hosts_launcher(self):
        self.call(self.launcher, "-n", "2", *in_image(self.file, *self.process()))
        self.expect_the_hosts_bytes(self.library)

    def test_gpu_that_is_not_there(self):
        said = self.in_image("veery", "separate", self.archive, "-o", self.output, "--device", "cuda:63", code=FAILED).stderr
        self.assertIn("no GPU can be used (cuda:63)", said)

    def test_host_mpi_that_is_not_there(self):
        said = self.in_image("veery", "--version", code=USAGE, VEERY_HOST_MPI="/opt/cray/lib").stderr
        self.assertRegex(said, r"there is no libmpi\.so\.\d+ in '/opt/cray/lib': bind the host's folder")


class OpenMpiTest(EveryImage, ImageTest):
    """The image for a node at the edge, which is made of the other."""

    library, launcher = "Open MPI", LAUNCHER

    @classmethod
    def build(cls):
        cls.image = Image("veery:edge", "edge", MPI="openmpi")
        return cls.image.file

    def test_entry(self):
        self.assertEqual(self.image.config["User"], "10001:10001")
        self.assertEqual(self.image.config["Entrypoint"], ["veery", "watch", "/data/in", "--output", "/data/out"])
        self.assertFalse(self.image.config.get("Cmd"))
        self.assertEqual(set(self.image.config["Volumes"]), {"/data/in", "/data/out"})

    def test_watches_and_separates_until_sigterm(self):
        arrivals = self.folder / "in"
        arrivals.mkdir()
        model = ("--model", test_model(self.folder, "tdcn")) if SMALL_NETWORK else ()
        command = in_image(self.file, "veery", "watch", arrivals, "--output", self.output, "--clips", "flac",
                           "--separate", "recordings", *model)  # fmt: skip
        variables = self.variables(VEERY_SETTLE="1s", VEERY_POLL="0.2s")
        with subprocess.Popen(command, env=variables, cwd="/tmp", stdout=subprocess.PIPE, text=True) as watcher:
            write(arrivals / "20240601_060000.wav", wav(birds(15)))
            told = json.loads(watcher.stdout.readline())
            watcher.send_signal(signal.SIGTERM)
            self.assertEqual(watcher.wait(TIMEOUT_S), DONE)
        self.assertEqual(told["path"], "20240601_060000.wav")
        self.assertGreaterEqual(len(told["slices"]), 1)
        self.assertEqual(len(told["stems"]["sources"]), 2 if SMALL_NETWORK else 4)
        self.assertFalse(told["stems"]["flagged"], "they add up to the recording")
        for file in told["files"]:
            self.assertEqual((self.output / file["path"]).stat().st_size, file["bytes"])


class MpichTest(EveryImage, ImageTest):
    library, launcher = r"MPICH Version:.*4\.0\.", "mpiexec.mpich"

    @classmethod
    def build(cls):
        cls.image = Image("veery:mpich", "veery", MPI="mpich")
        return cls.image.file

    def on_polaris(self, launch=()):
        """The words of the job scripts' wrapper, at a host with the module cray-mpich-abi."""
        wrapper = SOURCE / "jobs/polaris/veery_in_apptainer.sh"
        return [*launch, wrapper], {
            "PATH": f"{HERE}:{os.environ['PATH']}", "VEERY_IMAGE": str(self.file), "binds": [HOST_MPICH],
            "CRAY_LD_LIBRARY_PATH": f"/nowhere:{HOST_MPICH}"}  # fmt: skip

    def test_entry(self):
        self.assertEqual(self.image.config["User"], "10001:10001")
        self.assertEqual(self.image.config["Entrypoint"], ["veery"])
        self.assertEqual(self.image.config["Cmd"], ["--help"])

    def test_host_library_takes_the_place_of_the_images(self):
        said = self.in_image("veery", "--version", VEERY_HOST_MPI=str(HOST_MPICH), binds=[HOST_MPICH]).stdout
        self.assertRegex(said, OF_HOST)

    def test_ranks_with_the_hosts_library_and_launcher(self):
        command, variables = self.on_polaris([PYTHON.parent / "mpiexec", "-n", "2"])
        self.call(*command, *self.process()[1:], **variables)
        self.expect_the_hosts_bytes(OF_HOST)

    def test_wrapper_without_the_module(self):
        command, variables = self.on_polaris()
        said = self.call(*command, "--version", code=1, **{**variables, "CRAY_LD_LIBRARY_PATH": ""}).stderr
        self.assertIn("put cray-mpich-abi into MODULES", said)


class DefinitionTest(EveryImage, ImageTest):
    """What Apptainer builds by itself."""

    library, launcher = r"MPICH Version:.*4\.0\.", "mpiexec.mpich"

    @classmethod
    def build(cls):
        return build_definition("veery-definition", MPI="mpich")

    def test_its_own_test_and_runscript(self):
        self.assertRegex(self.call(HERE / "apptainer", "test", self.file).stdout, self.library)
        self.assertRegex(self.call(HERE / "apptainer", "run", self.file, "--version").stdout, self.library)

    def test_signals_reach_the_program(self):
        synthesize(self.folder / "archive", hours=1, recording="30s")
        for sent in (signal.SIGUSR1, signal.SIGTERM):
            output = self.folder / sent.name
            command = in_image(self.file, "veery", "process", self.folder / "archive", "-o", output, *DEMO, "--threads", "1")
            with self.subTest(sent.name), subprocess.Popen(command, env=self.variables(), cwd="/tmp") as process:
                while len(list(output.glob("units/*.json"))) < 2 and process.poll() is None:
                    time.sleep(0.01)
                process.send_signal(sent)
                self.assertEqual(process.wait(TIMEOUT_S), STOPPED)


if __name__ == "__main__":
    main()
