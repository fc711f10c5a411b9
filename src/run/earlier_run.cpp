#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <sstream>
#include <string_view>

#include <veery/base/error.hpp>
#include <veery/base/staged_file.hpp>
#include <veery/outputs/output_tree.hpp>
#include <veery/run/commands.hpp>

namespace veery {
namespace {

/// The limits, the scratch folder and the log of a job that is over mean nothing to another.
constexpr std::array<std::string_view, 3> kOfOneJob{"walltime=", "scratch=", "log-file="};

std::string of_any_job(const std::string& configuration) {
  std::istringstream lines{configuration};
  std::string text;
  for (std::string line; std::getline(lines, line);) {
    const bool of_one =
        std::any_of(kOfOneJob.begin(), kOfOneJob.end(), [&](std::string_view key) { return line.starts_with(key); });
    if (!of_one) text += line + "\n";
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
            of_any_job(json.at("configuration").get<std::string>())};
  } catch (const Json::exception& problem) {
    throw Error{"not a description of a run", file.string(), problem.what()};
  }
}

}  // namespace veery
