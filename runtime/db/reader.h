// Opens a source for reading. The model-facing side knows only this header; the write credential's
// type is in writer.h, which nothing under mcp/ and http/ includes.
#pragma once

#include <memory>

#include "runtime/base/result.h"
#include "runtime/config/config.h"
#include "runtime/db/database.h"

namespace synapsor::db {

// Reads the source's `read` secret, connects once, and refuses a role that can write unless the
// configuration allows it for development. TLS fails closed.
Result<std::unique_ptr<Database>> OpenReader(const config::Source& source);

}  // namespace synapsor::db
