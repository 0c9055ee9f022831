#pragma once

#include "api/request/route.hpp"

#include <span>

namespace wdx::api {

// The rows of this folder, each beside its handler.
std::span<const Route> statistics_routes();    // statistics.cpp
std::span<const Route> history_routes();       // history.cpp
std::span<const Route> calibration_routes();   // calibration.cpp
std::span<const Route> cohort_routes();        // cohorts.cpp
std::span<const Route> triage_routes();        // triage.cpp
std::span<const Route> audience_routes();      // audience.cpp
std::span<const Route> data_quality_routes();  // data_quality.cpp
std::span<const Route> signal_routes();        // signals.cpp
std::span<const Route> report_routes();        // reports.cpp
std::span<const Route> server_routes();        // server.cpp

}  // namespace wdx::api
