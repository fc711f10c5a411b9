// Separates seconds of noise with a network of the published size and random weights, and says how long it took.
//
//     separation_bench NETWORK FOLDER THREADS SECONDS REPEATS
//
// NETWORK is default or bird. Writes into FOLDER what a peer needs to do the same: model.h5, mixture.f32 and the
// stems to compare with, stems.f32 (float32, little-endian). Prints one JSON object; of the repeats the fastest
// counts. Beside it are timed: the network's matrix products alone, on operands of their own; the same network out of
// composed operations, which run when somebody watches; and both with the gradients of all weights.
#include <ATen/Functions.h>
#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <limits>
#include <map>
#include <regex>
#include <stdexcept>

#include <veery/separation/model_file.hpp>
#include <veery/separation/tdcn.hpp>

namespace {

using Products = std::map<std::pair<std::int64_t, std::int64_t>, std::int64_t>;

struct Time {
  double wall_s = std::numeric_limits<double>::infinity();
  double cpu_s = std::numeric_limits<double>::infinity();
};

Time best_of(int repeats, const std::function<void()>& work) {
  Time best;
  for (int i = 0; i < repeats; ++i) {
    const std::clock_t cpu = std::clock();
    const auto wall = std::chrono::steady_clock::now();
    work();
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - wall;
    best.wall_s = std::min(best.wall_s, took.count());
    best.cpu_s = std::min(best.cpu_s, static_cast<double>(std::clock() - cpu) / CLOCKS_PER_SEC);
  }
  return best;
}

veery::TdcnConfig config_of(const std::string& network) {
  veery::TdcnConfig config;
  config.sample_rate_hz = 22050;
  config.window_samples = 55;
  config.hop_samples = 28;
  if (network == "default") return config;
  if (network != "bird") throw std::runtime_error("no such network: " + network);
  config.window_samples = 22;
  config.hop_samples = 11;
  config.skips = true;
  config.consistency = veery::Consistency::magsq;
  return config;
}

/// As large as training starts with, and none so regular that a mistake could hide.
veery::Weights random_weights(const veery::TdcnConfig& config) {
  at::manual_seed(1);
  veery::Weights weights;
  for (const auto& [name, shape] : veery::weight_shapes(config)) {
    const at::Tensor noise = at::rand(shape) * 2 - 1;
    if (name.ends_with("depthwise.kernel")) {
      weights[name] = noise * 0.5;
    } else if (name.ends_with("kernel")) {
      weights[name] = noise * std::sqrt(6.0 / static_cast<double>(shape[0] + shape[1]));
    } else if (name.ends_with("dense2.scale")) {
      weights[name] = noise * 0.1 + std::pow(0.9, std::stoi(name.substr(name.find('_') + 1)));
    } else {
      const bool is_factor = name.ends_with("gamma") || name.ends_with("scale");
      weights[name] = noise * 0.1 + (is_factor ? 1.0 : 0.1);
    }
  }
  return weights;
}

/// How often each size of matrix product [frame, in] x [in, out] occurs.
Products matrix_products(const veery::WeightShapes& shapes) {
  Products products;
  for (const auto& [name, shape] : shapes) {
    if (shape.size() == 2 && !name.ends_with("depthwise.kernel")) ++products[{shape[0], shape[1]}];
  }
  return products;
}

/// With the gradients of all weights.
void train_once(const veery::TdcnConfig& config, const veery::Weights& weights, const at::Tensor& mixture,
                const veery::Observer& observe) {
  veery::forward(config, weights, mixture, observe).square().sum().backward();
}

veery::Weights trainable(const veery::Weights& weights) {
  veery::Weights copies;
  for (const auto& [name, weight] : weights) copies[name] = weight.clone().requires_grad_(true);
  return copies;
}

void write_floats(const std::filesystem::path& path, const at::Tensor& values) {
  const at::Tensor contiguous = values.contiguous();
  std::ofstream file{path, std::ios::binary};
  file.write(static_cast<const char*>(contiguous.const_data_ptr()), contiguous.numel() * contiguous.element_size());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 6) throw std::runtime_error("usage: separation_bench NETWORK FOLDER THREADS SECONDS REPEATS");
  const std::filesystem::path folder = argv[2];
  const int repeats = std::stoi(argv[5]);
  at::set_num_threads(std::stoi(argv[3]));
  const veery::TdcnConfig config = config_of(argv[1]);
  const veery::Weights weights = random_weights(config);
  const auto samples = static_cast<std::int64_t>(std::stod(argv[4]) * static_cast<double>(config.sample_rate_hz));
  const at::Tensor mixture = at::randn({1, samples}) * 0.1;

  const veery::Observer watch = [](const std::string&, const at::Tensor&) {};
  const veery::Weights to_train = trainable(weights);
  const Time step = best_of(repeats, [&] { train_once(config, to_train, mixture, {}); });
  const Time composed_step = best_of(repeats, [&] { train_once(config, to_train, mixture, watch); });

  const c10::InferenceMode no_gradients;
  at::Tensor stems = veery::forward(config, weights, mixture);
  const Time network = best_of(repeats, [&] { stems = veery::forward(config, weights, mixture); });

  const Time composed = best_of(repeats, [&] { static_cast<void>(veery::forward(config, weights, mixture, watch)); });

  const std::int64_t frames = samples / config.hop_samples;
  double operations = 0;
  Time products;
  products = {0, 0};
  for (const auto& [size, count] : matrix_products(veery::weight_shapes(config))) {
    const at::Tensor left = at::randn({frames, size.first});
    const at::Tensor right = at::randn({size.first, size.second});
    const Time one = best_of(5 * repeats, [&] { static_cast<void>(at::matmul(left, right)); });
    products.wall_s += one.wall_s * static_cast<double>(count);
    products.cpu_s += one.cpu_s * static_cast<double>(count);
    operations += 2.0 * static_cast<double>(frames * size.first * size.second * count);
  }

  veery::write_model(folder / "model.h5", {config, weights, {{"source", "random"}}});
  write_floats(folder / "mixture.f32", mixture);
  write_floats(folder / "stems.f32", stems);
  std::cout << R"({"wall_s": )" << network.wall_s << R"(, "cpu_s": )" << network.cpu_s << R"(, "products_wall_s": )"
            << products.wall_s << R"(, "products_cpu_s": )" << products.cpu_s << R"(, "composed_cpu_s": )"
            << composed.cpu_s << R"(, "step_cpu_s": )" << step.cpu_s << R"(, "composed_step_cpu_s": )"
            << composed_step.cpu_s << R"(, "gflop": )" << operations / 1e9 << "}\n";
}
