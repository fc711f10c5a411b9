#pragma once
// The stems of a whole recording as files, with what there is to say about them.
#include <functional>
#include <optional>
#include <vector>

#include <veery/archive/archive_index.hpp>
#include <veery/manifest/unit_record.hpp>
#include <veery/run/options.hpp>
#include <veery/separation/separate_recording.hpp>

namespace veery {

struct RecordingStems {
  SeparationAccount account;
  std::optional<StemsRow> row;       ///< none when the model gave NaN: nothing is written then
  std::vector<PublishedFile> files;  ///< stems and seams
};

/// 0: at the model's rate.
[[nodiscard]] SeparateOptions separate_options(const ProcessOptions& options, int output_rate_hz);

/// Calls `between_windows` often; what that throws ends the work. Throws Error for our own outputs and the model.
[[nodiscard]] OrRefusal<RecordingStems> write_recording_stems(const ProcessOptions& options, const Recording& recording,
                                                              bool keep_extension, Batcher& batcher,
                                                              const std::function<void()>& between_windows);

}  // namespace veery
