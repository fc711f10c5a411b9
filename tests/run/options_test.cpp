#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>

#include <veery/base/error.hpp>
#include <veery/run/options.hpp>
#include <veery/run/train_options.hpp>

namespace veery {
namespace {

std::string difference(const std::function<void(ProcessOptions&)>& change) {
  ProcessOptions changed;
  change(changed);
  return describe_difference(result_options_json(ProcessOptions{}, "f00d"), result_options_json(changed, "f00d"));
}

TrainOptions train_options() {
  TrainOptions options;
  options.data.datasets = {"out"};
  return options;
}

template <typename Options>
void expect_refused(const std::string& option, const Options& options) {
  try {
    check_options(options);
    FAIL() << option;
  } catch (const UsageError& problem) {
    EXPECT_NE(std::string{problem.what()}.find(option), std::string::npos) << problem.what();
  }
}

void expect_usage_error(const std::string& option, const std::function<void(ProcessOptions&)>& change) {
  ProcessOptions options;
  change(options);
  expect_refused(option, options);
}

void expect_usage_error(const std::string& option, const std::function<void(TrainOptions&)>& change) {
  TrainOptions options = train_options();
  change(options);
  expect_refused(option, options);
}

TEST(OptionDifference, IsEmptyForTheSameOptions) {
  EXPECT_EQ(difference([](ProcessOptions&) {}), "");
}

TEST(OptionDifference, NamesTheModelByItsDigestAndOnlyWhatSeparationUses) {
  ProcessOptions options;
  options.separation.model = "a.h5";
  EXPECT_EQ(difference([](ProcessOptions& o) { o.separation.model = "b.h5"; }), "") << "nothing is separated";
  options.separation.what = Separate::recordings;
  EXPECT_EQ(describe_difference(result_options_json(options, "f00d"), result_options_json(options, "beef")),
            "--model was f00d and is beef");
  ProcessOptions moved = options;
  moved.separation.model = "elsewhere/a.h5";
  moved.separation.batch = 7;
  moved.separation.device = "cpu";
  EXPECT_EQ(describe_difference(result_options_json(options, "f00d"), result_options_json(moved, "f00d")), "");
  moved.separation.windows.hop_s = 5.0;
  EXPECT_EQ(describe_difference(result_options_json(options, "f00d"), result_options_json(moved, "f00d")),
            "--window-hop was 8s and is 5s");
  moved.separation.what = options.separation.what = Separate::slices;
  EXPECT_EQ(describe_difference(result_options_json(options, "f00d"), result_options_json(moved, "f00d")), "")
      << "a slice is one window";
}

TEST(OptionDifference, NamesBothValues) {
  EXPECT_EQ(difference([](ProcessOptions& o) { o.slices.interval_s = 5.0; }), "--interval was 6s and is 5s");
  EXPECT_EQ(difference([](ProcessOptions& o) {
              o.archive.time_zone = "+10:00";
              o.archive.probe.start.source = TimeSource::guano;
              o.archive.probe.start.pattern.emplace("%Y%m%d-%H%M");
              o.archive.probe.site.emplace("{site}");
            }),
            "--time-source was auto and is guano, --time-pattern was none and is %Y%m%d-%H%M, --time-zone was none and "
            "is +10:00, "
            "--site-pattern was none and is {site}");
  EXPECT_EQ(difference([](ProcessOptions& o) { o.stream.sample_rate_hz = 48'000; }),
            "--sample-rate was 32000 and is 48000");
  EXPECT_EQ(difference([](ProcessOptions& o) {
              o.plan.splits = {{"train", 0.9}, {"test", 0.1}};
            }),
            "--split was train=1 and is train=0.9,test=0.1");
}

TEST(OptionDifference, NamesEveryOption) {
  EXPECT_EQ(difference([](ProcessOptions& o) {
              o.stream.channels = {2};
              o.dataset.compress = true;
            }),
            "--channels was mean and is 2, --compress was false and is true");
}

TEST(OptionDifference, NamesOptionsThatOnlyOneRunHas) {
  EXPECT_EQ(difference([](ProcessOptions& o) { o.slices.mode = SliceMode::fixed; }),
            "--slices was peaks and is fixed, --hop was unset and is 5s, --tail was unset and is drop, "
            "--peak-scope was 300s and is unset, --peaks-per-scope was 5 and is unset, "
            "--compat was none and is unset, --edge was shift and is unset, --short was wrap and is unset, "
            "--without-peaks was none and is unset");
}

TEST(OptionDifference, NamesTheFormatsOfShardsAndWhatTheyUse) {
  EXPECT_EQ(difference([](ProcessOptions& o) { o.dataset.shards.tfrecord = true; }),
            "--shards was hdf5 and is hdf5,tfrecord, --tfds-schema was unset and is tfds, "
            "--tfds-encoding was unset and is bytes");
  EXPECT_EQ(difference([](ProcessOptions& o) { o.dataset.tfds.encoding = TfdsEncoding::zlib; }), "") << "not written";
  EXPECT_EQ(difference([](ProcessOptions& o) {
              o.dataset.shards = {false, true};
              o.dataset.compress = true;
            }),
            "--shards was hdf5 and is tfrecord, --tfds-schema was unset and is tfds, --tfds-encoding was unset and is "
            "bytes, --compress was false and is unset");
}

TEST(OptionDifference, PassesOverWhatChangesNoResults) {
  EXPECT_EQ(difference([](ProcessOptions& o) {
              o.threads = 8;
              o.scratch = "/tmp";
              o.allow_bad = true;
              o.report.quiet = true;
            }),
            "");
}

TEST(OptionDifference, SurvivesADamagedText) {
  EXPECT_NE(describe_difference("{\"interval\": ", result_options_json(ProcessOptions{}, "")), "");
  EXPECT_NE(describe_difference("[]", result_options_json(ProcessOptions{}, "")), "");
  const std::string deep = "{\"interval\":" + std::string(200'000, '[') + std::string(200'000, ']') + "}";
  EXPECT_NE(describe_difference(deep, result_options_json(ProcessOptions{}, "")), "") << "no stack is deep enough";
}

TEST(CheckOptions, AcceptsTheDefaults) {
  EXPECT_NO_THROW(check_options(ProcessOptions{}));
  EXPECT_NO_THROW(check_options(train_options()));
}

TEST(CheckOptions, NamesTheOptionThatCannotWork) {
  expect_usage_error("--sample-rate", [](ProcessOptions& o) { o.stream.sample_rate_hz = 10; });
  expect_usage_error("--interval", [](ProcessOptions& o) { o.slices.interval_s = 0.0; });
  expect_usage_error("--peak-scope", [](ProcessOptions& o) { o.slices.peak_scope_s = 1.0; });
  expect_usage_error("--shards", [](ProcessOptions& o) { o.dataset.shards = {false, false}; });
  expect_usage_error("--dataset-name", [](ProcessOptions& o) {
    o.dataset.shards.tfrecord = true;
    o.dataset.name = "my-birds";
  });
  expect_usage_error("--dataset-version", [](ProcessOptions& o) {
    o.dataset.shards = {false, true};
    o.dataset.version = "1.0";
  });
  expect_usage_error("--split", [](ProcessOptions& o) {
    o.dataset.shards.tfrecord = true;
    o.plan.splits = {{"all", 1.0}};
  });
  expect_usage_error("--tfds-schema perch", [](ProcessOptions& o) {
    o.dataset.shards.tfrecord = true;
    o.dataset.tfds.schema = TfdsSchema::perch;
    o.dataset.audio_type = AudioType::float32;
  });
  expect_usage_error("--threads", [](ProcessOptions& o) { o.threads = -1; });
  expect_usage_error("--residual-limit", [](ProcessOptions& o) {
    o.separation.what = Separate::recordings;
    o.separation.residual_limit_db = std::nan("");
  });
  for (const double value : {-3.0, std::nan("")})
    expect_usage_error("--min-confidence", [&](ProcessOptions& o) { o.labels.tables.min_confidence = value; });
  expect_usage_error("--split", [](ProcessOptions& o) { o.plan.splits = {{"train", 0.5}}; });
  expect_usage_error("train", [](ProcessOptions& o) { o.plan.splits = {{"train", 0.5}, {"train", 0.5}}; });
  expect_usage_error("a/b", [](ProcessOptions& o) { o.plan.splits = {{"a/b", 1.0}}; });
  expect_usage_error("../1", [](ProcessOptions& o) { o.dataset.version = "../1"; });
}

TEST(CheckOptions, AcceptsScoresOnAnyScale) {
  ProcessOptions options;
  options.labels.tables.min_confidence = 50.0;

  EXPECT_NO_THROW(check_options(options));
}

TEST(CheckOptions, NamesWhatNoTrainingCanHave) {
  for (const double value : {0.0, -1.0, std::numeric_limits<double>::infinity(), std::nan("")}) {
    expect_usage_error("--learning-rate (", [&](TrainOptions& o) { o.trainer.rate.initial = value; });
    expect_usage_error("--learning-rate-factor", [&](TrainOptions& o) { o.trainer.rate.factor = value; });
    expect_usage_error("--learning-rate-steps", [&](TrainOptions& o) { o.trainer.rate.factor_steps = value; });
  }
  for (const double value : {-1.0, std::nan("")}) {
    expect_usage_error("--max-snr", [&](TrainOptions& o) { o.trainer.mixit.max_snr_db = value; });
    expect_usage_error("--sparsity", [&](TrainOptions& o) { o.trainer.sparsity_weight = value; });
  }
  expect_usage_error("--patience", [](TrainOptions& o) { o.schedule.patience = -1; });
  expect_usage_error("--views-at-once", [](TrainOptions& o) { o.trainer.views_at_once = -1; });
  expect_usage_error("--precision fp16", [](TrainOptions& o) { o.trainer.precision = Precision::float16; });
}

}  // namespace
}  // namespace veery
