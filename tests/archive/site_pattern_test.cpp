#include <gtest/gtest.h>

#include <chrono>

#include <veery/archive/site_pattern.hpp>
#include <veery/base/error.hpp>

namespace veery {
namespace {

std::string site(const std::string& pattern, std::string_view path) {
  return SitePattern{pattern}.find(path).value_or("none");
}

TEST(SitePattern, NamesFoldersFromTheTop) {
  EXPECT_EQ(site("{site}", "PLOT-07/2024/20240601_060000.wav"), "PLOT-07");
  EXPECT_EQ(site("{region}/{site}", "north/PLOT-07/2024/x.wav"), "PLOT-07");
  EXPECT_EQ(site("*/{site}", "north/PLOT-07/x.wav"), "PLOT-07");
  EXPECT_EQ(site("north/{site}", "north/PLOT-07/x.wav"), "PLOT-07");
  EXPECT_EQ(site("north/{site}", "south/PLOT-07/x.wav"), "none");
  EXPECT_EQ(site("{site}_*", "PLOT_07_2024/x.wav"), "PLOT") << "as little as possible";
  EXPECT_EQ(site("{plot}_{site}_{year}", "PLOT_07_2024/x.wav"), "07");
  EXPECT_EQ(site("card-{site}.d", "card-12.d/x.wav"), "12");
}

TEST(SitePattern, NamesFilesFromTheEnd) {
  EXPECT_EQ(site("**/{site}_*", "a/deployment_1/S01_20240601_060000.wav"), "S01");
  EXPECT_EQ(site("**/{site}_*", "S01_20240601_060000.wav"), "S01");
  EXPECT_EQ(site("**/{site}/*", "a/b/S01/x.wav"), "S01");
  EXPECT_EQ(site("**/{site}/*/*", "a/S01/june/x.wav"), "S01");
}

TEST(SitePattern, WhatDoesNotFitHasNone) {
  EXPECT_EQ(site("{site}", "x.wav"), "none") << "a file is no folder";
  EXPECT_EQ(site("{region}/{site}", "north/x.wav"), "none");
  EXPECT_EQ(site("**/{site}_*", "a/x.wav"), "none");
  EXPECT_EQ(site("**/{site}_*", "_x.wav"), "none") << "a word is not empty";
  EXPECT_EQ(site("PLOT{site}", "PLOT/x.wav"), "none");
}

TEST(SitePattern, TakesLinearTime) {
  const std::string name(200'000, 'a');
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(site("**/*a*a*a*a*a*a*a*a*a*a*a*a{site}b", name), "none");
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds{1});
}

TEST(SitePattern, OthersAreRefusedWithAReason) {
  for (const auto* pattern : {"", "site", "{site}/{site}", "{region}", "{}", "{site", "site}", "{si te}", "{site}*",
                              "*{site}", "{site}{year}", "/{site}", "{site}/", "a/**/{site}", "**", "{s/ite}"}) {
    EXPECT_THROW(SitePattern{pattern}, UsageError) << pattern;
  }
}

}  // namespace
}  // namespace veery
