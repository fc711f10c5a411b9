#include "run/evaluation_report.hpp"

#include <nlohmann/json.hpp>

#include <veery/base/csv.hpp>
#include <veery/base/text.hpp>
#include <veery/base/version.hpp>

#include "run/progress.hpp"

namespace veery {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kNameWidth = 30;
constexpr std::size_t kColumnWidth = 20;

std::string cell(const Mean& mean) {
  if (mean.count == 0) return "-";
  return fixed_decimal(mean.mean, 2) + " ± " + fixed_decimal(mean.half_width, 2);
}

std::string shares(const GroupScores& group) {
  return fixed_decimal(100 * group.under, 0) + " / " + fixed_decimal(100 * group.equal, 0) + " / " +
         fixed_decimal(100 * group.over, 0);
}

/// Letters, not bytes: ± takes two.
std::string in_column(const std::string& text) {
  const bool has_sign = text.find("±") != std::string::npos;
  return padded(text, kColumnWidth + (has_sign ? 1 : 0));
}

std::string row(const std::string& name, std::int64_t count, const std::string& model, const std::string& gate) {
  std::string text = name;
  text.resize(std::max(kNameWidth, name.size()), ' ');
  return text + padded(std::to_string(count), 8) + in_column(model) + in_column(gate) + "\n";
}

std::string group_name(const GroupScores& group) {
  return group.sources == 0 ? "2 sources and more"
                            : std::to_string(group.sources) + (group.sources == 1 ? " source" : " sources");
}

std::string rows_of(const GroupScores& model, const GroupScores& gate) {
  const std::string name = group_name(model);
  if (model.sources == 1) return row("1S: SI-SNR of " + name, model.examples, cell(model.si_snr), cell(gate.si_snr));
  return row("MSi: " + name, model.examples, cell(model.improvement), cell(gate.improvement)) +
         row("  of these the foreground", model.examples, cell(model.foreground), cell(gate.foreground));
}

Json describe(const Mean& mean) {
  if (mean.count == 0) return nullptr;
  return {{"mean", mean.mean}, {"half_width_95", mean.half_width}, {"values", mean.count}};
}

Json describe(const MethodScores& method) {
  Json groups = Json::array();
  for (const GroupScores& group : grouped(method.examples))
    groups.push_back({{"sources", group.sources == 0 ? Json("2 and more") : Json(group.sources)},
                      {"examples", group.examples},
                      {"si_snr_db", describe(group.si_snr)},
                      {"si_snr_improvement_db", describe(group.improvement)},
                      {"foreground_improvement_db", describe(group.foreground)},
                      {"under_separated", group.under},
                      {"equally_separated", group.equal},
                      {"over_separated", group.over}});
  return {{"groups", groups}, {"momi_db", describe(mean_of(method.momi_db))}};
}

}  // namespace

std::string evaluation_table(const EvaluationFindings& findings) {
  const std::vector<GroupScores> model = grouped(findings.model.examples);
  const std::vector<GroupScores> gate = grouped(findings.gate.examples);
  std::string name = "dB, mean and 95 % interval";
  name.resize(kNameWidth, ' ');
  std::string text =
      name + padded("examples", 8) + padded("model", kColumnWidth) + padded("spectral gating", kColumnWidth) + "\n";
  for (std::size_t i = 0; i < model.size(); ++i) text += rows_of(model[i], gate[i]);
  const Mean momi = mean_of(findings.model.momi_db);
  if (momi.count > 0) text += row("MoMi: two recordings", momi.count, cell(momi), cell(mean_of(findings.gate.momi_db)));
  if (!model.empty()) text += "stems that sound: % of examples with fewer / as many / more than sources\n";
  for (std::size_t i = 0; i < model.size(); ++i)
    text += row("  " + group_name(model[i]), model[i].examples, shares(model[i]), shares(gate[i]));
  if (findings.silent > 0) text += std::to_string(findings.silent) + " examples are silent and not scored\n";
  for (const std::string& problem : findings.problems) text += "not measured: " + printable(problem) + "\n";
  return text;
}

std::string evaluation_json(const EvaluationFindings& findings, const EvaluateOptions& options, const ModelInfo& model,
                            const std::string& split) {
  const Json json{{"kind", "veery.evaluation"},
                  {"format_version", 1},
                  {"program_version", program_version()},
                  {"commit", program_commit()},
                  {"model", {{"name", model.name}, {"digest", model.digest}}},
                  {"dataset", options.dataset.string()},
                  {"split", split},
                  {"seed", options.seed},
                  {"window_s", options.window_s},
                  {"precision", to_string(options.precision)},
                  {"scores", {{"model", describe(findings.model)}, {"spectral_gating", describe(findings.gate)}}},
                  {"silent_examples", findings.silent},
                  {"not_measured", findings.problems}};
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace veery
