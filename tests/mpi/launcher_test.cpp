#include <gtest/gtest.h>

#include <map>
#include <string>

#include <veery/base/error.hpp>
#include <veery/mpi/launcher.hpp>

namespace veery {
namespace {

using Variables = std::map<std::string, std::string>;

/// The variable that is believed, "" when nothing speaks of several ranks.
std::string believed(const Variables& variables) {
  const auto announcement = announced_ranks([&](const std::string& name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional{found->second};
  });
  return announcement ? announcement->variable : "";
}

TEST(Launcher, WithoutOneNothingSpeaksOfSeveralRanks) {
  EXPECT_EQ(believed({}), "");
  EXPECT_EQ(believed({{"SLURM_NTASKS", "8"}, {"SLURM_PROCID", "0"}, {"SLURM_JOB_ID", "7"}}), "") << "a batch script";
  EXPECT_EQ(believed({{"PMI_SIZE", ""}, {"OMPI_COMM_WORLD_SIZE", "many"}, {"PMI_RANK", "-1"}}), "") << "no numbers";
}

TEST(Launcher, EachTellsTheWorldsSize) {
  EXPECT_EQ(believed({{"OMPI_COMM_WORLD_SIZE", "4"}}), "OMPI_COMM_WORLD_SIZE");
  EXPECT_EQ(believed({{"PMI_SIZE", "2"}, {"PMI_RANK", "0"}}), "PMI_SIZE");
  EXPECT_EQ(believed({{"SLURM_STEP_NUM_TASKS", "16"}}), "SLURM_STEP_NUM_TASKS");
  EXPECT_EQ(believed({{"PMI_LOCAL_SIZE", "4"}, {"PMI_RANK", "0"}}), "PMI_LOCAL_SIZE");
}

TEST(Launcher, ARankOfItsOwnNumberIsOneOfSeveral) {
  for (const std::string variable : {"PMI_RANK", "PMIX_RANK", "PALS_RANKID"}) {
    EXPECT_EQ(believed({{variable, "1"}}), variable);
    EXPECT_EQ(believed({{variable, "0"}}), "") << variable;
  }
}

TEST(Launcher, TheFirstRankOfAForeignPmixIsToldByTheStep) {
  EXPECT_EQ(believed({{"PMIX_RANK", "0"}, {"SLURM_STEP_NUM_TASKS", "4"}}), "SLURM_STEP_NUM_TASKS");
}

TEST(Launcher, OneRankOfMpirunBelowTheStepOfItsDaemonsIsAlone) {
  EXPECT_EQ(believed({{"OMPI_COMM_WORLD_SIZE", "1"}, {"SLURM_STEP_NUM_TASKS", "3"}}), "");
  EXPECT_EQ(believed({{"PMI_SIZE", "1"}, {"SLURM_STEP_NUM_TASKS", "3"}, {"PMI_RANK", "0"}}), "");
}

TEST(Launcher, ALoneRankIsRefusedWithBothSidesNamed) {
  const Announcement announced{"PMI_SIZE", 4};
  EXPECT_NO_THROW(refuse_lone_rank(4, announced, "Open MPI v4"));
  EXPECT_NO_THROW(refuse_lone_rank(1, std::nullopt, "Open MPI v4"));
  try {
    refuse_lone_rank(1, announced, "Open MPI v4");
    FAIL() << "it was let through";
  } catch (const UsageError& error) {
    const std::string text = error.what();
    EXPECT_NE(text.find("PMI_SIZE=4"), std::string::npos) << text;
    EXPECT_NE(text.find("Open MPI v4"), std::string::npos) << text;
  }
}

}  // namespace
}  // namespace veery
