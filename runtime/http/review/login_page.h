// The page where a reviewer says who they are.
#pragma once

#include <string>
#include <vector>

#include "runtime/http/review/layout.h"

namespace synapsor::http::review {

struct LoginPage {
  bool by_password = false, by_token = false;
  std::string subject;  // as entered before
  std::string token;    // of the form, against forged logins
  std::string next;     // where to go afterwards: a path of this site that was checked
  std::vector<FieldError> errors;
};

std::string RenderLogin(const LoginPage& page);

}  // namespace synapsor::http::review
