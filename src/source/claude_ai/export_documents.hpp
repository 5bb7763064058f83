#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "body.hpp"
#include "csb/source/claude_ai/chat.hpp"

namespace csb::claude_ai {

/// One document of an export's JSON file: the elements of an array at its top, or the object that it is.
struct ExportDocument {
  Body body;                  ///< its bytes as they are
  ChatFacts facts;            ///< what they say, read as a chat
  bool is_too_large = false;  ///< then the body is empty
};

/// Splits a file, fed in pieces of any size, into its documents. One document's bytes at a time are held, on
/// disk when they are many.
class ExportDocuments {
 public:
  ExportDocuments(std::function<Body()> new_body, std::function<void(ExportDocument)> visit);
  ~ExportDocuments();
  ExportDocuments(const ExportDocuments&) = delete;
  ExportDocuments& operator=(const ExportDocuments&) = delete;

  /// @return false once it is no JSON
  bool feed(std::string_view bytes);
  /// @return empty, or what is wrong with the file. The documents before that have been handed over
  [[nodiscard]] std::string finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace csb::claude_ai
