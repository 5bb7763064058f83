"""The pages that hold measured figures: a script replaces what stands between its two markers, and nothing else."""
import os
import platform
import shutil
import subprocess
import time

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")


def machine(*others):
    """One line that says on what this was measured, with the versions of the other programs. -> text"""
    cpu = platform.processor() or platform.machine()
    if os.path.exists("/proc/cpuinfo"):
        with open("/proc/cpuinfo", encoding="utf-8") as f:
            cpu = next((line.split(":")[1].strip() for line in f if line.startswith("model name")), cpu)
    versions = []
    for name in others:
        if shutil.which(name):
            said = subprocess.run([name, "version" if name == "restic" else "--version"],
                                  capture_output=True, text=True).stdout.split()
            versions.append(" ".join(said[:3] if name == "git" else said[:2]))
    return "; ".join(filter(None, ["%d × %s, %s" % (os.cpu_count(), cpu, platform.system()), ", ".join(versions),
                                   time.strftime("%Y-%m-%d")]))


def split(page, name, script):
    """-> what the page (a path in the project) has up to and with its first marker, and from its second one on

    @throws SystemExit when it has none: worth asking before a long measurement
    """
    with open(os.path.join(TOP, page), encoding="utf-8") as f:
        whole = f.read()
    begin, end = "<!-- %s:begin (written by tests/bench/%s --write) -->" % (name, script), "<!-- %s:end -->" % name
    head, found, rest = whole.partition(begin)
    if not found or end not in rest:
        raise SystemExit("%s has no place for it: add the lines\n%s\n%s" % (page, begin, end))
    return head + begin, end + rest.split(end, 1)[1]


def write(page, name, script, text):
    """Puts `text` between the two markers."""
    head, tail = split(page, name, script)
    with open(os.path.join(TOP, page), "w", encoding="utf-8") as f:
        f.write(head + "\n" + text + "\n" + tail)
