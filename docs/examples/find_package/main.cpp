// print_peaks RECORDING…: the peaks of each, as `veery peaks` finds them.
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <span>

#include <veery/base/csv.hpp>
#include <veery/peaks/peak_finder.hpp>
#include <veery/slices/slice_recording.hpp>

namespace {

bool print_peaks(const char* path) {
  const veery::StreamOptions stream{.sample_rate_hz = 32'000};
  const auto found = veery::recording_peaks(path, stream, veery::SliceOptions{});
  if (const auto* refusal = std::get_if<veery::Refusal>(&found)) {
    std::fprintf(stderr, "%s: %s\n", path, refusal->detail.c_str());
    return false;
  }
  for (const veery::Peak& peak : std::get<std::vector<veery::Peak>>(found)) {
    const double seconds = static_cast<double>(peak.sample) / stream.sample_rate_hz;
    std::printf("%s,%s\n", veery::decimal(seconds).c_str(), veery::decimal(peak.energy).c_str());
  }
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    veery::set_fft_threads(1);
    bool all_read = true;
    for (const char* path : std::span{argv, static_cast<std::size_t>(argc)}.subspan(1)) all_read &= print_peaks(path);
    return all_read ? EXIT_SUCCESS : EXIT_FAILURE;
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "%s\n", failure.what());
    return EXIT_FAILURE;
  }
}
