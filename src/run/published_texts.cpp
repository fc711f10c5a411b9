#include "run/published_texts.hpp"

namespace veery {

PublishedFile publish_and_describe(const OutputFolder& output, const std::string& path, const std::string& text) {
  output.publish_text(path, text);
  return describe_text(path, text);
}

std::vector<PublishedFile> publish_texts(const OutputFolder& output, const std::filesystem::path& folder,
                                         const std::vector<NamedText>& texts) {
  std::vector<PublishedFile> files;
  files.reserve(texts.size());
  for (const auto& [name, text] : texts)
    files.push_back(publish_and_describe(output, (folder / name).generic_string(), text));
  return files;
}

}  // namespace veery
