#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include <veery/base/error.hpp>
#include <veery/base/staged_file.hpp>
#include <veery/training/source_folder.hpp>

#include "support/error_of.hpp"
#include "support/temporary_folder.hpp"
#include "support/wav_file.hpp"

namespace veery::test {
namespace {

namespace fs = std::filesystem;

void write_level(const fs::path& path, std::int16_t level, std::int64_t samples, int rate_hz = 16000) {
  const std::vector<std::int16_t> words(static_cast<std::size_t>(samples), level);
  WavFile{path, WavFile::Kind::pcm16, rate_hz, samples}.append<std::int16_t>(words);
}

TEST(SourceFolder, PadsSourcesToTheLongestLineAndToTheFirstLength) {
  const TemporaryFolder folder;
  write_level(folder / "background.wav", 3277, 100);
  write_level(folder / "short.wav", 6554, 40);
  write_level(folder / "long.wav", 9830, 300);
  publish_text(folder / "eval_example_list.txt",
               "a.wav\tbackground.wav\tshort.wav\n"
               "b.wav\tbackground.wav\t0\tlong.wav\n");

  const SourceFolder opened = open_source_folder(folder / ".", "eval");

  ASSERT_EQ(opened.examples.size(), 2U);
  EXPECT_EQ(opened.most_sources, 3);
  EXPECT_EQ(opened.samples, 100);
  EXPECT_EQ(opened.sample_rate_hz, 16000);
  const std::vector<float> first = read_sources(opened, 0, 16000);
  ASSERT_EQ(first.size(), 300U);
  EXPECT_NEAR(first[99], 0.1, 1e-4);
  EXPECT_NEAR(first[139], 0.2, 1e-4);
  EXPECT_EQ(first[140], 0) << "behind its end";
  EXPECT_EQ(first[250], 0) << "no such source";
  const std::vector<float> second = read_sources(opened, 1, 16000);
  EXPECT_EQ(second[150], 0) << "a silent source";
  EXPECT_NEAR(second[299], 0.3, 1e-4);
  EXPECT_EQ(source_splits(folder / "."), std::vector<std::string>{"eval"});
}

TEST(SourceFolder, IsResampledToTheRateAskedFor) {
  const TemporaryFolder folder;
  write_level(folder / "a.wav", 3277, 1600);
  publish_text(folder / "train_example_list.txt", "m.wav\ta.wav\n");

  const SourceFolder opened = open_source_folder(folder / ".", "train");
  const std::vector<float> sources = read_sources(opened, 0, 8000);

  ASSERT_EQ(sources.size(), 800U);
  EXPECT_EQ(samples_at(opened, 8000), 800);
  EXPECT_NEAR(sources[400], 0.1, 1e-3);
}

TEST(SourceFolder, WhatIsWrongIsNamed) {
  const TemporaryFolder folder;
  write_level(folder / "a.wav", 100, 10);
  write_level(folder / "b.wav", 100, 10, 8000);
  const auto open = [&](const std::string& list) {
    publish_text(folder / "x_example_list.txt", list);
    return open_source_folder(folder / ".", "x");
  };
  const auto contains = [](const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
  };
  EXPECT_TRUE(contains(error_of([&] { open(""); }), "x_example_list.txt"));
  EXPECT_TRUE(contains(error_of([&] { static_cast<void>(open_source_folder(folder / ".", "eval")); }), "there are: x"));
  EXPECT_TRUE(contains(error_of([&] { open("m.wav\t../a.wav\n"); }), "outside"));
  EXPECT_TRUE(contains(error_of([&] { open("m.wav\t/etc/passwd\n"); }), "outside"));
  EXPECT_TRUE(contains(error_of([&] { open("m.wav\tgone.wav\n"); }), "gone.wav"));
  const SourceFolder mixed = open("m.wav\ta.wav\tb.wav\n");
  EXPECT_TRUE(contains(error_of([&] { static_cast<void>(read_sources(mixed, 0, 16000)); }), "b.wav"));
}

}  // namespace
}  // namespace veery::test
