#include <nlohmann/json.hpp>

#include <sstream>

#include <veery/base/error.hpp>
#include <veery/base/staged_file.hpp>
#include <veery/outputs/output_tree.hpp>
#include <veery/run/commands.hpp>

namespace veery {
namespace {

/// The limits of a job that is over mean nothing to another.
std::string without_walltime(const std::string& configuration) {
  std::istringstream lines{configuration};
  std::string text;
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("walltime=")) text += line + "\n";
  }
  return text;
}

}  // namespace

EarlierRun read_earlier_run(const std::filesystem::path& output) {
  using Json = nlohmann::json;
  const std::filesystem::path file = output / output_name::kRun;
  try {
    const Json json = Json::parse(read_text(file));
    return {json.at("command"), json.at("archive").get<std::string>(),
            without_walltime(json.at("configuration").get<std::string>())};
  } catch (const Json::exception& problem) {
    throw Error{"not a description of a run", file.string(), problem.what()};
  }
}

}  // namespace veery
