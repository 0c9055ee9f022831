#pragma once

namespace wdx::platform {

/// Lets the calling thread give way to others from now on: below requests, and not the lowest, which gets next to
/// nothing beside other busy programs.  Where threads have no priority of their own, nothing happens.
void give_way();

}  // namespace wdx::platform
