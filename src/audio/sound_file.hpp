#pragma once
// libsndfile's files with one owner, and the names of its texts.
#include <sndfile.h>

#include <array>
#include <memory>
#include <string_view>
#include <utility>

namespace veery {

struct CloseSound {
  void operator()(SNDFILE* file) const { sf_close(file); }
};
using SoundHandle = std::unique_ptr<SNDFILE, CloseSound>;

/// The texts that libsndfile knows, and how AudioMetadata names them.
inline constexpr std::array<std::pair<std::string_view, int>, 10> kSoundTexts{{{"title", SF_STR_TITLE},
                                                                               {"artist", SF_STR_ARTIST},
                                                                               {"comment", SF_STR_COMMENT},
                                                                               {"date", SF_STR_DATE},
                                                                               {"software", SF_STR_SOFTWARE},
                                                                               {"copyright", SF_STR_COPYRIGHT},
                                                                               {"album", SF_STR_ALBUM},
                                                                               {"license", SF_STR_LICENSE},
                                                                               {"track_number", SF_STR_TRACKNUMBER},
                                                                               {"genre", SF_STR_GENRE}}};

}  // namespace veery
