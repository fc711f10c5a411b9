// The Python counterpart makes the same views of the same shards, bit for bit.
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <veery/base/staged_file.hpp>
#include <veery/training/mixture_batches.hpp>
#include <veery/training/mixtures.hpp>

#include "support/temporary_folder.hpp"
#include "training/mixture_rows.hpp"

namespace veery::test {
namespace {

namespace fs = std::filesystem;

std::shared_ptr<const ShardReader> open(const fs::path& path) {
  return std::make_shared<const ShardReader>(path);
}

int exit_code_of(const std::string& command) {
  const int status = std::system(command.c_str());
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

template <typename Number>
void append(std::string& bytes, const std::vector<Number>& numbers) {
  const auto raw = std::as_bytes(std::span{numbers});
  bytes.append(reinterpret_cast<const char*>(raw.data()), raw.size());
}

std::string views_as_bytes(const MixturePlan& plan, const RowSource& rows, const RowSource& noise) {
  std::string bytes;
  for (const std::uint32_t epoch : {0U, 7U}) {
    for (std::int64_t i = 0; i < plan.views(); ++i) {
      const MixtureView view = make_view(plan, rows, &noise, epoch, i);
      append(bytes, std::vector<std::int64_t>{static_cast<std::int64_t>(view.rows.size())});
      append(bytes, view.rows);
      append(bytes, view.audio);
      append(bytes, view.sources);
    }
  }
  return bytes;
}

void append(std::string& bytes, const at::Tensor& tensor) {
  bytes.append(static_cast<const char*>(tensor.const_data_ptr()), static_cast<std::size_t>(tensor.nbytes()));
}

/// Three views a batch on two ranks, one step more than an epoch has.
std::string batches_as_bytes(const MixturePlan& plan, const RowSource& rows, const RowSource& noise) {
  std::string bytes;
  const std::int64_t batches = batches_per_rank(plan.views(), 3, 2);
  for (std::int64_t step = 0; step <= batches; ++step) {
    for (const std::int64_t rank : {0, 1}) {
      const auto epoch = static_cast<std::uint32_t>(step / batches);
      const MixtureBatch batch = make_batch(plan, rows, &noise, epoch, views_of_batch(step % batches, 3, rank, 2));
      append(bytes, batch.audio);
      append(bytes, batch.sources);
    }
  }
  return bytes;
}

struct PythonCase {
  AudioType audio_type = AudioType::int16;
  MixtureOptions options;
  std::string options_json;
};

class MixturesInPython : public testing::TestWithParam<PythonCase> {};

TEST_P(MixturesInPython, AreTheSameBits) {
  const char* python = std::getenv("VEERY_TEST_PYTHON");
  const bool has_h5py =
      python != nullptr && exit_code_of(std::string{python} + " -c 'import h5py, numpy' 2>/dev/null") == 0;
  if (!has_h5py) {
    ASSERT_EQ(std::getenv("CI"), nullptr) << "VEERY_TEST_PYTHON has no h5py";
    GTEST_SKIP() << "VEERY_TEST_PYTHON has no h5py";
  }
  const PythonCase& test = GetParam();
  const TemporaryFolder folder;
  const fs::path shard = write_noise_shard(folder.path(), 23, 1200, test.audio_type, 1);
  const fs::path noise = write_noise_shard(folder.path(), 11, 700, AudioType::float32, 2);
  {
    const RowSource rows = rows_of_shards({open(shard)});
    const RowSource noises = rows_of_shards({open(noise)});
    const MixturePlan plan{rows.rows, rows.samples_per_row, test.options, noises.rows, noises.samples_per_row};
    publish_text(folder / "views", views_as_bytes(plan, rows, noises) + batches_as_bytes(plan, rows, noises));
  }
  publish_text(folder / "options.json", test.options_json);

  const fs::path here = VEERY_TEST_SOURCE_DIR;
  const std::string command = std::string{python} + " " + (here / "compare_mixtures.py").string() + " " +
                              (here / "../../docs/examples").string() + " " + shard.string() + " " + noise.string() +
                              " " + (folder / "options.json").string() + " " + (folder / "views").string();
  EXPECT_EQ(exit_code_of(command), 0);
}

// Member by member: of nested initialisers GCC 12 says, wrongly, that they may be uninitialised.
PythonCase three_sources() {
  PythonCase test;
  test.options.seed = 0xFEDCBA9876543210U;
  test.options.window_samples = 1000;
  test.options.view_shares = {0.2, 0.5, 0.3};
  test.options.gain_db = DrawRange{-12, 3.3};
  test.options.noise_probability = 0.75;
  test.options_json = R"({"seed": 18364758544493064720, "window_samples": 1000, "view_shares": [0.2, 0.5, 0.3],)"
                      R"("gain_db": [-12, 3.3], "noise_probability": 0.75})";
  return test;
}

PythonCase longer_than_rows() {
  PythonCase test;
  test.audio_type = AudioType::float32;
  test.options.seed = 1;
  test.options.window_samples = 1333;
  test.options.view_shares = perch_view_shares(0.7);
  test.options.target_peak = DrawRange{0.05, 0.75};
  test.options.peak_scope = PeakScope::window;
  test.options.noise_probability = 1;
  test.options.snr_db = {-5, 25};
  test.options_json = R"({"seed": 1, "window_samples": 1333, "view_shares": [0.30000000000000004, 0.35],)"
                      R"("target_peak": [0.05, 0.75], "peak_of_window": true, "noise_probability": 1,)"
                      R"("snr_db": [-5, 25]})";
  return test;
}

PythonCase plain_sums() {
  PythonCase test;
  test.options.seed = 77;
  test.options.window_samples = 1200;
  test.options.target_peak.reset();
  test.options_json = R"({"seed": 77, "window_samples": 1200, "target_peak": null})";
  return test;
}

INSTANTIATE_TEST_SUITE_P(, MixturesInPython, testing::Values(three_sources(), longer_than_rows(), plain_sums()));

}  // namespace
}  // namespace veery::test
