"""Compares the real #includes of every module with what its CMakeLists.txt says it may include.

usage: layering_test.py PROJECT     lists what is wrong, one line each; exit 1 when there is anything
       layering_test.py --self-test  plants one violation of each kind in a small project and looks for it
"""

import re
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

# Outside header (a prefix of its name) -> vendor, as in VENDORS of veery_module.
VENDOR_OF_PREFIX = {
    "mpi.h": "mpi", "hdf5": "hdf5", "H5": "hdf5", "sndfile": "sndfile", "soxr": "soxr",
    "CLI/": "cli11", "nlohmann/": "json", "spdlog/": "spdlog", "fmt/": "spdlog",
    "openssl/": "openssl", "xxh": "xxhash", "date/": "date",
    "leveldb/": "leveldb", "protozero/": "protozero", "snappy": "snappy", "simdjson": "simdjson", "zlib.h": "zlib",
    "cairo": "cairo", "kiss_fft": "kissfft", "cuda": "cuda", "cub/": "cuda", "thrust/": "cuda",
    "ATen/cuda/": "cuda", "c10/cuda/": "cuda", "ATen/": "torch", "c10/": "torch", "torch/": "torch",
}
HOMES = {
    "mpi": {"mpi"}, "hdf5": {"hdf5"}, "sndfile": {"audio"}, "soxr": {"audio"}, "cli11": {"cli"}, "date": {"archive"},
    "torch": {"separation", "training", "peaks"}, "cuda": {"separation"}, "spdlog": {"run", "cli"},
    "cairo": {"spectrogram"}, "kissfft": {"spectrogram"},
}
ONE_FILE_ONLY = {("peaks", "torch")}
PUBLIC_TORCH_HEADERS = ("ATen/core/ATen_fwd.h", "ATen/core/Tensor.h", "c10/core/Device.h")  # cheap enough
WITHOUT_HEADERS = {"threads"}
MAY_PRINT = {"run", "cli"}
PRINTS = re.compile(r"\b(std::cout|std::cerr|std::clog|stdout|stderr|getenv|secure_getenv|environ)\b"
                    r"|\b(printf|puts|perror)\s*\(")
SYSTEM_HEADER = re.compile(
    r"[a-z_0-9]+|(sys|arpa|net|netinet|linux)/\w+\.h|\w+intrin\.h|arm_(neon|acle)\.h|cpuid\.h|dirent\.h|dlfcn\.h"
    r"|endian\.h|fcntl\.h|glob\.h|grp\.h|limits\.h|malloc\.h|netdb\.h|poll\.h|pthread\.h|pwd\.h|sched\.h"
    r"|semaphore\.h|signal\.h|spawn\.h|stdio\.h|stdlib\.h|string\.h|strings\.h|termios\.h|time\.h|unistd\.h")
COMMENT_OR_TEXT = re.compile(r'''//[^\n]*|/\*.*?\*/|'(?:\\.|[^'\\\n])'|(?<!#include )"(?:\\.|[^"\\\n])*"''', re.DOTALL)
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.MULTILINE)


@dataclass
class Module:
    name: str
    may_include: set
    vendors: set         # for its sources alone
    public_vendors: set  # for its public headers too
    listed: set  # every C++ or CUDA source named anywhere in the module's CMakeLists.txt
    included: set = field(default_factory=set)
    vendor_files: dict = field(default_factory=dict)


def commands(text):
    """(name, arguments) of each CMake command, variables set in the same file filled in."""
    text = re.sub(r"#[^\n]*", "", text)
    variables = {}
    for name, body in re.findall(r"(\w+)\s*\(([^()]*)\)", text):
        words = []
        for word in body.replace('"', " ").split():
            reference = re.fullmatch(r"\$\{(\w+)\}", word)
            words += variables.get(reference[1], []) if reference else [word]
        if name == "set" and words:
            variables.setdefault(words[0], []).extend(words[1:])
        if name == "list" and words[:1] == ["APPEND"]:
            variables.setdefault(words[1], []).extend(words[2:])
        yield name, words


def read_module(folder, complaints):
    path = folder / "CMakeLists.txt"
    lists = {"SOURCES": [], "MAY_INCLUDE": [], "VENDORS": [], "PUBLIC_VENDORS": []}
    listed, declared = set(), False
    for name, words in commands(path.read_text() if path.exists() else ""):
        listed |= {word for word in words if re.fullmatch(r"[^$]+\.(c|cpp|cu)", word)}
        if name == "veery_module":
            declared = words[:1] == [folder.name]
            current = []
            for word in words[1:]:
                current = lists.get(word, current)
                current += [] if word in lists else [word]
    if not declared:
        complaints.append(f"src/{folder.name}/CMakeLists.txt: no veery_module({folder.name} ...)")
    return Module(folder.name, set(lists["MAY_INCLUDE"]), set(lists["VENDORS"]),
                  set(lists["PUBLIC_VENDORS"]), listed)


def module_of(file, quote, target, source_root, modules):
    """The module an include belongs to, or None for a header from outside."""
    first = target.split("/")[0]
    if first == "veery":
        return target.split("/")[1]
    if quote == '"':
        beside = (file.parent / target).resolve()
        if beside.exists() and beside.is_relative_to(source_root):
            return beside.relative_to(source_root).parts[0]
        return first if first in modules else None
    return None


