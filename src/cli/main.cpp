#include "csb/cli/main.hpp"

int main(int argc, char** argv) { return csb::cli::run(argc, argv); }
