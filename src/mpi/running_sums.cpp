#include <mpi.h>

#include <deque>

#include <veery/mpi/running_sums.hpp>

#include "mpi/check.hpp"

namespace veery {

using mpi::check;

/// Two communicators, since collectives on one must be begun in the same order everywhere: when a sum turns back
/// depends on when it has come in.
struct RunningSums::Channels {
  struct Sum {
    std::span<float> values;
    MPI_Request request;
  };
  MPI_Comm there = MPI_COMM_NULL;
  MPI_Comm back = MPI_COMM_NULL;
  int rank = 0;
  std::deque<Sum> on_the_way;
  std::deque<Sum> on_the_way_back;

  void turn(Sum sum) {
    check(MPI_Ibcast(sum.values.data(), static_cast<int>(sum.values.size()), MPI_FLOAT, 0, back, &sum.request),
          "MPI_Ibcast");
    on_the_way_back.push_back(sum);
  }
};

RunningSums::RunningSums(const Communicator& world) : channels_(std::make_unique<Channels>()) {
  channels_->rank = world.rank();
  check(MPI_Comm_dup(MPI_COMM_WORLD, &channels_->there), "MPI_Comm_dup");
  check(MPI_Comm_dup(MPI_COMM_WORLD, &channels_->back), "MPI_Comm_dup");
}

RunningSums::~RunningSums() {
  MPI_Comm_free(&channels_->there);
  MPI_Comm_free(&channels_->back);
}

void RunningSums::begin(std::span<float> values) {
  const void* const mine = channels_->rank == 0 ? MPI_IN_PLACE : values.data();
  MPI_Request request = MPI_REQUEST_NULL;
  check(MPI_Ireduce(mine, values.data(), static_cast<int>(values.size()), MPI_FLOAT, MPI_SUM, 0, channels_->there,
                    &request),
        "MPI_Ireduce");
  channels_->on_the_way.push_back({values, request});
  advance();
}

void RunningSums::advance() {
  auto& coming = channels_->on_the_way;
  while (!coming.empty()) {
    int done = 0;
    check(MPI_Test(&coming.front().request, &done, MPI_STATUS_IGNORE), "MPI_Ireduce");
    if (done == 0) break;
    channels_->turn(coming.front());
    coming.pop_front();
  }
  auto& returning = channels_->on_the_way_back;
  while (!returning.empty()) {
    int done = 0;
    check(MPI_Test(&returning.front().request, &done, MPI_STATUS_IGNORE), "MPI_Ibcast");
    if (done == 0) break;
    returning.pop_front();
  }
}

void RunningSums::finish() {
  while (!channels_->on_the_way.empty() || !channels_->on_the_way_back.empty()) advance();
}

}  // namespace veery
