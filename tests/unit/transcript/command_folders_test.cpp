// Which folders a command is taken to work in. What is uncertain is left out.
#include "transcript/command_folders.hpp"

#include "support/catch.hpp"
#include "transcript/folder_path.hpp"
#include "transcript/shell_words.hpp"

using namespace csb::transcript;

namespace {

/// "target | absolute … | relative …"
std::string folders(std::string_view command, std::string_view cwd = "/home/me/proj") {
  const CommandFolders found = folders_in_command(command, cwd);
  std::string text = found.target.value_or("-");
  for (const auto* list : {&found.absolute, &found.relative}) {
    text += " |";
    for (const std::string& folder : *list) text += ' ' + folder;
  }
  return text;
}

std::string main_folder(std::string_view command, std::string_view cwd = "/home/me/proj") {
  const CommandFolders found = folders_in_command(command, cwd);
  return found.main() != nullptr ? *found.main() : "";
}

std::string words(std::string_view command) {
  ShellWords reader(command);
  std::string text;
  for (ShellWords::Word word; reader.next(word);)
    text += (word.begins_command ? "^" : "") + word.text + (word.is_certain ? "" : "?") + ",";
  return text;
}

}  // namespace

TEST_CASE("a command is split as a shell would split it") {
  CHECK(words("ls -la  /a") == "^ls,-la,/a,");
  CHECK(words(R"(cat 'a b' "c \"d\" \x" e\ f)") == R"(^cat,a b,c "d" \x,e f,)");
  CHECK(words("a;b&&c||d|e&f\ng (h)") == "^a,^b,^c,^d,^e,^f,^g,^h,");
  CHECK(words("a > /x 2>&1 <y") == "^a,/x,2,^1,y,");
  CHECK(words("echo $HOME \"$x\" '$y' ~ a~ *.c {1,2}") == "^echo,$HOME?,$x?,$y,~?,a~,*.c?,{1,2}?,");
  CHECK(words("a # b c\nd") == "^a,^d,");
  CHECK(words("a \\\n b") == "^a,b,");
  CHECK(words("cat <<'EOF' > /x\n/home/no\n  EOF\nEOF\nls") == "^cat,/x,^ls,");
  CHECK(words("cat <<-E\n/no\n\tE\nls") == "^cat,^ls,");
  CHECK(words("cat <<E\n/no end") == "^cat,");
  CHECK(words("cat <<< /x") == "^cat,/x,");
  CHECK(words("'open") == "^open?,");
  CHECK(words("\"open") == "^open?,");
  CHECK(words("\\") == "^,");
  CHECK(words("").empty());
}

TEST_CASE("where a command changes to is where it works") {
  CHECK(folders("cd /a/my.proj && make") == "/a/my.proj | |");
  CHECK(folders("cd '/a/my proj' && ls") == "/a/my proj | |");
  CHECK(folders("cd /a/my\\ proj; ls") == "/a/my proj | |");
  CHECK(folders("cd \"/home/mé/日本\"") == "/home/mé/日本 | |");
  CHECK(folders("cd sub/dir && cd ..") == "/home/me/proj/sub/dir | | /home/me/proj/sub");
  CHECK(folders("cd ../other") == "/home/me/other | |");
  CHECK(folders("(cd x && make) && cd /b/c") == "/home/me/proj/x | /b/c |");
  CHECK(folders("pushd /a/b") == "/a/b | |");
  CHECK(folders("FOO=1 sudo cd /a/b") == "/a/b | |");
  CHECK(folders("cd -P /a/b") == "/a/b | |");
  CHECK(folders("cd /repo/.claude/worktrees/wt1 && git status") == "/repo/.claude/worktrees/wt1 | |");
  CHECK(main_folder("cd /a && cat /a/src/x.c /b/y.c", "/a") == "/a/src");
  CHECK(main_folder("cd sub && cat ./x.c ../lib/y.c") == "/home/me/proj/sub");
}

TEST_CASE("what cannot be told is left out") {
  for (const char* const command :
       {"cd -", "cd", "cd ~", "cd $X", "cd ~/x", "cd \"$(pwd)\"", "cd {a,b}", "cd `x`", "cd /", "cd ...",
        "cd 'a\tb'", "echo cd /home/me/x/", "cat '/home/me/x", "ls *.c", "cat /home/me/*.c"})
    CHECK(folders(command) == (std::string_view(command).starts_with("echo") ? "- | /home/me/x |" : "- | |"));
  // A later relative path has no place to be taken from.
  CHECK(folders("cd $X && cat ./a.c && cd sub") == "- | |");
  CHECK(folders("cd sub", "") == "- | |");
}

TEST_CASE("files named in a command count for their folders") {
  CHECK(folders("cat /home/me/proj/src/x.c") == "- | /home/me/proj/src |");
  CHECK(folders("cat \"/home/me/my proj/x.c\"") == "- | /home/me/my proj |");
  CHECK(folders("cp /tmp/a/x.txt /tmp/b/") == "- | /tmp/a /tmp/b |");
  CHECK(folders("ls /home/me/other") == "- | /home/me/other |");
  CHECK(folders("ls /home/me/other/x.c") == "- | /home/me/other |");
  CHECK(folders("git -C /home/me/my.repo log") == "- | /home/me/my.repo |");
  CHECK(folders("npm --prefix=/home/me/my.app test") == "- | /home/me/my.app |");
  CHECK(folders("find /home/me/my.dir -name x") == "- | /home/me/my.dir |");
  CHECK(folders("mkdir -p /home/me/new.d") == "- | /home/me/new.d |");
  CHECK(folders("grep x ./src/a.c > ../out.txt") == "- | | /home/me/proj/src /home/me");
  CHECK(folders("cat /a/b/x.c", "/a/my.proj") == "- | /a/b |");  // the root where it works already
  CHECK(folders("ls /a/my.proj", "/a/my.proj") == "- | /a/my.proj |");
  CHECK(main_folder("cat /home/me/x/a.c ./b.c") == "/home/me/x");
  CHECK(main_folder("git status").empty());
}

TEST_CASE("what only looks like a path makes no folder") {
  for (const char* const command :
       {"curl https://host/home/me/x.c", "sed s/home/me/x.c", "grep '/api/v1/users' x", "cat /etc/hosts",
        "/usr/bin/python3 -V", "echo > /dev/null", "git commit -m '/fix it/now'",
        "scp /home/x:/home/me/y.c b", "export P=/home/me/bin:/home/you/bin", "awk '/home/ {print}' f",
        "cat src/x.c", "cat /home/me.txt", "git checkout origin/main", "echo /home/me/.../x.c",
        "# cd /home/me/x", "PATH=/home/me/x/y.c make"})
    CHECK(folders(command) == "- | |");
}

TEST_CASE("an endless command costs no more than a long one") {
  std::string command;
  for (int i = 0; i < 100'000; ++i) command += "cat /home/me/d" + std::to_string(i) + "/x.c\n";
  CHECK(folders_in_command(command, "/home/me").absolute.size() == 64);
  CHECK(folders_in_command(std::string(10'000'000, '('), "").absolute.empty());
}

TEST_CASE("paths are made plain without a look at the disk") {
  CHECK(absolute_path("/a//b/./c/../d/", "") == "/a/b/d");
  CHECK(absolute_path("/../..", "") == "/");
  CHECK(absolute_path("x", "/a/b") == "/a/b/x");
  CHECK(absolute_path("..", "/a/b") == "/a");
  CHECK_FALSE(absolute_path("x", ""));
  CHECK_FALSE(absolute_path("x", "relative"));
  CHECK_FALSE(absolute_path("", "/a"));
  CHECK_FALSE(absolute_path("/a\nb", ""));
  CHECK_FALSE(absolute_path("/a/....", ""));
  CHECK_FALSE(absolute_path("/" + std::string(256, 'x'), ""));
  CHECK_FALSE(absolute_path(std::string(5000, '/'), ""));
  CHECK(folder_of("/a/b") == "/a");
  CHECK(folder_of("/a") == "/");
  CHECK(looks_like_file("/a/b.cpp"));
  CHECK_FALSE(looks_like_file("/a.d/b"));
  CHECK_FALSE(looks_like_file("/a/.hidden"));
  CHECK_FALSE(looks_like_file("/a/b."));
}
