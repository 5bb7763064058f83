"""Random lives of a Claude directory, judged after every step (judge.py); a failure is cut down to the steps it needs.

    CSB_BINARY=… python3 test_properties.py [--seed N] [--steps N] [--lives N]
    CSB_BINARY=… python3 test_properties.py --replay '["own", ["new", 5], ["backup", 7]]'

`--seed random` takes a new one. What is printed with a failure is an argument of --replay.
"""
import argparse
import json
import random
import sys
import traceback

import unittest

from scene import main
from world import World, draw

# Lives that showed a defect once.
KNOWN = (
    # The person committed what csb has stored since: a rebuilt catalogue listed the session by their older copy.
    ["adopted", ["new", 432480232], ["git_commit", 1001671543], ["backup", 648102218], ["torn", 663139550],
     ["backup", 270982951]],
    # A session without a message grew and moved at once: rebuilt, its former path had the facts of the later one.
    ["own", ["new", 898157315], ["backup", 366297964], ["append", 46120872], ["move", 603644128],
     ["backup", 472259607]],
    # The person committed a file before any session, and one later: what lay there before was not catalogued with it.
    ["adopted", ["git_commit", 626337078], ["new", 844826347], ["backup", 563402507], ["git_commit", 166465655],
     ["torn", 861395945], ["backup", 656857139]],
)
CUTS = 150   # sequences tried to make a failing one shorter


def live(life):
    """Lives one life: ["own" or "adopted", [step, number]…]. -> None, or (kind of failure, its text, steps done)"""
    store, *steps = life
    world = World()
    done = 0
    try:
        world.begin(store == "adopted")
        for name, number in steps:
            done += 1
            world.step(name, number)
    except Exception as wrong:   # whatever goes wrong is a finding; of this file's own mistakes there is a trace
        kind = "%s %s" % (type(wrong).__name__, steps[done - 1][0] if done else "begin")
        return kind, "".join(traceback.format_exception(type(wrong), wrong, wrong.__traceback__)), done
    finally:
        world.doCleanups()
    return None


def shrink(life, failed):
    """-> (a life as short as was found that fails in the same way, its failure)"""
    kind, _, done = failed
    store, steps = life[0], life[1:done + 1]
    tries, size = 0, len(steps) // 2
    while size > 0 and tries < CUTS:
        at = 0
        while at < len(steps) and tries < CUTS:
            tries += 1
            shorter = steps[:at] + steps[at + size:]
            again = live([store, *shorter])
            if again and again[0] == kind:
                steps, failed = shorter[:again[2]], again
            else:
                at += size
        size = size // 2 if size > 1 or at == 0 else 0
    return [store, *steps], failed


class Properties(unittest.TestCase):
    options = argparse.Namespace(seed=20, steps=30, lives=6, replay=None)

    def judge(self, life, note):
        failed = live(life)
        if failed:
            print("failed (%s); looking for the steps it needs" % note, flush=True)
            shortest, failed = shrink(life, failed)
            self.fail("%s: %s\nreplay: --replay '%s'" % (note, failed[1], json.dumps(shortest)))

    def test_random_lives(self):
        seed, steps = self.options.seed, self.options.steps
        if self.options.replay:
            self.judge(json.loads(self.options.replay), "replay")
            return
        print("seed %d, %d lives of %d steps" % (seed, self.options.lives, steps), flush=True)
        for n in range(self.options.lives):
            life = ["adopted" if n % 2 else "own", *draw(random.Random(seed * 1000 + n), steps)]
            self.judge(life, "seed %d, life %d" % (seed, n))
        print("%d steps, I1 to I10 held after each" % (self.options.lives * (steps + 1)), flush=True)

    def test_lives_that_showed_a_defect_once(self):
        for life in KNOWN:
            with self.subTest(life):
                self.assertIsNone(live(life))

    def test_a_loss_is_seen_and_cut_down_to_what_it_needs(self):
        life = ["own", ["new", 1], ["append", 2], ["backup", 3], ["edit", 4], ["new", 5], ["sabotage", 6], ["append", 7]]
        failed = live(life)
        self.assertEqual(failed[0], "AssertionError sabotage", failed)
        shortest, _ = shrink(life, failed)
        self.assertEqual([step[0] for step in shortest[1:]], ["backup", "sabotage"])


def options_of(arguments):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", default="20")
    parser.add_argument("--steps", type=int, default=30)
    parser.add_argument("--lives", type=int, default=6)
    parser.add_argument("--replay")
    given, rest = parser.parse_known_args(arguments)
    given.seed = random.SystemRandom().randrange(1 << 30) if given.seed == "random" else int(given.seed)
    return given, rest


if __name__ == "__main__":
    Properties.options, rest = options_of(sys.argv[1:])
    sys.argv[1:] = rest
    main()
