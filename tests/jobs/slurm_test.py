"""The Slurm scripts under a real Slurm of two nodes on this machine, through walltimes, signals and scancel."""

import json
import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import job_support
from job_support import DONE, OPTIONS, STOPPED, JobTest, Results, Workplace, main, test_model, tree_digest

HERE = Path(__file__).resolve().parent / "slurm"
PROGRAMS = ("sbatch", "slurmctld", "slurmd", "munged", "unshare")
FOUR_RANKS = ("--nodes=2", "--ntasks-per-node=2", "--cpus-per-task=1")
PATIENCE_S = 180


def free_ports(count):
    """The first of so many neighbours that nobody listens at."""
    for first in range(26_000 + os.getpid() % 1000 * 5, 32_000, count):
        try:
            for port in range(first, first + count):
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", port))
            return first
        except OSError:
            continue
    raise AssertionError("no free ports")


def output_of(*command, check=True, **options):
    done = subprocess.run(command, capture_output=True, text=True, check=False, **options)
    assert done.returncode == 0 or not check, f"{command}: {done.stderr}"
    return done.stdout.strip()


class Slurm:
    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="veery-slurm-"))
        subprocess.run([HERE / "up.sh", self.folder, str(free_ports(3))], check=True, timeout=300)
        os.environ.update(re.findall(r"(\w+)=(\S+)", (self.folder / "environment").read_text()))

    def stop(self):
        subprocess.run([HERE / "down.sh", self.folder], check=False, timeout=300)
        shutil.rmtree(self.folder, ignore_errors=True)

    def sbatch(self, folder, *words):
        return output_of("sbatch", "--parsable", *map(str, words), cwd=folder, env=job_support.environment())

    def show(self, job):
        """The attributes of a job, or of a part of an array (ARRAY_PART)."""
        return dict(re.findall(r"(\w+)=(\S*)", output_of("scontrol", "show", "job", job)))

    def wait(self, job, until):
        """Until `until(attributes)`. A requeued job waits some seconds, for its nodes to forget its earlier start,
        instead of Slurm's two minutes."""
        deadline = time.monotonic() + PATIENCE_S
        hastened = set()
        while not until(shown := self.show(job)):
            assert time.monotonic() < deadline, shown
            if (shown["JobState"], shown["Reason"]) == ("PENDING", "BeginTime") and shown["Restarts"] not in hastened:
                output_of("scontrol", "update", f"jobid={job}", "StartTime=now+4seconds")
                hastened.add(shown["Restarts"])
            time.sleep(0.2)
        return shown

    def wait_for_end(self, job):
        ended = ("COMPLETED", "FAILED", "CANCELLED", "TIMEOUT", "NODE_FAIL")
        return self.wait(job, lambda shown: shown["JobState"] in ended)


