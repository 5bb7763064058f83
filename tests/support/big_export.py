"""Writes an official export as large as wanted, invented, without ever holding it.

    python3 big_export.py OUT.zip MEGABYTES [LARGEST_CHAT_MEGABYTES]

OUT.zip holds users.json and a conversations.json of about so many megabytes: chats of some 50 kB, the last one as
large as is said. The same arguments give the same bytes.
"""
import json
import random
import sys
import uuid
import zipfile

MB = 1000 * 1000
ACCOUNT = "6457b7f5-1b4d-4f1a-92b8-83c13da7b096"
WORDS = ("steel sword falafel posse balisong payphone sleep energy plasma circuit lattice harbour kernel mutex graph "
         "vector tensor cache latency archive ledger orchard violin marble größe naïve \u65e5\u672c\u8a9e").split()
EPOCH = (1990, 1, 1, 0, 0, 0)


def identity(number):
    return str(uuid.UUID(int=number + (4 << 76) + (8 << 60)))


def stamp(number):
    return "2026-%02d-%02dT%02d:%02d:00.000000Z" % (1 + number // 28 % 12, 1 + number % 28, number % 24, number % 60)


class Chats:
    """JSON of chats; texts are cut from one long text at places that a seeded dice says."""

    def __init__(self):
        self.dice = random.Random(7)
        self.text = " ".join(self.dice.choice(WORDS) for _ in range(200_000))   # nothing in it needs an escape

    def message(self, chat, number, length):
        said = []
        for left in range(length, 0, -10_000):
            at = self.dice.randrange(len(self.text) - 10_000)
            said.append(self.text[at:at + min(left, 10_000)])
        sender = "assistant" if number % 2 else "human"
        text = '\\n\\"x\\" \\ud83d\\ude00 '.join(said)
        return ('{"uuid":"%s","text":"","content":[{"start_timestamp":"%s","type":"text","text":"%s","citations":[]}],'
                '"sender":"%s","created_at":"%s","updated_at":"%s","attachments":[],"files":[],'
                '"parent_message_uuid":"%s"}' % (
                    identity(chat * 100_000 + number), stamp(chat), text, sender, stamp(chat), stamp(chat),
                    identity(chat * 100_000 + number - 1) if number else "00000000-0000-4000-8000-000000000000"))

    def chat(self, number, megabytes=0):
        """-> pieces"""
        yield ('{"uuid":"%s","name":"chat %d","summary":"","created_at":"%s","updated_at":"%s","account":{"uuid":"%s"},'
               '"chat_messages":[' % (identity(number), number, stamp(number), stamp(number), ACCOUNT))
        count = megabytes or 10
        for each in range(count):
            yield ("," if each else "") + self.message(number, each, MB if megabytes else self.dice.randrange(1000, 9000))
        yield "]}"


def write(path, megabytes, largest=0):
    """@return how many chats it holds"""
    chats, number, written = Chats(), 0, 0
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr(zipfile.ZipInfo("users.json", EPOCH), json.dumps(
            [{"uuid": ACCOUNT, "full_name": "Ada", "email_address": "ada@example.invalid", "verified_phone_number": None}]))
        entry = zipfile.ZipInfo("conversations.json", EPOCH)
        entry.compress_type = zipfile.ZIP_DEFLATED
        with archive.open(entry, "w", force_zip64=True) as out:
            out.write(b"[")
            while written < (megabytes - largest) * MB:
                number += 1
                pieces = "".join(chats.chat(number)).encode()
                out.write((b",\n" if number > 1 else b"") + pieces)
                written += len(pieces)
            if largest:
                number += 1
                out.write(b",\n")
                for piece in chats.chat(number, largest):
                    out.write(piece.encode())
            out.write(b"]")
    return number


if __name__ == "__main__":
    print(write(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 0))
