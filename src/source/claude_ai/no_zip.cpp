#include "csb/source/claude_ai/import.hpp"
#include "export_files.hpp"

namespace csb::claude_ai {

std::string zip_obstacle() { return "this csb was built without libzip"; }

void visit_zip_files(const std::string& path, const VisitExport&, const TellProblem& tell) {
  tell({Problem::Severity::not_saved, path, "is zipped, and this csb was built without libzip",
        "unpack it and import the directory, or build csb where libzip's headers are installed (Debian: "
        "libzip-dev)"});
}

}  // namespace csb::claude_ai
