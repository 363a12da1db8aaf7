#include "runtime/http/review/message_page.h"

namespace synapsor::http::review {

std::string RenderMessage(const session::LoginSession* login, const std::string& title, const std::string& text) {
  return RenderPage(
      {title, Area::kNone, login},
      El("div", {{"class", "narrow"}},
         {El("h1", {title}), El("p", {text}),
          El("p", {El("a", {Attribute::Href("/proposals")}, {login == nullptr ? "Log in" : "To the proposals"})})}));
}

}  // namespace synapsor::http::review
