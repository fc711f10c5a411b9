"""Each PBS script under a stand-in for PBS and its launchers: to the end, through walltimes, preemption and crashes."""

import concurrent.futures
import os
import shutil
import subprocess
import sys

import job_support
from job_support import (DONE, DONE_WITH_BAD, JOBS, OPTIONS, PROGRAM, STOPPED, USAGE, JobTest, Results, Workplace, main,
                         run, test_model, tree_digest)  # fmt: skip

PBS_COMMANDS = job_support.SOURCE / "tests" / "jobs" / "pbs"
sys.path.insert(0, str(PBS_COMMANDS))

from stand_in import KILLED_AT_WALLTIME, Pbs  # noqa: E402

PBS_SITES = ("polaris", "bebop", "swing", "pbs")
# Two ranks instead of what the site's nodes hold.
TWO_RANKS = {
    "polaris": [(r"select=\d", "select=1")],
    "bebop": [(r"select=\d", "select=1")],
    "swing": [(r"mpiprocs=\d", "mpiprocs=2")],
    "pbs": [(r"select=\d", "select=1")],
}
ASKED_TO_END = 143


class Site(Workplace):
    """A workplace with a queue; scripts are edited to run on two ranks."""

    def __init__(self, name, folder):
        super().__init__(folder)
        self.name = name
        self.pbs = Pbs(folder / "pbs", kill_delay_s=3.0)

    def edit(self, command, directives=(), **block):
        ranks = {"RANKS_PER_NODE": 2} if self.name == "polaris" else {}
        return super().edit(self.name, command, [("-A PROJECT", "-A birds"), *directives], **{**ranks, **block})

    def edit_process(self, archive, *options, walltime="00:20:00", **block):
        """With the options of all tests and these, and `verify` to follow."""
        check = self.edit("verify", [("walltime=.*", "walltime=00:20:00")])
        words = " ".join((*OPTIONS, *options))
        return self.edit("process", [*TWO_RANKS[self.name], ("walltime=.*", f"walltime={walltime}")],
                         **{"ARCHIVE": archive, "OPTIONS": f"({words})", "NEXT": check, **block})  # fmt: skip

    def qsub(self, *words):
        env = job_support.environment(PBS_STAND_IN=str(self.pbs.folder))
        subprocess.run([PBS_COMMANDS / "qsub", *words], cwd=self.folder, env=env, stdout=subprocess.DEVNULL, check=True)

    def qdel(self, job):
        env = job_support.environment(PBS_STAND_IN=str(self.pbs.folder))
        subprocess.run([PBS_COMMANDS / "qdel", job.id], env=env, check=True)


