#include "base/log.hpp"

#include "base/json_writer.hpp"

#include <cstdio>
#include <memory>

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

namespace wdx::base {
namespace {

constexpr std::size_t kStderrBuffer = 64 * 1024;

/// Control characters become `\xNN`, so that foreign text can neither start a line of its own nor steer a terminal.
std::string escape_controls(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20 || byte == 0x7F) {
            fmt::format_to(std::back_inserter(out), "\\x{:02x}", byte);
        } else {
            out.push_back(c);
        }
    }
    return out;
}

/// Bytes beyond ASCII become `\\xNN` too: a request's target may hold anything, a JSON string may not.
std::string printable_ascii(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (static_cast<unsigned char>(c) < 0x80) {
            out.push_back(c);
        } else {
            fmt::format_to(std::back_inserter(out), "\\x{:02x}", static_cast<unsigned char>(c));
        }
    }
    return out;
}

/// %v in either format: escaped for a terminal, or as a JSON string.
class SafeMessage : public spdlog::custom_flag_formatter {
  public:
    explicit SafeMessage(bool json) : json_(json) {}

    void format(const spdlog::details::log_msg& message, const std::tm& /*time*/,
                spdlog::memory_buf_t& destination) override {
        const std::string_view text{message.payload.data(), message.payload.size()};
        std::string out;
        // An access entry of the JSON format is a list of members already (see log_access).
        if (json_ && text.starts_with('\x1e')) {
            out = text.substr(1);
        } else if (json_) {
            out = "\"message\":";
            append_json_string(out, text);
        } else {
            out = escape_controls(text);
        }
        destination.append(out.data(), out.data() + out.size());
    }

    [[nodiscard]] std::unique_ptr<custom_flag_formatter> clone() const override {
        return std::make_unique<SafeMessage>(json_);
    }

  private:
    bool json_;
};

/// What log_access and reopen_log need to remember of the options; written by setup_log alone.
struct LogState {
    LogOptions options;
};
LogState& state() {
    static LogState instance;
    return instance;
}

std::shared_ptr<spdlog::sinks::sink> make_sink(const LogOptions& options) {
    if (options.file.empty()) return std::make_shared<spdlog::sinks::stderr_sink_mt>();
    return std::make_shared<spdlog::sinks::basic_file_sink_mt>(options.file.string());
}

void install(const LogOptions& options) {
    auto logger = std::make_shared<spdlog::logger>("wdx", make_sink(options));
    auto formatter = std::make_unique<spdlog::pattern_formatter>(spdlog::pattern_time_type::utc);
    formatter->add_flag<SafeMessage>('*', options.json);
    formatter->set_pattern(options.json ? R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%*})"
                                        : "%Y-%m-%dT%H:%M:%S.%eZ %^%-7l%$ %*");
    logger->set_formatter(std::move(formatter));
    logger->set_level(options.level);
    logger->flush_on(spdlog::level::warn);
    spdlog::set_default_logger(std::move(logger));
}

}  // namespace

void setup_log(const LogOptions& options) {
    // Written out by flush_log and with each warning: one system call for many lines.
    if (options.file.empty()) std::setvbuf(stderr, nullptr, _IOFBF, kStderrBuffer);
    state().options = options;
    install(options);
}

void reopen_log() {
    if (!state().options.file.empty()) install(state().options);
}

void flush_log() {
    spdlog::default_logger_raw()->flush();
}

void log_access(const AccessEntry& entry) {
    if (!state().options.access) return;
    const std::string path = printable_ascii(entry.target.substr(0, entry.target.find('?')));
    if (!state().options.json) {
        spdlog::info("{} \"{} {}\" {} {} {:.1f}ms {}", entry.address.empty() ? "-" : entry.address, entry.method, path,
                     entry.status, entry.bytes, entry.milliseconds, entry.request_id);
        return;
    }
    std::string members = "\x1e\"event\":\"request\",\"request_id\":";
    append_json_string(members, entry.request_id);
    members += ",\"address\":";
    append_json_string(members, entry.address);
    members += ",\"method\":";
    append_json_string(members, entry.method);
    members += ",\"path\":";
    append_json_string(members, path);
    fmt::format_to(std::back_inserter(members), ",\"status\":{},\"bytes\":{},\"milliseconds\":{:.1f}", entry.status,
                   entry.bytes, entry.milliseconds);
    spdlog::info("{}", members);
}

}  // namespace wdx::base
