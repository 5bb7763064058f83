#include "csb/source/claude_ai/import.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "csb/model/rel_path.hpp"
#include "csb/model/session_id.hpp"
#include "csb/source/claude_ai/mirror.hpp"
#include "csb/util/clock.hpp"
#include "csb/util/error.hpp"
#include "csb/util/fd.hpp"
#include "csb/util/fs.hpp"
#include "export_documents.hpp"
#include "export_files.hpp"
#include "json_value.hpp"
#include "row_hash.hpp"

namespace csb::claude_ai {
namespace {

constexpr std::string_view kNobody = "00000000-0000-0000-0000-000000000000";
constexpr std::string_view kNoOrganization = "export";
constexpr std::uint64_t kMaxSmall = std::uint64_t{32} << 20;
constexpr std::uint64_t kMaxUsers = std::uint64_t{1} << 20;

std::string text_of(const Body& body) {
  std::string text;
  body.read([&](std::string_view piece) { text += piece; });
  return text;
}

/// The first UUID in a name: exports say of which organization they are.
std::string uuid_in(std::string_view name) {
  for (std::size_t at = 0; at + 36 <= name.size(); ++at)
    if (const auto id = SessionId::parse(name.substr(at, 36))) return id->text();
  return {};
}

class ImportRun {
 public:
  explicit ImportRun(const ImportOptions& options)
      : options_(options), mirror_(Mirror::open_for_writing(options.mirror)) {
    for (ChatState& state : mirror_.chats()) {
      std::string uuid = state.uuid;
      states_.emplace(std::move(uuid), std::move(state));
    }
    for (const OrganizationState& known : mirror_.organizations()) {
      accounts_.insert(known.account);
      organizations_[known.account].insert(known.uuid);
    }
  }

  ImportResult run() {
    const auto tell_once = [&](Problem problem) { result_.problems.push_back(std::move(problem)); };
    for (const std::string& path : options_.files) total_ += bytes_of(path);
    for (const std::string& path : options_.files)
      visit_export_files(
          path, [&](const ExportFile& file) { find_owner(file); }, [](const Problem&) {});
    for (const std::string& path : options_.files) {
      if (result_.interrupted) break;
      here_ = bytes_of(path);
      visit_export_files(
          path, [&](const ExportFile& file) { import_file(file); }, tell_once);
      done_ += here_;
    }
    if (unknown_ > 0)
      note(std::to_string(unknown_) + " documents are of a kind csb does not know, and were left out");
    if (!options_.dry_run) {
      LastRun last = mirror_.last_run();
      last.import_ns = now_ns();
      mirror_.stage_last_run(last);
      mirror_.commit();
    }
    return std::move(result_);
  }

 private:
  /// Whose export it is: users.json, or claude-backup's account.json.
  void find_owner(const ExportFile& file) {
    if (file.size > kMaxUsers) return;
    std::string text, why;
    try {
      file.read([&](std::string_view piece) {
        if (text.size() <= kMaxUsers) text += piece;
      });
    } catch (const Error&) {
      return;  // told when it is imported
    }
    const auto document = parse_json(text, why);
    if (!document) return;
    const std::vector<JsonValue> one{*document};
    for (const JsonValue& user : document->is_array() ? document->items : one)
      if (user.find("email_address") != nullptr)
        if (const auto id = SessionId::parse(user.text_of("uuid"))) owners_.insert(id->text());
  }

  void import_file(const ExportFile& file) {
    if (result_.interrupted) return;
    try {
      // To its end first: a damaged file must not be half believed.
      std::uint64_t read = 0;
      const auto went_on = [&](std::size_t bytes) {
        check_interrupt();
        read += bytes;
        if (options_.progress && file.size > 0)
          options_.progress(done_ + std::min(here_, here_ * read / (2 * file.size)), total_);
      };
      file.read([&](std::string_view piece) { went_on(piece.size()); });
      ExportDocuments documents([&] { return mirror_.new_body(); },
                                [&](ExportDocument document) { import_document(std::move(document), file); });
      file.read([&](std::string_view piece) {
        went_on(piece.size());
        documents.feed(piece);
      });
      if (const std::string wrong = documents.finish(); !wrong.empty())
        not_saved(file.name, wrong + "; what came before that was read");
    } catch (const Error& error) {
      if (error.code() == ErrorCode::interrupted) {
        result_.interrupted = true;
      } else if (disk_failed_) {
        throw;
      } else {
        not_saved(file.name, error.what());
      }
    }
  }

