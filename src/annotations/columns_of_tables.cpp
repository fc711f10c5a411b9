#include "annotations/columns_of_tables.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include <veery/base/text.hpp>

#include "annotations/table_text.hpp"

namespace veery {
namespace {

// In lower case, the most telling first. Raven, BirdNET, Perch's soundscapes (Cornell's and Caples'), Kaleidoscope,
// OpenSoundscape and plain words.
constexpr std::array kRecording{
    std::string_view{"begin path"}, std::string_view{"begin file"}, std::string_view{"filename"},
    std::string_view{"file"},       std::string_view{"file_name"},  std::string_view{"filepath"},
    std::string_view{"audio_file"}, std::string_view{"path"},       std::string_view{"recording"},
    std::string_view{"fid"},        std::string_view{"in file"}};
constexpr std::array kStart{std::string_view{"begin time (s)"}, std::string_view{"start time (s)"},
                            std::string_view{"start (s)"},      std::string_view{"start_time_s"},
                            std::string_view{"start_time"},     std::string_view{"start_s"},
                            std::string_view{"begin_time"},     std::string_view{"start"},
                            std::string_view{"onset"},          std::string_view{"offset"}};
constexpr std::array kEnd{std::string_view{"end time (s)"}, std::string_view{"end (s)"}, std::string_view{"end_time_s"},
                          std::string_view{"end_time"},     std::string_view{"end_s"},   std::string_view{"end"}};
constexpr std::array kDuration{std::string_view{"duration"}, std::string_view{"duration (s)"},
                               std::string_view{"duration_s"}, std::string_view{"delta time (s)"}};
constexpr std::array kLabel{std::string_view{"species ebird code"},
                            std::string_view{"ebird_codes"},
                            std::string_view{"ebird_code"},
                            std::string_view{"species code"},
                            std::string_view{"annotation"},
                            std::string_view{"label"},
                            std::string_view{"labels"},
                            std::string_view{"class"},
                            std::string_view{"species"},
                            std::string_view{"common name"},
                            std::string_view{"common_name"},
                            std::string_view{"scientific name"},
                            std::string_view{"manual id"},
                            std::string_view{"top1match"}};
constexpr std::array kConfidence{std::string_view{"confidence"}, std::string_view{"score"},
                                 std::string_view{"probability"}};
constexpr std::array kFolder{std::string_view{"folder"}};
constexpr std::array kFileOffset{std::string_view{"file offset (s)"}};

class Header {
 public:
  explicit Header(std::span<const std::string> cells) {
    for (const std::string& cell : cells) names_.push_back(lower_case(trimmed(cell)));
  }

  /// The column called `asked`, if anything is; else the first of the known names.
  [[nodiscard]] std::optional<std::size_t> find(const std::string& asked,
                                                std::span<const std::string_view> known) const {
    if (!asked.empty()) return place_of(lower_case(trimmed(asked)));
    for (const std::string_view name : known) {
      if (const auto place = place_of(name)) return place;
    }
    return std::nullopt;
  }
  [[nodiscard]] const std::string& name(std::size_t place) const { return names_[place]; }

 private:
  [[nodiscard]] std::optional<std::size_t> place_of(std::string_view name) const {
    const auto found = std::find(names_.begin(), names_.end(), name);
    if (found == names_.end()) return std::nullopt;
    return static_cast<std::size_t>(found - names_.begin());
  }

  std::vector<std::string> names_;
};

void require(bool found, const std::string& asked, std::string_view role, std::string& missing) {
  if (found) return;
  missing += missing.empty() ? "" : ", ";
  missing += asked.empty() ? std::string{role} : std::string{role} + " (\"" + asked + "\")";
}

}  // namespace

FoundColumns find_columns(std::span<const std::string> header, const AnnotationColumns& asked) {
  const Header names{header};
  FoundColumns found;
  ColumnPlaces& places = found.places;
  places.folder = names.find({}, kFolder);
  places.recording = names.find(asked.recording, kRecording);
  places.start = names.find(asked.start, kStart);
  places.end = names.find(asked.end, kEnd);
  places.duration = names.find(asked.duration, kDuration);
  if (asked.start.empty()) places.file_offset = names.find({}, kFileOffset);
  places.label = names.find(asked.label, kLabel);
  places.confidence = names.find(asked.confidence, kConfidence);
  const std::string label = places.label ? names.name(*places.label) : std::string{};
  places.labels_by_space = label == "ebird_codes";
  places.is_perchs = places.labels_by_space || label == "species ebird code";
  require(places.recording || asked.recording.empty(), asked.recording, "file", found.missing);
  require(places.start.has_value(), asked.start, "start", found.missing);
  require(places.end || (places.duration && asked.end.empty()), asked.end, "end or duration", found.missing);
  require(places.label.has_value(), asked.label, "label", found.missing);
  return found;
}

ColumnPlaces label_track_columns() {
  ColumnPlaces places;
  places.start = 0;
  places.end = 1;
  places.label = 2;
  return places;
}

}  // namespace veery
