"""A claude.ai whose answers are made beforehand, so that what is measured is the program that fetches them.

The documents are those of tests/support/mock_claude_ai.py, which makes each when it is asked: several milliseconds
of Python. Here an answer is a look-up and a write. Prints {"base": URL} when it listens; GET /__stats says what
was asked for.
"""
import json
import os
import re
import socket
import sys
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import mock_claude_ai as mock  # noqa: E402

FULL = {"tree": ["True"], "rendering_mode": ["messages"], "render_all_tools": ["true"], "consistency": ["strong"]}
DETAIL = re.compile(rb"/api/organizations/[^/]+/chat_conversations/([0-9a-f-]{36})$")
LIMITS = re.compile(rb"limit=(\d+)&offset=(\d+)")


def dump(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def answer(status, body):
    return b"HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % (status, len(body)) + body


class Answers:
    def __init__(self, chats, megabytes):
        arguments = ["--chats", str(chats), "--api-orgs", "0", "--projects", "0"]
        world = mock.World(mock.build(arguments))
        (org,) = world.orgs
        self.key = mock.build(arguments).session_key.encode()
        self.account = answer(b"200 OK", dump(world.account_doc()))
        self.rows = [dump(world.summary(org, org["chats"][uuid])) for uuid in org["order"]]
        self.details = {}
        for at, uuid in enumerate(org["order"]):
            pad = megabytes * 1000 * 1000 if at + 1 == chats else 0
            self.details[uuid.encode()] = answer(b"200 OK", dump(world.detail(org, org["chats"][uuid], FULL, pad)))
        self.count = answer(b"200 OK", dump({"count": chats}))
        self.empty = answer(b"200 OK", b"[]")
        self.missing = answer(b"404 Not Found", dump({"type": "error", "error": {"type": "not_found_error"}}))
        self.refused = answer(b"403 Forbidden", dump({"type": "error", "error": {
            "type": "permission_error", "details": {"error_code": "account_session_invalid"}}}))
        self.asked = {"detail": 0, "list": 0, "other": 0}
        self.bytes = sum(map(len, self.details.values()))

    def to(self, head):
        target = head.split(b" ", 2)[1]
        path, _, query = target.partition(b"?")
        if path == b"/__stats":
            return answer(b"200 OK", dump({**self.asked, "bytes": self.bytes}))
        if b"sessionKey=" + self.key not in head:
            return self.refused
        detail = DETAIL.match(path)
        if detail:
            self.asked["detail"] += 1
            return self.details.get(detail.group(1), self.missing)
        if path.endswith(b"/chat_conversations_v2"):
            self.asked["list"] += 1
            limit, offset = map(int, LIMITS.search(query).groups())
            more = b"true" if offset + limit < len(self.rows) else b"false"
            return answer(b"200 OK", b'{"data":[%s],"has_more":%s,"search_incomplete":false}'
                          % (b",".join(self.rows[offset:offset + limit]), more))
        self.asked["other"] += 1
        return (self.account if path == b"/api/account" else self.count if path.endswith(b"/count_all")
                else self.empty if path.endswith(b"/projects") else self.missing)


def serve(connection, answers):
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    pending = b""
    with connection:
        while True:
            while b"\r\n\r\n" not in pending:
                piece = connection.recv(65536)
                if not piece:
                    return
                pending += piece
            head, _, pending = pending.partition(b"\r\n\r\n")
            connection.sendall(answers.to(head))


def main():
    answers = Answers(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0)
    listener = socket.create_server(("127.0.0.1", 0))
    print(json.dumps({"base": "http://127.0.0.1:%d" % listener.getsockname()[1], "key": answers.key.decode()}),
          flush=True)
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=serve, args=(connection, answers), daemon=True).start()


if __name__ == "__main__":
    main()
