#pragma once
// What an evaluation found, as a table and as JSON.
#include <cstdint>
#include <string>
#include <vector>

#include <veery/run/evaluate_options.hpp>
#include <veery/separation/separation_model.hpp>
#include <veery/training/evaluation.hpp>

namespace veery {

/// Of one way to separate, in the order of the examples.
struct MethodScores {
  std::vector<ExampleScores> examples;  ///< of known sources
  std::vector<double> momi_db;          ///< of mixtures of two recordings
};

struct EvaluationFindings {
  MethodScores model;
  MethodScores gate;
  std::int64_t silent = 0;  ///< examples without a source that sounds
  std::vector<std::string> problems;
};

[[nodiscard]] std::string evaluation_table(const EvaluationFindings& findings);

/// `split`: that was measured.
[[nodiscard]] std::string evaluation_json(const EvaluationFindings& findings, const EvaluateOptions& options,
                                          const ModelInfo& model, const std::string& split);

}  // namespace veery
