#include "run/site.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include <veery/base/error.hpp>
#include <veery/base/temporary_folder.hpp>

namespace veery {
namespace {

namespace fs = std::filesystem;
const fs::path kJobs = fs::path{VEERY_TEST_SOURCE_DIR} / "../../jobs";

constexpr const char* kTable = R"({
  "title": "Here", "source": "https://here", "scheduler": "pbs", "account_is_mandatory": true,
  "most_per_node": {"ncpus": 8, "ngpus": 0}, "cores_of_a_rank": {"1": 8, "2": 4}, "file_systems": ["home", "lake"],
  "queues": {"short": [{"nodes": [1, 2], "walltime": ["00:05:00", "01:00:00"]}],
             "long": [{"nodes": [1, 1], "walltime": ["00:05:00", "10:00:00"]},
                      {"nodes": [4, 8], "walltime": ["00:05:00", "24:00:00"]}]}})";

JobRequest good_request() {
  JobRequest request;
  request.nodes = 2;
  request.walltime_s = 3600.0;
  request.ranks_per_node = 2;
  request.account = "birds";
  request.queue = "short";
  request.file_systems = "home:lake";
  return request;
}

/// What the refusal says; empty when there is none.
std::string refusal_of(const JobRequest& request, const std::string& device = "") {
  try {
    check_request(site_from_json("here", kTable), request, device);
  } catch (const UsageError& problem) {
    return problem.what();
  }
  return "";
}

TEST(Site, ARequestWithinTheLimitsPasses) {
  EXPECT_EQ(refusal_of(good_request()), "");
  EXPECT_EQ(refusal_of(good_request(), "cpu"), "");
}

TEST(Site, EachRuleIsKeptAndNamedWithItsSource) {
  const auto expect_refusal = [](auto change, const char* said, const char* device = "") {
    JobRequest request = good_request();
    change(request);
    const std::string text = refusal_of(request, device);
    EXPECT_NE(text.find(said), std::string::npos) << said << ": " << text;
    EXPECT_NE(text.find("https://here"), std::string::npos) << text;
  };
  expect_refusal([](JobRequest& r) { r.account = ""; }, "--account");
  expect_refusal([](JobRequest& r) { r.queue = "mine"; }, "long, short");
  expect_refusal([](JobRequest& r) { r.nodes = 3; }, "no queue takes that");
  expect_refusal([](JobRequest& r) { r.nodes = 4; }, "queues that take it: long");
  expect_refusal([](JobRequest& r) { r.walltime_s = 60.0; }, "5m00s to 1h00m00s");
  expect_refusal([](JobRequest& r) { r.walltime_s = 3601.0; }, "--walltime");
  expect_refusal([](JobRequest& r) { r.ranks_per_node = 3; }, "--ranks-per-node");
  expect_refusal([](JobRequest& r) { r.file_systems = "home:sea"; }, "'sea'");
  expect_refusal([](JobRequest& r) { r.file_systems = ""; }, "--filesystems");
  expect_refusal([](JobRequest& r) { r.mpi = "pmix"; }, "--mpi");
  expect_refusal([](JobRequest&) {}, "no GPUs", "cuda:1");
}

TEST(Site, AQueueMayHaveSeveralRoutes) {
  JobRequest request = good_request();
  request.queue = "long";
  request.walltime_s = 20.0 * 3600.0;
  for (const int nodes : {1, 2, 3, 9}) {
    request.nodes = nodes;
    EXPECT_NE(refusal_of(request), "") << nodes;
  }
  request.nodes = 4;
  EXPECT_EQ(refusal_of(request), "");
}

TEST(Site, AReservationTakesWhatItsOwnerReserved) {
  JobRequest request = good_request();
  request.nodes = 100;
  for (const char* queue : {"R1234", "S1", "M20", "A123456"}) {
    request.queue = queue;
    EXPECT_EQ(refusal_of(request), "") << queue;
  }
  for (const char* queue : {"R", "R12a", "Rx1", "RS1", "1234", "r1234"}) {
    request.queue = queue;
    EXPECT_NE(refusal_of(request), "") << queue;
  }
}

TEST(Site, TheShippedTablesCanBeRead) {
  const fs::path jobs = find_jobs_folder(kJobs, "");
  EXPECT_EQ(read_site(jobs, "polaris").gpus_per_node, 4);
  EXPECT_EQ(read_site(jobs, "polaris").cores_of_a_rank.at(4), 8);
  EXPECT_EQ(read_site(jobs, "bebop").gpus_per_node, 0);
  EXPECT_TRUE(read_site(jobs, "slurm").is_slurm);
  EXPECT_FALSE(read_site(jobs, "pbs").binds_ranks);
  EXPECT_THROW(static_cast<void>(read_site(jobs, "../jobs/pbs")), UsageError);
}

TEST(Site, ATableThatIsNoneIsNamed) {
  const TemporaryFolder folder;
  fs::create_directory(folder.path() / "bad");
  for (const char* text :
       {"", "{", "[]", "{}", R"({"title": 1})", R"({"title": "x", "scheduler": "pbs", "queues": 1})"}) {
    std::ofstream{folder.path() / "bad/site.json", std::ios::trunc} << text;
    EXPECT_THROW(static_cast<void>(read_site(folder.path(), "bad")), Error) << text;
  }
}

TEST(Site, TheFolderIsFoundBesideTheProgram) {
  const TemporaryFolder folder;
  for (const char* name : {"bin", "share/veery/jobs", "src/build/release/bin", "src/jobs"})
    fs::create_directories(folder.path() / name);
  const auto jobs_for = [&](const char* program) { return find_jobs_folder("", folder.path() / program); };
  EXPECT_THROW(static_cast<void>(jobs_for("bin/veery")), UsageError);
  for (const char* name : {"share/veery/jobs", "src/jobs"}) std::ofstream{folder.path() / name / "run_until_done.sh"};
  const fs::path here = fs::canonical(folder.path());
  EXPECT_EQ(jobs_for("bin/veery"), here / "share/veery/jobs");
  EXPECT_EQ(jobs_for("src/build/release/bin/veery"), here / "src/jobs");
  EXPECT_THROW(static_cast<void>(find_jobs_folder(folder.path(), "")), UsageError);
}

}  // namespace
}  // namespace veery
