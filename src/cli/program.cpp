#include "cli/program.hpp"

#include "app/process_setup.hpp"
#include "cli/backup.hpp"
#include "cli/changepassword.hpp"
#include "cli/check.hpp"
#include "cli/command.hpp"
#include "cli/command_list.hpp"
#include "cli/completion.hpp"
#include "cli/config_command.hpp"
#include "cli/create_user.hpp"
#include "cli/flushexpiredtokens.hpp"
#include "cli/indexes.hpp"
#include "cli/manual.hpp"
#include "cli/migrate.hpp"
#include "cli/openapi.hpp"
#include "cli/restore.hpp"
#include "cli/rotatesecret.hpp"
#include "cli/serve.hpp"
#include "cli/totp.hpp"
#include "config/load.hpp"
#include "config/removed.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <iostream>
#include <map>

#include <CLI/CLI.hpp>

namespace wdx::cli {
namespace {

using config::Loaded;

/// What the command line gives besides settings.
struct Arguments {
    bool migrate_first = false;
    bool check_data = false;
    IndexesOptions indexes;
    std::optional<std::uint16_t> postgres_port;
    MigrateOptions migrate;
    CreateUserOptions create_user;
    ChangePasswordOptions change_password;
    std::string totp_username;
    BackupOptions backup;
    RestoreOptions restore;
    std::string core_generation = "v3";
    std::function<std::vector<CommandEntry>()> commands;  ///< all, with their options, for those that describe them
};

void declare_serve(CLI::App& command, Arguments& to) {
    command.add_flag("--migrate", to.migrate_first, "Apply pending migrations instead of refusing to start");
}

void declare_dev(CLI::App& command, Arguments& to) {
    command.add_option("--postgres-port", to.postgres_port,
                       "Let PostgreSQL listen on 127.0.0.1 at this port too, with a generated password");
}

void declare_openapi(CLI::App& command, Arguments& to) {
    command.add_option("--core", to.core_generation, "Generation of watchdxg-core's tables: v1, v2, v3 (default)")
        ->check(CLI::IsMember({"v1", "v2", "v3"}));
}

void declare_migrate(CLI::App& command, Arguments& to) {
    auto* check = command.add_flag("--check", to.migrate.check, "Change nothing; exit 1 when something is pending");
    command.add_flag("--plan", to.migrate.plan, "Change nothing; say what would be done")->excludes(check);
}

void declare_check(CLI::App& command, Arguments& to) {
    command.add_flag("--data", to.check_data, "Look for what is known to go wrong in the core's rows, too");
}

void declare_indexes(CLI::App& command, Arguments& to) {
    auto* create =
        command.add_flag("--create", to.indexes.create, "Make those that are missing, while the core goes on");
    command.add_flag("--all", to.indexes.all, "With --create: also those that are optional")->needs(create);
}

void declare_password(CLI::App& command, PasswordInput& input) {
    command.add_flag("--password-stdin", input.from_stdin, "Read the password from standard input");
    command.add_flag_callback(
        "--no-validate", [&input] { input.validate = false; }, "Accept a weak password");
}

void declare_create_user(CLI::App& command, Arguments& to) {
    command.add_option("--username", to.create_user.username, "Name to log in with; asked for when missing");
    command.add_flag("--allow-second", to.create_user.allow_second, "Make another operator besides the first");
    declare_password(command, to.create_user.password);
}

constexpr const char* kUsernameHelp = "May be omitted when there is one operator";

void declare_changepassword(CLI::App& command, Arguments& to) {
    command.add_option("--username", to.change_password.username, kUsernameHelp);
    declare_password(command, to.change_password.password);
}

void declare_totp(CLI::App& command, Arguments& to) {
    command.add_option("--username", to.totp_username, kUsernameHelp);
}

void declare_key_secret(CLI::App& command, KeySecretOptions& to) {
    auto* passphrase = command.add_option("--passphrase-file", to.passphrase_file,
                                          "File whose first line encrypts the signing key in the backup");
    command.add_option("--key-file", to.key_file, "File whose whole contents do so instead")->excludes(passphrase);
}

void declare_backup(CLI::App& command, Arguments& to) {
    command.add_option("--to", to.backup.folder, "Folder for the backup; made if it is missing")->required();
    command
        .add_option("--keep", to.backup.keep, "Then keep the newest of so many days, weeks and months; remove others")
        ->check(CLI::Range(1, 1000));
    command
        .add_option_function<std::string>(
            "--what", [&to](const std::string& text) { to.backup.scope = *backup::parse_scope(text); },
            "all (default), or ours: without what watchdxg-core has collected")
        ->check(CLI::IsMember({"all", "ours"}));
    declare_key_secret(command, to.backup.key_secret);
    command.add_flag("--verify", to.backup.verify,
                     "Restore it into a database of its own, and count, before it counts");
}

void declare_restore(CLI::App& command, Arguments& to) {
    command.add_option("file", to.restore.file, "The backup")->required();
    command.add_option("--to", to.restore.url, "Connection string of the database; default: WDX_DATABASE_URL");
    declare_key_secret(command, to.restore.key_secret);
    command.add_flag("--without-key", to.restore.without_key, "Leave the signing key of the backup");
    command.add_flag("--replace", to.restore.replace, "Lose what the database holds now");
    command.add_flag("--dry-run", to.restore.dry_run, "Change nothing; say what would be done");
}

/// One command.
struct Command {
    std::string_view name;  ///< with that of its group, if it has one, before a blank
    std::string_view help;
    int (*run)(const Loaded& settings, const Arguments& arguments);
    void (*declare)(CLI::App& command, Arguments& to) = nullptr;  ///< its options beside settings
    bool takes_settings = true;                                   ///< otherwise `run` gets the defaults
};

constexpr std::array kCommands{
    Command{
        "serve", "Serve the API until stopped",
        [](const Loaded& settings, const Arguments& given) { return serve(settings, given.migrate_first, std::cerr); },
        &declare_serve},
    Command{
        "dev", "Try it: private PostgreSQL, demo data, operator watchdxg/watchdxg, loopback only",
        [](const Loaded& settings, const Arguments& given) { return dev(settings, given.postgres_port, std::cerr); },
        &declare_dev},
    Command{
        "healthcheck", "Ask the running server whether it answers",
        [](const Loaded& settings, const Arguments&) { return healthcheck(settings.config, std::cout, std::cerr); }},
    Command{"openapi", "Print the OpenAPI document of the API",
            [](const Loaded&, const Arguments& given) {
                write_openapi(std::cout, given.core_generation);
                return kDone;
            },
            &declare_openapi, false},
    Command{"version", "Print the version",
            [](const Loaded&, const Arguments&) {
                std::cout << "watchdxg-back " WDX_VERSION "\n";
                return kDone;
            },
            nullptr, false},
    Command{"migrate", "Bring our tables up to date",
            [](const Loaded& settings, const Arguments& given) {
                return migrate(settings.config, given.migrate, std::cout, std::cerr);
            },
            &declare_migrate},
    Command{"flushexpiredtokens", "Delete expired refresh tokens",
            [](const Loaded& settings, const Arguments&) {
                return flushexpiredtokens(settings.config, std::cout, std::cerr);
            }},
    Command{"check", "Look at settings and database and say what to do",
            [](const Loaded& settings, const Arguments& given) {
                return check(settings, given.check_data, std::cout, std::cerr);
            },
            &declare_check},
    Command{"indexes", "Say which indexes on the core's tables would save time; make them if asked to",
            [](const Loaded& settings, const Arguments& given) {
                return indexes(settings.config, given.indexes, std::cout, std::cerr);
            },
            &declare_indexes},
    Command{"create_user", "Make the operator who may log in",
            [](const Loaded& settings, const Arguments& given) {
                return create_user(settings.config, given.create_user, std::cout, std::cerr);
            },
            &declare_create_user},
    Command{"changepassword", "Set an operator's password and end all sessions",
            [](const Loaded& settings, const Arguments& given) {
                return changepassword(settings.config, given.change_password, std::cout, std::cerr);
            },
            &declare_changepassword},
    Command{"rotatesecret", "Make a new signing key; the old one still verifies",
            [](const Loaded& settings, const Arguments&) { return rotatesecret(settings, std::cout, std::cerr); }},
    Command{"backup", "Write a file with a copy of the database, the settings and the signing key",
            [](const Loaded& settings, const Arguments& given) {
                return backup(settings, given.backup, std::cout, std::cerr);
            },
            &declare_backup},
    Command{"restore", "Put a backup into a database",
            [](const Loaded& settings, const Arguments& given) {
                return restore(settings, given.restore, std::cout, std::cerr);
            },
            &declare_restore},
    Command{"totp enable", "Ask for a one-time code at every login",
            [](const Loaded& settings, const Arguments& given) {
                return enable_totp(settings.config, given.totp_username, std::cout, std::cerr);
            },
            &declare_totp},
    Command{"totp disable", "Let the password alone in again",
            [](const Loaded& settings, const Arguments& given) {
                return disable_totp(settings.config, given.totp_username, std::cout, std::cerr);
            },
            &declare_totp},
    Command{"config dump", "Print every setting, where it comes from, secrets masked",
            [](const Loaded& settings, const Arguments&) {
                dump_config(std::cout, settings);
                return kDone;
            }},
    Command{"config example", "Print a settings file with every default",
            [](const Loaded&, const Arguments&) {
                write_config_example(std::cout);
                return kDone;
            },
            nullptr, false},
    Command{"config docs", "Print docs/configuration.md",
            [](const Loaded&, const Arguments&) {
                write_config_docs(std::cout);
                return kDone;
            },
            nullptr, false},
    Command{"man", "Print the manual page, for man(1)",
            [](const Loaded&, const Arguments& given) {
                write_manual(std::cout, given.commands());
                return kDone;
            },
            nullptr, false},
    Command{"completion bash", "Print completions for bash",
            [](const Loaded&, const Arguments& given) {
                write_bash_completion(std::cout, given.commands());
                return kDone;
            },
            nullptr, false},
    Command{"completion zsh", "Print completions for zsh",
            [](const Loaded&, const Arguments& given) {
                write_zsh_completion(std::cout, given.commands());
                return kDone;
            },
            nullptr, false},
    Command{"completion fish", "Print completions for fish",
            [](const Loaded&, const Arguments& given) {
                write_fish_completion(std::cout, given.commands());
                return kDone;
            },
            nullptr, false},
};

struct Group {
    std::string_view name;
    std::string_view help;
};

constexpr std::array kGroups{
    Group{"totp", "The second factor of an operator (RFC 6238)"},
    Group{"config", "Show settings"},
    Group{"completion", "Print what a shell completes commands and options with"},
};

/// The command line: reads it, loads the settings and runs the command.
class Program {
  public:
    Program();
    int run(int argc, char** argv);

