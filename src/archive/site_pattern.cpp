#include <algorithm>
#include <cctype>

#include <veery/archive/site_pattern.hpp>
#include <veery/base/error.hpp>

namespace veery {
namespace {

constexpr std::string_view kOption = "--site-pattern";
constexpr std::string_view kSite = "site";
constexpr std::string_view kFromEnd = "**/";

std::vector<std::string_view> split_path(std::string_view path) {
  std::vector<std::string_view> names;
  for (std::size_t at = 0; at <= path.size();) {
    const std::size_t end = std::min(path.find('/', at), path.size());
    names.push_back(path.substr(at, end - at));
    at = end + 1;
  }
  return names;
}

bool is_word(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char character) {
    return character == '_' || std::isalnum(static_cast<unsigned char>(character)) != 0;
  });
}

}  // namespace

SitePattern::SitePattern(const std::string& text) : text_(text), from_end_(text.starts_with(kFromEnd)) {
  std::size_t sites = 0;
  for (const std::string_view piece : split_path(std::string_view{text}.substr(from_end_ ? kFromEnd.size() : 0))) {
    pieces_.push_back(parse_piece(piece));
    for (const Wildcard& wildcard : pieces_.back().wildcards) sites += wildcard.word == kSite ? 1U : 0U;
  }
  if (sites != 1) {
    throw UsageError{"a site pattern holds {site} once: " + text, kOption,
                     "e.g. {site} for the top folder, {region}/{site} for the second, **/{site}_* for names of files"};
  }
}

SitePattern::Piece SitePattern::parse_piece(std::string_view text) {
  if (text.empty() || text == "**") {
    throw UsageError{"a site pattern has an empty folder, or ** that is not its beginning", kOption,
                     "write {region}/{site}, or **/{site}_*"};
  }
  Piece piece;
  for (std::size_t at = 0; at < text.size(); ++at) {
    std::string& literal = piece.wildcards.empty() ? piece.literal : piece.wildcards.back().literal;
    if (text[at] != '*' && text[at] != '{' && text[at] != '}') {
      literal += text[at];
      continue;
    }
    if (!piece.wildcards.empty() && literal.empty())
      throw UsageError{"nothing parts two wildcards in " + std::string{text}, kOption, "put a character between them"};
    Wildcard wildcard;
    if (text[at] != '*') {
      const std::size_t end = std::min(text.find('}', at), text.size());
      wildcard.word = text.substr(at + 1, end - std::min(at + 1, end));
      if (end == text.size() || !is_word(wildcard.word))
        throw UsageError{"not a word in braces in " + std::string{text}, kOption, "write {site}, or * for anything"};
      at = end;
    }
    piece.wildcards.push_back(std::move(wildcard));
  }
  return piece;
}

bool SitePattern::matches(const Piece& piece, std::string_view name, std::string& site) {
  if (!name.starts_with(piece.literal)) return false;
  std::size_t at = piece.literal.size();
  if (piece.wildcards.empty()) return at == name.size();
  for (std::size_t w = 0; w < piece.wildcards.size(); ++w) {
    const Wildcard& wildcard = piece.wildcards[w];
    const std::size_t least = at + (wildcard.word.empty() ? 0 : 1);
    const bool is_last = w + 1 == piece.wildcards.size();
    // The leftmost place of each literal leaves most room for the next; the last stands at the name's end.
    const std::size_t end = !is_last                           ? name.find(wildcard.literal, least)
                            : name.ends_with(wildcard.literal) ? name.size() - wildcard.literal.size()
                                                               : std::string_view::npos;
    if (end == std::string_view::npos || end < least) return false;
    if (wildcard.word == kSite) site = name.substr(at, end - at);
    at = end + wildcard.literal.size();
  }
  return true;
}

std::optional<std::string> SitePattern::find(std::string_view path) const {
  const std::vector<std::string_view> names = split_path(path);
  const std::size_t usable = from_end_ ? names.size() : names.size() - 1;  // a file is no folder
  if (usable < pieces_.size()) return std::nullopt;
  const std::size_t first = from_end_ ? names.size() - pieces_.size() : 0;
  std::string site;
  for (std::size_t p = 0; p < pieces_.size(); ++p) {
    if (!matches(pieces_[p], names[first + p], site)) return std::nullopt;
  }
  return site;
}

}  // namespace veery
