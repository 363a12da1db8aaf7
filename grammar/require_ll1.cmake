# cmake -D FILE=AgentDdlParser.cpp -P require_ll1.cmake
file(STRINGS ${FILE} predictions REGEX "adaptivePredict")
list(LENGTH predictions count)
if(count GREATER 0)
  file(REMOVE ${FILE})
  message(FATAL_ERROR "AgentDdlParser.g4 is no longer LL(1): the generated parser predicts at ${count} places")
endif()
