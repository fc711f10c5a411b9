#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>
#include <map>

#include <veery/base/error.hpp>
#include <veery/base/staged_file.hpp>
#include <veery/run/commands.hpp>
#include <veery/run/evaluate_options.hpp>
#include <veery/training/comparison.hpp>
#include <veery/training/trainer.hpp>

#include "run/cores.hpp"
#include "run/evaluation_data.hpp"
#include "run/evaluation_report.hpp"
#include "run/gpu_choice.hpp"
#include "run/on_lead.hpp"

namespace veery {
namespace {

using Json = nlohmann::ordered_json;

std::unique_ptr<SeparationModel> load(Communicator& world, const EvaluateOptions& options) {
  const int gpu = options.device == "cpu" ? 0 : choose_gpu(world);
  const auto load_here = [&] {
    return load_model(options.model, {choose_device(options.device, gpu), options.precision, options.model_rate_hz});
  };
  std::unique_ptr<SeparationModel> model;
  on_lead(world, [&] {
    model = load_here();
    if (model->info().sample_rate_hz == 0)
      throw UsageError{"the module does not tell its sample rate", options.model.string(), "give --model-rate"};
  });
  return model ? std::move(model) : load_here();
}

Json to_json(const ExampleScores& scores) {
  Json pairs = Json::array();
  for (const SourceScore& score : scores.scored) pairs.push_back({score.source, score.si_snr_db, score.improvement_db});
  return {scores.sources, scores.stems, pairs};
}

ExampleScores scores_in(const Json& json) {
  ExampleScores scores{json.at(0), json.at(1), {}};
  for (const Json& pair : json.at(2)) scores.scored.push_back({pair.at(0), pair.at(1), pair.at(2)});
  return scores;
}

/// One example, by number: those of known sources first, then mixtures.
Json measure(const SeparationModel& model, const EvaluationData& data, std::int64_t number) {
  try {
    if (number < data.source_examples()) {
      const SourceComparison found = compare_on_sources(model, data.sources(number), data.sources_an_example());
      return {{"number", number}, {"model", to_json(found.model)}, {"gate", to_json(found.gate)}};
    }
    const MixtureComparison found = compare_on_mixture(model, data.mixture(number - data.source_examples()), 2);
    return {{"number", number}, {"model_momi", found.model_db}, {"gate_momi", found.gate_db}};
  } catch (const Error& problem) {  // of this example alone
    return {{"number", number}, {"problem", problem.what()}};
  }
}

/// In the order of numbers, whoever measured them.
EvaluationFindings collect(const std::vector<std::string>& gathered) {
  std::map<std::int64_t, Json> by_number;
  for (const std::string& text : gathered)
    for (const Json& one : Json::parse(text)) by_number[one.at("number")] = one;
  EvaluationFindings findings;
  for (const auto& [number, one] : by_number) {
    if (one.contains("problem")) {
      findings.problems.push_back(one["problem"]);
    } else if (one.contains("model_momi")) {
      findings.model.momi_db.push_back(one["model_momi"]);
      findings.gate.momi_db.push_back(one["gate_momi"]);
    } else {
      findings.model.examples.push_back(scores_in(one["model"]));
      findings.gate.examples.push_back(scores_in(one["gate"]));
      findings.silent += findings.model.examples.back().sources == 0 ? 1 : 0;
    }
  }
  return findings;
}

}  // namespace

int run_evaluate(Communicator& world, const EvaluateOptions& options) {
  const std::unique_ptr<SeparationModel> model = load(world, options);
  set_threads(threads_of_rank(options.threads, world.ranks_on_node()));
  const EvaluationData data{world, options, model->info().sample_rate_hz};
  if (world.rank() == 0 && data.resampled_from_hz() > 0)
    std::fprintf(stderr, "examples of %d Hz are resampled to the model's %d Hz\n", data.resampled_from_hz(),
                 model->info().sample_rate_hz);
  Json mine = Json::array();
  on_every_rank(world, [&](const std::function<bool()>& stop) {
    const std::int64_t all = data.source_examples() + data.mixtures();
    for (std::int64_t number = world.rank(); number < all && !stop(); number += world.size())
      mine.push_back(measure(*model, data, number));
  });
  const std::vector<std::string> gathered = world.gather(mine.dump(-1, ' ', false, Json::error_handler_t::replace));
  int code = exit_code::kDone;
  on_lead(world, [&] {
    const EvaluationFindings findings = collect(gathered);
    std::fputs(evaluation_table(findings).c_str(), stdout);
    if (!options.json.empty())
      publish_text(options.json, evaluation_json(findings, options, model->info(), data.split()));
    if (!findings.problems.empty()) code = exit_code::kDoneWithBad;
  });
  return code_of_lead(world, code);
}

}  // namespace veery
