// "Did you mean" is shared with the runtime's command line.
#pragma once

#include "runtime/base/edit_distance.h"
