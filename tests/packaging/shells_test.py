"""The man page under mandoc and groff, and the completions in zsh and fish themselves; shellcheck reads bash's.

`./dev test all` installs what is missing; a test without its program is skipped, and fails in CI.
"""

import os
import pty
import re
import select
import subprocess
import time

from packaging_support import COMPLETIONS, PAGE, InstalledTest, call, main, need

PATIENCE_S = 60
ZSH_START = """
PS1='ready> '; fpath=({folder} $fpath); autoload -Uz compinit; compinit -u -d {dump}
show() {{ print -r -- "<<$BUFFER>>"; BUFFER=; zle accept-line }}; zle -N show; bindkey '^X' show
print started
"""


class Zsh:
    """An interactive zsh: what its line holds after keys were typed."""

    def __init__(self, folder, dump):
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            os.execvpe("zsh", ["zsh", "-f", "-i"], {**os.environ, "TERM": "dumb", "COLUMNS": "500"})
        self.seen = ""
        for line in ZSH_START.format(folder=f"'{folder}'", dump=f"'{dump}'").strip().splitlines():
            self.type(line + "\n")
        self.wait_for(r"\nstarted")

    def type(self, keys):
        os.write(self.terminal, keys.encode())

    def wait_for(self, pattern):
        end = time.monotonic() + PATIENCE_S
        while not (found := re.search(pattern, self.seen)):
            assert time.monotonic() < end, f"no {pattern} in {self.seen[-2000:]}"
            if select.select([self.terminal], [], [], 0.1)[0]:
                self.seen += os.read(self.terminal, 65536).decode(errors="replace").replace("\r", "")
        self.seen = self.seen[found.end():]
        return found

    def completed(self, line):
        self.type(line + "\t\x18")
        return self.wait_for(r"<<(.*?)>>")[1]

    def close(self):
        os.close(self.terminal)
        os.waitpid(self.pid, 0)


class ShellsTest(InstalledTest):
    components = ("runtime",)

    def test_man_page_under_mandoc(self):
        need("mandoc", "mandoc")
        self.assertEqual(call("mandoc", "-Tlint", "-W", "warning", self.prefix / PAGE), "")
        page = re.sub(".\b", "", call("mandoc", "-Tutf8", self.prefix / PAGE))  # bold is struck twice
        for title in ("NAME", "SYNOPSIS", "DESCRIPTION", "COMMANDS", "OPTIONS", "EXIT STATUS", "ENVIRONMENT", "FILES",
                      "SEE ALSO"):  # fmt: skip
            self.assertIn("\n" + title + "\n", page)

    def test_man_page_under_groff(self):
        need("groff", "groff")
        self.assertEqual(call("groff", "-man", "-Kutf8", "-Tutf8", "-ww", "-z", self.prefix / PAGE), "")

    def test_bash_under_shellcheck(self):
        need("shellcheck", "shellcheck")
        call("shellcheck", "--shell=bash", self.prefix / COMPLETIONS["bash"])

    def test_zsh(self):
        need("zsh", "zsh")
        script = self.prefix / COMPLETIONS["zsh"]
        call("zsh", "-n", script)
        zsh = Zsh(script.parent, self.folder / "zcompdump")
        self.addCleanup(zsh.close)
        for typed, completed in (("veery pro", "veery process "), ("veery shards sta", "veery shards stats "),
                                 ("veery shards split --eq", "veery shards split --equal="),
                                 ("veery process --slices=f", "veery process --slices=fixed "),
                                 ("veery process --slices f", "veery process --slices fixed "),
                                 ("veery peaks --conf", "veery peaks --config="),
                                 ("veery verify /pro", "veery verify /proc/")):  # fmt: skip
            self.assertEqual(zsh.completed(typed).rstrip(), completed.rstrip())

    def fish(self, line):
        """Candidates without their descriptions."""
        script = self.prefix / COMPLETIONS["fish"]
        said = subprocess.run(["fish", "--no-config", "-c", f"source '{script}'; complete -C '{line}'"], text=True,
                              capture_output=True, check=True, cwd=self.prefix)  # fmt: skip
        self.assertEqual(said.stderr, "")
        return {candidate.split("\t")[0] for candidate in said.stdout.splitlines()}

    def test_fish(self):
        need("fish", "fish")
        call("fish", "-n", self.prefix / COMPLETIONS["fish"])
        (self.prefix / "only-a-file").touch()
        self.assertEqual(self.fish("veery pro"), {"process"})
        self.assertEqual(self.fish("veery shards sta"), {"stats"})
        self.assertEqual(self.fish("veery shards split --equ"), {"--equal"})
        self.assertEqual(self.fish("veery process --slices "), {"fixed", "peaks"})
        self.assertEqual(self.fish("veery peaks --conf"), {"--config"})
        self.assertEqual(self.fish("veery peaks o"), {"only-a-file"})
        self.assertEqual(self.fish("veery verify "), {"bin/", "share/"})
        self.assertEqual(self.fish("veery process --interval "), set())


if __name__ == "__main__":
    main()
