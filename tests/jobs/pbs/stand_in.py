"""A stand-in for PBS Professional: reads a script's directives as qsub does, keeps a queue in a folder, runs its jobs.

The folder is named by PBS_STAND_IN; the commands beside this file (qsub, qdel, qstat, mpiexec, mpirun, lfs) find it
there, in jobs too. A job runs like on a node: a login shell in a home of its own, an environment of its own with PBS's
variables, the script as it was when submitted, standard output in NAME.oNUMBER. At the walltime everything in it gets
SIGTERM and, after `kill_delay_s`, SIGKILL. It knows what the sources in jobs/README.md tell; hooks, routing and quotas
it knows nothing of.
"""

import dataclasses
import getopt
import json
import os
import pathlib
import re
import shlex
import shutil
import signal
import subprocess
import time

HERE = pathlib.Path(__file__).resolve().parent
OPTIONS_OF_QSUB = "a:A:c:C:e:fhIj:J:k:l:m:M:N:o:p:P:q:r:R:S:u:v:VW:Xz"
KILLED_AT_WALLTIME = -29
SUBMITTED_FROM = ("LANG", "LD_LIBRARY_PATH", "LOGNAME", "USER", "SHELL", "TZ")
# What lets Open MPI do here what it does there.
LAUNCHER = {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
            "OMPI_MCA_rmaps_base_oversubscribe": "1", "OMPI_MCA_btl_vader_single_copy_mechanism": "none"}  # fmt: skip
# Of a build under sanitizers: Open MPI's leaks are not ours.
OF_TESTS = ("ASAN_OPTIONS", "LSAN_OPTIONS", "UBSAN_OPTIONS")


class DirectiveError(Exception):
    """What qsub refuses."""


# ── scripts ──────────────────────────────────────────────────────────────────────────────────────


def seconds(text):
    """[[HOURS:]MINUTES:]SECONDS."""
    if not re.fullmatch(r"\d+(:\d+){0,2}", text):
        raise DirectiveError(f"walltime={text} is no time")
    total = 0
    for part in text.split(":"):
        total = total * 60 + int(part)
    return total


def directive_words(text):
    """The words of the #PBS lines above the first command; those below one are what qsub ignores."""
    words, begun = [], False
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("#PBS"):
            if begun:
                raise DirectiveError(f"line {number}: a directive behind the first command is ignored")
            try:
                options, left = getopt.getopt(shlex.split(line[4:]), OPTIONS_OF_QSUB)
            except (getopt.GetoptError, ValueError) as problem:
                raise DirectiveError(f"line {number}: {problem}") from problem
            if left or not options:
                raise DirectiveError(f"line {number}: words that are no option: {line}")
            words += options
        elif line.strip() and not line.startswith("#"):
            begun = True
    return words


@dataclasses.dataclass
class Request:
    """What directives and options ask for; later ones win."""

    options: dict
    resources: dict
    chunks: list  # (how many, {resource: value})

    @property
    def nodes(self):
        return sum(count for count, _ in self.chunks)

    @property
    def walltime_s(self):
        return seconds(self.resources["walltime"])


def parse_chunks(text):
    chunks = []
    for chunk in text.split("+"):
        count, *resources = chunk.split(":")
        if not count.isdigit() or any("=" not in resource for resource in resources):
            raise DirectiveError(f"select={text}")
        chunks.append((int(count), dict(resource.split("=", 1) for resource in resources)))
    return chunks


def parse_request(words):
    request = Request({}, {}, [(1, {})])
    for option, value in words:
        if option != "-l":
            request.options[option] = value
            continue
        for item in value.split(","):
            name, equals, amount = item.partition("=")
            if not equals or not amount:
                raise DirectiveError(f"-l {item} is not resource=value")
            request.resources[name] = amount
            if name == "select":
                request.chunks = parse_chunks(amount)
    return request


def request_of(script):
    return parse_request(directive_words(pathlib.Path(script).read_text(encoding="utf-8")))


def array_numbers(text):
    """Of X-Y[:STEP][%AT_ONCE]."""
    found = re.fullmatch(r"(\d+)-(\d+)(?::(\d+))?(?:%(\d+))?", text)
    if not found:
        raise DirectiveError(f"-J {text}")
    return range(int(found[1]), int(found[2]) + 1, int(found[3] or 1))


# ── processes ────────────────────────────────────────────────────────────────────────────────────


def processes_of(session):
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(fields[3]) == session and fields[0] != "Z":
            found.append(int(entry.name))
    return found


def signal_all(session, number):
    for pid in processes_of(session):
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            pass


# ── the queue ────────────────────────────────────────────────────────────────────────────────────


@dataclasses.dataclass
class Job:
    number: int
    index: int | None  # of an array's part
    folder: str  # where it was submitted
    words: list
    state: str = "Q"  # queued, R running, F finished
    runs: int = 0
    status: int | None = None
    seconds: float = 0.0

    @property
    def id(self):
        return f"{self.number}{'' if self.index is None else f'[{self.index}]'}.stand-in"

    @property
    def request(self):
        return parse_request(self.words)

    @property
    def name(self):
        return self.request.options["-N"]

    @property
    def output(self):
        part = "" if self.index is None else f".{self.index}"
        return pathlib.Path(self.folder) / f"{self.name}.o{self.number}{part}"

    def said(self):
        return self.output.read_text(errors="replace")


