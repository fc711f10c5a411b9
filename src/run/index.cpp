#include <cstdio>
#include <filesystem>
#include <system_error>

#include <veery/base/error.hpp>
#include <veery/base/text.hpp>
#include <veery/manifest/manifest.hpp>
#include <veery/outputs/output_tree.hpp>
#include <veery/run/commands.hpp>

#include "run/indexing.hpp"
#include "run/on_lead.hpp"

namespace veery {
namespace {

/// A run's own index.csv says what it was begun with.
void check_place(const std::filesystem::path& output) {
  std::error_code failure;
  if (output.empty() || !std::filesystem::exists(output / output_name::kOptions, failure)) return;
  throw UsageError{"the folder holds a run, whose index.csv this one would replace", output.string(),
                   "choose another --output"};
}

}  // namespace

int run_index(Communicator& world, const ProcessOptions& asked) {
  ProcessOptions options = asked;
  on_lead(world, [&] {
    check_archive(resolve_archive(asked.archive), asked.output);
    check_place(asked.output);
  });
  options.archive = resolve_archive(asked.archive);
  share_time_zone(world, options.archive);
  Reporter reporter{options.report, world.rank() == 0};
  const ArchiveIndex index = build_index(world, options, nullptr, reporter);
  if (world.rank() != 0) return exit_code::kDone;
  const std::string table = index_csv(index, plan_work(index, options.plan));
  const std::string quarantine = quarantine_csv(index, {});
  if (options.output.empty()) {
    std::fputs(table.c_str(), stdout);
    for (const auto& [path, refusal] : index.refused)
      reporter.warn("refused: " + printable(path) + ": " + std::string{reason_name(refusal.reason)} + ", " +
                    printable(refusal.detail));
  } else {
    options.files().publish_text(output_name::kIndex, table);
    options.files().publish_text(output_name::kQuarantine, quarantine);
  }
  return index.refused.empty() || options.allow_bad ? exit_code::kDone : exit_code::kDoneWithBad;
}

}  // namespace veery
