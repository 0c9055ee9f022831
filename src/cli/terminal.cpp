#include "cli/terminal.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <termios.h>
#include <unistd.h>

namespace wdx::cli {
namespace {

constexpr std::size_t kSecretLimit = 4096;

volatile std::sig_atomic_t caught_signal = 0;

extern "C" void remember_signal(int number) {
    caught_signal = number;
}

/// While it lives, the ending signals interrupt the read instead of ending the program.
class SignalGuard {
  public:
    SignalGuard() {
        caught_signal = 0;
        struct sigaction action {};
        action.sa_handler = &remember_signal;  // without SA_RESTART, so that read() returns
        for (std::size_t i = 0; i < kSignals.size(); ++i) ::sigaction(kSignals.at(i), &action, &former_.at(i));
    }
    SignalGuard(const SignalGuard&) = delete;
    SignalGuard& operator=(const SignalGuard&) = delete;
    ~SignalGuard() {
        for (std::size_t i = 0; i < kSignals.size(); ++i) ::sigaction(kSignals.at(i), &former_.at(i), nullptr);
        if (caught_signal != 0) std::raise(caught_signal);
    }

  private:
    static constexpr std::array kSignals{SIGINT, SIGTERM, SIGHUP};
    std::array<struct sigaction, kSignals.size()> former_{};
};

/// Switches the echo off while it lives.
class EchoGuard {
  public:
    EchoGuard() {
        if (::tcgetattr(STDIN_FILENO, &former_) != 0) return;
        changed_ = true;
        termios silent = former_;
        silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        silent.c_lflag |= ECHONL;
        // TCSAFLUSH also drops what was typed ahead, visibly.
        ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
    }
    EchoGuard(const EchoGuard&) = delete;
    EchoGuard& operator=(const EchoGuard&) = delete;
    ~EchoGuard() {
        if (changed_) ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &former_);
    }

  private:
    termios former_{};
    bool changed_ = false;
};

void say(std::string_view text) {
    while (!text.empty()) {
        const ssize_t count = ::write(STDERR_FILENO, text.data(), text.size());
        if (count < 0) return;
        text.remove_prefix(static_cast<std::size_t>(count));
    }
}

// Byte by byte: what follows the line belongs to the next question.
std::optional<std::string> read_line() {
    std::string line;
    for (;;) {
        char c = 0;
        const ssize_t count = ::read(STDIN_FILENO, &c, 1);
        if (count < 0 && errno == EINTR && caught_signal == 0) continue;
        if (count <= 0) return std::nullopt;
        if (c == '\n') return line;
        line += c;
    }
}

}  // namespace

bool is_interactive() {
    return ::isatty(STDIN_FILENO) == 1;
}

std::optional<std::string> ask(std::string_view question) {
    say(question);
    return read_line();
}

std::optional<std::string> ask_secret(std::string_view question) {
    // In this order: the echo is back before the signal is raised again.
    const SignalGuard signals;
    const EchoGuard echo;
    say(question);
    return read_line();
}

std::optional<std::string> read_secret_from_stdin() {
    std::string text;
    std::array<char, 1024> part{};
    while (text.size() <= kSecretLimit) {
        const ssize_t count = ::read(STDIN_FILENO, part.data(), part.size());
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) break;
        text.append(part.data(), static_cast<std::size_t>(count));
    }
    if (text.ends_with('\n')) text.pop_back();
    if (text.ends_with('\r')) text.pop_back();
    if (text.size() > kSecretLimit || text.find('\n') != std::string::npos) return std::nullopt;
    return text;
}

}  // namespace wdx::cli
