#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>
#include <utility>

#include <veery/base/error.hpp>
#include <veery/separation/stitcher.hpp>

#include "separation/assembly.hpp"
#include "separation/seam_scores.hpp"
#include "separation/sound_profile.hpp"

namespace veery {
namespace separation {
namespace {

void check(const WindowOptions& options) {
  if (options.window_s > 0.0 && options.hop_s > 0.0 && options.hop_s <= options.window_s && options.fade_s >= 0.0)
    return;
  throw UsageError{"windows can't be joined",
                   "window " + std::to_string(options.window_s) + " s, hop " + std::to_string(options.hop_s) +
                       " s, fade " + std::to_string(options.fade_s) + " s",
                   "the hop must be above 0 and no longer than the window, the fade not below 0"};
}

}  // namespace
}  // namespace separation

struct Stitcher::State {
  separation::Assembly assembly;
  std::vector<separation::SoundProfile> stems;  ///< as remembered
  int sample_rate_hz;
  std::vector<Seam> seams;

  void check(std::int64_t start, const at::Tensor& outputs) const {
    const auto sources = static_cast<std::int64_t>(stems.size());
    const bool whole = outputs.dim() == 2 && outputs.size(0) == sources && outputs.size(1) > 0 &&
                       outputs.scalar_type() == at::kFloat && outputs.is_cpu();
    const auto& last = assembly.last();
    const bool in_order = !last.outputs.defined() || (start > last.range.begin && start <= last.range.end &&
                                                      start + outputs.size(1) >= last.range.end);
    if (whole && in_order) return;
    throw Error{"this window can't be joined", "sample " + std::to_string(start),
                "windows are [" + std::to_string(sources) +
                    ", sample] of float32 on the CPU, each later than the one "
                    "before and no later than its end"};
  }

  Seam seam_before(std::int64_t start, const at::Tensor& outputs,
                   const std::vector<separation::SoundProfile>& heard) const {
    const auto& last = assembly.last();
    const std::int64_t shared = last.range.end - start;
    const at::Tensor before = last.outputs.narrow(1, start - last.range.begin, shared);
    const at::Tensor after = outputs.narrow(1, 0, shared);
    const separation::ScoreMatrix scores = separation::seam_scores({before, last.rows, after, stems, heard});
    std::vector<int> order = separation::best_assignment(scores);
    const double confidence = separation::seam_confidence(scores, order, stems, heard);
    return {start, confidence, std::move(order)};
  }
};

Stitcher::Stitcher(std::int64_t sources, int sample_rate_hz, const WindowOptions& options) {
  separation::check(options);
  const std::int64_t fade = std::llround(options.fade_s * sample_rate_hz);
  state_ = std::make_unique<State>(State{separation::Assembly{sources, fade},
                                         std::vector<separation::SoundProfile>(static_cast<std::size_t>(sources)),
                                         sample_rate_hz,
                                         {}});
}

Stitcher::~Stitcher() = default;

void Stitcher::push(std::int64_t start, const at::Tensor& outputs, const StemSink& sink) {
  State& state = *state_;
  state.check(start, outputs);
  const at::Tensor rows = outputs.contiguous();
  const std::vector<separation::SoundProfile> heard = separation::loud_moments(rows, state.sample_rate_hz);
  separation::PlacedWindow window{rows, {start, start + rows.size(1)}, std::vector<int>(state.stems.size())};
  std::iota(window.rows.begin(), window.rows.end(), 0);
  if (!state.assembly.last().outputs.defined()) {
    state.assembly.begin(window);
  } else {
    Seam seam = state.seam_before(start, rows, heard);
    window.rows = seam.outputs;
    const separation::SampleRange fade = state.assembly.join(window);
    seam.sample = fade.begin + (fade.end - fade.begin) / 2;
    state.seams.push_back(std::move(seam));
  }
  for (std::size_t stem = 0; stem < state.stems.size(); ++stem) {
    separation::remember(state.stems[stem], heard[static_cast<std::size_t>(window.rows[stem])]);
  }
  state.assembly.emit(state.assembly.final_to(), sink);
}

void Stitcher::finish(const StemSink& sink) {
  if (state_->assembly.last().outputs.defined()) state_->assembly.emit(state_->assembly.last().range.end, sink);
}

const std::vector<Seam>& Stitcher::seams() const {
  return state_->seams;
}

}  // namespace veery
