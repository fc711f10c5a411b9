#pragma once
// The slicers of the field, each fed by the growing history of one recording. Who owns the history also forgets.
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include <veery/audio/audio_history.hpp>
#include <veery/slices/slice.hpp>

namespace veery {

/// Takes a slice and its audio.
using EmitSlice = std::function<void(const Slice&, std::span<const float>)>;

class Slicer {
 public:
  virtual ~Slicer() = default;
  /// Emits what the history completes. `ended`: nothing more will come.
  virtual void advance(const AudioHistory& history, bool ended, const EmitSlice& emit) = 0;
  /// No slice to come needs the audio before this position.
  [[nodiscard]] virtual std::int64_t needed_from() const = 0;
};

/// Windows every `hop` samples.
class FixedSlicer final : public Slicer {
 public:
  FixedSlicer(int sample_rate_hz, const SliceOptions& options);
  void advance(const AudioHistory& history, bool ended, const EmitSlice& emit) override;
  [[nodiscard]] std::int64_t needed_from() const override;

 private:
  void emit_tail(const AudioHistory& history, const EmitSlice& emit) const;
  std::int64_t length_;
  std::int64_t hop_;
  Tail tail_;
  std::int64_t next_start_ = 0;
  std::int64_t needed_from_ = 0;
};

/// Peaks of each block on its own; windows may reach into the blocks beside it.
class BlockPeakSlicer final : public Slicer {
 public:
  BlockPeakSlicer(int sample_rate_hz, const SliceOptions& options);
  /// Emits the slices of the next block, if the history completes it, and says whether it did.
  bool advance_block(const AudioHistory& history, bool ended, const EmitSlice& emit);
  void advance(const AudioHistory& history, bool ended, const EmitSlice& emit) override;
  [[nodiscard]] std::int64_t needed_from() const override;

 private:
  void emit_block(const AudioHistory& history, std::int64_t end, const EmitSlice& emit);
  void emit_wrapped(const AudioHistory& history, const EmitSlice& emit) const;
  int sample_rate_hz_;
  SliceOptions options_;
  std::int64_t length_;
  std::int64_t block_;
  std::int64_t block_start_ = 0;
  std::int64_t last_start_ = -1;
};

/// Windows that are known already, ascending.
class GivenSlicer final : public Slicer {
 public:
  explicit GivenSlicer(std::vector<Slice> windows);
  void advance(const AudioHistory& history, bool ended, const EmitSlice& emit) override;
  [[nodiscard]] std::int64_t needed_from() const override;

 private:
  std::vector<Slice> windows_;
  std::size_t next_ = 0;
};

/// Peak options for windows: Perch truncates the peaks, veery the windows, so that twins don't cost a slice.
/// Zeros alone.
[[nodiscard]] bool is_silent(std::span<const float> samples);

[[nodiscard]] PeakOptions peaks_for_windows(const SliceOptions& options);

}  // namespace veery
