"""Builds images of containers/Dockerfile without a registry, and runs programs in them.

buildah with `chroot` isolation needs root, but no container runtime, cgroups or user namespaces. The base image is made by
debootstrap, once; it and all else lies in the folder VEERY_IMAGES. Compiling takes what the host's ccache has.
"""

import contextlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import unittest

SOURCE = pathlib.Path(__file__).resolve().parents[2]
HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(SOURCE / "tests" / "run"))

from support import (  # noqa: E402
    DONE, LAUNCHER, USAGE, ProgramTest, birds, environment, main, run, synthesize, tree_digest, wav, write)  # fmt: skip

__all__ = ["DONE", "LAUNCHER", "USAGE", "ProgramTest", "birds", "environment", "main", "run", "synthesize", "tree_digest",
           "wav", "write"]  # fmt: skip

IMAGES = pathlib.Path(os.environ.get("VEERY_IMAGES", SOURCE / "build" / "images"))
TORCH = pathlib.Path(os.environ.get("VEERY_TORCH_DIR", ""))
BASE = "docker.io/library/debian:12"
MIRROR = "http://deb.debian.org"
SOURCES_LIST = f"""\
deb {MIRROR}/debian bookworm main
deb {MIRROR}/debian bookworm-updates main
deb {MIRROR}/debian-security bookworm-security main
"""


def need_root_and(*programs):
    """Skips a test that can't be run; in CI it has to be."""
    missing = [program for program in programs if not shutil.which(program)]
    if os.geteuid() == 0 and not missing:
        return
    why = f"images are built by root with {', '.join(programs)} (missing: {', '.join(missing) or 'root'})"
    if os.environ.get("CI"):
        raise AssertionError(why)
    raise unittest.SkipTest(why)


def call(*command, **options):
    """Runs to the end; standard output. Fails with what was said."""
    result = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False, **options)
    assert result.returncode == 0, f"{command}: exit {result.returncode}\n{result.stdout[-4000:]}\n{result.stderr[-4000:]}"
    return result.stdout


def buildah(*arguments):
    places = ("--root", IMAGES / "storage", "--runroot", IMAGES / "run", "--storage-driver", "vfs")
    return call("buildah", *places, *arguments, env={**os.environ, "TMPDIR": str(IMAGES)}).strip()


# ── the base ─────────────────────────────────────────────────────────────────────────────────────


def settle(root):
    """What the official image of Debian does, too: updates, and no waiting for the disk."""
    (root / "etc/apt/sources.list").write_text(SOURCES_LIST)
    (root / "etc/dpkg/dpkg.cfg.d/unsafe-io").write_text("force-unsafe-io\n")
    for path in (root / "var/cache/apt/archives").glob("*.deb"):
        path.unlink()


def make_base():
    if BASE in buildah("images", "--format", "{{.Name}}:{{.Tag}}").split():
        return
    root = IMAGES / "debian"
    shutil.rmtree(root, ignore_errors=True)
    call("debootstrap", "--variant=minbase", "bookworm", root, f"{MIRROR}/debian")
    settle(root)
    container = buildah("from", "scratch")
    buildah("add", "--quiet", container, root, "/")
    path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    buildah("config", "--cmd", "/bin/bash", "--env", f"PATH={path}", container)
    buildah("commit", "--quiet", "--rm", container, BASE)
    shutil.rmtree(root)


def remove_all_but_base():
    """Containers, and images, of this run or of one that was ended."""
    buildah("rm", "--all")
    for line in buildah("images", "--all", "--format", "{{.ID}} {{.Name}}:{{.Tag}}").splitlines():
        image, name = line.split()
        if name != BASE:
            with contextlib.suppress(AssertionError):  # gone with one made of it
                buildah("rmi", "--force", image)


# ── images ───────────────────────────────────────────────────────────────────────────────────────


def ccache_folder():
    if not shutil.which("ccache"):
        return None
    shown = dict(line.partition(") ")[2].split(" = ", 1) for line in call("ccache", "--show-config").splitlines())
    return pathlib.Path(shown["cache_dir"])


def git_folder():
    """Of a checkout that has it elsewhere: without it the commit is unknown."""
    if (SOURCE / ".git").is_dir() or not shutil.which("git"):
        return None
    return call("git", "-C", SOURCE, "rev-parse", "--path-format=absolute", "--git-common-dir").strip()


def build_options():
    """This machine's LibTorch, compiler cache and kind of warnings."""
    site = TORCH.resolve().parent
    options = ["--volume", f"{site}:{site}:ro", "--build-arg", f"VEERY_TORCH_DIR={TORCH.resolve()}"]
    if ccache := ccache_folder():
        options += ["--volume", f"{ccache}:/ccache", "--build-arg", "CCACHE_DIR=/ccache"]
    if git := git_folder():
        options += ["--volume", f"{git}:{git}:ro"]
    if os.environ.get("VEERY_WARNINGS_ARE_ERRORS") == "1":
        options += ["--build-arg", "CI=1"]
    return [*options, "--build-arg", f"LANG={os.environ.get('LANG', '')}"]


class Image:
    """An image, and a container of it whose root folder programs see as their own."""

    def __init__(self, tag, target, **arguments):
        words = [word for name, value in arguments.items() for word in ("--build-arg", f"{name}={value}")]
        how = ("--isolation", "chroot", "--pull-never", "--network", "host", "--format", "docker")
        buildah("build", *how, *build_options(), *words, "--target", target, "--tag", tag, "--file",
                SOURCE / "containers/Dockerfile", SOURCE)  # fmt: skip
        self.config = json.loads(buildah("inspect", "--type", "image", tag))["OCIv1"]["config"]
        self.container = buildah("from", "--pull-never", tag)
        self.root = pathlib.Path(buildah("mount", self.container))

    def command(self, *words):
        """The command line that runs `words` in the image as Apptainer would, with the host's /tmp."""
        return [HERE / "apptainer", "exec", self.root, *words]

    def has(self, program):
        folders = ("usr/local/bin", "usr/bin", "usr/sbin")
        return any(os.path.lexists(self.root / folder / program) for folder in folders)
