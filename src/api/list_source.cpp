#include "api/list_source.hpp"

#include "db/stream.hpp"
#include "store/row_json.hpp"

namespace wdx::api {
namespace {

namespace asio = boost::asio;

constexpr std::size_t kPieceBytes = 64 * 1024;
/// The first piece goes out as soon as it holds this much: the client sees an answer early.
constexpr std::size_t kFirstPieceBytes = 4 * 1024;

/// The array of a long list, row by row from its own connection.
class ListSource : public http::BodySource {
  public:
    explicit ListSource(std::unique_ptr<db::Stream> stream) : stream_(std::move(stream)) {}

    /// Makes the first piece, so that what the statement fails with is still answered by its status.
    asio::awaitable<void> begin() {
        first_ = "[";
        co_await fill(first_, kFirstPieceBytes);
    }

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
                append(row.get(), out);
            } else if (stream_->finished()) {
                out += ']';
                stream_.reset();
            } else {
                co_await stream_->wait();
            }
        }
    }

    void append(const PGresult* row, std::string& out) {
        if (!writer_) {
            writer_.emplace(row);
        } else {
            out += ',';
        }
        writer_->append(row, 0, out);
    }

    std::unique_ptr<db::Stream> stream_;  ///< reset when the last row has been written
    std::optional<store::RowWriter> writer_;
    std::string first_;
};

/// Starts a long list and waits for its first rows; a client that leaves meanwhile ends the statement.
/// @return nullptr when the statement does not fit the table any more and `last` is not set
asio::awaitable<std::unique_ptr<ListSource>> begin_list(Context& context, const db::Query& query,
                                                        std::vector<db::Param> params, bool last) {
    std::exception_ptr failure;
    try {
        auto source =
            std::make_unique<ListSource>(co_await context.services().pool.open_stream(query, std::move(params)));
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

asio::awaitable<http::Response> stream_rows(Context& context, const db::Query& query, std::vector<db::Param> params) {
    auto source = co_await begin_list(context, query, params, false);
    if (!source) {
        co_await context.reread_schema();
        source = co_await begin_list(context, query, params, true);
    }
    http::Response response;
    response.stream = std::move(source);
    co_return response;
}

}  // namespace wdx::api