class SlurmTest(JobTest):
    RECORDINGS = 16  # four for each rank

    @staticmethod
    def why_not():
        """What this machine lacks for a Slurm of its own, or None."""
        if os.geteuid() != 0:
            return "nodes of their own need root"
        missing = [name for name in PROGRAMS if not shutil.which(name)]
        if missing:
            return f"{', '.join(missing)} missing (Debian: slurm-wlm slurm-wlm-basic-plugins munge)"
        if subprocess.run(["unshare", "--uts", "--mount", "true"], capture_output=True, check=False).returncode:
            return "namespaces are not permitted here"
        return None

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.slurm = Slurm()
        cls.addClassCleanup(cls.slurm.stop)

    def setUp(self):
        self.place = Workplace(self.new_folder())
        self.output = self.place.output

    def edit_process(self, *options, **block):
        words = " ".join((*OPTIONS, *options))
        return self.place.edit("slurm", "process", **{"ARCHIVE": self.archive, "OPTIONS": f"({words})", **block})

    def submit(self, script, *words):
        return self.slurm.sbatch(self.place.folder, *FOUR_RANKS, *words, script)

    def said(self, job):
        return "".join(path.read_text(errors="replace") for path in self.place.folder.glob(f"*-{job}.out"))

    def expect_done(self, job):
        shown = self.slurm.wait_for_end(job)
        self.assertEqual((shown["JobState"], shown["ExitCode"]), ("COMPLETED", "0:0"), self.said(job)[-4000:])
        return shown

    def await_units(self, count):
        deadline = time.monotonic() + PATIENCE_S
        while self.place.units() < count:
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.05)

    def test_four_ranks_on_two_nodes_and_a_check(self):
        check = self.place.edit("slurm", "verify")

        job = self.submit(self.edit_process())
        checked = self.slurm.sbatch(self.place.folder, "--cpus-per-task=1", f"--dependency=afterok:{job}", check)
        self.expect_done(job)
        self.expect_done(checked)

        self.expect_the_same_bytes(self.output)
        run = json.loads((self.output / "run.json").read_text())
        self.assertEqual(sorted(rank["host"] for rank in run["ranks"]), ["node1", "node1", "node2", "node2"])
        self.assertIn("0 problems", self.said(checked))
        self.assertIn(f"status {self.output}", self.said(job))

    def test_submitted_by_veery(self):
        """`veery submit` fills in the script and hands it to sbatch."""
        words = ("--site", "slurm", "--nodes", "2", "--ranks-per-node", "2", "--cores-per-rank", "1")
        command = ("process", self.archive, "-o", self.output, *OPTIONS)
        done = job_support.run("submit", *words, "--walltime", "20min", "--calibrate", "0s", "--yes", "--", *command,
                               cwd=self.place.folder)  # fmt: skip
        self.assertEqual(done.returncode, DONE, done.stderr)
        (job,) = re.findall(r"(?m)^submitted: job (\d+)$", done.stdout)

        shown = self.expect_done(job)

        self.assertEqual(shown["Command"], str(self.place.folder / "veery-process.sbatch"))
        self.expect_the_same_bytes(self.output)

    def test_a_minute_that_does_not_suffice(self):
        """Stopped in time, requeued by itself, as often as it takes."""
        program = self.with_faults(self.place, "slow:.flac")
        script = self.edit_process("--stop-before-end", "56s", "--grace", "30s", VEERY=program)

        job = self.submit(script, "--time=1", "--signal=USR1@10")
        shown = self.expect_done(job)

        self.assertGreaterEqual(int(shown["Restarts"]), 1)
        self.assertIn("goes on as job", self.said(job))
        self.assertIn("continuing", self.said(job))
        self.assertFalse(self.output.with_name("out.tries").exists())
        self.expect_the_same_bytes(self.output)

    def test_the_signal_before_the_end(self):
        """What --signal sends reaches the ranks on both nodes; the job goes on after a requeue."""
        program = self.with_faults(self.place, "slow:.flac")
        job = self.submit(self.edit_process(VEERY=program))
        self.await_units(1)

        output_of("scancel", "--signal=USR1", job)
        self.slurm.wait(job, lambda shown: int(shown["Restarts"]) == 1)
        self.assertFalse((self.output / "manifest.json").exists())
        self.assertEqual(json.loads((self.output / "run.json").read_text())["exit_code"], STOPPED)

        self.expect_done(job)
        self.expect_the_same_bytes(self.output)

    def test_cancelled_and_submitted_again(self):
        program = self.with_faults(self.place, "slow:.flac")
        script = self.edit_process(VEERY=program)
        job = self.submit(script)
        self.await_units(2)

        output_of("scancel", job)
        shown = self.slurm.wait_for_end(job)
        self.assertEqual((shown["JobState"], shown["Restarts"]), ("CANCELLED", "0"))
        self.assertFalse((self.output / "manifest.json").exists())
        again = self.submit(script)

        self.expect_done(again)
        self.assertIn("continuing", self.said(again))
        self.expect_the_same_bytes(self.output)

    def test_an_array_whose_parts_go_on_alone(self):
        paths = sorted(str(path.relative_to(self.archive)) for path in self.archive.rglob("*.flac"))
        lists = self.place.folder / "lists"
        lists.mkdir()
        for part in range(2):
            (lists / f"{part:04}").write_text("".join(f"{path}\n" for path in paths[part::2]))
        program = self.with_faults(self.place, "slow:.flac")
        script = self.edit_process("--stop-before-end", "53s", "--grace", "30s", LISTS=lists, VEERY=program)

        job = self.submit(script, "--array=0-1", "--time=1", "--nodes=1", "--ntasks-per-node=1", "--signal=USR1@10")
        parts = [self.expect_done(f"{job}_{part}") for part in range(2)]

        self.assertGreaterEqual(min(int(shown["Restarts"]) for shown in parts), 1)
        found = [set(Results(self.output / f"{part:04}").index) for part in range(2)]
        self.assertEqual(found, [set(paths[0::2]), set(paths[1::2])])

    def test_stems_with_a_gpu_for_each_rank(self):
        """As far as Slurm is concerned: this machine's GPUs are pretended, so the network runs on the CPU."""
        model = test_model(self.common, "identity")
        seen = self.place.program(f'echo "$(hostname) gpu $CUDA_VISIBLE_DEVICES" >> "$SLURM_SUBMIT_DIR/seen"\n'
                                  f'exec {job_support.PROGRAM} "$@"')  # fmt: skip
        options = f"(--model {model} --model-rate 16000 --device cpu --threads 1 --unit-audio 1min)"
        script = self.place.edit("slurm", "separate", ARCHIVE=self.archive, OPTIONS=options, VEERY=seen)

        self.expect_done(self.submit(script))

        lines = sorted((self.place.folder / "seen").read_text().splitlines())
        self.assertEqual(lines, [f"node{node} gpu {gpu}" for node in (1, 2) for gpu in (0, 1)])
        stems = [path for path in tree_digest(self.output) if path.endswith(".flac")]
        self.assertEqual(len(stems), 2 * self.RECORDINGS)

    def test_a_training_on_four_ranks(self):
        words = ("--sample-rate 8000 --frame 128 --frame-hop 64 --bottleneck 8 --channels 16 --dilations 3 --repeats 1 "
                 "--window 1s --batch 4 --validate-every 0 --threads 1 --device cpu --steps 20")  # fmt: skip
        script = self.place.edit("slurm", "train", ARCHIVE=self.archive, OPTIONS=f"({words})")

        self.expect_done(self.submit(script))

        self.assertTrue((self.output / "model.h5").exists())
        about = json.loads((self.output / "run.json").read_text())
        self.assertEqual(len(about["ranks"]), 4)


if __name__ == "__main__":
    main()
