"""Under a launcher of another MPI each rank would be a program of its own: they all refuse to work."""

import shutil
import subprocess
import unittest

from support import LAUNCHER, RATE, USAGE, ProgramTest, birds, command, environment, main, wav

LAUNCHERS = {"Open MPI": "mpiexec.openmpi", "MPICH": "mpiexec.mpich"}


def is_of(library, launcher):
    said = subprocess.run([launcher, "--version"], capture_output=True, text=True, check=False).stdout
    return {"Open MPI": "open-mpi.org", "MPICH": "HYDRA"}[library] in said


class LaunchersTest(ProgramTest):
    def test_ranks_of_a_foreign_launcher_refuse_to_work(self):
        self.add("site/20240601_060000.wav", wav(birds(5), rate=RATE))
        foreign = [name for library, name in LAUNCHERS.items() if not is_of(library, LAUNCHER)]
        self.assertEqual(len(foreign), 1)
        self.assertTrue(shutil.which(foreign[0]), f"{foreign[0]} is missing (Debian: mpich, openmpi-bin)")
        _, *words = command("process", self.archive, "-o", self.output, ranks=3)
        result = subprocess.run([foreign[0], *words], env=environment(), capture_output=True, text=True, timeout=120,
                                check=False)  # fmt: skip
        self.assertEqual(result.returncode, USAGE, result.stderr)
        said = [line for line in result.stderr.splitlines() if line.startswith("veery: ")]
        self.assertGreaterEqual(len(said), 1, result.stderr)
        for line in said:
            self.assertIn("the launcher speaks of several ranks, and MPI of one", line)
        self.assertFalse(self.output.exists())


if __name__ == "__main__":
    main()
