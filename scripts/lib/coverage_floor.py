"""Lines reached in each layer, of gcovr's summary (JSON); exit 1 when a layer is below its floor."""
import json
import sys

# (name, files by the beginning of their path, floor in percent)
LAYERS = (("util", ("src/util/",), 85), ("model", ("src/model/",), 85), ("scan", ("src/scan/",), 85),
          ("transcript", ("src/transcript/",), 97), ("archive", ("src/archive/",), 94),
          ("catalogue", ("src/catalogue/",), 92), ("source", ("src/source/",), 80),
          ("restore", ("src/app/restore",), 90), ("app", ("src/app/",), 85), ("cli", ("src/cli/",), 80))


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
