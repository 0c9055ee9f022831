#include "cli/operators.hpp"

#include "cli/command.hpp"

namespace wdx::cli {
namespace {

constexpr int kMostNames = 10;

}  // namespace

store::NamedOperator choose_operator(db::Session& session, const std::string& wanted) {
    if (!wanted.empty()) {
        const auto found = store::find_operator(session, wanted);
        if (!found) throw CommandError(kRefused, "There is no user " + wanted + ".");
        return *found;
    }
    const auto operators = store::list_operators(session, kMostNames);
    if (operators.empty()) throw CommandError(kRefused, "There is no operator yet. Use create_user.");
    if (operators.size() == 1) return operators.front();
    std::string names;
    for (const auto& one : operators) names += (names.empty() ? "" : ", ") + one.username;
    throw CommandError(kUsage, "There is more than one user; say which by --username: " + names);
}

}  // namespace wdx::cli
