#include "backup/manifest.hpp"

#include "backup/error.hpp"
#include "base/json_value.hpp"
#include "base/json_writer.hpp"

#include <algorithm>

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <fmt/format.h>

namespace wdx::backup {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;

[[noreturn]] void refuse_newer(const object& document) {
    const value* const program = document.if_contains("program_version");
    const std::string version = program != nullptr && program->is_string() ? std::string(program->as_string()) : "?";
    throw BackupError(fmt::format(
        "This backup was made by watchdxg-back {}, which is newer than this one ({}): install that version.", version,
        WDX_VERSION));
}

std::string text_of(const object& from, std::string_view name) {
    return std::string(from.at(name).as_string());
}

Manifest read_members(const object& from) {
    Manifest manifest;
    manifest.program_version = text_of(from, "program_version");
    manifest.made_at = text_of(from, "made_at");
    const auto scope = parse_scope(text_of(from, "what"));
    if (!scope) refuse_newer(from);
    manifest.scope = *scope;
    manifest.database = text_of(from, "database");
    manifest.server_version = text_of(from, "server_version");
    manifest.dump_version = from.at("dump_version").to_number<int>();
    manifest.newest_migration = text_of(from, "newest_migration");
    for (const value& role : from.at("roles").as_array()) manifest.roles.emplace_back(role.as_string());
    for (const value& name : from.at("core_objects").as_array()) manifest.core_objects.emplace_back(name.as_string());
    for (const value& entry : from.at("tables").as_array()) {
        const object& table = entry.as_object();
        manifest.tables.push_back(
            {text_of(table, "schema"), text_of(table, "name"), table.at("rows").to_number<std::int64_t>()});
    }
    for (const value& entry : from.at("members").as_array()) {
        const object& member = entry.as_object();
        manifest.members.push_back(
            {text_of(member, "name"), member.at("size").to_number<std::int64_t>(), text_of(member, "sha256")});
    }
    return manifest;
}

}  // namespace

std::string_view to_text(Scope scope) noexcept {
    return scope == Scope::all ? "all" : "ours";
}

std::optional<Scope> parse_scope(std::string_view text) noexcept {
    for (const Scope scope : {Scope::all, Scope::ours})
        if (to_text(scope) == text) return scope;
    return std::nullopt;
}

const Member* Manifest::find_member(std::string_view name) const noexcept {
    const auto found = std::ranges::find(members, name, &Member::name);
    return found == members.end() ? nullptr : &*found;
}

std::string write_manifest(const Manifest& manifest) {
    array roles;
    for (const std::string& role : manifest.roles) roles.emplace_back(role);
    array core_objects;
    for (const std::string& name : manifest.core_objects) core_objects.emplace_back(name);
    array tables;
    for (const TableRows& table : manifest.tables)
        tables.push_back(object{{"schema", table.schema}, {"name", table.name}, {"rows", table.rows}});
    array members;
    for (const Member& member : manifest.members)
        members.push_back(object{{"name", member.name}, {"size", member.size}, {"sha256", member.sha256}});
    const object document{{"format", Manifest::kFormat},
                          {"program_version", manifest.program_version},
                          {"made_at", manifest.made_at},
                          {"what", to_text(manifest.scope)},
                          {"database", manifest.database},
                          {"server_version", manifest.server_version},
                          {"dump_version", manifest.dump_version},
                          {"newest_migration", manifest.newest_migration},
                          {"roles", std::move(roles)},
                          {"core_objects", std::move(core_objects)},
                          {"tables", std::move(tables)},
                          {"members", std::move(members)}};
    std::string text;
    base::JsonIndenter(2).feed(base::json_text(document), text);
    return text + "\n";
}

Manifest read_manifest(std::string_view text) {
    try {
        const value document = boost::json::parse(text);
        const object& members = document.as_object();
        if (members.at("format").to_number<int>() > Manifest::kFormat) refuse_newer(members);
        return read_members(members);
    } catch (const BackupError&) {
        throw;
    } catch (const std::exception&) {
        throw BackupError("The manifest of this backup is not readable: it was altered.");
    }
}

}  // namespace wdx::backup
