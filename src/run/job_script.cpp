#include "run/job_script.hpp"

#include <algorithm>
#include <cctype>

#include <veery/base/error.hpp>
#include <veery/base/split.hpp>
#include <veery/base/text.hpp>

namespace veery {
namespace {

constexpr std::string_view kBlock = "# ── to edit";
constexpr std::string_view kComment = "  # ";

/// Nothing in it means anything to bash.
bool is_plain(char c) {
  constexpr std::string_view kOthers = "_./:=,+@%-";
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || kOthers.find(c) != std::string_view::npos;
}

/// In $'…', where bash knows escapes: all but plain ASCII as \ooo.
std::string with_escapes(std::string_view text) {
  std::string word = "$'";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\'' || c == '\\') {
      word += '\\';
      word += c;
    } else if (byte >= 0x20 && byte < 0x7F) {
      word += c;
    } else {
      for (const unsigned shift : {6U, 3U, 0U}) {
        if (shift == 6U) word += '\\';
        word += static_cast<char>('0' + ((byte >> shift) & 7U));
      }
    }
  }
  return word + "'";
}

/// Where the comment behind a setting begins, if there is one.
std::size_t end_of_value(const std::string& line) {
  std::size_t at = std::min(line.find(kComment), line.size());
  while (at > 0 && line[at - 1] == ' ') --at;
  return at;
}

}  // namespace

std::string shell_word(std::string_view text) {
  if (!text.empty() && std::all_of(text.begin(), text.end(), is_plain)) return std::string{text};
  if (printable(text) != text) return with_escapes(text);
  std::string word = "'";
  for (const char c : text) word += c == '\'' ? std::string{"'\\''"} : std::string(1, c);
  return word + "'";
}

JobScript::JobScript(std::filesystem::path file, std::string_view text) : file_(std::move(file)) {
  if (text.ends_with('\n')) text.remove_suffix(1);
  for (const std::string_view line : split(text, '\n')) lines_.emplace_back(line);
}

std::string JobScript::text() const {
  return joined(lines_, "\n") + "\n";
}

JobScript::Lines::const_iterator JobScript::find(std::string_view head) const {
  return std::find_if(lines_.begin(), lines_.end(), [&](const std::string& line) { return line.starts_with(head); });
}

JobScript::Lines::iterator JobScript::find_or_fail(std::string_view head) {
  const auto found = find(head);
  if (found == lines_.end())
    throw Error{"the site's job script has no line " + std::string{head} + "…", file_.string(),
                "leave out the option that wants it, or mend the script"};
  return lines_.begin() + (found - lines_.cbegin());
}

std::optional<std::string> JobScript::directive(std::string_view head) const {
  const auto found = find(head);
  if (found == lines_.end()) return std::nullopt;
  return found->substr(head.size());
}

void JobScript::set_directive(std::string_view head, const std::string& value) {
  *find_or_fail(head) = std::string{head} + value;
}

void JobScript::remove_directive(std::string_view head) {
  lines_.erase(find_or_fail(head));
}

void JobScript::add_directive(std::string_view head, const std::string& value) {
  const std::string_view kind = head.substr(0, head.find(' '));
  auto behind = find_or_fail(kind);
  while (behind != lines_.end() && behind->starts_with(kind)) ++behind;
  lines_.insert(behind, std::string{head} + value);
}

std::optional<std::string> JobScript::setting(std::string_view name) const {
  const auto found = find(std::string{name} + "=");
  if (found == lines_.end()) return std::nullopt;
  return found->substr(0, end_of_value(*found)).substr(name.size() + 1);
}

void JobScript::set(std::string_view name, const std::string& value) {
  std::string& line = *find_or_fail(std::string{name} + "=");
  const std::size_t comment = line.find(kComment);
  const std::string rest = comment == std::string::npos ? "" : line.substr(comment);
  const std::string start = std::string{name} + "=" + value;
  const bool in_column = !rest.empty() && start.size() < comment;
  line = start + (in_column ? std::string(comment - start.size(), ' ') : "") + rest;
}

void JobScript::set_if_there(std::string_view name, const std::string& value) {
  if (setting(name)) set(name, value);
}

void JobScript::add_to_block(const std::string& line) {
  lines_.insert(find_or_fail(kBlock) + 1, line);
}

void JobScript::add_comment(const std::string& line) {
  lines_.insert(find_or_fail(kBlock), line);
}

void JobScript::replace_line(std::string_view old, const std::string& line) {
  *find_or_fail(old) = line;
}

}  // namespace veery
