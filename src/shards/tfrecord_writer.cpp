#include <map>
#include <string>

#include <veery/base/digest.hpp>
#include <veery/base/staged_file.hpp>
#include <veery/shards/tfrecord.hpp>
#include <veery/shards/tfrecord_writer.hpp>

#include "shards/shard_checks.hpp"
#include "shards/tfds_features.hpp"

namespace veery {
namespace {

constexpr std::size_t kWrittenAtOnce = std::size_t{4} << 20U;

/// A file that grows at its end.
class Output {
 public:
  explicit Output(FileDescriptor file) : file_(std::move(file)) {}

  void add_record(std::string_view payload) {
    append_tfrecord(waiting_, payload);
    if (waiting_.size() >= kWrittenAtOnce) flush();
  }

  void flush() {
    file_.write_at(offset_, std::as_bytes(std::span{waiting_}));
    offset_ += static_cast<std::int64_t>(waiting_.size());
    waiting_.clear();
  }

 private:
  FileDescriptor file_;
  std::int64_t offset_ = 0;
  std::string waiting_;
};

}  // namespace

ShardSummary write_tfrecord_shard(const OutputFolder& folder, const ShardPlace& place, const ExampleSchema& schema,
                                  const TfdsFormat& format, std::span<const Example> examples, const RowSpool& spool) {
  ShardSummary summary;
  summary.file_name = tfrecord_file_name(place);
  check_rows(schema, examples, summary.file_name);
  summary.rows = static_cast<std::int64_t>(examples.size());
  summary.audio_bytes = summary.rows * static_cast<std::int64_t>(row_bytes(schema));
  summary.order = order_examples(place.split, examples, schema);

  StagedFile staged = folder.stage(summary.file_name);
  Output output{staged.create()};
  const std::map<std::string, TfdsFeature> features = tfds_features(schema, format);
  std::vector<std::byte> row(row_bytes(schema));
  const std::span<const std::byte> whole{row};
  TfExampleWriter message;
  for (const std::size_t index : summary.order) {
    spool.read(examples[index].spool_row, row);
    summary.row_hashes.push_back(xxh3_64(row));
    message.clear();
    for (const auto& [name, feature] : features) {
      feature.add(message, name,
                  {examples[index], whole.first(mixture_bytes(schema)), whole.last(stems_bytes(schema)),
                   summary.row_hashes.back()});
    }
    output.add_record(message.message());
    summary.payload_bytes += static_cast<std::int64_t>(message.message().size());
  }
  output.flush();
  staged.publish();
  return summary;
}

}  // namespace veery
