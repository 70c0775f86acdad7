// The nonlinear test problems as performance programs use them.
#pragma once

#include <vector>

#include "tests/support/nonlinear_problems.hpp"

namespace croquis::perf {

/// All of them with some 100 or 1000 unknowns; with 1000, an unknown minimum is 0.
std::vector<test::NonlinearTestProblem> problem_set(int size);

/// The problem with J V and J^T U of the J at one x, which is made once, in the place of J.
NonlinearProblem by_products(const NonlinearProblem& problem);

/// The problem with J by its nonzero entries and by products, if no more than one in twenty is at x0; else as it is.
NonlinearProblem by_entries_if_sparse(const test::NonlinearTestProblem& test);

}  // namespace croquis::perf
