#include <gtest/gtest.h>

#include <veery/outputs/output_tree.hpp>

namespace veery::output_name {
namespace {

TEST(OutputTree, UnitRecordsSortByNumber) {
  EXPECT_EQ(unit_record(3), "units/00003.json");
  EXPECT_EQ(unit_record(123'456), "units/123456.json");
}

TEST(OutputTree, ClipsMirrorTheArchive) {
  EXPECT_EQ(clip("site/20240601_060000.wav", 123.45, ".flac", false), "slices/site/20240601_060000_t00123.450.flac");
  EXPECT_EQ(clip("a.b/c.d.WAV", 0.0, ".wav", false), "slices/a.b/c.d_t00000.000.wav");
}

TEST(OutputTree, OffsetsAreRoundedToMilliseconds) {
  EXPECT_EQ(clip("x.wav", 1.9996, ".flac", false), "slices/x_t00002.000.flac");
  EXPECT_EQ(clip("x.wav", 360'000.0, ".flac", false), "slices/x_t360000.000.flac");
  EXPECT_EQ(clip("x.wav", 1.5, ".flac", false, 1), "slices/x_t00001.500-2.flac");
}

TEST(OutputTree, TheExtensionIsKeptWhereItAloneTells) {
  EXPECT_EQ(clip("x.wav", 0.0, ".flac", true), "slices/x.wav-t00000.000.flac");
  EXPECT_NE(clip("x.wav", 0.0, ".flac", true), clip("x.wav.ogg", 0.0, ".flac", false));
}

TEST(OutputTree, LongNamesFitTheFileSystemAndStayDistinct) {
  const std::string accents = "é";
  std::string name;
  for (int i = 0; i < 125; ++i) name += accents;  // 250 bytes

  const std::string first = clip("a/" + name + ".wav", 1.0, ".flac", false);
  const std::string second = clip("b/" + name + ".wav", 1.0, ".flac", false);

  const std::string prefix = "slices/a/";
  EXPECT_LE(first.size() - prefix.size(), 247U);
  EXPECT_TRUE(first.ends_with("_t00001.000.flac"));
  EXPECT_NE(first.substr(prefix.size()), second.substr(prefix.size()));
  const std::size_t mark = first.find('~');
  ASSERT_NE(mark, std::string::npos);
  EXPECT_EQ(first.substr(mark - 2, 2), accents);
}

TEST(OutputTree, StemsMirrorTheArchive) {
  EXPECT_EQ(stem("SITE/20240601_060000.wav", 0, ".flac", false), "stems/SITE/20240601_060000_source0.flac");
  EXPECT_EQ(stem("SITE/20240601_060000.wav", 11, ".wav", true), "stems/SITE/20240601_060000.wav-source11.wav");
  EXPECT_EQ(stem_set("SITE/20240601_060000.wav", false), "stems/SITE/20240601_060000_sources.h5");
  EXPECT_EQ(seams("20240601_060000.flac", false), "stems/20240601_060000_seams.csv");
  EXPECT_EQ(seams("20240601_060000.flac", true), "stems/20240601_060000.flac-seams.csv");
}

TEST(OutputTree, LongStemNamesFitTheFileSystem) {
  const std::string name(250, 'n');
  const std::string file = stem(name + ".wav", 7, ".flac", false);
  EXPECT_LE(file.size() - std::string{"stems/"}.size(), 247U);
  EXPECT_TRUE(file.ends_with("_source7.flac"));
  EXPECT_NE(file, stem(name + ".WAV", 7, ".flac", false)) << "the hash is of the whole path";
}

}  // namespace
}  // namespace veery::output_name
