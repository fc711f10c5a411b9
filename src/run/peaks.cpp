#include <cstdio>

#include <veery/base/csv.hpp>
#include <veery/base/text.hpp>
#include <veery/peaks/peak_finder.hpp>
#include <veery/run/commands.hpp>
#include <veery/slices/slice_recording.hpp>

namespace veery {

int run_peaks(const PeaksOptions& options) {
  set_fft_threads(1);
  int code = exit_code::kDone;
  std::fputs("path,rank,sample,time_s,energy\n", stdout);
  for (const auto& file : options.files) {
    const auto found = recording_peaks(file, options.stream, options.slices);
    if (const auto* refusal = std::get_if<Refusal>(&found)) {
      std::fprintf(stderr, "veery: %s: %s: %s\n", printable(file.string()).c_str(),
                   std::string{reason_name(refusal->reason)}.c_str(), printable(refusal->detail).c_str());
      code = exit_code::kDoneWithBad;
      continue;
    }
    std::size_t rank = 0;
    for (const Peak& peak : std::get<std::vector<Peak>>(found)) {
      const double seconds = static_cast<double>(peak.sample) / options.stream.sample_rate_hz;
      std::fputs(csv_row({text_cell(file.string()), std::to_string(++rank), std::to_string(peak.sample),
                          decimal(seconds), decimal(peak.energy)})
                     .c_str(),
                 stdout);
    }
  }
  return code;
}

}  // namespace veery
