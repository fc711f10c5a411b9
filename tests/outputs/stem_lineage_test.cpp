#include "outputs/stem_lineage.hpp"

#include <gtest/gtest.h>

#include <string>

#include <veery/audio/audio_file.hpp>
#include <veery/base/version.hpp>
#include <veery/hdf5/file.hpp>

#include "small_stems.hpp"

namespace veery {
namespace {

using test::noise_stems;
using test::publish_stems;
using test::small_parent;
using test::small_separation;
using test::TemporaryFolder;

std::string field(const Guano& guano, std::string_view key) {
  const std::string* value = guano.find(key);
  return value == nullptr ? "(none)" : *value;
}

TEST(StemLineage, TellsWhereAStemComesFrom) {
  const Guano lineage = stem_lineage(small_parent(), small_separation(4), 0.5);
  const AudioMetadata metadata = source_metadata(small_parent(), lineage, 3);

  const std::string version{program_version()};
  const std::string commit{program_commit()};
  EXPECT_EQ(metadata.guano.text(),
            "GUANO|Version: 1.0\nTimestamp: 2024-06-01T06:00:00.000Z\nSamplerate: 22050\nLength: 2\n"
            "Original Filename: 20240601_060000.wav\nVEERY|Version: " +
                version + "\nVEERY|Commit: " + commit +
                "\nVEERY|Parent: SITE/20240601_060000.wav\nVEERY|Parent Samplerate: 48000\n"
                "VEERY|Parent Samples: 96000\nVEERY|Sources: 4\nVEERY|Model: " +
                std::string(64, 'd') + "\nVEERY|Gain: 0.5\nVEERY|Precision: float32\nVEERY|Source: 3\n");
  EXPECT_EQ(metadata.texts, small_parent().metadata.texts);
}

TEST(StemLineage, KeepsWhatTheRecorderSaid) {
  ParentRecording parent = small_parent();
  parent.metadata.guano = Guano::parse(
      "Timestamp: 2024-06-01T08:00:00+02:00\nOriginal Filename: a.wav\nLength: 2.0\nSamplerate: 48000\nOAD|x: 1\n");
  const Guano lineage = stem_lineage(parent, small_separation(2), 1.0);
  EXPECT_EQ(field(lineage, "Timestamp"), "2024-06-01T08:00:00+02:00");
  EXPECT_EQ(field(lineage, "Original Filename"), "a.wav");
  EXPECT_EQ(field(lineage, "Length"), "2.0");
  EXPECT_EQ(field(lineage, "OAD|x"), "1");
  EXPECT_EQ(field(lineage, "Samplerate"), "22050") << "the file's own";
}

TEST(StemLineage, AnUnknownTimeIsLeftOut) {
  ParentRecording parent = small_parent();
  parent.start_time.clear();
  EXPECT_EQ(stem_lineage(parent, small_separation(2), 1.0).find("Timestamp"), nullptr);
}

TEST(StemLineage, EveryAudioFileCarriesItBesideTheOriginalMetadata) {
  ParentRecording parent = small_parent();
  parent.metadata.guano = Guano::parse("OAD|Battery: 4.2\n");
  parent.metadata.chunks = {{"bext", std::string(604, 'b')}};
  for (const StemFormat format : {StemFormat::flac16, StemFormat::flac24, StemFormat::wav_float}) {
    const TemporaryFolder folder;
    const PublishedStems published = publish_stems(folder, format, noise_stems(2, 1'000, 1.5), 1'000, parent);
    for (std::size_t source = 0; source < 2; ++source) {
      const AudioMetadata metadata = read_metadata(folder / "out" / published.files[source].path);
      EXPECT_EQ(metadata.texts.at("comment"), "Recorded by AudioMoth");
      EXPECT_EQ(field(metadata.guano, "OAD|Battery"), "4.2");
      EXPECT_EQ(field(metadata.guano, "VEERY|Source"), std::to_string(source));
      EXPECT_EQ(field(metadata.guano, "VEERY|Gain"), format == StemFormat::wav_float ? "1" : "0.5");
      EXPECT_EQ(metadata.chunks.size(), format == StemFormat::wav_float ? 1U : 0U);
    }
  }
}

TEST(StemLineage, TheHdf5FileCarriesItAsAttributes) {
  const TemporaryFolder folder;
  ParentRecording parent = small_parent();
  parent.metadata.guano.set("Note", std::string(40'000, 'n'));
  const auto published = publish_stems(folder, StemFormat::hdf5, noise_stems(2, 1'000, 1.5), 1'000, parent);
  const hdf5::File file = hdf5::File::open(folder / "out" / published.files[0].path);
  const hdf5::Group& root = file.root();
  EXPECT_EQ(root.text("kind"), "veery.stems");
  EXPECT_EQ(root.integer("format_version"), 1);
  EXPECT_EQ(root.text("program_version"), program_version());
  EXPECT_EQ(root.integer("sample_rate_hz"), 22'050);
  EXPECT_EQ(root.number("gain"), 1.0);
  EXPECT_EQ(root.text("model"), std::string(64, 'd'));
  EXPECT_EQ(root.text("parent"), "SITE/20240601_060000.wav");
  EXPECT_EQ(root.integer("parent_samples"), 96'000);
  EXPECT_EQ(root.text("parent_comment"), "Recorded by AudioMoth");
  EXPECT_EQ(field(Guano::parse(root.text("guano")), "VEERY|Sources"), "2");
  EXPECT_EQ(root.open_dataset("stems").shape(), (std::vector<std::int64_t>{1'000, 2}));
  EXPECT_EQ(root.open_dataset("stems").axis_label(1), "source");
}

TEST(StemLineage, HostileNamesStayInTheirField) {
  ParentRecording parent = small_parent();
  parent.path = "SITE/a\nVEERY|Model: forged\xFF.wav";
  const Guano guano = Guano::parse(stem_lineage(parent, small_separation(2), 1.0).text());
  EXPECT_EQ(field(guano, "VEERY|Model"), std::string(64, 'd'));
}

}  // namespace
}  // namespace veery
