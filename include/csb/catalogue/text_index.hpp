#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "csb/model/oid.hpp"
#include "csb/model/session_id.hpp"

namespace csb::catalogue {

/// What a text is. The numbers are stored.
enum class TextKind : std::uint8_t {
  prompt = 1,       ///< typed by a person
  client = 2,       ///< put in a person's place by the client: commands, reminders, summaries
  answer = 3,       ///< of the model
  thinking = 4,     ///< of the model
  notice = 5,       ///< the client's own: errors, compactions
  title = 6,        ///< of a session
  tool_input = 7,   ///< what a tool was called with
  tool_output = 8,  ///< what it gave
  attachment = 9,   ///< a file or the like
};

/// A file whose texts are indexed. Its versions fall into generations: chains in which each version is a
/// prefix of the next. Generations are counted from 1.
struct TextFile {
  std::int64_t id = 0;
  std::string branch, path;  ///< relative to the branch's root
  std::optional<SessionId> session;
  std::uint64_t generation = 0;  ///< the newest that was begun; 0 = none
  std::uint64_t indexed_to = 0;  ///< offset in that generation
  std::optional<Oid> commit;     ///< of the newest version that is indexed as a whole
};

/// Where a text was last seen in one file.
struct TextPlace {
  std::int64_t file = 0;
  std::uint64_t generation = 0;  ///< the newest of the file in which it stands
  std::uint64_t offset = 0;      ///< of its message, see app::MessagePlace
  std::uint64_t block = 0;       ///< of the message

  bool operator==(const TextPlace&) const = default;
};

/// A text, found. One that stands in several files (forks, moves, older versions) is one document.
struct TextDocument {
  std::int64_t id = 0;  ///< rises with the time of indexing
  std::int64_t time_ns = 0;
  TextKind kind = TextKind::prompt;
  std::string tool;  ///< of an input
  std::uint64_t key = 0;
};

/// A text to be indexed.
struct NewText {
  std::uint64_t key = 0;  ///< the same for the same text of the same message, wherever it stands
  TextKind kind = TextKind::prompt;
  std::int64_t time_ns = 0;
  std::string_view tool;
  std::string_view text;
};

/// The full-text index: a file of its own (search.db), so that filling it never keeps a backup waiting. The
/// texts themselves are not in it. Nothing is ever taken out; all of it can be built again from the
/// store. For one thread at a time. Errors as of Catalogue; damage: Catalogue::is_damage().
class TextIndex {
 public:
  enum class Access {
    write,       ///< created when needed
    read,        ///< no file is Error{not_found}
    read_alone,  ///< for a look while nobody can be writing: costs a tenth of the others
  };
  /// @throws Damage also for the schema of another csb: the file is built anew
  [[nodiscard]] static TextIndex open(const std::string& path, Access access);

  TextIndex(TextIndex&&) noexcept;
  TextIndex& operator=(TextIndex&&) noexcept;
  ~TextIndex();

  /// The commit of the branch up to which all is indexed.
  [[nodiscard]] std::optional<Oid> head(std::string_view branch) const;
  [[nodiscard]] std::string note(std::string_view key) const;  ///< "" when unset
  [[nodiscard]] std::optional<TextFile> file(std::int64_t id) const;
  [[nodiscard]] std::optional<TextFile> find_file(std::string_view branch, std::string_view path) const;

  /// Long texts are indexed in pieces, for FTS5 gathers all words of a row in memory. A piece ends where a
  /// word does and reaches so many bytes into the one before it: what is longer is not found where two meet.
  static constexpr std::size_t kLongestPhrase = 4096;

  /// Documents that match, the last indexed first, until `visit` returns false. A long one may come again for
  /// each of its pieces, and has to match in one of them.
  /// @param expression in the language of FTS5: see phrase()
  void match(const std::string& expression, const std::function<bool(const TextDocument&)>& visit) const;
  /// Long documents of which a piece other than the first matches.
  void match_later_pieces(const std::string& expression,
                          const std::function<bool(const TextDocument&)>& visit) const;
  /// The files in which any document that matches stands.
  [[nodiscard]] std::vector<std::int64_t> files_matching(const std::string& expression) const;
  [[nodiscard]] std::vector<TextPlace> places_of(std::int64_t document) const;

  /// An expression for words in a row. @param text has a word (transcript::has_word)
  /// @param open_end the last word may go on
  [[nodiscard]] static std::string phrase(std::string_view text, bool open_end);

  /// One transaction, rolled back unless commit() was called.
  class Update {
   public:
    Update(Update&&) noexcept;
    ~Update();
    [[nodiscard]] TextFile ensure_file(std::string_view branch, std::string_view path,
                                       const std::optional<SessionId>& session);
    /// Indexes the text unless it is known, and remembers where it stands. place.file is the file's id.
    /// @return whether it was new
    bool put(const TextPlace& place, const NewText& text);
    void set_progress(const TextFile& file);  ///< generation, indexed_to, commit
    void set_head(std::string_view branch, const Oid& head);
    void set_note(std::string_view key, std::string_view value);
    void commit();

   private:
    friend class TextIndex;
    struct State;
    explicit Update(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
  };
  [[nodiscard]] Update begin();

  /// Makes the file smaller where much of it is free, as merging leaves it. Not within an Update.
  void give_back_space();

 private:
  struct State;
  explicit TextIndex(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace csb::catalogue
