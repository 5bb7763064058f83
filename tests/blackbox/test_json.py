"""Every --json document is what docs/schema says, and nothing else is on standard output."""
import base64
import os

import json_schema
from harness import INCOMPLETE, CsbTest, main


class Documents(CsbTest):
    def check(self, name, document):
        wrong = json_schema.complaints(document, json_schema.load(name))
        self.assertEqual([], wrong)
        return document

    def setUp(self):
        super().setUp()
        self.tree.user_files()
        self.tree.secrets()
        self.session = self.tree.session(prompts=3, title="A \"quoted\" title")
        self.gone = self.tree.session()
        self.tree.write(b"projects/-x/\xff\xfe.json".decode("utf-8", "surrogateescape"), b"{}")
        self.tree.write("something-new/file", b"x")

    def test_backup_dry_run_and_real(self):
        dry = self.check("backup", self.backup("--dry-run"))
        self.assertTrue(dry["dry_run"])
        self.assertIn(".credentials.json", [s["path"] for s in dry["secrets"]])
        report = self.check("backup", self.backup())
        paths = [base64.b64decode(c["path_b64"]) for c in report["changes"] if "path_b64" in c]
        self.assertEqual([b"projects/-x/\xff\xfe.json"], paths)
        self.assertEqual(2, report["sessions_added"])
        self.check("backup", self.backup())

    def test_questions(self):
        self.backup()
        self.session.turn("more", "of it")
        os.remove(self.gone.path)
        self.backup()
        self.session.turn("and", "more")
        listed = self.check("list", self.csb("list", "--json", "--deleted").json())
        states = {s["id"]: s["state"] for s in listed["sessions"]}
        self.assertEqual({self.session.id: "changed", self.gone.id: "deleted"}, states)
        self.check("list", self.csb("list", "--json", "no-such-word", status=4).json())
        shown = self.check("show", self.csb("show", self.session.id, "--json").json())
        self.assertEqual(2, shown["best_version"])
        log = self.check("log", self.csb("log", self.gone.id, "--json").json())
        self.assertEqual(["add", "delete"], [v["what"] for v in log["versions"]])
        diff = self.check("diff", self.csb("diff", self.session.id, "1", "2", "--json").json())
        self.assertEqual(2, diff["summary"]["messages_gained"])
        self.check("diff", self.csb("diff", self.session.id, "1", "1", "--json").json())
        cat = self.check("cat", self.csb("cat", self.gone.id, "--json").json())
        self.assertIn(b"question 1", base64.b64decode(cat["content_b64"]))
        status = self.check("status", self.csb("status", "--json").json())
        self.assertEqual([("changed", self.session.rel)], [(p["kind"], p["path"]) for p in status["pending"]])

    def test_sets(self):
        self.backup()
        self.check("sets", self.csb("set", "new", "one", self.session.id, "--json").json())
        self.check("sets", self.csb("set", "--json").json())
        self.check("roster", self.csb("set", "one", "--json").json())
        self.check("roster", self.csb("set", "current", "--json", status=4).json())

    def test_policy(self):
        document = self.check("policy", self.csb("policy", "--json", ".credentials.json", self.session.rel).json())
        self.assertEqual(["secret", "noise"], [p["class"] for p in document["paths"]])
        self.assertEqual(self.session.id, document["paths"][1]["session"])

    def test_search(self):
        self.backup()
        hits = self.csb("search", "--json", "-C", "1", "question OR quoted").json_lines()
        self.assertTrue(hits)
        for hit in hits:
            self.check("search", hit)

    def test_restore_verify_maintain(self):
        self.backup()
        os.remove(self.gone.path)
        self.backup()
        self.check("restore", self.csb("restore", self.gone.id, "--dry-run", "--json").json())
        restored = self.check("restore", self.csb("restore", self.gone.id, "--json").json())
        self.assertEqual("restored", restored["sessions"][0]["files"][0]["outcome"])
        self.check("verify", self.csb("verify", "--json").json())
        self.check("verify", self.csb("verify", "--quick", "--json").json())
        self.check("maintain", self.csb("maintain", "--json").json())

    def test_before_the_first_backup(self):
        self.assertEqual([], self.check("list", self.csb("list", "--json").json())["sessions"])
        self.check("status", self.csb("status", "--json", status=INCOMPLETE).json())


if __name__ == "__main__":
    main()
