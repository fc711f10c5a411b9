// What tables of other programs hold comes out as annotations, and each row that can't be used with its reason.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include <veery/annotations/annotation_table.hpp>

namespace veery {
namespace {

using Texts = std::vector<std::string>;

struct Reading {
  std::vector<std::string> taken;    ///< "recording|start|end|label"
  std::vector<std::string> refused;  ///< "row reason"
  std::vector<std::string> details;
  int passed_over = 0;
};

std::string short_text(double number) {
  std::string text = std::to_string(number);
  while (text.ends_with('0')) text.pop_back();
  return text.ends_with('.') ? text.substr(0, text.size() - 1) : text;
}

Reading read(const std::string& table, const TableOptions& options = {}) {
  Reading reading;
  read_annotation_table(table, options,
                        {[&](const Annotation& annotation, std::int64_t /*row*/) {
                           reading.taken.push_back(annotation.recording + "|" + short_text(annotation.start_s) + "|" +
                                                   short_text(annotation.end_s) + "|" + annotation.label);
                         },
                         [&](const RefusedRow& row) {
                           reading.refused.push_back(std::to_string(row.row) + " " + std::string{to_string(row.fault)});
                           reading.details.push_back(row.detail);
                         },
                         [&] { ++reading.passed_over; }});
  EXPECT_EQ(reading.details.size(), reading.refused.size());
  return reading;
}

TEST(AnnotationTable, RavensSelections) {
  const Reading reading = read(
      "Selection\tView\tChannel\tBegin Time (s)\tEnd Time (s)\tLow Freq (Hz)\tHigh Freq (Hz)\tAnnotation\r\n"
      "1\tSpectrogram 1\t1\t1.5\t2.25\t2000\t4000\tAMRO\r\n"
      "2\tSpectrogram 1\t1\t3\t4\t2000\t4000\tSay \"hi\"\r\n");

  EXPECT_EQ(reading.taken, (Texts{"|1.5|2.25|AMRO", "|3|4|Say \"hi\""}));
  EXPECT_EQ(reading.refused, Texts{});
}

TEST(AnnotationTable, RavensSelectionsOverManyFilesCountWithinEach) {
  const Reading reading = read(
      "Begin Time (s)\tEnd Time (s)\tBegin Path\tFile Offset (s)\tSpecies Code\n"
      "3601.5\t3602\tD:\\data\\b.wav\t1.5\tamerob\n");

  EXPECT_EQ(reading.taken, (Texts{"D:\\data\\b.wav|1.5|2|amerob"}));
}

TEST(AnnotationTable, AudacitysLabelTrackHasNoHeader) {
  const Reading reading = read("0.5\t1.25\tamerob\n\\\t2000.0\t4000.0\n7,5\t7,5\tpoint\n");

  EXPECT_EQ(reading.taken, (Texts{"|0.5|1.25|amerob", "|7.5|7.5|point"}));
}

TEST(AnnotationTable, OnlyLabelTracksHaveFrequencies) {
  const Reading reading = read("file,start,end,label\n\\\\nas\\birds\\x.wav,0,3,amerob\n");

  EXPECT_EQ(reading.taken, (Texts{"\\\\nas\\birds\\x.wav|0|3|amerob"}));
}

TEST(AnnotationTable, LinesMayEndAsOnOldMacintoshes) {
  EXPECT_EQ(read("file,start,end,label\rx.wav,0,3,amerob\ry.wav,1,2,r\r").taken,
            (Texts{"x.wav|0|3|amerob", "y.wav|1|2|r"}));
}

TEST(AnnotationTable, BirdnetsResults) {
  const std::string table =
      "Start (s),End (s),Scientific name,Common name,Confidence,File\n"
      "0.0,3.0,Turdus migratorius,American Robin,0.87,/data/a.wav\n"
      "3.0,6.0,Corvus corax,\"Raven, Common\",0.12,/data/a.wav\n";

  EXPECT_EQ(read(table).taken, (Texts{"/data/a.wav|0|3|American Robin", "/data/a.wav|3|6|Raven, Common"}));
  TableOptions sure;
  sure.min_confidence = 0.5;
  EXPECT_EQ(read(table, sure).taken, (Texts{"/data/a.wav|0|3|American Robin"}));
  EXPECT_EQ(read(table, sure).passed_over, 1);
}

TEST(AnnotationTable, KaleidoscopesClusters) {
  const Reading reading = read(
      "INDIR,FOLDER,IN FILE,CHANNEL,OFFSET,DURATION,Fmin,TOP1MATCH\n"
      "C:\\in,siteA,20240601_050000.wav,0,12.5,1.25,2000,Robin\n");

  EXPECT_EQ(reading.taken, (Texts{"siteA/20240601_050000.wav|12.5|13.75|Robin"}));
}

TEST(AnnotationTable, PerchsSoundscapes) {
  EXPECT_EQ(read("Filename,Start Time (s),End Time (s),Low Freq (Hz),High Freq (Hz),Species eBird Code\n"
                 "SSW_001.flac,8,-1,0,1,amerob\n")
                .taken,
            (Texts{"SSW_001.flac|8|inf|amerob"}));
  EXPECT_EQ(read("fid,start_time_s,end_time_s,ebird_codes\nCAP_001,0,5,amerob hergul\n").taken,
            (Texts{"CAP_001|0|5|amerob;hergul"}));
}

TEST(AnnotationTable, PerchsUnknownSounds) {
  EXPECT_EQ(read("Filename,Start Time (s),End Time (s),Low Freq (Hz),High Freq (Hz),Species eBird Code\n"
                 "SSW_001.flac,8,9,0,1,????\n")
                .taken,
            (Texts{"SSW_001.flac|8|9|unknown"}));
  EXPECT_EQ(read("file,start,end,label\na.wav,8,9,????\n").taken, (Texts{"a.wav|8|9|????"}));
}

TEST(AnnotationTable, OnlyPerchsTablesEndAtMinusOne) {
  EXPECT_EQ(read("file,start,end,label\na.wav,8,-1,x\n").refused, (Texts{"2 reversed_times"}));
  EXPECT_EQ(read("0.5\t-1\tamerob\n").refused, (Texts{"1 reversed_times"}));
}

TEST(AnnotationTable, BirdnetsRowThatNothingWasHeardIsPassedOver) {
  const Reading reading = read(
      "Selection\tView\tChannel\tBegin Time (s)\tEnd Time (s)\tLow Freq (Hz)\tHigh Freq (Hz)\tCommon Name\t"
      "Species Code\tConfidence\tBegin Path\tFile Offset (s)\n"
      "1\tSpectrogram 1\t1\t0\t3\t0\t15000\tnocall\tnocall\t1.0000\t/data/a.wav\t0\n"
      "2\tSpectrogram 1\t1\t3\t6\t0\t15000\tAmerican Robin\tamerob\t0.9\t/data/a.wav\t3\n");

  EXPECT_EQ(reading.taken, (Texts{"/data/a.wav|3|6|amerob"}));
  EXPECT_EQ(reading.passed_over, 1);
}

TEST(AnnotationTable, ColumnsOfAnyName) {
  TableOptions options;
  options.columns.recording = "Wav";
  options.columns.start = "Onset [s]";
  options.columns.duration = "Len";
  options.columns.label = "Code";

  const Reading reading = read("Wav;Code;onset [s];Len\na.wav;x;1,5;0,5\n", options);

  EXPECT_EQ(reading.taken, (Texts{"a.wav|1.5|2|x"}));
}

TEST(AnnotationTable, MissingColumnsAreNamed) {
  const Reading reading = read("file,begin,label\na.wav,1,x\n");

  EXPECT_EQ(reading.refused, (Texts{"1 not_a_table"}));
  EXPECT_NE(reading.details[0].find("start, end or duration"), std::string::npos);
  EXPECT_NE(reading.details[0].find("file, begin, label"), std::string::npos);
  TableOptions options;
  options.columns.label = "Code";
  EXPECT_NE(read("file,start,end,label\n", options).details[0].find("label (\"Code\")"), std::string::npos);
}

TEST(AnnotationTable, RowsThatCantBeUsed) {
  const Reading reading = read(
      "file,start,end,label\n"
      "a.wav,-1,2,x\n"
      "a.wav,5,4,x\n"
      "a.wav,x,4,x\n"
      "a.wav,1\n"
      "a.wav,nan,4,x\n"
      "a.wav,1,2,\n"
      ",1,2,x\n"
      "a\xFF.wav,1,2,x\n"
      "\n"
      "a.wav,1,2,x\n");

  EXPECT_EQ(reading.refused, (Texts{"2 negative_time", "3 reversed_times", "4 no_time", "5 no_time", "6 no_time",
                                    "7 no_label", "8 no_recording", "9 not_utf8"}));
  EXPECT_EQ(reading.taken, (Texts{"a.wav|1|2|x"}));
}

TEST(AnnotationTable, Utf16WithAMarkAndUtf8WithOne) {
  std::string utf16 = "\xFF\xFE";
  for (const char character : std::string{"0\t1\tpi"}) utf16 += {character, '\0'};
  utf16 += std::string{"\xF1\x00\x3D\xD8\x26\xDC", 6};  // ñ, and a bird outside the first 65,536

  EXPECT_EQ(read(utf16).taken, (Texts{"|0|1|pi\xC3\xB1\xF0\x9F\x90\xA6"}));
  EXPECT_EQ(read("\xEF\xBB\xBF"
                 "file,start,end,label\na,0,1,x\n")
                .taken,
            (Texts{"a|0|1|x"}));
}

TEST(AnnotationTable, WhatIsNoTableIsSaidOnce) {
  EXPECT_EQ(read("").refused, (Texts{"1 not_a_table"}));
  EXPECT_EQ(read("\n\n").refused, (Texts{"1 not_a_table"}));
  EXPECT_EQ(read("file,start,end,label\n\"a.wav,0,1,x\n").refused, (Texts{"2 not_a_table"}));
  EXPECT_EQ(read("just words\nmore\n").refused, (Texts{"1 not_a_table"}));
}

}  // namespace
}  // namespace veery
