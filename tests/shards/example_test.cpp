#include <gtest/gtest.h>

#include <iomanip>
#include <sstream>
#include <string>
#include <vector>

#include <veery/base/error.hpp>
#include <veery/shards/example.hpp>

namespace veery {
namespace {

std::string hex(const Md5& digest) {
  std::ostringstream text;
  for (const std::uint8_t byte : digest) text << std::hex << std::setw(2) << std::setfill('0') << int{byte};
  return text.str();
}

Example named(const std::string& filename, std::int64_t segment_id) {
  Example example;
  example.filename = filename;
  example.segment_id = segment_id;
  return example;
}

TEST(Example, KeyIsPerchs) {
  EXPECT_EQ(example_key(named("00002", 2), {}), "00002_2");
  EXPECT_EQ(example_key(named("a/b.wav", -1), {}), "a/b.wav_-1");
}

TEST(Example, KeyByNameIsThatOfPerchsOtherBuilders) {
  const ExampleSchema schema{.keys = {.form = KeyForm::name}};
  EXPECT_EQ(example_key(named("Picidae/XC00002.mp3", 2), schema), "XC00002_2");
  EXPECT_EQ(example_key(named("SSW.001_0800.flac", 0), schema), "SSW.001_0800_0");
  EXPECT_EQ(example_key(named("no extension/x", 0), schema), "x_0");
}

TEST(KeyForm, ComesBackFromItsText) {
  for (const KeyForm form : {KeyForm::segment, KeyForm::name, KeyForm::time})
    EXPECT_EQ(key_form_from(to_text(form)), form);
  EXPECT_THROW(static_cast<void>(key_form_from("hour")), Error);
}

TEST(Example, KeyByTimeIsThatOfPerchsWavDirectory) {
  ExampleSchema schema{.sample_rate_hz = 16'000, .keys = {.form = KeyForm::time, .prefix = "/data/"}};
  Example example = named("sub/clap.wav", 0);
  example.segment_start = 1600;
  EXPECT_EQ(example_key(example, schema), "/data/sub/clap.wav:0000000100ms");
  example.segment_start = 126'240;
  EXPECT_EQ(example_key(example, schema), "/data/sub/clap.wav:0000007890ms");
  example.segment_start = 8;  // half a millisecond: to even
  EXPECT_EQ(example_key(example, schema), "/data/sub/clap.wav:0000000000ms");
}

// TFDS 4.9.10 on Perch's clap.wav and on its probe builder.
TEST(Example, OrderHashIsTfdss) {
  const std::string clap = "/data/xxtfds0000/downloads/manual/sub/clap.wav:";
  EXPECT_EQ(hex(order_hash("train", "00002_2")), "49d47985d4c5b98265740e659431b834");
  EXPECT_EQ(hex(order_hash("train", clap + "0000000000ms")), "4139960f785164692c60f6281558105c");
  EXPECT_EQ(hex(order_hash("train", clap + "0000006000ms")), "0badabb04aec8350b15abd9374573e54");
  EXPECT_EQ(hex(order_hash("train", clap + "0000012000ms")), "29950975697dcc8dd35bd0e4ff31e61f");
  EXPECT_EQ(hex(order_hash("train", clap + "0000000100ms")), "508acc6cee755b71837b2636ca51ed6f");
  EXPECT_EQ(hex(order_hash("train", clap + "0000007890ms")), "1793386d32b6f09d25d6c01174b725e9");
}

TEST(Example, OrderHashTreatsBackslashesAsSlashes) {
  EXPECT_EQ(order_hash("train", "a\\b.wav_0"), order_hash("train", "a/b.wav_0"));
}

TEST(Example, OrderIsTfdss) {
  std::vector<Example> examples;
  for (int i = 0; i < 5; ++i) examples.push_back(named("0000" + std::to_string(i), i));
  EXPECT_EQ(order_examples("train", examples, {}), (std::vector<std::size_t>{2, 0, 3, 1, 4}));
  EXPECT_NE(order_examples("test", examples, {}), (std::vector<std::size_t>{2, 0, 3, 1, 4}));
  EXPECT_TRUE(order_examples("train", {}, {}).empty());
}

TEST(Example, TwoOfOneKeyAreAnErrorThatNamesBoth) {
  std::vector<Example> examples{named("a.wav", 0), named("b.wav", 1), named("c.wav", 2), named("b.wav", 1)};
  examples[1].segment_start = 111;
  examples[3].segment_start = 333;
  try {
    (void)order_examples("train", examples, {});
    FAIL() << "no Error";
  } catch (const Error& error) {
    const std::string what = error.what();
    for (const char* part : {"b.wav_1", "row 1 at sample 111", "row 3 at sample 333"}) {
      EXPECT_NE(what.find(part), std::string::npos) << what;
    }
  }
}

}  // namespace
}  // namespace veery
