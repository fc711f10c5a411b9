#pragma once
// What a lease says, and whether its holder lives.
#include <cstdint>
#include <string>

namespace veery {

struct LeaseText {
  std::string host;
  std::string system;  ///< this boot of this machine, and its process namespace: where `pid` means something
  long pid = 0;
  std::string process_start;  ///< pids come again
  std::string token;          ///< of this run
  std::int64_t beat = 0;
  std::string beaten_at;
};

/// Of this process, with a fresh token.
[[nodiscard]] LeaseText new_lease_text();
/// With the time of now.
[[nodiscard]] std::string to_text(const LeaseText& lease);
/// A text that is none, as while it is being written, gives a holder without a name.
[[nodiscard]] LeaseText parse_lease(const std::string& text);

enum class Life { alive, gone, unknown };
[[nodiscard]] Life life_of(const LeaseText& holder);

}  // namespace veery
