#include <fcntl.h>
#include <gtest/gtest.h>

#include <numeric>
#include <vector>

#include <veery/audio/audio_file.hpp>
#include <veery/base/error.hpp>

#include "audio/wav_header.hpp"
#include "support/temporary_folder.hpp"
#include "wav_bytes.hpp"

namespace veery {
namespace {

namespace fs = std::filesystem;
using test::TemporaryFolder;
using test::wav_bytes;
using test::WavFields;

std::vector<std::int16_t> ramp(std::size_t count) {
  std::vector<std::int16_t> samples(count);
  for (std::size_t i = 0; i < count; ++i) samples[i] = static_cast<std::int16_t>(i * 37 % 20'000);
  return samples;
}

const std::string kPayload = test::as_payload<std::int16_t>(ramp(1'000));

std::optional<WavHeader> header_of(const fs::path& path) {
  return read_wav_header(FileDescriptor::open(path, O_RDONLY));
}

Reason refused(const std::string& bytes) {
  const TemporaryFolder folder;
  publish_text(folder / "x.wav", bytes);
  const auto probed = probe_audio(folder / "x.wav");
  EXPECT_TRUE(std::holds_alternative<Refusal>(probed));
  return std::get<Refusal>(probed).reason;
}

AudioInfo accepted(const std::string& bytes) {
  const TemporaryFolder folder;
  publish_text(folder / "x.wav", bytes);
  const auto probed = probe_audio(folder / "x.wav");
  EXPECT_TRUE(std::holds_alternative<AudioInfo>(probed));
  return std::get<AudioInfo>(probed);
}

TEST(AudioReader, RefusesWithTheReason) {
  EXPECT_EQ(refused(""), Reason::empty);
  EXPECT_EQ(refused(wav_bytes("")), Reason::header_only);
  EXPECT_EQ(refused("not a recording at all, but long enough to be one"), Reason::no_audio);
  EXPECT_EQ(refused(wav_bytes(kPayload, {.channels = 0})), Reason::zero_channels);
  EXPECT_EQ(refused(wav_bytes(kPayload, {.sample_rate_hz = 1})), Reason::absurd_rate);
  EXPECT_EQ(refused(wav_bytes(kPayload, {.sample_rate_hz = 4'000'000'000U})), Reason::absurd_rate);
}

TEST(AudioReader, RefusesWhatIsNoFile) {
  const TemporaryFolder folder;
  EXPECT_EQ(std::get<Refusal>(probe_audio(folder.path())).reason, Reason::no_audio);
  EXPECT_EQ(std::get<Refusal>(probe_audio(folder / "gone.wav")).reason, Reason::unreadable);
}

TEST(AudioReader, TheHeaderMayPromiseMoreThanThereIs) {
  const AudioInfo info = accepted(wav_bytes(kPayload, {.data_bytes = 5'000}));
  EXPECT_EQ(info.frames, 1'000);
  EXPECT_EQ(info.claimed_frames, 2'500);
}

TEST(AudioReader, LogarithmicSamplesAreCountedToo) {
  const AudioInfo info = accepted(wav_bytes(kPayload, {.format = 7, .bits = 8, .data_bytes = 5'000}));
  EXPECT_EQ(info.frames, 2'000);
  EXPECT_EQ(info.claimed_frames, 5'000);
}

std::string big_endian(std::uint32_t value, int bytes) {
  const std::string little = test::little_endian(value, bytes);
  return {little.rbegin(), little.rend()};
}

TEST(AudioReader, ACutAiffHasPromisedMoreToo) {
  constexpr std::uint32_t kFrames = 5'000;
  const std::string rate{"\x40\x0D\xFA\x00\x00\x00\x00\x00\x00\x00", 10};             // 32000 as 80 bits of float
  const std::string text = "NAME" + big_endian(3, 4) + "abc" + std::string(1, '\0');  // of odd length
  const std::string format =
      "COMM" + big_endian(18, 4) + big_endian(1, 2) + big_endian(kFrames, 4) + big_endian(16, 2) + rate;
  const std::string data = "SSND" + big_endian(8 + 2 * kFrames, 4) + std::string(8, '\0') + kPayload;
  const std::string body = "AIFF" + text + format + data;
  const AudioInfo info = accepted("FORM" + big_endian(static_cast<std::uint32_t>(body.size()), 4) + body);
  EXPECT_EQ(info.sample_rate_hz, 32'000);
  EXPECT_EQ(info.frames, 1'000);
  EXPECT_EQ(info.claimed_frames, kFrames);
}

TEST(AudioReader, ALengthOfAllOnesPromisesNothing) {
  const AudioInfo info = accepted(wav_bytes(kPayload, {.data_bytes = 0xFFFF'FFFFU}));
  EXPECT_EQ(info.frames, 1'000);
  EXPECT_EQ(info.claimed_frames, 1'000);
}

TEST(AudioReader, ReadsWhatTheHeaderClaimsAndNoMore) {
  EXPECT_EQ(accepted(wav_bytes(kPayload, {.data_bytes = 800})).frames, 400);
}

TEST(AudioReader, DeliversSamplesInPiecesOfAnySize) {
  const TemporaryFolder folder;
  publish_text(folder / "x.wav", wav_bytes(kPayload, {.channels = 2}));
  AudioReader reader = std::get<AudioReader>(AudioReader::open(folder / "x.wav"));
  std::vector<float> all;
  for (std::vector<float> piece(6); const auto frames = static_cast<std::size_t>(reader.read(piece));)
    all.insert(all.end(), piece.begin(), piece.begin() + static_cast<std::ptrdiff_t>(2 * frames));
  const std::vector<std::int16_t> expected = ramp(1'000);
  ASSERT_EQ(all.size(), expected.size());
  for (std::size_t i = 0; i < all.size(); ++i) EXPECT_EQ(all[i] * 32'768.0F, expected[i]);
  EXPECT_TRUE(reader.complaint().empty());
}

TEST(AudioReader, OpensWhatIsKnownByItsNameAlone) {
  const TemporaryFolder folder;
  publish_text(folder / "x.vox", std::string(1'000, '\x17'));
  publish_text(folder / "x.wav", std::string(1'000, '\x17'));
  auto opened = AudioReader::open(folder / "x.vox");

  ASSERT_TRUE(std::holds_alternative<AudioReader>(opened));
  std::vector<float> samples(3'000);
  EXPECT_EQ(std::get<AudioReader>(opened).read(samples), 2'000);
  EXPECT_TRUE(std::holds_alternative<Refusal>(AudioReader::open(folder / "x.wav")));
}

TEST(AudioWriter, WhatItWritesReadsBackExactly) {
  for (const AudioFormat format : {AudioFormat::flac, AudioFormat::wav}) {
    const TemporaryFolder folder;
    const fs::path path = folder / ("deep/er/x" + std::string{file_extension(format)});
    AudioWriter writer{path, format, 48'000};
    writer.write(ramp(10'000));
    EXPECT_FALSE(fs::exists(path)) << "nothing half-written is visible";
    writer.publish();
    AudioReader reader = std::get<AudioReader>(AudioReader::open(path));
    EXPECT_EQ(reader.info().sample_rate_hz, 48'000);
    std::vector<float> samples(20'000);
    ASSERT_EQ(reader.read(samples), 10'000);
    for (std::size_t i = 0; i < 10'000; ++i) ASSERT_EQ(samples[i] * 32'768.0F, ramp(10'000)[i]) << i;
  }
}

TEST(AudioWriter, LeavesNothingUnlessPublished) {
  const TemporaryFolder folder;
  { AudioWriter{folder / "x.flac", AudioFormat::flac, 32'000}.write(ramp(100)); }
  EXPECT_TRUE(fs::is_empty(folder.path()));
}

TEST(WavHeader, OtherFilesHaveNone) {
  const TemporaryFolder folder;
  for (const auto* text : {"", "RIFF", "fLaC and so on", "RIFFxxxxAVI LIST"}) {
    publish_text(folder / "x", text);
    EXPECT_FALSE(header_of(folder / "x").has_value()) << text;
  }
}

TEST(WavHeader, SurvivesAnyLengthOfAnyChunk) {
  const TemporaryFolder folder;
  for (const std::uint32_t size : {0U, 1U, 15U, 0x7FFF'FFFFU, 0x8000'0000U, 0xFFFF'FFFEU, 0xFFFF'FFFFU}) {
    publish_text(folder / "x",
                 "RIFF" + test::little_endian(size, 4) + "WAVEjunk" + test::little_endian(size, 4) + "..");
    EXPECT_FALSE(header_of(folder / "x").has_value()) << size;
  }
  for (const auto* bytes : {"\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x7F", "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"}) {
    std::string wave64 =
        "riff" + std::string(20, '\0') + "wave" + std::string(12, '\0') + "junk" + std::string(12, '\0');
    publish_text(folder / "x", wave64 + std::string{bytes, 8} + std::string(40, '\0'));
    EXPECT_FALSE(header_of(folder / "x").has_value());
  }
}

TEST(WavHeader, FindsDataBehindOtherChunks) {
  const TemporaryFolder folder;
  std::string bytes = wav_bytes(kPayload);
  bytes.insert(12, "LIST" + test::little_endian(5, 4) + "notes" + '\0');  // odd sizes are padded
  publish_text(folder / "x.wav", bytes);
  const auto header = header_of(folder / "x.wav");
  ASSERT_TRUE(header.has_value());
  EXPECT_EQ(header->data_bytes, 2'000);
  EXPECT_EQ(header->sample_rate_hz, 32'000);
}

}  // namespace
}  // namespace veery
