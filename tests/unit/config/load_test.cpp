#include "config/load.hpp"

#include "config/removed.hpp"
#include "fixtures.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wdx::config {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

using Lines = std::vector<std::string>;

TEST(Load, GivesTheDefaultsWhereNothingIsSaid) {
    const Loaded loaded = load_well(plain_inputs());
    const Config defaults;
    for (const Option& option : options()) {
        EXPECT_EQ(describe(loaded.sources.at(std::string(option.name()))), "default");
        if (option.name() == "WDX_DATA_DIR") continue;
        EXPECT_EQ(option.text(loaded.config), option.text(defaults)) << option.name();
    }
    EXPECT_EQ(loaded.config.data_dir, "/home/op/.local/share/watchdxg-back");
}

TEST(Load, PutsTheFileUnderTheEnvironmentUnderTheFlags) {
    const TemporaryFile file("idle_timeout = 10\nbody_timeout = 10\nwrite_timeout = 10\n");
    Inputs inputs = plain_inputs();
    inputs.config_file = file.path();
    inputs.environment["WDX_BODY_TIMEOUT"] = "20";
    inputs.environment["WDX_WRITE_TIMEOUT"] = "20";
    inputs.flags["--write-timeout"] = "30";
    const Loaded loaded = load_well(inputs);
    EXPECT_EQ(loaded.config.header_timeout, 15s);
    EXPECT_EQ(loaded.config.idle_timeout, 10s);
    EXPECT_EQ(loaded.config.body_timeout, 20s);
    EXPECT_EQ(loaded.config.write_timeout, 30s);
    EXPECT_EQ(describe(loaded.sources.at("WDX_IDLE_TIMEOUT")), "file " + file.path().string());
    EXPECT_EQ(describe(loaded.sources.at("WDX_BODY_TIMEOUT")), "environment");
    EXPECT_EQ(describe(loaded.sources.at("WDX_WRITE_TIMEOUT")), "flag");
}

TEST(Load, ReadsEveryTypeFromToml) {
    const TemporaryFile file(R"(
        database_url = "postgresql:///wdx"
        listen = ["127.0.0.1:1", "unix:/run/wdx.sock"]
        allowed_hosts = "a.example, .b.example"
        cors_allowed_origins = []
        listen_mode = 0o600
        basic_auth = true
        access_log = "off"
        database_connections = 8
        hash_threads = "2"
        throttle_login = "5/s"
        log_format = "json"
        data_dir = "/srv/wdx"
    )");
    Inputs inputs = plain_inputs();
    inputs.config_file = file.path();
    EXPECT_THAT(mistakes_of(inputs), ElementsAre());
    const Config config = load_well(inputs).config;
    EXPECT_EQ(config.database_url, "postgresql:///wdx");
    EXPECT_EQ(config.listen, (Lines{"127.0.0.1:1", "unix:/run/wdx.sock"}));
    EXPECT_EQ(config.allowed_hosts, (Lines{"a.example", ".b.example"}));
    EXPECT_TRUE(config.cors_allowed_origins.empty());
    EXPECT_EQ(config.listen_mode, 0600U);
    EXPECT_TRUE(config.basic_auth);
    EXPECT_FALSE(config.access_log);
    EXPECT_EQ(config.database_connections, 8U);
    EXPECT_EQ(config.hash_threads, 2U);
    EXPECT_EQ(config.throttle_login, (Rate{5, 1s}));
    EXPECT_EQ(config.log_format, LogFormat::json);
    EXPECT_EQ(config.data_dir, "/srv/wdx");
}

TEST(Load, TakesTheFilesNameFromTheEnvironment) {
    const TemporaryFile file("basic_auth = true");
    Inputs inputs = plain_inputs();
    inputs.environment["WDX_CONFIG_FILE"] = file.path();
    EXPECT_TRUE(load_well(inputs).config.basic_auth);
    const TemporaryFile other("basic_auth = false");
    inputs.config_file = other.path();
    EXPECT_FALSE(load_well(inputs).config.basic_auth);
}

