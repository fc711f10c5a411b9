#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <veery/base/digest.hpp>
#include <veery/base/error.hpp>
#include <veery/base/staged_file.hpp>
#include <veery/hdf5/file.hpp>

#include "support/temporary_folder.hpp"

namespace veery::hdf5 {

using test::TemporaryFolder;

namespace {

void write_model(const std::filesystem::path& path) {
  File file = File::create(path);
  {
    Group layer = file.root().create_group("layer0");
    layer.set_text("kind", "conv");
    const std::vector<float> weights{1.0F, 2.0F, 3.0F, 4.0F, 5.0F, 6.0F};
    Dataset dataset = layer.create_dataset("weights", element_type_of<float>(), {.shape = {2, 3}});
    write_numbers<float>(dataset, weights);
    Dataset scale = layer.create_dataset("axis", element_type_of<float>(), {.shape = {2}});
    scale.make_scale("row");
    dataset.attach_scale(0, scale);
  }
  file.close();
}

TEST(File, IsWrittenByOneThreadAtATime) {
  const TemporaryFolder folder;
  write_model(folder / "alone.h5");
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&folder, t] {
      for (int i = 0; i < 20; ++i) write_model(folder / ("m" + std::to_string(t) + ".h5"));
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (int t = 0; t < 4; ++t) {
    EXPECT_EQ(digest_file(folder / ("m" + std::to_string(t) + ".h5")).sha256, digest_file(folder / "alone.h5").sha256);
  }
}

TEST(File, HoldsGroupsAndContiguousDatasets) {
  const TemporaryFolder folder;
  write_model(folder / "m.h5");
  const File file = File::open(folder / "m.h5");
  EXPECT_EQ(file.root().names(), std::vector<std::string>{"layer0"});
  EXPECT_TRUE(file.root().contains("layer0"));
  EXPECT_FALSE(file.root().contains("layer1"));
  const Group layer = file.root().open_group("layer0");
  EXPECT_EQ(layer.names(), (std::vector<std::string>{"axis", "weights"}));
  const Dataset weights = layer.open_dataset("weights");
  EXPECT_EQ(weights.shape(), (std::vector<std::int64_t>{2, 3}));
  EXPECT_EQ(read_numbers<float>(weights), (std::vector<float>{1, 2, 3, 4, 5, 6}));
  EXPECT_THROW((void)read_numbers<double>(weights), Error);
}

TEST(File, HasNoTimesInside) {
  const TemporaryFolder folder;
  write_model(folder / "a.h5");
  std::this_thread::sleep_for(std::chrono::milliseconds{1100});
  write_model(folder / "b.h5");
  EXPECT_EQ(digest_file(folder / "a.h5").sha256, digest_file(folder / "b.h5").sha256);
}

TEST(File, MovesWithItsOpenHandles) {
  const TemporaryFolder folder;
  File first = File::create(folder / "a.h5");
  File second = std::move(first);
  second.root().set_integer("n", 1);
  second.close();
  EXPECT_EQ(File::open(folder / "a.h5").root().integer("n"), 1);
}

TEST(File, RefusesToCloseUnderAnOpenDataset) {
  const TemporaryFolder folder;
  File file = File::create(folder / "a.h5");
  const Dataset open = file.root().create_dataset("d", element_type_of<float>(), {.shape = {1}});
  EXPECT_THROW(file.close(), Error);
}

TEST(File, OpeningWhatIsNoHdf5IsAnError) {
  const TemporaryFolder folder;
  EXPECT_THROW((void)File::open(folder / "missing.h5"), Error);
  publish_text(folder / "text.h5", "not HDF5");
  publish_text(folder / "empty.h5", "");
  EXPECT_THROW((void)File::open(folder / "text.h5"), Error);
  EXPECT_THROW((void)File::open(folder / "empty.h5"), Error);
  EXPECT_THROW((void)File::open(folder / "."), Error);
  EXPECT_THROW((void)File::create(folder / "no folder/a.h5"), Error);
}

}  // namespace
}  // namespace veery::hdf5
