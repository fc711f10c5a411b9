// Which marks label a slice, exactly at the bounds, and the bounds on how many there can be.
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include <veery/annotations/archive_annotations.hpp>

namespace veery {
namespace {

using Labels = std::vector<std::int64_t>;

constexpr int kRate = 1000;
const std::vector<std::string> kClasses{"a", "bb", "unknown"};

Labels labels_in(const Marks& marks, std::int64_t start, std::int64_t end, PerchCompat compat = PerchCompat::off) {
  Labels labels;
  for (const SliceAnnotation& annotation : annotations_in(marks, start, end, kRate, compat))
    labels.push_back(annotation.label);
  return labels;
}

TEST(SliceLabels, OneSampleInCommonIsOverlap) {
  const Marks marks{{1.0, 2.0, 0}};

  EXPECT_EQ(labels_in(marks, 1999, 3000), (Labels{0}));
  EXPECT_EQ(labels_in(marks, 2000, 3000), Labels{});
  EXPECT_EQ(labels_in(marks, 0, 1001), (Labels{0}));
  EXPECT_EQ(labels_in(marks, 0, 1000), Labels{});
}

TEST(SliceLabels, AMarkWithoutLengthIsTheSampleAtItsStart) {
  const Marks marks{{1.0, 1.0, 0}};

  EXPECT_EQ(labels_in(marks, 1000, 1001), (Labels{0}));
  EXPECT_EQ(labels_in(marks, 999, 1000), Labels{});
  EXPECT_EQ(labels_in(marks, 1001, 1002), Labels{});
}

TEST(SliceLabels, PerchCountsTouchingAndForgetsAllButTheLastOfSameBounds) {
  const Marks marks{{1.0, 2.0, 1}, {1.0, 2.0, 0}};

  EXPECT_EQ(labels_in(marks, 2000, 3000, PerchCompat::on), (Labels{0}));
  EXPECT_EQ(labels_in(marks, 2001, 3000, PerchCompat::on), Labels{});
  EXPECT_EQ(labels_in(marks, 1500, 3000), (Labels{0, 1}));
}

TEST(SliceLabels, PerchKeepsAllLabelsOfTheLastRow) {
  const Marks marks{{1.0, 2.0, 2}, {1.0, 2.0, 0}, {1.0, 2.0, 1, true}, {3.0, 4.0, 1}, {3.0, 4.0, 2, true}};

  EXPECT_EQ(labels_in(marks, 1500, 2500, PerchCompat::on), (Labels{0, 1}));
  EXPECT_EQ(labels_in(marks, 1500, 3500, PerchCompat::on), (Labels{0, 1, 1, 2}));
  EXPECT_EQ(labels_in(marks, 1500, 2500), (Labels{0, 1, 2}));
}

TEST(SliceLabels, TimesAreTruncatedToSamples) {
  const auto found = annotations_in({{0.0019, 0.0029, 0}}, 0, 1000, kRate, PerchCompat::off);

  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].start, 1);
  EXPECT_EQ(found[0].end, 2);
}

TEST(SliceLabels, AMarkWithoutEndLastsForEver) {
  EXPECT_EQ(labels_in({{1.0, std::numeric_limits<double>::infinity(), 1}}, 1'000'000'000, 1'000'000'001), (Labels{1}));
}

TEST(SliceLabels, TheTextNamesEachClassOnceInTheirOrder) {
  EXPECT_EQ(label_text(annotations_in({{0, 1, 2}, {0, 1, 0}, {0.5, 1, 2}}, 0, 1000, kRate, PerchCompat::off), kClasses),
            "a;unknown");
  EXPECT_EQ(label_text({}, kClasses), "");
}

TEST(SliceLabels, NoSliceHasMoreThanTheBound) {
  std::mt19937 random{7};
  std::uniform_real_distribution<double> time{0.0, 60.0};
  std::uniform_real_distribution<double> length{0.0, 4.0};
  Marks marks;
  for (int i = 0; i < 200; ++i) {
    const double start = time(random);
    marks.push_back({start, start + length(random), i % 3});
  }
  std::sort(marks.begin(), marks.end(), [](const Mark& a, const Mark& b) { return a.start_s < b.start_s; });
  const MarksInSlice bound = most_in_slice(marks, 2.0, kClasses);
  std::int64_t most = 0;
  std::size_t longest = 0;

  for (std::int64_t start = 0; start < 60'000; start += 7) {
    const auto found = annotations_in(marks, start, start + 2000, kRate, PerchCompat::on);
    most = std::max(most, static_cast<std::int64_t>(found.size()));
    longest = std::max(longest, label_text(found, kClasses).size());
  }

  EXPECT_LE(most, bound.most);
  EXPECT_GE(most, bound.most - 2);  // the bound is no wild guess
  EXPECT_LE(longest, bound.label_bytes);
  EXPECT_EQ(most_in_slice({}, 2.0, kClasses).most, 0);
}

}  // namespace
}  // namespace veery
