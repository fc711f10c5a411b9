// Reading checkpoints: every one that TensorFlow wrote for us, and every kind of damage.
#include <ATen/Functions.h>
#include <nlohmann/json.hpp>

#include <functional>
#include <random>

#include <veery/base/error.hpp>
#include <veery/base/staged_file.hpp>
#include <veery/separation/tf_checkpoint.hpp>

#include "separation/checkpoint_writer.hpp"
#include "separation/goldens.hpp"
#include "support/error_of.hpp"
#include "support/temporary_folder.hpp"

namespace veery::test {
namespace {

at::Tensor read(const TfCheckpoint& checkpoint, const std::string& name) {
  const TfVariable* variable = checkpoint.find(name);
  if (variable == nullptr) throw std::runtime_error("no variable " + name);
  return checkpoint.read(*variable);
}

class Rewritten : public testing::TestWithParam<std::string> {};

TEST_P(Rewritten, IndexHoldsWhatTheOriginalHolds) {
  VEERY_NEED_SHARED_GOLDENS();
  const TemporaryFolder folder;
  const std::filesystem::path vectors = shared_goldens() / "ckpt-format";
  const std::string data = ".data-00000-of-00001";
  std::filesystem::copy_file(vectors / (GetParam() + ".index"), folder / "a.ckpt.index");
  std::filesystem::copy_file(vectors / ("snappy-oneblock.ckpt" + data), folder / ("a.ckpt" + data));

  const TfCheckpoint checkpoint = TfCheckpoint::open(folder.path());

  const TfCheckpoint original = TfCheckpoint::open(shared_goldens() / "train-mixit/step4.ckpt.index");
  ASSERT_EQ(checkpoint.variables().size(), 177U);
  for (const TfVariable& variable : original.variables()) {
    EXPECT_TRUE(at::equal(read(checkpoint, variable.name), original.read(variable))) << variable.name;
  }
}

INSTANTIATE_TEST_SUITE_P(, Rewritten,
                         testing::Values("snappy-oneblock.ckpt", "snappy-manyblocks.ckpt", "plain-manyblocks.ckpt"),
                         [](const testing::TestParamInfo<std::string>& test) {
                           return std::to_string(test.index) + test.param.substr(0, test.param.find('-'));
                         });

TEST(TfCheckpoint, EveryElementTypeAndShardIsRead) {
  VEERY_NEED_SHARED_GOLDENS();
  const std::filesystem::path vectors = shared_goldens() / "ckpt-format";
  const auto expected = nlohmann::json::parse(read_text(vectors / "vectors.json"))["two-shards"];

  const TfCheckpoint checkpoint = TfCheckpoint::open(vectors / "two-shards.ckpt");

  ASSERT_EQ(checkpoint.variables().size(), expected.size());
  for (const auto& [name, variable] : expected.items()) {
    const at::Tensor values = read(checkpoint, name);
    EXPECT_EQ(values.sizes().vec(), variable["shape"].get<std::vector<std::int64_t>>()) << name;
    const at::Tensor numbers = values.to(at::kDouble).reshape({-1});
    for (std::size_t i = 0; i < variable["values"].size(); ++i) {
      const auto& value = variable["values"][i];
      EXPECT_EQ(numbers[static_cast<std::int64_t>(i)].item<double>(),
                value.is_boolean() ? static_cast<double>(value.get<bool>()) : value.get<double>())
          << name;
    }
  }
}

TEST(TfCheckpoint, APartitionedVariableIsRefusedByName) {
  VEERY_NEED_SHARED_GOLDENS();
  const TfCheckpoint checkpoint = TfCheckpoint::open(shared_goldens() / "ckpt-format/sliced.ckpt");

  std::string errors;
  for (const TfVariable& variable : checkpoint.variables()) {
    errors += error_of([&] { static_cast<void>(checkpoint.read(variable)); });
  }

  EXPECT_NE(errors.find("stored in slices"), std::string::npos) << errors;
}

TEST(TfCheckpoint, MissingFilesAreNamed) {
  const TemporaryFolder folder;
  const std::filesystem::path own = own_goldens() / "small-hop28";
  std::filesystem::copy_file(own / "model.ckpt.index", folder / "a.index");
  const TfCheckpoint checkpoint = TfCheckpoint::open(folder / "a");

  const std::string no_index = error_of([&] { static_cast<void>(TfCheckpoint::open(folder / "b")); });
  const std::string no_data = error_of([&] { static_cast<void>(checkpoint.read(checkpoint.variables()[0])); });

  EXPECT_NE(no_index.find("b.index"), std::string::npos) << no_index;
  EXPECT_NE(no_data.find("a.data-00000-of-00001"), std::string::npos) << no_data;
}

/// A checkpoint to be damaged: reads all of it after each change.
class Damaged : public testing::Test {
 protected:
  /// Either an Error or just what the undamaged checkpoint holds (some bytes mean nothing).
  void expect_error_or_the_same(const std::string& index, const std::string& data, const std::string& what) {
    write_bytes(folder_ / "a.index", index);
    write_bytes(folder_ / "a.data-00000-of-00001", data);
    try {
      const std::vector<Variable> read = read_variables(folder_ / "a");
      ASSERT_EQ(read.size(), intact_.size()) << what;
      for (std::size_t i = 0; i < read.size(); ++i) ASSERT_EQ(read[i].values, intact_[i].values) << what;
    } catch (const Error& error) {
      EXPECT_FALSE(std::string{error.what()}.empty());
      ++refused_;
    }
  }
  void expect_no_crash(const std::string& index, const std::string& data) {
    write_bytes(folder_ / "a.index", index);
    write_bytes(folder_ / "a.data-00000-of-00001", data);
    try {
      static_cast<void>(import_checkpoint(folder_ / "a", options_in(own_)));
    } catch (const Error&) {
      ++refused_;
    }
  }

