#pragma once
// A unit record with every kind of row, for the tests of this folder.
#include <veery/manifest/unit_record.hpp>

namespace veery::test {

inline UnitRecord some_record(int unit = 0, const std::string& path = "site/a, \"b\"\n鶯.wav") {
  UnitRecord record;
  record.unit = unit;
  record.split = "train";
  record.fingerprint = "f00d";
  record.shard = "birds-train-00000-of-00001.h5";
  record.shard_rows = 2;
  record.files.push_back({"dataset/birds/1.0.0/birds-train-00000-of-00001.h5", 1'000, "abc"});
  record.recordings.push_back({path, 1'000, 900, 100, 2, 1});
  record.lost.push_back({path, 400, 450, {Reason::not_finite, "NaN or infinity"}});
  record.lost.push_back({path, 900, 1'000, {Reason::truncated, "cut"}});
  for (int segment = 0; segment < 2; ++segment) {
    SliceRow slice;
    slice.filename = path;
    slice.recording_id = 0xFFFF'0000'1234'5678U;
    slice.segment_id = segment;
    slice.segment_start = 600U * static_cast<unsigned>(segment);
    slice.segment_end = slice.segment_start + 600U;
    slice.peak_sample = segment == 0 ? 77 : -1;
    if (segment == 0) slice.peak_energy = 0.1F;
    slice.row = 1 - segment;
    slice.row_xxh3 = 0xABCU;
    record.slices.push_back(slice);
  }
  StemsRow stems;
  stems.path = path;
  stems.sample_rate_hz = 22'050;
  stems.samples = 198'450;
  stems.gain = 0.5;
  stems.residual_db = -120.25;
  stems.residual_peak = 1e-6;
  stems.seams = 3;
  stems.lowest_confidence = 0.25;
  stems.seams_file = "stems/a_seams.csv";
  stems.stems.push_back({"stems/a_source0.flac", -40.0, 0.125, 1});
  stems.stems.push_back({"stems/a_source1.flac", -20.5, 1.5, 0});
  stems.stems.push_back({"stems/a_source2.flac", std::nullopt, 0.0, 2});
  record.stems.push_back(stems);
  return record;
}

}  // namespace veery::test
