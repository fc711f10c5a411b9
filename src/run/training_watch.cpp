#include "run/training_watch.hpp"

#include <chrono>
#include <cmath>

#include <veery/audio/audio_file.hpp>
#include <veery/base/csv.hpp>
#include <veery/base/quantity.hpp>
#include <veery/base/staged_file.hpp>
#include <veery/base/temporary_folder.hpp>
#include <veery/spectrogram/picture.hpp>

namespace veery {
namespace {

constexpr std::int64_t kStepsAnEvent = 10;

double now_s() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

std::string wav_of(const std::vector<float>& samples, int sample_rate_hz) {
  const TemporaryFolder folder;
  const std::filesystem::path file = folder.path() / "sound.wav";
  AudioWriter writer{file, AudioFormat::wav, sample_rate_hz};
  writer.write(samples);
  writer.publish();
  return read_text(file);
}

/// Of a PNG file: its header's first chunk begins with both, big-endian.
int number_at(const std::string& png, std::size_t at) {
  int value = 0;
  for (std::size_t i = at; i < at + 4; ++i) value = value * 256 + static_cast<unsigned char>(png.at(i));
  return value;
}

}  // namespace

TrainingWatch::TrainingWatch(const TrainOptions& options, const std::filesystem::path& events, const std::string& host,
                             std::int64_t first_step, Reporter& reporter)
    : options_(options),
      first_step_(first_step),
      reporter_(reporter),
      events_(events, now_s(), host),
      status_(options.output, host) {}

double TrainingWatch::wall_s() const {
  return std::max(std::chrono::duration<double>(TimeBudget::Clock::now() - start_.steady).count(), 1e-9);
}

TrainingStatus TrainingWatch::status_at(std::int64_t step) const {
  const auto views = static_cast<double>((step - first_step_) * options_.batch);
  return {options_.schedule.steps, step, options_.batch, views / wall_s()};
}

std::string TrainingWatch::end(std::int64_t step, double waited_s) {
  status_.running(status_at(step));
  return summary(step, waited_s);
}

std::string TrainingWatch::summary(std::int64_t step, double waited_s) const {
  return std::to_string(step - first_step_) + " steps, " + fixed_decimal(status_at(step).views_per_s, 2) +
         " views/s, " + fixed_decimal(100.0 * waited_s / wall_s(), 1) + " % of the time waiting for data";
}

std::string TrainingWatch::line(const Trainer& trainer, double waited_s) const {
  const double done = static_cast<double>(std::max<std::int64_t>(trainer.steps() - first_step_, 1));
  const auto left = static_cast<double>(options_.schedule.steps - trainer.steps());
  std::string text = "step " + std::to_string(trainer.steps()) + " of " + std::to_string(options_.schedule.steps) +
                     ", loss " + fixed_decimal(trainer.progress().trend.smoothed.value_or(0), 2) + " dB, ";
  if (last_validation_)
    text += "validation " + fixed_decimal(last_validation_->loss, 2) + " dB (MoMi " +
            fixed_decimal(last_validation_->momi, 2) + "), ";
  return text + summary(trainer.steps(), waited_s) + ", " + format_duration(wall_s() / done * left) + " left";
}

void TrainingWatch::step(const Trainer& trainer, const StepReport& report, double waited_s) {
  const std::int64_t step = trainer.steps();
  if (step % kStepsAnEvent == 0) {
    const double now = now_s();
    events_.add_scalar(now, step, "training/loss", static_cast<float>(report.loss));
    events_.add_scalar(now, step, "training/gradient_norm", static_cast<float>(report.gradient_norm));
    events_.add_scalar(now, step, "training/rate", static_cast<float>(report.rate));
  }
  reporter_.show_progress([&] { return line(trainer, waited_s); });
  if (status_.is_due()) status_.running(status_at(step));
}

void TrainingWatch::validated(std::int64_t step, const ValidationResult& result, bool is_best) {
  last_validation_ = result.means;
  events_.add_scalar(now_s(), step, "validation/loss", static_cast<float>(result.means.loss));
  events_.add_scalar(now_s(), step, "validation/MoMi", static_cast<float>(result.means.momi));
  show(step, result.shown);
  reporter_.info("step " + std::to_string(step) + ": validation " + fixed_decimal(result.means.loss, 2) + " dB, MoMi " +
                 fixed_decimal(result.means.momi, 2) + " dB" + (is_best ? ", the best so far" : ""));
}

void TrainingWatch::show(std::int64_t step, const ShownView& view) {
  const auto rate_hz = static_cast<int>(options_.network.sample_rate_hz);
  const auto frames = static_cast<std::int64_t>(view.mixture.size());
  Picture picture;
  picture.title = "step " + std::to_string(step);
  picture.lanes.push_back({"mixture", view.mixture});
  const auto add_sound = [&](const std::string& tag, const std::vector<float>& samples) {
    events_.add_sound(now_s(), step, tag, wav_of(samples, rate_hz), rate_hz, frames);
  };
  add_sound("validation/mixture", view.mixture);
  for (std::size_t stem = 0; stem < view.stems.size(); ++stem) {
    const std::string name = std::string{"stem "}.append(std::to_string(stem));
    picture.lanes.push_back({name, view.stems[stem]});
    add_sound("validation/" + name, view.stems[stem]);
  }
  const std::string png =
      draw_png(picture, rate_hz, {.palette = Palette::viridis, .lane_height = 96, .top_hz = rate_hz / 2.0});
  events_.add_picture(now_s(), step, "validation/stems", png, number_at(png, 16), number_at(png, 20));
}

}  // namespace veery
