#include "store/users.hpp"

#include "api/routes.hpp"
#include "base/unicode.hpp"
#include "db/stream.hpp"
#include "rest/error.hpp"
#include "store/row_json.hpp"

namespace wdx::api {
namespace {

namespace asio = boost::asio;

/// Above this many entries the hints are forgotten and learned again.
constexpr std::size_t kMostHints = 4096;
constexpr std::int64_t kAllUsers = 0;
constexpr std::size_t kPieceBytes = 64 * 1024;
/// The first piece goes out as soon as it holds this much: the client sees an answer early.
constexpr std::size_t kFirstPieceBytes = 4 * 1024;

/// The array of a long list, row by row from its own connection.
class UserListSource : public http::BodySource {
  public:
    explicit UserListSource(std::unique_ptr<db::Stream> stream) : stream_(std::move(stream)) {}

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

/// The `account_id` parameter, read as Python's int() does: nullopt for no filter.
/// @throws ApiError 400.  compat: account_id
std::optional<base::PythonInt> read_account_id(const rest::QueryParams& query) {
    const std::string* text = query.last("account_id");
    if (text == nullptr || text->empty()) return std::nullopt;
    const auto number = base::parse_python_int(*text);
    if (!number) throw rest::field_error("account_id", "Enter a number.");
    return number;
}

/// users.account_id is a PostgreSQL integer: a number beyond it belongs to nobody.
bool fits_column(const base::PythonInt& number) {
    return number.in_range && number.value >= std::numeric_limits<std::int32_t>::min() &&
           number.value <= std::numeric_limits<std::int32_t>::max();
}

void remember_long_list(Services& services, std::int64_t account) {
    if (services.long_lists.size() >= kMostHints) services.long_lists.clear();
    services.long_lists.insert(account);
}

/// Starts a long list and waits for its first rows; a client that leaves meanwhile ends the statement.
/// @return nullptr when the statement does not fit the table any more and `last` is not set
asio::awaitable<std::unique_ptr<UserListSource>> begin_list(Context& context, const db::Query& query,
                                                            std::vector<db::Param> params, bool last) {
    std::exception_ptr failure;
    try {
        auto source =
            std::make_unique<UserListSource>(co_await context.services().pool.open_stream(query, std::move(params)));
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

/// GET /api/users/?account_id={int} -> 200, an array ordered by id.  A short list travels with the access check in one
/// round trip; a long one is streamed from a connection of its own.
asio::awaitable<http::Response> list_users(Context& context) {
    const auto account = read_account_id(context.query());
    context.require_core_tables();
    if (account && !fits_column(*account)) {
        co_await context.require_access();
        co_return ok("[]");
    }
    Services& services = context.services();
    const std::int64_t hint = account ? account->value : kAllUsers;
    const db::Param id = account ? db::Param(account->value) : db::Param(std::nullopt);
    if (!services.long_lists.contains(hint)) {
        db::Batch batch;
        const std::size_t index =
            account ? batch.add(store::kListUsersOfAccountShort, {id}) : batch.add(store::kListUsersShort, {});
        co_await context.read(batch);
        if (batch.rows(index).size() <= store::kShortListRows) co_return ok(store::render_rows(batch.rows(index)));
        remember_long_list(services, hint);
    }
    co_await context.require_access();

    std::vector<db::Param> params;
    if (account) params.push_back(id);
    const db::Query& query = account ? store::kListUsersOfAccount : store::kListUsers;
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
