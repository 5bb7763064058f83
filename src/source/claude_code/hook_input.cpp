#include "csb/source/claude_code/hook_input.hpp"

#include <cstddef>
#include <nlohmann/json.hpp>

namespace csb::claude_code {
namespace {

using Json = nlohmann::json;

/// Strings of the outermost object. The document is not built: messages in it may be large.
class Fields : public nlohmann::json_sax<Json> {
 public:
  explicit Fields(HookInput& input) : input_(input) {}

  bool null() override { return true; }
  bool boolean(bool /*value*/) override { return true; }
  bool number_integer(number_integer_t /*value*/) override { return true; }
  bool number_unsigned(number_unsigned_t /*value*/) override { return true; }
  bool number_float(number_float_t /*value*/, const string_t& /*text*/) override { return true; }
  bool binary(binary_t& /*value*/) override { return true; }
  bool string(string_t& value) override {
    if (depth_ == 1 && in_object_ && key_ == "session_id") input_.session = SessionId::parse(value);
    if (depth_ == 1 && in_object_ && key_ == "source") input_.source = value;
    return true;
  }
  bool start_object(std::size_t /*size*/) override {
    if (depth_++ == 0) in_object_ = true;
    return true;
  }
  bool key(string_t& value) override {
    if (depth_ == 1) key_ = value;
    return true;
  }
  bool end_object() override {
    --depth_;
    return true;
  }
  bool start_array(std::size_t /*size*/) override {
    ++depth_;
    return true;
  }
  bool end_array() override {
    --depth_;
    return true;
  }
  bool parse_error(std::size_t /*at*/, const std::string& /*token*/,
                   const Json::exception& /*error*/) override {
    return false;
  }

 private:
  HookInput& input_;
  std::size_t depth_ = 0;
  bool in_object_ = false;
  std::string key_;
};

}  // namespace

HookInput parse_hook_input(std::string_view text) {
  HookInput input;
  Fields fields(input);
  Json::sax_parse(text, &fields);
  return input;
}

bool is_whole_hook_input(std::string_view text) { return Json::accept(text); }

}  // namespace csb::claude_code
