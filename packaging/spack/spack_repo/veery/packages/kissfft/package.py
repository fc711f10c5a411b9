from spack_repo.builtin.build_systems.cmake import CMakePackage

from spack.package import *


class Kissfft(CMakePackage):
    """A small mixed-radix Fast Fourier Transform library."""

    homepage = "https://github.com/mborgerding/kissfft"
    url = "https://github.com/mborgerding/kissfft/archive/131.1.0.tar.gz"

    license("BSD-3-Clause")

    version("131.1.0", sha256="76c1aac87ddb7258f34b08a13f0eebf9e53afa299857568346aa5c82bcafaf1a")

    variant(
        "datatype",
        default="float",
        values=("float", "double", "int16_t", "int32_t"),
        description="Type of the samples; part of the library's name",
    )
    variant("shared", default=True, description="Build a shared library")

    depends_on("c", type="build")
    depends_on("cxx", type="build")
    depends_on("cmake@3.6:", type="build")

    def cmake_args(self):
        return [
            self.define("KISSFFT_DATATYPE", self.spec.variants["datatype"].value),
            self.define("KISSFFT_STATIC", self.spec.satisfies("~shared")),
            self.define("KISSFFT_TEST", False),
            self.define("KISSFFT_TOOLS", False),
        ]
