// Answers of DNS are read without a crash, and questions that can be asked are no answers.
#include "base/result.h"
#include "naming/dns_message.h"

using namespace kit;
using namespace kit::naming;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const ByteView input(data, size);
    (void)decode_txt_answer(input, "example.com");
    const auto question = encode_txt_question(as_text(input));
    ASSERT(question.has_value() == is_domain_name(as_text(input)));
    if (question) ASSERT(!decode_txt_answer(*question, "example.com").has_value());
    return 0;
}
