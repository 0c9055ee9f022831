#include "config/options.hpp"

#include <set>

#include <gtest/gtest.h>

namespace wdx::config {
namespace {

bool is_numeric(const Option& option) {
    return option.kind() == Kind::number || option.kind() == Kind::seconds || option.kind() == Kind::mode;
}

TEST(Options, AreNamedOnceAndExplained) {
    std::set<std::string_view> names;
    for (const Option& option : options()) {
        EXPECT_TRUE(names.insert(option.name()).second) << option.name();
        EXPECT_TRUE(option.name().starts_with("WDX_")) << option.name();
        EXPECT_TRUE(option.help().ends_with('.')) << option.name();
        EXPECT_EQ(option.help().find('|'), std::string_view::npos) << option.name() << ": breaks the Markdown table";
        EXPECT_FALSE(option.section().empty()) << option.name();
    }
}

TEST(Options, OfASectionStandTogether) {
    std::vector<std::string_view> sections;
    for (const Option& option : options())
        if (sections.empty() || sections.back() != option.section()) sections.push_back(option.section());
    EXPECT_EQ(std::set<std::string_view>(sections.begin(), sections.end()).size(), sections.size());
}

TEST(Options, HaveBoundsWhereTheyAreNumbers) {
    for (const Option& option : options()) EXPECT_EQ(is_numeric(option), option.bounds().has_value()) << option.name();
}

TEST(Options, SayWhatEmptyMeansWhereTheDefaultIsEmpty) {
    const Config defaults;
    for (const Option& option : options()) {
        EXPECT_TRUE(!option.text(defaults).empty() || !option.empty_means().empty()) << option.name();
    }
}

TEST(Options, TakeTheirOwnDefaults) {
    const Config defaults;
    for (const Option& option : options()) {
        Config config;
        const auto fault = option.set(config, option.text(defaults));
        EXPECT_FALSE(fault) << option.name() << ' ' << (fault ? fault->text : "");
        EXPECT_EQ(option.text(config), option.text(defaults)) << option.name();
    }
}

TEST(Options, AreSecretWhereTheyHoldPasswordsAndKeys) {
    std::set<std::string_view> secrets;
    for (const Option& option : options())
        if (option.is_secret()) secrets.insert(option.name());
    EXPECT_EQ(secrets,
              (std::set<std::string_view>{"WDX_ALERT_WEBHOOK", "WDX_ALERT_WEBHOOK_SECRET", "WDX_SMTP_URL",
                                          "WDX_DATABASE_URL", "WDX_DATABASE_DIRECT_URL", "WDX_DATABASE_PASSWORD",
                                          "WDX_DATABASE_REPLICA_URL", "WDX_SECRET_KEY", "WDX_SECRET_KEY_FALLBACKS"}));
}

TEST(Option, SpellsItsNameAsEachPlaceDoes) {
    const Option option("WDX_SECRET_KEY", &Config::secret_key);
    EXPECT_EQ(option.spelled(Place::file), "secret_key");
    EXPECT_EQ(option.spelled(Place::environment), "WDX_SECRET_KEY");
    EXPECT_EQ(option.spelled(Place::flag), "--secret-key");
    EXPECT_EQ(option.file_spelled(Place::file), "secret_key_file");
    EXPECT_EQ(option.file_spelled(Place::environment), "WDX_SECRET_KEY_FILE");
    EXPECT_EQ(option.file_spelled(Place::flag), "--secret-key-file");
}

TEST(Option, LeavesTheConfigAloneWhenItRefuses) {
    const Option option = Option("WDX_IDLE_TIMEOUT", &Config::idle_timeout).between(1s, 60s);
    Config config;
    config.idle_timeout = 7s;
    EXPECT_EQ(option.set(config, "61")->text, "must be at most 60");
    EXPECT_EQ(config.idle_timeout, 7s);
}

TEST(Option, NamesEveryEntryOfAListThatItRefuses) {
    Config config;
    const Option hosts = Option("WDX_CORS_ALLOWED_ORIGINS", &Config::cors_allowed_origins).check(&check_cors_origin);
    EXPECT_EQ(hosts.set(config, "*,http://a,b")->text,
              "'*' is refused, name each origin; 'b' is not scheme://host[:port] in lower case without a path");
}

TEST(Option, RefusesControlCharactersButLeavesAKeyItsBytes) {
    Config config;
    const Option zone("WDX_CORE_TIMEZONE", &Config::core_timezone);
    EXPECT_EQ(zone.set(config, "a\nb")->text, "must not contain control characters");
    const Option key = Option("WDX_SECRET_KEY", &Config::secret_key).secret();
    EXPECT_FALSE(key.set(config, "a\nb"));
    EXPECT_TRUE(key.set(config, std::string_view("a\0b", 3)));
}

}  // namespace
}  // namespace wdx::config
