"""csb tree: the forest of forks."""
import os

import json_schema
from harness import NOT_FOUND, USAGE, CsbTest, main


class Tree(CsbTest):
    def fork(self, parent, title=None, **kw):
        """What /branch makes: a session whose rows name its parent."""
        session = self.tree.session(prompts=0, title=title, **kw)
        parent_id = parent if isinstance(parent, str) else parent.id
        self.tree.tick(60)
        session.add(session.envelope("user", message={"role": "user", "content": "go on from there"},
                                     forkedFrom={"sessionId": parent_id, "messageUuid": self.tree.session_id(999)}))
        session.turn()
        return session

    def document(self, *args, **kw):
        return self.csb("tree", "--json", *args, **kw).json()

    def shape(self, *args, **kw):
        """-> [(id, [children…])], the trees in order"""
        def of(node):
            return (node["id"], [of(child) for child in node["children"]])
        return [of(tree) for tree in self.document(*args, **kw)["trees"]]

    def test_families(self):
        root = self.tree.session(title="root")
        left, right = self.fork(root, "left"), self.fork(root, "right")
        leaf = self.fork(left, "leaf")
        alone = self.tree.session(title="alone")
        self.backup()
        document = self.document()
        self.assertEqual([], json_schema.complaints(document, json_schema.load("tree")))
        self.assertEqual([(root.id, [(left.id, [(leaf.id, [])]), (right.id, [])])], self.shape())
        self.assertEqual((1, 4, 1), (document["trees_matched"], document["sessions"], document["never_forked"]))
        self.assertIn((alone.id, []), self.shape("--orphans"))
        text = self.csb("tree")
        self.assertIn("├─ left", text.out)
        self.assertIn("│  └─ leaf", text.out)
        self.assertIn("└─ right", text.out)
        self.assertIn("1 tree | 4 sessions | 1 never forked (--orphans lists them)", text.err)
        ascii_text = self.csb("tree", "--ascii").out
        self.assertIn("|- left", ascii_text)
        ascii_text.encode("ascii")

    def test_filters_mark_and_confine(self):
        root = self.tree.session(title="root", cwd="/home/ada/one")
        left, right = self.fork(root, "left", cwd="/home/ada/one"), self.fork(root, "right", cwd="/home/ada/two")
        leaf = self.fork(left, "leaf", cwd="/home/ada/one")
        other = self.tree.session(title="other")
        self.fork(other, "another")
        self.backup()
        self.assertEqual([root.id], [t[0] for t in self.shape("LEFT")])
        self.assertIn("* left", self.csb("tree", "left").out)
        self.assertEqual([(root.id, [(left.id, [(leaf.id, [])])])], self.shape("left", "--lineage"))
        self.assertEqual([(left.id, [(leaf.id, [])])], self.shape("--root", left.id[:8]))
        self.assertEqual([(left.id, [(leaf.id, [])])], self.shape("--root", left.id, "leaf"))
        self.assertEqual([], self.shape("--root", left.id, "right", status=NOT_FOUND))
        matched = [c["id"] for c in self.document("/home/ada/two")["trees"][0]["children"] if c["matched"]]
        self.assertEqual([right.id], matched)
        self.assertEqual([], self.shape("no such thing", status=NOT_FOUND))
        self.assertEqual([root.id], [t[0] for t in self.shape("-E", "^le(ft|af)$")])
        self.assertEqual([root.id], [t[0] for t in self.shape("-s", "left")])
        self.assertEqual([], self.shape("-s", "LEFT", status=NOT_FOUND))
        self.assertEqual([], self.shape("l.ft", status=NOT_FOUND))
        self.csb("tree", "-E", "(", status=USAGE)
        self.csb("tree", "--root", "ffff0000", status=NOT_FOUND)
        self.csb("tree", "/a", "/b", status=USAGE)

    def test_purged_and_unknown_ancestors(self):
        phantom = self.tree.session_id(500)
        one, two = self.fork(phantom, "one"), self.fork(phantom, "two")
        grandparent = self.tree.session(title="grandparent")
        parent = self.fork(grandparent, "parent")
        child = self.fork(parent, "child")
        lost_leaf = self.fork(child, "lost leaf")
        self.backup()
        for session in (grandparent, parent, lost_leaf):
            session.delete()
        self.backup()
        shape = dict(self.shape())
        self.assertEqual({phantom: [(one.id, []), (two.id, [])], grandparent.id: [(parent.id, [(child.id, [])])]}, shape)
        text = self.csb("tree").out
        self.assertIn("[purged] grandparent", text)
        self.assertIn("[never archived]", text)
        self.assertNotIn("lost leaf", text)
        self.assertIn("lost leaf", self.csb("tree", "--deleted").out)
        self.assertEqual([grandparent.id], [t[0] for t in self.shape("--deleted", "only")])
        self.assertEqual([(phantom, [(one.id, []), (two.id, [])])], self.shape("--root", phantom))

    def test_cycles_are_cut(self):
        ids = [self.tree.session_id(n) for n in (700, 701, 702)]
        for n in range(3):
            self.fork(ids[(n + 1) % 3], "c%d" % n, id=ids[n])
        own = self.tree.session_id(710)
        self.fork(own, "own", id=own)
        self.backup()
        result = self.csb("tree")
        self.assertIn("its own ancestor", result.err)
        nodes = []
        def walk(node):
            nodes.append(node["id"])
            for child in node["children"]:
                walk(child)
        for tree in self.document("--orphans")["trees"]:
            walk(tree)
        self.assertEqual(sorted(ids + [own]), sorted(nodes))

    def test_large_families_are_cut_but_never_their_matches(self):
        root = self.tree.session(title="root")
        forks = [self.fork(root, "fork %d" % n) for n in range(12)]
        needle = self.fork(forks[11], "needle")
        self.backup()
        tree = self.document("--max-nodes", "5")["trees"][0]
        self.assertEqual((4, 9), (len(tree["children"]), tree["elided"]))
        self.assertIn("9 more", self.csb("tree", "--max-nodes", "5").out)
        tree = self.document("--max-nodes", "3", "needle")["trees"][0]
        self.assertEqual([forks[11].id], [c["id"] for c in tree["children"]])
        self.assertEqual(needle.id, tree["children"][0]["children"][0]["id"])
        self.assertEqual(12, len(self.document("--max-nodes", "0")["trees"][0]["children"]))

    def test_order_limit_and_details(self):
        for name in ("old", "new"):
            root = self.tree.session(title=name)
            self.fork(root, name + " fork")
        self.backup()
        titles = lambda *args: [t["session"]["title"] for t in self.document(*args)["trees"]]
        self.assertEqual(["new", "old"], titles())
        self.assertEqual(["old", "new"], titles("--sort", "oldest"))
        self.assertEqual(["new"], titles("-n", "1"))
        self.assertIn("1 of 2 trees", self.csb("tree", "-n", "1").err)
        full = self.csb("tree", "-ff", "-u").out
        self.assertIn(root.id, full)
        self.assertIn("question 1", full)
        self.assertIn("4 messages", full)

    def test_a_chain_deeper_than_is_drawn(self):
        before = self.tree.session(title="first")
        for n in range(250):
            session = self.tree.session(prompts=0)
            row = session.envelope("user", message={"role": "user", "content": "x"},
                                   forkedFrom={"sessionId": before.id, "messageUuid": before.id})
            session.add(row)
            before = session
        self.backup()
        document = self.document("--max-nodes", "0")
        depth, node = 0, document["trees"][0]
        while node["children"]:
            depth, node = depth + 1, node["children"][0]
        self.assertEqual((199, 51), (depth, node["elided"]))

    def test_nothing(self):
        self.assertIn("nothing is stored yet", self.csb("tree").err)


if __name__ == "__main__":
    main()
