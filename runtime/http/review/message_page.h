// A page that says one thing: not found, refused, temporarily unavailable.
#pragma once

#include <string>

#include "runtime/http/review/layout.h"

namespace synapsor::http::review {

std::string RenderMessage(const session::LoginSession* login, const std::string& title, const std::string& text);

}  // namespace synapsor::http::review
