"""csb chats sync when the service misbehaves: told apart, bounded, and never a damaged or wrong file."""
import os
import signal
import time

from chats_case import DETAIL, FAST, KEY, RATE_LIMITED, UNAUTHORIZED, ChatsTest
from harness import FAILED, INCOMPLETE, main

QUICK = ("--retries", "2", "--timeout", "1")


class Faults(ChatsTest):
    def fresh(self, *args):
        self.remove_scratch()
        os.makedirs(self.home)
        self.write_config("[chats]\n\tenabled = true\n")
        return self.mock(*(args or ("--chats", 12)))

    def one_chat_fails(self, rule, why=None, chats=12):
        """The rule strikes one chat for ever: the rest is fetched, that one is named, and comes next time."""
        mock = self.fresh("--chats", chats)
        chat = mock.uuid(5)
        mock.faults({"match": "chat_conversations/" + chat, **rule})
        report = self.sync(*QUICK, status=INCOMPLETE)
        self.assertEqual([chat], [c["id"] for c in report["failed"]])
        if why:
            self.assertIn(why, report["failed"][0]["why"])
        self.assertNotIn(chat, self.chats())
        self.assert_is_oracle(mock, besides=(chat,))
        self.assert_contained()
        self.assertEqual(INCOMPLETE, self.csb("chats", "status", status=None).status)
        mock.control("clear_faults")
        self.assertEqual(1, len(self.sync()["added"]))
        self.assert_is_oracle(mock)

    def test_one_bad_chat_never_stops_the_rest(self):
        for rule, why in (({"do": "status", "status": 500}, "500"),
                          ({"do": "empty"}, "no JSON"), ({"do": "json", "value": None}, "no JSON"),
                          ({"do": "json", "value": []}, "no JSON"), ({"do": "json", "value": {}}, "another chat"),
                          ({"do": "html200"}, "no JSON"), ({"do": "wrongtype"}, "no JSON"),
                          ({"do": "malformed"}, "no JSON"), ({"do": "bad_utf8"}, "UTF-8"),
                          ({"do": "bad_gzip"}, ""), ({"do": "truncate"}, ""), ({"do": "truncate_chunked"}, ""),
                          ({"do": "reset"}, ""), ({"do": "close"}, ""), ({"do": "deep"}, "deep"),
                          ({"do": "wrong_uuid"}, "another chat"), ({"do": "dup_messages"}, "twice"),
                          ({"do": "missing_parent"}, "lacks"),
                          ({"do": "status", "status": 403, "message": "Invalid authorization for organization"}, "403")):
            with self.subTest(rule=rule):
                self.one_chat_fails(rule, why)

    def test_an_answer_that_does_not_fit_together_is_kept_beside(self):
        mock = self.fresh()
        self.sync()
        chat = mock.uuid(3)
        before = self.hashes()[chat]
        mock.control("update", org=0, uuid=chat)
        mock.faults({"match": "chat_conversations/" + chat, "do": "dup_messages"})
        self.sync(*QUICK, status=INCOMPLETE)
        self.assertEqual(before, self.hashes()[chat])
        (kept,) = [os.path.join(b, n) for b, _, names in os.walk(self.mirror) for n in names if b.endswith("suspect")]
        self.assertIn(chat, kept)

    def test_hanging_and_endless_answers_are_bounded(self):
        for rule in ({"do": "hang"}, {"do": "drip_headers"}, {"do": "slow", "bps": 2}):
            with self.subTest(rule=rule):
                begun = time.monotonic()
                self.one_chat_fails(rule)
                self.assertLess(time.monotonic() - begun, 60)

    def test_what_is_legal_if_odd_is_stored_as_it_came(self):
        for do in ("lone_surrogate", "big_int"):
            with self.subTest(do=do):
                mock = self.fresh("--chats", 4)
                mock.faults({"match": DETAIL, "do": do})
                self.sync()
                self.assertEqual(4, len(self.chats()))
                for path in self.chats().values():
                    with open(path, "rb") as f:
                        self.assertIn({"lone_surrogate": b"\\ud800", "big_int": b"12345678901234567890123"}[do], f.read())

    def test_trouble_that_passes(self):
        for rule in ({"do": "status", "status": 503, "first": 10}, {"do": "reset", "first": 3},
                     {"do": "status", "status": 429, "first": 2, "headers": {"Retry-After": "1"}},
                     {"do": "malformed", "prob": 0.3}, {"do": "truncate", "every": 3}):
            with self.subTest(rule=rule):
                mock = self.fresh("--chats", 30)
                mock.faults({"match": DETAIL, **rule})
                report = self.sync("--retries", "12")
                self.assertGreater(report["retried"], 0)
                self.assert_is_oracle(mock)

    def test_retry_after_holds_for_all(self):
        mock = self.fresh("--chats", 12)
        mock.faults({"match": DETAIL, "nth": [3], "do": "status", "status": 429, "headers": {"Retry-After": "2"}})
        self.sync("-c", "4")
        log = [e for e in mock.log() if e["path"].find("tree=") > 0]
        refused = next(e for e in log if e["status"] == 429)
        after = [e for e in log if e["t_ms"] - e["dur_ms"] > refused["t_ms"] + 20]
        self.assertTrue(after)
        self.assertGreaterEqual(min(e["t_ms"] - e["dur_ms"] for e in after) - refused["t_ms"], 1800)
        self.assert_is_oracle(mock)

    def test_rate_limits_that_do_not_end(self):
        for rule in ({"status": 429}, {"status": 429, "headers": {"Retry-After": "86400"}},
                     {"status": 503, "headers": {"Retry-After": "86400"}}):
            with self.subTest(rule=rule):
                mock = self.fresh()
                mock.faults({"match": DETAIL, "after": 4, "do": "status", **rule})
                begun = time.monotonic()
                report = self.sync(*QUICK, status=RATE_LIMITED)
                self.assertEqual("rate_limited", report["ending"])
                self.assertLess(time.monotonic() - begun, 20)
                self.assertGreaterEqual(len(self.chats()), 1)
                mock.control("clear_faults")
                self.sync()
                self.assert_is_oracle(mock)

    def test_cloudflare(self):
        mock = self.fresh()
        mock.faults({"do": "cloudflare"})
        result = self.csb("chats", "sync", *FAST, env={"CLAUDE_SESSION_KEY": KEY}, status=RATE_LIMITED)
        self.assertIn("export", result.err)
        self.assertEqual(1, len(mock.log()))
        mock = self.fresh("--chats", 40)
        mock.faults({"match": DETAIL, "nth": [20], "do": "cloudflare"})
        self.assertEqual("blocked", self.sync("-c", "1", status=RATE_LIMITED)["ending"])
        self.assertEqual(19, len(self.chats()))
        self.assertEqual(20, mock.kinds()["detail"])

    def test_the_key_expires(self):
        for args in ((), ("--expired-status", "401")):
            with self.subTest(args=args):
                mock = self.fresh("--chats", 30, *args)
                self.sync(status=UNAUTHORIZED, env={"CLAUDE_SESSION_KEY": KEY.replace("mock", "gone")})
                self.assertEqual({}, self.chats())
                mock.faults({"match": DETAIL, "after": 10, "do": "expired"})
                result = self.csb("chats", "sync", *FAST, "-c", "1", env={"CLAUDE_SESSION_KEY": KEY}, status=UNAUTHORIZED)
                self.assertIn("sign in", result.err)
                self.assertEqual(10, len(self.chats()))
                mock.control("clear_faults")
                mock.control("log_reset")
                self.sync()
                self.assertEqual(20, mock.kinds()["detail"])
                self.assert_is_oracle(mock)

    def test_redirects_are_not_followed(self):
        for status in (301, 302, 307, 308):
            with self.subTest(status=status):
                mock = self.fresh()
                mock.faults({"match": "/api/account", "do": "redirect", "status": status})
                self.sync(status=FAILED)
                chat = mock.uuid(2)
                mock.faults({"match": "chat_conversations/" + chat, "do": "redirect", "status": status})
                self.assertEqual(1, len(self.sync(status=INCOMPLETE)["failed"]))
                self.assertEqual([], [e for e in mock.log() if e["evil"]])

    def test_bad_accounts_and_lists(self):
        for value in (None, [], {}, {"uuid": "../../x"}, "x", 17):
            with self.subTest(value=value):
                mock = self.fresh()
                mock.faults({"match": "/api/account", "do": "json", "value": value})
                self.assertEqual("unreachable", self.sync(*QUICK, status=FAILED)["ending"])
                mock.faults({"match": "_v2", "do": "json", "value": value})
                self.assertFalse(self.sync(*QUICK, status=INCOMPLETE)["listing_complete"])
                self.assertEqual({}, self.chats())

    def test_an_organization_left_in_the_middle(self):
        mock = self.fresh("--orgs", 2, "--chats", 6)
        mock.faults({"match": r"_v2", "first": 1, "do": "mutate", "ops": [{"op": "leave_org", "org": 1}]})
        report = self.sync(status=INCOMPLETE)
        self.assertEqual(6, len(report["added"]))
        self.assert_is_oracle(mock)

    def test_a_chat_deleted_between_list_and_fetch(self):
        mock = self.fresh()
        mock.faults({"match": DETAIL, "nth": [2], "do": "mutate", "ops": [{"op": "delete", "org": 0, "index": 9}]})
        self.sync("-c", "1")
        self.sync()
        self.assert_is_oracle(mock)

    def test_the_deadline_ends_a_run(self):
        mock = self.fresh("--chats", 40)
        mock.control("latency", ms=300)
        report = self.sync("--deadline", "3", "-c", "1", status=INCOMPLETE)
        self.assertEqual("out_of_time", report["ending"])
        self.assertGreater(report["not_tried"], 0)
        mock.control("latency", ms=0)
        self.sync()
        self.assert_is_oracle(mock)

    def test_a_service_that_fails_throughout_is_left_alone(self):
        mock = self.fresh("--chats", 120)
        mock.faults({"match": DETAIL, "do": "status", "status": 500})
        report = self.sync("--retries", "0", status=INCOMPLETE)
        self.assertEqual("gave_up", report["ending"])
        self.assertLess(mock.kinds()["detail"], 60)

    def test_interrupts_end_soon(self):
        for number, status in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
            with self.subTest(signal=number):
                mock = self.fresh("--chats", 60)
                mock.faults({"match": DETAIL, "after": 10, "do": "hang"})
                process = self.start("chats", "sync", *FAST, env={"CLAUDE_SESSION_KEY": KEY})
                while mock.kinds().get("detail", 0) < 10:
                    time.sleep(0.05)
                time.sleep(0.3)
                begun = time.monotonic()
                process.send_signal(number)
                self.assertEqual(status, process.wait(10))
                self.assertLess(time.monotonic() - begun, 2)
                self.assertEqual(10, len(self.chats()))
                mock.control("clear_faults")
                self.sync()
                self.assert_is_oracle(mock)

    def test_a_full_disk(self):
        mock = self.fresh("--chats", 30)
        self.sync()
        before = self.hashes()
        for index in range(30):
            mock.control("update", org=0, index=29)
        limit = ["prlimit", "--fsize=3000", "--"]
        self.csb("chats", "sync", *FAST, env={"CLAUDE_SESSION_KEY": KEY}, wrap=limit, status=FAILED)
        self.assertEqual(before, self.hashes())
        self.sync()
        self.assert_is_oracle(mock)
        self.assert_contained()


if __name__ == "__main__":
    main()
