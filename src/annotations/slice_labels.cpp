#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include <veery/annotations/archive_annotations.hpp>

namespace veery {
namespace {

constexpr auto kNoEnd = std::int64_t{1} << 62U;

/// Truncated, as Perch does it.
std::int64_t sample_at(double seconds, int sample_rate_hz) {
  const double sample = seconds * sample_rate_hz;
  return sample < static_cast<double>(kNoEnd) ? static_cast<std::int64_t>(sample) : kNoEnd;
}

bool overlaps(const SliceAnnotation& mark, std::int64_t start, std::int64_t end, PerchCompat compat) {
  if (compat == PerchCompat::on) return mark.end >= start && mark.start <= end;
  return mark.start < end && std::max(mark.end, mark.start + 1) > start;
}

void remove_same_bounds(std::vector<SliceAnnotation>& annotations, const SliceAnnotation& as) {
  while (!annotations.empty() && annotations.back().start == as.start && annotations.back().end == as.end)
    annotations.pop_back();
}

}  // namespace

std::vector<SliceAnnotation> annotations_in(const Marks& marks, std::int64_t start, std::int64_t end,
                                            int sample_rate_hz, PerchCompat compat) {
  std::vector<SliceAnnotation> found;
  for (const Mark& mark : marks) {
    const SliceAnnotation annotation{sample_at(mark.start_s, sample_rate_hz), sample_at(mark.end_s, sample_rate_hz),
                                     mark.label};
    if (annotation.start > end) break;
    if (!overlaps(annotation, start, end, compat)) continue;
    if (compat == PerchCompat::on && !mark.same_row) remove_same_bounds(found, annotation);
    found.push_back(annotation);
  }
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

std::string label_text(std::span<const SliceAnnotation> annotations, std::span<const std::string> classes) {
  std::set<std::int64_t> labels;
  for (const SliceAnnotation& annotation : annotations) labels.insert(annotation.label);
  std::string text;
  for (const std::int64_t label : labels) {
    if (!text.empty()) text += ';';
    text += classes[static_cast<std::size_t>(label)];
  }
  return text;
}

MarksInSlice most_in_slice(const Marks& marks, double seconds, std::span<const std::string> classes) {
  constexpr double kSlack_s = 0.01;  // more than rounding to samples moves a bound
  struct Event {
    double time_s;
    bool is_end;
    std::size_t bytes;
  };
  std::vector<Event> events;
  std::set<std::int32_t> labels;
  for (const Mark& mark : marks) {
    const std::size_t bytes = classes[static_cast<std::size_t>(mark.label)].size() + 1;
    events.push_back({mark.start_s - seconds - kSlack_s, false, bytes});
    events.push_back({mark.end_s + kSlack_s, true, bytes});
    labels.insert(mark.label);
  }
  std::sort(events.begin(), events.end(), [](const Event& left, const Event& right) {
    return std::pair{left.time_s, left.is_end} < std::pair{right.time_s, right.is_end};
  });
  std::size_t all_names = 0;
  for (const std::int32_t label : labels) all_names += classes[static_cast<std::size_t>(label)].size() + 1;
  MarksInSlice bound;
  std::int64_t marks_now = 0;
  std::size_t bytes_now = 0;
  for (const Event& event : events) {
    marks_now += event.is_end ? -1 : 1;
    bytes_now = event.is_end ? bytes_now - event.bytes : bytes_now + event.bytes;
    bound.most = std::max(bound.most, marks_now);
    bound.label_bytes = std::max(bound.label_bytes, std::min(bytes_now, all_names));
  }
  return bound;
}

}  // namespace veery
