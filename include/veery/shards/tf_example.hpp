#pragma once
// tf.train.Example, TensorFlow's message of named lists, as protocol buffers put it on the wire: Example{1: Features{1:
// entry{1: key, 2: Feature{1: bytes, 2: floats or 3: integers}}…}}, numbers packed.
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace veery {

/// A message under construction; its fields stand in it in the order in which they were added, each key once.
class TfExampleWriter {
 public:
  void add_bytes(std::string_view key, std::span<const std::byte> value);
  void add_text(std::string_view key, std::string_view value);
  void add_integer(std::string_view key, std::int64_t value);
  /// An empty list stays a list of integers.
  void add_integers(std::string_view key, std::span<const std::int64_t> values);
  void add_float(std::string_view key, float value);

  /// The whole message; it lasts until the object is next used.
  [[nodiscard]] const std::string& message();
  void clear();

 private:
  std::string features_;
  std::string message_;
};

using TfList = std::variant<std::vector<std::string>, std::vector<float>, std::vector<std::int64_t>>;
using TfFeatures = std::map<std::string, TfList, std::less<>>;

/// Reads such a message, packed or not; fields that it does not know are passed over. Throws Error.
[[nodiscard]] TfFeatures parse_tf_example(std::string_view message);

}  // namespace veery
