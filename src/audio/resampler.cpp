#include <soxr.h>

#include <algorithm>
#include <numeric>

#include <veery/audio/resampler.hpp>
#include <veery/base/error.hpp>

#include "audio/polyphase_resampler.hpp"

namespace veery {
namespace {

class Identity final : public Resampler {
 public:
  void push(std::span<const float> input, std::vector<float>& output) override {
    output.insert(output.end(), input.begin(), input.end());
  }
  void finish(std::vector<float>& /*output*/) override {}
};

struct DeleteSoxr {
  void operator()(soxr* handle) const { soxr_delete(handle); }
};

class SoxrHq final : public Resampler {
 public:
  SoxrHq(int from_hz, int to_hz) : from_hz_(from_hz), to_hz_(to_hz) {
    soxr_error_t failure = nullptr;
    const soxr_io_spec_t io = soxr_io_spec(SOXR_FLOAT32_I, SOXR_FLOAT32_I);
    const soxr_quality_spec_t quality = soxr_quality_spec(SOXR_HQ, 0);
    const soxr_runtime_spec_t one_thread = soxr_runtime_spec(1);
    handle_.reset(soxr_create(from_hz, to_hz, 1, &failure, &io, &quality, &one_thread));
    if (failure != nullptr) throw Error{failure, "libsoxr"};
  }

  void push(std::span<const float> input, std::vector<float>& output) override {
    taken_ += static_cast<std::int64_t>(input.size());
    while (!input.empty()) {
      const std::size_t used = convert(input.data(), input.size(), output);
      input = input.subspan(used);
    }
  }

  void finish(std::vector<float>& output) override {
    const std::int64_t wanted = resampled_length(taken_, from_hz_, to_hz_);
    for (std::int64_t before = -1; given_ < wanted && before != given_;) {
      before = given_;
      convert(nullptr, 0, output);
    }
    const auto size = static_cast<std::int64_t>(output.size()) + wanted - given_;
    output.resize(static_cast<std::size_t>(size), 0.0F);
    given_ = wanted;
  }

 private:
  /// One call of soxr; returns the samples it took.
  std::size_t convert(const float* input, std::size_t count, std::vector<float>& output) {
    const std::size_t start = output.size();
    output.resize(start + kRoom);
    std::size_t used = 0;
    std::size_t made = 0;
    const soxr_error_t failure = soxr_process(handle_.get(), input, count, &used, output.data() + start, kRoom, &made);
    if (failure != nullptr) throw Error{failure, "libsoxr"};
    output.resize(start + made);
    given_ += static_cast<std::int64_t>(made);
    return used;
  }

  static constexpr std::size_t kRoom = 65536;
  std::unique_ptr<soxr, DeleteSoxr> handle_;
  int from_hz_;
  int to_hz_;
  std::int64_t taken_ = 0;
  std::int64_t given_ = 0;
};

}  // namespace

std::int64_t resampled_length(std::int64_t count, int from_hz, int to_hz) {
  const std::int64_t common = std::gcd(from_hz, to_hz);
  const std::int64_t up = to_hz / common;
  const std::int64_t down = from_hz / common;
  return (count / down) * up + (count % down * up + down - 1) / down;
}

std::int64_t source_position(std::int64_t position, int rate_hz, int source_rate_hz) {
  const std::int64_t whole = position / rate_hz;
  const std::int64_t part = position % rate_hz;
  return whole * source_rate_hz + (2 * part * source_rate_hz + rate_hz) / (2 * std::int64_t{rate_hz});
}

std::unique_ptr<Resampler> make_resampler(ResamplerKind kind, int from_hz, int to_hz) {
  if (from_hz == to_hz) return std::make_unique<Identity>();
  if (kind == ResamplerKind::soxr_hq) return std::make_unique<SoxrHq>(from_hz, to_hz);
  const int common = std::gcd(from_hz, to_hz);
  return std::make_unique<PolyphaseResampler>(to_hz / common, from_hz / common);
}

}  // namespace veery
