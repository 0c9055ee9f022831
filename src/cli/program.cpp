#include "cli/program.hpp"

#include "cli/changepassword.hpp"
#include "cli/check.hpp"
#include "cli/command.hpp"
#include "cli/config_command.hpp"
#include "cli/create_user.hpp"
#include "cli/flushexpiredtokens.hpp"
#include "cli/migrate.hpp"
#include "cli/openapi.hpp"
#include "cli/rotatesecret.hpp"
#include "cli/serve.hpp"
#include "cli/totp.hpp"
#include "config/load.hpp"

#include <iostream>

#include <CLI/CLI.hpp>

namespace wdx::cli {
namespace {

/// The settings that the command line gives, and what to do once it is read.
class Program {
  public:
    Program();
    int run(int argc, char** argv);

  private:
    CLI::App* add_command(CLI::App& parent, const std::string& name, const std::string& help,
                          std::function<int(const config::Loaded&)> action);
    void add_settings(CLI::App& command);
    void add_password_input(CLI::App& command, PasswordInput& input);
    void add_server_commands();
    void add_database_commands();
    void add_operator_commands();
    void add_totp_commands();
    void add_config_commands();
    int with_settings(const std::function<int(const config::Loaded&)>& action) const;

    CLI::App app_{"Serves the data of watchdxg-core over a JSON API, to its operator alone."};
    config::Inputs inputs_ = config::process_inputs();
    std::string config_file_;
    std::function<int()> action_;

