#include "cli/new_password.hpp"

#include "auth/password_validation.hpp"
#include "base/unicode.hpp"
#include "cli/command.hpp"
#include "cli/terminal.hpp"

#include <optional>
#include <vector>

namespace wdx::cli {
namespace {

constexpr int kAttempts = 3;

/// What no option overrides.
std::string hard_fault(std::string_view password) {
    if (password.empty()) return "The password must not be empty.";
    if (!base::is_utf8(password)) return "The password is not UTF-8.";
    if (password.find('\0') != std::string_view::npos) return "The password holds a NUL character.";
    return {};
}

std::vector<std::string> faults_of(std::string_view password, std::string_view username, bool validate) {
    if (std::string fault = hard_fault(password); !fault.empty()) return {std::move(fault)};
    if (!validate) return {};
    std::vector<std::string> faults = auth::validate_password(password, username);
    if (base::strip(password) != password)
        faults.emplace_back(
            "The password begins or ends with white space, which the login removes: nobody could log in with it.");
    return faults;
}

void print(const std::vector<std::string>& faults, std::ostream& err) {
    for (const std::string& fault : faults) err << fault << '\n';
    err.flush();
}

std::string read_from_stdin(const PasswordInput& input, std::string_view username, std::ostream& err) {
    const std::optional<std::string> password = read_secret_from_stdin();
    if (!password) throw CommandError(kRefused, "Standard input must hold the password and nothing else, on one line.");
    const std::vector<std::string> faults = faults_of(*password, username, input.validate);
    if (faults.empty()) return *password;
    print(faults, err);
    const bool overridable = hard_fault(*password).empty();
    throw CommandError(kRefused, overridable ? "Refused. --no-validate takes the password nevertheless." : "Refused.");
}

std::string ask_once(std::string_view question) {
    std::optional<std::string> answer = ask_secret(question);
    if (!answer) throw CommandError(kRefused, "Cancelled.");
    return *std::move(answer);
}

std::string read_from_terminal(const PasswordInput& input, std::string_view username, std::ostream& err) {
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
        std::string password = ask_once("Password: ");
        const std::vector<std::string> faults = faults_of(password, username, input.validate);
        if (!faults.empty()) {
            print(faults, err);
            continue;
        }
        if (ask_once("Password (again): ") == password) return password;
        err << "The two passwords differ." << std::endl;
    }
    throw CommandError(kRefused, "Given up after " + std::to_string(kAttempts) + " attempts.");
}

}  // namespace

void require_password_source(const PasswordInput& input) {
    if (!input.from_stdin && !is_interactive())
        throw CommandError(kUsage, "Standard input is no terminal: give the password with --password-stdin.");
}

std::string read_new_password(const PasswordInput& input, std::string_view username, std::ostream& err) {
    return input.from_stdin ? read_from_stdin(input, username, err) : read_from_terminal(input, username, err);
}

}  // namespace wdx::cli