class PbsTest(JobTest):
    def site(self, name):
        return Site(name, self.new_folder())

    def at(self, names, check):
        """`check(site)` at each, at once: jobs wait more than they work. What they return."""
        with concurrent.futures.ThreadPoolExecutor(len(names)) as pool:
            return list(pool.map(check, [self.site(name) for name in names]))

    def expect(self, jobs, *statuses):
        self.assertEqual([job.status for job in jobs], list(statuses), "\n".join(job.said()[-3000:] for job in jobs))

    # ── to the end ──

    def test_stems(self):
        model = test_model(self.common, "identity")

        def check(site):
            options = f"(--model {model} --model-rate 16000 --device cpu --threads 1 --unit-audio 1min)"
            site.qsub(site.edit("separate", TWO_RANKS[site.name], ARCHIVE=self.archive, OPTIONS=options))
            jobs = site.pbs.run_all()
            self.expect(jobs, DONE)
            return tree_digest(site.output)

        stems = self.at(PBS_SITES, check)

        self.assertEqual(sum(path.endswith(".flac") for path in stems[0]), 2 * self.RECORDINGS)
        self.assertEqual(stems, [stems[0]] * len(PBS_SITES))

    def test_a_training_through_the_ends_of_jobs(self):
        """It ends with the model of a training that nothing interrupted. Slow reads make it last on any machine."""
        words = ("--sample-rate=8000 --frame=128 --frame-hop=64 --bottleneck=8 --channels=16 --dilations=3 --repeats=1 "
                 "--window=1s --batch=4 --validate-every=0 --checkpoint-every=50 --threads=1 --device=cpu "
                 "--steps=24")  # fmt: skip
        alone = self.new_folder() / "training"
        run("train", self.archive, "-o", alone, *words.split(), ranks=2).check_returncode()

        def check(site):
            options = f"({words} --stop-before-end 54s)"
            site.qsub(site.edit("train", [*TWO_RANKS[site.name], ("walltime=.*", "walltime=00:01:00")],
                                ARCHIVE=self.archive, WALLTIME="00:01:00", OPTIONS=options,
                                VEERY=self.with_faults(site, "slow:.flac")))  # fmt: skip
            *stopped, last = site.pbs.run_all()
            self.assertGreaterEqual(len(stopped), 1)
            self.expect([*stopped, last], *[STOPPED] * len(stopped), DONE)
            self.assertIn("continuing at step", last.said())
            self.assertEqual((site.output / "model.h5").read_bytes(), (alone / "model.h5").read_bytes())

        self.at(["pbs"], check)

    # ── through the ends of jobs ──

    def test_walltimes_that_do_not_suffice(self):
        """The program stops in time, the script submits itself again, and in the end the check that it names."""

        def check(site):
            program = self.with_faults(site, "slow:.flac")
            site.qsub(site.edit_process(self.archive, "--stop-before-end", "56s", walltime="00:01:00", VEERY=program))
            jobs = site.pbs.run_all()
            *stopped, done, verified = jobs
            self.assertGreaterEqual(len(stopped), 1)
            self.expect(jobs, *[STOPPED] * len(stopped), DONE, DONE)
            self.assertEqual([job.name for job in jobs], ["veery-process"] * (len(jobs) - 1) + ["veery-verify"])
            self.assertIn("continuing", done.said())
            for where in (f"{site.output}.log", f"status {site.output}", f"{site.output}.tries"):
                self.assertIn(where, done.said())
            self.assertIn("0 problems", verified.said())
            self.assertFalse(site.output.with_name("out.tries").exists())
            self.expect_the_same_bytes(site.output)

        self.at(PBS_SITES, check)

    def test_a_walltime_that_kills(self):
        """A program that does not stop in time: between SIGTERM and SIGKILL the script submits itself again, as it is
        then: with more time."""

        def check(site):
            script = site.edit_process(self.archive, "--stop-before-end", "0s", "--grace", "1h", walltime="00:00:06",
                                       NEXT='""', VEERY=self.with_faults(site, "slow:.flac"))  # fmt: skip
            site.qsub(script)
            script.write_text(script.read_text().replace("walltime=00:00:06", "walltime=00:20:00"))
            killed = site.pbs.run_next()
            jobs = site.pbs.run_all()
            self.expect([killed, *jobs], KILLED_AT_WALLTIME, DONE)
            self.assertIn(f"goes on as job {jobs[0].id}", killed.said())
            self.expect_the_same_bytes(site.output)

        self.at(PBS_SITES, check)

    def test_preemption(self):
        """Everything is killed without warning; PBS runs the job again."""

        def check(site):
            program = self.with_faults(site, "slow:.flac")
            site.qsub(site.edit_process(self.archive, VEERY=program, NEXT='""'))
            first = site.pbs.run_next(lambda job: "preempt" if site.units() >= 3 else None)
            self.expect([first], None)
            self.assertFalse((site.output / "manifest.json").exists())
            jobs = site.pbs.run_all()
            self.expect(jobs, DONE)
            self.assertEqual(jobs[0].id, first.id)
            self.assertIn("continuing", jobs[0].said())
            self.expect_the_same_bytes(site.output)

        self.at(PBS_SITES, check)

    def test_a_deleted_job_does_not_come_back(self):
        site = self.site("bebop")
        site.qsub(site.edit_process(self.archive, VEERY=self.with_faults(site, "slow:.flac")))

        job = site.pbs.run_next(lambda job: site.qdel(job) if site.units() >= 2 else None)

        self.expect([job], ASKED_TO_END)
        self.assertEqual(site.pbs.queued(), [])

    def test_a_chain(self):
        """Jobs submitted beforehand, where jobs can't submit jobs."""
        site = self.site("polaris")
        script = site.edit_process(self.archive, "--stop-before-end", "1196s", NEXT='""',
                                   VEERY=self.with_faults(site, "slow:.flac"))  # fmt: skip
        for _ in range(4):
            site.qsub("-v", "RESUBMIT=no", script)

        jobs = site.pbs.run_all()

        self.assertEqual(len(jobs), 4)
        self.assertEqual([jobs[0].status, jobs[-1].status], [STOPPED, DONE])
        self.expect_the_same_bytes(site.output)

    def test_next_is_submitted_once(self):
        """By the first job of a chain that finds everything done; and again for an output that was begun anew."""
        site = self.site("bebop")
        script = site.edit_process(self.archive)
        for _ in range(3):
            site.qsub("-v", "RESUBMIT=no", script)

        jobs = site.pbs.run_all()

        self.expect(jobs, *[DONE] * 4)
        self.assertEqual([job.name for job in jobs], ["veery-process"] * 3 + ["veery-verify"])
        self.assertIn(f"next: job {jobs[-1].id}, which was submitted before", jobs[2].said())

        shutil.rmtree(site.output)
        site.qsub(script)
        self.assertEqual([job.name for job in site.pbs.run_all()], ["veery-process", "veery-verify"])

    def test_next_that_can_not_be_submitted(self):
        """It is said, and left to a later job."""
        site = self.site("bebop")
        script = site.edit_process(self.archive)
        check = script.with_name("verify.pbs")
        good = check.read_text()
        check.write_text(good.replace("#PBS -j oe", "#PBS oe"))

        site.qsub(script)
        (job,) = site.pbs.run_all()
        self.expect([job], DONE)
        self.assertIn("qsub: ", job.said())
        self.assertIn(f"NEXT IS NOT SUBMITTED: qsub failed, see above. Submit it yourself: qsub {check}", job.said())

        check.write_text(good)
        site.qsub(script)
        self.expect(site.pbs.run_all(), DONE, DONE)

    # ── crashes and mistakes ──

    def test_a_recording_that_ends_processes(self):
        site = self.site("bebop")
        name = str(sorted(self.archive.rglob("*.flac"))[7].relative_to(self.archive))
        site.qsub(site.edit_process(self.archive, VEERY=self.with_faults(site, f"crash:{name}"), NEXT='""'))

        jobs = site.pbs.run_all()

        self.expect(jobs, DONE_WITH_BAD)
        self.assertIn("run again", jobs[0].said())
        (row,) = Results(site.output).quarantine
        self.assertEqual((row["path"], row["reason"]), (name, "ends_process"))

    def test_crashes_without_end_are_given_up(self):
        site = self.site("polaris")
        program = site.program('echo run >> "$PBS_O_WORKDIR/runs"; kill -9 $$')
        script = site.edit_process(self.archive, VEERY=program, RANKS_PER_NODE=1)

        site.qsub("-v", "MAX_FRUITLESS=1", script)
        jobs = site.pbs.run_all()

        self.expect(jobs, 1)
        self.assertIn("gives up: 2 runs", jobs[0].said())
        self.assertEqual((site.folder / "runs").read_text().count("run"), 2)

    def test_a_crash_near_the_end_is_followed_by_a_job(self):
        """A run that begins with less than --stop-before-end left is none that veery calls a mistake."""
        site = self.site("pbs")
        program = site.program(f'if mkdir {site.folder}/crashed; then sleep 5; exit 134; fi\nexec {PROGRAM} "$@"')
        script = site.edit_process(self.archive, "--stop-before-end", "36s", walltime="00:00:40", NEXT='""',
                                   VEERY=program)  # fmt: skip
        site.qsub(script)
        script.write_text(script.read_text().replace("walltime=00:00:40", "walltime=00:20:00"))

        jobs = site.pbs.run_all()

        self.expect(jobs, STOPPED, DONE)
        self.assertIn("ended with 134: run again", jobs[0].said())
        self.expect_the_same_bytes(site.output)

    def test_a_job_that_is_too_short_for_any_work(self):
        site = self.site("pbs")
        site.qsub(site.edit_process(self.archive, "--stop-before-end", "5min", walltime="00:04:00"))
        jobs = site.pbs.run_all()
        self.expect(jobs, USAGE)
        self.assertIn("there is no time to work in", jobs[0].said())

    def test_runs_are_bounded_even_if_each_does_something(self):
        site = self.site("bebop")
        program = site.program(f'mkdir -p {site.output}/units; echo {{}} > {site.output}/units/$RANDOM$$.json; exit 75')
        script = site.edit_process(self.archive, VEERY=program)
        script.write_text(script.read_text().replace("\nNEXT=", "\nMAX_RUNS=2\nNEXT="))

        site.qsub(script)
        jobs = site.pbs.run_all()

        self.expect(jobs, STOPPED, STOPPED, 1)
        self.assertIn(f"remove {site.output}.tries", jobs[-1].said())

    def test_a_mistake_is_not_repeated(self):
        mistakes = {"OPTIONS": "(--no-such-option)", "ARCHIVE": "/nowhere", "THIS_SCRIPT": "/nowhere",
                    "NEXT": "/nowhere"}  # fmt: skip
        for name, value in mistakes.items():
            with self.subTest(name):
                site = self.site("swing")
                site.qsub(site.edit_process(self.archive, **{name: value}))
                jobs = site.pbs.run_all()
                self.expect(jobs, USAGE)
                self.assertIn(f"set {name}", jobs[0].said())

    def test_an_array_needs_lists(self):
        """Else each part would be the whole archive."""
        site = self.site("bebop")
        site.qsub("-J", "0-1", site.edit_process(self.archive))
        jobs = site.pbs.run_all()
        self.expect(jobs, USAGE, USAGE)
        self.assertFalse(site.output.exists())

    # ── the rest of what the scripts promise ──

    def test_parts_of_an_archive(self):
        """An array: each part has its list and its output, and goes on alone."""
        site = self.site("polaris")
        paths = sorted(str(path.relative_to(self.archive)) for path in self.archive.rglob("*.flac"))
        lists = site.folder / "lists"
        lists.mkdir()
        for part in range(2):
            (lists / f"{part:04}").write_text("".join(f"{path}\n" for path in paths[part::2]))
        script = site.edit_process(self.archive, "--stop-before-end", "1197s", LISTS=lists,
                                   VEERY=self.with_faults(site, "slow:.flac"))  # fmt: skip

        site.qsub("-J", "0-1", script)
        jobs = site.pbs.run_all()

        done = [job for job in jobs if job.status == DONE]
        self.assertEqual(sorted(job.name for job in done), ["veery-process"] * 2 + ["veery-verify"] * 2)
        self.assertGreater(len(jobs), len(done))
        found = [set(Results(site.output / f"{part:04}").index) for part in range(2)]
        self.assertEqual(found, [set(paths[0::2]), set(paths[1::2])])

    def test_what_polaris_needs(self):
        """Ranks and GPUs, scratch on the node, no locks, and stripes of a new output on Lustre."""
        site = self.site("polaris")
        seen = site.program('echo "$PMI_LOCAL_RANK/$PMI_LOCAL_SIZE gpu $CUDA_VISIBLE_DEVICES'
                            ' locking $HDF5_USE_FILE_LOCKING $*" >> "$PBS_O_WORKDIR/seen"')  # fmt: skip
        scratch = site.folder / "scratch"
        scratch.mkdir()
        script = site.edit("separate", ARCHIVE=self.archive, VEERY=seen, RANKS_PER_NODE=4,
                           MODULES=f"one; NODE_SCRATCH={scratch}")  # fmt: skip

        site.qsub(script)
        self.expect(site.pbs.run_all(), DONE)

        lines = sorted((site.folder / "seen").read_text().splitlines())
        self.assertEqual([line.split(" locking")[0] for line in lines],
                         [f"{rank}/4 gpu {3 - rank}" for rank in range(4) for _ in range(2)])  # fmt: skip
        for line in lines:
            self.assertIn(f"locking FALSE separate {self.archive} --output {site.output}", line)
            self.assertIn(f"--scratch {scratch} --walltime 3600s --deadline ", line)
        self.assertEqual((site.pbs.folder / "lfs").read_text(), f"setstripe --stripe-count 1 {site.output}\n")
        self.assertEqual((site.pbs.folder / "modules").read_text(), "module use /soft/modulefiles\nmodule load one\n")

    def test_gpus_next_to_the_cores(self):
        """Cores are dealt in order, GPUs lie the other way round."""
        for ranks, gpus in {1: "3", 2: "31", 4: "3210", 8: "33221100"}.items():
            found = ""
            for rank in range(ranks):
                env = {"PATH": os.environ["PATH"], "PMI_LOCAL_RANK": str(rank), "PMI_LOCAL_SIZE": str(ranks)}
                found += subprocess.run([JOBS / "polaris" / "bind_gpu.sh", "printenv", "CUDA_VISIBLE_DEVICES"], env=env,
                                        capture_output=True, text=True, check=True).stdout.strip()  # fmt: skip
            self.assertEqual(found, gpus)


if __name__ == "__main__":
    main()
