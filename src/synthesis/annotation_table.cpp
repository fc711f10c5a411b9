#include <veery/base/csv.hpp>
#include <veery/synthesis/annotation_table.hpp>

namespace veery {

std::string annotation_header() {
  return csv_row({"Filename", "Start Time (s)", "End Time (s)", "Low Freq (Hz)", "High Freq (Hz)", "Species eBird Code",
                  "Level (dBFS)", "SNR (dB)"});
}

std::string annotation_rows(std::string_view filename, std::span<const BirdCall> calls) {
  std::string rows;
  for (const BirdCall& call : calls) {
    rows += csv_row({std::string{filename}, fixed_decimal(call.start_s, 4), fixed_decimal(call.end_s, 4),
                     fixed_decimal(call.low_hz, 1), fixed_decimal(call.high_hz, 1), call.species,
                     fixed_decimal(call.level_dbfs, 2), fixed_decimal(call.snr_db, 2)});
  }
  return rows;
}

std::string annotation_table(std::span<const AnnotatedRecording> recordings) {
  std::string table = annotation_header();
  for (const AnnotatedRecording& recording : recordings) table += annotation_rows(recording.filename, recording.calls);
  return table;
}

}  // namespace veery
