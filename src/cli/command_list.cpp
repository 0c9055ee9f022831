#include "cli/command_list.hpp"

namespace wdx::cli {
namespace {

std::vector<OptionEntry> list_options(const CLI::App& command) {
    std::vector<OptionEntry> entries;
    for (const CLI::Option* option : command.get_options()) {
        if (option->get_group().empty() || option->get_lnames().empty()) continue;  // hidden from --help
        entries.push_back({.flag = "--" + option->get_lnames().front(),
                           .help = option->get_description(),
                           .takes_value = option->get_items_expected_max() > 0,
                           .is_setting = option->get_group() == kSettingsGroup});
    }
    return entries;
}

void add_entries(const CLI::App& command, const std::string& name, std::vector<CommandEntry>& entries) {
    const std::vector<const CLI::App*> below = command.get_subcommands([](const CLI::App*) { return true; });
    entries.push_back({.name = name,
                       .help = command.get_description(),
                       .options = list_options(command),
                       .is_group = !below.empty()});
    for (const CLI::App* one : below)
        add_entries(*one, name.empty() ? one->get_name() : name + " " + one->get_name(), entries);
}

}  // namespace

std::string_view CommandEntry::group() const {
    const std::size_t blank = name.rfind(' ');
    return blank == std::string::npos ? std::string_view() : std::string_view(name).substr(0, blank);
}

std::string_view CommandEntry::word() const {
    return std::string_view(name).substr(name.rfind(' ') + 1);
}

std::vector<CommandEntry> list_commands(const CLI::App& program) {
    std::vector<CommandEntry> entries;
    add_entries(program, "", entries);
    return entries;
}

}  // namespace wdx::cli
