#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <filesystem>
#include <functional>
#include <thread>
#include <vector>

#include <veery/base/error.hpp>
#include <veery/base/staged_file.hpp>
#include <veery/outputs/output_tree.hpp>
#include <veery/state/lease.hpp>

#include "state/lease_text.hpp"
#include "support/temporary_folder.hpp"

namespace veery {
namespace {

constexpr LeaseTiming kQuick{.beat_every_s = 0.05, .silent_after_s = 0.4};

class LeaseTest : public testing::Test {
 protected:
  std::string refusal() {
    try {
      const Lease second{folder_.path(), kQuick};
    } catch (const UsageError& problem) {
      return std::string{"a mistake of the user: "} + problem.what();
    } catch (const Error& problem) {
      return problem.what();
    }
    return {};
  }

  /// A lease as of another machine.
  std::string foreign(std::int64_t beat = 0) {
    LeaseText lease = new_lease_text();
    lease.host = "far-away";
    lease.system = "another boot";
    lease.token = "feedfacefeedface";
    lease.beat = beat;
    return to_text(lease);
  }

  test::TemporaryFolder folder_;
  std::filesystem::path file_ = folder_ / std::string{output_name::kLease};
};

TEST_F(LeaseTest, IsGivenBack) {
  {
    const Lease lease{folder_.path(), kQuick};
    EXPECT_EQ(lease_holder(folder_.path())->pid, ::getpid());
  }
  EXPECT_FALSE(lease_holder(folder_.path()));
  EXPECT_TRUE(std::filesystem::is_empty(folder_.path()));
}

TEST_F(LeaseTest, ASecondRunIsRefusedWithHostAndPid) {
  const Lease first{folder_.path(), kQuick};
  const std::string why = refusal();
  EXPECT_TRUE(why.starts_with("another run is at work")) << why;
  EXPECT_NE(why.find("pid " + std::to_string(::getpid())), std::string::npos) << why;
  EXPECT_NE(why.find(new_lease_text().host), std::string::npos) << why;
  EXPECT_FALSE(first.lost());
}

TEST_F(LeaseTest, OfADeadProcessHereIsTakenOverAtOnce) {
  const pid_t child = ::fork();
  if (child == 0) {
    const Lease lease{folder_.path(), kQuick};
    ::kill(::getpid(), SIGKILL);
  }
  ::waitpid(child, nullptr, 0);
  EXPECT_TRUE(lease_holder(folder_.path())->is_gone);
  const auto begin = std::chrono::steady_clock::now();
  const Lease lease{folder_.path(), {.beat_every_s = 10.0, .silent_after_s = 60.0}};
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds{5});
  EXPECT_EQ(lease_holder(folder_.path())->pid, ::getpid());
}

TEST_F(LeaseTest, AHolderElsewhereIsWatchedAndTakenOverWhenSilent) {
  publish_text(file_, foreign());
  const auto begin = std::chrono::steady_clock::now();
  const Lease lease{folder_.path(), kQuick};
  EXPECT_GE(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds{400});
  EXPECT_EQ(lease_holder(folder_.path())->pid, ::getpid());
}

TEST_F(LeaseTest, AHolderElsewhereThatBeatsIsLeftAlone) {
  publish_text(file_, foreign());
  std::atomic<bool> ending = false;
  std::thread holder{[&] {
    for (std::int64_t beat = 1; !ending; ++beat) {
      publish_text(file_, foreign(beat));
      std::this_thread::sleep_for(std::chrono::milliseconds{50});
    }
  }};
  const std::string why = refusal();
  ending = true;
  holder.join();
  EXPECT_NE(why.find("far-away"), std::string::npos) << why;
}

TEST_F(LeaseTest, AHalfWrittenOneIsWatchedToo) {
  publish_text(file_, "{\"kind\": \"veery.le");
  const Lease lease{folder_.path(), kQuick};
  EXPECT_EQ(lease_holder(folder_.path())->pid, ::getpid());
}

TEST_F(LeaseTest, WhoLosesItLearnsOfIt) {
  Lease slow{folder_.path(), kQuick};
  publish_text(file_, foreign());
  for (int i = 0; i < 100 && !slow.lost(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds{20});
  EXPECT_TRUE(slow.lost());
}

TEST_F(LeaseTest, OneThatWasLostIsNotTakenAway) {
  {
    const Lease slow{folder_.path(), {.beat_every_s = 60.0, .silent_after_s = 360.0}};
    publish_text(file_, foreign());
  }
  EXPECT_EQ(lease_holder(folder_.path())->host, "far-away");
}

/// Many find the same dead holder at once: one goes on, the others are refused.
TEST_F(LeaseTest, OnlyOneTakesOver) {
  publish_text(file_, foreign());
  constexpr int kRuns = 6;
  std::vector<pid_t> children;
  for (int i = 0; i < kRuns; ++i) {
    const pid_t child = ::fork();
    if (child == 0) {
      try {
        const Lease lease{folder_.path(), kQuick};
        std::this_thread::sleep_for(std::chrono::seconds{2});
        ::_exit(lease.lost() ? 2 : 0);
      } catch (const Error&) {
        ::_exit(1);
      }
    }
    children.push_back(child);
  }
  int holders = 0;
  for (const pid_t child : children) {
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_NE(WEXITSTATUS(status), 2);
    holders += WEXITSTATUS(status) == 0 ? 1 : 0;
  }
  EXPECT_EQ(holders, 1);
}

}  // namespace
}  // namespace veery
