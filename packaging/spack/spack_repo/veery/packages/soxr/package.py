from spack_repo.builtin.build_systems.cmake import CMakePackage

from spack.package import *


class Soxr(CMakePackage):
    """The SoX Resampler library: one-dimensional sample-rate conversion of high quality."""

    homepage = "https://sourceforge.net/projects/soxr/"
    url = "https://downloads.sourceforge.net/project/soxr/soxr-0.1.3-Source.tar.xz"

    license("LGPL-2.1-or-later")

    version("0.1.3", sha256="b111c15fdc8c029989330ff559184198c161100a59312f5dc19ddeb9b5a15889")

    depends_on("c", type="build")
    depends_on("cmake@3.1:", type="build")

    def cmake_args(self):
        return [
            self.define("BUILD_TESTS", False),
            self.define("BUILD_EXAMPLES", False),
            self.define("WITH_OPENMP", False),
            # Its minimum is older than what CMake 4 knows.
            self.define("CMAKE_POLICY_VERSION_MINIMUM", "3.5"),
        ]
