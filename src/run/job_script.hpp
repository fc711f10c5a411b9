#pragma once
// A site's job script with directives and block filled in: what a person does with an editor, and nothing else.
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace veery {

/// `text` as one word of bash, whatever its bytes; the word itself is UTF-8 without control characters.
[[nodiscard]] std::string shell_word(std::string_view text);

/// The lines of a script. Throws Error naming the script when what is to be changed isn't in it.
class JobScript {
 public:
  JobScript(std::filesystem::path file, std::string_view text);

  [[nodiscard]] std::string text() const;

  /// What stands behind `head`, as in "#PBS -l walltime=", in the one line that begins so.
  [[nodiscard]] std::optional<std::string> directive(std::string_view head) const;
  void set_directive(std::string_view head, const std::string& value);
  void remove_directive(std::string_view head);
  /// Behind the others.
  void add_directive(std::string_view head, const std::string& value);

  /// What NAME= says in the block, without the comment behind it.
  [[nodiscard]] std::optional<std::string> setting(std::string_view name) const;
  /// `value` is bash; the comment behind it stays.
  void set(std::string_view name, const std::string& value);
  void set_if_there(std::string_view name, const std::string& value);
  /// At the start of the block.
  void add_to_block(const std::string& line);
  /// Above the block.
  void add_comment(const std::string& line);

  /// The line `old` becomes `line`.
  void replace_line(std::string_view old, const std::string& line);

 private:
  using Lines = std::vector<std::string>;
  [[nodiscard]] Lines::const_iterator find(std::string_view head) const;
  [[nodiscard]] Lines::iterator find_or_fail(std::string_view head);

  std::filesystem::path file_;
  Lines lines_;
};

}  // namespace veery
