#include <cairo.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <memory>
#include <utility>

#include <veery/base/csv.hpp>
#include <veery/base/error.hpp>
#include <veery/base/text.hpp>
#include <veery/spectrogram/picture.hpp>

#include "spectrogram/levels.hpp"
#include "spectrogram/palette.hpp"

namespace veery {
namespace {

constexpr int kLeft = 48;
constexpr int kRight = 12;
constexpr int kTop = 30;
constexpr int kBottom = 26;
constexpr int kGap = 6;
constexpr int kWidest = 32'000;  // Cairo's images end at 32,767
constexpr double kFontSize = 11.0;
constexpr double kHeaderBaseline = 14.0;

using Surface = std::unique_ptr<cairo_surface_t, decltype(&cairo_surface_destroy)>;
using Context = std::unique_ptr<cairo_t, decltype(&cairo_destroy)>;

Surface new_surface(int width, int height) {
  Surface surface{cairo_image_surface_create(CAIRO_FORMAT_RGB24, width, height), cairo_surface_destroy};
  if (cairo_surface_status(surface.get()) != CAIRO_STATUS_SUCCESS)
    throw Error{"there is no memory for a picture", std::to_string(width) + " x " + std::to_string(height) + " pixels"};
  return surface;
}

enum class Align { left, middle, right };

/// A page with the lanes' places on it. Texts are in the font that is part of Cairo: no font of the machine is used.
class Page {
 public:
  Page(const PixelGrid& grid, std::size_t lanes)
      : grid_(grid),
        surface_(new_surface(kLeft + grid.width + kRight, lane_top(lanes) - kGap + kBottom)),
        context_(cairo_create(surface_.get()), cairo_destroy) {
    cairo_set_source_rgb(context_.get(), 1.0, 1.0, 1.0);
    cairo_paint(context_.get());
    cairo_set_source_rgb(context_.get(), 0.0, 0.0, 0.0);
    cairo_set_line_width(context_.get(), 1.0);
    cairo_select_font_face(context_.get(), "@cairo:", CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_NORMAL);
    cairo_set_font_size(context_.get(), kFontSize);
  }

  void draw_levels(std::size_t lane, std::span<const float> levels, float loudest, double range_db, Palette palette);
  void draw_axes(std::size_t lane, const std::string& title);
  void draw_seconds(std::size_t lanes);
  void draw_mark(double seconds);
  void draw_header(const std::string& title, const std::string& corner);
  [[nodiscard]] std::string png() const;

 private:
  [[nodiscard]] int lane_top(std::size_t lane) const { return kTop + static_cast<int>(lane) * (grid_.height + kGap); }
  void line(double x, double y, double to_x, double to_y);
  [[nodiscard]] double width_of(const std::string& text) const;
  void text(double x, double y, Align align, const std::string& text);

