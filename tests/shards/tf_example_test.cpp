#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <veery/base/error.hpp>
#include <veery/shards/tf_example.hpp>
#include <veery/shards/tfrecord.hpp>

namespace veery {
namespace {

using Integers = std::vector<std::int64_t>;
using Texts = std::vector<std::string>;

std::string from_hex(std::string_view hex) {
  std::string bytes;
  for (std::size_t i = 0; i < hex.size(); i += 2)
    bytes += static_cast<char>(std::stoi(std::string{hex.substr(i, 2)}, nullptr, 16));
  return bytes;
}

// A record of TFDS's (spec, appendix B.4): audio as zlib, a uint64 beyond 2^63, lists with one value, two and none.
const std::string kRecordOfTfds = from_hex(
    "0ab9010a230a05617564696f121a0a180a16789c33d9dc76fac663cd3f55226774e45c013b0a07020a0e0a056c6162656c12051a030a0101"
    "0a1c0a0a7365676d656e745f6964120e1a0c0a0affffffffffffffffff010a130a0962675f6c6162656c7312061a040a0202000a1e0a0c72"
    "65636f7264696e675f6964120e1a0c0a0a828080808080808080010a160a10616e6e6f746174696f6e5f737461727412021a000a170a0866"
    "696c656e616d65120b0a090a075843322e6d7033");
const std::string kZlibOfTfds = from_hex("789c33d9dc76fac663cd3f55226774e45c013b0a0702");

TEST(TfExample, HasTheBytesOfTfds) {
  TfExampleWriter writer;
  writer.add_text("audio", kZlibOfTfds);
  writer.add_integer("label", 1);
  writer.add_integer("segment_id", -1);
  writer.add_integers("bg_labels", Integers{2, 0});
  writer.add_integer("recording_id", std::bit_cast<std::int64_t>((std::uint64_t{1} << 63U) + 2));
  writer.add_integers("annotation_start", {});
  writer.add_text("filename", "XC2.mp3");
  EXPECT_EQ(writer.message(), kRecordOfTfds);
}

TEST(TfExample, FramedAsTfdsFramesIt) {
  std::string file;
  append_tfrecord(file, kRecordOfTfds);
  EXPECT_EQ(file, from_hex("bc00000000000000cb8f6b3f") + kRecordOfTfds + from_hex("d8d4b06b"));
}

TEST(TfExample, IsReadBack) {
  TfExampleWriter writer;
  writer.add_text("long", std::string(100'000, 'x'));
  writer.add_float("nan", std::numeric_limits<float>::quiet_NaN());
  writer.add_float("zero", 0.0F);
  writer.add_text("empty", "");
  writer.add_integers("none", {});
  writer.add_integers("some", Integers{0, -1, std::numeric_limits<std::int64_t>::min(), 1 << 20});

  const TfFeatures features = parse_tf_example(writer.message());

  EXPECT_EQ(features.size(), 6U);
  EXPECT_EQ(std::get<Texts>(features.at("long")), (Texts{std::string(100'000, 'x')}));
  EXPECT_TRUE(std::isnan(std::get<std::vector<float>>(features.at("nan")).at(0)));
  EXPECT_EQ(std::get<std::vector<float>>(features.at("zero")), std::vector<float>{0.0F});
  EXPECT_EQ(std::get<Texts>(features.at("empty")), Texts{""});
  EXPECT_EQ(std::get<Integers>(features.at("none")), Integers{});
  EXPECT_EQ(std::get<Integers>(features.at("some")),
            (Integers{0, -1, std::numeric_limits<std::int64_t>::min(), 1 << 20}));
}

TEST(TfExample, IsEmptyAgainOnceCleared) {
  TfExampleWriter writer;
  writer.add_integer("a", 1);
  writer.clear();
  writer.add_integer("b", 2);
  EXPECT_EQ(parse_tf_example(writer.message()).count("a"), 0U);
}

TEST(TfExample, ListsNeedNotBePacked) {
  // Features{entry{"a", Feature{int64_list{1, 2}}}}, each number with its own tag.
  const TfFeatures features =
      parse_tf_example(from_hex("0a0d0a0b0a01611206"
                                "1a0408010802"));
  EXPECT_EQ(std::get<Integers>(features.at("a")), (Integers{1, 2}));
}

TEST(TfExample, DamageIsAnError) {
  for (std::size_t length = 1; length < kRecordOfTfds.size(); ++length)
    EXPECT_THROW(static_cast<void>(parse_tf_example(kRecordOfTfds.substr(0, length))), Error) << length;
  EXPECT_THROW(static_cast<void>(parse_tf_example("\x0d\x01\x02\x03\x04")), Error);
  EXPECT_TRUE(parse_tf_example("").empty());
}

}  // namespace
}  // namespace veery
