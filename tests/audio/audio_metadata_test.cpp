#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <string>

#include <veery/audio/audio_file.hpp>
#include <veery/base/error.hpp>
#include <veery/base/staged_file.hpp>
#include <veery/base/text.hpp>

#include "support/read_audio.hpp"
#include "support/temporary_folder.hpp"
#include "wav_bytes.hpp"

namespace veery {
namespace {

namespace fs = std::filesystem;
using test::little_endian;
using test::TemporaryFolder;

const std::string kAudioMoth =
    "Recorded at 21:01:00 01/02/2021 (UTC) by AudioMoth 24F319055FDF2F5B at medium gain while battery was 4.2V.";
const std::string kGuano = "GUANO|Version: 1.0\nTimestamp: 2021-02-01T21:01:00Z\nOAD|Battery: 4.2\n";
const std::string kPayload(400, '\1');

std::string chunk(const std::string& id, const std::string& body) {
  std::string bytes = id + little_endian(static_cast<std::uint32_t>(body.size()), 4) + body;
  return bytes.size() % 2 == 0 ? bytes : bytes + '\0';
}

std::string info_list(const std::string& id, const std::string& text) {
  return chunk("LIST", "INFO" + chunk(id, text + '\0'));
}

/// 602 bytes and a coding history, as Broadcast WAVE has it.
std::string broadcast_bytes() {
  std::string bytes(602, '\0');
  bytes.replace(0, 5, "a bog");
  bytes.replace(320, 18, "2021-02-0121:01:00");
  bytes.replace(338, 8, "\1\2\3\4\0\0\0\0", 8);
  return bytes + "A=PCM,F=48000\r\n";
}

/// A WAV with `chunks` between format and samples.
std::string wav_with(const std::string& chunks) {
  std::string bytes = test::wav_bytes(kPayload);
  bytes.insert(bytes.find("data"), chunks);
  return bytes.replace(4, 4, little_endian(static_cast<std::uint32_t>(bytes.size() - 8), 4));
}

AudioMetadata metadata_of(const std::string& bytes) {
  const TemporaryFolder folder;
  publish_text(folder / "x.wav", bytes);
  return read_metadata(folder / "x.wav");
}

/// `metadata` once through a file of that format.
AudioMetadata through(AudioFormat format, const AudioMetadata& metadata) {
  const TemporaryFolder folder;
  AudioWriter writer{folder / "x", format, 32'000, metadata};
  writer.write(std::vector<std::int16_t>(100, 5));
  writer.publish();
  EXPECT_EQ(test::read_audio(folder / "x").size(), 100U) << "the samples are as before";
  return read_metadata(folder / "x");
}

AudioMetadata rich() {
  return metadata_of(wav_with(chunk("bext", broadcast_bytes()) + info_list("ICMT", kAudioMoth) +
                              info_list("IART", "AudioMoth 24F319055FDF2F5B") + chunk("guan", kGuano) +
                              chunk("iXML", "<BWFXML/>") + chunk("junk", "not ours")));
}

TEST(AudioMetadata, ReadsWhatRecordersWrite) {
  const AudioMetadata metadata = rich();
  EXPECT_EQ(metadata.texts.at("comment"), kAudioMoth);
  EXPECT_EQ(metadata.texts.at("artist"), "AudioMoth 24F319055FDF2F5B");
  EXPECT_EQ(metadata.guano.text(), kGuano);
  ASSERT_EQ(metadata.chunks.size(), 2U);
  EXPECT_EQ(metadata.chunks[0].id, "bext");
  EXPECT_EQ(metadata.chunks[0].bytes, broadcast_bytes());
  EXPECT_EQ(metadata.chunks[1].bytes, "<BWFXML/>");
  EXPECT_TRUE(metadata.left_out.empty());
}

TEST(AudioMetadata, ChunksBehindTheSamplesAreFoundToo) {
  const AudioMetadata metadata = metadata_of(test::wav_bytes(kPayload) + chunk("guan", kGuano));
  EXPECT_EQ(metadata.guano.text(), kGuano);
}

TEST(AudioMetadata, AFileWithoutAnyHasNone) {
  const TemporaryFolder folder;
  for (const AudioMetadata& metadata : {metadata_of(test::wav_bytes(kPayload)), metadata_of("no audio at all"),
                                        read_metadata(folder / "missing"), read_metadata(folder.path())}) {
    EXPECT_EQ(metadata.bytes(), 0U);
  }
}

TEST(AudioMetadata, WavKeepsAll) {
  const AudioMetadata before = rich();
  for (const AudioFormat format : {AudioFormat::wav, AudioFormat::wav_float}) {
    const AudioMetadata after = through(format, before);
    EXPECT_EQ(after.texts, before.texts);
    EXPECT_EQ(after.guano.fields(), before.guano.fields());
    ASSERT_EQ(after.chunks.size(), before.chunks.size());
    for (std::size_t i = 0; i < after.chunks.size(); ++i) {
      EXPECT_EQ(after.chunks[i].id, before.chunks[i].id);
      // Padded with zeros to four bytes.
      std::string padded = before.chunks[i].bytes;
      padded.resize((padded.size() + 3) / 4 * 4);
      EXPECT_EQ(after.chunks[i].bytes, padded);
    }
  }
}

TEST(AudioMetadata, TheGuanoChunkIsTextWithLineBreaksForPadding) {
  const TemporaryFolder folder;
  AudioMetadata metadata;
  metadata.guano.set("Make", "x");
  AudioWriter{folder / "x.wav", AudioFormat::wav, 32'000, metadata}.publish();
  const std::string expected = "GUANO|Version: 1.0\nMake: x\n\n";
  EXPECT_NE(read_text(folder / "x.wav").find("guan" + little_endian(28, 4) + expected), std::string::npos);
}

TEST(AudioMetadata, FlacHasGuanoBehindTheComment) {
  const AudioMetadata before = rich();
  for (const AudioFormat format : {AudioFormat::flac, AudioFormat::flac24}) {
    const AudioMetadata after = through(format, before);
    EXPECT_EQ(after.texts, before.texts);
    EXPECT_EQ(after.guano.fields(), before.guano.fields());
  }
  const TemporaryFolder folder;
  AudioWriter{folder / "x.flac", AudioFormat::flac, 32'000, before}.publish();
  EXPECT_NE(read_text(folder / "x.flac").find("comment=" + kAudioMoth + "\n" + kGuano), std::string::npos);
}

TEST(AudioMetadata, GuanoAloneIsTheCommentOfAFlac) {
  AudioMetadata metadata;
  metadata.guano = Guano::parse(kGuano);
  const AudioMetadata after = through(AudioFormat::flac, metadata);
  EXPECT_EQ(after.guano.text(), kGuano);
  EXPECT_TRUE(after.texts.empty());
}

TEST(AudioMetadata, TextsThatAreNotUtf8AreLatin1) {
  const AudioMetadata before = metadata_of(wav_with(info_list("INAM", "Z\xFCrich \xEF\xBF\xBF")));
  EXPECT_TRUE(is_utf8(before.texts.at("title")));
  EXPECT_TRUE(before.texts.at("title").starts_with("Z\xC3\xBCrich"));
  EXPECT_EQ(through(AudioFormat::flac, before).texts, before.texts);
}

TEST(AudioMetadata, WhatFlacRefusesInATextDoesNotReachIt) {
  AudioMetadata metadata;
  metadata.texts = {{"title", "\xFF\xFE"}, {"comment", "x\xEF\xBF\xBEy"}};
  const AudioMetadata after = through(AudioFormat::flac, metadata);
  EXPECT_EQ(after.texts.at("title"), "\xC3\xBF\xC3\xBE");
  EXPECT_EQ(after.texts.at("comment"), "x\xEF\xBF\xBDy");
}

TEST(AudioMetadata, ALongSoftwareNameIsCutBetweenCharacters) {
  std::string name;
  for (int i = 0; i < 200; ++i) name += "\xC3\xA9";
  for (const AudioFormat format : {AudioFormat::flac, AudioFormat::wav}) {
    AudioMetadata metadata;
    metadata.texts = {{"software", name}};
    const std::string software = through(format, metadata).texts.at("software");
    EXPECT_TRUE(software.starts_with(name.substr(0, 96)));
    EXPECT_TRUE(is_utf8(software));
  }
}

TEST(AudioMetadata, HugeChunksAreLeftOutByName) {
  const std::string huge(kMostMetadataRead + 1, 'x');
  const AudioMetadata metadata = metadata_of(wav_with(chunk("iXML", huge) + chunk("wamd", std::string(30'000, 'w')) +
                                                      chunk("bext", std::string(30'000, 'b')) + chunk("guan", kGuano)));
  EXPECT_EQ(metadata.guano.text(), kGuano);
  EXPECT_EQ(metadata.left_out, (std::vector<std::string>{"iXML", "wamd"}));
  ASSERT_EQ(metadata.chunks.size(), 1U);
  EXPECT_EQ(through(AudioFormat::wav_float, metadata).chunks[0].bytes, metadata.chunks[0].bytes);
}

TEST(AudioMetadata, AsMuchAsIsReadCanBeWritten) {
  // Latin-1 doubles in UTF-8: what was small enough in the file may not be any more.
  const AudioMetadata latin = metadata_of(wav_with(chunk("guan", "a: " + std::string(kMostMetadataRead - 10, '\xFC'))));
  EXPECT_EQ(latin.left_out, std::vector<std::string>{"guan"});
  const AudioMetadata full =
      metadata_of(wav_with(chunk("guan", "GUANO|Version: 1.0\na: " + std::string(kMostMetadataRead - 200, 'y')) +
                           info_list("ICMT", std::string(150, 'c'))));
  EXPECT_TRUE(full.left_out.empty());
  for (const AudioFormat format : {AudioFormat::wav, AudioFormat::wav_float, AudioFormat::flac}) {
    const AudioMetadata after = through(format, full);
    EXPECT_TRUE(after.guano.fields() == full.guano.fields());
    EXPECT_EQ(after.texts, full.texts);
  }
}

TEST(AudioMetadata, NothingIsLostUpToTheMostThatIsWritten) {
  AudioMetadata metadata;
  metadata.chunks = {{"bext", std::string(16'000, 'b')}, {"iXML", std::string(16'000, 'x')}};
  metadata.guano.set("Note", std::string(16'000, 'n'));
  metadata.texts = {{"comment", "short"}};
  ASSERT_LE(metadata.bytes(), kMostMetadataWritten);
  for (const AudioFormat format : {AudioFormat::wav, AudioFormat::wav_float}) {
    const TemporaryFolder folder;
    AudioWriter writer{folder / "x.wav", format, 32'000, metadata};
    writer.write(std::vector<std::int16_t>(100, 5));
    writer.publish();
    const std::string bytes = read_text(folder / "x.wav");
    for (const char letter : {'b', 'x', 'n'}) EXPECT_GE(std::count(bytes.begin(), bytes.end(), letter), 16'000);
    EXPECT_EQ(test::read_audio(folder / "x.wav").size(), 100U);
  }
}

TEST(AudioMetadata, TooMuchIsAnError) {
  const TemporaryFolder folder;
  AudioMetadata metadata;
  metadata.chunks = {{"iXML", std::string(kMostMetadataWritten, 'x')}};
  EXPECT_THROW((AudioWriter{folder / "x.wav", AudioFormat::wav, 32'000, metadata}), Error);
  EXPECT_TRUE(fs::is_empty(folder.path()));
}

TEST(AudioMetadata, DamagedFilesDoNoHarm) {
  const std::string whole = wav_with(chunk("bext", broadcast_bytes()) + info_list("ICMT", kAudioMoth) +
                                     chunk("guan", kGuano) + chunk("wamd", "abcdefgh"));
  for (std::size_t length = 0; length < whole.size(); length += 29) (void)metadata_of(whole.substr(0, length));
  for (std::size_t at = 12; at < whole.size() - kPayload.size(); at += 13) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(~static_cast<unsigned char>(damaged[at]));
    const AudioMetadata metadata = metadata_of(damaged);
    EXPECT_LE(metadata.bytes(), kMostMetadataWritten);
    for (const auto& [name, text] : metadata.texts) EXPECT_TRUE(is_utf8(text)) << name;
  }
}

TEST(AudioMetadata, RealRecordingsKeepTheirs) {
  const fs::path folder = fs::path{VEERY_TEST_SHARED_DIR} / "audio";
  if (!fs::is_directory(folder)) {
    ASSERT_EQ(std::getenv("CI"), nullptr) << "missing: " << folder;
    GTEST_SKIP() << "no recordings beside the project";
  }
  const AudioMetadata moth = read_metadata(folder / "audiomoth.tools__20210201_210100T.WAV");
  EXPECT_TRUE(moth.texts.at("comment").starts_with("Recorded at 21:01:00 01/02/2021 (UTC) by AudioMoth"));
  const AudioMetadata bats = read_metadata(folder / "BirdNET-Analyzer__ANPA-103486.wav");
  ASSERT_NE(bats.guano.find("NABAT|Grts Id"), nullptr);
  EXPECT_EQ(*bats.guano.find("NABAT|Grts Id"), "74650");
  for (const AudioMetadata& before : {moth, bats}) {
    for (const AudioFormat format : {AudioFormat::flac, AudioFormat::wav_float}) {
      const AudioMetadata after = through(format, before);
      EXPECT_EQ(after.texts, before.texts);
      EXPECT_EQ(after.guano.fields(), before.guano.fields());
    }
  }
}

}  // namespace
}  // namespace veery
