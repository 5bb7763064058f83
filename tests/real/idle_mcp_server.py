"""An MCP server that has nothing to offer, over standard input and output: what any server costs the client."""
import json
import signal
import sys

signal.signal(signal.SIGINT, signal.SIG_DFL)      # ends at once, and without a traceback
for line in sys.stdin:
    request = json.loads(line)
    if "id" not in request:
        continue
    answer = {"error": {"code": -32601, "message": "no such method"}}
    if request["method"] == "initialize":
        answer = {"result": {"protocolVersion": request["params"]["protocolVersion"], "capabilities": {"tools": {}},
                             "serverInfo": {"name": "idle", "version": "1"}}}
    elif request["method"] == "tools/list":
        answer = {"result": {"tools": []}}
    print(json.dumps({"jsonrpc": "2.0", "id": request["id"], **answer}), flush=True)
