// What stems add to a shard, and that they are guarded as the mixture is.
#include <fcntl.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <set>
#include <string>
#include <vector>

#include <veery/base/error.hpp>
#include <veery/base/file_descriptor.hpp>
#include <veery/base/staged_file.hpp>
#include <veery/hdf5/file.hpp>
#include <veery/shards/shard_reader.hpp>

#include "small_dataset.hpp"

namespace veery {
namespace {

namespace fs = std::filesystem;
using test::SmallDataset;
using test::TemporaryFolder;
using Names = std::set<std::string>;
using Shape = std::vector<std::int64_t>;

const Names kWithoutStems{"example",
                          "sample",
                          "audio",
                          "recording_id",
                          "segment_id",
                          "segment_start",
                          "segment_end",
                          "filename",
                          "label",
                          "source_start_sample",
                          "source_end_sample",
                          "source_sample_rate_hz",
                          "padded_samples",
                          "peak_sample",
                          "peak_energy",
                          "start_time",
                          "site",
                          "row_xxh3"};

Names names_in(const hdf5::File& file) {
  const std::vector<std::string> names = file.root().names();
  return {names.begin(), names.end()};
}

TEST(ShardStems, WithoutThemAShardHasNothingOfThem) {
  const TemporaryFolder folder;
  const hdf5::File file = hdf5::File::open(folder.path() / SmallDataset{2}.write(folder.path()).file_name);

  EXPECT_EQ(names_in(file), kWithoutStems);
  EXPECT_EQ(file.root().integer("format_version"), 1);
  EXPECT_EQ(file.root().open_dataset("audio").shape(), (Shape{2, 1000}));
  EXPECT_EQ(file.root().open_dataset("row_xxh3").text("description"),
            "XXH3 (64 bits, seed 0) of the row of audio as little-endian bytes");
}

TEST(ShardStems, AreADatasetBesideTheAudio) {
  const TemporaryFolder folder;
  const SmallDataset dataset{2, test::schema_with_stems(3)};
  const hdf5::File file = hdf5::File::open(folder.path() / dataset.write(folder.path()).file_name);

  Names expected = kWithoutStems;
  expected.insert({"source", "stems", "peak_source", "stem_gain"});
  EXPECT_EQ(names_in(file), expected);
  const hdf5::Dataset stems = file.root().open_dataset("stems");
  EXPECT_EQ(stems.shape(), (Shape{2, 3, 1000}));
  EXPECT_EQ(stems.type(), file.root().open_dataset("audio").type());
  EXPECT_EQ(stems.axis_label(0), "example");
  EXPECT_EQ(stems.axis_label(1), "source");
  EXPECT_EQ(stems.axis_label(2), "sample");
  EXPECT_EQ(stems.integer("sample_rate_hz"), 32000);
  EXPECT_FALSE(stems.text("units").empty());
  EXPECT_EQ(file.root().open_dataset("peak_source").type(), hdf5::element_type_of<std::int32_t>());
  EXPECT_EQ(file.root().open_dataset("stem_gain").type(), hdf5::element_type_of<float>());
}

TEST(ShardStems, LeaveTheOrderOfRowsAlone) {
  const TemporaryFolder folder;
  const std::vector<std::size_t> plain = SmallDataset{50}.write(folder.path(), 0, 2).order;
  EXPECT_EQ((SmallDataset{50, test::schema_with_stems()}.write(folder.path(), 1, 2).order), plain);
}

TEST(ShardStems, ReadingThemWhereThereAreNoneIsAnError) {
  const TemporaryFolder folder;
  const ShardReader reader{folder.path() / SmallDataset{2}.write(folder.path()).file_name};
  std::vector<std::byte> nothing;
  EXPECT_THROW(reader.read_stems(0, nothing), Error);
}

TEST(ShardStems, ABufferOfAnotherSizeIsAnError) {
  const TemporaryFolder folder;
  const SmallDataset dataset{2, test::schema_with_stems()};
  const ShardReader reader{folder.path() / dataset.write(folder.path()).file_name};
  std::vector<std::byte> whole(row_bytes(dataset.schema()));
  EXPECT_THROW(reader.read_stems(0, whole), Error);
  EXPECT_THROW(reader.read_audio(0, whole), Error);
}

TEST(ShardStems, ADamagedStemIsNamedAndItsMixtureIsRead) {
  const TemporaryFolder folder;
  const SmallDataset dataset{5, test::schema_with_stems()};
  const ShardSummary summary = dataset.write(folder.path());
  const fs::path path = folder.path() / summary.file_name;
  const std::vector<std::byte> wanted = dataset.stems(summary.order[3]);
  const std::size_t at = read_text(path).find({reinterpret_cast<const char*>(wanted.data()), wanted.size()});
  ASSERT_NE(at, std::string::npos);
  {
    FileDescriptor file = FileDescriptor::open(path, O_RDWR);
    const std::byte flipped = wanted[4000] ^ std::byte{1};
    file.write_at(static_cast<std::int64_t>(at) + 4000, {&flipped, 1});
  }

  const ShardReader reader{path};
  const std::vector<std::string> problems = reader.verify();
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_TRUE(problems[0].starts_with("row 3: ")) << problems[0];
  std::vector<std::byte> audio(mixture_bytes(dataset.schema()));
  std::vector<std::byte> stems(stems_bytes(dataset.schema()));
  EXPECT_THROW(reader.read_stems(3, stems), Error);
  reader.read_audio(3, audio);
  EXPECT_EQ(audio, dataset.audio(summary.order[3]));
}

// HDF5's own checksum is right then; the row's hash is not.
TEST(ShardStems, AStemThatAnotherProgramChangedIsFound) {
  const char* python = std::getenv("VEERY_TEST_PYTHON");
  if (python == nullptr || std::system((std::string{python} + " -c 'import h5py' 2>/dev/null").c_str()) != 0) {
    GTEST_SKIP() << "VEERY_TEST_PYTHON has no h5py";
  }
  const TemporaryFolder folder;
  const SmallDataset dataset{5, test::schema_with_stems()};
  const fs::path path = folder.path() / dataset.write(folder.path()).file_name;
  ASSERT_TRUE(ShardReader{path}.verify().empty());
  const std::string flip = " -c 'import h5py, sys; h5py.File(sys.argv[1], \"r+\")[\"stems\"][2, 1, 7] ^= 1' ";
  ASSERT_EQ(std::system((python + flip + path.string()).c_str()), 0);

  EXPECT_EQ(ShardReader{path}.verify(), std::vector<std::string>{"row 2: the audio is not what was written"});
}

TEST(ShardStems, OfAnotherShapeThanTheAudioAreAnError) {
  const TemporaryFolder folder;
  const fs::path path = folder.path() / "odd.h5";
  hdf5::File file = hdf5::File::create(path);
  file.root().set_text("kind", "veery.shard");
  file.root().set_integer("format_version", 1);
  file.root().set_integer("sample_rate_hz", 32000);
  (void)file.root().create_dataset("audio", hdf5::element_type_of<float>(), {.shape = {2, 10}});
  (void)file.root().create_dataset("stems", hdf5::element_type_of<float>(), {.shape = {2, 3, 9}});
  file.close();
  EXPECT_THROW(ShardReader{path}, Error);
}

void expect_refused(const ExampleSchema& schema, std::int32_t peak_source, float stem_gain) {
  const TemporaryFolder folder;
  SmallDataset dataset{3, schema};
  dataset.examples[1].peak_source = peak_source;
  dataset.examples[1].stem_gain = stem_gain;
  EXPECT_THROW((void)dataset.write(folder.path()), Error) << peak_source << ' ' << stem_gain;
  EXPECT_TRUE(fs::is_empty(folder.path()));
}

TEST(ShardStems, SourcesAndGainsThatCannotBeAreRefused) {
  const ExampleSchema with_stems = test::schema_with_stems(3);
  expect_refused(with_stems, 3, 1.0F);
  expect_refused(with_stems, -2, 1.0F);
  for (const float gain : {0.0F, -0.5F, 0.3F, 2.0F, std::numeric_limits<float>::quiet_NaN()}) {
    expect_refused(with_stems, 0, gain);
  }
  expect_refused(test::small_schema(), 0, 1.0F);
  expect_refused(test::small_schema(), -1, 0.5F);
}

}  // namespace
}  // namespace veery
