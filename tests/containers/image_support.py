"""Builds images of containers/ without a registry, and runs programs in them with Apptainer.

buildah with `chroot` isolation needs root, but no container runtime or cgroups. The base image is made by debootstrap, once, as
is the system that has Apptainer (./apptainer); they and all else lie in the folder VEERY_IMAGES. Compiling takes what the
host's ccache has.

Images for another processor (VEERY_IMAGE_ARCHITECTURE, as Debian calls it) are built and run under QEMU, to which binfmt_misc
hands their programs. Only the compiler proper and the assembler are this machine's, those of Debian's cross compiler, which
makes the same code ten times as fast.
"""

import contextlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import unittest

SOURCE = pathlib.Path(__file__).resolve().parents[2]
HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(SOURCE / "tests" / "run"))

from support import (  # noqa: E402
    DONE, FAILED, LAUNCHER, STOPPED, USAGE, ProgramTest, birds, environment, main, run, synthesize, test_model, tree_digest, wav,
    write)  # fmt: skip

__all__ = ["DONE", "FAILED", "LAUNCHER", "STOPPED", "USAGE", "ProgramTest", "birds", "environment", "main", "run",
           "synthesize", "test_model", "tree_digest", "wav", "write"]  # fmt: skip

IMAGES = pathlib.Path(os.environ.get("VEERY_IMAGES", SOURCE / "build" / "images"))
TORCH = pathlib.Path(os.environ.get("VEERY_TORCH_DIR", ""))
BASE = "docker.io/library/debian:12"
BASE_ARCHIVE = IMAGES / "debian.tar"
APPTAINER = IMAGES / "apptainer"
ARCHITECTURE = os.environ.get("VEERY_IMAGE_ARCHITECTURE", "")
OF_ARCHITECTURE = ("--arch", ARCHITECTURE) if ARCHITECTURE else ()
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
    for place in mounts().values():
        (root / place.lstrip("/")).mkdir(parents=True, exist_ok=True)


def take_in_cross_compiler(root):
    """In the place of the emulated system's own, to be installed in it later."""
    machine = call("chroot", root, "uname", "-m").strip() + "-linux-gnu"
    (version,) = (path.name for path in pathlib.Path("/usr/lib/gcc-cross", machine).iterdir())
    tools = {f"/usr/lib/gcc-cross/{machine}/{version}/cc1plus": f"/usr/lib/gcc/{machine}/{version}/cc1plus",
             f"/usr/bin/{machine}-as": f"/usr/bin/{machine}-as"}  # fmt: skip
    for source, place in tools.items():
        call("chroot", root, "dpkg-divert", "--local", "--no-rename", "--add", place)
        copy_below(root, source, place)
        for library in re.findall(r"(/\S+) \(0x", call("ldd", source)):
            copy_below(root, library, library)
    # Where it looks for headers.
    headers = root / "usr" / machine / "include"
    (root / f"usr/include/c++/{version}").mkdir(parents=True)
    (root / f"usr/include/c++/{version}/{machine}").symlink_to(f"/usr/include/{machine}/c++/{version}")
    headers.parent.mkdir()
    headers.symlink_to("/usr/include")
    (root / "usr/lib/gcc-cross").symlink_to("gcc")


def copy_below(root, source, place):
    path = root / place.lstrip("/")
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(source, path)


def make_base():
    if BASE_ARCHIVE.exists():
        return
    root = IMAGES / "debian"
    shutil.rmtree(root, ignore_errors=True)
    call("debootstrap", *OF_ARCHITECTURE, "--variant=minbase", "bookworm", root, f"{MIRROR}/debian")
    settle(root)
    if ARCHITECTURE:
        take_in_cross_compiler(root)
    container = buildah("from", *OF_ARCHITECTURE, "scratch")
    buildah("add", "--quiet", container, root, "/")
    path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    buildah("config", "--cmd", "/bin/bash", "--env", f"PATH={path}", container)
    buildah("commit", "--quiet", "--rm", container, BASE)
    shutil.rmtree(root)
    save(BASE, BASE_ARCHIVE)


