// Private to compiler/schema: one prober an engine.
#pragma once

#include <memory>
#include <string>

#include "compiler/schema/prober.h"

namespace synapsor::schema {

Result<std::unique_ptr<Prober>> OpenPostgresProber(const std::string& url, const IntrospectOptions& options);
Result<std::unique_ptr<Prober>> OpenMysqlProber(const std::string& url, const IntrospectOptions& options);
Result<std::unique_ptr<Prober>> OpenSqliteProber(const std::string& path);

// "character varying(40)" gives "character varying", "bigint unsigned" stays.
std::string WithoutLength(std::string_view type);

}  // namespace synapsor::schema
