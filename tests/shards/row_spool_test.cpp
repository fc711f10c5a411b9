#include <gtest/gtest.h>

#include <algorithm>
#include <thread>
#include <vector>

#include <veery/base/error.hpp>
#include <veery/shards/row_spool.hpp>

#include "small_dataset.hpp"

namespace veery {
namespace {

TEST(RowSpool, KeepsRowsOfSeveralThreadsApart) {
  const test::TemporaryFolder folder;
  RowSpool spool{folder.path(), 1000};
  std::vector<std::vector<std::int64_t>> rows(4);
  {
    std::vector<std::jthread> threads;
    for (std::size_t thread = 0; thread < rows.size(); ++thread) {
      threads.emplace_back([&, thread] {
        for (std::size_t i = 0; i < 50; ++i) {
          rows[thread].push_back(spool.append(std::vector<std::byte>(1000, std::byte(thread * 50 + i))));
        }
      });
    }
  }
  std::vector<std::byte> read(1000);
  for (std::size_t thread = 0; thread < rows.size(); ++thread) {
    for (std::size_t i = 0; i < 50; ++i) {
      spool.read(rows[thread][i], read);
      EXPECT_EQ(read, std::vector<std::byte>(1000, std::byte(thread * 50 + i)));
    }
  }
}

TEST(RowSpool, LeavesNothingInTheFolder) {
  const test::TemporaryFolder folder;
  RowSpool spool{folder.path(), 10};
  spool.append(std::vector<std::byte>(10));
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(RowSpool, RefusesOtherSizesAndUnknownRows) {
  const test::TemporaryFolder folder;
  RowSpool spool{folder.path(), 10};
  std::vector<std::byte> row(10);
  EXPECT_THROW(spool.append(std::vector<std::byte>(9)), Error);
  EXPECT_THROW(spool.read(0, row), Error);
  spool.append(row);
  EXPECT_THROW(spool.read(-1, row), Error);
  EXPECT_THROW(spool.read(1, row), Error);
  std::vector<std::byte> small(9);
  EXPECT_THROW(spool.read(0, small), Error);
}

}  // namespace
}  // namespace veery
