// The LAPACK routine that `--compare` measures croquis against.
#pragma once

#include <cstddef>

extern "C" {
void dgels_(const char* trans, const int* m, const int* n, const int* nrhs, double* a, const int* lda, double* b,
            const int* ldb, double* work, const int* lwork, int* info, std::size_t);
}