TEST(Load, ReportsAllMistakesAtOnceByNameAndPlace) {
    const TemporaryFile file("idle_timout = 5\nheader_timeout = 0\n[limits]\nbody_limit = 3\n");
    Inputs inputs = plain_inputs();
    inputs.config_file = file.path();
    inputs.environment["WDX_DATABASE_CONNECTIONS"] = "65";
    inputs.environment["WDX_IDLE_TIMEOUT"] = "0";
    inputs.environment["WDX_NOTHING_LIKE_IT"] = "1";
    inputs.environment["WDX_HASH_QUEUE_FILE"] = "/x";
    inputs.flags["--listen"] = "nowhere";
    inputs.flags["--colour"] = "red";
    const std::string path = file.path();
    EXPECT_THAT(mistakes_of(inputs),
                ElementsAre("idle_timout: unknown setting, did you mean idle_timeout? (" + path + ", line 1)",
                            "limits: unknown setting (" + path + ", line 3)",
                            "WDX_HEADER_TIMEOUT: must be at least 1 (" + path + ", line 2)",
                            "WDX_HASH_QUEUE_FILE: unknown setting, only secrets are read from files (environment)",
                            "WDX_NOTHING_LIKE_IT: unknown setting (environment)",
                            "WDX_DATABASE_CONNECTIONS: must be at most 64 (environment)",
                            "WDX_IDLE_TIMEOUT: must be at least 1 (environment)", "--colour: unknown setting (flag)",
                            "WDX_LISTEN: 'nowhere' is not host:port, [v6]:port or unix:/absolute/path (of at most 107 "
                            "bytes) (flag)"));
}

TEST(Load, IgnoresRemovedSettingsAndWarnsOfThem) {
    Inputs inputs = plain_inputs();
    EXPECT_THAT(load_well(inputs).warnings, ElementsAre());
    const std::string warning = "WDX_IO_THREADS has no effect any more: remove it";
    inputs.environment["WDX_IO_THREADS"] = "not even a number";
    EXPECT_THAT(load_well(inputs).warnings, ElementsAre(warning));
    inputs.environment.erase("WDX_IO_THREADS");
    inputs.flags["--io-threads"] = "2";
    EXPECT_THAT(load_well(inputs).warnings, ElementsAre(warning));
    inputs.flags.clear();
    const TemporaryFile file("io_threads = [1]\n");
    inputs.config_file = file.path();
    EXPECT_THAT(load_well(inputs).warnings, ElementsAre(warning));
}

TEST(Load, WarnsOnceOfARemovedSettingThatIsGivenInSeveralPlaces) {
    Inputs inputs = plain_inputs();
    inputs.environment["WDX_IO_THREADS"] = "1";
    inputs.flags["--io-threads"] = "2";
    EXPECT_THAT(load_well(inputs).warnings, ElementsAre(HasSubstr("WDX_IO_THREADS")));
}

TEST(Load, DoesNotKnowRemovedSettingsInPlacesWithAnotherSpelling) {
    Inputs inputs = plain_inputs();
    inputs.environment["WDX_IO_THREADS_FILE"] = "/x";
    EXPECT_THAT(mistakes_of(inputs), ElementsAre(HasSubstr("unknown setting")));
}

TEST(RemovedSettings, AreNoLongerOptions) {
    for (const RemovedSetting& removed : removed_settings())
        for (const Option& option : options()) EXPECT_NE(option.name(), removed.name);
}

