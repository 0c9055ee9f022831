#include "api/list_source.hpp"

#include "base/clock.hpp"
#include "db/stream.hpp"
#include "store/row_csv.hpp"
#include "store/row_json.hpp"

#include <chrono>

#include <fmt/format.h>

namespace wdx::api {
namespace {

namespace asio = boost::asio;

constexpr std::size_t kPieceBytes = 64 * 1024;
/// The first piece goes out as soon as it holds this much: the client sees an answer early.
constexpr std::size_t kFirstPieceBytes = 4 * 1024;

/// Rows as text in one of the formats, and what stands around them.
class ListWriter {
  public:
    ListWriter(rest::Format format, const PGresult* shape) : format_(format) {
        if (format == rest::Format::csv) {
            csv_.emplace(shape);
        } else {
            json_.emplace(shape);
        }
    }

    void begin(std::string& out) const {
        if (format_ == rest::Format::csv) csv_->append_header(out);
        if (format_ == rest::Format::json) out += '[';
    }

    void append(const PGresult* row, std::string& out) {
        switch (format_) {
            case rest::Format::csv:
                csv_->append(row, 0, out);
                break;
            case rest::Format::ndjson:
                json_->append(row, 0, out);
                out += '\n';
                break;
            case rest::Format::json:
            case rest::Format::html:
                if (!is_first_) out += ',';
                is_first_ = false;
                json_->append(row, 0, out);
        }
    }

    void end(std::string& out) const {
        if (format_ == rest::Format::json) out += ']';
    }

  private:
    rest::Format format_;
    std::optional<store::RowWriter> json_;
    std::optional<store::CsvWriter> csv_;
    bool is_first_ = true;
};

/// A long list, row by row from its own connection.
class ListSource : public http::BodySource {
  public:
    ListSource(std::unique_ptr<db::Stream> stream, rest::Format format) : stream_(std::move(stream)), format_(format) {}

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

  private:
    asio::awaitable<void> fill(std::string& out, std::size_t enough) {
        while (stream_ && out.size() < enough) {
            if (const db::ResultPtr row = stream_->next()) {
                require_writer(row.get(), out);
                writer_->append(row.get(), out);
            } else if (stream_->finished()) {
                require_writer(stream_->shape(), out);
                writer_->end(out);
                stream_.reset();
            } else {
                co_await stream_->wait();
            }
        }
    }

    void require_writer(const PGresult* shape, std::string& out) {
        if (writer_) return;
        writer_.emplace(format_, shape);
        writer_->begin(out);
    }

    std::unique_ptr<db::Stream> stream_;  ///< reset when the last row has been written
    rest::Format format_;
    std::optional<ListWriter> writer_;
    std::string first_;
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

/// Starts a long list and waits for its first rows; a client that leaves meanwhile ends the statement.
/// @return nullptr when the statement does not fit the table any more and `last` is not set
asio::awaitable<std::unique_ptr<ListSource>> begin_list(Context& context, const db::Query& query,
                                                        std::vector<db::Param> params, bool last) {
    std::exception_ptr failure;
    try {
        auto source = std::make_unique<ListSource>(
            co_await context.services().pool.open_stream(query, std::move(params)), context.format);
        context.request().when_client_left = [list = source.get()] { list->cancel(); };
        co_await source->begin();
        context.request().when_client_left = nullptr;
        co_return source;
    } catch (const db::DbError& error) {
        if (last || !error.is_schema_mismatch()) failure = std::current_exception();
    } catch (const std::exception&) {
        failure = std::current_exception();  // whatever it is: the list that the request refers to is gone
    }
    context.request().when_client_left = nullptr;
    if (failure) std::rethrow_exception(failure);
    co_return nullptr;
}

}  // namespace

asio::awaitable<http::Response> stream_rows(Context& context, const db::Query& query, std::vector<db::Param> params,
                                            std::string_view name) {
    auto source = co_await begin_list(context, query, params, false);
    if (!source) {
        co_await context.reread_schema();
        source = co_await begin_list(context, query, params, true);
    }
    http::Response response;
    response.stream = std::move(source);
    add_file_headers(response, context.format, name);
    co_return response;
}

}  // namespace wdx::api
