// When a daemon prolongs its own records, so that they are never over while it runs. The daemon
// asks often; most of the time nothing is due.
#pragma once

#include <cstdint>

#include "base/env.h"
#include "base/result.h"

namespace kit::node {

class Config;
class Node;

// boxo:namesys/republisher/repub.go has these times.
class NameSchedule final {
public:
    // By Ipns.RepublishPeriod, between a minute and a day; four hours without. `clock` must
    // outlive it. One thread.
    NameSchedule(const Clock& clock, const Config& config);

    // Prolongs the records when that is due: a minute after the start, then once in each period,
    // and after a failure five minutes later. Returns Node::republish_names' errors.
    Result<void> tend(Node& node);

    bool is_due() const { return clock_.monotonic_ns() >= due_ns_; }
    // What tend() says to itself when the work is done.
    void finish(bool succeeded);
    int64_t period_ns() const { return period_ns_; }

private:
    const Clock& clock_;
    int64_t period_ns_;
    int64_t due_ns_;
};

}  // namespace kit::node