TEST(Load, RefusesTomlValuesOfTheWrongType) {
    const TemporaryFile file(R"(
database_url = 5
listen = [1, 2]
basic_auth = 1
idle_timeout = 1.5
body_timeout = true
allowed_hosts = ["a,b"]
throttle_api = 10
listen_mode = -1
secret_key_file = ["/a"]
)");
    Inputs inputs = plain_inputs();
    inputs.config_file = file.path();
    const std::string at = " (" + file.path().string() + ", line ";
    EXPECT_THAT(
        mistakes_of(inputs),
        ElementsAre("WDX_DATABASE_URL: must be a text in quotes" + at + "2)",
                    "WDX_LISTEN: must be an array of texts (without commas in them), or a text" + at + "3)",
                    "WDX_BASIC_AUTH: must be true or false" + at + "4)",
                    "WDX_IDLE_TIMEOUT: must be a whole number" + at + "5)",
                    "WDX_BODY_TIMEOUT: must be a whole number" + at + "6)",
                    "WDX_ALLOWED_HOSTS: must be an array of texts (without commas in them), or a text" + at + "7)",
                    "WDX_THROTTLE_API: must be a text in quotes" + at + "8)",
                    "WDX_LISTEN_MODE: must be an octal mode such as 0o660" + at + "9)",
                    "WDX_SECRET_KEY_FILE: must be a path in quotes" + at + "10)"));
}

TEST(Load, CountsAnEmptyVariableAsNotSet) {
    Inputs inputs = plain_inputs();
    inputs.environment["WDX_IDLE_TIMEOUT"] = "";
    inputs.environment["WDX_UNKNOWN"] = "";
    inputs.environment["WDX_CONFIG_FILE"] = "";
    inputs.environment["WDX_SECRET_KEY"] = "";
    const TemporaryFile key("k");
    inputs.environment["WDX_SECRET_KEY_FILE"] = key.path();
    const Loaded loaded = load_well(inputs);
    EXPECT_EQ(loaded.config.idle_timeout, 75s);
    EXPECT_EQ(loaded.config.secret_key, "k");
}

TEST(Load, TakesAnEmptyFlagAsAValue) {
    Inputs inputs = plain_inputs();
    inputs.environment["WDX_CORS_ALLOWED_ORIGINS"] = "https://a.example";
    inputs.flags["--cors-allowed-origins"] = "";
    EXPECT_TRUE(load_well(inputs).config.cors_allowed_origins.empty());
    inputs.flags["--listen"] = "";
    EXPECT_THAT(mistakes_of(inputs), ElementsAre("WDX_LISTEN: must have at least one entry (flag)"));
}

TEST(Load, ReadsASecretFromItsFileAndRemembersWhere) {
    const TemporaryFile key(" key with blanks \n");
    const TemporaryFile windows_url("postgresql://h/d\r\n");
    Inputs inputs = plain_inputs();
    inputs.environment["WDX_SECRET_KEY_FILE"] = key.path();
    inputs.flags["--database-url-file"] = windows_url.path();
    const Loaded loaded = load_well(inputs);
    EXPECT_EQ(loaded.config.secret_key, " key with blanks ");
    EXPECT_EQ(loaded.config.database_url, "postgresql://h/d");
    EXPECT_EQ(loaded.sources.at("WDX_SECRET_KEY").secret_file, key.path());
    EXPECT_EQ(describe(loaded.sources.at("WDX_SECRET_KEY")), "environment: WDX_SECRET_KEY_FILE=" + key.path().string());
    EXPECT_EQ(describe(loaded.sources.at("WDX_DATABASE_URL")),
              "flag: --database-url-file=" + windows_url.path().string());
}

TEST(Load, RefusesASecretBesideItsFileInOnePlace) {
    const TemporaryFile key("from file");
    Inputs inputs = plain_inputs();
    inputs.environment["WDX_SECRET_KEY"] = "from variable";
    inputs.environment["WDX_SECRET_KEY_FILE"] = key.path();
    EXPECT_THAT(mistakes_of(inputs),
                ElementsAre("WDX_SECRET_KEY: give this or WDX_SECRET_KEY_FILE, not both (environment)"));
}