    bool migrate_first_ = false;
    bool check_data_ = false;
    std::optional<std::uint16_t> postgres_port_;
    MigrateOptions migrate_;
    CreateUserOptions create_user_;
    ChangePasswordOptions change_password_;
    std::string totp_username_;
    std::string core_generation_ = "v3";
};

Program::Program() {
    app_.name("watchdxg-back");
    app_.require_subcommand(1);
    app_.set_version_flag("--version", "watchdxg-back " WDX_VERSION);
    app_.footer("Each command has --help. Settings: docs/configuration.md, or `config example`.");
    add_server_commands();
    add_database_commands();
    add_operator_commands();
    add_totp_commands();
    add_config_commands();
}

/// Every setting is a flag of every command; `--help` lists the command's own options first.
void Program::add_settings(CLI::App& command) {
    command.add_option("--config", config_file_, "Settings file in TOML (WDX_CONFIG_FILE)")->group("Settings");
    for (const config::Option& option : config::options()) {
        std::vector<std::string> names{option.spelled(config::Place::flag)};
        if (option.is_secret()) names.push_back(option.file_spelled(config::Place::flag));
        for (const std::string& name : names) {
            command
                .add_option_function<std::string>(
                    name, [this, name](const std::string& value) { inputs_.flags[name] = value; },
                    std::string(option.help()))
                ->group("Settings");
        }
    }
}

CLI::App* Program::add_command(CLI::App& parent, const std::string& name, const std::string& help,
                               std::function<int(const config::Loaded&)> action) {
    CLI::App* command = parent.add_subcommand(name, help);
    add_settings(*command);
    command->callback(
        [this, action = std::move(action)] { action_ = [this, action] { return with_settings(action); }; });
    return command;
}

int Program::with_settings(const std::function<int(const config::Loaded&)>& action) const {
    config::Inputs inputs = inputs_;
    if (!config_file_.empty()) inputs.config_file = config_file_;
    const auto loaded = config::load(inputs);
    if (loaded) return action(*loaded);
    for (const config::Mistake& mistake : loaded.error()) std::cerr << config::describe(mistake) << '\n';
    return kUsage;
}

void Program::add_server_commands() {
    CLI::App* command = add_command(app_, "serve", "Serve the API until stopped", [this](const config::Loaded& loaded) {
        return serve(loaded.config, migrate_first_, std::cerr);
    });
    command->add_flag("--migrate", migrate_first_, "Apply pending migrations instead of refusing to start");
    command =
        add_command(app_, "dev", "Try it: private PostgreSQL, demo data, operator watchdxg/watchdxg, loopback only",
                    [this](const config::Loaded& loaded) { return dev(loaded.config, postgres_port_, std::cerr); });
    command->add_option("--postgres-port", postgres_port_,
                        "Let PostgreSQL listen on 127.0.0.1 at this port too, with a generated password");
    add_command(app_, "healthcheck", "Ask the running server whether it answers",
                [](const config::Loaded& loaded) { return healthcheck(loaded.config, std::cout, std::cerr); });
    command = app_.add_subcommand("openapi", "Print the OpenAPI document of the API");
    command->add_option("--core", core_generation_, "Generation of watchdxg-core's tables: v1, v2, v3 (default)")
        ->check(CLI::IsMember({"v1", "v2", "v3"}));
    command->callback([this] {
        action_ = [this] {
            write_openapi(std::cout, core_generation_);
            return kDone;
        };
    });
    app_.add_subcommand("version", "Print the version")->callback([this] {
        action_ = [] {
            std::cout << "watchdxg-back " WDX_VERSION "\n";
            return kDone;
        };
    });
}

void Program::add_database_commands() {
    CLI::App* command = add_command(
        app_, "migrate", "Bring our tables up to date",
        [this](const config::Loaded& loaded) { return migrate(loaded.config, migrate_, std::cout, std::cerr); });
    auto* check_flag = command->add_flag("--check", migrate_.check, "Change nothing; exit 1 when something is pending");
    command->add_flag("--plan", migrate_.plan, "Change nothing; say what would be done")->excludes(check_flag);
    add_command(app_, "flushexpiredtokens", "Delete expired refresh tokens",
                [](const config::Loaded& loaded) { return flushexpiredtokens(loaded.config, std::cout, std::cerr); });
    command = add_command(
        app_, "check", "Look at settings and database and say what to do",
        [this](const config::Loaded& loaded) { return check(loaded.config, check_data_, std::cout, std::cerr); });
    command->add_flag("--data", check_data_, "Look for what is known to go wrong in the core's rows, too");
}

void Program::add_password_input(CLI::App& command, PasswordInput& input) {
    command.add_flag("--password-stdin", input.from_stdin, "Read the password from standard input");
    command.add_flag_callback(
        "--no-validate", [&input] { input.validate = false; }, "Accept a weak password");
}

void Program::add_operator_commands() {
    CLI::App* command =
        add_command(app_, "create_user", "Make the operator who may log in", [this](const config::Loaded& loaded) {
            return create_user(loaded.config, create_user_, std::cout, std::cerr);
        });
    command->add_option("--username", create_user_.username, "Name to log in with; asked for when missing");
    command->add_flag("--allow-second", create_user_.allow_second, "Make another operator besides the first");
    add_password_input(*command, create_user_.password);
    command = add_command(app_, "changepassword", "Set an operator's password and end all sessions",
                          [this](const config::Loaded& loaded) {
                              return changepassword(loaded.config, change_password_, std::cout, std::cerr);
                          });
    command->add_option("--username", change_password_.username, "May be omitted when there is one operator");
    add_password_input(*command, change_password_.password);
    add_command(app_, "rotatesecret", "Make a new signing key; the old one still verifies",
                [](const config::Loaded& loaded) { return rotatesecret(loaded, std::cout, std::cerr); });
}

void Program::add_totp_commands() {
    CLI::App* parent = app_.add_subcommand("totp", "The second factor of an operator (RFC 6238)");
    parent->require_subcommand(1);
    CLI::App* command =
        add_command(*parent, "enable", "Want a one-time code at every login", [this](const config::Loaded& loaded) {
            return enable_totp(loaded.config, totp_username_, std::cout, std::cerr);
        });
    command->add_option("--username", totp_username_, "May be omitted when there is one operator");
    command = add_command(*parent, "disable", "Let the password alone in again", [this](const config::Loaded& loaded) {
        return disable_totp(loaded.config, totp_username_, std::cout, std::cerr);
    });
    command->add_option("--username", totp_username_, "May be omitted when there is one operator");
}

void Program::add_config_commands() {
    CLI::App* parent = app_.add_subcommand("config", "Show settings");
    parent->require_subcommand(1);
    add_command(*parent, "dump", "Print every setting, where it comes from, secrets masked",
                [](const config::Loaded& loaded) {
                    dump_config(std::cout, loaded);
                    return kDone;
                });
    parent->add_subcommand("example", "Print a settings file with every default")->callback([this] {
        action_ = [] {
            write_config_example(std::cout);
            return kDone;
        };
    });
    parent->add_subcommand("docs", "Print docs/configuration.md")->callback([this] {
        action_ = [] {
            write_config_docs(std::cout);
            return kDone;
        };
    });
}

int Program::run(int argc, char** argv) {
    try {
        app_.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app_.exit(error) == 0 ? kDone : kUsage;
    }
    return action_();
}

}  // namespace

int run(int argc, char** argv) {
    return Program().run(argc, argv);
}

}  // namespace wdx::cli