def make_apptainer():
    """The system for ./apptainer, with a folder that the job scripts' wrapper binds on Polaris."""
    made = APPTAINER / "made"
    if made.exists():
        return
    shutil.rmtree(APPTAINER, ignore_errors=True)
    packages = "apptainer,squashfs-tools,squashfuse,ca-certificates"
    call("debootstrap", "--variant=minbase", f"--include={packages}", "sid", APPTAINER, f"{MIRROR}/debian")
    for name in ("hosts", "passwd", "group", "resolv.conf"):
        shutil.copy(f"/etc/{name}", APPTAINER / "etc")
    (APPTAINER / "run/palsd").mkdir()
    for name in ("subuid", "subgid"):  # for --fakeroot, which that wrapper asks for
        (APPTAINER / "etc" / name).write_text("root:100000:65536\n")
    made.touch()


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


def tracked_files():
    return call("git", "-C", SOURCE, "ls-files").splitlines()


def mounts():
    """This machine's LibTorch, compiler cache and history, and where a build sees them."""
    site = str(TORCH.resolve().parent)
    places = {site: site}
    if ccache := ccache_folder():
        places[str(ccache)] = "/ccache"
    if git := git_folder():
        places[git] = git
    return places


def build_arguments():
    """For both recipes, beside their own. The images' LibTorch is of this machine's kind."""
    kind = "cuda" if list(TORCH.resolve().parent.glob("nvidia/**/libcublas.so*")) else "cpu"
    arguments = {"TORCH": kind, "VEERY_TORCH_DIR": str(TORCH.resolve()), "LANG": os.environ.get("LANG", "")}
    if "/ccache" in mounts().values():
        arguments["CCACHE_DIR"] = "/ccache"
    if os.environ.get("VEERY_WARNINGS_ARE_ERRORS") == "1":
        arguments["CI"] = "1"
    return arguments


def options(name, values):
    return [word for value in values for word in (name, value)]


class Image:
    """An image of the Dockerfile, and the image file that Apptainer makes of it."""

    def __init__(self, tag, target, **arguments):
        how = ("--isolation", "chroot", "--pull-never", "--network", "host", "--format", "docker")
        given = options("--build-arg", (f"{name}={value}" for name, value in (build_arguments() | arguments).items()))
        seen = options("--volume", (f"{folder}:{place}" for folder, place in mounts().items()))
        what = ("--target", target, "--tag", tag, "--file", SOURCE / "containers/Dockerfile")
        buildah("build", *OF_ARCHITECTURE, *how, *given, *seen, *what, SOURCE)
        self.config = json.loads(buildah("inspect", "--type", "image", tag))["OCIv1"]["config"]
        self.file = build_file(f"docker-archive:{save(tag, IMAGES / 'veery.tar')}", tag.replace(":", "-"))


def save(image, archive):
    """As `docker save` does; the archive."""
    archive.unlink(missing_ok=True)
    buildah("push", "--quiet", image, f"docker-archive:{archive}:{image}")
    return archive


# ── Apptainer ────────────────────────────────────────────────────────────────────────────────────


def build_file(source, name, **arguments):
    """An image file of a definition or of another kind of image."""
    file = IMAGES / f"{name}.sif"
    given = options("--build-arg", (f"{key}={value}" for key, value in arguments.items()))
    seen = options("--bind", (f"{folder}:{place}" for folder, place in mounts().items()) if arguments else ())
    places = {"VEERY_APPTAINER": str(APPTAINER), "APPTAINER_TMPDIR": str(IMAGES), "APPTAINER_CACHEDIR": str(IMAGES / "cache")}
    call(HERE / "apptainer", "build", "--force", *given, *seen, file, source, env={**os.environ, **places}, cwd=SOURCE)
    return file


def build_definition(name, **arguments):
    """The image file of veery.def."""
    own = {"BOOTSTRAP": "docker-archive", "BASE": BASE_ARCHIVE}
    return build_file("containers/veery.def", name, **build_arguments(), **own, **arguments)


def in_image(file, *words):
    """The command line that runs `words` in the image."""
    return [HERE / "apptainer", "exec", file, *words]