TEST(Load, LetsALaterPlaceReplaceASecretGivenTheOtherWay) {
    const TemporaryFile settings("secret_key = 'from the settings'");
    const TemporaryFile key("from its file");
    Inputs inputs = plain_inputs();
    inputs.config_file = settings.path();
    inputs.environment["WDX_SECRET_KEY_FILE"] = key.path();
    EXPECT_EQ(load_well(inputs).config.secret_key, "from its file");
}

TEST(Load, NamesFilesThatCannotBeRead) {
    const TemporaryFile empty("\n");
    Inputs inputs = plain_inputs();
    inputs.environment["WDX_CONFIG_FILE"] = "/nonexistent/wdx.toml";
    inputs.environment["WDX_DATABASE_URL_FILE"] = "/nonexistent/url";
    inputs.environment["WDX_DATABASE_DIRECT_URL_FILE"] = "/dev/zero";
    inputs.environment["WDX_SECRET_KEY_FILE"] = empty.path();
    inputs.flags["--secret-key-file"] = "/tmp";
    EXPECT_THAT(
        mistakes_of(inputs),
        ElementsAre("WDX_CONFIG_FILE: cannot read /nonexistent/wdx.toml: No such file or directory (environment)",
                    "WDX_DATABASE_DIRECT_URL_FILE: /dev/zero has more than 65536 bytes (environment)",
                    "WDX_DATABASE_URL_FILE: cannot read /nonexistent/url: No such file or directory (environment)",
                    "WDX_SECRET_KEY_FILE: " + empty.path().string() + " is empty (environment)",
                    "WDX_SECRET_KEY_FILE: /tmp is a directory (flag)"));
}

TEST(Load, UnderstandsDatabaseUrlWhereOursIsNotSet) {
    Inputs inputs = plain_inputs();
    inputs.environment["DATABASE_URL"] = "postgres://other/db";
    const Loaded loaded = load_well(inputs);
    EXPECT_EQ(loaded.config.database_url, "postgres://other/db");
    EXPECT_EQ(describe(loaded.sources.at("WDX_DATABASE_URL")), "environment: DATABASE_URL");

    inputs.environment["WDX_DATABASE_URL"] = "postgresql://ours/db";
    EXPECT_EQ(load_well(inputs).config.database_url, "postgresql://ours/db");
}

TEST(Load, PutsThePasswordIntoTheUrlsOfTheDatabase) {
    const TemporaryFile password("p@ss/w'rd \\%\n");
    Inputs inputs = plain_inputs();
    inputs.environment["WDX_DATABASE_PASSWORD_FILE"] = password.path();
    EXPECT_EQ(load_well(inputs).config.database_url, "");
    inputs.environment["WDX_DATABASE_URL"] = "postgresql://op:another@db/wdx";
    inputs.environment["WDX_DATABASE_DIRECT_URL"] = "host=db user=op";
    const Config config = load_well(inputs).config;
    EXPECT_EQ(config.database_url, "postgresql://op:another@db/wdx?password=p%40ss%2Fw%27rd%20%5C%25");
    EXPECT_EQ(config.database_direct_url, "host=db user=op password='p@ss/w\\'rd \\\\%'");
    inputs.environment["WDX_DATABASE_URL"] = "postgresql://op@db/wdx?connect_timeout=5";
    EXPECT_THAT(load_well(inputs).config.database_url,
                testing::EndsWith("/wdx?connect_timeout=5&password=p%40ss%2Fw%27rd%20%5C%25"));
}

TEST(Load, DoesNotLookAtDatabaseUrlWhereOursIsSet) {
    Inputs inputs = plain_inputs();
    inputs.environment["DATABASE_URL"] = "sqlite:///db.sqlite3";
    EXPECT_THAT(mistakes_of(inputs), ElementsAre("WDX_DATABASE_URL: must be a postgresql:// URI or libpq's key=value "
                                                 "pairs (environment: DATABASE_URL)"));
    inputs.flags["--database-url"] = "postgresql://ours/db";
    EXPECT_EQ(load_well(inputs).config.database_url, "postgresql://ours/db");
}

