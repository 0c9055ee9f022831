#include "cli/program.hpp"

int main(int argc, char** argv) {
    return wdx::cli::run(argc, argv);
}
