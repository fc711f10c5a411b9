"""The man page and every completion name all commands, options and words that --help names; bash completes them."""

import re
import subprocess

from packaging_support import (
    COMPLETIONS, PAGE, InstalledTest, choices_of, commands_below, main, options_of)  # fmt: skip

ASK_BASH = """
source "$1"
shift
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
_veery
printf '%s\\n' "${COMPREPLY[@]}"
"""


class CompletionTest(InstalledTest):
    components = ("runtime",)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.commands = commands_below()

    def bash(self, *words):
        """What bash offers for the last of the words."""
        result = subprocess.run(["bash", "-c", ASK_BASH, "bash", self.prefix / COMPLETIONS["bash"], "veery", *words],
                                cwd=self.prefix, capture_output=True, text=True, check=True)  # fmt: skip
        self.assertEqual(result.stderr, "")
        return set(result.stdout.split())

    # ── everything is there ──

    def test_help_was_understood(self):
        self.assertIn(("process",), self.commands)
        self.assertIn(("shards", "split"), self.commands)
        self.assertIn("--output", options_of(("process",)))
        self.assertEqual(choices_of(("process",))["--slices"], ["fixed", "peaks"])

    def test_man_page_names_every_option_of_every_command(self):
        page = self.text(PAGE).replace("\\-", "-")
        for command in self.commands:
            name = " ".join(("veery", *command))
            section = page.partition(f'.SS "{name}"\n')[2].partition(".S")[0]
            bold = set(re.findall(r"\\fB(-[\w-]+)\\fR", section))
            self.assertEqual(options_of(command) - {"-h", "--help"}, bold, name)
            for option, words in choices_of(command).items():
                line = next(line for line in section.splitlines() if f"\\fB{option}\\fR" in line)
                self.assertLessEqual(set(words), set(re.findall(r"\\fB(.*?)\\fR", line)), option)

    def test_man_page_says_what_a_command_cannot_do_without(self):
        synopsis = self.text(PAGE).partition(".SH SYNOPSIS\n")[2].partition(".SH")[0]
        plain = re.sub(r"\\f.", "", synopsis.replace("\\-", "-")).splitlines()
        self.assertIn("veery train DATASET … --output DIR [option …]", plain)
        self.assertIn("veery submit --site NAME --nodes N --walltime TIME [option …] -- COMMAND …", plain)

    def test_zsh_and_fish_name_every_option_of_every_command(self):
        zsh, fish = self.text(COMPLETIONS["zsh"]), self.text(COMPLETIONS["fish"])
        for command in self.commands:
            function = zsh.partition("_".join(("\n_veery", *command)) + "() {\n")[2].partition("\n}\n")[0]
            in_zsh = set(re.findall(r"\)(--?[a-z][a-z-]*)[=+]?\[", function))
            rules = re.findall(rf"^complete -c veery -n '__veery_at {' '.join(command)}' (.*)$", fish, re.MULTILINE)
            in_fish = {("--" if long else "-") + name for rule in rules
                       for long, name in re.findall(r"-(?:s|(l)) ([a-z-]+)(?= )", rule.partition(" -d ")[0] + " ")}
            for found in (in_zsh, in_fish):
                self.assertEqual(options_of(command), found - {"--config"}, command)

    # ── bash ──

    def test_bash_offers_commands(self):
        self.assertEqual(self.bash(""), {command[0] for command in self.commands})
        self.assertEqual(self.bash("pro"), {"process"})
        self.assertEqual(self.bash("shards", ""), {command[1] for command in self.commands if command[0] == "shards"})

    def test_bash_offers_every_option_of_every_command(self):
        for command in self.commands:
            self.assertEqual(self.bash(*command, "-") - {"--config"}, options_of(command), command)
        self.assertEqual(self.bash("shards", "split", "--equ"), {"--equal"})

    def test_bash_offers_every_word_of_every_choice(self):
        for command in self.commands:
            for option, words in choices_of(command).items():
                self.assertEqual(self.bash(*command, option, ""), set(words), option)
        self.assertEqual(self.bash("process", "--slices", "=", "f"), {"fixed"})

    def test_bash_offers_files_and_folders(self):
        (self.prefix / "only-a-file").touch()
        self.assertEqual(self.bash("process", "--output", ""), {"bin", "share"})
        self.assertEqual(self.bash("verify", ""), {"bin", "share"})
        self.assertEqual(self.bash("peaks", "o"), {"only-a-file"})
        self.assertEqual(self.bash("process", "--config", "o"), {"only-a-file"})
        self.assertEqual(self.bash("process", "archive", "--interval", ""), set())

    def test_bash_knows_a_command_from_an_argument(self):
        self.assertIn("--slices", self.bash("process", "shards", "--sl"))
        self.assertNotIn("--slices", self.bash("peaks", "process", "--sl"))


if __name__ == "__main__":
    main()
