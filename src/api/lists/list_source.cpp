#include "api/lists/list_source.hpp"

#include "api/lists/list_services.hpp"
#include "api/request/stream_watch.hpp"
#include "base/clock.hpp"
#include "db/stream.hpp"
#include "store/core/row_csv.hpp"
#include "store/core/row_json.hpp"
#include "store/core/users.hpp"

#include <chrono>
#include <functional>

#include <fmt/format.h>

namespace wdx::api {
namespace {

namespace asio = boost::asio;

constexpr std::size_t kPieceBytes = 64 * 1024;
/// The first piece goes out as soon as it holds this much: the client sees an answer early.
constexpr std::size_t kFirstPieceBytes = 4 * 1024;

constexpr std::string_view kNextLine = "\xC2\x85";  ///< U+0085
constexpr std::string_view kEscapedNextLine = "\\u0085";

/// U+0085 stands in JSON as it is, but many readers of lines take it for the end of one.  The other such characters,
/// U+2028, U+2029 and control characters, are escaped in all JSON.
/// @param begin  of the row in `out`
void escape_next_lines(std::string& out, std::size_t begin) {
    for (std::size_t at = out.find(kNextLine, begin); at != std::string::npos; at = out.find(kNextLine, at))
        out.replace(at, kNextLine.size(), kEscapedNextLine);
}

/// Rows as text in one of the formats, and what stands around them.
class ListWriter {
  public:
    /// @param with_bom  CSV begins with a byte order mark
    ListWriter(rest::Format format, bool with_bom, const db::Rows& shape) : format_(format), with_bom_(with_bom) {
        if (format == rest::Format::csv) {
            csv_.emplace(shape);
        } else {
            json_.emplace(shape);
        }
    }

    void begin(std::string& out) const {
        if (format_ == rest::Format::csv) csv_->append_header(out, with_bom_);
        if (format_ == rest::Format::json) out += '[';
    }

    void append(const db::Row& row, std::string& out) {
        switch (format_) {
            case rest::Format::csv:
                csv_->append(row, out);
                break;
            case rest::Format::ndjson: {
                const std::size_t begin = out.size();
                json_->append(row, out);
                escape_next_lines(out, begin);
                out += '\n';
                break;
            }
            case rest::Format::json:
            case rest::Format::html:
                if (!is_first_) out += ',';
                is_first_ = false;
                json_->append(row, out);
        }
    }

    void end(std::string& out) const {
        if (format_ == rest::Format::json) out += ']';
    }

  private:
    rest::Format format_;
    bool with_bom_;
    std::optional<store::RowWriter> json_;
    std::optional<store::CsvWriter> csv_;
    bool is_first_ = true;
};

/// A long list, row by row from its own connection.
class ListSource : public http::BodySource {
  public:
    /// @param on_end  is told how many rows there were
    ListSource(std::unique_ptr<db::Stream> stream, const Context& context, std::function<void(std::int64_t)> on_end)
        : stream_(std::move(stream)),
          format_(context.format),
          with_bom_(context.with_bom),
          on_end_(std::move(on_end)) {}

    /// It ends at `deadline`, and with the session of its token.
    void look_after(StreamWatch& watch, const Bearer& bearer, StreamWatch::Clock::time_point deadline) {
        ticket_ = watch.add(bearer, deadline, [this] {
            has_ended_ = true;
            cancel();
        });
    }

    /// Makes the first piece, so that what the statement fails with is still answered by its status.
    asio::awaitable<void> begin() { co_await fill(first_, kFirstPieceBytes); }

    asio::awaitable<void> next(std::string& out) override {
        if (!first_.empty()) {
            out = std::exchange(first_, {});
            co_return;
        }
        out.reserve(kPieceBytes + kPieceBytes / 4);
        co_await fill(out, kPieceBytes);
    }

    void cancel() override {
        if (stream_) stream_->cancel();
    }

    [[nodiscard]] bool has_ended() const noexcept override { return has_ended_; }

  private:
    asio::awaitable<void> fill(std::string& out, std::size_t enough) {
        while (stream_ && out.size() < enough) {
            if (const auto row = stream_->next()) {
                require_writer(out);
                writer_->append(*row, out);
                ++rows_;
            } else if (stream_->finished()) {
                require_writer(out);
                writer_->end(out);
                stream_.reset();
                if (on_end_) on_end_(rows_);
            } else {
                co_await stream_->wait();
            }
        }
    }

    void require_writer(std::string& out) {
        if (writer_) return;
        writer_.emplace(format_, with_bom_, stream_->shape());
        writer_->begin(out);
    }

    std::unique_ptr<db::Stream> stream_;  ///< reset when the last row has been written
    rest::Format format_;
    bool with_bom_;
    std::function<void(std::int64_t)> on_end_;
    std::int64_t rows_ = 0;
    std::optional<ListWriter> writer_;
    std::string first_;
    bool has_ended_ = false;  ///< it must not go on
    std::unique_ptr<StreamWatch::Ticket> ticket_;
};

std::string today() {
    const std::chrono::sys_seconds now{std::chrono::seconds{base::unix_now()}};
    const std::chrono::year_month_day date{std::chrono::floor<std::chrono::days>(now)};
    return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                       static_cast<unsigned>(date.day()));
}

void add_file_headers(http::Response& response, rest::Format format, std::string_view name) {
    if (format == rest::Format::json) return;
    const bool is_csv = format == rest::Format::csv;
    response.set("Content-Type", is_csv ? "text/csv; charset=utf-8" : "application/x-ndjson");
    response.set("Content-Disposition",
                 fmt::format(R"(attachment; filename="{}-{}.{}")", name, today(), is_csv ? "csv" : "ndjson"));
}

/// A long list that is to be begun.
struct NewList {
    const db::Query& query;
    const std::vector<db::Param>& params;
    std::function<void(std::int64_t)> on_end;
};

/// Starts a long list and waits for its first rows; a client that leaves meanwhile ends the statement.
/// @param source  gets the list
asio::awaitable<void> begin_list(Context& context, db::Pool& pool, const NewList& list,
                                 std::unique_ptr<ListSource>& source) {
    Services& services = context.services();
    const auto kind = context.format == rest::Format::json ? db::Streams::lists : db::Streams::exports;
    auto stream = co_await pool.open_stream(list.query, list.params, kind, context.caller());
    source = std::make_unique<ListSource>(std::move(stream), context, list.on_end);
    source->look_after(services.streams, context.bearer(), StreamWatch::Clock::now() + services.lists.stream_max_age);
    const db::ClientWatch leaving(context.leave_slot(), [begun = source.get()] { begun->cancel(); });
    co_await source->begin();
}

}  // namespace

asio::awaitable<http::Response> stream_rows(Context& context, const db::Query& query, std::vector<db::Param> params,
                                            std::string_view name, std::optional<ListHints::Key> hint) {
    co_await context.require_access();
    Services& services = context.services();
    NewList list{.query = query, .params = params, .on_end = {}};
    if (hint)
        list.on_end = [&hints = services.lists.hints, key = *hint](std::int64_t rows) {
            hints.remember(key, rows > store::kShortListRows);
        };
    std::unique_ptr<ListSource> source;
    auto reading = [&](db::Pool& pool) { return begin_list(context, pool, list, source); };
    co_await services.replica.read(std::move(reading));
    http::Response response;
    response.stream = std::move(source);
    add_file_headers(response, context.format, name);
    co_return response;
}

}  // namespace wdx::api
