"""Lines reached in each layer, of gcovr's summary (JSON); exit 1 when a layer is below its floor."""
import json
import sys

# (name, files by the beginning of their path, floor in percent)
LAYERS = (("util", ("src/util/",), 90), ("model", ("src/model/",), 96), ("scan", ("src/scan/",), 94),
          ("transcript", ("src/transcript/",), 97), ("archive", ("src/archive/",), 94),
          ("catalogue", ("src/catalogue/",), 96), ("source", ("src/source/",), 94),
          ("restore", ("src/app/restore",), 91), ("app", ("src/app/",), 91), ("cli", ("src/cli/",), 92))


def main(path):
    with open(path, encoding="utf-8") as f:
        files = json.load(f)["files"]
    low = []
    for name, beginnings, floor in LAYERS:
        chosen = [file for file in files if file["filename"].startswith(beginnings)]
        total, reached = (sum(file[key] for file in chosen) for key in ("line_total", "line_covered"))
        share = 100 * reached / total if total else 0
        print("%-11s %6d of %6d lines  %5.1f %%  (at least %d)" % (name, reached, total, share, floor))
        if share < floor:
            low.append(name)
    if low:
        print("below the floor: " + ", ".join(low))
    return 1 if low else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
