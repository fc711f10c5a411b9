#include "run/job_script.hpp"

#include <gtest/gtest.h>

#include <veery/base/error.hpp>
#include <veery/base/staged_file.hpp>
#include <veery/base/temporary_folder.hpp>
#include <veery/base/text.hpp>

#include "run/child_process.hpp"

namespace veery {
namespace {

constexpr const char* kScript = R"(#!/bin/bash -l
#PBS -N veery
#PBS -l select=2:ncpus=4

# ── to edit ──
NAME=value            # what it is
LONG="a # b"
BARE=/path
)";

JobScript script() {
  return {"script.pbs", kScript};
}

TEST(JobScript, StaysAsItIsWhereNothingIsSet) {
  EXPECT_EQ(script().text(), kScript);
}

TEST(JobScript, DirectivesAreFoundByHowTheyBegin) {
  EXPECT_EQ(script().directive("#PBS -l select="), "2:ncpus=4");
  EXPECT_EQ(script().directive("#PBS -q "), std::nullopt);
}

TEST(JobScript, DirectivesAreSetRemovedAndAdded) {
  JobScript changed = script();
  changed.set_directive("#PBS -N ", "owls");
  changed.remove_directive("#PBS -l select=");
  changed.add_directive("#PBS -q ", "debug");
  EXPECT_TRUE(changed.text().starts_with("#!/bin/bash -l\n#PBS -N owls\n#PBS -q debug\n\n# ── to edit ──\n"));
}

TEST(JobScript, SettingsKeepTheirComments) {
  JobScript changed = script();
  EXPECT_EQ(changed.setting("NAME"), "value");
  changed.set("NAME", "'other'");
  changed.set("BARE", "(a b)");
  EXPECT_NE(changed.text().find("\nNAME='other'          # what it is\n"), std::string::npos) << changed.text();
  EXPECT_NE(changed.text().find("\nBARE=(a b)\n"), std::string::npos);
  changed.set("NAME", std::string(40, 'x'));
  EXPECT_NE(changed.text().find("\nNAME=" + std::string(40, 'x') + "  # what it is\n"), std::string::npos);
}

TEST(JobScript, WhatIsNotThereCannotBeSet) {
  JobScript changed = script();
  EXPECT_THROW(changed.set("OTHER", "x"), Error);
  EXPECT_THROW(changed.set_directive("#PBS -q ", "x"), Error);
  changed.set_if_there("OTHER", "x");
  EXPECT_EQ(changed.text(), kScript);
}

TEST(JobScript, LinesAreAddedAtTheBlock) {
  JobScript changed = script();
  changed.add_comment("# above");
  changed.add_to_block("FIRST=1");
  EXPECT_NE(changed.text().find("\n# above\n# ── to edit ──\nFIRST=1\nNAME="), std::string::npos);
}

TEST(ShellWord, PlainNamesStayReadable) {
  EXPECT_EQ(shell_word("/a/b-c_1.wav"), "/a/b-c_1.wav");
  EXPECT_EQ(shell_word("--split=train=0.9,validation=0.1"), "--split=train=0.9,validation=0.1");
  EXPECT_EQ(shell_word("a b"), "'a b'");
  EXPECT_EQ(shell_word("it's"), "'it'\\''s'");
  EXPECT_EQ(shell_word(""), "''");
  EXPECT_EQ(shell_word("é"), "'é'");
  EXPECT_EQ(shell_word("a\nb\\'"), "$'a\\012b\\\\\\''");
}

std::string as_bash_reads(const std::string& word) {
  const TemporaryFolder folder;
  publish_text(folder.path() / "script", "word=" + word + "\nprintf %s \"$word\"\n");
  const pid_t child = start_child({"bash", {"bash", folder.path() / "script"}, {}, folder.path() / "said"});
  EXPECT_EQ(wait_for_child(child, 60.0), 0);
  return read_text(folder.path() / "said");
}

TEST(ShellWord, BashReadsEveryByteAsItWas) {
  std::string all;
  for (int byte = 1; byte < 256; ++byte) all += static_cast<char>(byte);
  for (const std::string& text :
       {all, std::string{"$(touch x) `y` ${z} \"q\" 'r' \\ ! * ? ~ # & ; |"}, std::string{"\n\n"}, std::string{"é\t1"},
        std::string{"\xff"
                    "0"}}) {
    EXPECT_EQ(as_bash_reads(shell_word(text)), text);
    EXPECT_EQ(printable(shell_word(text)), shell_word(text));
  }
}

}  // namespace
}  // namespace veery
