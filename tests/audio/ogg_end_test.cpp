#include "audio/ogg_end.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include <veery/audio/audio_file.hpp>
#include <veery/audio/recording_stream.hpp>
#include <veery/base/file_descriptor.hpp>
#include <veery/base/staged_file.hpp>

#include "support/temporary_folder.hpp"

namespace veery {
namespace {

namespace fs = std::filesystem;
using test::TemporaryFolder;

bool lacks_end(const std::string& bytes) {
  const TemporaryFolder folder;
  publish_text(folder / "x.ogg", bytes);
  return lacks_ogg_end(FileDescriptor::open(folder / "x.ogg", O_RDONLY));
}

/// The largest page, with flags.
std::string page(char flags) {
  return "OggS" + std::string(1, '\0') + flags + std::string(20, '\0') + std::string(256, '\xFF') +
         std::string(std::size_t{255} * 255, 'x');
}

const std::string kFirst = page(2);
const std::string kMiddle = page(0);
const std::string kLast = page(4);

TEST(OggEnd, IsThePageWithTheFlag) {
  EXPECT_FALSE(lacks_end(kFirst + kMiddle + kLast));
  EXPECT_FALSE(lacks_end(page(2 | 4)));
  EXPECT_FALSE(lacks_end(page(2 | 4) + kFirst + kLast)) << "one stream behind another";
  EXPECT_FALSE(lacks_end(kFirst + kLast + std::string(100, '\0')));
  EXPECT_TRUE(lacks_end(kFirst + kMiddle));
  EXPECT_TRUE(lacks_end(kFirst + kLast + kFirst));
}

TEST(OggEnd, IsAWholePage) {
  const std::string whole = kFirst + kLast;
  for (const std::size_t missing : {std::size_t{1}, kLast.size() - 100, kLast.size() - 26, kLast.size() - 5})
    EXPECT_TRUE(lacks_end(whole.substr(0, whole.size() - missing))) << missing;
}

TEST(OggEnd, OtherFilesLackNone) {
  for (const auto* bytes : {"", "Ogg", "fLaC and so on", "RIFFxxxxWAVEOggS"}) EXPECT_FALSE(lacks_end(bytes)) << bytes;
}

struct Ended {
  AudioInfo probed;
  std::int64_t frames_read = 0;
  std::vector<LostRange> lost;
};

Ended read_to_end(const std::string& bytes) {
  const TemporaryFolder folder;
  publish_text(folder / "x.ogg", bytes);
  auto opened = RecordingStream::open(folder / "x.ogg", {});
  auto& stream = std::get<RecordingStream>(opened);
  std::vector<float> piece(10'000);
  while (stream.read(piece) > 0) continue;
  return {std::get<AudioInfo>(probe_audio(folder / "x.ogg")), stream.frames_read(), stream.lost()};
}

class CutOgg : public testing::TestWithParam<const char*> {};

TEST_P(CutOgg, LosesAFrameAtLeast) {
  const fs::path file = fs::path{VEERY_TEST_SHARED_DIR} / "audio" / GetParam();
  if (!fs::exists(file)) {
    ASSERT_EQ(std::getenv("CI"), nullptr) << "missing: " << file;
    GTEST_SKIP() << "no recordings beside the project";
  }
  const std::string bytes = read_text(file);

  const Ended whole = read_to_end(bytes);
  EXPECT_TRUE(whole.lost.empty());
  EXPECT_EQ(whole.probed.claimed_frames, whole.frames_read);

  for (const std::size_t size : {bytes.size() * 2 / 3, bytes.rfind("OggS"), bytes.size() - 1}) {
    const Ended cut = read_to_end(bytes.substr(0, size));
    EXPECT_LT(cut.frames_read, whole.frames_read);
    EXPECT_EQ(cut.probed.frames, cut.frames_read);
    EXPECT_EQ(cut.probed.claimed_frames, cut.frames_read + 1) << "as many as the unit's record adds up to";
    ASSERT_EQ(cut.lost.size(), 1U) << size;
    EXPECT_EQ(cut.lost[0].begin, cut.frames_read);
    EXPECT_EQ(cut.lost[0].end, cut.frames_read + 1);
    EXPECT_EQ(cut.lost[0].refusal.reason, Reason::truncated);
  }
}

INSTANTIATE_TEST_SUITE_P(VorbisAndOpus, CutOgg,
                         testing::Values("perch__21100_36_48.ogg", "perch__21100_36_48.opus",
                                         "birdnet__soundscape.ogg"));

}  // namespace
}  // namespace veery
