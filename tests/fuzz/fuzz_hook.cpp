// What a client writes to a hook, its settings file, and the other files of its that csb reads: any bytes.
#include <exception>
#include <string>
#include <vector>

#include "csb/source/claude_code/history.hpp"
#include "csb/source/claude_code/hook_input.hpp"
#include "csb/source/claude_code/hook_settings.hpp"
#include "csb/source/claude_code/json_edit.hpp"
#include "csb/source/claude_code/prices.hpp"
#include "csb/source/claude_code/python_sets.hpp"
#include "csb/util/error.hpp"
#include "csb/util/text.hpp"
#include "fuzz/input.hpp"

using namespace csb;
using namespace csb::claude_code;

namespace {

/// A settings file a person wrote: csb's hooks go in and out, and everything else means what it meant.
void edit(std::string_view text) {
  if (!is_json_object(text)) return;
  (void)is_plugin_enabled(text);
  std::string with;
  try {
    with = with_hooks(text, "/usr/bin/csb");
  } catch (const Error&) {
    return;  // "hooks" has another shape: left alone
  }
  CSB_CLAIM(is_json_object(with));
  CSB_CLAIM(installed_hooks(with) == hooked_events());
  CSB_CLAIM(with_hooks(with, "/usr/bin/csb") == with);
  const std::string without = without_hooks(with);
  CSB_CLAIM(is_json_object(without) && installed_hooks(without).empty());

  try {
    const std::string changed = json_set(text, {"cleanupPeriodDays"}, "400");
    CSB_CLAIM(is_json_object(changed) && json_at(changed, {"cleanupPeriodDays"}) == "400");
    const std::string removed = json_remove(changed, {"cleanupPeriodDays"});
    CSB_CLAIM(is_json_object(removed) && !json_at(removed, {"cleanupPeriodDays"}));
  } catch (const Error&) {
    CSB_CLAIM(false);  // at the outermost level nothing is in the way
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(fuzz::text_of(data, size));
  const HookInput input = parse_hook_input(text);
  if (input.session) CSB_CLAIM(SessionId::parse(input.session->text()).has_value());
  (void)is_whole_hook_input(text);
  edit(text);

  std::uint64_t whole = 0, pieces = 0;
  HistoryReader reader([&](const HistoryEntry&) { ++whole; });
  reader.feed(text);
  reader.finish();
  HistoryReader in_pieces([&](const HistoryEntry&) { ++pieces; });
  fuzz::hand_over_in_pieces(text, static_cast<std::uint32_t>(size), [&](auto piece) {
    in_pieces.feed({reinterpret_cast<const char*>(piece.data()), piece.size()});  // NOLINT: bytes as text
  });
  in_pieces.finish();
  CSB_CLAIM(whole == pieces && reader.bad_lines() == in_pieces.bad_lines());

  try {
    std::size_t skipped = 0;
    for (const PythonSet& set : read_python_sets(text, skipped)) CSB_CLAIM(is_valid_utf8(set.name));
  } catch (const Error&) {
    return 0;
  }
  try {
    Prices prices = Prices::built_in();
    prices.add(text, "prices");
    CSB_CLAIM(prices.find("claude-opus-5-5") != nullptr);
  } catch (const Error&) {
    return 0;
  }
  return 0;
}
