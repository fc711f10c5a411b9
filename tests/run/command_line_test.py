"""The command line, the environment and configuration files; what is printed, and with which exit code."""

import csv
import io
import itertools
import json
import re
import subprocess

from support import DONE, DONE_WITH_BAD, FAILED, PROGRAM, SOURCE, USAGE, ProgramTest, birds, main, run, wav

NOT_IN_FILES = {"help", "output", "dry-run", "deadline", "check", "extend", "restart", "preset", "once"}  # of one job


def options_of(command):
    return set(re.findall(r"^ +(?:-\w,)?--([a-z-]+)", run(command, "--help").stdout, re.MULTILINE))


def keys_of(path):
    return set(re.findall(r"^([a-z-]+) *=", path.read_text(), re.MULTILINE))


class CommandLineTest(ProgramTest):
    def setUp(self):
        super().setUp()
        self.add("site/20240601_060000.wav", wav(birds(20)))
        self.configuration = self.folder / "veery.toml"

    def options(self, *arguments, **options):
        """The options that a run worked with, and what run.json says of it."""
        self.veery("process", self.archive, "-o", self.output, *arguments, **options)
        run_json = json.loads((self.output / "run.json").read_text())
        return json.loads((self.output / "options.json").read_text()), run_json

    def expect_usage_error(self, *said, arguments=(), command="process", **options):
        """One clear line, and no output folder made."""
        result = self.veery(command, self.archive, "-o", self.output, *arguments, code=USAGE, **options)
        self.assertEqual((len(result.stderr.splitlines()), result.stdout), (1, ""), result.stderr)
        self.assertTrue(result.stderr.startswith("veery: "), result.stderr)
        for text in said:
            self.assertIn(text, result.stderr)
        self.assertFalse(self.output.exists())

    # ── where values come from ──

    def test_file_beats_default(self):
        self.configuration.write_text('[process]\ninterval = "4s"\n')
        options, run_json = self.options("--config", str(self.configuration))
        self.assertEqual((options["interval"], options["peak-scope"]), ("4s", "300s"))
        self.assertIn('interval="4s"', run_json["configuration"])

    def test_environment_beats_file(self):
        self.configuration.write_text('[process]\ninterval = "4s"\nsample-rate = 16000\n')
        options, run_json = self.options("--config", str(self.configuration), env={"VEERY_INTERVAL": "3s"})
        self.assertEqual((options["interval"], options["sample-rate"]), ("3s", 16000))
        self.assertIn('interval="3s"', run_json["configuration"])

    def test_an_empty_variable_is_not_set(self):
        self.configuration.write_text('[process]\ninterval = "4s"\n')
        options, _ = self.options("--config", str(self.configuration), env={"VEERY_INTERVAL": ""})
        self.assertEqual(options["interval"], "4s")

    def test_flag_beats_environment(self):
        self.configuration.write_text('[process]\ninterval = "4s"\n')
        options, run_json = self.options("--config", str(self.configuration), "--interval", "2s",
                                         env={"VEERY_INTERVAL": "3s"})  # fmt: skip
        self.assertEqual(options["interval"], "2s")
        self.assertIn('interval="2s"', run_json["configuration"])
        self.assertIn("--interval 2s", run_json["command_line"])

    def test_flags_without_value_in_environment_and_file(self):
        self.configuration.write_text("[process]\ncompress = true\n")
        self.assertTrue(self.options("--config", str(self.configuration))[0]["compress"])
        self.output = self.folder / "other"
        self.assertTrue(self.options(env={"VEERY_COMPRESS": "true"})[0]["compress"])

    def test_file_named_by_the_environment(self):
        self.configuration.write_text('[process]\ninterval = "4s"\n')
        self.assertEqual(self.options(env={"VEERY_CONFIG": str(self.configuration)})[0]["interval"], "4s")
        self.output = self.folder / "other"
        self.expect_usage_error("gone.toml", env={"VEERY_CONFIG": "gone.toml"})

    def test_a_section_is_for_its_command_only(self):
        self.configuration.write_text('[slice]\ninterval = "4s"\nformat = "wav"\n[process]\ninterval = "3s"\n')
        self.assertEqual(self.options("--config", str(self.configuration))[0]["interval"], "3s")
        self.output = self.folder / "slices"
        self.veery("slice", self.archive, "-o", self.output, "--config", str(self.configuration))
        options = json.loads((self.output / "options.json").read_text())
        self.assertEqual((options["interval"], options["clips"]), ("4s", "wav"))

    def test_run_json_is_clean(self):
        text = json.dumps(self.options(ranks=2)[1])
        self.assertNotIn("\\u0000", text)
        self.assertEqual(json.loads(text)["exit_code"], DONE)
        self.assertEqual([rank["rank"] for rank in json.loads(text)["ranks"]], [0, 1])

    # ── configuration files of the project ──

    def test_process_toml_names_every_option_with_its_default(self):
        path = SOURCE / "configs" / "process.toml"
        self.assertEqual(keys_of(path), options_of("process") - NOT_IN_FILES)
        with_file, _ = self.options("--config", str(path))
        self.output = self.folder / "defaults"
        self.assertEqual(with_file, self.options()[0])

    def test_watch_toml_names_every_option_with_its_default(self):
        path = SOURCE / "configs" / "watch.toml"
        self.assertEqual(keys_of(path), options_of("watch") - NOT_IN_FILES)

        def begun_with(output, *more):
            self.veery("watch", self.archive, "-o", output, "--once", "--settle", "0s", "--quiet", *more)
            return (output / "watch.jsonl").read_text().splitlines()[0]

        with_file = begun_with(self.folder / "file", "--config", str(path))
        self.assertEqual(with_file, begun_with(self.folder / "defaults", "--clips", "flac"))

    def test_demo_toml(self):
        path = SOURCE / "configs" / "demo.toml"
        self.assertLessEqual(keys_of(path), options_of("process"))
        self.veery("process", self.archive, "-o", self.output, "--config", str(path))

    # ── mistakes ──

    def expect_bad_file(self, text, *said):
        self.configuration.write_text(text)
        self.expect_usage_error(*said, arguments=("--config", str(self.configuration)))

    def test_output_that_can_not_be_written(self):
        with open("/dev/full", "w", encoding="utf-8") as full:
            result = subprocess.run([PROGRAM, "--version"], stdout=full, stderr=subprocess.PIPE, text=True, check=False)

        self.assertEqual(result.returncode, FAILED)
        self.assertEqual(result.stderr, "veery: not all could be written: the standard output (is its disk full?)\n")

    def test_misspelt_key(self):
        self.expect_bad_file('[process]\nintervall = "4s"\n', "process.intervall")

    def test_misspelt_section(self):
        self.expect_bad_file('[proces]\ninterval = "4s"\n', "proces")

    def test_key_without_section(self):
        self.expect_bad_file('interval = "4s"\n', "interval")

    def test_wrong_unit_in_file(self):
        self.expect_bad_file('[process]\ninterval = "4parsec"\n', "4parsec", "--interval")

    def test_value_of_the_wrong_type_in_file(self):
        self.expect_bad_file('[process]\nsample-rate = "fast"\n', "sample-rate", "fast")

    def test_missing_file(self):
        self.expect_usage_error("gone.toml", arguments=("--config", "gone.toml"))

    def test_misspelt_flag(self):
        self.expect_usage_error("--intervall", arguments=("--intervall", "4s"))

    def test_wrong_units(self):
        for option in ("--interval", "--hop", "--peak-scope", "--unit-audio", "--log-every"):
            for value in ("5x", "-5s", "s", "", "1e400s", "nan"):
                with self.subTest(f"{option}={value}"):
                    self.expect_usage_error(arguments=(f"{option}={value}",))

    def test_wrong_unit_in_the_environment(self):
        self.expect_usage_error("5x", "--interval", env={"VEERY_INTERVAL": "5x"})

    def test_unknown_words(self):
        for option in ("--slices", "--tail", "--edge", "--resampler", "--split-by", "--shards", "--clips", "--compat",
                       "--tfds-schema", "--tfds-encoding"):
            with self.subTest(option):
                self.expect_usage_error("sideways", option, arguments=(option, "sideways"))

    def test_impossible_values(self):
        for arguments in (["--shards", "none"], ["--split", "train=0.5"], ["--split", "train=0.5,=0.5"],
                          ["--split", "train=a"], ["--peak-scope", "1s"], ["--peak-scope", "2h"], ["--sample-rate", "0"],
                          ["--sample-rate", "9999999"], ["--interval", "0s"], ["--interval", "2h"], ["--threads", "-1"],
                          ["--slices", "fixed", "--hop", "0s"], ["--channels", "left"], ["--peaks-per-scope", "-1"],
                          ["--dataset-name", "a/b"], ["--split", "a/b=1"], ["--dataset-name", ""],
                          ["--split", "train=0.5,train=0.5"], ["--dataset-version", "../1"],
                          ["--log-every", "0s", "--shards", "none"], ["--shards", "hdf5,none"], ["--shards", "hdf5,"],
                          ["--shards", ""], ["--shards", "tfrecord", "--dataset-name", "my-birds"],
                          ["--shards", "tfrecord", "--dataset-version", "1.0"], ["--shards", "tfrecord", "--split", "all=1"],
                          ["--shards", "tfrecord", "--tfds-schema", "perch", "--audio-type", "float32"]):  # fmt: skip
            with self.subTest(arguments):
                self.expect_usage_error(arguments=arguments)

    def test_counts_below_what_is_allowed(self):
        self.expect_usage_error("--peaks-per-scope: -1 is not a number of 0 or more", arguments=("--peaks-per-scope", "-1"))
        for value in ("0", "-1", "nan", "many"):
            with self.subTest(value):
                self.expect_usage_error(f"--frame: {value} is not a number above 0", arguments=("--frame", value),
                                        command="train")  # fmt: skip

    def test_impossible_value_on_three_ranks(self):
        result = self.veery("process", self.archive, "-o", self.output, "--split", "train=0.5", code=USAGE, ranks=3)
        self.assertIn("--split", result.stderr)
        self.assertFalse(self.output.exists())

    def test_one_rank_of_several_that_mpi_does_not_know(self):
        for variable in ("OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "SLURM_STEP_NUM_TASKS"):
            with self.subTest(variable):
                self.expect_usage_error(f"{variable}=4", "MPI of one", env={variable: "4"})
        self.expect_usage_error("PMIX_RANK=1", "MPI", env={"PMIX_RANK": "1"}, command="index")

    def test_output_is_required(self):
        self.assertIn("--output", self.veery("process", self.archive, code=USAGE).stderr)

    def test_command_is_required(self):
        self.veery(code=USAGE)
        self.veery("frobnicate", code=USAGE)

    # ── what is printed ──

    def test_version(self):
        said = self.veery("--version").stdout
        self.assertRegex(said, r"^veery \d+\.\d+\.\d+ \(\S+\)\nbuilt with ")
        self.assertNotIn("\\x", said)  # a library's white space, such as MPICH's tab

    def test_help(self):
        text = self.veery("--help").stdout
        for command in ("process", "slice", "index", "peaks", "synthesize", "verify"):
            self.assertIn(command, text)
            self.assertIn("Usage: veery " + command, self.veery(command, "--help").stdout)

    def test_peaks(self):
        """A header, then each file's peaks with the strongest first."""
        other = self.add("b, c.wav", wav(birds(15, seed=1)))
        first = self.archive / "site/20240601_060000.wav"
        text = self.veery("peaks", first, other).stdout
        self.assertTrue(text.startswith("path,rank,sample,time_s,energy\n"))
        rows = list(csv.DictReader(io.StringIO(text)))
        for path in (first, other):
            mine = [row for row in rows if row["path"] == str(path)]
            self.assertEqual([int(row["rank"]) for row in mine], list(range(1, len(mine) + 1)))
            self.assertGreater(len(mine), 1)
            energies = [float(row["energy"]) for row in mine]
            self.assertEqual(energies, sorted(energies, reverse=True))
            for row in mine:
                self.assertAlmostEqual(float(row["time_s"]), int(row["sample"]) / 32000)
        self.assertEqual([path for path, _ in itertools.groupby(row["path"] for row in rows)], [str(first), str(other)])

    def test_peaks_of_a_bad_file(self):
        good = self.archive / "site/20240601_060000.wav"
        result = self.veery("peaks", self.add("bad.wav", b""), good, code=DONE_WITH_BAD)
        self.assertIn("empty", result.stderr)
        self.assertGreater(len(result.stdout.splitlines()), 1)

    def test_index_on_standard_output(self):
        self.add("bad.wav", b"")
        result = self.veery("index", self.archive, code=DONE_WITH_BAD)
        (row,) = csv.DictReader(io.StringIO(result.stdout))
        self.assertEqual((row["path"], row["frames"], row["sample_rate_hz"], row["site"], row["start_time"]),
                         ("site/20240601_060000.wav", "640000", "32000", "site", "2024-06-01T06:00:00.000"))  # fmt: skip
        self.assertIn("bad.wav: empty", result.stderr)
        self.veery("index", self.archive, "--allow-bad", code=DONE)

    def test_index_into_a_folder_on_three_ranks(self):
        for number in range(10):
            self.add(f"more/{number}.wav", wav(birds(1)))
        self.veery("index", self.archive, "-o", self.output, ranks=3)
        table = (self.output / "index.csv").read_text()
        self.assertEqual(table, self.veery("index", self.archive).stdout)
        self.assertEqual(len(table.splitlines()), 12)

    def test_dry_run(self):
        result = self.veery("process", self.archive, "-o", self.output, "--dry-run", "--threads", "1", ranks=3)
        self.assertFalse(self.output.exists())
        for text in ("all: 1 units, 1 recordings", "rank 0:", "rank 2:", "waiting: 66.7 %", "memory: at most"):
            self.assertIn(text, result.stdout)

    def test_dry_run_leaves_an_earlier_run_alone(self):
        self.options()
        before = {path: path.stat().st_mtime_ns for path in self.output.rglob("*")}
        self.veery("process", self.archive, "-o", self.output, "--dry-run", "--interval", "5s")
        self.assertEqual(before, {path: path.stat().st_mtime_ns for path in self.output.rglob("*")})

    def test_quiet_and_verbose(self):
        self.assertEqual(self.veery("process", self.archive, "-o", self.output, "--quiet").stderr, "")
        loud = self.veery("process", self.archive, "-o", self.folder / "loud", "--verbose").stderr
        self.assertIn("candidate files", loud)

    def test_log_file(self):
        log = self.folder / "logs" / "run.log"
        self.veery("process", self.archive, "-o", self.output, "--quiet", "--log-file", log, ranks=2)
        self.assertIn("done: ", log.read_text())
        self.veery("process", self.archive, "-o", self.output, "--log-file", "/proc/no/such", code=FAILED)

    def test_progress_without_a_terminal(self):
        """Plain lines, and a table per rank at the end."""
        result = self.veery("process", self.archive, "-o", self.output, "--log-every", "1ms")
        self.assertRegex(result.stderr, r"\d+/1 recordings, [\d.]+ of 0.01 h, .* slices, 0 bad, .* left")
        self.assertRegex(result.stderr, r"rank +units +recordings +hours +decode +peaks +write +waiting")


if __name__ == "__main__":
    main()
