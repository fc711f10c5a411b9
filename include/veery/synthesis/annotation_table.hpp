#pragma once
// Annotation tables of synthetic recordings: CSV with the columns of Perch's soundscape annotations first.
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <veery/synthesis/soundscape.hpp>

namespace veery {

struct AnnotatedRecording {
  std::string filename;
  std::vector<BirdCall> calls;
};

[[nodiscard]] std::string annotation_header();
/// One row a call; times with 4 digits behind the point, frequencies with 1, levels with 2.
[[nodiscard]] std::string annotation_rows(std::string_view filename, std::span<const BirdCall> calls);
/// Header and rows of all recordings.
[[nodiscard]] std::string annotation_table(std::span<const AnnotatedRecording> recordings);

}  // namespace veery