  private:
    CLI::App& group_of(const Command& command);
    void add_settings(CLI::App& command);
    void add_setting(CLI::App& command, const std::string& flag, const std::string& help, const std::string& group);
    std::vector<CommandEntry> all_commands();
    int run_command() const;

    CLI::App app_{"Serves the data of watchdxg-core over a JSON API, to its operator alone."};
    std::map<std::string_view, CLI::App*> groups_;
    std::vector<CLI::App*> taking_settings_;
    config::Inputs inputs_ = config::process_inputs();
    std::string config_file_;
    Arguments arguments_;
    const Command* command_ = nullptr;  ///< that was given
};

Program::Program() {
    arguments_.commands = [this] { return all_commands(); };
    app_.name("watchdxg-back");
    app_.require_subcommand(1);
    app_.set_version_flag("--version", "watchdxg-back " WDX_VERSION);
    app_.footer("Each command has --help. Settings: docs/configuration.md, or `config example`.");
    for (const Command& row : kCommands) {
        const std::string_view name = row.name.substr(row.name.find(' ') + 1);  // all of it without a group
        CLI::App* command = group_of(row).add_subcommand(std::string(name), std::string(row.help));
        if (row.takes_settings) {
            // A hundred options for each of twenty commands take a third of a start, and two megabytes: made for the
            // given one.
            command->preparse_callback([this, command](std::size_t) { add_settings(*command); });
            taking_settings_.push_back(command);
        }
        if (row.declare != nullptr) row.declare(*command, arguments_);
        command->callback([this, &row] { command_ = &row; });
    }
}

CLI::App& Program::group_of(const Command& command) {
    const std::size_t blank = command.name.find(' ');
    if (blank == std::string_view::npos) return app_;
    const std::string_view name = command.name.substr(0, blank);
    CLI::App*& made = groups_[name];
    if (made != nullptr) return *made;
    const auto* const group =
        std::find_if(kGroups.begin(), kGroups.end(), [&](const Group& g) { return g.name == name; });
    made = app_.add_subcommand(std::string(name), group == kGroups.end() ? "" : std::string(group->help));
    made->require_subcommand(1);
    return *made;
}

/// Every setting is a flag of every command; `--help` lists the command's own options first.
void Program::add_settings(CLI::App& command) {
    const std::string group(kSettingsGroup);
    command.add_option("--config", config_file_, "Settings file in TOML (WDX_CONFIG_FILE)")->group(group);
    for (const config::Option& option : config::options()) {
        const std::string help(option.help());
        add_setting(command, option.spelled(config::Place::flag), help, group);
        if (option.is_secret()) add_setting(command, option.file_spelled(config::Place::flag), help, group);
    }
    const std::string hidden;  // from --help
    for (const config::RemovedSetting& removed : config::removed_settings())
        add_setting(command, config::spelled(removed.name, config::Place::flag), "", hidden);
}

void Program::add_setting(CLI::App& command, const std::string& flag, const std::string& help,
                          const std::string& group) {
    auto keep = [this, flag](const std::string& value) { inputs_.flags[flag] = value; };
    command.add_option_function<std::string>(flag, keep, help)->group(group);
}

/// With all their options.  Once only, and of a command that takes no settings itself: nothing declares an option
/// twice.
std::vector<CommandEntry> Program::all_commands() {
    for (CLI::App* command : taking_settings_) add_settings(*command);
    return list_commands(app_);
}

int Program::run_command() const {
    if (!command_->takes_settings) return command_->run({}, arguments_);
    config::Inputs inputs = inputs_;
    if (!config_file_.empty()) inputs.config_file = config_file_;
    const auto loaded = config::load(inputs);
    if (loaded) return command_->run(*loaded, arguments_);
    for (const config::Mistake& mistake : loaded.error()) std::cerr << config::describe(mistake) << '\n';
    return kUsage;
}

int Program::run(int argc, char** argv) {
    try {
        app_.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app_.exit(error) == 0 ? kDone : kUsage;
    }
    return run_command();
}

}  // namespace

int run(int argc, char** argv) {
    app::open_standard_descriptors();
    return Program().run(argc, argv);
}

}  // namespace wdx::cli
