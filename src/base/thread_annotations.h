// Names for clang's thread safety analysis; other compilers see nothing. A field says which mutex
// guards it, a private function which one its caller holds.
// https://clang.llvm.org/docs/ThreadSafetyAnalysis.html
#pragma once

#if defined(__clang__) && defined(KIT_THREAD_SAFETY)
#define KIT_ANNOTATE(x) __attribute__((x))
#else
#define KIT_ANNOTATE(x)
#endif

#define GUARDED_BY(mutex) KIT_ANNOTATE(guarded_by(mutex))
#define REQUIRES(...) KIT_ANNOTATE(requires_capability(__VA_ARGS__))
