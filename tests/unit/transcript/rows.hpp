#pragma once

#include <string>
#include <string_view>

#include "csb/transcript/reader.hpp"
#include "csb/util/fd.hpp"

/// Rows of the shapes that the client writes.
namespace csb::transcript::rows {

inline const std::string kSession = "11111111-1111-4111-8111-111111111111";
inline const std::string kParent = "22222222-2222-4222-8222-222222222222";

/// A row with the fields that every row of a conversation carries, and `more` ("\"type\":…").
inline std::string with_envelope(const std::string& more,
                                 const std::string& time = "2026-11-21T02:54:57.329Z") {
  return R"({"parentUuid":null,"isSidechain":false,)" + more +
         R"(,"uuid":"0c9a0a52-9c4e-4d0e-8c55-000000000001","timestamp":")" + time +
         R"(","userType":"external","entrypoint":"cli","cwd":"/home/ann/shop","sessionId":")" + kSession +
         R"(","version":"2.1.329","gitBranch":"main"})";
}

inline std::string user(const std::string& text, const std::string& more = "") {
  return with_envelope(R"("promptId":"p1","type":"user","message":{"role":"user","content":")" + text +
                       "\"}" + more);
}

inline std::string assistant(const std::string& blocks, const std::string& more = "") {
  return with_envelope(
      R"("message":{"id":"msg_01","type":"message","role":"assistant","model":"claude-opus-5-5","content":[)" +
      blocks +
      R"(],"stop_reason":"end_turn","usage":{"input_tokens":3}},"requestId":"r1","type":"assistant")" + more);
}

inline std::string text_block(const std::string& text) { return R"({"type":"text","text":")" + text + "\"}"; }

inline std::string tool_use(const std::string& name, const std::string& input) {
  return R"({"type":"tool_use","id":"toolu_01","name":")" + name + R"(","input":)" + input + "}";
}

inline std::string tool_result(const std::string& content) {
  return with_envelope(
      R"("type":"user","message":{"role":"user","content":[{"tool_use_id":"toolu_01","type":"tool_result","content":)" +
      content + R"(,"is_error":false}]},"toolUseResult":{"stdout":"x","type":"tool_use"})");
}

/// Facts of a transcript fed as one piece.
inline Facts facts_of(std::string_view transcript) {
  Reader reader;
  reader.feed(as_bytes(transcript));
  return reader.facts();
}

}  // namespace csb::transcript::rows
