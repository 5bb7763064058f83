"""Crafted transcripts: three for each way in which a transcript can be bad, and what must be found in them all the same.

Each is (name, content, expected): the content as bytes or, for huge ones, as an iterator of pieces; of a session
`expected` names what csb must say. A bad row counts as one bad row, and every other row counts fully.
"""
import json

ID = "11111111-2222-4333-8444-%012d"
MB = 1 << 20


class Maker:
    """Rows of one session."""

    def __init__(self, number):
        self.id, self.rows = ID % number, 0

    def row(self, kind, message, **more):
        self.rows += 1
        row = {"parentUuid": None, "isSidechain": False, "type": kind, "message": message,
               "uuid": "99999999-0000-4000-8000-%012d" % self.rows, "timestamp": "2026-11-20T10:%02d:00.000Z" % self.rows,
               "userType": "external", "cwd": "/home/ada/engine", "sessionId": self.id, "version": "2.1.329",
               "gitBranch": "main"}
        row.update(more)
        return json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")

    def ask(self, text="a question", **more):
        return self.row("user", {"role": "user", "content": text}, **more)

    def tell(self, text="an answer", **more):
        return self.row("assistant", {"id": "msg_%s_%d" % (self.id, self.rows), "role": "assistant",
                                      "model": "claude-opus-5-5", "content": [{"type": "text", "text": text}],
                                      "usage": {"input_tokens": 3, "output_tokens": 5}}, **more)

    def call(self):
        return self.row("assistant", {"id": "msg_%s_%d" % (self.id, self.rows), "model": "claude-opus-5-5", "content": [
            {"type": "tool_use", "id": "t", "name": "Read", "input": {"file_path": "/home/ada/engine/x.c"}}]})


def lines(*rows):
    return b"".join(row + b"\n" for row in rows)


def torn_tails(m):
    first, second = lines(m.ask("first"), m.tell()), m.ask("the torn one")
    good = {"messages": 2, "prompts": 1, "bad_rows": 0}
    yield "in-text", first + second[:second.index(b"torn")], good
    yield "no-newline", first + second, good   # it may be the beginning of more
    yield "in-character", first + m.ask("caf\u00e9 \u65e5")[:-1].split("\u65e5".encode())[0] + b"\xe6\x97", good


def torn_middles(m):
    whole, next_one = m.ask("to be torn"), m.tell("glued on")
    good = {"messages": 2, "prompts": 1, "bad_rows": 1}
    yield "in-text", lines(m.ask("first"), whole[:whole.index(b"torn")] + next_one, m.tell()), good
    yield "between-fields", lines(m.ask("first"), whole[:whole.index(b"\"uuid\"")] + next_one, m.tell()), good
    yield "before-the-last-byte", lines(m.ask("first"), whole[:-1] + next_one, m.tell()), good


def nul_runs(m):
    good = {"messages": 2, "prompts": 1, "bad_rows": 1}
    yield "a-line-of-them", lines(m.ask("first"), b"\0" * 5000, m.tell()), good
    yield "in-the-middle", lines(m.ask("first"), m.ask("x" * 90)[:200] + b"\0" * 4096 + m.ask("y")[100:], m.tell()), good
    # A power cut: blocks that were never written, over line ends too.
    yield "over-line-ends", lines(m.ask("first"), m.ask()[:50] + b"\0" * (1 * MB) + m.ask()[70:], m.tell()), good


def lone_surrogates(m):
    def escaped(text):
        return m.ask("@@").replace(b"@@", text)
    good = {"messages": 3, "prompts": 2, "bad_rows": 0}
    yield "high", lines(m.ask("first"), escaped(b"half \\ud83c a flag"), m.tell()), good
    yield "low-and-twice", lines(m.ask("first"), escaped(b"\\udf0a\\ud83c\\ud83c"), m.tell()), good
    yield "raw-bytes", lines(m.ask("first"), m.ask("raw \ud83c half"), m.tell()), good


def invalid_utf8(m):
    def raw(text):
        return m.ask("@@").replace(b"@@", text)
    good = {"messages": 3, "prompts": 2, "bad_rows": 0}
    yield "latin-1", lines(m.ask("first"), raw(b"caf\xe9"), m.tell()), good
    yield "cut-and-overlong", lines(m.ask("first"), raw(b"\xe6\x97 \xc0\xaf \xf8\x88\x80\x80\x80"), m.tell()), good
    yield "every-byte", lines(m.ask("first"), raw(bytes(b for b in range(0x80, 0x100))), m.tell()), good


