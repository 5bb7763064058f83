#include "csb/source/claude_code/hook_settings.hpp"

#include <nlohmann/json.hpp>

#include "csb/source/claude_code/json_edit.hpp"
#include "csb/util/error.hpp"
#include "csb/util/fd.hpp"
#include "support/catch.hpp"

using namespace csb;
using namespace csb::claude_code;
using Json = nlohmann::ordered_json;

namespace {

const std::string kProgram = "/home/ada/.local/bin/csb";
const std::vector<std::string> kAll{"SessionStart", "PreCompact", "Stop", "SubagentStop", "SessionEnd"};

}  // namespace

TEST_CASE("hooks come and go in settings of any style") {
  for (const std::string before :
       {"{\n\t\"model\": \"opus\"\n}", "{\r\n  \"a\": 1,\r\n  \"env\": {\"K\": \"v\"}\r\n}\r\n", "{\"a\":1}",
        "{\n  \"hooks\": {\n    \"Stop\": [\n      {\"hooks\": [{\"type\": \"command\", \"command\": "
        "\"mine\"}]}\n    ],\n"
        "    \"Other\": []\n  },\n  \"z\": null\n}\n"}) {
    INFO(before);
    const std::string with = with_hooks(before, kProgram);
    REQUIRE(is_json_object(with));
    CHECK(installed_hooks(with) == kAll);
    CHECK(with_hooks(with, kProgram) == with);
    CHECK(without_hooks(with) == before);
    // Another place of csb: the old lines go.
    const std::string moved = with_hooks(with, "/opt/it's here/csb");
    CHECK(moved.find(kProgram) == std::string::npos);
    CHECK(installed_hooks(moved) == kAll);
    CHECK(without_hooks(moved) == before);
  }
  CHECK(without_hooks(with_hooks("{}", kProgram)) == "{}");
  CHECK(without_hooks("{\"hooks\": {}}") == "{\"hooks\": {}}");
}

TEST_CASE("csb's command beside another's is taken out alone") {
  const std::string text =
      "{\"hooks\":{\"Stop\":[{\"hooks\":[{\"type\":\"command\",\"command\":\"mine\"},"
      "{\"type\":\"command\",\"command\":\"/usr/bin/csb\",\"args\":[\"hook\",\"Stop\"]}]}]}}";
  CHECK(installed_hooks(text) == std::vector<std::string>{"Stop"});
  CHECK(without_hooks(text) ==
        "{\"hooks\":{\"Stop\":[{\"hooks\":[{\"type\":\"command\",\"command\":\"mine\"}]}]}}");
}

TEST_CASE("odd shapes are not touched") {
  for (const char* odd : {"{\"hooks\": 1}", "{\"hooks\": {\"Stop\": {}}}", "{\"hooks\": []}"}) {
    CHECK(installed_hooks(odd).empty());
    CHECK_THROWS_AS(with_hooks(odd, kProgram), Error);
    CHECK(without_hooks(odd) == odd);
  }
  CHECK(installed_hooks(
            "{\"hooks\": {\"Stop\": [1, null, {\"hooks\": 5}, {\"hooks\": [[], {\"command\": 7}]}]}}")
            .empty());
}

TEST_CASE("the plugin makes them needless") {
  CHECK(is_plugin_enabled("{\"enabledPlugins\": {\"x@y\": true, \"csb@csb-market\": true}}"));
  CHECK_FALSE(is_plugin_enabled("{\"enabledPlugins\": {\"csb@m\": false, \"csb-x@m\": true}}"));
  CHECK_FALSE(is_plugin_enabled("{\"enabledPlugins\": [\"csb@m\"]}"));
  CHECK_FALSE(is_plugin_enabled("{}"));
}

TEST_CASE("the hooks are those of the snippet people may paste") {
  const Json snippet = Json::parse(read_file(CSB_HOOKS_SNIPPET))["hooks"];
  std::string as_pasted = snippet.dump();
  const Json written = Json::parse(with_hooks("{}", "HERE"))["hooks"];
  std::string as_written = written.dump();
  const std::string pasted_place = "csb=\\\"$HOME/.local/bin/csb\\\";", written_place = "csb='HERE';";
  for (auto at = as_pasted.find(pasted_place); at != std::string::npos; at = as_pasted.find(pasted_place))
    as_pasted.replace(at, pasted_place.size(), written_place);
  CHECK(Json::parse(as_pasted) == Json::parse(as_written));
}