  void check_interrupt() const {
    if (options_.stop && options_.stop()) throw Error(ErrorCode::interrupted, "interrupted");
  }

  void import_document(ExportDocument document, const ExportFile& file) {
    disk_failed_ = true;  // until it is through: what throws here is not the export's fault
    if (document.is_too_large) {
      not_saved(file.name, "has a document of more than 256 MiB, which is left out");
    } else if (document.facts.has_messages) {
      import_chat(std::move(document), file);
    } else {
      import_other(std::move(document.body), file);
    }
    if (!options_.dry_run) mirror_.commit_when_due();
    disk_failed_ = false;
  }

  void import_chat(ExportDocument document, const ExportFile& file) {
    const ChatFacts& facts = document.facts;
    const auto id = SessionId::parse(facts.uuid);
    if (!id) return not_saved(file.name, "has a chat without a usable UUID: '" + facts.title() + "'");
    ++result_.chats;
    const auto known = states_.find(id->text());
    if (known != states_.end() && known->second.size > 0) {
      if (staged_.contains(id->text()) && !options_.dry_run) commit();
      return merge_chat(std::move(document), known->second);
    }
    ChatState state = known == states_.end() ? ChatState() : known->second;
    state.uuid = id->text();
    if (state.account.empty()) state.account = account_for(facts.account_uuid);
    if (state.organization.empty()) state.organization = organization_for(state.account, file);
    ++result_.added;
    store(std::move(document), std::move(state));
  }

  /// What is here stays, unless the other is newer and has all of it.
  void merge_chat(ExportDocument document, ChatState state) {
    const std::string path = options_.mirror + "/" + state.path();
    if (document.body.equals_file(path)) return void(++result_.unchanged);
    const auto here = read_chat_file(path);
    if (!here || !here->is_complete) {  // lost or damaged: anything is better
      ++result_.updated;
      return store(std::move(document), std::move(state));
    }
    const ChatFacts& there = document.facts;
    const bool is_newer = there.updated_ns > here->updated_ns;
    const bool is_fuller = there.has_all_messages_of(*here) && (there.is_from_api || !here->is_from_api);
    const bool adds = !here->has_all_messages_of(there) || (there.is_from_api && !here->is_from_api);
    if (there.updated_ns == here->updated_ns && is_fuller && adds) {
      ++result_.updated;
      return store(std::move(document), std::move(state));
    }
    if (!is_newer) return void(++(there.updated_ns < here->updated_ns ? result_.older : result_.unchanged));
    if (there.has_all_messages_of(*here)) {
      ++result_.updated;
      return store(std::move(document), std::move(state));
    }
    keep_beside(std::move(document), state);
  }

  void keep_beside(ExportDocument document, const ChatState& state) {
    const std::string path = state.account + "/" + state.organization + "/exported/" + state.uuid + ".json";
    const std::string full = options_.mirror + "/" + path;
    const auto earlier = read_chat_file(full);
    if (earlier && earlier->updated_ns >= document.facts.updated_ns) return void(++result_.unchanged);
    ++result_.beside;
    if (!options_.dry_run) mirror_.stage_file(path, std::move(document.body));
  }

  void store(ExportDocument document, ChatState state) {
    const ChatFacts& facts = document.facts;
    describe(state, facts, document.body.size());
    const bool was_gone = state.status == ChatState::Status::gone;
    state.status = was_gone ? ChatState::Status::gone : ChatState::Status::stored;
    state.error.clear();
    state.has_files = false;
    // A copy that came from the API once saves the next sync from fetching it.
    state.row = facts.is_from_api ? row_hash(facts.name, facts.leaf_uuid, facts.updated_ns, facts.is_starred,
                                             facts.is_archived, facts.project_uuid)
                                  : 0;
    states_[state.uuid] = state;
    if (options_.dry_run) return;
    staged_.insert(state.uuid);
    mirror_.stage_chat(std::move(document.body), std::move(state));
    if (staged_.size() > 1000) commit();
  }