class Pbs:
    def __init__(self, folder=None, kill_delay_s=10.0):
        self.folder = pathlib.Path(folder or os.environ["PBS_STAND_IN"])
        self.kill_delay_s = kill_delay_s
        for name in ("jobs", "scripts", "nodes", "deleted"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)

    # Each job is a file, so that jobs see the queue too.

    def save(self, job):
        name = f"{job.number:04}-{'' if job.index is None else job.index}.json"
        staged = self.folder / f"{name}.{os.getpid()}"
        staged.write_text(json.dumps(dataclasses.asdict(job)))
        staged.rename(self.folder / "jobs" / name)

    def jobs(self):
        return [Job(**json.loads(path.read_text())) for path in sorted((self.folder / "jobs").iterdir())]

    def queued(self):
        return [job for job in self.jobs() if job.state == "Q"]

    def script_of(self, job):
        return self.folder / "scripts" / str(job.number)

    def accept(self, script, words, folder):
        """qsub: the job's id. The script is copied; what happens to the file later makes no difference."""
        text = pathlib.Path(script).read_text(encoding="utf-8")
        words = [("-N", os.path.basename(script)), *directive_words(text), *words]
        request = parse_request(words)
        numbers = array_numbers(request.options["-J"]) if "-J" in request.options else [None]
        number = 1 + max((job.number for job in self.jobs()), default=0)
        (self.folder / "scripts" / str(number)).write_text(text, encoding="utf-8")
        for index in numbers:
            self.save(Job(number, index, str(folder), words))
        return f"{number}{'[]' if numbers != [None] else ''}.stand-in"

    # ── running ──

    def run_all(self, most=20):
        """Until the queue is empty: jobs that jobs submit, too. The jobs that ran, in order."""
        ran = []
        while self.queued():
            assert len(ran) < most, f"{most} jobs, and the queue does not end"
            ran.append(self.run_next())
        return ran

    def run_next(self, meanwhile=lambda job: None):
        """The first job in the queue, to its end. `meanwhile(job)` is called all the time; once it says "preempt",
        everything in the job is killed without warning, and the job is queued again."""
        job = self.queued()[0]
        job.state, job.runs = "R", job.runs + 1
        self.save(job)
        begin = time.monotonic()
        how = self.watch(job, self.start(job), meanwhile)
        job.seconds = time.monotonic() - begin
        job.status = how
        job.state = "Q" if how is None and job.request.options.get("-r", "y") == "y" else "F"
        self.save(job)
        return job

    def start(self, job):
        place = self.folder / "nodes" / f"{job.id}.{job.runs}"
        home = place / "home"
        home.mkdir(parents=True)
        # A login shell sets PATH anew. Modules are noted, not loaded.
        modules = shlex.quote(str(self.folder / "modules"))
        (home / ".profile").write_text(f"PATH={shlex.quote(str(HERE))}:$PATH\n"
                                       f'module() {{ echo "module $*" >> {modules}; }}\n')  # fmt: skip
        request = job.request
        (place / "node_file").write_text("".join(
            f"node{node}\n" * int(resources.get("mpiprocs", 1))
            for node, resources in enumerate(r for count, r in request.chunks for _ in range(count))))  # fmt: skip
        shell = shlex.split(self.script_of(job).read_text().splitlines()[0].removeprefix("#!"))
        with open(job.output, "a", encoding="utf-8") as output:
            return subprocess.Popen([*shell, self.script_of(job)], cwd=home, env=self.environment(job, place),
                                    stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
                                    start_new_session=True)  # fmt: skip

    def environment(self, job, place):
        own = {name: os.environ[name] for name in (*SUBMITTED_FROM, *OF_TESTS) if name in os.environ}
        own |= {**LAUNCHER, "REAL_MPIRUN": shutil.which(os.environ.get("VEERY_MPIEXEC", "mpirun"))}
        own |= {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(place / "home"), "TMPDIR": str(place),
                "PBS_STAND_IN": str(self.folder), "PBS_ENVIRONMENT": "PBS_BATCH", "PBS_JOBID": job.id,
                "PBS_JOBNAME": job.name, "PBS_O_WORKDIR": job.folder, "PBS_NODEFILE": str(place / "node_file"),
                "PBS_QUEUE": job.request.options.get("-q", "default")}  # fmt: skip
        if job.index is not None:
            own |= {"PBS_ARRAY_INDEX": str(job.index), "PBS_ARRAY_ID": f"{job.number}[].stand-in"}
        for item in filter(None, job.request.options.get("-v", "").split(",")):
            name, _, value = item.partition("=")
            own[name] = value
        return own

    def delete(self, name):
        """qdel: a queued job is gone, a running one is ended."""
        job = next(job for job in self.jobs() if job.id == name)
        if job.state == "R":
            (self.folder / "deleted" / name).touch()
        else:
            job.state = "F"
            self.save(job)

    def watch(self, job, process, meanwhile):
        """Its exit status as PBS has it; None when it was preempted."""
        begin, kill_at, status = time.monotonic(), None, None
        while process.poll() is None:
            passed = time.monotonic() - begin
            if meanwhile(job) == "preempt":
                self.kill(process)
                return None
            if kill_at is None and (passed > job.request.walltime_s or (self.folder / "deleted" / job.id).exists()):
                if passed > job.request.walltime_s:
                    status = KILLED_AT_WALLTIME
                    limit = f"walltime {passed:.0f} exceeded limit {job.request.walltime_s}"
                    with open(job.output, "a", encoding="utf-8") as output:
                        output.write(f"=>> PBS: job killed: {limit}\n")
                kill_at = passed + self.kill_delay_s
                signal_all(process.pid, signal.SIGTERM)
            if kill_at is not None and passed > kill_at:
                self.kill(process)
            time.sleep(0.05)
        self.kill(process)
        return process.returncode if status is None else status

    def kill(self, process):
        while processes_of(process.pid):
            signal_all(process.pid, signal.SIGKILL)
            time.sleep(0.01)
        process.wait()
