#include <cairo.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <memory>
#include <numbers>
#include <string>
#include <vector>

#include <veery/base/error.hpp>
#include <veery/spectrogram/picture.hpp>

namespace veery {
namespace {

constexpr int kRate = 32'000;

std::vector<float> tone(double hz, double amplitude, std::size_t samples = kRate) {
  std::vector<float> sound(samples);
  for (std::size_t i = 0; i < samples; ++i)
    sound[i] = static_cast<float>(amplitude * std::sin(2.0 * std::numbers::pi * hz * static_cast<double>(i) / kRate));
  return sound;
}

/// What a reader of the file sees.
class Seen {
 public:
  explicit Seen(const std::string& png) : surface_(nullptr, cairo_surface_destroy) {
    std::string_view rest = png;
    const auto read = [](void* from, unsigned char* to, unsigned int length) {
      auto& left = *static_cast<std::string_view*>(from);
      if (left.size() < length) return CAIRO_STATUS_READ_ERROR;
      std::memcpy(to, left.data(), length);
      left.remove_prefix(length);
      return CAIRO_STATUS_SUCCESS;
    };
    surface_.reset(cairo_image_surface_create_from_png_stream(read, &rest));
    EXPECT_EQ(cairo_surface_status(surface_.get()), CAIRO_STATUS_SUCCESS);
  }

  [[nodiscard]] int width() const { return cairo_image_surface_get_width(surface_.get()); }
  [[nodiscard]] int height() const { return cairo_image_surface_get_height(surface_.get()); }
  /// 0 black to 255 white.
  [[nodiscard]] int grey(int x, int y) const {
    const unsigned char* pixels = cairo_image_surface_get_data(surface_.get());
    return pixels[y * cairo_image_surface_get_stride(surface_.get()) + 4 * x];
  }
  [[nodiscard]] int darkest(int x, int y, int columns, int rows) const {
    int found = 255;
    for (int row = y; row < y + rows; ++row)
      for (int column = x; column < x + columns; ++column) found = std::min(found, grey(column, row));
    return found;
  }

 private:
  std::unique_ptr<cairo_surface_t, decltype(&cairo_surface_destroy)> surface_;
};

// Where lanes lie: 48 pixels to the left of them, 30 above, 6 in between.
int row_of(int lane, double hz) {
  return 30 + lane * 262 + static_cast<int>(256.0 * (1.0 - hz / 12'000.0));
}

TEST(Picture, ShowsAFaintLaneFaint) {
  const std::vector<float> loud = tone(3000.0, 0.5);
  const std::vector<float> faint = tone(6000.0, 0.005);  // 40 dB below
  const Seen seen{draw_png({"", "", {}, {{"", loud}, {"", faint}}}, kRate)};
  EXPECT_EQ(seen.width(), 48 + 100 + 12);
  EXPECT_EQ(seen.height(), 30 + 256 + 6 + 256 + 26);
  EXPECT_LT(seen.darkest(98, row_of(0, 3000.0) - 1, 1, 3), 8);
  EXPECT_EQ(seen.grey(98, row_of(0, 9000.0)), 255);
  EXPECT_NEAR(seen.darkest(98, row_of(1, 6000.0) - 1, 1, 3), 128, 8);  // half of 80 dB
}

TEST(Picture, MarksSecondsAboveTheFirstLane) {
  const std::vector<float> sound = tone(3000.0, 0.5);
  const Seen marked{draw_png({"", "", {0.25}, {{"", sound}}}, kRate)};
  const Seen plain{draw_png({"", "", {}, {{"", sound}}}, kRate)};
  EXPECT_EQ(marked.grey(48 + 25, 24), 0);
  EXPECT_EQ(plain.grey(48 + 25, 24), 255);
}

TEST(Picture, WritesTitlesTimesAndFrequencies) {
  const std::vector<float> sound = tone(3000.0, 0.5);
  const Seen seen{draw_png({"a robin", "2024-06-01", {}, {{"", sound}}}, kRate)};
  EXPECT_LT(seen.darkest(48, 2, 40, 16), 128);
  EXPECT_LT(seen.darkest(100, 2, 48, 16), 128);
  EXPECT_LT(seen.darkest(0, 40, 40, 246), 128);
  EXPECT_LT(seen.darkest(40, 30 + 256 + 8, 100, 16), 128);
}

TEST(Picture, OfSilenceIsEmptyAndOfOneInputTheSame) {
  const std::vector<float> silence(kRate);
  const Picture picture{"", "", {}, {{"", silence}}};
  EXPECT_EQ(Seen{draw_png(picture, kRate)}.darkest(48, 30, 100, 256), 255);
  EXPECT_EQ(draw_png(picture, kRate), draw_png(picture, kRate));
}

TEST(Picture, TakesTheLoudestColourFromThePalette) {
  const std::vector<float> sound = tone(3000.0, 0.5);
  const Seen seen{draw_png({"", "", {}, {{"", sound}}}, kRate, {.palette = Palette::viridis})};
  EXPECT_NEAR(seen.grey(98, row_of(0, 9000.0)), 84, 1);  // blue of the darkest, (68, 1, 84)
}

TEST(Picture, OfNothingOrOfTooMuchIsAnError) {
  const std::vector<float> none;
  const std::vector<float> one = tone(3000.0, 0.5);
  const std::vector<float> other = tone(3000.0, 0.5, 100);
  const std::vector<float> hour(static_cast<std::size_t>(400) * kRate);
  EXPECT_THROW(static_cast<void>(draw_png({}, kRate)), UsageError);
  EXPECT_THROW(static_cast<void>(draw_png({"", "", {}, {{"", none}}}, kRate)), UsageError);
  EXPECT_THROW(static_cast<void>(draw_png({"", "", {}, {{"", one}, {"", other}}}, kRate)), UsageError);
  EXPECT_THROW(static_cast<void>(draw_png({"", "", {}, {{"", hour}}}, kRate)), UsageError);
}

}  // namespace
}  // namespace veery
