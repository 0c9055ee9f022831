-- What a run of wrk reached, as one line of JSON at the end of its output (latencies in microseconds).
function done(summary, latency)
    local errors = summary.errors
    io.write(string.format('\n{"requests":%d,"microseconds":%d,"p50":%d,"p99":%d,"failed":%d}\n',
        summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
        errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
