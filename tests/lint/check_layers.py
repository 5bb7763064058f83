#!/usr/bin/env python3
"""Layers: util <- model <- {scan, transcript, archive, catalogue, source/*} <- app <- cli.

A layer includes itself and those beneath it. Siblings of the middle row do not include one another,
except that a source may use scan (its policy is the walk's). CMake's link lines say the same; this says it
for headers as well, and names the line.
"""
import os

from source_tree import cpp_files, includes, layer_of, run

BASE = {"util", "model"}
MIDDLE = {"scan", "transcript", "archive", "catalogue"}


def allowed(layer):
    """The layers that `layer` may include, itself left out; None when there is no such layer."""
    if layer == "util":
        return set()
    if layer == "model":
        return {"util"}
    if layer in MIDDLE:
        return BASE
    if layer == "source":   # what all sources have in common
        return BASE | {"scan"}
    if layer.startswith("source/"):
        return BASE | {"scan", "source"}
    if layer == "app":
        return BASE | MIDDLE | {"source"}
    if layer == "cli":
        return BASE | MIDDLE | {"source", "app"}
    return None


def target_of(root, path, name):
    """The product file that `#include "name"` in `path` means, relative to root; None when it is none."""
    for candidate in (os.path.join(os.path.dirname(path), name), os.path.join("src", name),
                      os.path.join("include", name)):
        if os.path.isfile(os.path.join(root, candidate)):
            return os.path.normpath(candidate)
    return None


def check(root):
    violations = []
    for path in cpp_files(root):
        layer = layer_of(path)
        may = allowed(layer)
        if may is None:
            violations.append("%s:1: no such layer: %s" % (path, layer))
            continue
        for line, _, name in includes(root, path):
            target = target_of(root, path, name)
            if name.startswith("csb/") and not target:
                violations.append("%s:%d: no such header: %s" % (path, line, name))
            if not target:
                continue
            other = layer_of(target)
            beneath = other and layer in ("app", "cli") and other.split("/")[0] in may
            if other and other != layer and other not in may and not beneath:
                violations.append("%s:%d: layer %s may not include %s (%s)" % (path, line, layer, other, name))
            if path.startswith("include" + os.sep) and target.startswith("src" + os.sep):
                violations.append("%s:%d: a public header includes a private one (%s)" % (path, line, name))
    return violations


if __name__ == "__main__":
    run(check)
