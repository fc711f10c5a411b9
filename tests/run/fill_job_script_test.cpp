#include "run/fill_job_script.hpp"

#include <gtest/gtest.h>

#include <veery/base/error.hpp>
#include <veery/base/staged_file.hpp>

namespace veery {
namespace {

namespace fs = std::filesystem;
const fs::path kJobs = fs::path{VEERY_TEST_SOURCE_DIR} / "../../jobs";
const JobPlaces kPlaces{"/jobs", "/here/job.pbs", "/bin/veery"};

JobRequest request_for(const std::string& site) {
  JobRequest request;
  request.site = site;
  request.nodes = 7;
  request.walltime_s = 5400.0;
  request.account = "birds";
  return request;
}

JobCommand command_of(const std::string& name, const std::string& device = "") {
  JobCommand command;
  command.name = name;
  command.archive = "/archive";
  command.output = "/out";
  command.device = device;
  return command;
}

JobScript shipped(const Site& site, const std::string& command) {
  const fs::path file = kJobs / site.name / (command + site.script_extension());
  return {file, read_text(file)};
}

JobScript filled(const JobRequest& asked, const JobCommand& command) {
  const Site site = read_site(kJobs, asked.site);
  JobScript script = shipped(site, command.name);
  fill_job_script(script, site, complete_request(script, site, asked), command, kPlaces);
  return script;
}

std::string select_of(const JobRequest& asked, const JobCommand& command) {
  return filled(asked, command).directive("#PBS -l select=").value_or("none");
}

TEST(FillJobScript, NodesAndRanksAsEachSiteCountsThem) {
  JobRequest bebop = request_for("bebop");
  EXPECT_EQ(select_of(bebop, command_of("process")), "7:ncpus=36:mpiprocs=2");
  bebop.ranks_per_node = 1;
  EXPECT_EQ(select_of(bebop, command_of("process")), "7:ncpus=36:mpiprocs=1");

  JobRequest swing = request_for("swing");
  EXPECT_EQ(select_of(swing, command_of("separate", "cuda")), "7:ngpus=4:mpiprocs=4");
  swing.ranks_per_node = 8;
  EXPECT_EQ(select_of(swing, command_of("separate", "cuda")), "7:ngpus=8:mpiprocs=8");

  JobRequest polaris = request_for("polaris");
  polaris.ranks_per_node = 8;
  const JobScript script = filled(polaris, command_of("process"));
  EXPECT_EQ(script.directive("#PBS -l select="), "7:system=polaris");
  EXPECT_EQ(script.setting("RANKS_PER_NODE"), "8");

  JobRequest pbs = request_for("pbs");
  pbs.ranks_per_node = 3;
  pbs.cores_per_rank = 5;
  EXPECT_EQ(select_of(pbs, command_of("process")), "7:ncpus=15:mpiprocs=3");
}

TEST(FillJobScript, WhatIsNotAskedForIsTheScripts) {
  const Site site = read_site(kJobs, "pbs");
  const JobRequest request = complete_request(shipped(site, "process"), site, request_for("pbs"));
  EXPECT_EQ(request.ranks_per_node, 2);
  EXPECT_EQ(request.cores_per_rank, 8);
  EXPECT_EQ(request.name, "veery-process");
  EXPECT_EQ(request.queue, "");
  const Site polaris = read_site(kJobs, "polaris");
  const JobRequest there = complete_request(shipped(polaris, "separate"), polaris, request_for("polaris"));
  EXPECT_EQ(there.cores_per_rank, 8);
  EXPECT_EQ(there.queue, "debug");
  EXPECT_EQ(there.file_systems, "home:eagle");
}

TEST(FillJobScript, GpusForRanksThatWantOne) {
  EXPECT_EQ(select_of(request_for("pbs"), command_of("separate", "cuda")), "7:ncpus=16:mpiprocs=2:ngpus=2");
  EXPECT_EQ(select_of(request_for("pbs"), command_of("separate", "cpu")), "7:ncpus=16:mpiprocs=2");
  EXPECT_EQ(select_of(request_for("pbs"), command_of("train", "cuda")), "7:ncpus=16:mpiprocs=2:ngpus=2");
  EXPECT_EQ(select_of(request_for("swing"), command_of("train", "cuda")), "7:ngpus=4:mpiprocs=4");
  const auto gpus = [](const char* command, const char* device) {
    return filled(request_for("slurm"), command_of(command, device)).directive("#SBATCH --gpus-per-task=").value_or("");
  };
  EXPECT_EQ(gpus("separate", "cuda"), "1");
  EXPECT_EQ(gpus("separate", "auto"), "1");
  EXPECT_EQ(gpus("separate", "cpu"), "");
  EXPECT_EQ(gpus("process", "cuda"), "1");
  EXPECT_EQ(gpus("train", "cuda"), "1");
  EXPECT_EQ(gpus("train", "auto"), "1");
  EXPECT_EQ(gpus("train", "cpu"), "");
  EXPECT_EQ(gpus("process", ""), "");
}

TEST(FillJobScript, ThreadsWhereRanksAreBoundToNoCores) {
  JobCommand command = command_of("process");
  EXPECT_EQ(filled(request_for("pbs"), command).setting("OPTIONS"), "(--threads=8)");
  EXPECT_EQ(filled(request_for("bebop"), command).setting("OPTIONS"), "()");
  command.threads = 3;
  command.words = {"--threads=3", "--key-prefix=a b"};
  EXPECT_EQ(filled(request_for("pbs"), command).setting("OPTIONS"), "(--threads=3 '--key-prefix=a b')");
}

TEST(FillJobScript, ATrainingsOptionsAreThoseThatWereGiven) {
  for (const char* site : {"polaris", "bebop", "swing", "pbs", "slurm"}) {
    JobCommand command = command_of("train", "auto");
    command.threads = 2;
    command.words = {"/more data", "--steps=7", "--threads=2"};
    const JobScript script = filled(request_for(site), command);
    EXPECT_EQ(script.setting("ARCHIVE"), "/archive") << site;
    EXPECT_EQ(script.setting("OUTPUT"), "/out") << site;
    EXPECT_EQ(script.setting("OPTIONS"), "('/more data' --steps=7 --threads=2)") << site;
  }
}

TEST(FillJobScript, LongOptionsStandOnLinesOfTheirOwn) {
  JobCommand command = command_of("process");
  command.words = {"--one=" + std::string(80, 'x'), "--two=" + std::string(80, 'y')};
  const std::string text = filled(request_for("bebop"), command).text();
  EXPECT_NE(text.find("\nOPTIONS=(\n  " + command.words[0] + "\n  " + command.words[1] + "\n)  # what"),
            std::string::npos)
      << text;
}

TEST(FillJobScript, DirectivesHoldNoBlanksQuotesOrLines) {
  const Site site = read_site(kJobs, "polaris");
  for (const char* text : {"a b", "a\n#PBS -q prod", "a'b", "a\"b", "$(a)", "a;b", "-a", "a#b", "é"}) {
    for (std::string JobRequest::*field :
         {&JobRequest::account, &JobRequest::queue, &JobRequest::name, &JobRequest::file_systems}) {
      JobRequest request = request_for("polaris");
      request.*field = text;
      EXPECT_THROW(static_cast<void>(complete_request(shipped(site, "process"), site, request)), UsageError) << text;
    }
  }
}

}  // namespace
}  // namespace veery
