"""Recordings of very different lengths keep all ranks busy until the end."""

import json

from support import ProgramTest, birds, main, wav

RECORDINGS = 600
SHORTEST_S, LONGEST_S = 6.0, 600.0
RATE = 8_000
RANKS = 8


def lengths_s():
    """A density that falls with the power 1.5: many short ones, a few long ones, a minute in the mean."""
    upper, lower = SHORTEST_S**-0.5, LONGEST_S**-0.5
    return [(upper - (i + 0.5) / RECORDINGS * (upper - lower)) ** -2 for i in range(RECORDINGS)]


class SkewTest(ProgramTest):
    def test_waiting_is_under_a_twentieth(self):
        longest = birds(LONGEST_S, RATE)
        for i, seconds in enumerate(lengths_s()):
            self.add(f"site-{i % 4}/{i:04}.wav", wav(longest[: round(seconds * RATE)], RATE))

        self.process("--threads", "1", ranks=RANKS)

        ranks = json.loads((self.output / "run.json").read_text())["ranks"]
        waiting = sum(rank["wait_s"] for rank in ranks) / sum(rank["wall_s"] for rank in ranks)
        audio_h = sum(rank["audio_s"] for rank in ranks) / 3600
        print(f"\n{audio_h:.1f} h on {RANKS} ranks in {ranks[0]['wall_s']:.1f} s: waiting {100 * waiting:.1f} %")
        self.assertEqual(len({rank["wall_s"] for rank in ranks}), 1)
        self.assertLess(waiting, 0.05)


if __name__ == "__main__":
    main()
