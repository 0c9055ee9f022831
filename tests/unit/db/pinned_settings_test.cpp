#include "db/pinned_settings.hpp"

#include <gtest/gtest.h>

namespace wdx::db {
namespace {

bool sets(const std::string& sql, std::string_view call) {
    return sql.find(call) != std::string::npos;
}

TEST(PinSettingsSql, PinsForTheSessionOrTheTransaction) {
    EXPECT_TRUE(sets(pin_settings_sql(150000, PinFor::session), "; SET extra_float_digits TO '1'; "));
    EXPECT_TRUE(sets(pin_settings_sql(150000, PinFor::session), "; SET DateStyle TO ISO, YMD; "));
    EXPECT_TRUE(sets(pin_settings_sql(150000, PinFor::transaction), "; SET LOCAL extra_float_digits TO '1'; "));
    EXPECT_TRUE(
        sets(pin_settings_sql(150000, PinFor::pipeline), ", pg_catalog.set_config('extra_float_digits', '1', true)"));
}

TEST(PinSettingsSql, NamesNothingThatTheServerDoesNotKnow) {
    EXPECT_FALSE(sets(pin_settings_sql(130010, PinFor::session), "idle_session_timeout"));
    EXPECT_TRUE(sets(pin_settings_sql(140000, PinFor::session), "idle_session_timeout"));
    EXPECT_FALSE(sets(pin_settings_sql(160000, PinFor::session), "transaction_timeout"));
    EXPECT_TRUE(sets(pin_settings_sql(170000, PinFor::pipeline), "set_config('transaction_timeout', '0', true)"));
}

TEST(PinSettingsSql, LeavesToASessionWhatATransactionCannotTakeOver) {
    const std::string sql = pin_settings_sql(150000, PinFor::transaction);
    for (const std::string_view name : {"idle_session_timeout", "default_transaction_read_only"})
        EXPECT_FALSE(sets(sql, name)) << name;
}

}  // namespace
}  // namespace wdx::db
