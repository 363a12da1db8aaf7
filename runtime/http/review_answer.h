// How review pages are answered: the headers that every answer carries, and the short answers that are no page of their own.
#pragma once

#include <string>

#include "runtime/http/server.h"
#include "runtime/session/login.h"

namespace synapsor::http {

// A page that no browser runs anything of, frames, caches or sniffs.
Response HtmlAnswer(int status, std::string page);
Response SeeOther(const std::string& path);
Response BadRequest(const session::LoginSession* login);
Response NotFound(const session::LoginSession* login);
Response Unavailable(const session::LoginSession* login);
Response Message(int status, const session::LoginSession* login, const std::string& title, const std::string& text);

// Added to every answer, whoever made it.
void Harden(Response& response);

}  // namespace synapsor::http
