#include "run/line_file.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <vector>

#include <veery/base/error.hpp>
#include <veery/base/staged_file.hpp>

#include "support/file_size_limit.hpp"
#include "support/temporary_folder.hpp"

namespace veery {
namespace {

class LineFileTest : public ::testing::Test {
 protected:
  void write(const std::string& text) const { std::ofstream{path_, std::ios::binary} << text; }
  [[nodiscard]] std::string text() const { return read_text(path_); }

  test::TemporaryFolder folder_;
  std::filesystem::path path_ = folder_.path() / "lines.jsonl";
};

TEST_F(LineFileTest, LinesAreAppended) {
  LineFile file{path_};
  EXPECT_FALSE(file.last_line());
  EXPECT_EQ(file.append("first"), 0);
  EXPECT_EQ(file.append("second"), 6);
  EXPECT_EQ(file.last_line(), "second");
  EXPECT_EQ(file.line_at(0), "first");
  EXPECT_EQ(text(), "first\nsecond\n");
}

TEST_F(LineFileTest, ATornLineIsCutOff) {
  const std::vector<std::string> torn_lines{"{\"path\"", "", std::string(100'000, 'x'), std::string(4096, '\0')};
  for (const std::string& torn : torn_lines) {
    write("first\nsecond\n" + torn);
    LineFile file{path_};
    EXPECT_EQ(text(), "first\nsecond\n");
    EXPECT_EQ(file.last_line(), "second");
    file.append("third");
    EXPECT_EQ(text(), "first\nsecond\nthird\n");
  }
}

TEST_F(LineFileTest, AFileOfOneTornLineIsEmpty) {
  write("torn");
  EXPECT_FALSE(LineFile{path_}.last_line());
  EXPECT_EQ(text(), "");
}

TEST_F(LineFileTest, LongLinesAreRead) {
  const std::string longer(200'000, 'y');
  LineFile file{path_};
  file.append("short");
  const std::int64_t begin = file.append(longer);
  file.append("end");
  EXPECT_EQ(file.line_at(begin), longer);
  std::vector<std::string> lines;
  file.for_each([&](std::int64_t at, const std::string& line) {
    EXPECT_EQ(file.line_at(at), line);
    lines.push_back(line);
  });
  EXPECT_EQ(lines, (std::vector<std::string>{"short", longer, "end"}));
}

TEST_F(LineFileTest, ALineThatDoesNotFitLeavesNothing) {
  LineFile file{path_};
  file.append("first");
  {
    const test::FileSizeLimit limit{10};
    EXPECT_THROW(file.append("longer than that"), SystemError);
  }
  EXPECT_EQ(text(), "first\n");
  file.append("longer than that");
  EXPECT_EQ(text(), "first\nlonger than that\n");
}

}  // namespace
}  // namespace veery
