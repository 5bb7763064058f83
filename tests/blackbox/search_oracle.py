"""What a search must find, by reading everything in the plainest way. Knows nothing of csb's code."""
import glob
import json
import os
import re

TITLES = {"custom-title": "customTitle", "agent-name": "agentName", "ai-title": "aiTitle", "summary": "summary"}


def strings(value):
    """The texts in a value, names left out."""
    if isinstance(value, str):
        return [value] if value else []
    if isinstance(value, dict):
        value = list(value.values())
    return [s for v in value for s in strings(v)] if isinstance(value, list) else []


def blocks(role, content):
    """-> (kind, text) of the content of a message"""
    if isinstance(content, str):
        return [(role, content)]
    found = []
    for block in content if isinstance(content, list) else []:
        kind = block.get("type")
        if kind == "text":
            found.append((role, block["text"]))
        elif kind == "thinking":
            found.append(("thinking", block["thinking"]))
        elif kind == "tool_use":
            found.append(("tool-input", "\n".join(strings(block["input"]))))
        elif kind == "tool_result":
            content = block["content"]
            found.append(("tool-output", content if isinstance(content, str) else
                          "\n".join(b["text"] for b in content if "text" in b)))
    return found


def texts_of_row(row):
    kind = row.get("type")
    if kind in TITLES:
        return [("title", row[TITLES[kind]])]
    if kind in ("user", "assistant"):
        role = "answer" if kind == "assistant" else "client" if row.get("isMeta") or row.get("isSidechain") or \
            row.get("isCompactSummary") else "prompt"
        return blocks(role, (row.get("message") or {}).get("content"))
    if kind == "system" and isinstance(row.get("content"), str):
        return [("notice", row["content"])]
    attachment = row.get("attachment") or {}
    if kind == "attachment" and attachment.get("type") == "file":
        return [("attachment", attachment["filename"] + "\n" + attachment["content"]["file"]["content"])]
    return []


def documents(claude):
    """Every text beneath a config directory. -> {(session, message id or "", kind, text)}"""
    found = set()
    for path in glob.glob(os.path.join(claude, "projects", "*", "**", "*"), recursive=True):
        parts = os.path.relpath(path, os.path.join(claude, "projects")).split(os.sep)
        if not os.path.isfile(path) or len(parts) < 2:
            continue
        session = parts[1][:36]
        with open(path, "rb") as file:
            data = file.read()
        if "tool-results" in parts:
            found.add((session, "", "file", data.decode("utf-8", "replace")))
        elif path.endswith(".jsonl"):
            for line in data.split(b"\n"):
                try:
                    row = json.loads(line.decode("utf-8", "replace"))
                except ValueError:
                    continue
                if isinstance(row, dict):
                    for kind, text in texts_of_row(row):
                        if text:
                            found.add((session, row.get("uuid", ""), kind, text))
    return found


def pattern(term, regex=False, substring=False, case=False):
    """The meaning of a term, as the help of csb search gives it."""
    flags = 0 if case else re.IGNORECASE
    if regex:
        return re.compile(term, flags | re.MULTILINE)
    core = r"\s+".join(re.escape(part) for part in re.split(r"\s+", term))
    if not substring:
        last = re.search(r"[^\W_]*$", term).group()
        core = (r"(?<![^\W_])" if re.match(r"[^\W_]", term) else "") + core
        core += r"(?![^\W_])" if 0 < len(last) < 3 else ""
    return re.compile(core, flags)


def sessions(docs, term, **how):
    wanted = pattern(term, **how)
    return {session for session, _, _, text in docs if wanted.search(text)}


def messages(docs, term, kinds=None, **how):
    """Hits in conversations: shared messages once. -> {(message, kind, text)}"""
    wanted = pattern(term, **how)
    return {(uuid or session, kind, text) for session, uuid, kind, text in docs
            if kind != "file" and (kinds is None or kind in kinds) and wanted.search(text)}
