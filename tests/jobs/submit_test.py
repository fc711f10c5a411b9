"""`veery submit`: the scripts that it makes, at each site, from their check to their end under the stand-in for PBS."""

import json
import os
import re
import shutil
import subprocess
import sys

import directives_test
import job_support
from job_support import DONE, FAILED, JOBS, OPTIONS, PROGRAM, SOURCE, STOPPED, USAGE, JobTest, main, run

PBS_COMMANDS = SOURCE / "tests" / "jobs" / "pbs"
sys.path.insert(0, str(PBS_COMMANDS))

from stand_in import Pbs  # noqa: E402

# Two ranks, as small as the site allows.
AT = {
    "polaris": ("--nodes", "1", "--ranks-per-node", "2", "--account", "birds"),
    "bebop": ("--nodes", "1", "--account", "birds"),
    "swing": ("--nodes", "1", "--ranks-per-node", "2", "--account", "birds"),
    "pbs": ("--nodes", "2", "--ranks-per-node", "1", "--cores-per-rank", "1"),
}
NO_MEASUREMENT = ("--calibrate", "0s")
# A network small enough for a test, on the rows of the common dataset.
SMALL = {"sample-rate": 32000, "frame": 128, "frame-hop": 64, "bottleneck": 8, "channels": 16, "dilations": 2, "repeats": 1,
         "window": "0.5s", "batch": 2, "validate-every": 0, "device": "cpu"}  # fmt: skip


def flags(**changes):
    """Of the small network, with changes."""
    changes = {name.replace("_", "-"): value for name, value in changes.items()}
    return [f"--{name}={value}" for name, value in {**SMALL, **changes}.items()]


class Place:
    """Where a user submits: a folder, a queue, and qsub in the PATH."""

    def __init__(self, folder):
        self.folder = folder
        self.output = folder / "out"
        self.pbs = Pbs(folder / "pbs", kill_delay_s=3.0)

    def submit(self, *words, programs=PBS_COMMANDS, **variables):
        """veery submit there; in front of this machine's programs, those in `programs`."""
        env = {"PATH": f"{programs}:{os.environ['PATH']}", "PBS_STAND_IN": str(self.pbs.folder), **variables}
        return run("submit", *words, cwd=self.folder, env=env)

    def program(self, name, text):
        """A folder with a script of that name."""
        folder = self.folder / "programs"
        folder.mkdir(exist_ok=True)
        (folder / name).write_text(f"#!/bin/bash\n{text}\n")
        (folder / name).chmod(0o755)
        return folder

    def scripts(self):
        return sorted(path.name for path in self.folder.iterdir() if path.suffix in (".pbs", ".sbatch"))


