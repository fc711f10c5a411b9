#include <nlohmann/json.hpp>

#ifdef __GLIBC__
#include <malloc.h>
#endif

#include <limits>
#include <optional>

#include <veery/base/error.hpp>
#include <veery/base/staged_file.hpp>
#include <veery/base/text.hpp>
#include <veery/base/version.hpp>
#include <veery/outputs/output_tree.hpp>
#include <veery/run/commands.hpp>
#include <veery/run/train_options.hpp>
#include <veery/state/lease.hpp>
#include <veery/state/status_file.hpp>
#include <veery/state/utc.hpp>

#include "run/cores.hpp"
#include "run/gpu_choice.hpp"
#include "run/on_lead.hpp"
#include "run/stop_signal.hpp"
#include "run/training_loop.hpp"

namespace veery {
namespace {

using Json = nlohmann::ordered_json;

/// Each step asks for the gigabyte that the last one freed. By default glibc hands it to the kernel in between, which
/// clears it: a tenth of the time, or more.
void keep_freed_memory() {
#ifdef __GLIBC__
  mallopt(M_MMAP_MAX, 0);
  mallopt(M_TRIM_THRESHOLD, std::numeric_limits<int>::max());
#endif
}

/// On the GPU nearest to the rank's cores; what is wrong is said once.
ComputeDevice choose(Communicator& world, const std::string& wanted) {
  const int gpu = wanted == "cpu" ? 0 : choose_gpu(world);
  ComputeDevice device;
  on_lead(world, [&] { device = choose_device(wanted, gpu); });
  return world.rank() == 0 ? device : choose_device(wanted, gpu);
}

std::string describe(const TrainOptions& options, const TrainingData& data, const ComputeDevice& device, int ranks) {
  std::string text = "training on " + device.name + (ranks > 1 ? " (rank 0 of " + std::to_string(ranks) + ")" : "") +
                     ": " + describe(data) + ", batches of " + std::to_string(options.batch);
  if (data.validation) text += ", " + data.validation->description + " to validate with";
  return text;
}

void publish_run(const TrainOptions& options, const std::vector<std::string>& places, const TrainingEnd& end,
                 const Moment& start, int exit_code) {
  const Json json{{"kind", "veery.training"},
                  {"format_version", 1},
                  {"program_version", program_version()},
                  {"commit", program_commit()},
                  {"mpi", Communicator::library()},
                  {"command_line", joined(options.arguments, " ")},
                  {"configuration", options.configuration},
                  {"begun", utc_text(start.system)},
                  {"ended", utc_now()},
                  {"exit_code", exit_code},
                  {"reason", end.reason},
                  {"steps", end.steps},
                  {"summary", end.summary},
                  {"ranks", places}};
  publish_text(options.output / output_name::kRun, json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n");
}

int train(Communicator& world, const TrainOptions& options, const TrainingData& data, const ComputeDevice& device,
          const std::optional<Lease>& lease, const Moment& start, Reporter& reporter) {
  std::optional<TrainingFolder> folder;
  on_lead(world, [&] { folder.emplace(options, data); });
  TrainingLoop loop{world, options, data, device, folder ? &*folder : nullptr, reporter, start};
  const TrainingEnd end = loop.run();
  const std::vector<std::string> places = world.gather(world.host() + " " + device.name);
  const int code = end.done ? exit_code::kDone : exit_code::kStopped;
  on_lead(world, [&] {
    if (lease->lost())
      throw Error{"another run has taken the output folder over", options.output.string(),
                  "this one had given no sign of life for --lease-timeout; let the other one finish"};
    publish_run(options, places, end, start, code);
    note_end(options.output, code, end.done ? "" : end.reason);
    reporter.info(end.summary);
    reporter.info(end.reason + (end.done ? ": " + (options.output / "model.h5").string() : ""));
  });
  return code;
}

}  // namespace

int run_train(Communicator& world, const TrainOptions& asked) {
  const Moment start;
  TrainOptions options = asked;
  on_lead(world, [&] {
    check_options(options);
    check_ranks(options, world.size());
    take_initial_network(options);
  });
  if (world.rank() != 0) take_initial_network(options);
  Reporter reporter{options.report, world.rank() == 0};
  const ComputeDevice device = choose(world, options.device);
  if (options.device != "cpu")
    for (const std::string& warning : check_used_gpus(world, device)) reporter.warn(warning);
  keep_freed_memory();
  set_threads(threads_of_rank(options.threads, world.ranks_on_node()));
  const TrainingData data = open_training_data(world, options);
  reporter.info(describe(options, data, device, world.size()));
  if (!device.note.empty()) reporter.info("no GPU: " + device.note);
  if (options.schedule.validate_every > 0 && !data.validation)
    reporter.warn("nothing is validated: the split " + options.data.validation_split +
                  " has no two recordings and no known sources");
  std::optional<Lease> lease;
  std::string earlier_status;
  on_lead(world, [&] {
    create_folder(options.output);
    lease.emplace(options.output, options.earlier.lease);
    earlier_status = kept_status(options.output);
  });
  watch_stop_signals();
  try {
    return train(world, options, data, device, lease, start, reporter);
  } catch (const AgreedFailure& failure) {
    if (lease) end_status(options.output, failure, earlier_status);
    throw;
  } catch (const std::exception& failure) {
    note_end(options.output, exit_code::kFailed, failure.what());
    throw;
  }
}

}  // namespace veery
