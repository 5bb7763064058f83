#include "export_documents.hpp"

#include <cstdint>
#include <optional>
#include <utility>

#include "csb/util/fd.hpp"
#include "json_scanner.hpp"

namespace csb::claude_ai {
namespace {

constexpr std::uint64_t kMaxDocument = std::uint64_t{256} << 20;

}  // namespace

struct ExportDocuments::State : JsonHandler {
  State(std::function<Body()> make, std::function<void(ExportDocument)> tell)
      : new_body(std::move(make)), visit(std::move(tell)) {}

  void begin(bool is_object) override {
    has_top = true;
    if (depth == 0 && !is_object) array = true;
    const bool is_document = is_object && depth == (array ? 1 : 0);
    ++depth;
    if (!is_document) return;
    document.emplace(ExportDocument{new_body(), {}, false});
    reader.emplace();
    scanner.begin_raw([this](std::string_view bytes) { take(bytes); });
  }

  void end() override {
    --depth;
    if (!document || depth != (array ? 1 : 0)) return;
    scanner.end_raw();
    document->facts = reader->finish();
    ExportDocument ready = std::move(*document);
    document.reset();
    visit(std::move(ready));
  }

  void take(std::string_view bytes) {
    document->is_too_large = document->is_too_large || document->body.size() + bytes.size() > kMaxDocument;
    if (document->is_too_large) return document->body.clear();
    document->body.append(bytes);
    reader->feed(as_bytes(bytes));
  }

  void key(std::string_view) override {}
  void text_begin() override {}
  void text(std::string_view) override {}
  void text_end() override {}
  void scalar(std::string_view) override {}

  std::function<Body()> new_body;
  std::function<void(ExportDocument)> visit;
  JsonScanner scanner{*this};
  std::optional<ExportDocument> document;
  std::optional<ChatReader> reader;
  std::size_t depth = 0;
  bool array = false;
  bool has_top = false;  ///< an array or an object
};

ExportDocuments::ExportDocuments(std::function<Body()> new_body, std::function<void(ExportDocument)> visit)
    : state_(std::make_unique<State>(std::move(new_body), std::move(visit))) {}
ExportDocuments::~ExportDocuments() = default;

bool ExportDocuments::feed(std::string_view bytes) { return state_->scanner.feed(bytes); }

std::string ExportDocuments::finish() {
  return state_->scanner.finish() ? std::string() : state_->scanner.error();
}

}  // namespace csb::claude_ai
