#include "db/stream.hpp"

#include "db/error.hpp"
#include "db/pinned_settings.hpp"
#include "db/undecodable.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace wdx::db {
namespace {

namespace asio = boost::asio;
constexpr int kBinaryResult = 1;
constexpr std::string_view kNoTimeout = ", pg_catalog.set_config('statement_timeout', '0', true)";

/// Asks the server to stop, then closes the connection; PQcancel blocks, so a worker does it.
void cancel_and_close(asio::thread_pool& cancellers, ConnectionPtr connection) {
    std::shared_ptr<PGconn> shared(std::move(connection));
    asio::post(cancellers, [shared] {
        if (PGcancel* cancel = PQgetCancel(shared.get())) {
            std::array<char, 256> why{};
            PQcancel(cancel, why.data(), static_cast<int>(why.size()));
            PQfreeCancel(cancel);
        }
    });
}

}  // namespace

Stream::Stream(const asio::any_io_executor& executor, std::shared_ptr<IdleConnections> idle, Lane::Place place,
               ConnectionPtr connection, std::string statement)
    : idle_(std::move(idle)),
      place_(std::move(place)),
      connection_(std::move(connection)),
      socket_(executor, PQsocket(connection_.get())),
      statement_(std::move(statement)) {}

Stream::~Stream() {
    try {
        socket_.release();
        if (finished_ && PQstatus(connection_.get()) == CONNECTION_OK) {
            idle_->connections.push_back(std::move(connection_));
        } else {
            cancel_and_close(idle_->cancellers, std::move(connection_));
        }
    } catch (...) {
        // No memory to hand the connection on: it is closed with this object.
        return;
    }
}

void Stream::start(const Query& query, const std::vector<Param>& params, bool pins) {
    PGconn* connection = connection_.get();
    const auto require = [&](int done) {
        if (done == 0) throw DbError::unavailable(statement_, PQerrorMessage(connection), false);
    };
    if (pins) {  // in a pipeline, for they are the transaction's; no timeout applies to a stream
        const std::string settings =
            pin_settings_sql(PQserverVersion(connection), PinFor::pipeline) + std::string(kNoTimeout);
        require(PQenterPipelineMode(connection));
        for (const char* sql : {kPinIsolation, settings.c_str()}) {
            require(PQsendQueryParams(connection, sql, 0, nullptr, nullptr, nullptr, nullptr, kBinaryResult));
            ++ahead_;
        }
    }
    std::vector<const char*> values;
    values.reserve(params.size());
    for (const Param& param : params) values.push_back(param.data());
    require(PQsendQueryParams(connection, std::string(query.sql).c_str(), static_cast<int>(values.size()), nullptr,
                              values.data(), nullptr, nullptr, kBinaryResult));
    require(pins ? PQpipelineSync(connection) : PQsetSingleRowMode(connection));
}

Rows Stream::next() {
    while (!finished_ && PQisBusy(connection_.get()) == 0) {
        ResultPtr result(PQgetResult(connection_.get()));
        if (!result) {  // the end of what one statement gave
            const bool is_pipeline = PQpipelineStatus(connection_.get()) != PQ_PIPELINE_OFF;
            // Of a pipeline that was lost libpq says for ever that there is nothing more.
            if (is_pipeline && PQstatus(connection_.get()) != CONNECTION_OK)
                throw DbError::unavailable(statement_, PQerrorMessage(connection_.get()), false);
            if (ahead_ > 0 && --ahead_ == 0) PQsetSingleRowMode(connection_.get());
            finished_ = !is_pipeline;
            continue;
        }
        switch (PQresultStatus(result.get())) {
            case PGRES_SINGLE_TUPLE:
                return decoded_rows(connection_.get(), std::move(result));
            case PGRES_COMMAND_OK:
                break;
            case PGRES_TUPLES_OK:  // an empty one after the last row
                shape_ = Rows(std::move(result));
                break;
            case PGRES_PIPELINE_SYNC:
                finished_ = true;
                break;
            default: {
                const char* sqlstate = PQresultErrorField(result.get(), PG_DIAG_SQLSTATE);
                throw DbError(sqlstate != nullptr ? sqlstate : "", statement_, PQresultErrorMessage(result.get()));
            }
        }
    }
    return {};
}

asio::awaitable<void> Stream::wait() {
    if (PQflush(connection_.get()) < 0)
        throw DbError::unavailable(statement_, PQerrorMessage(connection_.get()), false);
    // Often more is here already: then there is nothing to wait for.
    if (PQconsumeInput(connection_.get()) == 1 && PQisBusy(connection_.get()) == 0) co_return;
    boost::system::error_code error;
    co_await socket_.async_wait(asio::posix::descriptor_base::wait_read,
                                asio::redirect_error(asio::use_awaitable, error));
    if (cancelled_) throw DbError::unavailable(statement_, "the client has left", false);
    if (error || PQconsumeInput(connection_.get()) == 0)
        throw DbError::unavailable(statement_, PQerrorMessage(connection_.get()), false);
}

void Stream::cancel() {
    cancelled_ = true;
    socket_.cancel();
}

}  // namespace wdx::db
