#include "cli/interruption_report.hpp"

#include <csignal>
#include <unistd.h>
#include <utility>

namespace wdx::cli {
namespace {

std::string_view name_of(int number) {
    return number == SIGINT ? "SIGINT" : number == SIGHUP ? "SIGHUP" : "SIGTERM";
}

/// As nohup(1) has it for SIGHUP.
bool is_ignored(int number) {
    struct sigaction action {};
    return ::sigaction(number, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

}  // namespace

InterruptionReport::InterruptionReport(std::function<void(std::string_view)> report)
    : report_(std::move(report)), thread_([this] { watch(); }) {}

void InterruptionReport::close() {
    {
        const std::lock_guard lock(reporting_);
        is_closed_ = true;
    }
    if (!thread_.joinable()) return;
    ::pthread_kill(thread_.native_handle(), SIGTERM);  // wakes it
    thread_.join();
}

void InterruptionReport::watch() {
    sigset_t signals;
    sigemptyset(&signals);
    for (const int number : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&signals, number);
    for (;;) {
        int number = 0;
        if (::sigwait(&signals, &number) != 0) continue;
        const std::lock_guard lock(reporting_);
        if (is_closed_) return;
        if (is_ignored(number)) continue;
        ::pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
        report_(name_of(number));
        ::raise(number);
        ::_exit(128 + number);  // the first process of a container does not end by a signal
    }
}

}  // namespace wdx::cli
