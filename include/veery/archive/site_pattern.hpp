#pragma once
// Where in a recording's path its site stands: {region}/{site}, {site}_*, **/{site}-*.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace veery {

/// A template of folders, compared from the archive's top; what lies below the last is free. One that begins with **/
/// is compared from the end instead: its last piece with the file's name. In each piece * stands for any characters,
/// also none, and {word} for at least one; what {site} stands for, and as little of it as possible, is the site.
class SitePattern {
 public:
  /// Throws UsageError when {site} is not there once, or when two of * and {word} touch each other.
  explicit SitePattern(const std::string& text);

  [[nodiscard]] const std::string& text() const { return text_; }
  /// `path`: relative to the archive, with '/' between folders. In time linear in its length for each literal. None
  /// when it does not fit.
  [[nodiscard]] std::optional<std::string> find(std::string_view path) const;

 private:
  /// One wildcard and the literal behind it.
  struct Wildcard {
    std::string word;  ///< empty: *
    std::string literal;
  };
  struct Piece {
    std::string literal;  ///< that the name begins with
    std::vector<Wildcard> wildcards;
  };
  [[nodiscard]] static Piece parse_piece(std::string_view text);
  [[nodiscard]] static bool matches(const Piece& piece, std::string_view name, std::string& site);

  std::string text_;
  bool from_end_ = false;
  std::vector<Piece> pieces_;
};

}  // namespace veery
