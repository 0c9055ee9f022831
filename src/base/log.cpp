#include "base/log.hpp"

#include "base/json_writer.hpp"
#include "base/safe_text.hpp"

#include <cstdio>
#include <memory>
#include <mutex>

#include <spdlog/details/file_helper.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

namespace wdx::base {
namespace {

constexpr std::size_t kStderrBuffer = 64 * 1024;

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

constexpr const char* kAccessLogger = "access";

/// %v in either format: escaped for a terminal, or as members of a JSON object.
class SafeMessage : public spdlog::custom_flag_formatter {
  public:
    explicit SafeMessage(bool json) : json_(json) {}

    void format(const spdlog::details::log_msg& message, const std::tm& /*time*/,
                spdlog::memory_buf_t& destination) override {
        const std::string_view text{message.payload.data(), message.payload.size()};
        std::string out;
        if (!json_) {
            out = escape_controls(text);
        } else if (std::string_view{message.logger_name.data(), message.logger_name.size()} == kAccessLogger) {
            out = text;  // members already (see log_access)
        } else {
            out = "\"message\":";
            append_json_string(out, text);
        }
        destination.append(out.data(), out.data() + out.size());
    }

    [[nodiscard]] std::unique_ptr<custom_flag_formatter> clone() const override {
        return std::make_unique<SafeMessage>(json_);
    }

  private:
    bool json_;
};

/// A log file that can be opened anew under its name, while others write.
class ReopenableFile : public spdlog::sinks::base_sink<std::mutex> {
  public:
    explicit ReopenableFile(const std::filesystem::path& path) : path_(path) { reopen(); }

    /// @throws spdlog::spdlog_ex when that fails; the old file then stays in use
    void reopen() {
        auto fresh = std::make_unique<spdlog::details::file_helper>();
        fresh->open(path_.string());
        const std::lock_guard lock(mutex_);
        file_ = std::move(fresh);
    }

  protected:
    void sink_it_(const spdlog::details::log_msg& message) override {
        spdlog::memory_buf_t line;
        formatter_->format(message, line);
        file_->write(line);
    }
    void flush_() override { file_->flush(); }

  private:
    std::filesystem::path path_;
    std::unique_ptr<spdlog::details::file_helper> file_;
};

/// What log_access, reopen_log and flush_log need to remember; written by setup_log alone.
struct LogState {
    bool json = false;
    std::shared_ptr<ReopenableFile> file;
    std::shared_ptr<spdlog::logger> access;  ///< null: off
};
LogState& state() {
    static LogState instance;
    return instance;
}

std::shared_ptr<spdlog::logger> make_logger(const char* name, const spdlog::sink_ptr& sink, const LogOptions& options) {
    auto logger = std::make_shared<spdlog::logger>(name, sink);
    logger->set_level(options.level);
    logger->flush_on(spdlog::level::warn);
    return logger;
}

}  // namespace

void setup_log(const LogOptions& options) {
    LogState fresh{.json = options.json, .file = nullptr, .access = nullptr};
    spdlog::sink_ptr sink;
    if (options.file.empty()) {
        // Written out by flush_log and with each warning: one system call for many lines.
        std::setvbuf(stderr, nullptr, _IOFBF, kStderrBuffer);
        sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
    } else {
        sink = fresh.file = std::make_shared<ReopenableFile>(options.file);
    }
    auto formatter = std::make_unique<spdlog::pattern_formatter>(spdlog::pattern_time_type::utc);
    formatter->add_flag<SafeMessage>('*', options.json);
    formatter->set_pattern(options.json ? R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%*})"
                                        : "%Y-%m-%dT%H:%M:%S.%eZ %^%-7l%$ %*");
    sink->set_formatter(std::move(formatter));
    if (options.access) fresh.access = make_logger(kAccessLogger, sink, options);
    spdlog::set_default_logger(make_logger("", sink, options));
    state() = std::move(fresh);
}

void reopen_log() {
    if (state().file) state().file->reopen();
}

void flush_log() {
    spdlog::default_logger_raw()->flush();
}

void log_access(const AccessEntry& entry) {
    const auto& logger = state().access;
    if (!logger) return;
    const std::string path = printable_ascii(entry.target.substr(0, entry.target.find('?')));
    if (!state().json) {
        logger->info("{} \"{} {}\" {} {} {:.1f}ms {}", entry.address.empty() ? "-" : entry.address, entry.method, path,
                     entry.status, entry.bytes, entry.milliseconds, entry.request_id);
        return;
    }
    std::string members = "\"event\":\"request\",\"request_id\":";
    append_json_string(members, entry.request_id);
    members += ",\"address\":";
    append_json_string(members, entry.address);
    members += ",\"method\":";
    append_json_string(members, entry.method);
    members += ",\"path\":";
    append_json_string(members, path);
    fmt::format_to(std::back_inserter(members), R"(,"status":{},"bytes":{},"milliseconds":{:.1f})", entry.status,
                   entry.bytes, entry.milliseconds);
    logger->info("{}", members);
}

}  // namespace wdx::base
