// make_test_model KIND FILE: models for the tests of the whole program. None of them is trained; none ships.
#include <torch/csrc/jit/api/module.h>

#include <cstdio>
#include <exception>
#include <map>
#include <string>

#include "separation/seeded_model.hpp"

namespace veery::test {
namespace {

/// TorchScript: what each kind makes of mixtures `x` [batch, sample]; two or three sources at 16 kHz.
const std::map<std::string, std::string> kScripts{
    {"identity", R"(
def forward(self, x):
    return torch.stack([x, torch.zeros_like(x)], 1)
)"},
    {"one", R"(
def forward(self, x):
    return x.unsqueeze(1)
)"},
    {"lossy", R"(
def forward(self, x):
    return torch.stack([0.5 * x, 0.25 * x], 1)
)"},
    {"loud", R"(
def forward(self, x):
    return torch.stack([3.0 * x, -2.0 * x], 1)
)"},
    {"nan", R"(
def forward(self, x):
    y = torch.stack([x, torch.zeros_like(x)], 1)
    if bool(torch.gt(torch.max(x), 0.9)):
        y = y * float('nan')
    return y
)"},
    // An oracle for birds that keep to bands of their own, but for the order of its outputs: another in every window.
    {"bands", R"(
def forward(self, x):
    n = x.size(1)
    spectrum = torch.fft_rfft(x)
    hz = torch.arange(spectrum.size(1)) * (16000.0 / n)
    low = torch.fft_irfft(spectrum * (hz < 3000.0), n)
    high = torch.fft_irfft(spectrum * (hz >= 3000.0), n)
    rest = torch.zeros_like(x)
    rows = []
    for b in range(x.size(0)):
        turn = int(torch.sum(torch.abs(x[b])) * 1000.0) % 6
        stems = [low[b], high[b], rest[b]]
        first = stems.pop(turn % 3)
        if turn >= 3:
            stems = [stems[1], stems[0]]
        rows.append(torch.stack([first, stems[0], stems[1]]))
    return torch.stack(rows)
)"},
};

int make(const std::string& kind, const std::string& path) {
  if (kind == "tdcn") {
    TdcnConfig config = small_config();
    config.consistency = Consistency::magsq;
    write_model(path, seeded_model(config));
    return 0;
  }
  torch::jit::Module module{"model"};
  module.register_attribute("sample_rate", c10::IntType::get(), std::int64_t{16000});
  module.define(kScripts.at(kind));
  module.save(path);
  return 0;
}

}  // namespace
}  // namespace veery::test

int main(int argc, char** argv) {
  try {
    return argc == 3 ? veery::test::make(argv[1], argv[2]) : 2;
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "%s\n", failure.what());
    return 1;
  }
}
