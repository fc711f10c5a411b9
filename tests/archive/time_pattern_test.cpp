#include <gtest/gtest.h>

#include <veery/archive/time_pattern.hpp>
#include <veery/base/error.hpp>

namespace veery {
namespace {

std::string found(const std::string& pattern, std::string_view name) {
  const auto time = TimePattern{pattern}.find(name);
  return time ? format_time(*time) : "none";
}

TEST(TimePattern, FindsTimesAnywhereInNames) {
  EXPECT_EQ(found("%y%m%d_%H%M%S", "VioAma_171106_190725_s_band.wav"), "2017-11-06T19:07:25.000");
  EXPECT_EQ(found("%Y%m%d%H%M%S", "RFPT-BB6-20120105223002-720.flac"), "2012-01-05T22:30:02.000");
  EXPECT_EQ(found("%y%m%d.%H%M%S.%f.", "sel.01.ch01.221020.200159.37..wav"), "2022-10-20T20:01:59.370");
  EXPECT_EQ(found("%Y-%m-%d-birdnet-%H:%M:%S", "2021-06-01-birdnet-05:30:00.wav"), "2021-06-01T05:30:00.000");
  EXPECT_EQ(found("%d.%m.%Y %Hh%M", "Teich 01.06.2021 20h14.mp3"), "2021-06-01T20:14:00.000");
  EXPECT_EQ(found("%Y_%j_%H%M", "site_2024_366_2359.wav"), "2024-12-31T23:59:00.000");
  EXPECT_EQ(found("%Y%m%dT%H%M%S%z", "20190102T030405-0330.flac"), "2019-01-02T03:04:05.000-03:30");
  EXPECT_EQ(found("rec%s", "rec1559368800.wav"), "2019-06-01T06:00:00.000Z");
  EXPECT_EQ(found("%Y%m%d*_%H%M", "20210601_pond_A_0530.wav"), "2021-06-01T05:30:00.000");
  EXPECT_EQ(found("100%%_%Y%m%d_%H%M", "100%_20210601_0530.wav"), "2021-06-01T05:30:00.000");
  EXPECT_EQ(found("%y%m%d_%H%M", "690101_0000.wav"), "none") << "1969: recorders count from 1970";
}

TEST(TimePattern, TearsNoNumbersApart) {
  EXPECT_EQ(found("%y%m%d_%H%M%S", "20171106_190725.wav"), "none");
  EXPECT_EQ(found("%y%m%d_%H%M", "171106_190725.wav"), "none");
  EXPECT_EQ(found("%H%M_%y%m%d", "1907_17110612.wav"), "none");
}

TEST(TimePattern, GoesOnWhereThereIsNoTime) {
  EXPECT_EQ(found("%y%m%d_%H%M%S", "991399_995999_171106_190725.wav"), "2017-11-06T19:07:25.000");
  EXPECT_EQ(found("%Y_%j_%H%M", "2023_366_2359.wav"), "none") << "no leap year";
  EXPECT_EQ(found("%Y%m%d_%H%M", "20210231_0530.wav"), "none");
  EXPECT_EQ(found("rec%s", "rec99999999999999999999.wav"), "none");
  EXPECT_EQ(found("%Y*%m*%d*%H*%M*x", std::string(255, '2')), "none");
}

TEST(TimePattern, OthersAreRefusedWithAReason) {
  for (const auto* pattern : {"", "birds", "%Y%m%d", "%H%M%S", "%Y%m%d_%H", "%Y%y%m%d_%H%M", "%Y%m%d_%H%M%Q",
                              "%Y%m%d_%H%M%", "%Y%m%d_%H%M%Y", "%s_%Y", "%Y%j%m_%H%M"}) {
    EXPECT_THROW(TimePattern{pattern}, UsageError) << pattern;
  }
}

}  // namespace
}  // namespace veery
