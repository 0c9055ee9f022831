#include "platform/threads.hpp"

namespace wdx::platform {

void give_way() {}

}  // namespace wdx::platform
