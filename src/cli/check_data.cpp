#include "cli/check_data.hpp"

#include "store/data_quality.hpp"

#include <string>

#include <fmt/format.h>

namespace wdx::cli {
namespace {

constexpr std::string_view kName = "data";
constexpr std::string_view kListAccounts = "SELECT id::text, handle::text FROM accounts ORDER BY id";
constexpr std::string_view kNoAccount = "0";

/// @param whose  `synka777: `, or nothing
/// @return how many of the checks found something
int report_findings(const db::Rows& rows, bool of_account, std::string_view whose, CheckReport& report) {
    int found = 0;
    int place = 0;
    for (const store::DataCheck& check : store::data_checks()) {
        const db::Row row = rows[place++];
        if (check.of_account != of_account || !row.optional_text(0)) continue;
        const std::int64_t count = row.integer(0);
        if (count == 0) continue;
        ++found;
        report.warn(kName, fmt::format("{}{}: {} rows, {}", whose, check.title, count, row.text(1)), check.effect);
    }
    return found;
}

}  // namespace

void check_data(db::Session& session, const config::Config& config, CheckReport& report) {
    const store::CoreSchema schema(session.execute(store::kListCoreColumns.sql));
    if (!schema.missing_needed().empty()) return;  // check_core_schema has said so
    const std::string sql = store::data_quality_sql(store::CoreViews(schema, config.core_timezone));
    int found = report_findings(session.execute(sql, {kNoAccount}), false, "", report);
    const db::Rows accounts = session.execute(kListAccounts);
    for (int i = 0; i < accounts.size(); ++i) {
        const std::string whose = fmt::format("{}: ", accounts[i].optional_text(1).value_or("account without handle"));
        found += report_findings(session.execute(sql, {accounts[i].text(0)}), true, whose, report);
    }
    if (found == 0) report.ok(kName, "nothing that is known to go wrong");
}

}  // namespace wdx::cli
