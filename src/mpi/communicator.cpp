#include <mpi.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include <veery/base/error.hpp>
#include <veery/base/text.hpp>
#include <veery/mpi/communicator.hpp>

#include "mpi/check.hpp"

namespace veery {
namespace {

using mpi::check;

constexpr int kGatherTag = 32'000;  // MPI guarantees tags up to 32767
constexpr std::int64_t kPiece = std::int64_t{1} << 30U;

/// Waits for what may take rank 0 long, without the spinning of MPI's own waits: others may share the core.
void wait_quietly(MPI_Request request, std::string_view call) {
  constexpr std::chrono::microseconds kLongestPause{1'000};
  int done = 0;
  for (std::chrono::microseconds pause{1};; pause = std::min(2 * pause, kLongestPause)) {
    check(MPI_Test(&request, &done, MPI_STATUS_IGNORE), call);
    if (done != 0) return;
    std::this_thread::sleep_for(pause);
  }
}

/// Calls `transfer(pointer, count)` for pieces that fit MPI's int counts.
template <typename Byte, typename Transfer>
void in_pieces(Byte* bytes, std::int64_t size, Transfer&& transfer) {
  for (std::int64_t at = 0; at < size; at += kPiece)
    transfer(bytes + at, static_cast<int>(std::min(kPiece, size - at)));
}

}  // namespace

MpiEnvironment::MpiEnvironment(int& argc, char**& argv) {
  int provided = MPI_THREAD_SINGLE;
  check(MPI_Init_thread(&argc, &argv, MPI_THREAD_FUNNELED, &provided), "MPI_Init_thread");
  if (provided < MPI_THREAD_FUNNELED) {
    throw Error{"this MPI library allows no threads", "MPI_Init_thread", "veery needs MPI_THREAD_FUNNELED"};
  }
  MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
}

MpiEnvironment::~MpiEnvironment() {
  MPI_Finalize();
}

void MpiEnvironment::abort(int code) {
  int running = 0;
  MPI_Initialized(&running);
  if (running != 0) MPI_Abort(MPI_COMM_WORLD, code);
  std::exit(code);
}

void MpiEnvironment::leave(int code) {
  MPI_Finalize();
  std::fflush(nullptr);
  std::_Exit(code);
}

struct Communicator::PendingSend {
  std::string bytes;
  MPI_Request request = MPI_REQUEST_NULL;
};

/// The world once more, for `send` and `poll` alone: a poll for any message must not take one of a gather's.
struct Communicator::Messages {
  Messages() { check(MPI_Comm_dup(MPI_COMM_WORLD, &world), "MPI_Comm_dup"); }
  ~Messages() { MPI_Comm_free(&world); }
  Messages(const Messages&) = delete;
  Messages& operator=(const Messages&) = delete;
  MPI_Comm world = MPI_COMM_NULL;
};

Communicator::Communicator() : messages_(std::make_unique<Messages>()) {
  check(MPI_Comm_rank(MPI_COMM_WORLD, &rank_), "MPI_Comm_rank");
  check(MPI_Comm_size(MPI_COMM_WORLD, &size_), "MPI_Comm_size");
  MPI_Comm node = MPI_COMM_NULL;
  check(MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &node), "MPI_Comm_split_type");
  MPI_Comm_size(node, &ranks_on_node_);
  MPI_Comm_rank(node, &rank_on_node_);
  MPI_Comm_free(&node);
}

Communicator::~Communicator() {
  for (PendingSend& send : sends_) MPI_Wait(&send.request, MPI_STATUS_IGNORE);
}

std::string Communicator::host() const {
  std::array<char, MPI_MAX_PROCESSOR_NAME> name{};
  int length = 0;
  check(MPI_Get_processor_name(name.data(), &length), "MPI_Get_processor_name");
  return {name.data(), static_cast<std::size_t>(length)};
}

std::string Communicator::library() {
  std::array<char, MPI_MAX_LIBRARY_VERSION_STRING> text{};
  int length = 0;
  MPI_Get_library_version(text.data(), &length);
  const std::string_view version{text.data()};                  // `length` may count the final NUL
  return single_spaced(version.substr(0, version.find('\n')));  // MPICH has tabs
}

void Communicator::barrier() const {
  MPI_Request request = MPI_REQUEST_NULL;
  check(MPI_Ibarrier(MPI_COMM_WORLD, &request), "MPI_Ibarrier");
  wait_quietly(request, "MPI_Ibarrier");
}

bool Communicator::all_true(bool mine) const {
  int value = mine ? 1 : 0;
  check(MPI_Allreduce(MPI_IN_PLACE, &value, 1, MPI_INT, MPI_LAND, MPI_COMM_WORLD), "MPI_Allreduce");
  return value != 0;
}

void Communicator::broadcast(std::string& text) const {
  auto size = static_cast<std::int64_t>(text.size());
  MPI_Request request = MPI_REQUEST_NULL;
  check(MPI_Ibcast(&size, 1, MPI_INT64_T, 0, MPI_COMM_WORLD, &request), "MPI_Ibcast");
  wait_quietly(request, "MPI_Ibcast");
  text.resize(static_cast<std::size_t>(size));
  in_pieces(text.data(), size,
            [](char* bytes, int count) { check(MPI_Bcast(bytes, count, MPI_CHAR, 0, MPI_COMM_WORLD), "MPI_Bcast"); });
}

std::vector<std::string> Communicator::gather(std::string_view mine) const {
  auto size = static_cast<std::int64_t>(mine.size());
  std::vector<std::int64_t> sizes(static_cast<std::size_t>(size_));
  check(MPI_Gather(&size, 1, MPI_INT64_T, sizes.data(), 1, MPI_INT64_T, 0, MPI_COMM_WORLD), "MPI_Gather");
  if (rank_ != 0) {
    in_pieces(mine.data(), size, [](const char* bytes, int count) {
      check(MPI_Send(bytes, count, MPI_CHAR, 0, kGatherTag, MPI_COMM_WORLD), "MPI_Send");
    });
    return {};
  }
  std::vector<std::string> texts(sizes.size());
  texts.front() = mine;
  for (std::size_t from = 1; from < texts.size(); ++from) {
    texts[from].resize(static_cast<std::size_t>(sizes[from]));
    in_pieces(texts[from].data(), sizes[from], [&](char* bytes, int count) {
      check(MPI_Recv(bytes, count, MPI_CHAR, static_cast<int>(from), kGatherTag, MPI_COMM_WORLD, MPI_STATUS_IGNORE),
            "MPI_Recv");
    });
  }
  return texts;
}

void Communicator::reap_sends() {
  sends_.remove_if([](PendingSend& send) {
    int done = 0;
    check(MPI_Test(&send.request, &done, MPI_STATUS_IGNORE), "MPI_Test");
    return done != 0;
  });
}

void Communicator::send(int to, int tag, std::string_view bytes) {
  reap_sends();
  if (bytes.size() > INT_MAX) throw Error{"a message is too long", std::to_string(bytes.size()) + " bytes"};
  PendingSend& send = sends_.emplace_back(PendingSend{std::string{bytes}, MPI_REQUEST_NULL});
  check(MPI_Isend(send.bytes.data(), static_cast<int>(send.bytes.size()), MPI_CHAR, to, tag, messages_->world,
                  &send.request),
        "MPI_Isend");
}

std::optional<Message> Communicator::poll() {
  reap_sends();
  int arrived = 0;
  MPI_Status status;
  check(MPI_Iprobe(MPI_ANY_SOURCE, MPI_ANY_TAG, messages_->world, &arrived, &status), "MPI_Iprobe");
  if (arrived == 0) return std::nullopt;
  int count = 0;
  check(MPI_Get_count(&status, MPI_CHAR, &count), "MPI_Get_count");
  Message message{status.MPI_SOURCE, status.MPI_TAG, std::string(static_cast<std::size_t>(count), '\0')};
  check(MPI_Recv(message.bytes.data(), count, MPI_CHAR, message.from, message.tag, messages_->world, MPI_STATUS_IGNORE),
        "MPI_Recv");
  return message;
}

}  // namespace veery
