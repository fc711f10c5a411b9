"""Planted violations for layering_test.py --self-test: each must be found, and nothing else."""

import shutil

CLEAN = {
    "src/CMakeLists.txt": "add_subdirectory(base)\nadd_subdirectory(peaks)\nadd_subdirectory(run)\n",
    "src/base/CMakeLists.txt": "veery_module(base SOURCES text.cpp VENDORS xxhash)\n",
    "src/base/text.cpp": '#include <veery/base/text.hpp>\n#include <xxhash.h>\n#include <vector>\n#include "text.hpp"\n'
                         '// std::cout is only named here\nauto s = "std::cerr, getenv(";\nint n = snprintf(b, 1, "x");\n',
    "src/base/text.hpp": "#pragma once\n",
    "include/veery/base/text.hpp": "#pragma once\n#include <string>\n",
    "src/peaks/CMakeLists.txt": "set(files fft.cpp peaks.cpp)\n# a comment\n"
                                "veery_module(peaks SOURCES ${files}\n  MAY_INCLUDE base VENDORS torch threads)\n",
    "src/peaks/fft.cpp": "#include <ATen/ATen.h>\n#include <veery/base/text.hpp>\n",
    "src/peaks/peaks.cpp": "#include <sys/stat.h>\n#include <veery/peaks/peaks.hpp>\n",
    "include/veery/peaks/peaks.hpp": "#pragma once\n",
    "src/run/CMakeLists.txt": "veery_module(run SOURCES run.cpp MAY_INCLUDE base peaks VENDORS spdlog)\n",
    "src/run/run.cpp": "#include <veery/base/text.hpp>\n#include <veery/peaks/peaks.hpp>\n#include <spdlog/spdlog.h>\n"
                       "int main() { std::cout << getenv(x); }\n",
}

# (file, text put behind what is there, or None to remove the file, what must be complained about)
PLANTED = [
    ("src/base/text.cpp", "#include <veery/peaks/peaks.hpp>\n", ["base may not include peaks"]),
    ("include/veery/base/text.hpp", "#include <veery/run/run.hpp>\n", ["base may not include run"]),
    ("src/base/text.cpp", '#include "../peaks/fft.cpp"\n', ["base may not include peaks"]),
    ("src/run/run.cpp", '#include "base/text.hpp"\n', ["base/text.hpp is private to base"]),
    ("src/base/text.cpp", "#include <nlohmann/json.hpp>\n", ["needs json in VENDORS of base"]),
    ("src/run/run.cpp", "#include <mpi.h>\n", ["needs mpi in VENDORS", "mpi is used only in mpi"]),
    ("src/run/run.cpp", "# include <H5Dpublic.h>\n", ["needs hdf5 in VENDORS", "hdf5 is used only in hdf5"]),
    ("src/peaks/fft.cpp", "#include <sndfile.h>\n", ["needs sndfile in VENDORS", "sndfile is used only in audio"]),
    ("src/peaks/fft.cpp", "#include <c10/cuda/CUDAStream.h>\n", ["needs cuda in VENDORS", "cuda is used only in sepa"]),
    ("src/peaks/peaks.cpp", "#include <torch/torch.h>\n", ["torch belongs in one .cpp, not in fft.cpp, peaks.cpp"]),
    ("include/veery/peaks/peaks.hpp", "#include <ATen/ATen.h>\n", ["public headers include no more", "in one .cpp",
                                                                      "needs torch in PUBLIC_VENDORS of peaks"]),
    ("src/base/text.cpp", "#include <boost/any.hpp>\n", ["<boost/any.hpp> belongs to no vendor"]),
    ("src/base/text.cpp", "void f() { std::cerr << 1; }\n", ["std::cerr: only run and cli"]),
    ("src/base/text.cpp", "void f() { std::printf(x); }\n", ["printf(: only run and cli"]),
    ("src/peaks/fft.cpp", "auto* p = std::getenv(name);\n", ["getenv: only run and cli"]),
    ("src/base/new.cpp", "", ["src/base/new.cpp: not listed"]),
    ("src/base/text.cpp", None, ["src/base/text.cpp: listed but missing", "VENDORS xxhash is not used"]),
    ("src/peaks/fft.cpp", None, ["src/peaks/fft.cpp: listed but missing", "MAY_INCLUDE base", "VENDORS torch"]),
    ("src/run/CMakeLists.txt", "veery_module(run SOURCES run.cpp VENDORS json)", ["VENDORS json is not used"]),
    ("src/run/CMakeLists.txt", "veery_module(run SOURCES run.cpp PUBLIC_VENDORS spdlog)", ["spdlog is in no public header"]),
    ("src/base/CMakeLists.txt", "veery_module(base MAY_INCLUDE run)",
     ["MAY_INCLUDE run is not used", "run must come before base: unknown module or a cycle"]),
    ("src/CMakeLists.txt", "add_subdirectory(base)\n", ["adds base 2 times"]),
    ("src/late/late.cpp", "", ["no veery_module(late", "late.cpp: not listed", "adds late 0 times"]),
    ("include/veery/loose/loose.hpp", "", ["include/veery/loose: belongs to no module"]),
]


def plant(root, file, text):
    for name, content in CLEAN.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(content)
    if file and text is None:
        (root / file).unlink()
    elif file:
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).write_text(CLEAN.get(file, "") + text)


def run(check_project, folder):
    failures = 0
    for number, (file, text, expected) in enumerate([(None, None, []), *PLANTED]):
        root = folder / str(number)
        plant(root, file, text)
        complaints = check_project(root)
        missed = [phrase for phrase in expected if not any(phrase in line for line in complaints)]
        extra = [line for line in complaints if not any(phrase in line for phrase in expected)]
        if missed or extra:
            failures += 1
            print(f"{file} + {text!r}: missed {missed}, said besides {extra}")
    shutil.rmtree(folder)
    print(f"layering self-test: {len(PLANTED)} planted, {failures} wrong")
    return 1 if failures else 0
