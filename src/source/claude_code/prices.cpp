#include "csb/source/claude_code/prices.hpp"

#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

#include "csb/util/error.hpp"
#include "prices_data.hpp"

namespace csb::claude_code {
namespace {

using nlohmann::json;

constexpr double kTokensPerPrice = 1e6;

struct Field {
  const char* name;
  double Price::*member;
};
constexpr std::array<Field, 5> kFields{{{"input", &Price::input},
                                        {"output", &Price::output},
                                        {"cache_write_5m", &Price::cache_write_5m},
                                        {"cache_write_1h", &Price::cache_write_1h},
                                        {"cache_read", &Price::cache_read}}};

[[noreturn]] void refuse(const std::string& name, const std::string& what) {
  throw Error(ErrorCode::failed, "the price file '" + name + "' cannot be used: " + what,
              "it has the form of csb's own, data/prices.json: {\"version\": 1, \"models\": [{\"prefix\": "
              "\"claude-…\", \"input\": dollars for a million tokens, …}]}");
}

Price read_price(const json& entry, const std::string& name) {
  if (!entry.is_object()) refuse(name, "an element of \"models\" is no object");
  Price price;
  const auto prefix = entry.find("prefix");
  if (prefix == entry.end() || !prefix->is_string() || prefix->get_ref<const std::string&>().empty())
    refuse(name, "a model has no \"prefix\"");
  price.prefix = prefix->get<std::string>();
  for (const Field& field : kFields) {
    const auto value = entry.find(field.name);
    if (value == entry.end()) refuse(name, "'" + price.prefix + "' has no \"" + field.name + "\"");
    const double dollars = value->is_number() ? value->get<double>() : -1;
    if (!std::isfinite(dollars) || dollars < 0)
      refuse(name, "\"" + std::string(field.name) + "\" of '" + price.prefix + "' is no price");
    price.*field.member = dollars;
  }
  return price;
}

/// "us.anthropic.claude-opus-4-5-…" of a reseller is "claude-opus-4-5-…".
std::string_view plain_id(std::string_view model) {
  const auto begin = model.find("claude-");
  return begin == std::string_view::npos ? model : model.substr(begin);
}

}  // namespace

Prices Prices::built_in() {
  Prices prices;
  prices.add(kBuiltInPrices, "built in");
  return prices;
}

void Prices::add(std::string_view text, const std::string& name) {
  const json file = json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!file.is_object()) refuse(name, "it is no JSON object");
  if (const auto version = file.find("version"); version == file.end() || *version != 1)
    refuse(name, "its \"version\" is not 1");
  const auto models = file.find("models");
  if (models == file.end() || !models->is_array()) refuse(name, "it has no list of \"models\"");
  std::vector<Price> prices;
  for (const json& entry : *models) prices.push_back(read_price(entry, name));
  prices.insert(prices.end(), std::make_move_iterator(prices_.begin()),
                std::make_move_iterator(prices_.end()));
  prices_ = std::move(prices);
}

const Price* Prices::find(std::string_view model) const {
  const Price* found = nullptr;
  for (const Price& price : prices_) {
    if (!model.starts_with(price.prefix) && !plain_id(model).starts_with(price.prefix)) continue;
    if (found == nullptr || price.prefix.size() > found->prefix.size()) found = &price;
  }
  return found;
}

std::optional<double> Prices::cost(std::string_view model, const Tokens& tokens) const {
  const Price* price = find(model);
  if (price == nullptr) return std::nullopt;
  const auto part = [](std::uint64_t count, double dollars) {
    return static_cast<double>(count) * dollars / kTokensPerPrice;
  };
  return part(tokens.input, price->input) + part(tokens.output, price->output) +
         part(tokens.cache_write_5m, price->cache_write_5m) +
         part(tokens.cache_write_1h, price->cache_write_1h) + part(tokens.cache_read, price->cache_read);
}

}  // namespace csb::claude_code