  const std::filesystem::path own_ = own_goldens() / "small-hop28";
  const std::string index_ = bytes_of(own_ / "model.ckpt.index");
  const std::string data_ = bytes_of(own_ / "model.ckpt.data-00000-of-00001");
  const std::vector<Variable> intact_ = read_variables(own_ / "model.ckpt");
  const TemporaryFolder folder_;
  int refused_ = 0;
};

TEST_F(Damaged, CutShortAnywhereItIsRefused) {
  int cut = 0;
  for (std::size_t size = 0; size < index_.size(); size += 100, ++cut) {
    expect_error_or_the_same(index_.substr(0, size), data_, "index cut at " + std::to_string(size));
  }
  for (std::size_t size = 0; size < data_.size(); size += 100, ++cut) {
    expect_error_or_the_same(index_, data_.substr(0, size), "data cut at " + std::to_string(size));
  }

  EXPECT_EQ(refused_, cut);
}

TEST_F(Damaged, AFlippedBitIsFoundOrMeansNothing) {
  for (std::size_t at = 0; at < index_.size(); at += 7) {
    std::string index = index_;
    index[at] = static_cast<char>(index[at] ^ (1 << (at % 8)));
    expect_error_or_the_same(index, data_, "bit in byte " + std::to_string(at) + " of the index");
  }
  for (std::size_t at = 0; at < data_.size(); at += 211) {
    std::string data = data_;
    data[at] = static_cast<char>(data[at] ^ (1 << (at % 8)));
    expect_error_or_the_same(index_, data, "bit in byte " + std::to_string(at) + " of the data");
  }

  EXPECT_GT(refused_, 400);
}

TEST_F(Damaged, LengthsInTheFooterAreNotTrusted) {
  for (std::size_t at = index_.size() - 48; at + 8 < index_.size(); ++at) {
    for (const std::size_t length : {1U, 2U, 5U, 10U}) {
      std::string index = index_;
      for (std::size_t i = at; i < std::min(at + length, index.size() - 8); ++i) index[i] = '\xff';
      expect_error_or_the_same(index, data_, "lengths from " + std::to_string(at));
    }
  }

  EXPECT_GT(refused_, 10);
}

// The checksum says that nobody damaged the block by chance; it does not say that its writer was honest.
TEST_F(Damaged, LengthsUnderARightChecksumAreNotTrusted) {
  const std::string payload = data_block(index_);
  ASSERT_EQ(with_data_block(index_, payload), index_);
  std::mt19937 random{1};
  for (int round = 0; round < 600; ++round) {
    std::string changed = payload;
    const std::size_t at = random() % changed.size();
    const std::size_t length = 1 + random() % 6;
    for (std::size_t i = at; i < std::min(at + length, changed.size()); ++i) {
      changed[i] = round % 2 == 0 ? '\xff' : static_cast<char>(random() & 0xFFU);
    }
    expect_no_crash(with_data_block(index_, changed), data_);
  }

  EXPECT_GT(refused_, 300);
}

// 0xFFFFFFF5 bytes of key and 11 of value are together none at all in 32 bits.
TEST_F(Damaged, LengthsWhoseSumOverflowsAreRefused) {
  std::string payload = data_block(index_);
  const std::string entry{"\x00\xf5\xff\xff\xff\x0f\x0b", 7};
  payload.replace(0, entry.size(), entry);
  write_bytes(folder_ / "a.index", with_data_block(index_, payload));

  const std::string error = error_of([&] { static_cast<void>(TfCheckpoint::open(folder_ / "a")); });

  EXPECT_NE(error.find("beyond its block"), std::string::npos) << error;
}

TEST_F(Damaged, AVariableOfImpossibleSizeIsNamed) {
  write_checkpoint(folder_ / "a", {{"huge", {std::int64_t{1} << 39, 1024}, {1.0F}}});

  const std::string error = error_of([&] { static_cast<void>(TfCheckpoint::open(folder_ / "a")); });

  EXPECT_NE(error.find("huge"), std::string::npos) << error;
}

}  // namespace
}  // namespace veery::test
