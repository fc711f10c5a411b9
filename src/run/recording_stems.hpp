#pragma once
// The stems of a whole recording as files, with what there is to say about them.
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

/// Throws Error for our own outputs and for the model.
[[nodiscard]] OrRefusal<RecordingStems> write_recording_stems(const ProcessOptions& options, const Recording& recording,
                                                              bool keep_extension, Batcher& batcher);

}  // namespace veery
