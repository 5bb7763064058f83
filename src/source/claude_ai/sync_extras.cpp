#include "csb/util/fs.hpp"
#include "file_name.hpp"
#include "hash.hpp"
#include "sync_run.hpp"

namespace csb::claude_ai {
namespace {

constexpr std::string_view kOutputs = "/mnt/user-data/outputs/";

/// A path beneath outputs/ as the service names it, as one beneath the mirror; empty when it is none.
std::string output_path(std::string_view path) {
  if (!path.starts_with(kOutputs)) return {};
  path.remove_prefix(kOutputs.size());
  std::string out;
  bool changed = false;
  for (std::size_t at = 0; at <= path.size();) {
    const std::size_t end = std::min(path.find('/', at), path.size());
    const std::string_view part = path.substr(at, end - at);
    const std::string safe = path_component(part);
    changed = changed || safe != part;
    out += (out.empty() ? "" : "/") + safe;
    at = end + 1;
  }
  // Two names that had to be changed must not become one file.
  return changed ? out + "-" + std::to_string(hash_of(path)) : out;
}

}  // namespace

void SyncRun::want_projects(const Organization& organization) {
  const std::string url = "/api/organizations/" + organization.uuid;
  const std::string directory = account_ + "/" + organization.uuid;
  want_document(url + "/memory", directory + "/memory.json", true);
  extra_.push_back(std::make_unique<SmallJob>(
      url + "/projects",
      [](const JsonValue& value) { return value.is_array() ? std::string() : "the projects are no array"; },
      [this, organization](const SmallDocument& document) {
        for (const JsonValue& item : document.value.items) {
          const auto id = SessionId::parse(item.text_of("uuid"));
          if (!id) {
            problem(Problem::Severity::not_saved, organization.name, "a project without a usable UUID");
            continue;
          }
          const std::uint64_t hash =
              hash_of(std::string_view(document.text).substr(item.begin, item.end - item.begin));
          if (options_.full || mirror_->remembered("project " + id->text()) != hash)
            want_project(organization, id->text(), hash);
        }
      },
      [this, organization](const Failure& failure) {
        if (failure.trouble == Trouble::missing || failure.ends_run()) return;
        problem(Problem::Severity::not_saved, organization.name,
                "its projects cannot be listed: " + failure.what);
      }));
}

void SyncRun::want_project(const Organization& organization, const std::string& uuid, std::uint64_t hash) {
  const std::string url = "/api/organizations/" + organization.uuid + "/projects/" + uuid;
  const std::string path = account_ + "/" + organization.uuid + "/projects/" + uuid;
  // Remembered only when all parts are here.
  const auto left = std::make_shared<int>(4);
  const auto good = std::make_shared<bool>(true);
  const auto part_done = [this, uuid, hash, left, good](bool is_good) {
    *good = *good && is_good;
    if (--*left == 0 && *good) mirror_->stage_memory("project " + uuid, hash);
  };
  want_document(url, path + ".json", false, part_done);
  want_document(url + "/docs", path + ".docs.json", true, part_done);
  want_document(url + "/files", path + ".files.json", true, part_done);
  want_document("/api/organizations/" + organization.uuid + "/memory?project_uuid=" + uuid,
                account_ + "/" + organization.uuid + "/memories/" + uuid + ".json", true, part_done);
}

void SyncRun::want_document(const std::string& url, const std::string& path, bool optional,
                            const std::function<void(bool good)>& done) {
  extra_.push_back(std::make_unique<RawJob>(
      url, true, mirror_->new_body(),
      [this, path, done](Body body) {
        if (mirror_->stage_file(path, std::move(body))) ++result_.files;
        if (done) done(true);
      },
      [this, path, optional, done](const Failure& failure) {
        const bool fine =
            optional && (failure.trouble == Trouble::missing || failure.trouble == Trouble::forbidden);
        if (!fine && !failure.ends_run())
          problem(Problem::Severity::not_saved, path, failure.what, "the next run tries again");
        if (done) done(fine);
      }));
}

void SyncRun::want_files(const ChatState& state, const std::vector<ChatFile>& files) {
  // Its last owner is the last fetch: then all is here, or something failed.
  const std::shared_ptr<bool> all_good(new bool(true), [this, state](const bool* last) {
    const std::unique_ptr<const bool> good(last);
    if (*good && !ended()) {
      ChatState complete = states_[state.uuid];
      complete.has_files = true;
      states_[state.uuid] = complete;
      mirror_->stage_state(complete);
    }
  });
  want_uploads(state, files, all_good);
  want_outputs(state, all_good);
}

void SyncRun::want_uploads(const ChatState& state, const std::vector<ChatFile>& files,
                           const std::shared_ptr<bool>& all_good) {
  for (const ChatFile& file : files) {
    const auto id = SessionId::parse(file.uuid);
    if (!id) continue;
    const std::string name = file_name(file.name);
    const std::string path = state.account + "/" + state.organization + "/files/" + state.uuid + "/" +
                             id->text() + (name.empty() ? "" : "-" + name);
    if (fs::exists(path_of(path))) continue;  // an upload never changes
    want_file("/api/organizations/" + state.organization + "/files/" + id->text() + "/contents",
              "/api/" + state.organization + "/files/" + id->text() + "/preview", path, all_good);
  }
}

void SyncRun::want_outputs(const ChatState& state, const std::shared_ptr<bool>& all_good) {
  const std::string url =
      "/api/organizations/" + state.organization + "/conversations/" + state.uuid + "/wiggle";
  extra_.push_back(std::make_unique<SmallJob>(
      url + "/list-files?prefix=",
      [](const JsonValue& value) {
        const JsonValue* files = value.find("files");
        return files != nullptr && files->is_array() ? std::string() : "no list of files";
      },
      [this, state, url, all_good](const SmallDocument& document) {
        for (const JsonValue& item : document.value.find("files")->items) {
          const std::string path = output_path(item.text);
          if (!path.empty())
            want_file(url + "/download-file?path=" + url_escape(item.text), "",
                      state.account + "/" + state.organization + "/files/" + state.uuid + "/outputs/" + path,
                      all_good);
        }
      },
      [this, state, all_good](const Failure& failure) {
        if (failure.trouble == Trouble::missing || failure.trouble == Trouble::forbidden) return;
        *all_good = false;
        if (!failure.ends_run())
          problem(Problem::Severity::not_saved, state.name, "its files cannot be listed: " + failure.what);
      }));
}

void SyncRun::want_file(const std::string& url, const std::string& fallback, const std::string& path,
                        const std::shared_ptr<bool>& all_good) {
  extra_.push_back(std::make_unique<RawJob>(
      url, false, mirror_->new_body(),
      [this, path, all_good](Body body) {
        if (mirror_->stage_file(path, std::move(body))) ++result_.files;
      },
      [this, fallback, path, all_good](const Failure& failure) {
        if (failure.ends_run()) {
          *all_good = false;
        } else if (!fallback.empty() &&
                   (failure.trouble == Trouble::missing || failure.trouble == Trouble::forbidden)) {
          want_file(fallback, "", path, all_good);
        } else {
          *all_good = *all_good && failure.trouble == Trouble::missing;  // gone for good
          problem(
              failure.trouble == Trouble::missing ? Problem::Severity::note : Problem::Severity::not_saved,
              path, failure.what);
        }
      }));
}

}  // namespace csb::claude_ai