TEST(Load, NeverRepeatsASecret) {
    const TemporaryFile url_file("mysql://op:geheim-a@h/d");
    Inputs inputs = plain_inputs();
    inputs.environment["WDX_DATABASE_URL_FILE"] = url_file.path();
    inputs.environment["WDX_DATABASE_DIRECT_URL"] = "mysql://op:geheim-b@h/d";
    inputs.environment["WDX_SECRET_KEY"] = std::string("geheim-c\0", 9);
    inputs.flags["--database-url"] = "geheim-d";
    const Lines mistakes = mistakes_of(inputs);
    EXPECT_EQ(mistakes.size(), 4U);
    for (const std::string& line : mistakes) EXPECT_THAT(line, Not(HasSubstr("geheim")));
}

TEST(Load, GivesThePlaceOfASyntaxErrorButNotTheText) {
    for (const std::string secret : {"geheim", "trugeheim", "\"geheim", "123456789012345678901234567890"}) {
        const TemporaryFile file("basic_auth = true\nsecret_key = " + secret + "\n");
        Inputs inputs = plain_inputs();
        inputs.config_file = file.path();
        const Lines mistakes = mistakes_of(inputs);
        ASSERT_EQ(mistakes.size(), 1U) << secret;
        EXPECT_THAT(mistakes[0], HasSubstr("is not TOML at line 2, column "));
        EXPECT_THAT(mistakes[0], Not(HasSubstr("geheim")));
        EXPECT_THAT(mistakes[0], Not(HasSubstr("1234")));
    }
}

TEST(Load, RefusesAKeyThatStandsTwice) {
    const TemporaryFile file("idle_timeout = 5\nidle_timeout = 6\n");
    Inputs inputs = plain_inputs();
    inputs.config_file = file.path();
    EXPECT_THAT(mistakes_of(inputs), ElementsAre(HasSubstr("is not TOML at line 2")));
}

TEST(Load, ChecksAPlaceThatAnotherOneOverrides) {
    Inputs inputs = plain_inputs();
    inputs.environment["WDX_IDLE_TIMEOUT"] = "soon";
    inputs.flags["--idle-timeout"] = "60";
    EXPECT_THAT(mistakes_of(inputs), ElementsAre("WDX_IDLE_TIMEOUT: must be a whole number (environment)"));
}

TEST(Load, MakesTheDataFolderAbsolute) {
    Inputs inputs = plain_inputs();
    inputs.environment["WDX_DATA_DIR"] = "data";
    EXPECT_EQ(load_well(inputs).config.data_dir, std::filesystem::current_path() / "data");
}

TEST(Load, AsksForTheDataFolderWhereNothingSaysWhere) {
    Inputs inputs;
    inputs.uid = 1000;
    EXPECT_THAT(mistakes_of(inputs), ElementsAre("WDX_DATA_DIR: must be given where HOME is not set (default)"));
}

TEST(Load, WantsACertificateAndItsKeyTogether) {
    Inputs inputs = plain_inputs();
    inputs.environment["WDX_TLS_CERT"] = "/etc/tls/server.crt";
    EXPECT_THAT(mistakes_of(inputs), ElementsAre("WDX_TLS_KEY: is missing: WDX_TLS_CERT needs it (environment)"));
    inputs.flags["--tls-key"] = "/etc/tls/server.key";
    EXPECT_EQ(load_well(inputs).config.tls_key, "/etc/tls/server.key");
    inputs.environment.erase("WDX_TLS_CERT");
    EXPECT_THAT(mistakes_of(inputs), ElementsAre("WDX_TLS_CERT: is missing: WDX_TLS_KEY needs it (flag)"));
}

TEST(ProcessInputs, SeesTheRealEnvironment) {
    const Inputs inputs = process_inputs();
    const char* const path = getenv("PATH");
    EXPECT_EQ(find_variable(inputs.environment, "PATH"),
              path == nullptr ? std::nullopt : std::optional<std::string>(path));
}

}  // namespace
}  // namespace wdx::config
