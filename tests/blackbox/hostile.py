"""A session that means harm to whoever reads it: scripts, fences, folds, terminal escapes, nesting, size."""

CANARY = "csb-canary"
SCRIPTS = (
    "<script>document.title='csb-canary'</script>",
    "<img src=x onerror=\"document.title='csb-canary'\">",
    "<svg/onload=document.title='csb-canary'>",
    "</script><script>document.title='csb-canary'</script>",
    "</style><script>document.title='csb-canary'</script>",
    "</title><script>document.title='csb-canary'</script>",
    "</pre></div></details></main><iframe srcdoc=\"<script>top.document.title='csb-canary'</script>\"></iframe>",
    "[x](javascript:document.title='csb-canary')",
    "<javascript:document.title='csb-canary'>",
    "\" onmouseover=\"document.title='csb-canary'\" x=\"",
    "' autofocus onfocus='document.title=1' y='",
    "<base href=https://example.invalid/><link rel=stylesheet href=//example.invalid/x.css>",
    "<meta http-equiv=refresh content='0;url=https://example.invalid/'>",
    "<form action=https://example.invalid/><input name=x></form>",
    "<!--", "--> <![CDATA[", "&lt;script&gt;", "<scr\x00ipt>alert(1)</scr\x00ipt>",
)
MARKDOWN = (
    "```\nnever closed\n<b>x</b>", "- a\n  ```\n<script>x</script>", "> ```\n</details>", "~~~~\n```\n~~~\n</details>",
    "</details></details>", "# You \u00b7 2026-01-01", "You\n===", "`\n` <script>y</script> `", "````", "``` ``` ```",
)
TERMINAL = ("\x1b]0;title\x07", "\x1b[2J\x1b[H", "\x9b31m", "\u202etxt.exe", "\u2066x\u2069", "\x08\x08\x7f", "a\rb", "\x1bP1$r\x1b\\")


def fill(session):
    """Adds to a session every text in every place a text can be in, and rows that break parsers."""
    number = 0
    for text in SCRIPTS + MARKDOWN + TERMINAL:
        number += 1
        session.tree.tick()
        tool = "toolu_%d" % number
        answer = session.answer(text)
        answer["message"]["content"] = [
            {"type": "thinking", "thinking": text, "signature": "x"}, {"type": "text", "text": text},
            {"type": "tool_use", "id": tool, "name": text, "input": {"command": text, text: text, "nested": [{"k": text}]}}]
        answer["message"]["model"] = text
        result = session.envelope("user", message={"role": "user", "content": [
            {"type": "tool_result", "tool_use_id": tool, "content": text, "is_error": number % 2 == 0}]})
        session.add(session.prompt(text), answer, result)
    session.rename(SCRIPTS[5])
    deep, steep = ('{"type":"assistant","uuid":"d","message":{"id":"m%s","role":"assistant","content":[{"type":"tool_use",'
                   '"id":"%s","name":"%s","input":%s}]}}\n' % (name, name, name, '{"a":%s}' % ("[" * depth + "]" * depth))
                   for name, depth in (("Deep", 100000), ("Steep", 200)))
    for row in (deep, steep, "[1,2]\n", "null\n", '{"type":"user","message":null}\n', '{"torn', "\n", "\0" * 5000 + "\n",
                '{"type":"user","message":{"role":"user","content":"half \\ud800 pair"}}\n'):
        session.tree.append(session.rel, row)
    session.tree.append(session.rel, b'{"type":"user","message":{"role":"user","content":"\xff\xfe invalid"}}\n')
    session.add(session.envelope("user", message={"role": "user", "content": "z" * (20 << 20)}))
    session.turn("the end", "is reached")
