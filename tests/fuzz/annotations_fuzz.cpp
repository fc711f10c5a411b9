// Tables of annotations and lists of classes: each row is taken or refused, with times that make sense, and labels of
// slices fit their bounds.
#include <algorithm>
#include <cmath>

#include <veery/annotations/archive_annotations.hpp>
#include <veery/annotations/recording_names.hpp>
#include <veery/base/error.hpp>
#include <veery/base/text.hpp>

#include "fuzz/fuzz_target.hpp"

namespace veery::fuzz {
namespace {

const ArchiveIndex& index_of_archive() {
  static const ArchiveIndex index = [] {
    ArchiveIndex all;
    for (const char* const path : {"a/x.wav", "b/x.wav", "y.flac", "v1.2.wav"})
      all.recordings.emplace_back().path = path;
    return all;
  }();
  return index;
}

void check_name(const std::string& name) {
  static const RecordingNames names{index_of_archive()};
  for (const auto& found : {names.find(name), names.find(name, "a"), names.find_of_table(name)}) {
    if (const auto* place = std::get_if<FoundRecording>(&found))
      expect(place->place < index_of_archive().recordings.size(), "a name finds a recording of the archive");
  }
}

void check_labels(const std::vector<Annotation>& annotations) {
  constexpr std::int64_t kLength = 5000;
  const std::vector<std::string> classes{"one", "two"};
  Marks marks;
  for (const Annotation& annotation : annotations)
    marks.push_back({annotation.start_s, annotation.end_s, static_cast<std::int32_t>(annotation.label.size() % 2)});
  std::sort(marks.begin(), marks.end(),
            [](const Mark& left, const Mark& right) { return left.start_s < right.start_s; });
  const MarksInSlice bound = most_in_slice(marks, kLength / 1000.0, classes);
  for (const std::int64_t start : {std::int64_t{0}, std::int64_t{1000}, std::int64_t{1} << 40U}) {
    const auto found = annotations_in(marks, start, start + kLength, 1000, PerchCompat::off);
    expect(static_cast<std::int64_t>(found.size()) <= bound.most, "a slice has no more marks than the bound");
    expect(label_text(found, classes).size() <= bound.label_bytes, "a label is no longer than the bound");
  }
}

}  // namespace

std::vector<std::string> seeds() {
  using namespace std::string_literals;
  return {
      "Selection\tView\tChannel\tBegin Time (s)\tEnd Time (s)\tAnnotation\tBegin Path\tFile Offset (s)\n"
      "1\tSpectrogram 1\t1\t61.5\t62.25\tAMRO\tD:\\in\\a\\x.wav\t1.5\r\n",
      "0.5\t1.25\tamerob\n\\\t2000.0\t4000.0\n7,5\t7,5\tpoint\n",
      "Start (s),End (s),Scientific name,Common name,Confidence,File\n0.0,3.0,Corvus corax,\"Raven, C\",0.8,/d/y.wav\n",
      "INDIR,FOLDER,IN FILE,OFFSET,DURATION,TOP1MATCH\nC:\\in,a,x.wav,12.5,1.25,Robin\n",
      "fid;start_time_s;end_time_s;ebird_codes\ny;1,5;-1;amerob hergul\n",
      "\xFF\xFE"
      "0\0\t\0001\0\t\0x\0\x3D\xD8\x26\xDC"s,
      "\xEF\xBB\xBF"
      "file,start,end,label\na/x.wav,0,1e300,x;y\n"};
}

}  // namespace veery::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace veery;
  const std::string text = fuzz::text_of(bytes, size);
  std::vector<Annotation> taken;
  std::int64_t last_row = 0;
  const auto next_row = [&](std::int64_t row) {
    fuzz::expect(row > last_row, "each row is taken or refused once");
    last_row = row;
  };
  read_annotation_table(
      text, {},
      {[&](const Annotation& annotation, std::int64_t row) {
         next_row(row);
         fuzz::expect(annotation.start_s >= 0.0 && std::isfinite(annotation.start_s), "a start is a time");
         fuzz::expect(annotation.end_s >= annotation.start_s, "an end is not before its start");
         fuzz::expect(!annotation.label.empty() && is_utf8(annotation.label) && is_utf8(annotation.recording),
                      "texts are UTF-8");
         fuzz::check_name(annotation.recording);
         taken.push_back(annotation);
       },
       [&](const RefusedRow& refused) {
         if (refused.fault != RowFault::not_a_table) next_row(refused.row);
         static_cast<void>(to_string(refused.fault));
       },
       [] {}});
  fuzz::check_labels(taken);
  fuzz::check_name(text);
  try {
    const std::vector<std::string> classes = classes_from_text(text);
    fuzz::expect(classes_from_text(joined(classes, "\n")) == classes, "a list of classes comes back");
  } catch (const Error&) {
  }
  return 0;
}
