#pragma once
// Text files that a manifest names.
#include <filesystem>
#include <string>
#include <vector>

#include <veery/base/output_folder.hpp>
#include <veery/manifest/manifest.hpp>
#include <veery/shards/tfds_format.hpp>

namespace veery {

/// `path`: below `output`, as the manifest has it.
PublishedFile publish_and_describe(const OutputFolder& output, const std::string& path, const std::string& text);

/// In this order, in a folder below `output`.
[[nodiscard]] std::vector<PublishedFile> publish_texts(const OutputFolder& output, const std::filesystem::path& folder,
                                                       const std::vector<NamedText>& texts);

}  // namespace veery
