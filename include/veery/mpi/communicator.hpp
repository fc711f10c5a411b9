#pragma once
// The only door to MPI. A program started without a launcher is a world of one; nothing else differs.
#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace veery {

/// MPI from construction to destruction, at MPI_THREAD_FUNNELED: the main thread alone may use it.
class MpiEnvironment {
 public:
  /// Throws Error when the library can't give FUNNELED.
  MpiEnvironment(int& argc, char**& argv);
  ~MpiEnvironment();
  MpiEnvironment(const MpiEnvironment&) = delete;
  MpiEnvironment& operator=(const MpiEnvironment&) = delete;

  /// Ends all ranks with `code`. For an exception that reached `main`: finalizing would wait for the others.
  [[noreturn]] static void abort(int code);
  /// Ends MPI in order and then this process at once: for one with a thread that does not come back. All ranks must be
  /// about to end.
  [[noreturn]] static void leave(int code);
};

struct Message {
  int from = 0;
  int tag = 0;
  std::string bytes;
};

/// The world. Collective calls are made by all ranks in the same order.
class Communicator {
 public:
  Communicator();
  ~Communicator();
  Communicator(const Communicator&) = delete;
  Communicator& operator=(const Communicator&) = delete;

  [[nodiscard]] int rank() const { return rank_; }
  [[nodiscard]] int size() const { return size_; }
  [[nodiscard]] int ranks_on_node() const { return ranks_on_node_; }
  /// This rank's number among those of its node, from 0.
  [[nodiscard]] int rank_on_node() const { return rank_on_node_; }
  [[nodiscard]] std::string host() const;
  [[nodiscard]] static std::string library();  ///< "Open MPI v4.1.4, …"

  void barrier() const;
  /// Whether `mine` is true on all ranks: asked before a collective that follows fallible local work.
  [[nodiscard]] bool all_true(bool mine) const;
  /// Rank 0's text, on all ranks.
  void broadcast(std::string& text) const;
  /// On rank 0 the texts of all ranks in order, elsewhere nothing.
  [[nodiscard]] std::vector<std::string> gather(std::string_view mine) const;

  /// Starts sending and returns; the bytes are copied. Messages between two ranks arrive in order.
  void send(int to, int tag, std::string_view bytes);
  /// A message that has arrived, if any.
  [[nodiscard]] std::optional<Message> poll();

 private:
  struct PendingSend;
  struct Messages;
  void reap_sends();

  int rank_ = 0;
  int size_ = 1;
  int ranks_on_node_ = 1;
  int rank_on_node_ = 0;
  std::unique_ptr<Messages> messages_;
  std::list<PendingSend> sends_;
};

}  // namespace veery
