"""Two hosts over TCP, as network namespaces: the same bytes as on one, and a host that goes away in the middle."""

import csv
import json
import os
import re
import shutil
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

import job_support
from job_support import DONE, OPTIONS, JobTest, command, main, run

HERE = Path(__file__).resolve().parent / "hosts"
PATIENCE_S = 240  # beside other tests


def losses_of(training):
    with open(training / "metrics.csv", newline="", encoding="utf-8") as file:
        return [float(row["loss_db"]) for row in csv.DictReader(file)]


class HostsTest(JobTest):
    RECORDINGS = 12

    @staticmethod
    def why_not():
        """What this machine lacks for hosts of its own, or None."""
        if os.geteuid() != 0:
            return "network namespaces need root"
        if not shutil.which("ip"):
            return "ip is missing (Debian: iproute2)"
        return None

    @classmethod
    def setUpClass(cls):
        """Where the kernel permits no namespaces, as in most containers, there can be no hosts, in CI neither."""
        tried = subprocess.run(["unshare", "--net", "--uts", "--mount", "true"], capture_output=True, text=True, check=False)
        if tried.returncode:
            raise unittest.SkipTest(f"namespaces are not permitted here: {tried.stderr.strip()}")
        super().setUpClass()

    def setUp(self):
        self.output = self.new_folder() / "out"
        self.hosts = Path(tempfile.mkdtemp(prefix="veery-hosts-"))
        self.addCleanup(shutil.rmtree, self.hosts, ignore_errors=True)
        subprocess.run([HERE / "up.sh", self.hosts, str(os.getpid() % 10_000)], check=True, timeout=60)
        self.addCleanup(subprocess.run, [HERE / "down.sh", self.hosts], check=True, timeout=60)
        self.names = [line.split()[0] for line in (self.hosts / "hosts").read_text().splitlines()]

    def start(self, *options, faults=None):
        """`veery process` on two ranks of each host."""
        return self.start_command("process", self.archive, "-o", self.output, *OPTIONS, *options, faults=faults)

    def start_command(self, *words, faults=None):
        shown = dict(re.findall(r"(\w+)=(\S+)", (self.hosts / "environment").read_text()))
        launcher, count, ranks, program, *words = command(*words, ranks=4)
        variables = [word for name, value in (faults or {}).items() for word in ("-x", f"{name}={value}")]
        return subprocess.Popen([launcher, count, ranks, "--hostfile", self.hosts / "hosts", *variables, program, *words],
                                env=job_support.environment(**shown), text=True, stdout=subprocess.DEVNULL,
                                stderr=subprocess.PIPE)  # fmt: skip

    def hosts_of_ranks(self):
        return sorted(rank["host"] for rank in json.loads((self.output / "run.json").read_text())["ranks"])

    def test_the_same_bytes_as_on_one_host(self):
        process = self.start()
        _, said = process.communicate(timeout=PATIENCE_S)

        self.assertEqual(process.returncode, DONE, said[-4000:])
        self.assertEqual(self.hosts_of_ranks(), sorted(2 * self.names))
        self.expect_the_same_bytes(self.output)

    def test_a_training_is_that_of_one_host(self):
        words = ("train", self.archive, "--sample-rate", "8000", "--frame", "128", "--frame-hop", "64", "--bottleneck", "8",
                 "--channels", "16", "--dilations", "3", "--repeats", "1", "--window", "1s", "--batch", "4", "--steps", "8",
                 "--validate-every", "0", "--threads", "1", "--device", "cpu")  # fmt: skip
        alone = self.new_folder() / "alone"
        run(*words, "-o", alone, ranks=4).check_returncode()
        process = self.start_command(*words, "-o", self.output)
        _, said = process.communicate(timeout=PATIENCE_S)

        self.assertEqual(process.returncode, DONE, said[-4000:])
        places = json.loads((self.output / "run.json").read_text())["ranks"]
        self.assertEqual(sorted(place.split()[0] for place in places), sorted(2 * self.names))
        for here, there in zip(losses_of(alone), losses_of(self.output), strict=True):
            self.assertAlmostEqual(here, there, delta=0.02)

    def test_a_host_that_goes_away(self):
        """The run ends within a bound, and a rerun on the host that is left finishes it."""
        faults = {"LD_PRELOAD": job_support.FAULTS, "FAULT_PATH": self.archive, "FAULT_RECORDING": "slow:.flac"}
        process = self.start("--rank-timeout", "30s", "--lease-timeout", "10s", faults=faults)
        deadline = time.monotonic() + PATIENCE_S
        while len(list(self.output.glob("units/*.json"))) < 2:
            self.assertLess(time.monotonic(), deadline)
            self.assertIsNone(process.poll())
            time.sleep(0.05)

        subprocess.run(["ip", "-n", self.names[1], "link", "set", "eth0", "down"], check=True)
        gone = time.monotonic()
        _, said = process.communicate(timeout=PATIENCE_S)

        self.assertNotEqual(process.returncode, DONE)
        self.assertIn(self.names[1], said)
        print(f"ended {time.monotonic() - gone:.1f} s after the host went away, with exit code {process.returncode}")
        self.assertFalse((self.output / "manifest.json").exists())
        result = run("process", self.archive, "-o", self.output, *OPTIONS, "--lease-timeout", "5s", ranks=2)
        self.assertEqual(result.returncode, DONE, result.stderr[-4000:])
        self.assertIn("continuing", result.stderr)
        self.expect_the_same_bytes(self.output)


if __name__ == "__main__":
    main()
