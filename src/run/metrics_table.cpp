#include "run/metrics_table.hpp"

#include <fcntl.h>

#include <charconv>
#include <span>
#include <string>
#include <string_view>

#include <veery/base/csv.hpp>
#include <veery/base/staged_file.hpp>

namespace veery {
namespace {

constexpr std::string_view kHeader = "step,loss_db,gradient_norm,rate,validation_loss_db,validation_momi_db\n";

/// The header and the whole rows up to the step.
std::string kept_part(const std::string& text, std::int64_t step) {
  std::string kept{kHeader};
  if (!text.starts_with(kHeader)) return kept;
  for (std::size_t at = kHeader.size(); at < text.size();) {
    const std::size_t end = text.find('\n', at);
    std::int64_t number = 0;
    if (end == std::string::npos || std::from_chars(&text[at], &text[end], number).ec != std::errc{} || number > step)
      break;
    kept.append(text, at, end + 1 - at);
    at = end + 1;
  }
  return kept;
}

/// The file with the rows that are kept.
FileDescriptor open_cut(const std::filesystem::path& file, std::int64_t step) {
  publish_text(file, kept_part(std::filesystem::exists(file) ? read_text(file) : "", step));
  return FileDescriptor::open(file, O_WRONLY);
}

}  // namespace

MetricsTable::MetricsTable(const std::filesystem::path& file, std::int64_t step)
    : file_(open_cut(file, step)), end_(file_.size()) {}

void MetricsTable::add(std::int64_t step, const StepReport& report, const std::optional<Validation>& validation) {
  const std::string row =
      csv_row({std::to_string(step), decimal(report.loss), decimal(report.gradient_norm), decimal(report.rate),
               validation ? decimal(validation->loss) : "", validation ? decimal(validation->momi) : ""});
  file_.write_at(end_, std::as_bytes(std::span{row}));
  end_ += static_cast<std::int64_t>(row.size());
}

}  // namespace veery
