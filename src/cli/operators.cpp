#include "cli/operators.hpp"

#include "cli/command.hpp"

#include <string_view>

namespace wdx::cli {
namespace {

constexpr std::string_view kListUsers = "SELECT id, username FROM auth_user ORDER BY id LIMIT 10";
constexpr std::string_view kFindUser = "SELECT id FROM auth_user WHERE username = $1";

}  // namespace

Operator choose_operator(db::Session& session, const std::string& wanted) {
    if (!wanted.empty()) {
        const db::Rows found = session.execute(kFindUser, {wanted});
        if (found.empty()) throw CommandError(kRefused, "There is no user " + wanted + ".");
        return {std::string(found.front().text(0)), wanted};
    }
    const db::Rows rows = session.execute(kListUsers);
    if (rows.empty()) throw CommandError(kRefused, "There is no operator yet. Use create_user.");
    if (rows.size() == 1) return {std::string(rows.front().text(0)), std::string(rows.front().text(1))};
    std::string names;
    for (int i = 0; i < rows.size(); ++i) names += (i == 0 ? "" : ", ") + std::string(rows[i].text(1));
    throw CommandError(kUsage, "There is more than one user; say which by --username: " + names);
}

}  // namespace wdx::cli
