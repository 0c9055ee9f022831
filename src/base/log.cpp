#include "base/log.hpp"

#include "base/json_writer.hpp"
#include "base/line_writer.hpp"
#include "base/safe_text.hpp"

#include <memory>
#include <mutex>
#include <unistd.h>

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>

namespace wdx::base {
namespace {

constexpr std::size_t kMostWaiting = 4 * 1024 * 1024;  ///< bytes of lines that nobody has read yet
/// For the last lines: a reader that is only slow gets them.
constexpr std::chrono::milliseconds kFinishPatience{1000};

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

/// Formats lines on the thread that logs, and leaves the writing to another one.
class QueuedSink : public spdlog::sinks::base_sink<std::mutex> {
  public:
    explicit QueuedSink(const spdlog::formatter& formatter)
        : base_sink(formatter.clone()),
          writer_(STDERR_FILENO, kMostWaiting,
                  [notices = std::shared_ptr<spdlog::formatter>(formatter.clone())](std::uint64_t lines) {
                      return describe_loss(*notices, lines);
                  }) {}

    [[nodiscard]] LineWriter& writer() noexcept { return writer_; }

  protected:
    void sink_it_(const spdlog::details::log_msg& message) override {
        spdlog::memory_buf_t line;
        formatter_->format(message, line);
        writer_.add({line.data(), line.size()});
    }
    void flush_() override { writer_.wake(); }

  private:
    static std::string describe_loss(spdlog::formatter& formatter, std::uint64_t lines) {
        const std::string text =
            fmt::format("{} lines of the log are missing here: they could not be written in time", lines);
        spdlog::memory_buf_t line;
        formatter.format({"", spdlog::level::warn, text}, line);
        return {line.data(), line.size()};
    }

    LineWriter writer_;
};

/// What the functions below need to remember; written by setup_log alone.
struct LogState {
    bool json = false;
    std::filesystem::path file;
    std::shared_ptr<QueuedSink> sink;
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
    spdlog::pattern_formatter formatter(spdlog::pattern_time_type::utc);
    formatter.add_flag<SafeMessage>('*', options.json);
    formatter.set_pattern(options.json ? R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%*})"
                                       : "%Y-%m-%dT%H:%M:%S.%eZ %^%-7l%$ %*");
    const auto sink = std::make_shared<QueuedSink>(formatter);
    if (!options.file.empty()) sink->writer().open(options.file);
    state() = {.json = options.json,
               .file = options.file,
               .sink = sink,
               .access = options.access ? make_logger(kAccessLogger, sink, options) : nullptr};
    spdlog::set_default_logger(make_logger("", sink, options));
}

LogGuard::~LogGuard() {
    finish_log();
}

void reopen_log() {
    if (!state().file.empty()) state().sink->writer().open(state().file);
}

void flush_log() {
    if (state().sink) state().sink->writer().wake();
}

void finish_log() {
    if (state().sink) state().sink->writer().finish(kFinishPatience);
}

std::uint64_t lost_log_lines() {
    return state().sink ? state().sink->writer().lost() : 0;
}

void log_access(const AccessEntry& entry) {
    const auto& logger = state().access;
    if (!logger) return;
    const std::string path = printable_ascii(entry.target.substr(0, entry.target.find('?')));
    if (!state().json) {
        logger->info("{} \"{} {}\" {} {} {:.1f}ms {}{}", entry.address.empty() ? "-" : entry.address, entry.method,
                     path, entry.status, entry.bytes, entry.milliseconds, entry.request_id,
                     entry.is_whole ? "" : " cut off");
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
    fmt::format_to(std::back_inserter(members), R"(,"status":{},"bytes":{},"milliseconds":{:.1f},"whole":{})",
                   entry.status, entry.bytes, entry.milliseconds, entry.is_whole);
    logger->info("{}", members);
}

}  // namespace wdx::base
