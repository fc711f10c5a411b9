#include "synthesis/bird_voices.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace veery::synthesis {
namespace {

TEST(BirdVoices, SpeciesHaveDistinctNamesAndSongs) {
  std::set<std::string_view> codes;
  std::set<std::string_view> songs;
  for (const BirdSpecies& species : bird_species()) {
    codes.insert(species.code);
    songs.insert(species.song);
  }
  EXPECT_GE(codes.size(), 8U);
  EXPECT_EQ(codes.size(), bird_species().size());
  EXPECT_EQ(songs.size(), bird_species().size());
}

TEST(BirdVoices, NotesKeepToTheirSpecies) {
  for (const BirdVoice& voice : bird_voices()) {
    SCOPED_TRACE(std::string{voice.species.code});
    for (std::uint64_t individual = 0; individual < 2000; ++individual) {
      Random habits{individual};
      Random whim{individual + 100000};
      const auto notes = voice.sing(habits, whim);
      ASSERT_FALSE(notes.empty());
      for (const Note& note : notes) {
        EXPECT_GE(note.start_s, 0.0);
        EXPECT_GT(note.duration_s, 0.0);
        EXPECT_LE(note.attack_s + note.release_s, note.duration_s + 1e-9);
        EXPECT_LE(highest_fundamental_hz(note), voice.species.highest_hz);
      }
      const NoteBox box = box_around(notes, 48000);
      EXPECT_GE(box.low_hz, 0.0);
      EXPECT_LT(box.end_s, 6.0);
    }
  }
}

TEST(BirdVoices, AnIndividualIsRecognisable) {
  // Songs of one whistler lie nearer to each other than to those of others.
  const BirdVoice& whistler = bird_voices()[5];
  const auto first_pitch_hz = [&](std::uint64_t individual, std::uint64_t song) {
    Random habits{individual};
    Random whim{song};
    return whistler.sing(habits, whim).front().from_hz;
  };
  EXPECT_EQ(first_pitch_hz(1, 1), first_pitch_hz(1, 2));
  EXPECT_NE(first_pitch_hz(1, 1), first_pitch_hz(2, 1));
}

}  // namespace
}  // namespace veery::synthesis
