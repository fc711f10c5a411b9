#include <gtest/gtest.h>

#include <numeric>
#include <set>

#include "run/unit_feed.hpp"

namespace veery {
namespace {

using Answer = TicketDealer::Answer;

TEST(TicketDealer, DealsInTheGivenOrder) {
  TicketDealer dealer{{4, 1, 3}, 1};
  EXPECT_EQ(dealer.deal(false).unit, 4);
  EXPECT_EQ(dealer.deal(true).unit, 1);
  EXPECT_EQ(dealer.deal(false).unit, 3);
  EXPECT_EQ(dealer.deal(false).answer, Answer::none);
  EXPECT_EQ(dealer.deal(true).answer, Answer::none);
}

TEST(TicketDealer, NearTheEndAWishForAUnitAheadWaits) {
  TicketDealer dealer{{0, 1, 2}, 3};
  EXPECT_EQ(dealer.deal(true).answer, Answer::unit);
  EXPECT_EQ(dealer.deal(true).answer, Answer::later);  // two are left for three ranks
  EXPECT_EQ(dealer.deal(false).answer, Answer::unit);
  EXPECT_EQ(dealer.deal(true).answer, Answer::later);
  EXPECT_EQ(dealer.deal(false).answer, Answer::unit);
  EXPECT_EQ(dealer.deal(true).answer, Answer::none);
}

TEST(TicketDealer, StopsAtOnce) {
  TicketDealer dealer{{0, 1, 2}, 2};
  (void)dealer.deal(false);
  dealer.stop();
  EXPECT_EQ(dealer.deal(false).answer, Answer::none);
}

TEST(TicketDealer, HasNothingWithoutUnits) {
  EXPECT_EQ((TicketDealer{{}, 2}.deal(false).answer), Answer::none);
}

TEST(TicketDealer, EveryUnitGoesOutOnceWhoeverAsks) {
  for (const int ranks : {1, 2, 7, 100}) {
    std::vector<int> order(50);
    std::iota(order.begin(), order.end(), 0);
    TicketDealer dealer{order, ranks};
    std::set<int> dealt;
    for (int ask = 0;; ++ask) {
      const TicketDealer::Ticket ticket = dealer.deal(ask % 3 != 0);
      if (ticket.answer == Answer::none) break;
      if (ticket.answer == Answer::later) continue;
      EXPECT_TRUE(dealt.insert(ticket.unit).second) << ticket.unit;
    }
    EXPECT_EQ(dealt.size(), order.size());
  }
}

}  // namespace
}  // namespace veery
