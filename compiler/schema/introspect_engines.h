// Private to compiler/schema: one function an engine.
#pragma once

#include <string>

#include "compiler/schema/introspect.h"

namespace synapsor::schema {

Result<Snapshot> IntrospectPostgres(const std::string& url, const IntrospectOptions& options);
Result<Snapshot> IntrospectMysql(const std::string& url, const IntrospectOptions& options);
Result<Snapshot> IntrospectSqlite(const std::string& path);

}  // namespace synapsor::schema
