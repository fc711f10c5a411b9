#include <gtest/gtest.h>

#include <numeric>
#include <set>
#include <vector>

#include "run/unit_feed.hpp"

namespace veery {
namespace {

using Answer = TicketDealer::Answer;
const std::vector<double> kEqual(5, 60.0);
const Wish kIdle{false};
const Wish kAhead{true};

TEST(TicketDealer, DealsInTheGivenOrder) {
  TicketDealer dealer{{4, 1, 3}, kEqual, 1};
  EXPECT_EQ(dealer.deal(kIdle).unit, 4);
  EXPECT_EQ(dealer.deal(kAhead).unit, 1);
  EXPECT_EQ(dealer.deal(kIdle).unit, 3);
  EXPECT_EQ(dealer.deal(kIdle).answer, Answer::none);
  EXPECT_EQ(dealer.deal(kAhead).answer, Answer::none);
}

TEST(TicketDealer, NearTheEndAWishForAUnitAheadWaits) {
  TicketDealer dealer{{0, 1, 2}, kEqual, 3};
  EXPECT_EQ(dealer.deal(kAhead).answer, Answer::unit);
  EXPECT_EQ(dealer.deal(kAhead).answer, Answer::later);  // two are left for three ranks
  EXPECT_EQ(dealer.deal(kIdle).answer, Answer::unit);
  EXPECT_EQ(dealer.deal(kAhead).answer, Answer::later);
  EXPECT_EQ(dealer.deal(kIdle).answer, Answer::unit);
  EXPECT_EQ(dealer.deal(kAhead).answer, Answer::none);
}

TEST(TicketDealer, DealsTheFirstUnitThatTheAskerHasTimeFor) {
  TicketDealer dealer{{2, 0, 1}, {300.0, 100.0, 900.0}, 1};
  EXPECT_EQ(dealer.deal({false, 50.0}).answer, Answer::none);
  EXPECT_EQ(dealer.deal({false, 400.0}).unit, 0);
  EXPECT_EQ(dealer.deal({false, 400.0}).unit, 1);
  EXPECT_EQ(dealer.deal({false, 400.0}).answer, Answer::none);
  EXPECT_EQ(dealer.deal({false, 900.0}).unit, 2) << "another rank may be faster";
}

TEST(TicketDealer, StopsAtOnce) {
  TicketDealer dealer{{0, 1, 2}, kEqual, 2};
  (void)dealer.deal(kIdle);
  dealer.stop();
  EXPECT_EQ(dealer.deal(kIdle).answer, Answer::none);
}

TEST(TicketDealer, HasNothingWithoutUnits) {
  EXPECT_EQ((TicketDealer{{}, {}, 2}.deal(kIdle).answer), Answer::none);
}

TEST(TicketDealer, EveryUnitGoesOutOnceWhoeverAsks) {
  for (const int ranks : {1, 2, 7, 100}) {
    std::vector<int> order(50);
    std::iota(order.begin(), order.end(), 0);
    TicketDealer dealer{order, std::vector<double>(order.size(), 60.0), ranks};
    std::set<int> dealt;
    for (int ask = 0;; ++ask) {
      const TicketDealer::Ticket ticket = dealer.deal({ask % 3 != 0});
      if (ticket.answer == Answer::none) break;
      if (ticket.answer == Answer::later) continue;
      EXPECT_TRUE(dealt.insert(ticket.unit).second) << ticket.unit;
    }
    EXPECT_EQ(dealt.size(), order.size());
  }
}

TEST(Attention, LapsesWhereLooksAreFarApart) {
  using std::chrono::seconds;
  const Attention::Clock::time_point begin{};
  Attention attention{5.0, begin};

  EXPECT_FALSE(attention.had_lapsed(begin + seconds{1}));
  EXPECT_FALSE(attention.had_lapsed(begin + seconds{6}));
  EXPECT_TRUE(attention.had_lapsed(begin + seconds{600}));
  EXPECT_FALSE(attention.had_lapsed(begin + seconds{601}));
}

}  // namespace
}  // namespace veery