class SubmitTest(JobTest):
    def place(self):
        return Place(self.new_folder())

    def expect(self, result, code):
        self.assertEqual(result.returncode, code, f"{result.stdout[-3000:]}\n{result.stderr[-3000:]}")
        return result

    def refused(self, *said, place=None, words=(), command=(), site="polaris"):
        """With exit code 2, one line, and no script."""
        place = place or self.place()
        words = words or ("--walltime", "1h", *AT[site])
        command = command or ("process", self.archive, "-o", place.output)
        result = self.expect(place.submit("--site", site, *words, "--yes", *NO_MEASUREMENT, "--", *command), USAGE)
        self.assertEqual(len(result.stderr.splitlines()), 1, result.stderr)
        for text in said:
            self.assertIn(text, result.stderr)
        self.assertEqual((place.scripts(), place.pbs.jobs()), ([], []))

    # ── to the end ──

    def test_submitted_at_every_site_with_pbs_and_run_to_the_end(self):
        for site, words in AT.items():
            with self.subTest(site):
                place = self.place()
                command = ("process", self.archive, "-o", place.output, *OPTIONS)
                result = self.expect(place.submit("--site", site, "--walltime", "20min", *words, *NO_MEASUREMENT,
                                                  "--yes", "--", *command), DONE)  # fmt: skip
                (job,) = place.pbs.run_all()
                self.assertEqual(job.status, DONE, job.said()[-3000:])
                self.assertIn(f"submitted: job {job.id}\n", result.stdout)
                self.assertIn(f"veery status {place.output}\n", result.stdout)
                self.expect_the_same_bytes(place.output)

    def test_a_job_that_goes_on_submits_the_script_that_was_made(self):
        place = self.place()
        program = job_support.Workplace.program(place, "exit 75")
        self.expect(place.submit("--site", "pbs", "--walltime", "20min", *AT["pbs"], *NO_MEASUREMENT, "--yes", "--",
                                 "process", self.archive, "-o", place.output), DONE)  # fmt: skip
        script = place.folder / "veery-process.pbs"
        script.write_text(re.sub(r"(?m)^VEERY=.*", f"VEERY={program}", script.read_text()))
        place.pbs.script_of(place.pbs.jobs()[0]).write_text(script.read_text())
        first = place.pbs.run_next()
        self.assertEqual((first.status, len(place.pbs.queued())), (STOPPED, 1), first.said())

    def test_verify(self):
        place = self.place()
        self.expect(place.submit("--site", "bebop", "--walltime", "20min", *AT["bebop"], "--yes", "--", "verify",
                                 self.common / "out"), DONE)  # fmt: skip
        (job,) = place.pbs.run_all()
        self.assertEqual((job.name, job.status), ("veery-verify", DONE), job.said())
        self.assertIn("0 problems", job.said())

    def test_a_training_of_two_datasets(self):
        """To its end, with --validation among the options, which takes several words; then for what is left of more."""
        place = self.place()
        more = place.folder / "it's more"
        more.symlink_to(self.common / "out")
        train = ("train", self.common / "out", "it's more", "-o", "run", *flags(validate_every=2, validation_views=2),
                 "--validation", "it's more", "--validation-split", "train")  # fmt: skip
        words = ("--site", "pbs", "--walltime", "20min", *AT["pbs"])
        said = self.expect(place.submit(*words, "--yes", "--", *train, "--steps", "3", VEERY_SEED="7"), DONE).stdout
        script = place.folder / "veery-train.pbs"
        self.assertIn(f"ARCHIVE={self.common}/out ", script.read_text())
        self.assertIn(f"OPTIONS=(\n  '{place.folder}/it'\\''s more'\n  ", script.read_text())
        (job,) = place.pbs.run_all()
        self.assertEqual(job.status, DONE, job.said()[-3000:])
        options = json.loads((place.folder / "run" / "options.json").read_text())
        (rows,) = re.findall(r"data: (\d+ rows) ", said)
        self.assertEqual((options["DATASET"], options["seed"], options["window"]), (rows, 7, "0.5s"))
        self.assertTrue((place.folder / "run" / "model.h5").exists())

        train = (*train, "--seed", "7")
        said = self.expect(place.submit(*words, "--overwrite", "--", *train, "--steps", "3"), DONE).stdout
        self.assertIn("forecast: nothing is left to do", said)
        said = self.expect(place.submit(*words, "--overwrite", "--rate", "4", "--", *train, "--steps", "13"), DONE).stdout
        self.assertIn("done already: 3 steps", said)
        self.assertIn("forecast: 5.0s of work", said)
        result = self.expect(place.submit(*words, "--overwrite", "--", *train, "--clip", "2"), USAGE)
        self.assertIn("a training with other options", result.stderr)
        self.assertIn("--clip", result.stderr)

    def test_shards_that_the_shipped_networks_take(self):
        """They are made with the options that configurations and job scripts name, and with no fewer."""
        place = self.place()
        words = ("--walltime", "20min", *AT["pbs"])
        for name, options in (("train", "--sample-rate 22050"), ("train_large", "--sample-rate 22050 --interval 12s")):
            run("process", self.archive, "-o", place.folder / name, "--quiet", *options.split()).check_returncode()
            config = SOURCE / "configs" / f"{name}.toml"
            train = ("-o", "run", "--config", config, "--device", "cpu", "--batch", "4")
            result = self.expect(place.submit("--site", "pbs", *words, "--overwrite", "--", "train", place.folder / name,
                                              *train), DONE)  # fmt: skip
            self.assertRegex(result.stdout, r"data: \d+ rows ")
            for path in (config, *(path for path in JOBS.glob("*/train.*") if f"/{name}.toml" in path.read_text())):
                self.assertRegex(path.read_text(), rf"(?m)^# Shards for .*: veery process {options}[,;.]")
        self.refused("rows are shorter than --window", site="pbs", command=("train", place.folder / "train", *train))
        self.refused("the network has 22050", site="pbs", command=("train", self.common / "out", *train))

    def test_names_that_mean_something_to_a_shell(self):
        """In paths, options and their values; nothing of them is carried out."""
        place = self.place()
        evil = place.folder / "it's $HOME `touch x` $(touch y) \"q\" \\ ; touch z\n*?&"
        evil.mkdir()
        (evil / "archive & more").symlink_to(self.archive)
        output = evil / "o'ut -- $1"
        self.expect(place.submit("--site", "pbs", "--walltime", "20min", *AT["pbs"], *NO_MEASUREMENT, "--yes",
                                 "--script", evil / "job.pbs", "--", "process", evil / "archive & more", "-o", output,
                                 "--key-prefix", "$(touch k)'\t é", *OPTIONS), DONE)  # fmt: skip
        (job,) = place.pbs.run_all()
        self.assertEqual(job.status, DONE, job.said()[-3000:])
        arguments = (output / "options.json").read_text(encoding="utf-8")
        self.assertIn(r'''"key-prefix": "$(touch k)'\t é"''', arguments)
        self.assertEqual([path for path in place.folder.rglob("*") if path.name in "xyzk"], [])

    # ── the scripts ──

    def test_every_script_is_within_its_sites_limits(self):
        model = job_support.test_model(self.common, "identity")
        separate = ("separate", self.archive, "--model", model, "--model-rate", "16000", "--device", "cpu")
        cases = [("polaris", "prod", "12", "3h"), ("polaris", "debug", "2", "1h"), ("polaris", "demand", "11", "1h"),
                 ("polaris", "preemptable", "10", "72h"), ("bebop", "bdwall", "40", "3d"), ("swing", "gpu", "2", "24:00:00"),
                 ("pbs", "", "3", "12h")]
        for site, queue, nodes, walltime in cases:
            words = ("--site", site, "--nodes", nodes, "--walltime", walltime, "--account", "birds", *NO_MEASUREMENT)
            ranks = str(int(nodes) * {"polaris": 4, "bebop": 2, "swing": 4, "pbs": 2}[site])
            train = ("train", self.archive, "-o", "run", *flags(batch=ranks))
            for command in (("process", self.archive, "-o", "out"), (*separate, "-o", "out"), train, ("verify", "out")):
                with self.subTest((site, queue, command[0])):
                    place = self.place()
                    queue_words = ("--queue", queue) if queue else ()
                    self.expect(place.submit(*words, *queue_words, "--", *command), DONE)
                    (script,) = place.scripts()
                    text = (place.folder / script).read_text()
                    self.assertEqual(directives_test.problems_of(site, text), [])
                    self.assertEqual(directives_test.request_from(text).nodes, int(nodes))
                    self.shellcheck(place.folder / script)

    def test_a_reservation_is_a_queue_of_any_size(self):
        place = self.place()
        self.expect(place.submit("--site", "polaris", "--nodes", "30", "--walltime", "9h", "--account", "birds", "--queue",
                                 "R1234567", *NO_MEASUREMENT, "--", "process", self.archive, "-o", "out"), DONE)  # fmt: skip
        self.assertIn("\n#PBS -q R1234567\n", (place.folder / "veery-process.pbs").read_text())

    def shellcheck(self, script):
        try:
            done = subprocess.run(["shellcheck", script], capture_output=True, text=True, check=False)
        except FileNotFoundError:
            self.skipTest("needs shellcheck")
        self.assertEqual((done.returncode, done.stdout), (0, ""))

    def test_slurm(self):
        place = self.place()
        self.expect(place.submit("--site", "slurm", "--nodes", "3", "--walltime", "90min", "--ranks-per-node", "4",
                                 "--cores-per-rank", "6", "--partition", "big", "--job-name", "owls", "--mpi", "pmi2",
                                 *NO_MEASUREMENT, "--", "process", self.archive, "-o", place.output), DONE)  # fmt: skip
        text = (place.folder / "owls.sbatch").read_text()
        for line in ("--job-name=owls", "--nodes=3", "--ntasks-per-node=4", "--cpus-per-task=6", "--time=01:30:00",
                     "--partition=big", "--requeue"):  # fmt: skip
            self.assertIn(f"#SBATCH {line}\n", text)
        self.assertNotIn("--account", text)
        self.assertIn("\nMPI=pmi2 ", text)
        self.shellcheck(place.folder / "owls.sbatch")

    def test_what_the_script_says(self):
        """Paths that don't depend on where the job starts; options of the command line, the environment, the file."""
        place = self.place()
        (place.folder / "my.toml").write_text('[process]\ninterval = "4s"\n')
        (place.folder / "list").write_text(str(next(self.archive.rglob("*.flac"))) + "\n")
        archive = os.path.relpath(self.archive, place.folder)
        self.expect(place.submit("--site", "bebop", "--walltime", "2h", *AT["bebop"], *NO_MEASUREMENT, "--modules",
                                 "a b", "--", "process", archive, "-o", "out", "--config", "my.toml", "--files-from", "list", "--scratch", "tmp", "--allow-bad",
                                 VEERY_THREADS="3", VEERY_WALLTIME="9h"), DONE)  # fmt: skip
        text = (place.folder / "veery-process.pbs").read_text()
        lines = re.sub(r"\n  (?=--)", " ", text).replace("( ", "(").replace("\n)", ")").splitlines()  # OPTIONS in one
        options = f"--config={place.folder}/my.toml --files-from={place.folder}/list --threads=3 --allow-bad"
        for line in (f"ARCHIVE={self.archive}", f"OUTPUT={place.folder}/out", f"NODE_SCRATCH={place.folder}/tmp",
                     f"VEERY={os.path.realpath(PROGRAM)}", f"VEERY_JOBS={JOBS}", "MODULES='a b'", "WALLTIME=02:00:00",
                     f"THIS_SCRIPT={place.folder}/veery-process.pbs", f"OPTIONS=({options})"):  # fmt: skip
            self.assertIn(line, [found.partition("  # ")[0].rstrip() for found in lines])

    def test_what_a_trainings_script_says(self):
        place = self.place()
        (place.folder / "data").symlink_to(self.common / "out")
        (place.folder / "my.toml").write_text('[train]\nsteps = 7\nmax-hours = 0\n')
        result = self.expect(place.submit("--site", "slurm", "--nodes", "2", "--ranks-per-node", "1", "--walltime", "2h",
                                          "--", "train", "data", "data", "data", "-o", "run", "--config", "my.toml",
                                          "--validation", "data", *flags(), "--recompute",
                                          VEERY_CLIP="4", VEERY_WALLTIME="9h"), DONE)  # fmt: skip
        text = (place.folder / "veery-train.sbatch").read_text()
        block = text.partition("OPTIONS=(\n")[2].partition("\n)")[0].split("\n  ")
        self.assertEqual([word.strip() for word in block[:3]],
                         [f"{place.folder}/data", f"{place.folder}/data", f"--config={place.folder}/my.toml"])  # fmt: skip
        for word in (f"--validation={place.folder}/data", "--recompute", "--clip=4", "--batch=2"):
            self.assertIn(word, block)
        self.assertNotIn("walltime", "".join(block))
        self.assertNotIn("train_large", text)
        self.assertNotIn("--gpus-per-task", text)  # --device cpu
        self.assertIn("\nall: 7 steps of 2 views, 1 a rank; ", result.stdout)
        self.shellcheck(place.folder / "veery-train.sbatch")

    def test_the_folder_with_the_scripts_can_be_named(self):
        place = self.place()
        mine = place.folder / "mine"
        (mine / "home").mkdir(parents=True)
        (mine / "run_until_done.sh").write_text((JOBS / "run_until_done.sh").read_text())
        for name in ("site.json", "site.sh", "process.pbs"):
            (mine / "home" / name).write_text((JOBS / "pbs" / name).read_text())
        self.expect(place.submit("--site", "home", "--nodes", "1", "--walltime", "1h", *NO_MEASUREMENT, "--", "process",
                                 self.archive, "-o", place.output, VEERY_JOBS=str(mine)), DONE)  # fmt: skip
        self.assertIn(f"VEERY_JOBS={mine} ", (place.folder / "veery-process.pbs").read_text())
        self.assertIn("one of home", place.submit("--jobs", mine, "--site", "pbs", *AT["pbs"], "--walltime", "1h", "--",
                                                  "verify", place.output).stderr)  # fmt: skip

    # ── submission ──

    def test_nothing_is_submitted_without_yes(self):
        place = self.place()
        programs = place.program("qsub", f'echo "$@" >> {place.folder}/calls; echo 7.pbs')
        words = ("--site", "bebop", "--walltime", "2h", *AT["bebop"], *NO_MEASUREMENT)
        command = ("--", "process", self.archive, "-o", place.output)
        result = self.expect(place.submit(*words, *command, programs=programs, VEERY_YES="true"), DONE)
        script = place.folder / "veery-process.pbs"
        self.assertIn(f"script: {script}\n", result.stdout)
        self.assertIn(script.read_text(), result.stdout)
        self.assertIn(f"qsub {script}\n", result.stdout)
        self.assertIn("all: ", result.stdout)
        self.assertFalse((place.folder / "calls").exists())
        self.assertFalse(place.output.exists())

        (place.folder / "my.toml").write_text('[submit]\nyes = true\n')
        self.expect(place.submit(*words, "--config", "my.toml", *command, programs=programs), USAGE)
        self.assertFalse((place.folder / "calls").exists())

        again = self.expect(place.submit(*words, "--yes", *command, programs=programs), DONE)

        self.assertIn("submitted: job 7.pbs\n", again.stdout)
        self.assertEqual((place.folder / "calls").read_text(), f"{script}\n")

    def test_a_file_with_what_each_job_needs(self):
        place = self.place()
        (place.folder / "my.toml").write_text('[submit]\nsite = "bebop"\naccount = "owls"\ncalibrate = "0s"\n')
        self.expect(place.submit("--config", "my.toml", "--nodes", "1", "--walltime", "1h", "--", "process", self.archive,
                                 "-o", place.output), DONE)  # fmt: skip
        self.assertIn("#PBS -A owls\n", (place.folder / "veery-process.pbs").read_text())

    def test_qsub_that_refuses_or_is_missing(self):
        place = self.place()
        words = ("--site", "bebop", "--walltime", "2h", *AT["bebop"], *NO_MEASUREMENT, "--yes", "--", "process",
                 self.archive, "-o", place.output)  # fmt: skip
        programs = place.program("qsub", "echo 'qsub: would exceed the quota' >&2; exit 38")
        result = self.expect(place.submit(*words, programs=programs), FAILED)
        self.assertIn("qsub: would exceed the quota\n", result.stderr)
        self.assertIn("exit code 38", result.stderr)
        self.assertNotIn("submitted: job", result.stdout)
        result = self.expect(place.submit(*words, programs="/nowhere"), FAILED)
        self.assertIn("cannot start a program", result.stderr)

    def test_a_script_that_is_there_is_kept(self):
        place = self.place()
        script = place.folder / "veery-process.pbs"
        words = ("--site", "bebop", "--walltime", "2h", *AT["bebop"], *NO_MEASUREMENT)
        command = ("--", "process", self.archive, "-o", place.output)
        script.write_text("mine")
        result = self.expect(place.submit(*words, *command), USAGE)
        self.assertIn("--overwrite", result.stderr)
        self.assertEqual(script.read_text(), "mine")
        self.expect(place.submit(*words, "--overwrite", *command), DONE)
        self.assertIn("until_done process", script.read_text())
        self.expect(place.submit(*words, *command), DONE)  # the same again

    # ── mistakes ──

    def test_the_jobs_command_is_read_by_its_own_rules(self):
        for command, *said in ((("process", "a", "-o", "b", "--thread", "3"), "--thread"),
                               (("process", "a"), "--output"),
                               (("process", "a", "-o", "b", "--interval", "5x"), "5x", "--interval"),
                               (("process", "a", "-o", "b", "--shards", "none"), "--shards none"),
                               (("separate", "a", "-o", "b", "--window", "5x"), "5x", "--window"),
                               (("process", "a", "-o", "b", "--separate", "slices", "--device", "gpu"), "no such device"),
                               (("slice", "a", "-o", "b"), "process, separate, train or verify"),
                               (("frobnicate",), "subcommand is required"),
                               (("process", "a", "-o", "b", "--restart"), "--restart"),
                               (("process", "a", "-o", "b", "--walltime", "1h"), "--walltime"),
                               (("process", "a", "-o", "b", "--log-file", "x"), "--log-file"),
                               (("process", "a", "-o", "b", "--stop-before-end", "2h"), "--stop-before-end"),
                               ):  # fmt: skip
            with self.subTest(command):
                self.refused(*said, command=command)

    def test_a_trainings_command_is_read_by_its_own_rules(self):
        """On two ranks."""
        data = self.common / "out"
        for changes, *said in (({"step": 3}, "--step"),
                               ({"window": "5x"}, "5x", "--window"),
                               ({"device": "gpu"}, "no such device", "auto, cpu, cuda"),
                               ({"clip": 0}, "--clip"),
                               ({"batch": 7}, "--batch 7", "a multiple of 2"),
                               ({"batch": 10000}, "fewer than a batch"),
                               ({"sample_rate": 16000}, str(data), "32000 Hz"),
                               ({"split": "eval"}, "no rows in the split eval"),
                               ({"restart": "true"}, "--restart", "begin anew"),
                               ({"walltime": "1h"}, "--walltime"),
                               ({"deadline": 1}, "--deadline"),
                               ({"log_file": "x"}, "--log-file"),
                               ({"max_hours": 3}, "--max-hours", "count anew"),
                               ({"stop_before_end": "2h"}, "--stop-before-end"),
                               ):  # fmt: skip
            with self.subTest(changes):
                self.refused(*said, command=("train", data, "-o", "run", *flags(**changes)))
        self.refused("DATASET", command=("train", "-o", "run", *flags()))

    def test_hours_of_a_run_in_a_file(self):
        place = self.place()
        (place.folder / "my.toml").write_text("[train]\nmax-hours = 3\n")
        train = ("train", self.common / "out", "-o", "run", *flags(), "--config", "my.toml")
        self.refused("--max-hours", place=place, command=train)

    def test_the_sites_rules(self):
        polaris = ("--account", "birds", "--nodes", "2")
        for site, words, *said in (
                ("polaris", (*polaris, "--walltime", "2h"), "debug", "capacity, preemptable", "docs.alcf.anl.gov"),
                ("polaris", (*polaris, "--walltime", "1h", "--queue", "prod"), "prod", "10 to 24 nodes"),
                ("polaris", (*polaris, "--walltime", "1h", "--queue", "gpu"), "no queue gpu", "debug"),
                ("polaris", (*polaris, "--walltime", "1h", "--filesystems", "home:grand"), "grand", "home, eagle"),
                ("polaris", (*polaris, "--walltime", "1h", "--ranks-per-node", "3"), "--ranks-per-node"),
                ("polaris", (*polaris, "--walltime", "1h", "--cores-per-rank", "3"), "--cores-per-rank"),
                ("polaris", ("--nodes", "2", "--walltime", "1h"), "--account"),
                ("polaris", (*polaris, "--walltime", "1h", "--account", "a b"), "--account"),
                ("polaris", ("--nodes", "2", "--walltime", "1h", "--account", "a\n#PBS -q prod"), "--account"),
                ("polaris", ("--nodes", "0", "--walltime", "1h", "--account", "a"), "--nodes"),
                ("polaris", (*polaris, "--walltime", "soon"), "soon", "--walltime"),
                ("polaris", (*polaris, "--walltime", "1:99:00"), "--walltime"),
                ("bebop", (*polaris, "--walltime", "73h"), "bdwall", "no queue takes that"),
                ("bebop", (*polaris, "--walltime", "2h", "--filesystems", "home"), "--filesystems"),
                ("bebop", (*polaris, "--walltime", "2h", "--mpi", "pmix"), "--mpi"),
                ("swing", (*polaris, "--walltime", "2h", "--ranks-per-node", "3"), "1, 2, 4, 8"),
                ("nowhere", (*polaris, "--walltime", "2h"), "nowhere", "bebop, pbs, polaris, slurm, swing"),
                ):  # fmt: skip
            with self.subTest((site, words)):
                self.refused(*said, site=site, words=words)

    def test_no_gpus_at_bebop(self):
        model = job_support.test_model(self.common, "identity")
        self.refused("no GPUs", "--device cpu", site="bebop",
                     command=("separate", self.archive, "-o", "out", "--model", model, "--device", "cuda"))  # fmt: skip
        self.refused("no GPUs", "--device cpu", site="bebop",
                     command=("train", self.common / "out", "-o", "run", *flags(device="cuda")))  # fmt: skip

    def test_the_two_strokes_are_missed(self):
        result = self.place().submit("--site", "bebop", *AT["bebop"], "--walltime", "1h", "process", "a", "-o", "b")
        self.expect(result, USAGE)
        self.assertIn("put -- before the job's command", result.stderr)

    # ── the forecast ──

    def forecast(self, *words, command=("process",), options=OPTIONS, walltime="1h", code=DONE):
        words = ("--site", "pbs", *AT["pbs"], "--walltime", walltime, *words)
        return self.expect(self.place().submit(*words, "--", *command, self.archive, "-o", "out", *options), code).stdout

    def test_the_rate_is_that_of_a_real_run(self):
        said = self.forecast("--calibrate", "10s")
        measured = float(re.search(r"rate: ([\d.]+) x real time", said)[1])
        with self.subTest("a run of one rank"):
            output = self.new_folder() / "out"
            run("process", self.archive, "-o", output, "--quiet", *OPTIONS).check_returncode()
            (rank,) = json.loads((output / "run.json").read_text())["ranks"]
            real = rank["audio_s"] / rank["wall_s"]
            self.assertGreater(measured, real / 4)
            self.assertLess(measured, real * 4)
        self.assertIn("with 1 rank(s) each", said)
        self.assertIn("in 1 job(s) of 1h00m00s", said)

    def test_a_rate_that_is_told(self):
        """12 recordings of 10 s in units of 10 s, on two ranks."""
        said = self.forecast("--rate", "2")
        self.assertIn("forecast: 30.0s of work on 2 node(s) with 1 rank(s) each, 0.0 % of it waiting; 0.02 node-hours "
                      "in 1 job(s)", said)  # fmt: skip
        said = self.forecast("--rate", "0.02", walltime="00:20:00")
        self.assertIn("in 6 job(s) of 20m00s", said)

    def continued(self, place, *words, code=DONE):
        return self.expect(place.submit("--site", "pbs", *AT["pbs"], "--walltime", "1h", "--overwrite", *words, "--",
                                        "process", self.archive, "-o", place.output, *OPTIONS), code)  # fmt: skip

    def test_what_is_done_already_is_not_forecast(self):
        """8 of 12 units of 10 s, on two ranks; nothing is changed, and a run goes on there."""
        place = self.place()
        shutil.copytree(self.common / "out", place.output, symlinks=True)
        for record in sorted(place.output.glob("units/*.json"))[::3]:
            record.unlink()
        before = job_support.tree_digest(place.output)
        said = self.continued(place, "--rate", "2").stdout
        self.assertIn("done already: 8 of 12 units, by an earlier run\n", said)
        self.assertIn("forecast: 10.0s of work on 2 node(s)", said)
        self.assertEqual(job_support.tree_digest(place.output), before)

        run("process", self.archive, "-o", place.output, "--quiet", *OPTIONS).check_returncode()
        said = self.continued(place, *NO_MEASUREMENT).stdout
        self.assertIn("done already: 12 of 12 units", said)
        self.assertIn("forecast: nothing is left to do", said)

    def test_an_output_folder_of_other_options(self):
        place = self.place()
        shutil.copytree(self.common / "out", place.output, symlinks=True)
        self.refused("holds a run with other options", "--interval", place=place,
                     command=("process", self.archive, "-o", place.output, *OPTIONS, "--interval", "3s"))  # fmt: skip

    def test_recordings_that_have_changed_since_and_new_ones(self):
        place = self.place()
        archive = place.folder / "archive"
        shutil.copytree(self.archive, archive)
        run("process", archive, "-o", place.output, "--quiet", *OPTIONS).check_returncode()
        first = min(archive.rglob("*.flac"))
        audio = bytearray(first.read_bytes())
        audio[-100] ^= 1
        first.write_bytes(audio)
        self.refused("1 recordings have changed since", "--extend", place=place,
                     command=("process", archive, "-o", place.output, "--quiet", *OPTIONS))  # fmt: skip
        audio[-100] ^= 1
        first.write_bytes(audio)
        shutil.copy(first, archive / "new.flac")
        command = ("process", archive, "-o", place.output, "--quiet", *OPTIONS)
        self.refused("new.flac is new or has changed", "--extend", place=place, command=command)
        words = ("--site", "pbs", *AT["pbs"], "--walltime", "1h", "--rate", "1", "--")
        result = self.expect(place.submit(*words, *command, "--extend"), DONE)
        self.assertIn("done already: 12 of 13 units", result.stdout)
        self.assertIn("forecast: 10.0s of work on 2 node(s)", result.stdout)

    def test_a_training(self):
        """Two ranks; what a rate is of, without one, and in how many jobs."""
        train = ("train",)
        options = flags(steps=7200, batch=4)
        said = self.forecast(command=train, options=options)
        self.assertIn("all: 7200 steps of 4 views, 2 a rank; 4.00 h of audio are heard\n", said)
        self.assertRegex(said, r"data: 240 rows \([\d.]+ epochs\)\n")
        self.assertRegex(said, r"no forecast: .*--rate.*views/s")
        self.assertNotIn("done already", said)
        said = self.forecast("--rate", "8", command=train, options=options)
        self.assertIn("rate: 8.00 views/s of all ranks, as told\nforecast: 1h00m00s of work on 2 node(s) with 1 rank(s) "
                      "each; 2.00 node-hours in 2 job(s) of 1h00m00s\n", said)  # fmt: skip
        options = flags(steps=7200, batch=4, patience=2, validate_every=9)
        said = self.forecast("--rate", "0.001", command=train, options=options)
        self.assertIn("all: at most 7200 steps", said)
        self.assertIn("in at least 100 job(s)", said)

    def test_units_that_no_job_can_finish(self):
        said = self.forecast("--rate", "0.01", options=("--unit-audio", "1h"))
        self.assertIn("warning: unit 0 (train, shard 0, 12 recordings, 0.03 h, the longest ", said)
        self.assertIn("takes 3h20m00s of the 55m00s", said)

    def test_without_measurement_there_is_no_forecast(self):
        said = self.forecast("--calibrate", "0s")
        self.assertIn("no forecast: nothing is measured", said)
        self.assertNotIn("forecast: 1", said)

    def test_a_measurement_that_fails(self):
        """The script is made all the same."""
        said = self.forecast(options=("--annotations", "/nowhere/birds.csv"), code=FAILED)
        self.assertNotIn("script:", said)
        model = job_support.test_model(self.common, "identity")
        said = self.forecast("--calibrate", "5s", command=("separate",),
                             options=("--model", model, "--model-rate", "16000", "--device", "cuda:9"))  # fmt: skip
        self.assertRegex(said, r"no forecast: the measurement failed: .*cuda:9.*--rate")
        self.assertIn("script:", said)

    def test_stems(self):
        model = job_support.test_model(self.common, "identity")
        said = self.forecast("--calibrate", "10s", command=("separate",),
                             options=("--model", model, "--model-rate", "16000", "--device", "cpu"))  # fmt: skip
        self.assertRegex(said, r"rate: .* 1 thread\(s\), CPU\)")
        self.assertIn("forecast: ", said)


if __name__ == "__main__":
    main()
