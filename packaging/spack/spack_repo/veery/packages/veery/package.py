import pathlib

from spack_repo.builtin.build_systems.cmake import CMakePackage, generator

from spack.package import *


class Veery(CMakePackage):
    """MPI batch processor for archives of bird sound: recordings become peaks, slices, training
    shards (HDF5, TFRecord), stems and one manifest."""

    # The checkout that holds this recipe.
    git = "file://" + str(pathlib.Path(__file__).resolve().parents[6])

    license("Apache-2.0")

    version("main", branch="main")

    variant("cuda", default=False, description="Separate on NVIDIA GPUs")

    depends_on("c", type="build")
    depends_on("cxx", type="build")
    depends_on("cmake@3.25:", type="build")
    depends_on("ninja", type="build")
    depends_on("pkgconfig", type="build")
    depends_on("git", type="build")

    # As cmake/VeeryLibraries.cmake lists them. Those that are linked into the static libraries are
    # linked again by who uses these.
    depends_on("openssl")
    depends_on("xxhash@0.8:")
    depends_on("libsndfile@1.1: +external-libs")
    depends_on("soxr@0.1.3:")
    depends_on("nlohmann-json@3.10:")
    depends_on("simdjson@3: +shared")
    depends_on("spdlog@1.10:")
    depends_on("cli11@2.1:")
    depends_on("date@3: +shared +tz tzdb=system")
    depends_on("mpi@3:")
    depends_on("hdf5@1.10.8: +hl")
    depends_on("py-torch@2.11:")
    depends_on("leveldb@1.23:")
    depends_on("protozero@1.7:")
    depends_on("snappy@1.1.9:")
    depends_on("zlib-api")
    depends_on("cairo@1.16: +png")
    depends_on("kissfft@131: datatype=float")

    depends_on("py-torch +cuda", when="+cuda")
    depends_on("py-torch ~cuda", when="~cuda")

    conflicts("%gcc@:11", msg="veery is written in C++20 and tested from GCC 12 on")
    conflicts("platform=darwin", msg="tested on Linux only")
    conflicts("platform=windows", msg="tested on Linux only")

    generator("ninja")

    def cmake_args(self):
        torch = join_path(self.spec["py-torch"].package.cmake_prefix_paths[0], "..", "..")
        return [self.define("VEERY_TESTS", False), self.define("VEERY_TORCH_DIR", torch)]

    @run_after("install")
    @on_package_attributes(run_tests=True)
    def check_install(self):
        veery = Executable(self.prefix.bin.veery)
        veery("--version")
        with working_dir("check-install", create=True):
            veery("synthesize", "--output", "archive", "--hours", "0.01", "--seed", "1")
            veery("peaks", *find("archive", "*.flac"))
