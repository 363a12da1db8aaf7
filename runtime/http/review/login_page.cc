#include "runtime/http/review/login_page.h"

namespace synapsor::http::review {
namespace {

Html Field(const LoginPage& page, const char* id, const char* label, const char* type, const char* autocomplete,
           std::string_view value) {
  const bool wrong = FindError(page.errors, id) != nullptr;
  return El("div", {{"class", "field"}},
            {El("label", {{"for", id}}, {label}), ErrorBeside(page.errors, id),
             Html::Void("input", {{"id", id},
                                  {"name", id},
                                  {"type", type},
                                  {"autocomplete", autocomplete},
                                  {"value", value},
                                  {"required", true},
                                  {"aria-invalid", wrong ? "true" : "false"},
                                  wrong ? Attribute("aria-describedby", std::string(id) + "-error")
                                        : Attribute("hidden", false)})});
}

Html Form(const LoginPage& page, const char* title, const char* kind, Html fields) {
  return El("form", {{"method", "post"}, Attribute::Action("/login"), {"class", "card login"}},
            {El("h2", {title}), Html::Void("input", {{"type", "hidden"}, {"name", "form"}, {"value", page.token}}),
             Html::Void("input", {{"type", "hidden"}, {"name", "kind"}, {"value", kind}}),
             Html::Void("input", {{"type", "hidden"}, {"name", "next"}, {"value", page.next}}), std::move(fields),
             El("button", {{"type", "submit"}, {"class", "primary"}}, {"Log in"})});
}

}  // namespace

std::string RenderLogin(const LoginPage& page) {
  Html main = El("h1", {"Log in to review"});
  main += El("p", {{"class", "lead"}},
             {"Agents have proposed changes to your data. Nothing is written until a reviewer decides."});
  main += ErrorSummary("You are not logged in", page.errors);
  if (page.by_password) {
    main += Form(page, "With your name and password", "password",
                 {Field(page, "subject", "Name", "text", "username", page.subject),
                  Field(page, "password", "Password", "password", "current-password", "")});
  }
  if (page.by_token) {
    main += Form(page, "With a token of your identity provider", "token",
                 {Field(page, "token", "Token", "password", "off", ""),
                  El("p", {{"class", "hint"}},
                     {"The token is verified and forgotten; only your name, roles and tenant are kept."})});
  }
  return RenderPage({"Log in", Area::kNone, nullptr}, El("div", {{"class", "narrow"}}, {main}));
}

}  // namespace synapsor::http::review
