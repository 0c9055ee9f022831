#include "cli/check_data.hpp"

#include "store/insight/data_quality.hpp"

#include <string>
#include <vector>

#include <fmt/format.h>

namespace wdx::cli {
namespace {

constexpr std::string_view kName = "data";
constexpr std::int64_t kNoAccount = 0;

std::vector<store::DataFinding> findings_of(db::Session& session, const store::CoreViews& views, std::int64_t account) {
    const store::Statement statement = store::select_data_quality(views, account);
    return store::read_data_quality(session.execute(statement.sql, {statement.params.front().data()}));
}

/// @param of_account  which checks: those of an X account, or the others
/// @param whose       `synka777: `, or nothing
/// @return how many of the checks found something
int report_findings(const std::vector<store::DataFinding>& findings, bool of_account, std::string_view whose,
                    CheckReport& report) {
    int found = 0;
    for (const store::DataFinding& finding : findings) {
        const store::DataCheck& check = *finding.check;
        if (check.of_account != of_account || finding.rows.value_or(0) == 0) continue;
        ++found;
        report.warn(kName, fmt::format("{}{}: {} rows, {}", whose, check.title, *finding.rows, finding.examples_json),
                    check.effect);
    }
    return found;
}

}  // namespace

void check_data(db::Session& session, const config::Config& config, CheckReport& report) {
    const store::CoreSchema schema(session.execute(store::kListCoreColumns.sql));
    if (!schema.missing_needed().empty()) return;  // check_core_schema has said so
    const store::CoreViews views(schema, config.core_timezone);
    int found = report_findings(findings_of(session, views, kNoAccount), false, "", report);
    const db::Rows accounts = session.execute(store::kListCheckedAccounts.sql);
    for (const store::CheckedAccount& account : store::read_checked_accounts(accounts)) {
        const std::string whose = fmt::format("{}: ", account.handle.value_or("account without handle"));
        found += report_findings(findings_of(session, views, account.id), true, whose, report);
    }
    if (found == 0) report.ok(kName, "nothing that is known to go wrong");
}

}  // namespace wdx::cli
