// Writing a file so that a reader sees the old text or the new one, never a part.
#pragma once

#include <string>
#include <string_view>

#include "runtime/base/result.h"

namespace synapsor {

// Writes beside `path`, syncs, and renames. A symbolic link is followed, permissions of an existing
// file are kept. On an error the old file is untouched and nothing is left behind.
Status ReplaceFile(const std::string& path, std::string_view text);

}  // namespace synapsor
