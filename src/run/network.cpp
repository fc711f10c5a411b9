#include "run/network.hpp"

#include <cmath>

#include <veery/base/csv.hpp>

#include "run/cores.hpp"
#include "run/gpu_choice.hpp"
#include "run/on_lead.hpp"
#include "run/shipped.hpp"

namespace veery {
namespace {

std::unique_ptr<SeparationModel> load(const SeparationOptions& options, int gpu) {
  return load_model(asked_or_shipped_model(options.model),
                    {choose_device(options.device, gpu), options.precision, options.model_rate_hz});
}

/// The length that most windows have, in samples at the model's rate.
std::int64_t usual_window(const ProcessOptions& options, int model_rate_hz) {
  if (options.separation.what != Separate::slices) {
    return std::llround(options.separation.windows.window_s * model_rate_hz);
  }
  const int rate = options.stream.sample_rate_hz;
  return resampled_length(samples_in(options.slices.interval_s, rate), rate, model_rate_hz);
}

void add_batcher(Network& network, const ProcessOptions& options, int threads) {
  network.batcher =
      std::make_unique<Batcher>(*network.model, usual_window(options, network.model->info().sample_rate_hz),
                                BatchOptions{options.separation.batch, threads});
}

}  // namespace

Network load_network(Communicator& world, const ProcessOptions& options) {
  Network network;
  if (options.separation.what == Separate::nothing) return network;
  const bool wants_gpu = options.separation.device != "cpu";
  const int gpu = wants_gpu ? choose_gpu(world) : 0;
  on_lead(world, [&] { network.model = load(options.separation, gpu); });
  if (!network.model) network.model = load(options.separation, gpu);
  if (wants_gpu) network.warnings = check_used_gpus(world, network.model->device());
  add_batcher(network, options, threads_of_rank(options.threads, world.ranks_on_node()));
  return network;
}

Network load_network(const ProcessOptions& options) {
  Network network;
  if (options.separation.what == Separate::nothing) return network;
  network.model = load(options.separation, 0);
  add_batcher(network, options, threads_of_rank(options.threads, 1));
  return network;
}

std::string describe_network(const Network& network, const ProcessOptions& options, int ranks) {
  const ModelInfo& model = network.model->info();
  return "separating on " + network.model->device().name + (ranks > 1 ? " (rank 0)" : "") + ": " + model.name + ", " +
         std::to_string(model.sources) + " sources at " + std::to_string(model.sample_rate_hz) + " Hz, " +
         to_string(options.separation.precision) + ", batches of " +
         std::to_string(network.batcher->statistics().batch);
}

std::string network_table(const std::vector<RankProgress>& ranks, const std::vector<std::string>& devices) {
  std::string table = "  rank  separated  x real time   busy  device\n";
  for (std::size_t r = 0; r < ranks.size(); ++r) {
    const RankProgress& rank = ranks[r];
    const double wall_s = std::max(rank.wall_s, 1e-9);
    table += padded(std::to_string(r), 6) + padded(fixed_decimal(rank.separated_s / 3600.0, 2) + " h", 11) +
             padded(fixed_decimal(rank.separated_s / wall_s, 1), 13) +
             padded(fixed_decimal(100.0 * rank.network_s / wall_s, 0) + " %", 7) + "  " + devices.at(r) + "\n";
  }
  return table;
}

}  // namespace veery
