#pragma once
// FFTs on the calling thread alone, as `run` sets it for the program: ten times as fast on busy cores.
#include <gtest/gtest.h>

#include <veery/peaks/peak_finder.hpp>

namespace veery::test {

class OneFftThread : public testing::Environment {
 public:
  void SetUp() override { set_fft_threads(1); }
};

/// Once a program, in the file that includes this; GoogleTest owns the object.
inline const testing::Environment* const kOneFftThread = testing::AddGlobalTestEnvironment(new OneFftThread);

}  // namespace veery::test