def vendor_of(target):
    for prefix, vendor in VENDOR_OF_PREFIX.items():
        if target.startswith(prefix):
            return vendor
    return None


def check_vendor(module, file, shown, target, complaints):
    vendor = vendor_of(target)
    if vendor is None:
        if not SYSTEM_HEADER.fullmatch(target):
            complaints.append(f"{shown}: <{target}> belongs to no vendor that layering_test.py knows")
        return
    module.vendor_files.setdefault(vendor, set()).add(file)
    if vendor not in module.vendors | module.public_vendors:
        complaints.append(f"{shown}: <{target}> needs {vendor} in VENDORS of {module.name}")
    if module.name not in HOMES.get(vendor, {module.name}):
        complaints.append(f"{shown}: {vendor} is used only in {', '.join(sorted(HOMES[vendor]))}")
    if shown.startswith("include/") and vendor in module.vendors:
        complaints.append(f"{shown}: <{target}> needs {vendor} in PUBLIC_VENDORS of {module.name}")
    if vendor == "torch" and shown.startswith("include/") and target not in PUBLIC_TORCH_HEADERS:
        complaints.append(f"{shown}: public headers include no more of torch than {', '.join(PUBLIC_TORCH_HEADERS)}")


def check_file(module, file, root, modules, complaints):
    shown = file.relative_to(root).as_posix()
    code = COMMENT_OR_TEXT.sub(" ", file.read_text())
    for quote, target in INCLUDE.findall(code):
        owner = module_of(file, quote, target, root / "src", modules)
        if owner is None:
            check_vendor(module, file, shown, target, complaints)
        elif owner != module.name:
            module.included.add(owner)
            if owner not in module.may_include:
                complaints.append(f"{shown}: {module.name} may not include {owner} ({target})")
            elif not target.startswith("veery/"):
                complaints.append(f"{shown}: {target} is private to {owner}")
    if module.name not in MAY_PRINT and (found := PRINTS.search(code)):
        complaints.append(f"{shown}: {found[0].strip()}: only run and cli print or read the environment")


def check_module(module, root, modules, complaints):
    folder = root / "src" / module.name
    sources = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.suffix in (".c", ".cpp", ".cu")}
    complaints += [f"src/{module.name}/{name}: not listed in CMakeLists.txt" for name in sorted(sources - module.listed)]
    complaints += [f"src/{module.name}/{name}: listed but missing" for name in sorted(module.listed - sources)]
    for base in (root / "include/veery" / module.name, folder):
        for file in sorted(p for p in base.rglob("*") if p.suffix in (".hpp", ".h", ".cuh", ".c", ".cpp", ".cu")):
            check_file(module, file, root, modules, complaints)
    for name in sorted(module.may_include - module.included):
        complaints.append(f"src/{module.name}/CMakeLists.txt: MAY_INCLUDE {name} is not used")
    public_root = root / "include/veery" / module.name
    public = {v for v, files in module.vendor_files.items() if any(f.is_relative_to(public_root) for f in files)}
    for vendor in sorted(module.public_vendors - public):
        complaints.append(f"src/{module.name}/CMakeLists.txt: PUBLIC_VENDORS {vendor} is in no public header")
    for vendor in sorted(module.vendors - set(module.vendor_files) - WITHOUT_HEADERS):
        complaints.append(f"src/{module.name}/CMakeLists.txt: VENDORS {vendor} is not used")
    for vendor, files in module.vendor_files.items():
        if (module.name, vendor) in ONE_FILE_ONLY and (len(files) > 1 or next(iter(files)).suffix != ".cpp"):
            complaints.append(f"src/{module.name}: {vendor} belongs in one .cpp, not in "
                              + ", ".join(sorted(f.name for f in files)))


def check_order(root, modules, complaints):
    """src/CMakeLists.txt adds each module once, behind all that it may include; hence no cycles."""
    added = [words[0] for name, words in commands((root / "src/CMakeLists.txt").read_text())
             if name == "add_subdirectory"]
    for name, module in sorted(modules.items()):
        if added.count(name) != 1:
            complaints.append(f"src/CMakeLists.txt: adds {name} {added.count(name)} times")
            continue
        for other in sorted(module.may_include):
            if other not in added[:added.index(name)]:
                complaints.append(f"src/CMakeLists.txt: {other} must come before {name}: unknown module or a cycle")


def check_project(root):
    root = Path(root).resolve()
    complaints = []
    folders = [p for p in sorted((root / "src").iterdir()) if p.is_dir() and any(p.iterdir())]
    modules = {folder.name: read_module(folder, complaints) for folder in folders}
    for folder in sorted((root / "include/veery").iterdir()):
        if folder.name not in modules:
            complaints.append(f"include/veery/{folder.name}: belongs to no module in src/")
    for module in modules.values():
        check_module(module, root, modules, complaints)
    check_order(root, modules, complaints)
    return complaints


def main(arguments):
    if arguments == ["--self-test"]:
        from layering_self_test import run
        return run(check_project, Path(tempfile.mkdtemp()))
    if len(arguments) != 1 or not Path(arguments[0], "src").is_dir():
        sys.exit(__doc__)
    complaints = check_project(arguments[0])
    print(*complaints, sep="\n", end="\n" if complaints else "")
    print(f"layering: {len(complaints)} found" if complaints else "layering: as declared")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
