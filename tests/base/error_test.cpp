#include <gtest/gtest.h>

#include <cerrno>
#include <string>

#include <veery/base/error.hpp>

namespace veery {
namespace {

TEST(Error, JoinsWhatWhereAndRemedy) {
  EXPECT_STREQ(Error("cannot read", "a.wav", "check the path").what(), "cannot read: a.wav (check the path)");
}

TEST(Error, LeavesOutWhatIsEmpty) {
  EXPECT_STREQ(Error("cannot read", "").what(), "cannot read");
  EXPECT_STREQ(Error("cannot read", "", "try again").what(), "cannot read (try again)");
}

TEST(Error, UsageErrorsAreErrors) {
  EXPECT_THROW(throw UsageError("no such option", "--speling"), Error);
}

TEST(SystemError, NamesThePathTheCauseAndTheRemedy) {
  const std::string text = system_error("cannot write", "/data/out.h5", ENOSPC).what();

  EXPECT_NE(text.find("cannot write: No space left on device"), std::string::npos) << text;
  EXPECT_NE(text.find("/data/out.h5"), std::string::npos) << text;
  EXPECT_NE(text.find("free space"), std::string::npos) << text;
}

TEST(SystemError, HasNoRemedyForWhatItDoesNotKnow) {
  const std::string text = system_error("cannot open", "x", ELOOP).what();

  EXPECT_EQ(text.find('('), std::string::npos) << text;
}

}  // namespace
}  // namespace veery