def not_objects(m):
    good = {"messages": 2, "prompts": 1}
    yield "arrays", lines(m.ask("first"), b"[]", b"[1,2,{\"type\":\"user\"}]", m.tell()), {**good, "bad_rows": 2}
    yield "scalars", lines(m.ask("first"), b"7", b"true", b"null", b"\"text\"", b"-0.5e9", m.tell()), {**good, "bad_rows": 5}
    yield "nothing-like-it", lines(m.ask("first"), b"}", b"hello", b"\xff\xfe\x00x", b"", b"  \t", m.tell()), {**good, "bad_rows": 3}


def odd_messages(m):
    good = {"bad_rows": 0, "prompts": 1}
    yield "null", lines(m.ask("first"), m.row("assistant", None), m.row("user", None), m.tell()), {**good, "messages": 4}
    yield "text-and-list", lines(m.ask("first"), m.row("assistant", "text"), m.row("user", [1, {}]), m.tell()), {**good, "messages": 4}
    yield "odd-content", lines(m.ask("first"), m.row("assistant", {"content": None, "model": 7, "usage": "x", "id": []}),
                               m.row("user", {"content": [None, 3, "x", [], {"type": None}]}), m.tell()), {**good, "messages": 4}


def deep_nesting(m):
    depth = 100_000
    good = {"messages": 2, "prompts": 1}
    yield "balanced", lines(m.ask("first"), b'{"a":' + b"[" * depth + b"]" * depth + b"}", m.tell()), {**good, "bad_rows": 0}
    yield "open", lines(m.ask("first"), b'{"a":' * depth, m.tell()), {**good, "bad_rows": 1}
    yield "in-a-message", lines(m.ask("first"), b'{"type":"assistant","message":{"content":' + b'[{"input":' * depth +
                                b"1" + b"}]" * depth + b"}}", m.tell()), {**good, "messages": 3, "bad_rows": 0}


def same_uuids(m):
    ask, tell = m.ask("first"), m.tell()
    yield "replayed-whole", lines(ask, tell) * 3, {"messages": 6, "prompts": 3, "bad_rows": 0, "answers": 1}
    yield "replayed-behind-a-tear", lines(ask, tell, ask[:80] + tell, ask, tell), {"messages": 4, "bad_rows": 1, "answers": 1}
    yield "one-uuid-for-all", lines(*(m.ask("q", uuid="same") for _ in range(5)), tell, tell), {"messages": 7, "bad_rows": 0, "answers": 1}


def long_lines(m):
    text = 12_800_000
    yield "one-prompt", lines(m.ask("x" * text), m.tell()), {"messages": 2, "prompts": 1, "bad_rows": 0}
    row = m.row("user", {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t", "content": [
        {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "A" * text}}]}]})
    yield "an-image", lines(m.ask("first"), row, m.tell()), {"messages": 3, "prompts": 1, "bad_rows": 0}
    yield "many-escapes", lines(m.ask("first"), m.tell("\\\"\n" * (text // 6)), m.call()), {"messages": 3, "bad_rows": 0, "tool_calls": 1}


def huge_lines(m):
    """Of 100 MB: more than is parsed, skipped to the end."""
    def around(middle):
        yield lines(m.ask("first"))
        yield from middle
        yield b"\n" + lines(m.tell())
    good = {"messages": 2, "prompts": 1, "bad_rows": 1}
    whole = m.ask("@@").split(b"@@")
    yield "one-string", around([whole[0], *[b"x" * MB] * 100, whole[1]]), good
    yield "brackets", around([b"["] + [b"[" * MB] * 100), good
    yield "no-json-at-all", around([bytes(range(0x80, 0x100)) * (MB // 128)] * 100), good


HAZARDS = [torn_tails, torn_middles, nul_runs, lone_surrogates, invalid_utf8, not_objects, odd_messages, deep_nesting,
           same_uuids, long_lines, huge_lines]


def all_transcripts():
    """-> (hazard and name, session id, content, expected)"""
    number = 0
    for hazard in HAZARDS:
        for part in range(3):
            number += 1
            maker = Maker(number)
            name, content, expected = list(hazard(maker))[part]
            yield "%s/%s" % (hazard.__name__, name), maker.id, content, expected