  void commit() {
    mirror_.commit();
    staged_.clear();
  }

  void import_other(Body body, const ExportFile& file) {
    if (body.size() > kMaxSmall) return not_saved(file.name, "has a document of unknown kind and great size");
    const std::string text = text_of(body);
    std::string why;
    const auto document = parse_json(text, why);
    if (!document) return not_saved(file.name, "has a document that cannot be read: " + why);
    const auto id = SessionId::parse(document->text_of("uuid"));
    const auto has = [&](std::string_view name) { return document->find(name) != nullptr; };
    if (has("data_files")) {
      return note("'" + file.name + "' lists the files of an export; download those, and import them");
    }
    if (id && has("email_address")) {  // a user; or the account, as the API gives it
      if (!has("memberships")) return put(id->text() + "/users.json", std::move(body), *document);
      return put(id->text() + "/account.json", std::move(body), *document);
    }
    const std::string account = account_for(document->text_of("account_uuid"));
    const std::string directory = account + "/" + organization_for(account, file) + "/";
    if (id && (has("prompt_template") || has("docs")))
      return put(directory + "projects/" + id->text() + ".export.json", std::move(body), *document);
    if (has("conversations_memory") || has("project_memories") || has("memory_files"))
      return put(directory + "memories/" + account + ".json", std::move(body), *document);
    if (id && has("messages"))
      return put(directory + "design_chats/" + id->text() + ".json", std::move(body), *document);
    ++unknown_;
  }

  /// An older one does not replace a newer one.
  void put(const std::string& path, Body body, const JsonValue& document) {
    const std::string full = options_.mirror + "/" + path;
    if (body.equals_file(full)) return;
    if (fs::exists(full)) {
      std::string why;
      const auto here = parse_json(read_file(full, kMaxSmall), why);
      if (here && here->text_of("updated_at") > document.text_of("updated_at")) return;
    }
    ++result_.other;
    if (!options_.dry_run) mirror_.stage_file(path, std::move(body));
  }

  [[nodiscard]] std::string account_for(const std::string& said) const {
    if (const auto id = SessionId::parse(said)) return id->text();
    if (owners_.size() == 1) return *owners_.begin();
    if (owners_.empty() && accounts_.size() == 1) return *accounts_.begin();
    return std::string(kNobody);
  }

  [[nodiscard]] std::string organization_for(const std::string& account, const ExportFile& file) const {
    if (std::string named = uuid_in(file.archive); !named.empty()) return named;
    // claude-backup: organizations/<name>-<uuid>/chat_conversations/<name>-<uuid>.json
    const std::string_view folder = base_name(parent_path(parent_path(file.name)));
    if (file.name.find("/organizations/") != std::string::npos && folder.size() >= 36)
      if (const auto id = SessionId::parse(folder.substr(folder.size() - 36))) return id->text();
    const auto known = organizations_.find(account);
    if (known != organizations_.end() && known->second.size() == 1) return *known->second.begin();
    return std::string(kNoOrganization);
  }

  void not_saved(const std::string& about, const std::string& what) {
    result_.problems.push_back({Problem::Severity::not_saved, about, what, ""});
  }
  void note(const std::string& what) { result_.problems.push_back({Problem::Severity::note, "", what, ""}); }

  const ImportOptions& options_;
  Mirror mirror_;
  ImportResult result_;
  std::map<std::string, ChatState> states_;
  std::set<std::string> staged_;  ///< chats whose files are not in place yet
  std::set<std::string> owners_, accounts_;
  std::map<std::string, std::set<std::string>> organizations_;  ///< of each account
  std::uint64_t unknown_ = 0;
  std::uint64_t done_ = 0, here_ = 0, total_ = 0;  ///< bytes: of files before, of this one, of all
  bool disk_failed_ = false;
};

}  // namespace

bool ImportResult::is_incomplete() const {
  return interrupted || std::any_of(problems.begin(), problems.end(), [](const Problem& problem) {
           return problem.severity == Problem::Severity::not_saved;
         });
}

ImportResult import_chats(const ImportOptions& options) { return ImportRun(options).run(); }

}  // namespace csb::claude_ai
