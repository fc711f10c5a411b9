"""The directives of every job script against what the sites' documents allow (sources: jobs/README.md)."""

import json
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
JOBS = SOURCE / "jobs"
sys.path.insert(0, str(SOURCE / "tests" / "jobs" / "pbs"))

from stand_in import DirectiveError, directive_words, request_of, seconds  # noqa: E402

RUN_AGAIN = ("process", "separate", "train")
COMMANDS = (*RUN_AGAIN, "verify")


def table_of(path):
    """jobs/SITE/site.json: what the site takes, for `veery submit` too."""
    return json.loads(path.read_text(encoding="utf-8"))


SITES = {path.parent.name: table_of(path) for path in JOBS.glob("*/site.json")}
PBS = {name: table for name, table in SITES.items() if table["scheduler"] == "pbs"}
GPUS_AT_SWING = {"1", "2", "4", "8"}


def fits(route, request):
    fewest, most = route["nodes"]
    shortest, longest = map(seconds, route["walltime"])
    return fewest <= request.nodes <= most and shortest <= request.walltime_s <= longest


def problems_of_queue(site, request):
    queues = PBS[site].get("queues")
    queue = request.options.get("-q", "none")
    if queues is None:
        return []
    if queue not in queues:
        return [f"no queue {queue}"]
    if not any(fits(route, request) for route in queues[queue]):
        return [f"{request.nodes} nodes for {request.walltime_s} s in {queue}"]
    return []


def problems_of_chunks(site, request):
    found = []
    for _, chunk in request.chunks:
        found += [f"no resource {name}" for name in chunk.keys() - set(PBS[site]["chunk_resources"])]
        limits = PBS[site].get("most_per_node", {}).items()
        found += [f"{name}={chunk[name]}" for name, most in limits if int(chunk.get(name, 0)) > most]
        if site != "polaris" and "mpiprocs" not in chunk:
            found.append("MPI jobs must give mpiprocs")
        if site == "polaris" and chunk.get("system") != "polaris":
            found.append("system=polaris is missing")
        if site == "swing" and chunk.get("ngpus") not in GPUS_AT_SWING:
            found.append("1, 2, 4 or 8 GPUs")
    return found


def problems_of(site, text):
    """What the site would refuse, or let wait for ever."""
    try:
        request = request_from(text)
    except DirectiveError as problem:
        return [str(problem)]
    mandatory, others = set(PBS[site]["mandatory_resources"]), set(PBS[site]["other_resources"])
    found = [f"{name} is mandatory" for name in mandatory - request.resources.keys()]
    if found:
        return found
    found += [f"no resource {name}" for name in request.resources.keys() - mandatory - others]
    if PBS[site].get("account_is_mandatory") and "-A" not in request.options:
        found.append("Account_Name is required to be set")
    if not set(request.resources.get("filesystems", "").split(":")) - {""} <= set(PBS[site].get("file_systems", [])):
        found.append("no such file system")
    if site == "polaris" and request.options.get("-k", "doe") != "doe":
        found.append("-k other than doe is refused")
    if request.options.get("-m", "n") != "n":
        found.append("mails")
    return found + problems_of_queue(site, request) + problems_of_chunks(site, request)


