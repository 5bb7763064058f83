#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include "csb/app/schedule.hpp"
#include "csb/util/error.hpp"
#include "csb/util/fd.hpp"
#include "csb/util/fs.hpp"
#include "schedule_backend.hpp"
#include "support/catch.hpp"

using namespace csb;
using app::Scheduler;

namespace {

/// Everything that needs care in some scheduler's quoting.
app::SchedulePlan odd_plan(unsigned interval) {
  return {.command = {"/usr/bin/env", "CSB_HOME=/home/ada/100% \"mine\" & <yours>/$HOME",
                      "/opt/it's here/csb", "schedule", "run", "--store", "C:\\x\\"},
          .interval = interval,
          .distribution = "Debian GNU",
          .hour = 13,
          .minute = 47};
}

std::string all_of(Scheduler scheduler, const app::SchedulePlan& plan) {
  std::string text;
  for (const app::ScheduleFile& file : app::schedule_files(scheduler, plan))
    text += "=== " + file.name + "\n" + file.text;
  return text;
}

}  // namespace

TEST_CASE("the files of each scheduler are as on record") {
  for (const Scheduler scheduler :
       {Scheduler::systemd, Scheduler::cron, Scheduler::launchd, Scheduler::task_scheduler}) {
    std::string text;
    for (const unsigned interval : {1U, 15U, 60U, 240U, 1440U}) text += all_of(scheduler, odd_plan(interval));
    const std::string name =
        std::string(CSB_GOLDEN) + "/schedule-" + std::string(to_string(scheduler)) + ".txt";
    // To put a wanted change on record: CSB_TEST_RECORD=1.
    if (std::getenv("CSB_TEST_RECORD") != nullptr) fs::write_file_atomically(name, text, 0644);
    INFO(name);
    CHECK(text == read_file(name));
  }
}

TEST_CASE("only intervals that every scheduler can keep are taken") {
  std::vector<unsigned> good;
  for (unsigned minutes = 0; minutes <= 3000; ++minutes) {
    try {
      app::require_interval(minutes);
      good.push_back(minutes);
    } catch (const Error& error) {
      CHECK(error.code() == ErrorCode::usage);
    }
  }
  CHECK(good ==
        std::vector<unsigned>{1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30, 60, 120, 180, 240, 360, 480, 720, 1440});
}

TEST_CASE("csb's block comes and goes in any crontab, and nothing else changes") {
  const std::string line = "7 * * * * /usr/bin/csb schedule run\n",
                    other = "9 * * * * /usr/bin/csb schedule run\n";
  std::mt19937 random(7);
  const std::vector<std::string> pieces{"",
                                        "\n",
                                        "# a comment\n",
                                        "MAILTO=ada\n",
                                        "0 5 * * 1 tar -zcf /x \\% %y\n",
                                        "\t \n",
                                        "# >>> conda >>>\n",
                                        "\xff\xfe\n",
                                        "no end"};
  for (int round = 0; round < 2000; ++round) {
    std::string crontab;
    for (std::size_t i = random() % 5; i > 0; --i) crontab += pieces[random() % pieces.size()];
    const bool exists = !crontab.empty() || random() % 2 == 0;
    INFO(crontab);
    const std::string with = app::with_cron_block(crontab, exists, line);
    CHECK(app::cron_block_line(with) == line);
    CHECK(app::with_cron_block(with, true, line) == with);
    CHECK(app::is_only_cron_block(with) == !exists);
    CHECK(app::with_cron_block(with, true, {}) == crontab);
    // A new line in the same place; lines that others add stay.
    const std::string changed = app::with_cron_block("# before\n" + with + "# after\n", true, other);
    CHECK(app::cron_block_line(changed) == other);
    CHECK_FALSE(app::is_only_cron_block(changed));
    const std::string left = app::with_cron_block(changed, true, {});
    const bool ended = crontab.empty() || crontab.ends_with('\n');
    CHECK(left == "# before\n" + crontab + (ended ? "" : "\n") + "# after\n");
  }
}

TEST_CASE("a block whose marks are damaged is left alone") {
  const std::string with = app::with_cron_block("a\n", true, "7 * * * * x\n");
  const std::string cut = with.substr(0, with.find("# <<<"));
  CHECK_THROWS_AS(app::with_cron_block(cut, true, "x\n"), Error);
  CHECK_THROWS_AS(app::with_cron_block(cut, true, {}), Error);
  CHECK(app::cron_block_line("# no block\n").empty());
}
