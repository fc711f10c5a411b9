"""`veery model`: a checkpoint becomes a model file, and a model file says what it is."""

import json
import re

from support import FAILED, SOURCE, USAGE, ProgramTest, main

GOLDEN = SOURCE / "tests/separation/data/small-hop28"
SETTINGS = ("--sample-rate", "22050", "--hop-ms", "1.25", "--dilations", "4")


def told(text):
    return dict(line.split(": ", 1) for line in text.splitlines())


class ModelCommandTest(ProgramTest):
    def setUp(self):
        super().setUp()
        self.model = self.folder / "model.h5"

    def import_golden(self, *settings, **options):
        return self.veery("model", "import", GOLDEN / "model.ckpt", "-o", self.model, *settings, **options)

    def expect_error(self, *said, code, arguments):
        """One line that says what is wrong, and no model file."""
        result = self.veery("model", *arguments, code=code)
        self.assertEqual((len(result.stderr.splitlines()), result.stdout), (1, ""), result.stderr)
        for text in said:
            self.assertIn(text, result.stderr)
        self.assertFalse(self.model.exists())

    def test_import_then_info(self):
        imported = self.import_golden(*SETTINGS).stdout
        self.assertEqual(imported, self.veery("model", "info", self.model).stdout)
        info = told(imported)
        hparams = json.loads((GOLDEN / "hparams.json").read_text())
        self.assertEqual(info["model"], "model.h5")
        self.assertRegex(info["digest"], r"^[0-9a-f]{64}$")
        self.assertEqual((info["sample_rate_hz"], info["sources"], info["window_samples"], info["hop_samples"]),
                         ("22050", "2", "55", "28"))  # fmt: skip
        self.assertEqual((info["consistency"], info["keep_extra_frame"]), ("pred-source", "no"))
        for ending, digest in hparams["checkpoint_sha256"].items():
            self.assertEqual(info["sha256 of " + ending.removeprefix(".")], digest)
        self.assertGreater(int(info["parameters"]), 1000)
        self.assertGreater(float(info["gmac_a_second"]), 0)
        # Dilations 1, 2, 4, 8 see 15 frames at either side of one.
        self.assertAlmostEqual(float(info["receptive_field_s"]), (30 * 28 + 55) / 22050, places=4)

    def test_import_from_index_and_folder_alike(self):
        first = self.import_golden(*SETTINGS).stdout
        for checkpoint in (GOLDEN / "model.ckpt.index", GOLDEN):
            second = self.veery("model", "import", checkpoint, "-o", self.model, *SETTINGS).stdout
            self.assertEqual(told(first)["digest"], told(second)["digest"])

    def test_settings_are_part_of_the_digest(self):
        plain = told(self.import_golden(*SETTINGS).stdout)
        extra = told(self.import_golden(*SETTINGS, "--extra-frame").stdout)
        self.assertEqual(extra["keep_extra_frame"], "yes")
        self.assertNotEqual(plain["digest"], extra["digest"])

    def test_what_the_checkpoint_does_not_tell_is_asked_for(self):
        start = ("import", GOLDEN / "model.ckpt", "-o", self.model)
        self.expect_error("dilations", code=USAGE, arguments=start)
        self.expect_error("sample rate", code=USAGE, arguments=(*start, "--dilations", "4"))
        self.expect_error("hop", code=USAGE, arguments=(*start, "--sample-rate", "22050", "--dilations", "4"))

    def test_what_contradicts_the_checkpoint(self):
        start = ("import", GOLDEN / "model.ckpt", "-o", self.model, *SETTINGS)
        self.expect_error("consistency", code=USAGE, arguments=(*start, "--consistency", "magsq"))
        self.expect_error("window", code=USAGE, arguments=(*start, "--window-ms", "3"))
        self.expect_error("preset", code=USAGE, arguments=(*start, "--preset", "bird-mixit-4", "--window-ms", "2.5"))
        self.expect_error("sideways", "none, uniform", code=USAGE, arguments=(*start, "--consistency", "sideways"))
        self.expect_error("owls", "bird-mixit-8", code=USAGE, arguments=(*start, "--preset", "owls"))

    def test_presets_are_in_the_help(self):
        text = re.sub(r"\s+", " ", self.veery("model", "import", "--help").stdout)
        for preset in ("bird-mixit-4", "bird-mixit-8", "neurips2020-mixit", "fuss", "dcase2020"):
            self.assertIn(preset, text)

    def test_a_damaged_variable_is_named(self):
        for ending in (".index", ".data-00000-of-00001"):
            self.add("model.ckpt" + ending, (GOLDEN / ("model.ckpt" + ending)).read_bytes())
        with open(self.archive / "model.ckpt.data-00000-of-00001", "r+b") as data:
            data.seek(3)
            data.write(b"\xff\xff")
        self.expect_error("conv_decoder", "checksum", code=FAILED,
                          arguments=("import", self.archive, "-o", self.model, *SETTINGS))  # fmt: skip

    def test_files_that_are_no_checkpoint(self):
        self.expect_error("gone", code=FAILED, arguments=("import", self.folder / "gone", "-o", self.model))
        script = self.add("model.pt", b"PK\x03\x04 and so on")
        self.expect_error("TorchScript", code=USAGE, arguments=("import", script, "-o", self.model))

    def test_info_of_what_is_no_model(self):
        for name, content in (("text.h5", b"hello"), ("empty.h5", b""), ("zip.pt", b"PK\x03\x04 and so on")):
            with self.subTest(name):
                self.expect_error(name, code=FAILED, arguments=("info", self.add(name, content)))

    def test_info_of_a_damaged_model(self):
        self.import_golden(*SETTINGS)
        content = self.model.read_bytes()
        self.model.unlink()
        damaged = self.add("model.h5", content[:-2000])
        self.expect_error("model.h5", code=FAILED, arguments=("info", damaged))

    def test_a_command_is_required(self):
        self.veery("model", code=USAGE)
        self.veery("model", "export", code=USAGE)


if __name__ == "__main__":
    main()