def request_from(text):
    with tempfile.NamedTemporaryFile("w", suffix=".pbs", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        return request_of(file.name)


def script(site, command):
    (path,) = (JOBS / site).glob(f"{command}.*")
    return path


class PbsDirectives(unittest.TestCase):
    def test_every_script_is_within_the_limits(self):
        for site in PBS:
            for command in COMMANDS:
                with self.subTest(f"{site} {command}"):
                    self.assertEqual(problems_of(site, script(site, command).read_text()), [])

    def test_jobs_come_back_after_preemption_and_lost_nodes(self):
        for site in PBS:
            for command in COMMANDS:
                self.assertEqual(request_of(script(site, command)).options["-r"], "y")

    def test_what_is_wrong_is_found(self):
        """The check itself: each change of a good script is one that the site's documents rule out."""
        mistakes = {
            "polaris": [("-q debug", "-q debug # mine"), ("-q debug", "-q default"), ("select=2", "select=3"),
                        ("walltime=01:00:00", "walltime=00:04:00"), ("walltime=01:00:00", "walltime=02:00:00"),
                        ("home:eagle", "home:grand"), ("#PBS -A PROJECT\n", ""),
                        ("#PBS -l filesystems=home:eagle\n", ""),
                        ("-k doe", "-k oed"), ("-q debug", "-q prod"), (":system=polaris", ":system=polaris:ngpus=8"),
                        ("#PBS -j oe", "echo\n#PBS -j oe"), ("#PBS -r y", "#PBS -r y\n#PBS -m be"),
                        ("#PBS -j oe", "#PBS -z oe"), ("system=polaris", "ncpus=32")],
            "bebop": [("ncpus=36", "ncpus=64"), (":mpiprocs=2", ""), ("walltime=12:00:00", "walltime=73:00:00"),
                      ("#PBS -j oe", "#PBS -l filesystems=home"), ("mpiprocs=2", "mpiprocs=2:ngpus=1"),
                      ("select=2", "select=41"), ("select=2:ncpus=36:mpiprocs=2", "nodes=2:ppn=36")],
            "swing": [("ngpus=1", "ngpus=3"), ("ngpus=1:", ""), ("walltime=12:00:00", "walltime=25:00:00"),
                      ("-q gpu", "-q bdwall")],
            "pbs": [("ncpus=16", "nodes=16"), (":mpiprocs=2", ""), ("walltime=12:00:00", "walltime=12 h")],
        }  # fmt: skip
        for site, changes in mistakes.items():
            good = script(site, "process").read_text()
            for old, new in changes:
                with self.subTest(f"{site}: {new}"):
                    self.assertEqual(good.count(old), 1)
                    self.assertNotEqual(problems_of(site, good.replace(old, new)), [])

    def test_the_time_in_the_block_is_the_directives(self):
        for site in PBS:
            for command in RUN_AGAIN:
                text = script(site, command).read_text()
                (stated,) = re.findall(r"(?m)^WALLTIME=(\S+)", text)
                self.assertEqual(seconds(stated), request_from(text).walltime_s, (site, command))

    def test_scripts_are_submitted_again_under_their_own_name(self):
        for site in PBS:
            for command in RUN_AGAIN:
                self.assertIn(f"THIS_SCRIPT=$VEERY_JOBS/{site}/{command}.pbs ", script(site, command).read_text())

    def test_gpus_where_there_are_some(self):
        for site, device in {"polaris": "cuda", "bebop": "cpu", "swing": "cuda"}.items():
            for command in ("separate", "train"):
                self.assertRegex(script(site, command).read_text(), rf"--device {device}\b")


class SlurmDirectives(unittest.TestCase):
    def directives(self, command):
        text = script("slurm", command).read_text()
        head, _, rest = text.partition("\n\n")
        self.assertNotIn("#SBATCH", rest, "directives behind the first command are ignored")
        return dict(re.fullmatch(r"#SBATCH --([a-z-]+)=?(\S*)", line).groups() for line in head.splitlines()[1:])

    def test_a_job_that_goes_on_can_be_requeued_and_keeps_its_output(self):
        for command in RUN_AGAIN:
            directives = self.directives(command)
            self.assertEqual(directives["open-mode"], "append")
            self.assertIn("requeue", directives)

    def test_ranks_are_warned_in_time(self):
        """The signal goes to the ranks, and leaves them more than their grace of 120 s."""
        for command in RUN_AGAIN:
            name, at = self.directives(command)["signal"].split("@")
            self.assertEqual(name, "USR1")
            self.assertGreater(int(at), 120)

    def test_a_gpu_for_each_rank_with_a_network(self):
        for command in ("separate", "train"):
            self.assertEqual(self.directives(command)["gpus-per-task"], "1")

    def test_nothing_is_mailed(self):
        for command in COMMANDS:
            self.assertFalse([name for name in self.directives(command) if name.startswith("mail")])


class EveryScript(unittest.TestCase):
    SCRIPTS = sorted([*JOBS.glob("*/*.pbs"), *JOBS.glob("*/*.sbatch")])

    def test_there_is_one_for_each_command_at_each_site(self):
        self.assertEqual(len(self.SCRIPTS), len(COMMANDS) * len(SITES))

    def test_bash_can_read_it(self):
        for path in [*self.SCRIPTS, *JOBS.rglob("*.sh")]:
            subprocess.run(["bash", "-n", path], check=True)

    def test_it_is_short(self):
        for path in self.SCRIPTS:
            self.assertLessEqual(len(path.read_text().splitlines()), 45, path)

    def test_directive_words_stop_at_the_first_command(self):
        text = "#!/bin/bash\n#PBS -N a\n\n# text\n#PBS -q b\necho\n"
        self.assertEqual(directive_words(text), [("-N", "a"), ("-q", "b")])
        with self.assertRaises(DirectiveError):
            directive_words(text + "#PBS -A c\n")


if __name__ == "__main__":
    unittest.main(verbosity=2)
