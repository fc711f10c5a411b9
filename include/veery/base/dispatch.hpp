#pragma once
// VEERY_DISPATCH before a function compiles it for three instruction sets; the loader picks one for the
// machine it runs on. Sanitizers can't instrument the picking, so their builds take the plain version.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) && \
    !defined(__SANITIZE_THREAD__)
#define VEERY_DISPATCH __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define VEERY_DISPATCH
#endif
