#include <fmt/format.h>

#include <algorithm>

#include "csb/cli/render_queries.hpp"
#include "csb/cli/words.hpp"
#include "csb/util/clock.hpp"
#include "csb/util/text.hpp"

namespace csb::cli {
namespace {

struct Branches {
  std::string_view middle, last, down, blank;
};
constexpr Branches kUnicode{"├─ ", "└─ ", "│  ", "   "};
constexpr Branches kAscii{"|- ", "`- ", "|  ", "   "};

class Drawing {
 public:
  Drawing(const TreeStyle& style, const Screen& screen)
      : style_(style), screen_(screen), branches_(style.ascii ? kAscii : kUnicode) {}

  /// @param lead what stands before the node, @param below before what is beneath it
  void draw(const app::TreeNode& node, const std::string& lead, const std::string& below) {
    title_line(node, lead);
    const bool more = !node.children.empty() || node.elided > 0;
    details(node, below + std::string(more ? branches_.down : branches_.blank));
    for (std::size_t i = 0; i < node.children.size(); ++i) {
      const bool last = i + 1 == node.children.size() && node.elided == 0;
      draw(node.children[i], below + std::string(last ? branches_.last : branches_.middle),
           below + std::string(last ? branches_.blank : branches_.down));
    }
    if (node.elided > 0)
      out_ += below + std::string(branches_.last) +
              screen_.paint(Tone::dim,
                            fmt::format("{}{} more", style_.ascii ? "... " : "… ", grouped(node.elided))) +
              "\n";
  }

  [[nodiscard]] std::string text() && { return std::move(out_); }

 private:
  [[nodiscard]] std::string id_of(const app::TreeNode& node) const {
    return style_.full_ids ? node.id : node.id.substr(0, 8);
  }

  void title_line(const app::TreeNode& node, const std::string& lead) {
    std::string marks;
    Tone tone = Tone::bold;
    if (node.matched) marks += "* ";
    if (!node.session) {
      marks += "[never archived]";
      tone = Tone::dim;
    } else if (node.session->state == app::SessionState::deleted) {
      marks += "[purged] ";
    }
    const std::string title = node.session ? title_of(node.session->session) : "";
    std::string tail = "  " + id_of(node);
    if (!node.session && screen_.columns) tail += std::string(15, ' ');
    if (node.session) {
      constexpr std::size_t kWhenColumns = 13;  // "10 months ago"
      const std::int64_t when = node.session->session.active_ns;
      const std::string ago = when == 0 ? "" : format_relative(when, screen_.now);
      tail += "  " + (screen_.columns ? pad_left(ago, kWhenColumns) : when == 0 ? "" : format_local(when));
    }
    std::string shown = printable(title);
    const std::size_t taken = display_width(lead) + display_width(marks) + display_width(tail);
    if (screen_.columns) {  // the ends of the lines below each other
      const std::size_t room =
          std::max<std::size_t>(*screen_.columns - std::min(*screen_.columns, taken), 12);
      shown = cut_to_columns(shown, room);
      tail.insert(0, room - std::min(room, display_width(shown)), ' ');
    }
    const Tone mark_tone = node.matched ? Tone::good : node.session ? Tone::bad : Tone::dim;
    out_ += lead + screen_.paint(mark_tone, marks) + screen_.paint(tone, shown) +
            screen_.paint(Tone::dim, tail) + "\n";
  }

  void details(const app::TreeNode& node, const std::string& lead) {
    if (!node.session) return;
    const catalogue::Session& session = node.session->session;
    if (style_.facts)
      line(lead, fmt::format("{} · {} · {} · {}", folder_of(session), counted(session.messages, "message"),
                             format_bytes(session.size), app::to_string(node.session->state)));
    if (style_.folders > 0) line(lead, folders_text(node.folders, style_.folders));
    if (style_.prompts) line(lead, session.first_prompt);
  }

  void line(const std::string& lead, const std::string& text) {
    if (text.empty()) return;
    std::string shown = printable(text);
    if (style_.ascii)
      for (std::size_t at = 0; (at = shown.find("·", at)) != std::string::npos;) shown.replace(at, 2, "-");
    const std::size_t room = screen_.columns.value_or(display_width(lead) + display_width(shown));
    out_ += lead +
            screen_.paint(Tone::dim, cut_to_columns(shown, std::max(room, display_width(lead) + 12) -
                                                               display_width(lead))) +
            "\n";
  }

  const TreeStyle& style_;
  const Screen& screen_;
  Branches branches_;
  std::string out_;
};

}  // namespace

std::string folders_text(const std::vector<catalogue::FolderRow>& folders, std::size_t most) {
  std::string text;
  const std::size_t shown = std::min(most, folders.size());
  for (std::size_t i = 0; i < shown; ++i)
    text += fmt::format("{}{} ({}×)", i == 0 ? "" : ", ", with_tilde(folders[i].path),
                        grouped(folders[i].use.work));
  if (shown < folders.size())
    text += fmt::format("{}{} more", shown == 0 ? "" : " and ", grouped(folders.size() - shown));
  return text;
}

std::string render(const app::TreeResult& result, const TreeStyle& style, const Screen& screen) {
  Drawing drawing(style, screen);
  for (const app::TreeNode& tree : result.trees) drawing.draw(tree, "", "");
  return std::move(drawing).text();
}

}  // namespace csb::cli
