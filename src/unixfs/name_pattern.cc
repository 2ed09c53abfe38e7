// Regular expressions as a machine with a set of states, after Thompson: no input makes it slow.
#include <algorithm>
#include <optional>

#include "unixfs/ignore_rules.h"

namespace kit::unixfs {

// Recursive descent over the expression; a fragment's steps lie together, so that a repetition
// copies them.
class PatternCompiler final {
public:
    explicit PatternCompiler(std::string_view expression) : rest_(expression) {}

    Result<NamePattern> compile() {
        TRY(alternation(0));
        if (!rest_.empty()) return malformed();
        emit({.op = Op::match});
        return std::move(pattern_);
    }

private:
    using Op = NamePattern::Op;
    using Step = NamePattern::Step;
    using Class = std::bitset<256>;

    static constexpr int depth_max = 100;
    static constexpr size_t repeat_count_max = 1000;  // As Go's.
    static constexpr size_t step_count_max = 100'000;

    std::unexpected<Error> malformed() const {
        return fail(Code::invalid_argument, "the ignore rule makes no sense at \"{}\"", rest_);
    }
    uint32_t here() const { return static_cast<uint32_t>(pattern_.steps_.size()); }
    void emit(Step step) { pattern_.steps_.push_back(step); }
    void emit_class(const Class& bytes) {
        emit({.op = Op::byte, .next = static_cast<uint32_t>(pattern_.classes_.size())});
        pattern_.classes_.push_back(bytes);
    }
    bool take(char c) {
        if (!rest_.starts_with(c)) return false;
        rest_.remove_prefix(1);
        return true;
    }

    // Steps from `from` on move behind a new one at `from`; their jumps move along.
    void insert(uint32_t from, Step step) {
        auto& steps = pattern_.steps_;
        shift_jumps(from, here(), 1);
        steps.insert(steps.begin() + from, step);
    }
    void shift_jumps(uint32_t first, uint32_t end, uint32_t by) {
        for (uint32_t i = first; i < end; ++i) {
            Step& step = pattern_.steps_[i];
            if (step.op == Op::split || step.op == Op::jump) step.next += by;
            if (step.op == Op::split) step.other += by;
        }
    }

    // Both ways of a split and the end of the first alternative are known only afterwards.
    Result<void> alternation(int depth) {
        if (depth > depth_max) return malformed();
        const uint32_t begin = here();
        TRY(sequence(depth));
        if (!take('|')) return {};
        insert(begin, {.op = Op::split, .next = begin + 1});
        const uint32_t jump = here();
        emit({.op = Op::jump});
        pattern_.steps_[begin].other = here();
        TRY(alternation(depth + 1));
        pattern_.steps_[jump].next = here();
        return {};
    }

    Result<void> sequence(int depth) {
        while (!rest_.empty() && rest_[0] != '|' && rest_[0] != ')') {
            const uint32_t begin = here();
            TRY(atom(depth));
            TRY(repetition(begin));
        }
        return {};
    }

    Result<void> atom(int depth) {
        if (take('(')) {
            TRY(alternation(depth + 1));
            if (!take(')')) return malformed();
            return {};
        }
        if (take('^')) {
            emit({.op = Op::at_begin});
            return {};
        }
        if (take('$')) {
            emit({.op = Op::at_end});
            return {};
        }
        if (rest_[0] == '*' || rest_[0] == '+') return malformed();
        Class bytes;
        if (take('.')) {
            bytes.set().reset('\n');
        } else if (take('[')) {
            bytes = TRY(bracket());
        } else {
            bytes = TRY(one());
        }
        emit_class(bytes);
        return {};
    }

    // A byte, or an escape that stands for one or for several.
    Result<Class> one() {
        if (rest_.empty()) return malformed();
        Class bytes;
        if (!take('\\')) {
            bytes.set(static_cast<uint8_t>(rest_[0]));
            rest_.remove_prefix(1);
            return bytes;
        }
        if (rest_.empty()) return malformed();
        const char c = rest_[0];
        rest_.remove_prefix(1);
        switch (c) {
            case 'd':
            case 'D':
                set_range(bytes, '0', '9');
                break;
            case 'w':
            case 'W':
                set_range(bytes, '0', '9');
                set_range(bytes, 'a', 'z');
                set_range(bytes, 'A', 'Z');
                bytes.set('_');
                break;
            case 's':
            case 'S':
                for (const char space : {' ', '\t', '\n', '\f', '\r'}) {
                    bytes.set(static_cast<uint8_t>(space));
                }
                break;
            case 't':
                bytes.set('\t');
                break;
            case 'n':
                bytes.set('\n');
                break;
            default:
                // Go escapes punctuation only; other letters mean something or nothing.
                if (is_word(c)) return malformed();
                bytes.set(static_cast<uint8_t>(c));
        }
        if (c == 'D' || c == 'W' || c == 'S') bytes.flip();
        return bytes;
    }

    static bool is_word(char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    }
    static void set_range(Class& bytes, uint8_t first, uint8_t last) {
        for (unsigned byte = first; byte <= last; ++byte) bytes.set(byte);
    }

