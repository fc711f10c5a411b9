#include <gtest/gtest.h>

#include "support/mpi_world.hpp"

namespace veery::test {
namespace {

Communicator* shared_world = nullptr;

}  // namespace

Communicator& world() {
  return *shared_world;
}

}  // namespace veery::test

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  veery::MpiEnvironment environment{argc, argv};
  veery::Communicator world;
  veery::test::shared_world = &world;
  return RUN_ALL_TESTS();
}
