"""A build without libcurl or libzip: what is configured, and that none of it is compiled. Nothing is built here: the
program unit_source_claude_ai_without_parts links the same stand-ins."""
import json
import os
import shutil
import subprocess
import tempfile
import unittest

TOP = os.path.realpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
LAYER = TOP + "/src/source/claude_ai/"
WITH_CURL = {"curl.cpp", "fetcher.cpp", "http.cpp", "jobs.cpp", "listing.cpp", "sync.cpp", "sync_chats.cpp",
             "sync_extras.cpp"}


class Parts(unittest.TestCase):
    def configured(self, *options):
        """-> ({name of each source of the layer: its command}, what CMake said)"""
        build = tempfile.mkdtemp(prefix="csb-parts.")
        self.addCleanup(shutil.rmtree, build)
        done = subprocess.run([os.environ.get("CMAKE_COMMAND", "cmake"), "-G", "Ninja", "-S", TOP, "-B", build,
                               "-DCSB_BUILD_TESTS=OFF", *options],
                              capture_output=True, text=True)
        self.assertEqual(0, done.returncode, done.stderr)
        with open(os.path.join(build, "compile_commands.json"), encoding="utf-8") as f:
            commands = {c["file"]: c["command"] for c in json.load(f)}
        self.assertIn(TOP + "/src/cli/main.cpp", commands)
        return {path[len(LAYER):]: command for path, command in commands.items() if path.startswith(LAYER)}, done.stdout

    def test_without_both(self):
        sources, said = self.configured("-DCSB_WITH_CHATS=OFF", "-DCSB_WITH_ZIP=OFF")
        self.assertTrue({"no_sync.cpp", "no_zip.cpp", "import.cpp", "key.cpp"} <= set(sources))
        self.assertFalse(set(sources) & (WITH_CURL | {"zip_files.cpp"}))
        self.assertFalse([name for name, command in sources.items() if "CSB_LIBZIP" in command])
        self.assertIn("without fetching of claude.ai chats (libcurl)", said)
        self.assertIn("without reading of zipped claude.ai exports (libzip)", said)

    def test_what_is_not_installed_is_left_out_by_itself(self):
        """As on a machine without the development packages: CMake finds no headers."""
        sources, said = self.configured("-DCSB_CURL_INCLUDE=", "-DCSB_ZIP_INCLUDE=")
        self.assertTrue({"no_sync.cpp", "no_zip.cpp"} <= set(sources), said)
        self.assertFalse(set(sources) & (WITH_CURL | {"zip_files.cpp"}))


if __name__ == "__main__":
    unittest.main()
