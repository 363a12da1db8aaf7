#include "runtime/http/review_answer.h"

#include "runtime/http/review/message_page.h"

namespace synapsor::http {

Response HtmlAnswer(int status, std::string page) {
  Response response;
  response.status = status;
  response.content_type = "text/html; charset=utf-8";
  response.body = std::move(page);
  return response;
}

Response SeeOther(const std::string& path) {
  Response response = HtmlAnswer(303, "");
  response.headers.push_back({"Location", path});
  return response;
}

Response Message(int status, const session::LoginSession* login, const std::string& title, const std::string& text) {
  return HtmlAnswer(status, review::RenderMessage(login, title, text));
}

Response BadRequest(const session::LoginSession* login) {
  return Message(400, login, "This request cannot be understood",
                 "Something in it is malformed or given twice. Nothing was done.");
}

Response NotFound(const session::LoginSession* login) {
  return Message(404, login, "Not found", "There is nothing here that you may see.");
}

Response Unavailable(const session::LoginSession* login) {
  return Message(503, login, "Not available now", "The ledger does not answer. Nothing was done; try again.");
}

void Harden(Response& response) {
  response.headers.push_back(
      {"Content-Security-Policy",
       "default-src 'none'; script-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; "
       "frame-ancestors 'none'"});
  response.headers.push_back({"X-Frame-Options", "DENY"});
  response.headers.push_back({"X-Content-Type-Options", "nosniff"});
  // Not `no-referrer`: browsers then send `Origin: null` with forms, and the check of origins could not pass.
  response.headers.push_back({"Referrer-Policy", "same-origin"});
  response.headers.push_back({"Cross-Origin-Opener-Policy", "same-origin"});
  response.headers.push_back({"Cross-Origin-Resource-Policy", "same-origin"});
  response.headers.push_back({"Permissions-Policy", "camera=(), geolocation=(), microphone=()"});
  response.headers.push_back({"Cache-Control", "no-store"});
}

}  // namespace synapsor::http
