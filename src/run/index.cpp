#include <cstdio>

#include <veery/base/text.hpp>
#include <veery/manifest/manifest.hpp>
#include <veery/outputs/output_tree.hpp>
#include <veery/run/commands.hpp>

#include "run/indexing.hpp"

namespace veery {

int run_index(Communicator& world, const ProcessOptions& asked) {
  ProcessOptions options = asked;
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