    Result<Class> bracket() {
        Class bytes;
        const bool is_negated = take('^');
        for (bool is_first = true; is_first || !rest_.starts_with(']'); is_first = false) {
            const Class low = TRY(one());
            const bool is_range =
                low.count() == 1 && rest_.size() >= 2 && rest_[0] == '-' && rest_[1] != ']';
            if (!is_range) {
                bytes |= low;
                continue;
            }
            rest_.remove_prefix(1);
            const Class high = TRY(one());
            const size_t first = low._Find_first();
            const size_t last = high._Find_first();
            if (high.count() != 1 || last < first) return malformed();
            set_range(bytes, static_cast<uint8_t>(first), static_cast<uint8_t>(last));
        }
        rest_.remove_prefix(1);
        if (is_negated) bytes.flip();
        return bytes;
    }

    // What stands behind an atom whose steps begin at `begin`.
    Result<void> repetition(uint32_t begin) {
        if (take('*')) {
            star(begin);
        } else if (take('+')) {
            emit({.op = Op::split, .next = begin, .other = here() + 1});
        } else if (rest_.starts_with('{')) {
            return counted(begin);
        }
        return {};
    }

    void star(uint32_t begin) {
        insert(begin, {.op = Op::split, .next = begin + 1});
        emit({.op = Op::jump, .next = begin});
        pattern_.steps_[begin].other = here();
    }

    std::optional<size_t> number(std::string_view& text) const {
        size_t value = 0;
        const size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
        if (digits == 0 || digits > 4) return std::nullopt;
        for (const char c : text.substr(0, digits))
            value = value * 10 + static_cast<size_t>(c - '0');
        text.remove_prefix(digits);
        return value;
    }

    // "{n}", "{n,}", "{n,m}"; anything else is a literal brace, as in Go.
    Result<void> counted(uint32_t begin) {
        std::string_view text = rest_.substr(1);
        const std::optional<size_t> low = number(text);
        std::optional<size_t> high = low;
        if (low && text.starts_with(',')) {
            text.remove_prefix(1);
            high = number(text);
        }
        if (!low || !text.starts_with('}')) return {};
        rest_ = text.substr(1);
        if (*low > repeat_count_max || high.value_or(0) > repeat_count_max) return malformed();
        if (high && *high < *low) return malformed();
        const std::vector<Step> atom_steps(pattern_.steps_.begin() + begin, pattern_.steps_.end());
        const auto size = static_cast<uint32_t>(atom_steps.size());
        if (high.value_or(*low + 1) * (size + 1) > step_count_max) return malformed();
        pattern_.steps_.resize(begin);
        const auto copy = [&] {
            const uint32_t at = here();
            pattern_.steps_.insert(pattern_.steps_.end(), atom_steps.begin(), atom_steps.end());
            shift_jumps(at, at + size, at - begin);
        };
        for (size_t i = 0; i < *low; ++i) copy();
        if (!high) {
            const uint32_t at = here();
            copy();
            star(at);
            return {};
        }
        for (size_t i = *low; i < *high; ++i) {
            emit({.op = Op::split, .next = here() + 1, .other = here() + 1 + size});
            copy();
        }
        return {};
    }

    std::string_view rest_;
    NamePattern pattern_;
};

Result<NamePattern> NamePattern::compile(std::string_view expression) {
    return PatternCompiler(expression).compile();
}

// Adds the state at `at` and all that are reached from it without taking a byte.
void NamePattern::follow(uint32_t at, size_t offset, size_t size, std::vector<bool>& seen,
                         std::vector<uint32_t>& states) const {
    std::vector<uint32_t> pending = {at};
    while (!pending.empty()) {
        const uint32_t state = pending.back();
        pending.pop_back();
        if (seen[state]) continue;
        seen[state] = true;
        const Step& step = steps_[state];
        switch (step.op) {
            case Op::byte:
            case Op::match:
                states.push_back(state);
                break;
            case Op::split:
                pending.push_back(step.other);
                [[fallthrough]];
            case Op::jump:
                pending.push_back(step.next);
                break;
            case Op::at_begin:
                if (offset == 0) pending.push_back(state + 1);
                break;
            case Op::at_end:
                if (offset == size) pending.push_back(state + 1);
                break;
        }
    }
}

bool NamePattern::matches(std::string_view text) const {
    std::vector<uint32_t> states;
    for (size_t offset = 0; offset <= text.size(); ++offset) {
        std::vector<bool> seen(steps_.size());
        std::vector<uint32_t> reached;
        for (const uint32_t state : states) {
            const Step& step = steps_[state];
            const auto byte = static_cast<uint8_t>(text[offset - 1]);
            if (step.op == Op::byte && classes_[step.next].test(byte)) {
                follow(state + 1, offset, text.size(), seen, reached);
            }
        }
        follow(0, offset, text.size(), seen, reached);  // A match may begin anywhere.
        for (const uint32_t state : reached) {
            if (steps_[state].op == Op::match) return true;
        }
        states = std::move(reached);
    }
    return false;
}

}  // namespace kit::unixfs