  PixelGrid grid_;
  Surface surface_;
  Context context_;
};

void Page::draw_levels(std::size_t lane, std::span<const float> levels, float loudest, double range_db,
                       Palette palette) {
  const std::array<std::uint32_t, 256> table = colours(palette);
  cairo_surface_flush(surface_.get());
  unsigned char* pixels = cairo_image_surface_get_data(surface_.get());
  const auto stride = static_cast<std::size_t>(cairo_image_surface_get_stride(surface_.get()));
  const auto width = static_cast<std::size_t>(grid_.width);
  std::vector<std::uint32_t> row(width);
  for (std::size_t y = 0; std::cmp_less(y, grid_.height); ++y) {
    for (std::size_t x = 0; x < width; ++x) {
      const double share = 1.0 + static_cast<double>(levels[y * width + x] - loudest) / range_db;
      row[x] = table[std::isfinite(share) ? static_cast<std::size_t>(std::lround(255.0 * std::max(share, 0.0))) : 0];
    }
    std::memcpy(pixels + (static_cast<std::size_t>(lane_top(lane)) + y) * stride + kLeft * sizeof row[0], row.data(),
                width * sizeof row[0]);
  }
  cairo_surface_mark_dirty(surface_.get());
}

void Page::line(double x, double y, double to_x, double to_y) {
  cairo_move_to(context_.get(), x + 0.5, y + 0.5);
  cairo_line_to(context_.get(), to_x + 0.5, to_y + 0.5);
  cairo_stroke(context_.get());
}

double Page::width_of(const std::string& text) const {
  cairo_text_extents_t extents{};
  cairo_text_extents(context_.get(), text.c_str(), &extents);
  return extents.x_advance;
}

void Page::text(double x, double y, Align align, const std::string& text) {
  const double shift = align == Align::left ? 0.0 : align == Align::right ? width_of(text) : width_of(text) / 2.0;
  cairo_move_to(context_.get(), std::round(x - shift), y);
  cairo_show_text(context_.get(), text.c_str());
  cairo_new_path(context_.get());
}

/// What is too long of the title is cut off in front of the corner's text.
void Page::draw_header(const std::string& title, const std::string& corner) {
  const double right = kLeft + grid_.width;
  text(right, kHeaderBaseline, Align::right, corner);
  cairo_save(context_.get());
  cairo_rectangle(context_.get(), 0.0, 0.0, std::max(right - width_of(corner) - kFontSize, 0.0), kTop);
  cairo_clip(context_.get());
  text(kLeft, kHeaderBaseline, Align::left, title);
  cairo_restore(context_.get());
}

/// kHz every 2 kHz (every 1 below 6 kHz), and the lane's title below its upper edge.
void Page::draw_axes(std::size_t lane, const std::string& title) {
  const double bottom = lane_top(lane) + grid_.height;
  const double step_hz = grid_.top_hz < 6000.0 ? 1000.0 : 2000.0;
  for (double hz = 0.0; hz <= grid_.top_hz; hz += step_hz) {
    const double y = std::round(bottom - hz / grid_.top_hz * grid_.height);
    line(kLeft - 5, y, kLeft - 1, y);
    text(kLeft - 8, std::max(y + 4.0, lane_top(lane) + kFontSize), Align::right, decimal(hz / 1000.0));
  }
  text(kLeft + 4, lane_top(lane) + kFontSize + 3.0, Align::left, printable(title));
}

void Page::draw_seconds(std::size_t lanes) {
  const double y = lane_top(lanes) - kGap;
  const double all_s = grid_.width / grid_.pixels_per_second;
  double step_s = 0.5;
  for (const double longer : {1.0, 2.0, 5.0, 10.0, 30.0, 60.0}) {
    if (step_s * grid_.pixels_per_second < 50.0) step_s = longer;
  }
  for (double s = 0.0; s <= all_s + 1e-9; s += step_s) {
    const double x = kLeft + std::round(s * grid_.pixels_per_second);
    line(x, y, x, y + 4);
    text(x, y + 18, Align::middle, decimal(s));
  }
  text(kLeft - 8, y + 18, Align::right, "s, kHz");
}

void Page::draw_mark(double seconds) {
  const double x = kLeft + seconds * grid_.pixels_per_second;
  cairo_move_to(context_.get(), x - 5.0, kTop - 9.0);
  cairo_line_to(context_.get(), x + 5.0, kTop - 9.0);
  cairo_line_to(context_.get(), x, kTop - 1.0);
  cairo_close_path(context_.get());
  cairo_fill(context_.get());
}

std::string Page::png() const {
  std::string bytes;
  const auto append = [](void* to, const unsigned char* data, unsigned int length) {
    static_cast<std::string*>(to)->append(data, data + length);
    return CAIRO_STATUS_SUCCESS;
  };
  const cairo_status_t drawn = cairo_status(context_.get());
  const cairo_status_t status =
      drawn == CAIRO_STATUS_SUCCESS ? cairo_surface_write_to_png_stream(surface_.get(), append, &bytes) : drawn;
  if (status != CAIRO_STATUS_SUCCESS) throw Error{"a picture can't be drawn", cairo_status_to_string(status)};
  return bytes;
}

PixelGrid grid_of(const Picture& picture, int sample_rate_hz, const PictureOptions& options) {
  if (picture.lanes.empty()) throw UsageError{"a picture needs a sound", printable(picture.title)};
  const std::size_t samples = picture.lanes.front().samples.size();
  for (const Lane& lane : picture.lanes)
    if (lane.samples.size() != samples) throw UsageError{"the lanes of a picture differ in length", lane.title};
  const double width = std::ceil(static_cast<double>(samples) / sample_rate_hz * options.pixels_per_second);
  if (!(width >= 1.0 && width <= kWidest - kLeft - kRight))
    throw UsageError{"a picture of this length can't be drawn", decimal(width) + " pixels", "choose shorter slices"};
  return {static_cast<int>(width), options.lane_height, options.pixels_per_second,
          std::min(options.top_hz, sample_rate_hz / 2.0)};
}

}  // namespace

std::string draw_png(const Picture& picture, int sample_rate_hz, const PictureOptions& options) {
  const PixelGrid grid = grid_of(picture, sample_rate_hz, options);
  std::vector<std::vector<float>> levels;
  float loudest = -std::numeric_limits<float>::infinity();
  for (const Lane& lane : picture.lanes) {
    levels.push_back(pixel_levels(lane.samples, sample_rate_hz, grid));
    loudest = std::max(loudest, *std::max_element(levels.back().begin(), levels.back().end()));
  }
  Page page{grid, levels.size()};
  for (std::size_t lane = 0; lane < levels.size(); ++lane) {
    page.draw_levels(lane, levels[lane], loudest, options.range_db, options.palette);
    page.draw_axes(lane, picture.lanes[lane].title);
  }
  page.draw_seconds(levels.size());
  for (const double mark : picture.marks) page.draw_mark(mark);
  page.draw_header(printable(picture.title), printable(picture.corner));
  return page.png();
}

}  // namespace veery
