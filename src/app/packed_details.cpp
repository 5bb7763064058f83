#include "packed_details.hpp"

#include "csb/util/packed.hpp"

namespace csb::app {
namespace {

void pack_answers(PackedWriter& out, const SessionDetails& details) {
  out.number(details.answers.size());
  std::string model, cwd;
  for (const auto& [message, answer] : details.answers) {
    out.number(message);
    out.number(static_cast<std::uint64_t>(answer.time_ns));
    out.text(answer.model, model);
    out.text(answer.cwd, cwd);
    const Tokens& tokens = answer.tokens;
    for (const std::uint64_t count :
         {tokens.input, tokens.output, tokens.cache_write_5m, tokens.cache_write_1h, tokens.cache_read})
      out.number(count);
  }
}

void unpack_answers(PackedReader& in, SessionDetails& details) {
  std::string model, cwd;
  for (std::uint64_t left = in.number(); left > 0; --left) {
    Answer answer;
    answer.message = in.number();
    answer.time_ns = in.time();
    answer.model = in.text(model);
    answer.cwd = in.text(cwd);
    for (const auto count : {&Tokens::input, &Tokens::output, &Tokens::cache_write_5m,
                             &Tokens::cache_write_1h, &Tokens::cache_read})
      answer.tokens.*count = in.number();
    details.answers.emplace_hint(details.answers.end(), answer.message, std::move(answer));
  }
}

}  // namespace

std::string pack_details(const SessionDetails& details) {
  PackedWriter out;
  out.number(details.tools.size());
  for (const auto& [tool, calls] : details.tools) {
    out.text(tool);
    out.number(calls);
  }
  out.number(details.files.size());
  for (const auto& [path, touched] : details.files) {
    out.text(path);
    for (const std::uint64_t count : {touched.reads, touched.writes, touched.searches}) out.number(count);
    out.number(static_cast<std::uint64_t>(touched.last_ns));
  }
  out.number(details.folders.size());
  for (const auto& [path, use] : details.folders) {
    out.text(path);
    for (const std::uint64_t count : {use.work, use.rows, static_cast<std::uint64_t>(use.origin)})
      out.number(count);
  }
  out.number(details.activity.size());
  for (const ActivitySegment& sitting : details.activity) {
    out.number(static_cast<std::uint64_t>(sitting.start_ns));
    out.number(static_cast<std::uint64_t>(sitting.end_ns));
    out.number(sitting.messages);
  }
  pack_answers(out, details);
  return std::move(out).bytes();
}

SessionDetails unpack_details(std::string_view packed) {
  PackedReader in(packed);
  SessionDetails details;
  for (std::uint64_t left = in.number(); left > 0; --left) {
    std::string tool = in.text();
    details.tools[std::move(tool)] = in.number();
  }
  for (std::uint64_t left = in.number(); left > 0; --left) {
    TouchedFile& touched = details.files[in.text()];
    for (const auto count : {&TouchedFile::reads, &TouchedFile::writes, &TouchedFile::searches})
      touched.*count = in.number();
    touched.last_ns = in.time();
  }
  for (std::uint64_t left = in.number(); left > 0; --left) {
    FolderUse& use = details.folders[in.text()];
    use.work = in.number();
    use.rows = in.number();
    use.origin = static_cast<FolderOrigin>(in.number());
  }
  for (std::uint64_t left = in.number(); left > 0; --left) {
    ActivitySegment& sitting = details.activity.emplace_back();
    sitting.start_ns = in.time();
    sitting.end_ns = in.time();
    sitting.messages = in.number();
  }
  unpack_answers(in, details);
  return details;
}

}  // namespace csb::app
